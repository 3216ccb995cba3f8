//! When a webhook is due: as soon as the last one was answered (closed loop), or at its time (open loop), with a
//! gentle start.

use std::time::Duration;

/// The plan of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// Webhooks per second; None is a closed loop.
    pub rate: Option<f64>,
    pub ramp: Duration,
    pub duration: Duration,
}

impl Schedule {
    /// When the n-th webhook is due, counted from the start; None when it lies behind the end.
    pub fn due(&self, n: u64) -> Option<Duration> {
        let rate = self.rate?;
        let (n, ramp) = (n as f64, self.ramp.as_secs_f64());
        let in_ramp = rate * ramp / 2.0;
        let at = if n < in_ramp {
            (2.0 * n * ramp / rate).sqrt()
        } else {
            ramp + (n - in_ramp) / rate
        };
        (at < self.total().as_secs_f64()).then(|| Duration::from_secs_f64(at))
    }

    /// Ramp and measured time.
    pub fn total(&self) -> Duration {
        self.ramp + self.duration
    }

    /// When a connection of a closed loop starts.
    pub fn first(&self, connection: usize, connections: usize) -> Duration {
        self.ramp
            .mul_f64(connection as f64 / connections.max(1) as f64)
    }

    /// Messages that this run can't exceed, for tables made beforehand.
    pub fn most(&self) -> u64 {
        /// More than two cores can do in a closed loop.
        const CLOSED_PER_SECOND: f64 = 60_000.0;
        let rate = self.rate.unwrap_or(CLOSED_PER_SECOND);
        (rate * (self.total().as_secs_f64() + 1.0)) as u64 + 1024
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_loop_ramps_up_and_then_keeps_its_rate() {
        let schedule = Schedule {
            rate: Some(100.0),
            ramp: Duration::from_secs(2),
            duration: Duration::from_secs(10),
        };
        assert_eq!(schedule.due(0), Some(Duration::ZERO));
        assert_eq!(schedule.due(100), Some(Duration::from_secs(2)));
        assert_eq!(schedule.due(200), Some(Duration::from_secs(3)));
        assert_eq!(schedule.due(1_100), None);
        let half = schedule.due(50).map(|due| due.as_secs_f64());
        assert!(
            half.is_some_and(|at| (1.41..1.42).contains(&at)),
            "{half:?}"
        );
    }
}
