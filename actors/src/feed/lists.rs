//! The rows of conversations on their way to those who look at lists: what changed since it was told last, and when it
//! is told. Rows that are about somebody reach that person at once; those that everybody gets are conflated, the longer
//! the more look.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::event::Envelope;
use crate::feed::concerns::Concerns;
use crate::feed::frame;
use crate::feed::seat::SocketId;
use crate::model::conversation::Conversation;
use crate::model::ids::{ConversationId, UserId};
use crate::model::user::Who;

/// A person hears of the rows that are about them at most once in this time, so of any rows ten times a second.
pub const CONFLATION: Duration = Duration::from_millis(100);
/// The rows that everybody gets wait longer the more sockets there are: a frame is some 50 µs of work for each,
/// so this makes them a tenth of a core at most.
const PAUSE_PER_SOCKET: Duration = Duration::from_micros(500);
/// However many sockets there are, a list is told no less often.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);
/// Rows times sockets that are written in a millisecond: some 100 MB a second for a node to move.
const ROW_COPIES_PER_MS: usize = 125;
/// Rows at a time, however many sockets there are.
const MIN_ROWS: usize = 25;
/// Rows at a time, however few sockets there are.
const MAX_ROWS: usize = 500;

/// One organization's lists.
#[derive(Default)]
pub struct Lists {
    sockets: BTreeSet<SocketId>,
    /// Those of people.
    people: HashMap<UserId, BTreeSet<SocketId>>,
    changed: HashMap<ConversationId, Arc<Conversation>>,
    /// Changed conversations by the first event whose row was not told yet.
    waiting: BTreeMap<i64, ConversationId>,
    /// Changed conversations by those whom they are about.
    concerns: Concerns,
    /// When everybody was told.
    told_at: Option<Instant>,
}

/// What is told at a time.
pub struct News {
    /// To everybody; None: it is not time for that.
    rows: Option<Vec<Row>>,
    theirs: HashMap<UserId, Vec<Arc<Conversation>>>,
}

/// A list row as it is written.
struct Row {
    id: ConversationId,
    seq: i64,
    text: String,
}

impl Lists {
    /// A socket looks; false when it did before.
    pub fn watch(&mut self, socket: SocketId, who: Who) -> bool {
        if let Who::User(user) = who {
            self.people.entry(user).or_default().insert(socket);
        }
        self.sockets.insert(socket)
    }

    /// A socket looks away; false when it did not look.
    pub fn unwatch(&mut self, socket: SocketId, who: Who) -> bool {
        if let Who::User(user) = who
            && let Some(sockets) = self.people.get_mut(&user)
        {
            sockets.remove(&socket);
            if sockets.is_empty() {
                self.people.remove(&user);
            }
        }
        self.sockets.remove(&socket)
    }

    /// Takes a change in.
    pub fn note(&mut self, envelope: &Arc<Envelope>) {
        if self.sockets.is_empty() {
            // Who had what is not followed while nobody looks.
            self.concerns = Concerns::default();
            return;
        }
        let Some(row) = &envelope.row else {
            return;
        };
        self.concerns.note(row);
        match self.changed.entry(row.id) {
            Entry::Vacant(entry) => {
                self.waiting.insert(envelope.seq, row.id);
                entry.insert(Arc::clone(row));
            }
            // A row that was read to repair a hole may be newer than the event that it came with.
            Entry::Occupied(mut entry) if row.seq >= entry.get().seq => {
                entry.insert(Arc::clone(row));
            }
            Entry::Occupied(_) => {}
        }
    }

    /// What changed is told no more.
    pub fn forget_rows(&mut self) {
        self.changed.clear();
        self.waiting.clear();
        self.concerns = Concerns::default();
    }

    /// The first event whose row waits.
    pub fn first_waiting(&self) -> Option<i64> {
        self.waiting.keys().next().copied()
    }

