//! What a drill saw against what was to be seen.

use serde_json::{Map, Value, json};

use crate::load::report;

/// What a figure must keep to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

/// A figure that decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub name: &'static str,
    /// None: it could not be measured, which is a failure.
    pub seen: Option<f64>,
    pub bound: Bound,
}

/// All of a drill's figures, and what else is worth knowing.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    figures: Vec<Figure>,
    facts: Map<String, Value>,
}

impl Figure {
    /// Whether it keeps to its bound.
    pub fn is_kept(&self) -> bool {
        match (self.seen, self.bound) {
            (None, _) => false,
            (Some(seen), Bound::AtMost(limit)) => seen <= limit,
            (Some(seen), Bound::AtLeast(limit)) => seen >= limit,
        }
    }

    fn wanted(&self) -> String {
        match self.bound {
            Bound::AtMost(limit) => format!("≤ {limit}"),
            Bound::AtLeast(limit) => format!("≥ {limit}"),
        }
    }
}

impl Outcome {
    /// There must be none.
    pub fn none(&mut self, name: &'static str, seen: u64) {
        self.at_most(name, Some(seen as f64), 0.0);
    }

    /// A figure with an upper bound.
    pub fn at_most(&mut self, name: &'static str, seen: Option<f64>, limit: f64) {
        self.push(name, seen, Bound::AtMost(limit));
    }

    /// A figure with a lower bound.
    pub fn at_least(&mut self, name: &'static str, seen: Option<f64>, limit: f64) {
        self.push(name, seen, Bound::AtLeast(limit));
    }

    fn push(&mut self, name: &'static str, seen: Option<f64>, bound: Bound) {
        self.figures.push(Figure {
            name,
            seen: seen.map(report::round),
            bound,
        });
    }

    /// Something that decides nothing.
    pub fn fact(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        // What could not be measured is no fact.
        if !value.is_null() {
            self.facts.insert(name.to_owned(), value);
        }
    }

    /// Whether every figure keeps to its bound.
    pub fn is_good(&self) -> bool {
        self.figures.iter().all(Figure::is_kept)
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let figures: Vec<Value> = self
            .figures
            .iter()
            .map(|figure| {
                json!({"name": figure.name, "wanted": figure.wanted(), "seen": figure.seen, "ok": figure.is_kept()})
            })
            .collect();
        json!({"ok": self.is_good(), "figures": figures, "facts": self.facts})
    }

    /// For people.
    pub fn table(&self) -> String {
        let mut lines = vec![format!("       {:<34} {:>12}  wanted", "", "seen")];
        for figure in &self.figures {
            let mark = if figure.is_kept() { "ok" } else { "MISSED" };
            let seen = figure.seen.map_or("?".to_owned(), |seen| seen.to_string());
            lines.push(format!(
                "{mark:<6} {:<34} {seen:>12}  {}",
                figure.name,
                figure.wanted()
            ));
        }
        for (name, value) in &self.facts {
            lines.push(format!("       {name:<34} {value:>12}"));
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_missed_or_unknown_figure_is_a_failure() {
        let mut outcome = Outcome::default();
        outcome.none("lost", 0);
        outcome.at_least("rate", Some(90.0), 80.0);
        assert!(outcome.is_good());
        let good = outcome.clone();
        outcome.at_most("p99_ms", Some(201.0), 200.0);
        assert!(!outcome.is_good() && outcome.table().contains("MISSED p99_ms"));
        let mut unknown = good;
        unknown.at_most("p99_ms", None, 200.0);
        assert!(!unknown.is_good());
        assert_eq!(unknown.json()["figures"][2]["ok"], false);
    }
}
