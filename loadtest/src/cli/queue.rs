//! `loadtest queue`.

use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::duration;
use super::scenario::{Needs, Scenario};
use crate::load::link::Link;
use crate::load::queue::{self, MOST, Manner, Rules};
use crate::load::schedule::{Pace, Schedule};

/// A team's line.
#[derive(Debug, Args)]
pub struct Queue {
    /// Agents in the team, each a user with a socket of their own.
    #[arg(long, default_value_t = 500)]
    agents: u32,
    /// Customers per second, each writes once: so many conversations are given out per second.
    #[arg(long, default_value_t = 200.0)]
    rate: f64,
    /// Measured time.
    #[arg(long, default_value = "60s", value_parser = duration)]
    duration: Duration,
    /// Time to get up to speed, not measured.
    #[arg(long, default_value = "2s", value_parser = duration)]
    ramp: Duration,
    /// Connections that post the customers' webhooks.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// What the team is called.
    #[arg(long, default_value = "Load")]
    team: String,
    /// How it gives its conversations out: least_loaded, round_robin or skill_then_load.
    #[arg(long, default_value = "least_loaded", value_parser = ["least_loaded", "round_robin", "skill_then_load"])]
    strategy: String,
    /// Within which time an agent has to accept; 0: what is given is theirs at once.
    #[arg(long, default_value = "30s", value_parser = duration)]
    accept_within: Duration,
    /// Within which time the team promises an answer, for the wall's figures of what is late; 0: it promises nothing.
    #[arg(long, default_value = "20s", value_parser = duration)]
    reply_within: Duration,
    /// Open conversations that one agent is given at most.
    #[arg(long, default_value_t = 20)]
    capacity: u32,
    /// The pause before an agent accepts, on average.
    #[arg(long, default_value = "500ms", value_parser = duration)]
    react: Duration,
    /// The pause before an agent answers or closes what they have, on average.
    #[arg(long, default_value = "5s", value_parser = duration)]
    work: Duration,
    /// Share of conversations that are answered before they are closed.
    #[arg(long, default_value_t = 0.25)]
    answer: f64,
    /// Kill the hub (signal 9) so often and start it again; absent: never.
    #[arg(long, value_parser = duration)]
    kill_every: Option<Duration>,
    /// How long the line may take to be empty after the last message.
    #[arg(long, default_value = "30s", value_parser = duration)]
    settle: Duration,
    /// The agents' pauses and choices follow from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Scenario for Queue {
    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.agents > 0 && self.connections > 0 && self.rate > 0.0,
            "agents, connections and rate must be above 0"
        );
        anyhow::ensure!(
            (1..=1000).contains(&self.agents) && self.capacity <= 500,
            "a team has at most 1000 members, and an agent at most 500 conversations"
        );
        anyhow::ensure!(
            (0.0..=1.0).contains(&self.answer),
            "answer is a share, at most 1"
        );
        anyhow::ensure!(
            !self.duration.is_zero() && self.schedule().most() <= MOST,
            "duration must be above 0, and at most {MOST} customers may write in it"
        );
        let is_whole = |time: Duration| time.subsec_nanos() == 0;
        let at_least = |time: Duration, least| time.is_zero() || time.as_secs() >= least;
        anyhow::ensure!(
            is_whole(self.accept_within)
                && is_whole(self.reply_within)
                && at_least(self.accept_within, 5),
            "accept-within is 0 or at least 5s, and it and reply-within are whole seconds"
        );
        Ok(())
    }

    fn needs(&self) -> Needs {
        Needs {
            token: true,
            simulator: true,
            number: true,
        }
    }

    fn length(&self) -> Duration {
        self.ramp + self.duration
    }

    fn title(&self) -> String {
        format!(
            "{} agents of one line, {} customers/s",
            self.agents, self.rate
        )
    }

    async fn load(&self, link: &Link) -> anyhow::Result<Value> {
        let queue = queue::Queue {
            agents: self.agents,
            rules: Rules {
                team: self.team.clone(),
                strategy: self.strategy.clone(),
                accept_within: self.accept_within,
                reply_within: self.reply_within,
                capacity: self.capacity,
            },
            manner: Manner {
                react: self.react,
                work: self.work,
                answer: self.answer,
                seed: self.seed,
            },
            schedule: self.schedule(),
            connections: self.connections,
            kill_every: self.kill_every.unwrap_or_default(),
            settle: self.settle,
        };
        queue.run(link).await
    }
}

impl Queue {
    fn schedule(&self) -> Schedule {
        Schedule {
            pace: Pace::of(self.rate),
            ramp: self.ramp,
            duration: self.duration,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        queue: Queue,
    }

    fn check(flags: &[&str]) -> anyhow::Result<()> {
        let words = std::iter::once(&"queue").chain(flags);
        Line::try_parse_from(words)?.queue.check()
    }

    #[test]
    fn flags_that_no_hub_could_keep_to_are_refused() {
        assert!(check(&[]).is_ok());
        assert!(check(&["--kill-every", "60s", "--accept-within", "0"]).is_ok());
        for wrong in [
            ["--agents", "1001"],
            ["--rate", "0"],
            ["--strategy", "manual"],
            ["--accept-within", "3s"],
            ["--reply-within", "1500ms"],
            ["--answer", "1.5"],
            ["--duration", "2h"],
        ] {
            assert!(check(&wrong).is_err(), "{wrong:?}");
        }
    }
}
