//! What all agents, the wall and the stream of all events note together.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::ledger::{Ledger, Standing};
use super::pace::Paces;
use super::row::Row;
use crate::load::board::Board;
use crate::load::post::record;
use crate::load::report::histogram;
use crate::load::tally::Tally;

/// Shared by all.
pub struct Office {
    /// When each message was due.
    pub board: Arc<Board>,
    /// Messages due before this time are not measured.
    pub ramp: Duration,
    pub tally: Tally,
    pub paces: Paces,
    ledger: Mutex<Ledger>,
    times: Mutex<Times>,
    /// Frames are counted now.
    is_counting: AtomicBool,
    seated: AtomicU64,
    missed: AtomicU64,
}

/// From the due time until the agent's own socket told of it, and until the hub had decided; from then until the
/// socket told.
#[derive(Clone)]
pub struct Times {
    pub assigned: Histogram<u64>,
    pub decided: Histogram<u64>,
    pub told: Histogram<u64>,
    /// When the hub had decided, of those whose agents were not told yet.
    waiting: HashMap<String, Instant>,
}

impl Office {
    /// Nothing happened yet.
    pub fn new(board: Arc<Board>, ramp: Duration) -> Self {
        Self {
            board,
            ramp,
            tally: Tally::default(),
            paces: Paces::default(),
            ledger: Mutex::default(),
            times: Mutex::new(Times {
                assigned: histogram(),
                decided: histogram(),
                told: histogram(),
                waiting: HashMap::new(),
            }),
            is_counting: AtomicBool::new(false),
            seated: AtomicU64::new(0),
            missed: AtomicU64::new(0),
        }
    }

    /// Who had what.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long it took.
    pub fn times(&self) -> Times {
        self.lock_times().clone()
    }

    /// An agent heard that a conversation is theirs.
    pub fn told(&self, row: &Row<'_>, user: &str, at: Instant) {
        if !self.ledger().told(&row.id, row.seq, user) {
            return;
        }
        let mut times = self.lock_times();
        let decided = times.waiting.remove(row.id.as_ref());
        if let Some(took) = self.since_due(row, at) {
            record(&mut times.assigned, took);
            // Some hear of it before the stream does.
            let took = decided.map(|decided| at.saturating_duration_since(decided));
            record(&mut times.told, took.unwrap_or_default());
        }
    }

    /// The stream of all events told a row, with the event of that number.
    pub fn streamed(&self, row: &Row<'_>, event: i64, at: Instant) {
        let standing = Standing {
            conversation: row.id.clone().into_owned(),
            seq: row.seq,
            assignee: row.assignee().map(str::to_owned),
            is_offer: row.is_offer(),
        };
        let mut ledger = self.ledger();
        if !ledger.streamed(&standing, event) {
            return;
        }
        let is_told = ledger.is_told(&row.id);
        drop(ledger);
        let mut times = self.lock_times();
        if !is_told {
            times.waiting.insert(standing.conversation, at);
        }
        if let Some(took) = self.since_due(row, at) {
            record(&mut times.decided, took);
        }
    }

    /// How long ago its message was due, if that is measured.
    fn since_due(&self, row: &Row<'_>, at: Instant) -> Option<Duration> {
        let due = self.board.due(row.number()?)?;
        let now = at.saturating_duration_since(self.board.start());
        (due >= self.ramp).then(|| now.saturating_sub(due))
    }

    /// Frames count from now on, or not any more.
    pub fn count_frames(&self, is_counting: bool) {
        self.is_counting.store(is_counting, Ordering::Relaxed);
    }

    /// The time of the run, while frames count.
    pub fn frame_time(&self, at: Instant) -> Option<Duration> {
        let is_counting = self.is_counting.load(Ordering::Relaxed);
        is_counting.then(|| {
            let now = at.saturating_duration_since(self.board.start());
            now.saturating_sub(self.ramp)
        })
    }

    /// Somebody's socket is subscribed.
    pub fn sit_down(&self) {
        self.seated.fetch_add(1, Ordering::Relaxed);
    }

    /// How often sockets were subscribed.
    pub fn seated(&self) -> u64 {
        self.seated.load(Ordering::Relaxed)
    }

    /// Somebody let an offer pass and was sent away for it.
    pub fn miss(&self) {
        self.missed.fetch_add(1, Ordering::Relaxed);
    }

    /// How often that happened.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}
