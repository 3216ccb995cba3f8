//! One organization's stream on this node: its order, the sockets by topic, and what waits to be told.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;
use tokio::time::Instant;
use tracing::Span;

use crate::event::{Cursor, Envelope};
use crate::feed::encode::Encoded;
use crate::feed::frame;
use crate::feed::lists::{Lists, News};
use crate::feed::presence::Attendance;
use crate::feed::seat::{Seat, SocketId, Topic};
use crate::feed::sequence::Sequence;
use crate::figure;
use crate::model::ids::ConversationId;
use crate::model::user::Who;
use crate::ports::media::MediaLinks;
use crate::time::Timestamp;
use crate::trail;

/// Events kept until the head is known.
const MAX_EARLY: usize = 20_000;
/// Events that are kept for those who come back soon, or begin to look at more: some megabytes.
const RECENT: usize = 2048;
/// While much happens, rows wait and cursors lag behind the head, so all events of this time are kept, up to so many.
const RECENTLY: Duration = Duration::from_secs(30);
const MAX_RECENT: usize = 8192;
/// The sockets of this node.
pub type Seats = HashMap<SocketId, Seat>;

/// An event that was told.
struct Recent {
    /// To which conversation it belongs: beside it, because most of thousands are passed over.
    conversation: Option<ConversationId>,
    envelope: Arc<Envelope>,
}

/// The stream.
pub struct Channel {
    epoch: i64,
    /// None until the head is read from the store.
    sequence: Option<Sequence>,
    early: Vec<Arc<Envelope>>,
    outbox: Vec<Arc<Envelope>>,
    /// In which span the log tells of events that wait; empty when nobody follows.
    spans: HashMap<i64, Span>,
    /// The last events that were told, without a hole: most of those who come back missed no more.
    recent: VecDeque<Recent>,
    /// Changed rows, and who looks at the inbox.
    lists: Lists,
    members: BTreeSet<SocketId>,
    firehose: BTreeSet<SocketId>,
    /// Who looks at all other topics.
    onlookers: HashMap<Topic, BTreeSet<SocketId>>,
    /// Who is at which conversation.
    pub attendance: Attendance,
    /// Sockets that are about to join.
    pub expected: usize,
    pub flush_scheduled: bool,
    pub rows_scheduled: bool,
    pub repairing: bool,
    /// The store is being asked for its head.
    pub checking: bool,
    /// Events were told on since the last check.
    pub moved: Option<Instant>,
    /// An event came whose number another one had that was told: the database lost its end.
    pub torn: bool,
    /// Somebody's missed events are being read.
    pub scanning: bool,
    /// How often in a row that failed.
    pub failed_scans: u32,
    /// It failed, and is tried again soon.
    pub rests: bool,
    /// How often in a row nobody was here.
    pub idle_checks: u32,
    /// The store's head as far as it is known.
    pub known: i64,
}

impl Channel {
    /// A stream whose head is not known yet.
    pub fn opening() -> Self {
        Self {
            epoch: 0,
            sequence: None,
            early: Vec::new(),
            outbox: Vec::new(),
            spans: HashMap::new(),
            recent: VecDeque::new(),
            lists: Lists::default(),
            members: BTreeSet::new(),
            firehose: BTreeSet::new(),
            onlookers: HashMap::new(),
            attendance: Attendance::default(),
            expected: 0,
            flush_scheduled: false,
            rows_scheduled: false,
            repairing: false,
            checking: false,
            moved: None,
            torn: false,
            scanning: false,
            failed_scans: 0,
            rests: false,
            idle_checks: 0,
            known: 0,
        }
    }

    /// Begins at the store's head, unless somebody here is in the middle of the stream.
    pub fn open_at(&mut self, head: Cursor) {
        self.known = self.known.max(head.seq);
        if self.sequence.is_none() {
            self.epoch = head.epoch;
            self.sequence = Some(Sequence::new(head.seq));
            for envelope in std::mem::take(&mut self.early) {
                self.take(envelope);
            }
        } else if self.members.is_empty() {
            // Nobody is owed what was missed while nobody was here.
            self.skip_to(head.seq);
            self.outbox.clear();
        }
    }

