//! The reports of several shards put together: counts and rates add up, latencies are those of all, what every shard
//! saw of the one hub is told once.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};

use super::report::{flat, of_text, percentiles, round};

/// Figures that are of all shards together in each report already.
const OF_ALL: [&str; 10] = [
    "agents",
    "batch",
    "contacts",
    "messages_of_the_day",
    "minutes",
    "peak",
    "seed",
    "templates",
    "warm_up_s",
    "zipf",
];

/// How figures of several shards become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Sum,
    /// Each saw the same hub at slightly different times.
    Largest,
    Same,
    /// A cost by its count: each shard has the whole cost and a part of the count.
    Share,
}

fn way(name: &str, within: &str) -> Way {
    let of_the_process = ["rss", "descriptors"].contains(&within);
    let is_cost =
        name.contains("_per_1000") || name.contains("_per_million") || name == "idle_socket_kib";
    let of_the_hub = name.starts_with("hub_") || name.starts_with("database_");
    if is_cost {
        Way::Share
    } else if of_the_process || of_the_hub || name.starts_with("slowest") || name == "seconds" {
        Way::Largest
    } else if OF_ALL.contains(&name) {
        Way::Same
    } else {
        Way::Sum
    }
}

/// One report of all.
pub fn merge(reports: &[Value]) -> anyhow::Result<Value> {
    check(reports)?;
    let all: Vec<&Value> = reports.iter().collect();
    join("", "", &all)
}

/// Each shard once.
fn check(reports: &[Value]) -> anyhow::Result<()> {
    anyhow::ensure!(reports.len() > 1, "give at least two reports");
    let mut seen = BTreeSet::new();
    for report in reports {
        for (name, value) in flat(report) {
            let Some(shard) = value.as_str().filter(|_| name.ends_with("shard")) else {
                continue;
            };
            let count = shard
                .split('/')
                .nth(1)
                .and_then(|count| count.parse::<usize>().ok());
            anyhow::ensure!(
                count == Some(reports.len()),
                "a report is of shard {shard}, but there are {} reports",
                reports.len()
            );
            if !seen.insert((name, shard.to_owned())) {
                bail!("two reports are of shard {shard}");
            }
        }
    }
    Ok(())
}

fn join(name: &str, within: &str, values: &[&Value]) -> anyhow::Result<Value> {
    let values: Vec<&Value> = values
        .iter()
        .copied()
        .filter(|value| !value.is_null())
        .collect();
    let Some(first) = values.first() else {
        return Ok(Value::Null);
    };
    match first {
        Value::Object(map) if map.contains_key("hdr") => histograms(&values),
        Value::Object(_) => objects(name, &values),
        Value::Array(_) => arrays(name, &values),
        Value::Number(_) => Ok(numbers(way(name, within), &values)),
        Value::Bool(_) => Ok(values.iter().all(|value| **value == true).into()),
        _ => Ok(texts(&values)),
    }
    .with_context(|| format!("in {name}"))
}

fn objects(name: &str, values: &[&Value]) -> anyhow::Result<Value> {
    let maps: Vec<&Map<String, Value>> = values
        .iter()
        .filter_map(|value| value.as_object())
        .collect();
    let mut all = Map::new();
    for key in maps.iter().flat_map(|map| map.keys()) {
        if !all.contains_key(key) {
            let parts: Vec<&Value> = maps.iter().filter_map(|map| map.get(key)).collect();
            all.insert(key.clone(), join(key, name, &parts)?);
        }
    }
    Ok(Value::Object(all))
}

fn histograms(values: &[&Value]) -> anyhow::Result<Value> {
    let mut all = super::report::histogram();
    for value in values {
        let text = value["hdr"].as_str().context("no histogram")?;
        // All have the same bounds, so adding can't fail.
        let _ = all.add(of_text(text).context("the histogram can't be read")?);
    }
    Ok(percentiles(&all))
}

/// Seconds and slices lie beside each other, all else is one list.
fn arrays(name: &str, values: &[&Value]) -> anyhow::Result<Value> {
    let lists: Vec<&Vec<Value>> = values.iter().filter_map(|value| value.as_array()).collect();
    if !name.ends_with("_by_second") && name != "slices" {
        return Ok(lists.into_iter().flatten().cloned().collect());
    }
    let longest = lists.iter().map(|list| list.len()).max().unwrap_or(0);
    (0..longest)
        .map(|index| {
            let row: Vec<&Value> = lists.iter().filter_map(|list| list.get(index)).collect();
            join(name, "", &row)
        })
        .collect()
}

