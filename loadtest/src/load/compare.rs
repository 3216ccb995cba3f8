//! Two reports side by side: what got better, what got worse.

use std::fmt::Write;

use serde_json::Value;

/// A figure of both reports.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub name: String,
    pub before: f64,
    pub after: f64,
    /// None when neither more nor less is better.
    pub better: Option<Better>,
}

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    Less,
    More,
}

impl Difference {
    /// How much it changed: 0.1 is ten percent more.
    pub fn change(&self) -> f64 {
        if self.before == self.after {
            return 0.0;
        }
        (self.after - self.before) / self.before.abs().max(f64::EPSILON)
    }

    /// Whether it is worse by more than `tolerance` (0.1 is ten percent).
    pub fn is_worse(&self, tolerance: f64) -> bool {
        match self.better {
            Some(Better::Less) => self.change() > tolerance,
            Some(Better::More) => self.change() < -tolerance,
            None => false,
        }
    }
}

/// All figures that both reports have, in the order of their names.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    collect("", before, after, &mut found);
    found
}

fn collect(name: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    match (before, after) {
        (Value::Object(map), _) => {
            for (key, value) in map {
                if let Some(other) = after.get(key) {
                    let inner = if name.is_empty() {
                        key.clone()
                    } else {
                        format!("{name}.{key}")
                    };
                    collect(&inner, value, other, found);
                }
            }
        }
        (Value::Number(_), Value::Number(_)) => {
            if let (Some(before), Some(after)) = (before.as_f64(), after.as_f64()) {
                found.push(Difference {
                    better: better(name),
                    name: name.to_owned(),
                    before,
                    after,
                });
            }
        }
        _ => {}
    }
}

fn better(name: &str) -> Option<Better> {
    const LESS: [&str; 14] = [
        "_ms.p",
        "_ms.m",
        "lost",
        "doubled",
        "missing",
        "unresolved",
        "unseen",
        "given_up",
        "failures",
        "out_of_order",
        "holes",
        "cpu",
        "kib",
        "mib",
    ];
    if name.ends_with("_measured") || name.ends_with("_per_second") {
        Some(Better::More)
    } else if !name.contains("generator") && LESS.iter().any(|piece| name.contains(piece)) {
        Some(Better::Less)
    } else {
        None
    }
}

/// A table for people; what is worse is marked.
pub fn table(differences: &[Difference], tolerance: f64) -> String {
    let mut out = format!(
        "{:<34} {:>12} {:>12} {:>9}\n",
        "figure", "before", "after", "change"
    );
    for difference in differences {
        let mark = if difference.is_worse(tolerance) {
            "  worse"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "{:<34} {:>12} {:>12} {:>8.1}%{mark}",
            difference.name,
            difference.before,
            difference.after,
            difference.change() * 100.0,
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn slower_and_fewer_is_worse() {
        let before = json!({"ack_ms": {"p99": 10.0, "count": 5}, "rate_measured": 100.0, "lost": 0, "ok": true});
        let after = json!({"ack_ms": {"p99": 12.0, "count": 9}, "rate_measured": 80.0, "lost": 0, "new": 1});
        let found = differences(&before, &after);
        let worse: Vec<&str> = found
            .iter()
            .filter(|difference| difference.is_worse(0.1))
            .map(|difference| difference.name.as_str())
            .collect();
        assert_eq!(worse, ["ack_ms.p99", "rate_measured"]);
        assert_eq!(found.len(), 4, "only what both have");
        assert!(table(&found, 0.1).contains("worse"));
    }

    #[test]
    fn figures_within_figures_are_judged_too() {
        let before = json!({"desk": {"answer_ms": {"p99": 5.0}, "generator_cpus": 0.1}});
        let after = json!({"desk": {"answer_ms": {"p99": 9.0}, "generator_cpus": 0.9}});
        let found = differences(&before, &after);
        let worse: Vec<bool> = found.iter().map(|figure| figure.is_worse(0.1)).collect();
        assert_eq!(worse, [true, false]);
    }

    #[test]
    fn the_first_lost_message_is_worse() {
        let found = differences(&json!({"lost": 0}), &json!({"lost": 1}));
        assert!(found[0].is_worse(0.1));
    }
}
