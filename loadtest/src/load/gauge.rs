//! Memory and descriptors of a process over a run, from `/proc`, and whether they grow.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::report::{private_mib, round};

/// One look at the process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Hours since the beginning.
    pub hours: f64,
    /// Its own memory: files that it has mapped are not counted.
    pub mib: f64,
    pub descriptors: f64,
}

/// Looks at a process `every` so often until `end`.
pub async fn watch(pid: u32, every: Duration, mut end: watch::Receiver<bool>) -> Vec<Sample> {
    let begin = Instant::now();
    let mut samples = Vec::new();
    loop {
        if let (Some(mib), Some(descriptors)) = (private_mib(pid), descriptors(pid)) {
            samples.push(Sample {
                hours: begin.elapsed().as_secs_f64() / 3600.0,
                mib,
                descriptors,
            });
        }
        if tokio::time::timeout(every, end.wait_for(|end| *end))
            .await
            .is_ok()
        {
            return samples;
        }
    }
}

/// Open files and sockets of a process.
pub fn descriptors(pid: u32) -> Option<f64> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    Some(entries.count() as f64)
}

/// Adds the figures of what came after the warm-up; without two looks there is no slope.
pub fn add_to(report: &mut Value, samples: &[Sample], warm_up: Duration) {
    let from = warm_up.as_secs_f64() / 3600.0;
    let warm: Vec<Sample> = samples
        .iter()
        .copied()
        .filter(|sample| sample.hours >= from)
        .collect();
    report["rss"] = figures("slope_mib_per_hour", &warm, |sample| sample.mib);
    report["descriptors"] = figures("slope_count_per_hour", &warm, |sample| sample.descriptors);
}

fn figures(slope_name: &str, samples: &[Sample], pick: fn(&Sample) -> f64) -> Value {
    let points: Vec<(f64, f64)> = samples
        .iter()
        .map(|sample| (sample.hours, pick(sample)))
        .collect();
    let values = || points.iter().map(|(_, value)| *value);
    json!({
        slope_name: slope(&points).map(round),
        "first": values().next(),
        "last": values().next_back(),
        "peak": values().reduce(f64::max),
        "looks": points.len(),
    })
}

/// How much y grows for one x, by least squares.
fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let count = points.len() as f64;
    let mean = |pick: fn(&(f64, f64)) -> f64| points.iter().map(pick).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let together: f64 = points
        .iter()
        .map(|point| (point.0 - x) * (point.1 - y))
        .sum();
    (spread > 0.0).then(|| together / spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(hours: f64, mib: f64) -> Sample {
        Sample {
            hours,
            mib,
            descriptors: 20.0,
        }
    }

    #[test]
    fn growth_counts_from_the_end_of_the_warm_up() {
        let samples = [
            sample(0.0, 10.0),
            sample(0.5, 90.0),
            sample(1.0, 100.0),
            sample(1.5, 101.0),
            sample(2.0, 104.0),
        ];
        let mut report = json!({});
        add_to(&mut report, &samples, Duration::from_secs(3600));
        assert_eq!(
            report["rss"],
            json!({"slope_mib_per_hour": 4.0, "first": 100.0, "last": 104.0, "peak": 104.0, "looks": 3})
        );
        assert_eq!(report["descriptors"]["slope_count_per_hour"], 0.0);
    }

    #[test]
    fn one_look_has_no_slope() {
        let mut report = json!({});
        add_to(&mut report, &[sample(0.0, 1.0)], Duration::ZERO);
        assert_eq!(report["rss"]["slope_mib_per_hour"], Value::Null);
        add_to(&mut report, &[], Duration::ZERO);
        assert_eq!(report["rss"]["peak"], Value::Null);
    }

    #[test]
    fn this_process_has_descriptors() {
        assert!(descriptors(std::process::id()) > Some(2.0));
    }
}
