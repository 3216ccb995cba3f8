//! A rate that changes in steps, and the shape of a day.

use std::time::Duration;

/// Rates one after the other, each for the same time.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Seconds of one slice.
    slice: f64,
    rates: Vec<f64>,
    /// What was due before each slice, and at the end.
    before: Vec<f64>,
}

impl Curve {
    /// Rates per second, each for `slice`.
    pub fn new(rates: &[f64], slice: Duration) -> Self {
        let slice = slice.as_secs_f64();
        let mut before = vec![0.0];
        let mut sum = 0.0;
        for rate in rates {
            sum += rate.max(0.0) * slice;
            before.push(sum);
        }
        Self {
            slice,
            rates: rates.iter().map(|rate| rate.max(0.0)).collect(),
            before,
        }
    }

    /// The same shape with every rate multiplied.
    pub fn scaled(&self, factor: f64) -> Self {
        let rates: Vec<f64> = self.rates.iter().map(|rate| rate * factor).collect();
        Self::new(&rates, Duration::from_secs_f64(self.slice))
    }

    /// Rates per second.
    pub fn rates(&self) -> &[f64] {
        &self.rates
    }

    /// From the first slice to the last.
    pub fn length(&self) -> Duration {
        Duration::from_secs_f64(self.slice * self.rates.len() as f64)
    }

    /// How many are due in all.
    pub fn count(&self) -> u64 {
        self.before.last().map_or(0, |sum| sum.ceil() as u64)
    }

    /// Seconds from the start to the n-th; None when fewer are due.
    pub fn due(&self, n: u64) -> Option<f64> {
        let n = n as f64;
        // The first slice at whose end more than n are due.
        let slice = self
            .before
            .partition_point(|before| *before <= n)
            .checked_sub(1)?;
        let rate = self.rates.get(slice)?;
        let into = (n - self.before[slice]) / rate;
        Some(self.slice * slice as f64 + into)
    }
}

/// What a day's half hours weigh, from midnight on: little at night, a peak before noon and one in the evening. An
/// assumption about shops, not a measurement.
const DAY: [f64; 48] = [
    1.2, 1.0, 0.8, 0.7, 0.6, 0.5, 0.5, 0.5, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 4.0, 5.5, 7.0, 8.5,
    9.5, 10.0, 9.8, 9.2, 8.6, 7.6, 7.0, 6.8, 7.0, 7.2, 7.4, 7.5, 7.6, 7.6, 7.6, 7.8, 8.0, 8.4, 8.8,
    9.0, 8.8, 8.2, 7.2, 6.0, 4.8, 3.8, 2.8, 2.0, 1.5,
];
/// A day that is steeper than that has all its messages in one half hour.
pub const STEEPEST: f64 = 30.0;

/// A day's rates, half hour by half hour: `mean` per second on average, `peak` times that in the busiest one. The shape
/// is raised to the power that gives this peak.
pub fn day(mean: f64, peak: f64) -> Vec<f64> {
    let shaped = |power: f64| -> Vec<f64> {
        let weights = DAY.map(|weight| weight.powf(power));
        let sum: f64 = weights.iter().sum();
        let slices = weights.len() as f64;
        weights.iter().map(|weight| weight / sum * slices).collect()
    };
    let highest = |power: f64| shaped(power).into_iter().fold(0.0, f64::max);
    // The peak grows with the power: halve the range until it is found.
    let (mut low, mut high) = (0.0, 64.0);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if highest(middle) < peak.clamp(1.0, STEEPEST) {
            low = middle;
        } else {
            high = middle;
        }
    }
    shaped(high).into_iter().map(|part| part * mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_without_work_is_passed_over() {
        let curve = Curve::new(&[2.0, 0.0, 4.0], Duration::from_secs(1));
        let due: Vec<Option<f64>> = (0..7).map(|n| curve.due(n)).collect();
        assert_eq!(
            due,
            [
                Some(0.0),
                Some(0.5),
                Some(2.0),
                Some(2.25),
                Some(2.5),
                Some(2.75),
                None
            ]
        );
        assert_eq!((curve.count(), curve.length()), (6, Duration::from_secs(3)));
        assert_eq!(curve.scaled(0.5).count(), 3);
    }

    #[test]
    fn a_day_has_its_mean_and_its_peak() {
        for peak in [1.0, 2.0, 10.0] {
            let rates = day(100.0, peak);
            let mean = rates.iter().sum::<f64>() / rates.len() as f64;
            let highest = rates.iter().copied().fold(0.0, f64::max);
            assert!((mean - 100.0).abs() < 1e-6, "{mean}");
            assert!((highest / 100.0 - peak).abs() < 0.01, "{highest}");
        }
        assert_eq!(day(1.0, 10.0).len(), 48);
    }
}
