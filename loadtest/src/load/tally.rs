//! What the agents of a run saw together: the time of each action, errors by code, what reached their sockets.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use super::post::record;
use super::report::{histogram, percentiles};

/// Shared by all agents.
#[derive(Default)]
pub struct Tally {
    sums: Mutex<Sums>,
    /// A socket showed an answer.
    news: Notify,
}

#[derive(Default)]
struct Sums {
    actions: BTreeMap<&'static str, Histogram<u64>>,
    errors: BTreeMap<String, u64>,
    /// Answers that are not answered 5xx and not cut.
    failures: u64,
    /// When each answer was given that no socket showed yet.
    waiting: HashMap<String, Instant>,
    answer_to_socket: Option<Histogram<u64>>,
    events: u64,
    rows: u64,
    reconnects: u64,
}

impl Tally {
    fn sums(&self) -> MutexGuard<'_, Sums> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An action that the hub took.
    pub fn done(&self, action: &'static str, took: Duration) {
        let mut sums = self.sums();
        let times = sums.actions.entry(action).or_insert_with(histogram);
        record(times, took);
    }

    /// An action that it did not take; `is_failure` when that is the hub's fault and not the agent's.
    pub fn failed(&self, action: &str, problem: &str, is_failure: bool) {
        let mut sums = self.sums();
        *sums
            .errors
            .entry(format!("{action} {problem}"))
            .or_default() += 1;
        sums.failures += u64::from(is_failure);
    }

    /// An answer is on its way.
    pub fn answered(&self, key: String, at: Instant) {
        self.sums().waiting.insert(key, at);
    }

    /// It was refused: no socket will show it.
    pub fn refused(&self, key: &str) {
        self.sums().waiting.remove(key);
    }

    /// A socket showed an answer; only the first sight counts.
    pub fn shown(&self, key: &str, at: Instant) {
        let mut sums = self.sums();
        if let Some(since) = sums.waiting.remove(key) {
            let took = at.saturating_duration_since(since);
            record(sums.answer_to_socket.get_or_insert_with(histogram), took);
            drop(sums);
            self.news.notify_waiters();
        }
    }

    /// Waits until a socket has shown an answer, but not for ever.
    pub async fn until_shown(&self, key: &str, patience: Duration) {
        let shown = async {
            loop {
                let news = self.news.notified();
                if !self.sums().waiting.contains_key(key) {
                    return;
                }
                news.await;
            }
        };
        // What no socket shows is counted at the end.
        let _ = tokio::time::timeout(patience, shown).await;
    }

    /// Events came.
    pub fn events(&self, count: u64) {
        self.sums().events += count;
    }

    /// Changed rows of the list came.
    pub fn rows(&self) {
        self.sums().rows += 1;
    }

    /// A socket was cut and came back.
    pub fn reconnected(&self) {
        self.sums().reconnects += 1;
    }

    /// Answers that no socket has shown.
    pub fn unseen(&self) -> usize {
        self.sums().waiting.len()
    }

    /// Adds all figures to a report.
    pub fn add_to(&self, report: &mut Map<String, Value>) {
        let sums = self.sums();
        for (action, times) in &sums.actions {
            report.insert(format!("{action}_ms"), percentiles(times));
        }
        let nothing = histogram();
        let answers = sums.answer_to_socket.as_ref().unwrap_or(&nothing);
        report.insert("answer_to_socket_ms".to_owned(), percentiles(answers));
        report.insert("answers_unseen".to_owned(), json!(sums.waiting.len()));
        report.insert("errors".to_owned(), json!(sums.errors));
        report.insert("failures".to_owned(), json!(sums.failures));
        report.insert("events_seen".to_owned(), json!(sums.events));
        report.insert("row_frames_seen".to_owned(), json!(sums.rows));
        report.insert("socket_reconnects".to_owned(), json!(sums.reconnects));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_seen_once_and_an_unseen_one_is_counted() {
        let tally = Tally::default();
        let begin = Instant::now();
        for key in ["a", "b", "c"] {
            tally.answered(key.to_owned(), begin);
        }
        tally.shown("a", begin + Duration::from_millis(3));
        tally.shown("a", begin + Duration::from_millis(9));
        tally.refused("b");
        tally.done("answer", Duration::from_millis(2));
        tally.failed("answer", "409 window_closed", false);
        let mut report = Map::new();
        tally.add_to(&mut report);
        assert_eq!(tally.unseen(), 1);
        assert_eq!(report["answer_to_socket_ms"]["count"], 1);
        assert_eq!(report["answer_to_socket_ms"]["max"], 3.001);
        assert_eq!(report["answer_ms"]["count"], 1);
        assert_eq!(report["errors"]["answer 409 window_closed"], 1);
        assert_eq!(report["failures"], 0);
    }
}
