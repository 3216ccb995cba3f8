//! Both directions at once: customers write, messages go out, statuses come back; and what the hub needs for it.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::crowd::Crowd;
use super::gauge::{self, Sample};
use super::inflow::Inflow;
use super::link::Link;
use super::opening::open_windows;
use super::outflow::Outflow;

/// Traffic of a whole centre.
pub struct Traffic {
    pub inflow: Inflow,
    /// None: nothing goes out.
    pub outflow: Option<Outflow>,
    /// How often the hub's memory and descriptors are looked at.
    pub every: Duration,
    /// What is not counted of them at the beginning.
    pub warm_up: Duration,
}

impl Traffic {
    /// Runs it and reports `inbound`, `sends`, `rss` and `descriptors`.
    pub async fn run(&self, link: &Link) -> anyhow::Result<Value> {
        let outflow = self.opened(link).await?;
        let (end, end_seen) = watch::channel(false);
        let looking = link
            .pid
            .map(|pid| tokio::spawn(gauge::watch(pid, self.every, end_seen)));
        let sending = async {
            match &outflow {
                Some(outflow) => outflow.run(link).await.map(Some),
                None => Ok(None),
            }
        };
        let (inbound, sends) = tokio::try_join!(self.inflow.run(link), sending)?;
        end.send_replace(true);
        let samples: Vec<Sample> = match looking {
            Some(looking) => looking.await?,
            None => Vec::new(),
        };
        let sends_are_good = sends.as_ref().is_none_or(|sends| sends["ok"] == true);
        let mut report = json!({"ok": inbound["ok"] == true && sends_are_good, "inbound": inbound});
        if let Some(sends) = sends {
            report["sends"] = sends;
        }
        if link.pid.is_some() {
            gauge::add_to(&mut report, &samples, self.warm_up);
        }
        Ok(report)
    }

    /// The recipients write before both clocks start, so that the two go side by side.
    async fn opened(&self, link: &Link) -> anyhow::Result<Option<Outflow>> {
        let Some(outflow) = &self.outflow else {
            return Ok(None);
        };
        if outflow.open_windows && outflow.templates < 1.0 {
            let crowd = Crowd::new(outflow.contacts, 0.0, outflow.seed, outflow.shard)?;
            open_windows(link, &crowd, outflow.shard).await?;
        }
        Ok(Some(Outflow {
            open_windows: false,
            ..outflow.clone()
        }))
    }
}