fn numbers(way: Way, values: &[&Value]) -> Value {
    let is_whole = values.iter().all(|value| value.is_u64());
    let numbers = values.iter().filter_map(|value| value.as_f64());
    let one = match way {
        Way::Same => return values[0].clone(),
        Way::Sum if is_whole => {
            return values
                .iter()
                .filter_map(|value| value.as_u64())
                .sum::<u64>()
                .into();
        }
        Way::Sum => numbers.sum(),
        Way::Largest if is_whole => {
            return values
                .iter()
                .filter_map(|value| value.as_u64())
                .max()
                .into();
        }
        Way::Largest => numbers.fold(f64::NEG_INFINITY, f64::max),
        Way::Share => {
            let counts: f64 = numbers
                .filter(|cost| *cost > 0.0)
                .map(|cost| 1.0 / cost)
                .sum();
            if counts > 0.0 { 1.0 / counts } else { 0.0 }
        }
    };
    json!(round(one))
}

/// What all say, or what each says.
fn texts(values: &[&Value]) -> Value {
    let said: BTreeSet<&str> = values.iter().filter_map(|value| value.as_str()).collect();
    let said: Vec<&str> = said.into_iter().collect();
    said.join(", ").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::report::histogram;

    fn shard(index: u64, ms: u64) -> Value {
        let mut times = histogram();
        times.saturating_record(ms * 1000);
        json!({
            "ok": index != 2,
            "shard": format!("{index}/2"),
            "contacts": 100,
            "messages_acked": 10 * index,
            "rate_measured": 1.5,
            "hub_cpu_s": 2.0,
            "hub_cpu_s_per_1000": 200.0 / index as f64,
            "lost": null,
            "not_200": {"503": index},
            "ack_ms": percentiles(&times),
            "acked_by_second": [1, 2],
            "slowest_ack_ms_by_second": [1.0, index],
            "slices": [{"at": "00:00", "rate_acked": 1.0}],
            "rss": {"peak": 40.0 + index as f64},
            "sockets_ended": ["cut"],
        })
    }

    #[test]
    fn counts_add_up_latencies_are_of_all_and_the_hub_is_told_once() {
        let merged = merge(&[shard(1, 10), shard(2, 30)]).unwrap();
        assert_eq!(merged["ok"], false);
        assert_eq!(merged["shard"], "1/2, 2/2");
        assert_eq!(
            (&merged["contacts"], &merged["messages_acked"]),
            (&json!(100), &json!(30))
        );
        assert_eq!(
            (&merged["rate_measured"], &merged["hub_cpu_s"]),
            (&json!(3.0), &json!(2.0))
        );
        // 2 s for 30 messages.
        assert_eq!(merged["hub_cpu_s_per_1000"], json!(66.667));
        assert_eq!(
            (&merged["lost"], &merged["not_200"]["503"]),
            (&Value::Null, &json!(3))
        );
        assert_eq!(merged["ack_ms"]["count"], 2);
        assert!(
            merged["ack_ms"]["max"]
                .as_f64()
                .is_some_and(|max| (29.9..30.1).contains(&max))
        );
        assert!(
            merged["ack_ms"]["p50"]
                .as_f64()
                .is_some_and(|p50| (9.9..10.1).contains(&p50))
        );
        assert_eq!(merged["acked_by_second"], json!([2, 4]));
        assert_eq!(merged["slowest_ack_ms_by_second"], json!([1.0, 2]));
        assert_eq!(
            merged["slices"],
            json!([{"at": "00:00", "rate_acked": 2.0}])
        );
        assert_eq!(
            (&merged["rss"]["peak"], &merged["sockets_ended"]),
            (&json!(42.0), &json!(["cut", "cut"]))
        );
    }

    #[test]
    fn a_shard_that_is_there_twice_or_missing_is_told() {
        let error = |reports: &[Value]| merge(reports).unwrap_err().to_string();
        assert!(error(&[shard(1, 1), shard(1, 1)]).contains("two reports"));
        assert!(error(&[shard(1, 1)]).contains("at least two"));
        assert!(error(&[shard(1, 1), shard(2, 1), shard(1, 1)]).contains("3 reports"));
    }
}
