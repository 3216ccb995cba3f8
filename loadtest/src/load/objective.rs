//! Objectives: what a run must keep to, as `--slo 'ack.p99<250ms'`.

use std::str::FromStr;

use serde_json::Value;

/// One objective.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    text: String,
    /// Names from the outside to the inside of the report.
    path: Vec<String>,
    comparison: Comparison,
    limit: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
}

/// Two letters before one: `<=` begins like `<`.
const SIGNS: [(&str, Comparison); 5] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("<", Comparison::Less),
    (">", Comparison::More),
    ("=", Comparison::Equal),
];

impl FromStr for Objective {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = SIGNS
            .iter()
            .find_map(|(sign, comparison)| Some((text.split_once(sign)?, *comparison)));
        let Some(((path, limit), comparison)) = found else {
            return Err(
                "write a figure, one of < <= > >= = and a number: ack.p99<250ms".to_owned(),
            );
        };
        let path: Vec<String> = path.trim().split('.').map(str::to_owned).collect();
        if path.iter().any(String::is_empty) {
            return Err("write the figure's name before the sign: lost=0".to_owned());
        }
        Ok(Self {
            text: text.to_owned(),
            path,
            comparison,
            limit: number(limit.trim())?,
        })
    }
}

/// A number, with `ms` or `s` in milliseconds.
fn number(text: &str) -> Result<f64, String> {
    let (digits, factor) = match text.strip_suffix("ms") {
        Some(digits) => (digits, 1.0),
        None => match text.strip_suffix('s') {
            Some(digits) => (digits, 1000.0),
            None => (text, 1.0),
        },
    };
    let value: f64 = digits
        .trim()
        .parse()
        .map_err(|_| format!("{text:?} is no number like 250ms, 1s or 5000"))?;
    Ok(value * factor)
}

impl Objective {
    /// What is wrong with the report, if it does not keep to this.
    pub fn broken_by(&self, report: &Value) -> Option<String> {
        let Some(measured) = figure(report, &self.path) else {
            return Some(format!("{}: the report has no such figure", self.text));
        };
        let holds = match self.comparison {
            Comparison::Less => measured < self.limit,
            Comparison::AtMost => measured <= self.limit,
            Comparison::More => measured > self.limit,
            Comparison::AtLeast => measured >= self.limit,
            Comparison::Equal => (measured - self.limit).abs() < f64::EPSILON,
        };
        (!holds).then(|| format!("{}: it was {measured}", self.text))
    }
}

/// A figure by its name; the unit `_ms` and the word `measured` may be left out.
fn figure(report: &Value, path: &[String]) -> Option<f64> {
    let mut at = report;
    for name in path {
        at = ["", "_ms", "_measured"]
            .iter()
            .find_map(|end| at.get(format!("{name}{end}")))?;
    }
    at.as_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn objective(text: &str) -> Objective {
        text.parse().unwrap()
    }

    #[test]
    fn units_and_signs_are_read() {
        let report = json!({"ack_ms": {"p99": 250.0}, "lost": 0, "rate_measured": 900.5});
        for holds in [
            "ack.p99<=250ms",
            "ack_ms.p99<0.3s",
            "lost=0",
            "rate>=900",
            "rate>900.4",
        ] {
            assert_eq!(objective(holds).broken_by(&report), None, "{holds}");
        }
        for broken in ["ack.p99<250ms", "lost>0", "rate>=901"] {
            assert!(objective(broken).broken_by(&report).is_some(), "{broken}");
        }
    }

    #[test]
    fn a_figure_that_is_not_there_breaks_the_objective() {
        let told = objective("push.p99<1s").broken_by(&json!({"lost": 0}));
        assert!(told.is_some_and(|told| told.contains("no such figure")));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["ack.p99", "<5ms", "ack.p99<soon", "a..b<1"] {
            assert!(text.parse::<Objective>().is_err(), "{text}");
        }
    }
}
