//! One connection's work: write, post, wait for the 200, repeat; what is not answered 200 is posted again, as
//! the provider does.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::alarm;
use super::board::Board;
use super::body::{Target, Writer};
use super::crowd::{Crowd, Lane};
use super::history::{Answer, CUT, History, NOBODY};
use super::marker::{Marked, Marker};
use super::profile::Kind;
use super::report::histogram;
use super::schedule::Schedule;
use super::script::Script;
use super::wire::{self, Wire};

/// How a webhook is posted again that was not answered 200: the same body, with growing pauses (CLOUD_API section
/// 2.2), compressed in time.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// The first pause; each one is twice as long as the one before.
    pub first: Duration,
    pub longest: Duration,
    /// How long one webhook is tried before it counts as unanswered.
    pub patience: Duration,
    /// What is not answered within this time counts as a broken connection.
    pub timeout: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(50),
            longest: Duration::from_secs(1),
            patience: Duration::from_secs(30),
            timeout: wire::TIMEOUT,
        }
    }
}

/// How to post.
#[derive(Clone)]
pub struct Plan {
    pub target: Target,
    pub marker: Marker,
    pub schedule: Schedule,
    pub connections: usize,
    pub crowd: Crowd,
    pub script: Script,
    /// Messages in one webhook.
    pub batch: u64,
    /// Every n-th webhook is posted again after its 200; 0 never.
    pub repeat_every: u64,
    pub retry: Retry,
    /// Where every answer is written down.
    pub history: Option<History>,
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
    /// Posts that were not the first of their webhook, because that was not answered 200.
    pub retries: u64,
    /// Messages acknowledged, by kind.
    pub kinds: BTreeMap<&'static str, u64>,
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
            retries: 0,
            kinds: BTreeMap::new(),
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

    /// Answers other than 200, for a report.
    pub fn not_200(&self) -> BTreeMap<String, u64> {
        let all = self.refused.iter();
        all.map(|(status, count)| (status.to_string(), *count))
            .collect()
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
        self.retries += other.retries;
        let seconds = self.by_second.len().max(other.by_second.len());
        self.by_second.resize(seconds, Second::default());
        for (mine, theirs) in self.by_second.iter_mut().zip(&other.by_second) {
            mine.acked += theirs.acked;
            mine.slowest = mine.slowest.max(theirs.slowest);
        }
        for (status, count) in &other.refused {
            *self.refused.entry(*status).or_default() += count;
        }
        for (kind, count) in &other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
    }
}

/// Posts until the schedule ends or the board is stopped; None when the secret can't be a key.
pub async fn run(plan: Arc<Plan>, board: Arc<Board>, connection: usize) -> Option<Posted> {
    let writer = Writer::new(&plan.target, plan.marker.clone(), plan.script.clone())?;
    let mut poster = Poster {
        wires: std::iter::once(&plan.target.authority)
            .chain(&plan.target.others)
            .map(|node| Wire::new(node).with_timeout(plan.retry.timeout))
            .collect(),
        turn: connection,
        posted: Posted::new(),
        request: Vec::with_capacity(2048),
        messages: Vec::with_capacity(usize::try_from(plan.batch).unwrap_or(1)),
        writer,
        lane: plan.crowd.lane(connection, plan.connections),
        plan: &plan,
        board: &board,
    };
    if plan.schedule.is_closed() {
        let first = board.start() + plan.schedule.first(connection, plan.connections);
        tokio::time::sleep_until(first.into()).await;
    }
    let end = board.start() + plan.schedule.total();
    while let Some(first) = board.take(plan.batch) {
        let due = match plan.schedule.due(first / plan.batch) {
            _ if plan.schedule.is_closed() => Instant::now(),
            None => break,
            Some(due) => board.start() + due,
        };
        alarm::sleep_until(due).await;
        if due >= end {
            break;
        }
        poster.webhook(first, due).await;
    }
    Some(poster.posted)
}

struct Poster<'a> {
    plan: &'a Plan,
    board: &'a Board,
    /// One for each node.
    wires: Vec<Wire>,
    turn: usize,
    writer: Writer,
    lane: Lane<'a>,
    posted: Posted,
    request: Vec<u8>,
    messages: Vec<(Marked, Kind)>,
}

impl Poster<'_> {
    /// Posts the messages from that number on, due at that time.
    async fn webhook(&mut self, first: u64, due: Instant) {
        self.write(first, due);
        let sent = Instant::now();
        if !self.deliver(first).await {
            return;
        }
        self.heard();
        if due >= self.board.start() + self.plan.schedule.ramp {
            let took = due.elapsed();
            self.posted.note(self.board.start().elapsed(), took);
            record(&mut self.posted.ack, took);
            record(&mut self.posted.late, sent.saturating_duration_since(due));
        }
        let every = self.plan.repeat_every;
        if every > 0 && (first / self.plan.batch).is_multiple_of(every) {
            self.posted.repeated += 1;
            self.deliver(first).await;
        }
    }

    fn write(&mut self, first: u64, due: Instant) {
        self.messages.clear();
        for number in first..first + self.plan.batch {
            self.board.set_due(number, due);
            let contact = self.lane.writer(number);
            let marked = Marked { contact, number };
            let kind = self.plan.script.kind(marked);
            self.messages.push((marked, kind));
        }
        let now = chrono::Utc::now().timestamp();
        self.writer.write(&mut self.request, &self.messages, now);
    }

    /// The hub said 200.
    fn heard(&mut self) {
        for (marked, kind) in &self.messages {
            *self.posted.kinds.entry(kind.name()).or_default() += 1;
            // A reaction changes a message and is none itself: nobody is told that it was received.
            if *kind != Kind::Reaction {
                self.board.set_acked(marked.number);
                self.plan.script.heard(*marked);
            }
        }
    }

    /// Posts the request until it is answered 200; false when patience ends.
    async fn deliver(&mut self, first: u64) -> bool {
        let since = Instant::now();
        let retry = self.plan.retry;
        let mut pause = retry.first;
        self.posted.webhooks += 1;
        loop {
            match self.ask(first).await {
                Ok(200) => return true,
                Ok(status) => *self.posted.refused.entry(status).or_default() += 1,
                Err(_) => self.posted.broken += 1,
            }
            if since.elapsed() > retry.patience {
                self.posted.unanswered += 1;
                return false;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(retry.longest);
            self.posted.retries += 1;
        }
    }
}

impl Poster<'_> {
    /// Posts the request once, to the node whose turn it is.
    async fn ask(&mut self, first: u64) -> std::io::Result<u16> {
        self.turn = (self.turn + 1) % self.wires.len();
        let begin = Instant::now();
        let outcome = self.wires[self.turn].ask(&self.request).await;
        if let Some(history) = &self.plan.history {
            history.note(Answer {
                at: self.board.start().elapsed(),
                took: begin.elapsed(),
                node: self.turn,
                status: match &outcome {
                    Ok(status) => *status,
                    Err(error) if error.kind() == ErrorKind::ConnectionRefused => NOBODY,
                    Err(_) => CUT,
                },
                number: first,
            });
        }
        outcome
    }
}

/// Microseconds into a histogram.
pub fn record(histogram: &mut Histogram<u64>, time: Duration) {
    histogram.saturating_record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
}
