//! How often something happened, by minute, over the last hour.

use std::collections::BTreeMap;

use crate::model::queue::SERIES;
use crate::time::Timestamp;

const MINUTE_MS: i64 = 60_000;

/// Counts by minute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    counts: BTreeMap<i64, u32>,
}

impl Series {
    /// It happened `count` times more.
    pub fn add(&mut self, at: Timestamp, count: u32) {
        let minute = at.millis().div_euclid(MINUTE_MS);
        let known = self.counts.entry(minute).or_default();
        *known = known.saturating_add(count);
        // Two hours of minutes are more than anybody asks for.
        while self.counts.len() > 2 * SERIES {
            self.counts.pop_first();
        }
    }

    /// The last [`SERIES`] minutes, that of `now` last.
    pub fn until(&self, now: Timestamp) -> Vec<u32> {
        let last = now.millis().div_euclid(MINUTE_MS);
        let first = last + 1 - i64::try_from(SERIES).unwrap_or(0);
        let count = |minute| self.counts.get(&minute).copied().unwrap_or(0);
        (first..=last).map(count).collect()
    }

    /// How often in these minutes.
    pub fn sum_until(&self, now: Timestamp) -> u32 {
        self.until(now).iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_pass_out_of_the_series() {
        let mut series = Series::default();
        let at = |minute: i64| Timestamp::from_millis(minute * MINUTE_MS + 59_999);
        for minute in [0, 40, 40, 59] {
            series.add(at(minute), 1);
        }
        let shown = series.until(at(59));
        assert_eq!((shown.len(), shown[0], shown[40], shown[59]), (60, 1, 2, 1));
        assert_eq!(series.sum_until(at(60)), 3);
        assert_eq!(series.sum_until(at(119)), 0);
    }
}
