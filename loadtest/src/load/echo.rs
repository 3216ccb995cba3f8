//! What comes back of what was sent: how soon each message was sent, delivered and read, as the sockets tell.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use super::board::Board;
use super::post::record;
use super::report::{histogram, percentiles};

/// How far a message is; higher is further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The hub has it.
    Queued,
    /// The provider has it.
    Sent,
    Delivered,
    Read,
    /// For good.
    Failed,
}

/// The steps that have a latency.
const TIMED: [(&str, Step); 3] = [
    ("sent_ms", Step::Sent),
    ("delivered_ms", Step::Delivered),
    ("read_ms", Step::Read),
];

/// What the sockets of a run tell of the sends.
pub struct Echoes {
    board: Arc<Board>,
    sums: Mutex<Sums>,
}

struct Sums {
    /// One for each message.
    reached: Vec<Option<Step>>,
    times: [Histogram<u64>; 3],
}

impl Echoes {
    /// For the messages of a board, whose due times are there.
    pub fn new(board: Arc<Board>, most: u64) -> Self {
        let room = usize::try_from(most).unwrap_or(usize::MAX);
        Self {
            board,
            sums: Mutex::new(Sums {
                reached: vec![None; room],
                times: [histogram(), histogram(), histogram()],
            }),
        }
    }

    fn sums(&self) -> MutexGuard<'_, Sums> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A message reached a step; what it passed on the way counts from now too. Only the way up is noted: statuses
    /// come in any order.
    pub fn note(&self, number: u64, step: Step, at: Instant) {
        let Some(due) = self.board.due(number) else {
            return;
        };
        let took = at.saturating_duration_since(self.board.start() + due);
        let mut sums = self.sums();
        let Some(before) = usize::try_from(number)
            .ok()
            .and_then(|number| sums.reached.get_mut(number))
        else {
            return;
        };
        let passed = before.replace(step.max(before.unwrap_or(step)));
        if step == Step::Failed {
            return;
        }
        for (index, (_, timed)) in TIMED.iter().enumerate() {
            if *timed <= step && passed < Some(*timed) {
                record(&mut sums.times[index], took);
            }
        }
    }

    /// How many messages are at that step or further; failed ones only count as failed.
    pub fn count(&self, step: Step) -> u64 {
        let sums = self.sums();
        let reached = sums.reached.iter().flatten();
        let counts = reached.filter(|reached| match step {
            Step::Failed => **reached == Step::Failed,
            step => **reached >= step && **reached != Step::Failed,
        });
        counts.count() as u64
    }

    /// Adds all figures to a report.
    pub fn add_to(&self, report: &mut Value) {
        report["statuses"] = json!({
            "queued": self.count(Step::Queued),
            "sent": self.count(Step::Sent),
            "delivered": self.count(Step::Delivered),
            "read": self.count(Step::Read),
            "failed": self.count(Step::Failed),
        });
        let sums = self.sums();
        for ((name, _), times) in TIMED.iter().zip(&sums.times) {
            report[*name] = percentiles(times);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_step_counts_once_and_those_before_it_too() {
        let board = Arc::new(Board::new(4));
        board.take(3);
        let begin = board.start();
        for number in 0..3 {
            board.set_due(number, begin);
        }
        let echoes = Echoes::new(board, 4);
        let after = |ms| begin + Duration::from_millis(ms);
        echoes.note(0, Step::Queued, after(1));
        echoes.note(0, Step::Delivered, after(5));
        echoes.note(0, Step::Sent, after(9));
        echoes.note(1, Step::Sent, after(3));
        echoes.note(2, Step::Failed, after(3));
        echoes.note(3, Step::Sent, after(3));
        let mut report = json!({});
        echoes.add_to(&mut report);
        assert_eq!(
            report["statuses"],
            json!({"queued": 2, "sent": 2, "delivered": 1, "read": 0, "failed": 1})
        );
        assert_eq!(report["sent_ms"]["count"], 2);
        assert_eq!(report["delivered_ms"]["count"], 1);
        assert!(
            report["sent_ms"]["max"].as_f64().unwrap() < 6.0,
            "the first sight counts"
        );
    }
}
