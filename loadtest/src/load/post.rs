//! One connection's work: write, post, wait for the 200, repeat; what is not answered 200 is posted again, as
//! the provider does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::board::Board;
use super::body::{Target, Writer};
use super::marker::{Marked, Marker};
use super::report::histogram;
use super::schedule::Schedule;
use super::wire::Wire;

/// Pauses between tries of one webhook.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How to post.
#[derive(Clone)]
pub struct Plan {
    pub target: Target,
    pub marker: Marker,
    pub schedule: Schedule,
    pub connections: usize,
    pub contacts: u32,
    /// Messages in one webhook.
    pub batch: u64,
    /// Every n-th webhook is posted again after its 200; 0 never.
    pub repeat_every: u64,
    /// How long one webhook is tried before it counts as unanswered.
    pub patience: Duration,
}

/// What one connection saw.
pub struct Posted {
    /// From the due time to the 200.
    pub ack: Histogram<u64>,
    /// From the due time to the first byte sent: the generator's own lateness.
    pub late: Histogram<u64>,
    pub webhooks: u64,
    pub repeated: u64,
    /// Answers other than 200, by status.
    pub refused: BTreeMap<u16, u64>,
    /// Connections refused, cut or timed out.
    pub broken: u64,
    /// Webhooks given up.
    pub unanswered: u64,
    /// Answers in each second of the run.
    pub by_second: Vec<Second>,
}

/// One second of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Second {
    pub acked: u64,
    /// Microseconds.
    pub slowest: u64,
}

impl Posted {
    fn new() -> Self {
        Self {
            ack: histogram(),
            late: histogram(),
            webhooks: 0,
            repeated: 0,
            refused: BTreeMap::new(),
            broken: 0,
            unanswered: 0,
            by_second: Vec::new(),
        }
    }

    /// An answer that came at that time of the run.
    fn note(&mut self, at: Duration, took: Duration) {
        let second = usize::try_from(at.as_secs()).unwrap_or(usize::MAX);
        if self.by_second.len() <= second {
            self.by_second.resize(second + 1, Second::default());
        }
        if let Some(second) = self.by_second.get_mut(second) {
            second.acked += 1;
            second.slowest = second
                .slowest
                .max(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        }
    }

    /// Adds another connection's figures.
    pub fn add(&mut self, other: &Self) {
        // Both have the same bounds, so adding can't fail.
        let _ = self.ack.add(&other.ack);
        let _ = self.late.add(&other.late);
        self.webhooks += other.webhooks;
        self.repeated += other.repeated;
        self.broken += other.broken;
        self.unanswered += other.unanswered;
        let seconds = self.by_second.len().max(other.by_second.len());
        self.by_second.resize(seconds, Second::default());
        for (mine, theirs) in self.by_second.iter_mut().zip(&other.by_second) {
            mine.acked += theirs.acked;
            mine.slowest = mine.slowest.max(theirs.slowest);
        }
        for (status, count) in &other.refused {
            *self.refused.entry(*status).or_default() += count;
        }
    }
}

/// Posts until the schedule ends or the board is stopped; None when the secret can't be a key.
pub async fn run(plan: Arc<Plan>, board: Arc<Board>, connection: usize) -> Option<Posted> {
    let mut writer = Writer::new(&plan.target, plan.marker.clone())?;
    let mut poster = Poster {
        wire: Wire::new(&plan.target.authority),
        posted: Posted::new(),
        request: Vec::with_capacity(2048),
        patience: plan.patience,
    };
    let contacts = Contacts::of(connection, plan.connections, plan.contacts);
    let measured_from = board.start() + plan.schedule.ramp;
    let end = board.start() + plan.schedule.total();
    if plan.schedule.rate.is_none() {
        let first = board.start() + plan.schedule.first(connection, plan.connections);
        tokio::time::sleep_until(first.into()).await;
    }
    let mut messages = Vec::with_capacity(usize::try_from(plan.batch).unwrap_or(1));
    let mut turn = 0;
    while let Some(first) = board.take(plan.batch) {
        let due = match plan.schedule.rate {
            None => Instant::now(),
            Some(_) => {
                let Some(due) = plan.schedule.due(first / plan.batch) else {
                    break;
                };
                let due = board.start() + due;
                tokio::time::sleep_until(due.into()).await;
                due
            }
        };
        if due >= end {
            break;
        }
        messages.clear();
        for number in first..first + plan.batch {
            board.set_due(number, due);
            let contact = contacts.at(turn);
            turn += 1;
            messages.push(Marked { contact, number });
        }
        writer.write(
            &mut poster.request,
            &messages,
            chrono::Utc::now().timestamp(),
        );
        let sent = Instant::now();
        let acked = poster.deliver().await;
        if acked {
            for marked in &messages {
                board.set_acked(marked.number);
            }
        }
        if due >= measured_from && acked {
            let took = due.elapsed();
            poster.posted.note(board.start().elapsed(), took);
            record(&mut poster.posted.ack, took);
            record(&mut poster.posted.late, sent.saturating_duration_since(due));
        }
        if acked && plan.repeat_every > 0 && (first / plan.batch).is_multiple_of(plan.repeat_every)
        {
            poster.posted.repeated += 1;
            poster.deliver().await;
        }
    }
    Some(poster.posted)
}

struct Poster {
    wire: Wire,
    posted: Posted,
    request: Vec<u8>,
    patience: Duration,
}

impl Poster {
    /// Posts the request until it is answered 200; false when patience ends.
    async fn deliver(&mut self) -> bool {
        let since = Instant::now();
        let mut pause = FIRST_PAUSE;
        self.posted.webhooks += 1;
        loop {
            match self.wire.ask(&self.request).await {
                Ok(200) => return true,
                Ok(status) => *self.posted.refused.entry(status).or_default() += 1,
                Err(_) => self.posted.broken += 1,
            }
            if since.elapsed() > self.patience {
                self.posted.unanswered += 1;
                return false;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// The contacts that write through one connection: each contact belongs to one, so that its messages have an
/// order.
struct Contacts {
    first: u32,
    step: u32,
    count: u32,
}

impl Contacts {
    fn of(connection: usize, connections: usize, contacts: u32) -> Self {
        let connection = u32::try_from(connection).unwrap_or(0);
        let step = u32::try_from(connections).unwrap_or(1).max(1);
        let count = contacts.saturating_sub(connection).div_ceil(step);
        Self {
            first: connection,
            step,
            count: count.max(1),
        }
    }

    const fn at(&self, turn: u32) -> u32 {
        self.first + (turn % self.count) * self.step
    }
}

/// Microseconds into a histogram.
pub fn record(histogram: &mut Histogram<u64>, time: Duration) {
    histogram.saturating_record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contact_belongs_to_one_connection() {
        let mut owners = vec![0; 10];
        for connection in 0..3 {
            let contacts = Contacts::of(connection, 3, 10);
            for turn in 0..contacts.count {
                owners[contacts.at(turn) as usize] += 1;
            }
        }
        assert_eq!(owners, vec![1; 10]);
    }
}