    /// Begins anew at the head of a restored database.
    pub fn begin_again_at(&mut self, head: Cursor) {
        self.epoch = head.epoch;
        self.sequence = Some(Sequence::new(head.seq));
        self.known = head.seq;
        self.torn = false;
        self.outbox.clear();
        self.recent.clear();
        self.lists.forget_rows();
    }

    /// The log tells in `span` of the event `seq`, which is about to be taken in.
    pub fn follow(&mut self, seq: i64, span: Span) {
        if !span.is_none() && self.spans.len() < MAX_EARLY {
            self.spans.insert(seq, span);
        }
    }

    /// Takes a committed event in, whatever order it comes in.
    pub fn take(&mut self, envelope: Arc<Envelope>) {
        self.torn |= self.contradicts(&envelope);
        match &mut self.sequence {
            Some(sequence) => {
                let before = sequence.head();
                sequence.offer(envelope, &mut self.outbox);
                if sequence.head() > before {
                    self.moved = Some(Instant::now());
                }
            }
            None if self.early.len() < MAX_EARLY => self.early.push(envelope),
            None => {}
        }
    }

    /// Whether another event with its number was told.
    fn contradicts(&self, envelope: &Envelope) -> bool {
        let first = self.recent.front().map(|recent| recent.envelope.seq);
        let place = first.and_then(|first| usize::try_from(envelope.seq - first).ok());
        let told = place.and_then(|place| self.recent.get(place));
        told.is_some_and(|told| {
            told.envelope.seq == envelope.seq && told.envelope.at != envelope.at
        })
    }

    /// Gives up events before `head`.
    pub fn skip_to(&mut self, head: i64) {
        self.recent.clear();
        if let Some(sequence) = &mut self.sequence {
            sequence.skip_to(head, &mut self.outbox);
        }
    }

    /// The last event in order.
    pub fn head(&self) -> i64 {
        self.sequence.as_ref().map_or(0, Sequence::head)
    }

    /// The database's life.
    pub const fn epoch(&self) -> i64 {
        self.epoch
    }

    /// A place in this stream.
    pub const fn at(&self, seq: i64) -> Cursor {
        Cursor {
            epoch: self.epoch,
            seq,
        }
    }

    /// The place of the last event in order.
    pub fn cursor(&self) -> Cursor {
        self.at(self.head())
    }

    /// The place up to which this seat was told everything, once the outbox is empty: rows that wait hold it
    /// back, what it caught up on lifts it.
    pub fn cursor_for(&self, seat: &Seat) -> Cursor {
        if seat.catching_up {
            return self.at(seat.owed_from());
        }
        let waiting = self.lists.first_waiting();
        let waiting = waiting.filter(|_| seat.held(&Topic::Inbox).is_some());
        let told = waiting.map_or_else(|| self.head(), |first| first - 1);
        self.at(told.max(seat.floor))
    }

    /// The place up to which a seat is told all once it was told the events up to `last`: rows that it would have been told
    /// live, had it not caught up on something else, may still wait.
    pub fn told_with_rows(&self, seat: &Seat, last: i64) -> i64 {
        let waiting = self.lists.first_waiting();
        let inbox = seat.held(&Topic::Inbox);
        let waiting = waiting.filter(|first| inbox.is_some_and(|held| held.told >= *first));
        waiting.map_or(last, |first| last.min(first - 1))
    }

    /// Whether the store has events that did not come and somebody waits for.
    pub fn is_behind(&self) -> bool {
        let lacks = |sequence: &Sequence| sequence.has_hole() || sequence.head() < self.known;
        !self.members.is_empty() && self.sequence.as_ref().is_some_and(lacks)
    }

    /// Whether events wait to be told.
    pub fn has_news(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// Whether it is known where the stream begins here.
    pub const fn is_open(&self) -> bool {
        self.sequence.is_some()
    }

    /// Whether nobody looks.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.expected == 0
    }

