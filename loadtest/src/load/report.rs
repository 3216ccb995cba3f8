//! Figures for people (a table) and for programs (JSON).

use std::fmt::Write;

use hdrhistogram::Histogram;
use serde_json::{Value, json};

/// Microseconds up to ten minutes, three digits exact.
pub fn histogram() -> Histogram<u64> {
    const MOST: u64 = 600_000_000;
    const DIGITS: u8 = 3;
    #[expect(clippy::expect_used, reason = "the bounds are constants and valid")]
    Histogram::new_with_max(MOST, DIGITS).expect("valid bounds")
}

/// The places that a chart joins.
const CURVE: [f64; 16] = [
    0.01, 0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995,
    0.9999,
];

/// Milliseconds at the places that people ask for.
pub fn percentiles(histogram: &Histogram<u64>) -> Value {
    let at = |quantile| round(histogram.value_at_quantile(quantile) as f64 / 1000.0);
    json!({
        "count": histogram.len(),
        "p50": at(0.5),
        "p90": at(0.9),
        "p99": at(0.99),
        "p999": at(0.999),
        "max": round(histogram.max() as f64 / 1000.0),
        "mean": round(histogram.mean() / 1000.0),
        "curve": CURVE.map(|quantile| [quantile, at(quantile)]),
        "hdr": as_text(histogram),
    })
}

/// All of a histogram, so that those of several reports can be put together: `microseconds:count` and blanks.
fn as_text(histogram: &Histogram<u64>) -> String {
    let mut out = String::new();
    for bucket in histogram.iter_recorded() {
        let blank = if out.is_empty() { "" } else { " " };
        let (value, count) = (bucket.value_iterated_to(), bucket.count_at_value());
        // Writing to a String can't fail.
        let _ = write!(out, "{blank}{value}:{count}");
    }
    out
}

/// A histogram that was written as text.
pub fn of_text(text: &str) -> Option<Histogram<u64>> {
    let mut histogram = histogram();
    for bucket in text.split_whitespace() {
        let (value, count) = bucket.split_once(':')?;
        histogram.saturating_record_n(value.parse().ok()?, count.parse().ok()?);
    }
    Some(histogram)
}

/// Three decimals.
pub fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// All figures by their whole names (`customers.ack_ms`); percentiles stay together.
pub fn flat(report: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    collect("", report, &mut found);
    found
}

fn collect<'a>(name: &str, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(map) if !map.is_empty() && !map.contains_key("p50") => {
            for (key, value) in map {
                let inner = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                collect(&inner, value, found);
            }
        }
        value => found.push((name.to_owned(), value)),
    }
}

/// Lines of `name  value`.
pub fn table(report: &Value) -> String {
    let mut out = String::new();
    for (name, value) in flat(report) {
        match value {
            Value::Object(map) if map.is_empty() => {
                let _ = writeln!(out, "{name:<22} none");
            }
            Value::Object(map) => {
                let _ = writeln!(
                    out,
                    "{name:<22} p50 {:>8}  p90 {:>8}  p99 {:>8}  p99.9 {:>8}  max {:>8}  ({} measured)",
                    map["p50"], map["p90"], map["p99"], map["p999"], map["max"], map["count"]
                );
            }
            // A list of numbers is for the charts.
            Value::Array(rows) if rows.iter().all(Value::is_number) && !rows.is_empty() => {}
            Value::Array(rows) => {
                for (index, row) in rows.iter().enumerate() {
                    let _ = writeln!(out, "{:<22} {row}", format!("{name}.{index}"));
                }
            }
            Value::String(text) => {
                let _ = writeln!(out, "{name:<22} {text}");
            }
            _ => {
                let _ = writeln!(out, "{name:<22} {value}");
            }
        }
    }
    out
}

/// Seconds of processor time that this process has used.
pub fn own_cpu_seconds() -> Option<f64> {
    cpu_seconds("self")
}

/// Seconds of processor time of a process, by its id or `self`.
pub fn cpu_seconds(pid: &str) -> Option<f64> {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = stat(pid)?;
    let ticks = |place: usize| stat.get(place)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS_PER_SECOND)
}

/// What the kernel tells of a process, by its id or `self`, from its state on: what proc(5) counts as the third is the first.
pub fn stat(pid: &str) -> Option<Vec<String>> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    Some(after_name.split_whitespace().map(str::to_owned).collect())
}

/// Seconds of processor time of all PostgreSQL and Redis processes of this machine.
pub fn database_cpu_seconds() -> f64 {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| {
            let pid = entry.file_name().into_string().ok()?;
            let name = std::fs::read_to_string(entry.path().join("comm")).ok()?;
            let counts = matches!(name.trim(), "postgres" | "redis-server");
            counts.then(|| cpu_seconds(&pid)).flatten()
        })
        .sum()
}

/// Resident memory of a process in MiB.
pub fn resident_mib(pid: u32) -> Option<f64> {
    memory_mib(pid, "VmRSS:")
}

/// The same without the pages of mapped files, which the kernel takes back when it wants: a program's own code and what it
/// reads.
pub fn private_mib(pid: u32) -> Option<f64> {
    memory_mib(pid, "RssAnon:")
}

fn memory_mib(pid: u32, name: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(round(kib / 1024.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_milliseconds() {
        let mut histogram = histogram();
        for ms in 1..=100 {
            histogram.saturating_record(ms * 1000);
        }
        let figures = percentiles(&histogram);
        assert_eq!(figures["count"], 100);
        assert!((figures["p50"].as_f64().unwrap() - 50.0).abs() < 0.5);
        assert!((figures["max"].as_f64().unwrap() - 100.0).abs() < 0.5);
    }

    #[test]
    fn a_histogram_survives_being_written() {
        let mut histogram = histogram();
        for micros in [1, 999, 1_000_000, 1_000_001, 77_777_777] {
            histogram.saturating_record_n(micros, micros);
        }
        let text = as_text(&histogram);
        assert_eq!(of_text(&text), Some(histogram));
        assert_eq!(of_text("1:x"), None);
        assert!(of_text("").is_some_and(|nothing| nothing.is_empty()));
    }

    #[test]
    fn figures_within_figures_have_a_line_each() {
        let report = json!({"ok": true, "a": {"b": {"c": 1}, "t_ms": percentiles(&histogram())}, "none": {}});
        let names: Vec<String> = flat(&report).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a.b.c", "a.t_ms", "none", "ok"]);
        assert_eq!(table(&report).lines().count(), 4);
    }

    #[test]
    fn this_process_has_memory() {
        assert!(resident_mib(std::process::id()).is_some_and(|mib| mib > 0.5));
    }
}
