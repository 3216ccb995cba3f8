//! `loadtest day`.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::ingest::Ingest;
use super::scenario::{Needs, Scenario};
use super::sends::Letter;
use super::talk::{Repeat, Talk};
use super::{amount, duration};
use crate::load::curve::{Curve, STEEPEST, day};
use crate::load::inflow::Inflow;
use crate::load::link::Link;
use crate::load::report::round;
use crate::load::schedule::Schedule;
use crate::load::shard::Shard;
use crate::load::traffic::Traffic;

const SECONDS_PER_DAY: f64 = 86_400.0;

/// A day in some minutes.
#[derive(Debug, Args)]
pub struct Day {
    /// Messages of the whole day, in and out: `10M`, `500k` or a number (with --shard: of all shards together).
    #[arg(long, default_value = "1M", value_parser = amount)]
    messages: f64,
    /// Minutes that the day takes here.
    #[arg(long, default_value_t = 5.0)]
    minutes: f64,
    /// The busiest half hour, in times of the mean.
    #[arg(long, default_value_t = 3.0)]
    peak: f64,
    /// Connections that post, and as many that send.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Sockets that watch everything.
    #[arg(long, default_value_t = 2)]
    sockets: usize,
    #[command(flatten)]
    talk: Talk,
    #[command(flatten)]
    letter: Letter,
    #[command(flatten)]
    repeat: Repeat,
    /// How often the hub's memory and descriptors are looked at.
    #[arg(long, default_value = "1s", value_parser = duration)]
    every: Duration,
    /// This process is the i-th of n that put load on the hub together (see `ingest --help`): 1/3.
    #[arg(long, default_value_t)]
    shard: Shard,
}

impl Day {
    /// The rates of one direction: half of the day's messages come in, half go out.
    fn curve(&self) -> Curve {
        let mean = self.shard.part(self.messages / SECONDS_PER_DAY) / 2.0;
        let rates = day(mean, self.peak);
        let slice = self.minutes * 60.0 / rates.len() as f64;
        Curve::new(&rates, Duration::from_secs_f64(slice))
    }

    fn traffic(&self) -> Traffic {
        let schedule = Schedule::along(self.curve());
        let ingest = Ingest {
            connections: self.connections,
            duration: schedule.duration,
            ramp: schedule.ramp,
            rate: 0.0,
            talk: self.talk.clone(),
            sockets: self.sockets,
            batch: 1,
            repeat: self.repeat,
            shard: self.shard,
        };
        let inflow = Inflow {
            schedule: schedule.clone(),
            ..ingest.inflow()
        };
        let outflow = self
            .letter
            .outflow(schedule, self.connections, self.talk.seed, self.shard);
        Traffic {
            inflow,
            outflow: Some(outflow),
            every: self.every,
            warm_up: Duration::ZERO,
        }
    }
}

impl Scenario for Day {
    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.messages > 0.0 && self.minutes > 0.0 && self.connections > 0,
            "messages, minutes and connections must be above 0"
        );
        anyhow::ensure!(
            (1.0..=STEEPEST).contains(&self.peak),
            "peak must be from 1 to {STEEPEST}"
        );
        self.talk.check()?;
        self.letter.check()
    }

    fn needs(&self) -> Needs {
        Needs {
            token: true,
            simulator: true,
            number: true,
        }
    }

    fn shard(&self) -> Shard {
        self.shard
    }

    fn length(&self) -> Duration {
        Duration::from_secs_f64(self.minutes * 60.0)
    }

    fn title(&self) -> String {
        format!(
            "A day of {} messages in {} minutes",
            self.messages, self.minutes
        )
    }

    async fn load(&self, link: &Link) -> anyhow::Result<Value> {
        let curve = self.curve();
        let mut report = self.traffic().run(link).await?;
        let highest = curve.rates().iter().copied().fold(0.0, f64::max);
        report["messages_of_the_day"] = json!(self.messages);
        report["minutes"] = json!(self.minutes);
        report["peak"] = json!(self.peak);
        report["peak_per_second_each_way"] = json!(round(highest));
        report["slices"] = json!(slices(&curve, &report["inbound"]));
        Ok(report)
    }
}

/// What each half hour wanted and got; whole seconds only, so short slices share some.
fn slices(curve: &Curve, inbound: &Value) -> Vec<Value> {
    let list = |name: &str| -> Vec<f64> {
        let values = inbound[name].as_array().into_iter().flatten();
        values.filter_map(Value::as_f64).collect()
    };
    let (acked, slowest) = (list("acked_by_second"), list("slowest_ack_ms_by_second"));
    let seconds = curve.length().as_secs_f64() / curve.rates().len() as f64;
    let slice = |(index, rate): (usize, &f64)| {
        // Casts of floats stay within the bounds of the type.
        let from = (seconds * index as f64).floor() as usize;
        let to = ((seconds * (index as f64 + 1.0)).ceil() as usize).max(from + 1);
        let part = |values: &[f64]| {
            values
                .get(from..to.min(values.len()))
                .unwrap_or_default()
                .to_vec()
        };
        let (acked, slowest) = (part(&acked), part(&slowest));
        json!({
            "at": format!("{:02}:{:02}", index / 2, index % 2 * 30),
            "rate_wanted": round(*rate),
            "rate_acked": round(acked.iter().sum::<f64>() / acked.len().max(1) as f64),
            "slowest_ack_ms": slowest.into_iter().fold(0.0, f64::max),
        })
    };
    curve.rates().iter().enumerate().map(slice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_have_what_was_acknowledged_in_their_seconds() {
        let curve = Curve::new(&[10.0, 20.0], Duration::from_secs(2));
        let inbound = json!({"acked_by_second": [9, 11, 20, 18], "slowest_ack_ms_by_second": [1.0, 2.0, 3.0, 9.5]});
        assert_eq!(
            slices(&curve, &inbound),
            [
                json!({"at": "00:00", "rate_wanted": 10.0, "rate_acked": 10.0, "slowest_ack_ms": 2.0}),
                json!({"at": "00:30", "rate_wanted": 20.0, "rate_acked": 19.0, "slowest_ack_ms": 9.5}),
            ]
        );
    }
}
