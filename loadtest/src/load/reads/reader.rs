//! One connection that reads: what is due, at its time, as one of the agents.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use hdrhistogram::Histogram;
use rand::Rng;

use super::known::Known;
use super::wish::Kind;
use crate::load::alarm;
use crate::load::board::Board;
use crate::load::chance::{Of, chance};
use crate::load::post::record;
use crate::load::report::histogram;
use crate::load::rest::Rest;
use crate::load::schedule::Schedule;

/// What every read must be answered.
const OK: u16 = 200;

/// Who asks.
#[derive(Clone, Debug)]
pub struct Reader {
    pub token: String,
    /// Whether it is somebody, and not a key.
    pub is_user: bool,
}

/// What all connections share.
pub struct Plan {
    pub authority: String,
    pub readers: Vec<Reader>,
    /// What is asked.
    pub kinds: Vec<Kind>,
    pub known: Known,
    pub schedule: Schedule,
    pub seed: u64,
    pub due: Board,
}

/// What one connection saw.
pub struct Seen {
    /// From the due time to the whole answer.
    pub kinds: BTreeMap<Kind, Histogram<u64>>,
    pub all: Histogram<u64>,
    /// From the due time to the first byte sent: the generator's own lateness.
    pub late: Histogram<u64>,
    /// The ramp included.
    pub asked: u64,
    pub failures: u64,
    /// Answers other than 200, by kind, status and code.
    pub refused: BTreeMap<String, u64>,
}

/// Reads what is due through one connection.
pub async fn read(plan: Arc<Plan>) -> Seen {
    let mut seen = Seen::new();
    let mut rest = Rest::new(&plan.authority, "");
    let measured_from = plan.due.start() + plan.schedule.ramp;
    while let Some(number) = plan.due.take(1) {
        let Some(due) = plan.schedule.due(number) else {
            break;
        };
        let due = plan.due.start() + due;
        let Some((kind, reader, path)) = plan.wish(number) else {
            continue;
        };
        rest.sign(&reader.token);
        alarm::sleep_until(due).await;
        let begin = Instant::now();
        let answer = rest.get(&path).await;
        let took = due.elapsed();
        seen.asked += 1;
        let problem = match answer {
            Ok(answer) if answer.status == OK => None,
            Ok(answer) => Some(answer.problem()),
            Err(error) => Some(error.kind().to_string()),
        };
        if let Some(problem) = problem {
            let problem = format!("{} {problem}", kind.name());
            *seen.refused.entry(problem).or_default() += 1;
            seen.failures += 1;
        } else if due >= measured_from {
            record(seen.kinds.entry(kind).or_insert_with(histogram), took);
            record(&mut seen.all, took);
            record(&mut seen.late, begin.saturating_duration_since(due));
        }
    }
    seen
}

impl Plan {
    /// What the `number`-th read is, by whom.
    fn wish(&self, number: u64) -> Option<(Kind, &Reader, String)> {
        let mut chance = chance(self.seed, Of::Read, number);
        let reader = self
            .readers
            .get(chance.random_range(0..self.readers.len()))?;
        let kind = Kind::draw(&self.kinds, &mut chance)?;
        let path = kind.path(&self.known, reader.is_user, &mut chance)?;
        Some((kind, reader, path))
    }
}

impl Seen {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            kinds: BTreeMap::new(),
            all: histogram(),
            late: histogram(),
            asked: 0,
            failures: 0,
            refused: BTreeMap::new(),
        }
    }

    /// Adds another connection's figures.
    pub fn add(&mut self, other: &Self) {
        for (kind, times) in &other.kinds {
            // All have the same bounds, so adding can't fail.
            let _ = self.kinds.entry(*kind).or_insert_with(histogram).add(times);
        }
        let _ = self.all.add(&other.all);
        let _ = self.late.add(&other.late);
        self.asked += other.asked;
        self.failures += other.failures;
        for (problem, count) in &other.refused {
            *self.refused.entry(problem.clone()).or_default() += count;
        }
    }
}
