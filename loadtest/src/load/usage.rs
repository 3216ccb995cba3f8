//! What a run costs: processor time and memory of generator, hub and databases, from `/proc`.

use serde_json::{Value, json};

use super::link::Link;
use super::report::{self, round};

/// Used so far.
#[derive(Clone, Copy)]
pub struct Usage {
    own_cpu: Option<f64>,
    hub_cpu: Option<f64>,
    database_cpu: Option<f64>,
    pub hub_mib: Option<f64>,
}

/// What it was used for.
#[derive(Clone, Copy, Default)]
pub struct Done {
    pub messages: u64,
    /// Events that sockets got, and the frames in which they came.
    pub events: u64,
    pub frames: u64,
}

impl Done {
    /// For so many messages and events, whose frames were not counted.
    pub const fn of(messages: u64, events: u64) -> Self {
        Self {
            messages,
            events,
            frames: 0,
        }
    }
}

impl Usage {
    /// Now.
    pub fn of(link: &Link) -> Self {
        let process = link.process.as_ref();
        let pid = process.map(|process| process.pid()).or(link.pid);
        let of_pid = || report::cpu_seconds(&pid?.to_string());
        Self {
            own_cpu: report::own_cpu_seconds(),
            hub_cpu: process.map_or_else(of_pid, |process| process.cpu_seconds()),
            // The databases of this machine are the hub's when the hub runs here.
            database_cpu: pid.map(|_| report::database_cpu_seconds()),
            hub_mib: pid.and_then(report::resident_mib),
        }
    }

    /// Adds what was used since then to a report of so many `seconds`, and for what.
    pub fn add_to(self, report: &mut Value, before: Self, seconds: f64, done: Done) {
        let Done {
            messages,
            events,
            frames,
        } = done;
        let used = |from: Option<f64>, to: Option<f64>| from.zip(to).map(|(from, to)| to - from);
        let cpus = |used: Option<f64>| used.map(|used| round(used / seconds));
        let per = |cpu: Option<f64>, count: u64, unit: f64| {
            cpu.filter(|_| count > 0)
                .map(|cpu| round(cpu * unit / count as f64))
        };
        let own = used(before.own_cpu, self.own_cpu);
        let hub = used(before.hub_cpu, self.hub_cpu);
        let database = used(before.database_cpu, self.database_cpu);
        report["generator_cpus"] = json!(cpus(own));
        report["hub_cpus"] = json!(cpus(hub));
        report["database_cpus"] = json!(cpus(database));
        report["hub_cpu_s"] = json!(hub.map(round));
        report["database_cpu_s"] = json!(database.map(round));
        report["hub_cpu_s_per_1000"] = json!(per(hub, messages, 1e3));
        report["database_cpu_s_per_1000"] = json!(per(database, messages, 1e3));
        report["hub_cpu_s_per_million_events"] = json!(per(hub, events, 1e6));
        report["hub_cpu_s_per_million_frames"] = json!(per(hub, frames, 1e6));
        report["hub_mib_before"] = json!(before.hub_mib);
        report["hub_mib_after"] = json!(self.hub_mib);
    }
}
