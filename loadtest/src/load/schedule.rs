//! When something is due: as soon as the last one was answered (closed loop), or at its time (open loop), at one
//! rate or along a curve, with a gentle start.

use std::sync::Arc;
use std::time::Duration;

use super::curve::Curve;

/// How fast.
#[derive(Clone, Debug, PartialEq)]
pub enum Pace {
    /// Each connection goes on when its last one was answered.
    Closed,
    /// So many per second.
    Rate(f64),
    /// A rate that changes.
    Curve(Arc<Curve>),
}

impl Pace {
    /// So many per second; 0 is a closed loop.
    pub fn of(rate: f64) -> Self {
        if rate > 0.0 {
            Self::Rate(rate)
        } else {
            Self::Closed
        }
    }
}

/// The plan of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    pub pace: Pace,
    pub ramp: Duration,
    pub duration: Duration,
}

impl Schedule {
    /// A curve, from its beginning to its end.
    pub fn along(curve: Curve) -> Self {
        let duration = curve.length();
        Self {
            pace: Pace::Curve(Arc::new(curve)),
            ramp: Duration::ZERO,
            duration,
        }
    }

    /// Whether nothing is due at a time of its own.
    pub const fn is_closed(&self) -> bool {
        matches!(self.pace, Pace::Closed)
    }

    /// The one rate, if there is one.
    pub const fn rate(&self) -> Option<f64> {
        match self.pace {
            Pace::Rate(rate) => Some(rate),
            Pace::Closed | Pace::Curve(_) => None,
        }
    }

    /// When the n-th one is due, counted from the start; None when it lies behind the end, or in a closed loop.
    pub fn due(&self, n: u64) -> Option<Duration> {
        let at = match &self.pace {
            Pace::Closed => return None,
            Pace::Curve(curve) => curve.due(n)?,
            Pace::Rate(rate) => self.at(*rate, n as f64),
        };
        (at < self.total().as_secs_f64()).then(|| Duration::from_secs_f64(at))
    }

    /// Seconds until the n-th one at one rate, which is reached in a straight line.
    fn at(&self, rate: f64, n: f64) -> f64 {
        let ramp = self.ramp.as_secs_f64();
        let in_ramp = rate * ramp / 2.0;
        if n < in_ramp {
            (2.0 * n * ramp / rate).sqrt()
        } else {
            ramp + (n - in_ramp) / rate
        }
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

    /// What this run can't exceed, for tables made beforehand.
    pub fn most(&self) -> u64 {
        /// More than two cores can do in a closed loop.
        const CLOSED_PER_SECOND: f64 = 60_000.0;
        /// The last ones of all connections.
        const SPARE: u64 = 1024;
        let rate = match &self.pace {
            Pace::Closed => CLOSED_PER_SECOND,
            Pace::Rate(rate) => *rate,
            Pace::Curve(curve) => return curve.count() + SPARE,
        };
        (rate * (self.total().as_secs_f64() + 1.0)) as u64 + SPARE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_loop_ramps_up_and_then_keeps_its_rate() {
        let schedule = Schedule {
            pace: Pace::of(100.0),
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

    #[test]
    fn a_curve_ends_with_its_last_one() {
        let schedule = Schedule::along(Curve::new(&[10.0, 20.0], Duration::from_secs(1)));
        assert_eq!(schedule.due(10), Some(Duration::from_secs(1)));
        assert_eq!(
            (schedule.due(30), schedule.total()),
            (None, Duration::from_secs(2))
        );
        assert!(schedule.most() >= 30);
    }
}