    /// How long what changed has to wait; None when nothing did. The first change after a pause waits for nothing.
    pub fn wait(&self) -> Option<Duration> {
        let everybody = (!self.changed.is_empty()).then(|| self.everybody_waits());
        let concerned = self.concerns.wait(self.told_at);
        everybody.into_iter().chain(concerned).min()
    }

    fn everybody_waits(&self) -> Duration {
        rest_of(self.pause(), self.told_at)
    }

    /// A multiple of [`CONFLATION`]: what people hear in between adds up to no more than ten frames a second.
    fn pause(&self) -> Duration {
        let sockets = u32::try_from(self.sockets.len()).unwrap_or(u32::MAX);
        let pause = PAUSE_PER_SOCKET.saturating_mul(sockets);
        let pause = pause.clamp(CONFLATION, LONGEST_PAUSE);
        let steps = pause.as_micros().div_ceil(CONFLATION.as_micros());
        CONFLATION.saturating_mul(u32::try_from(steps).unwrap_or(1))
    }

    /// What is to be told now: to each person the latest state of the conversations that are about them, and, when it is
    /// time for that, to everybody as many as the sockets can bear.
    pub fn take_due(&mut self) -> News {
        if self.everybody_waits().is_zero() {
            return self.take();
        }
        News {
            rows: None,
            theirs: self.concerns.take_due(self.told_at),
        }
    }

    /// What is to be told next, whatever its time. The rows that waited longest; what is left waits on and goes on changing
    /// meanwhile: the more happens, the more changes share a row.
    pub fn take(&mut self) -> News {
        let pause = usize::try_from(self.pause().as_millis()).unwrap_or_default();
        let most = ROW_COPIES_PER_MS * pause / self.sockets.len().max(1);
        let mut taken = Vec::new();
        while taken.len() < most.clamp(MIN_ROWS, MAX_ROWS)
            && let Some((_, id)) = self.waiting.pop_first()
        {
            taken.extend(self.changed.remove(&id));
        }
        taken.sort_by_key(|row| row.seq);
        self.told_at = Some(Instant::now());
        News {
            rows: Some(taken.iter().filter_map(written).collect()),
            theirs: self.concerns.take(),
        }
    }

    /// Who is to be told.
    pub fn listeners<'a>(&'a self, news: &'a News) -> impl Iterator<Item = &'a SocketId> {
        let everybody = news.rows.iter().flat_map(|_| &self.sockets);
        let theirs = match news.rows {
            Some(_) => None,
            None => Some(news.theirs.keys()),
        };
        let people = theirs
            .into_iter()
            .flatten()
            .filter_map(|user| self.people.get(user));
        everybody.chain(people.flatten())
    }
}

impl News {
    /// How many rows everybody gets.
    pub fn rows(&self) -> usize {
        self.rows.as_ref().map_or(0, Vec::len)
    }

    /// What everybody gets, written.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().flatten().map(|row| row.text.as_str())
    }

    /// What somebody gets whom further conversations are about; None: what everybody gets.
    pub fn with_theirs(&self, who: Who) -> Option<Vec<Cow<'_, str>>> {
        let Who::User(user) = who else { return None };
        let theirs = self.theirs.get(&user)?;
        let mut all: Vec<(i64, Cow<'_, str>)> = Vec::new();
        for row in self.rows.iter().flatten() {
            all.push((row.seq, Cow::from(&row.text)));
        }
        let is_told = |id| self.rows.iter().flatten().any(|row| row.id == id);
        for row in theirs.iter().filter(|row| !is_told(row.id)) {
            all.extend(written(row).map(|row| (row.seq, Cow::from(row.text))));
        }
        all.sort_by_key(|(seq, _)| *seq);
        Some(all.into_iter().map(|(_, text)| text).collect())
    }
}

/// What is left of `pause` since then.
pub fn rest_of(pause: Duration, since: Option<Instant>) -> Duration {
    since.map_or(Duration::ZERO, |at| pause.saturating_sub(at.elapsed()))
}

fn written(row: &Arc<Conversation>) -> Option<Row> {
    Some(Row {
        id: row.id,
        seq: row.seq,
        text: frame::row(row).ok()?,
    })
}