    /// The sockets of this stream.
    pub fn members(&self) -> impl Iterator<Item = SocketId> {
        self.members.iter().copied()
    }

    /// A socket joins.
    pub fn add(&mut self, socket: SocketId) {
        self.members.insert(socket);
        self.idle_checks = 0;
    }

    /// A socket leaves.
    pub fn forget(&mut self, socket: SocketId, seat: &Seat) {
        self.members.remove(&socket);
        for held in &seat.topics {
            self.unwatch(socket, seat.who, &held.topic);
        }
    }

    /// A socket looks at a topic.
    pub fn watch(&mut self, socket: SocketId, who: Who, topic: &Topic) {
        match topic {
            Topic::Inbox => self.lists.watch(socket, who),
            Topic::Firehose => self.firehose.insert(socket),
            topic => {
                let sockets = self.onlookers.entry(topic.clone()).or_default();
                sockets.insert(socket)
            }
        };
    }

    /// A socket looks away.
    pub fn unwatch(&mut self, socket: SocketId, who: Who, topic: &Topic) {
        match topic {
            Topic::Inbox => self.lists.unwatch(socket, who),
            Topic::Firehose => self.firehose.remove(&socket),
            topic => {
                let Some(sockets) = self.onlookers.get_mut(topic) else {
                    return;
                };
                let removed = sockets.remove(&socket);
                if sockets.is_empty() {
                    self.onlookers.remove(topic);
                }
                removed
            }
        };
    }

    /// Tells the waiting events to those who look at them, each socket in one go; names those that refused.
    pub fn flush_events(
        &mut self,
        seats: &Seats,
        links: &dyn MediaLinks,
        now: Timestamp,
    ) -> Vec<SocketId> {
        let events = std::mem::take(&mut self.outbox);
        for envelope in &events {
            self.lists.note(envelope);
        }
        let mut plans: HashMap<SocketId, Vec<usize>> = HashMap::new();
        for (index, envelope) in events.iter().enumerate() {
            for socket in self.onlookers(envelope) {
                let plan = plans.entry(*socket).or_default();
                // It may belong to two topics.
                if plan.last() != Some(&index) {
                    plan.push(index);
                }
            }
        }
        let everything: Vec<usize> = (0..events.len()).collect();
        let mut encoded = Encoded::new(&events, links);
        let mut refused = Vec::new();
        let everywhere = self.firehose.iter().map(|socket| (socket, &everything));
        let some = plans
            .iter()
            .filter(|(socket, _)| !self.firehose.contains(socket));
        for (socket, indexes) in everywhere.chain(some) {
            let Some(seat) = seats.get(socket).filter(|seat| !seat.catching_up) else {
                continue;
            };
            let frames = encoded.frames(seat, indexes, self.cursor_for(seat));
            if !frames.into_iter().all(|text| seat.write(text)) {
                refused.push(*socket);
            }
        }
        if trail::is_followed() {
            self.log_pushes(&events, seats);
        }
        let push = metrics::histogram!(figure::PUSH_SECONDS);
        for event in encoded.written() {
            push.record(now.since(event.at).as_secs_f64());
        }
        self.remember(events);
        refused
    }

    /// Says of each event how many sockets it went to; list rows, which are conflated, have a line of their own.
    fn log_pushes(&mut self, events: &[Arc<Envelope>], seats: &Seats) {
        let sockets = |channel: &Self, envelope: &Envelope| {
            let onlookers = channel.onlookers(envelope);
            let others = onlookers.filter(|socket| !channel.firehose.contains(socket));
            let all = channel.firehose.iter().chain(others);
            let seats = all.filter_map(|socket| seats.get(socket));
            seats
                .filter(|seat| !seat.catching_up && seat.wants(envelope))
                .count()
        };
        for envelope in events {
            let seq = envelope.seq;
            let span = self.spans.remove(&seq).unwrap_or_else(Span::none);
            let _entered = span.enter();
            tracing::debug!(
                seq,
                event = envelope.event.name(),
                message.id = trail::message_of(envelope),
                sockets = sockets(self, envelope),
                "told to sockets"
            );
        }
        // What came twice, or was given up, is never told.
        let head = self.head();
        self.spans.retain(|seq, _| *seq > head);
    }

    fn remember(&mut self, events: Vec<Arc<Envelope>>) {
        self.recent
            .extend(events.into_iter().map(|envelope| Recent {
                conversation: envelope.event.conversation(),
                envelope,
            }));
        let newest = self.recent.back().map(|recent| recent.envelope.at);
        let is_old = |recent: &Recent| {
            newest.is_some_and(|newest| newest.since(recent.envelope.at) > RECENTLY)
        };
        while self.recent.len() > MAX_RECENT
            || self.recent.len() > RECENT && self.recent.front().is_some_and(is_old)
        {
            self.recent.pop_front();
        }
    }

    /// The events after `seq` that belong to one of these conversations (to anything: None), when all are still at hand.
    /// The outbox has to be empty.
    pub fn recent_since(
        &self,
        seq: i64,
        conversations: Option<&[ConversationId]>,
    ) -> Option<Vec<Arc<Envelope>>> {
        let first = self.recent.front()?.envelope.seq;
        let skip = usize::try_from(seq + 1 - first).ok()?;
        if skip > self.recent.len() {
            return None;
        }
        let belongs = |recent: &&Recent| match (conversations, &recent.conversation) {
            (Some(wanted), Some(id)) => wanted.contains(id),
            (Some(_), None) => false,
            (None, _) => true,
        };
        let recent = self.recent.range(skip..).filter(belongs);
        Some(recent.map(|one| Arc::clone(&one.envelope)).collect())
    }

    /// Who looks at this topic, which is neither the inbox nor the firehose.
    pub fn sockets_at(&self, topic: &Topic) -> impl Iterator<Item = &SocketId> {
        self.onlookers.get(topic).into_iter().flatten()
    }

    /// Whether somebody watches how a line fares.
    pub fn watches_lines(&self) -> bool {
        let mut topics = self.onlookers.keys();
        topics.any(|topic| matches!(topic, Topic::Queue(_)))
    }

    /// Who looks at this event in particular.
    fn onlookers(&self, envelope: &Envelope) -> impl Iterator<Item = &SocketId> {
        Topic::of(envelope)
            .filter_map(|topic| self.onlookers.get(&topic))
            .flatten()
    }

    /// How long the changed rows have to wait; None when there are none.
    pub fn rows_wait(&self) -> Option<Duration> {
        self.lists.wait()
    }

    /// Tells what is due of the changed rows. Names the sockets that refused. The outbox has to be empty.
    pub fn flush_rows(&mut self, seats: &Seats) -> Vec<SocketId> {
        let news = self.lists.take_due();
        self.tell_rows(&news, seats)
    }

    /// Tells all rows that wait, whatever their time.
    pub fn flush_all_rows(&mut self, seats: &Seats) -> Vec<SocketId> {
        let mut refused = Vec::new();
        while self.lists.wait().is_some() {
            let news = self.lists.take();
            refused.extend(self.tell_rows(&news, seats));
        }
        refused
    }

    fn tell_rows(&self, news: &News, seats: &Seats) -> Vec<SocketId> {
        let behind = self.lists.first_waiting().map(|seq| self.head() - seq);
        tracing::debug!(
            rows = news.rows(),
            behind = behind.unwrap_or_default(),
            seq = self.head(),
            "rows of the inbox told"
        );
        let mut shared: HashMap<i64, ByteString> = HashMap::new();
        let mut refused = Vec::new();
        for socket in self.lists.listeners(news) {
            let Some(seat) = seats.get(socket) else {
                continue;
            };
            let cursor = self.cursor_for(seat);
            let text = match news.with_theirs(seat.who) {
                Some(rows) => frame::rows(cursor, rows.into_iter()),
                None => shared
                    .entry(cursor.seq)
                    .or_insert_with(|| frame::rows(cursor, news.texts()))
                    .clone(),
            };
            if !seat.write(text) {
                refused.push(*socket);
            }
        }
        refused
    }
}
