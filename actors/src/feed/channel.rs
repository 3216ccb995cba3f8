//! One organization's stream on this node: its order, the sockets by topic, and what waits to be told.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bytestring::ByteString;

use crate::event::{Audience, Cursor, Envelope};
use crate::feed::frame;
use crate::feed::seat::{Frame, Seat, SocketId, Topic, is_about_sessions};
use crate::feed::sequence::Sequence;
use crate::model::conversation::Conversation;
use crate::model::ids::ConversationId;
use crate::ports::media::MediaLinks;

/// Events kept until the head is known.
const MAX_EARLY: usize = 20_000;

/// The stream.
pub struct Channel {
    epoch: i64,
    /// None until the head is read from the store.
    sequence: Option<Sequence>,
    early: Vec<Arc<Envelope>>,
    outbox: Vec<Arc<Envelope>>,
    dirty: HashMap<ConversationId, Arc<Conversation>>,
    /// The lowest event whose row was not told yet.
    first_dirty: Option<i64>,
    members: BTreeSet<SocketId>,
    inbox: BTreeSet<SocketId>,
    sessions: BTreeSet<SocketId>,
    firehose: BTreeSet<SocketId>,
    conversations: HashMap<ConversationId, BTreeSet<SocketId>>,
    /// Sockets that are about to join.
    pub expected: usize,
    pub flush_scheduled: bool,
    pub repairing: bool,
    /// The store is known to be ahead.
    pub lags: bool,
}

impl Channel {
    /// A stream whose head is not known yet.
    pub fn opening() -> Self {
        Self {
            epoch: 0,
            sequence: None,
            early: Vec::new(),
            outbox: Vec::new(),
            dirty: HashMap::new(),
            first_dirty: None,
            members: BTreeSet::new(),
            inbox: BTreeSet::new(),
            sessions: BTreeSet::new(),
            firehose: BTreeSet::new(),
            conversations: HashMap::new(),
            expected: 0,
            flush_scheduled: false,
            repairing: false,
            lags: false,
        }
    }

    /// Begins (once) at the store's head.
    pub fn open_at(&mut self, head: Cursor) {
        if self.sequence.is_none() {
            self.epoch = head.epoch;
            self.sequence = Some(Sequence::new(head.seq));
            for envelope in std::mem::take(&mut self.early) {
                self.take(envelope);
            }
        }
    }

    /// Takes a committed event in, whatever order it comes in.
    pub fn take(&mut self, envelope: Arc<Envelope>) {
        match &mut self.sequence {
            Some(sequence) => sequence.offer(envelope, &mut self.outbox),
            None if self.early.len() < MAX_EARLY => self.early.push(envelope),
            None => {}
        }
    }

    /// Gives up events before `head`.
    pub fn skip_to(&mut self, head: i64) {
        if let Some(sequence) = &mut self.sequence {
            sequence.skip_to(head, &mut self.outbox);
        }
    }

    /// The last event in order.
    pub fn head(&self) -> i64 {
        self.sequence.as_ref().map_or(0, Sequence::head)
    }

    /// The place of the last event in order.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            epoch: self.epoch,
            seq: self.head(),
        }
    }

    /// The place up to which this seat was told everything; rows that wait hold it back.
    pub fn cursor_for(&self, seat: &Seat) -> Cursor {
        let told = match self.first_dirty.filter(|_| seat.shows_inbox()) {
            Some(first) => first - 1,
            None => self.head(),
        };
        Cursor {
            epoch: self.epoch,
            seq: told,
        }
    }

    /// Whether an event is missing.
    pub fn has_hole(&self) -> bool {
        self.sequence.as_ref().is_some_and(Sequence::has_hole)
    }

    /// Whether events wait to be told.
    pub fn has_news(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// Whether nobody looks.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.expected == 0
    }

    /// A socket joins.
    pub fn add(&mut self, socket: SocketId) {
        self.members.insert(socket);
    }

    /// A socket leaves.
    pub fn forget(&mut self, socket: SocketId) {
        self.members.remove(&socket);
        self.inbox.remove(&socket);
        self.sessions.remove(&socket);
        self.firehose.remove(&socket);
        self.conversations.retain(|_, sockets| {
            sockets.remove(&socket);
            !sockets.is_empty()
        });
    }

    /// A socket looks at a topic.
    pub fn watch(&mut self, socket: SocketId, topic: &Topic) {
        match topic {
            Topic::Inbox => self.inbox.insert(socket),
            Topic::Sessions => self.sessions.insert(socket),
            Topic::Firehose => self.firehose.insert(socket),
            Topic::Conversation(id) => self.conversations.entry(*id).or_default().insert(socket),
        };
    }

    /// A socket looks away.
    pub fn unwatch(&mut self, socket: SocketId, topic: &Topic) {
        match topic {
            Topic::Inbox => self.inbox.remove(&socket),
            Topic::Sessions => self.sessions.remove(&socket),
            Topic::Firehose => self.firehose.remove(&socket),
            Topic::Conversation(id) => {
                let Some(sockets) = self.conversations.get_mut(id) else {
                    return;
                };
                let removed = sockets.remove(&socket);
                if sockets.is_empty() {
                    self.conversations.remove(id);
                }
                removed
            }
        };
    }

    /// Tells the waiting events to those who look at them; names the sockets that refused.
    pub fn flush_events(
        &mut self,
        seats: &HashMap<SocketId, Seat>,
        links: &dyn MediaLinks,
    ) -> Vec<SocketId> {
        let events = std::mem::take(&mut self.outbox);
        for envelope in &events {
            self.note_row(envelope);
        }
        let mut refused = Vec::new();
        let mut encoded = Encoded::new(&events, links);
        if !self.firehose.is_empty() {
            let all: Vec<usize> = (0..events.len()).collect();
            self.tell(&self.firehose, &all, &mut encoded, seats, &mut refused);
        }
        let mut by_conversation: HashMap<ConversationId, Vec<usize>> = HashMap::new();
        let mut about_sessions = Vec::new();
        for (index, envelope) in events.iter().enumerate() {
            if let Some(id) = envelope
                .event
                .conversation()
                .filter(|id| self.conversations.contains_key(id))
            {
                by_conversation.entry(id).or_default().push(index);
            } else if is_about_sessions(envelope) {
                about_sessions.push(index);
            }
        }
        for (id, indexes) in &by_conversation {
            if let Some(sockets) = self.conversations.get(id) {
                self.tell(sockets, indexes, &mut encoded, seats, &mut refused);
            }
        }
        if !about_sessions.is_empty() {
            self.tell(
                &self.sessions,
                &about_sessions,
                &mut encoded,
                seats,
                &mut refused,
            );
        }
        refused
    }

    /// Tells the latest state of each changed conversation; names the sockets that refused.
    pub fn flush_rows(&mut self, seats: &HashMap<SocketId, Seat>) -> Vec<SocketId> {
        if self.dirty.is_empty() {
            return Vec::new();
        }
        self.first_dirty = None;
        let mut changed: Vec<Arc<Conversation>> = self.dirty.drain().map(|(_, row)| row).collect();
        changed.sort_by_key(|row| row.seq);
        let rows: Vec<String> = changed
            .iter()
            .filter_map(|row| frame::row(row).ok())
            .collect();
        let text = frame::rows(self.cursor(), rows.iter().map(String::as_str));
        let mut refused = Vec::new();
        for socket in &self.inbox {
            if let Some(seat) = seats.get(socket).filter(|seat| !seat.catching_up)
                && seat.peer.try_send(Frame::Text(text.clone())).is_err()
            {
                refused.push(*socket);
            }
        }
        refused
    }

    fn note_row(&mut self, envelope: &Arc<Envelope>) {
        if self.inbox.is_empty() {
            return;
        }
        if let Some(row) = &envelope.row {
            self.first_dirty.get_or_insert(envelope.seq);
            let held = self.dirty.entry(row.id).or_insert_with(|| Arc::clone(row));
            if row.seq >= held.seq {
                *held = Arc::clone(row);
            }
        }
    }

    fn tell(
        &self,
        sockets: &BTreeSet<SocketId>,
        indexes: &[usize],
        encoded: &mut Encoded<'_>,
        seats: &HashMap<SocketId, Seat>,
        refused: &mut Vec<SocketId>,
    ) {
        // Most sockets see the same: one text for all of them, by what they may see and where they stand.
        let mut shared: HashMap<(bool, i64), ByteString> = HashMap::new();
        let personal = indexes
            .iter()
            .any(|index| matches!(encoded.events[*index].audience, Audience::User(_)));
        let Some(first) = indexes.first().map(|index| encoded.events[*index].seq) else {
            return;
        };
        for socket in sockets {
            let Some(seat) = seats.get(socket).filter(|seat| !seat.catching_up) else {
                continue;
            };
            let cursor = self.cursor_for(seat);
            let key = (seat.role >= crate::model::user::Role::Admin, cursor.seq);
            let text = if personal || seat.floor >= first {
                encoded.frame(seat, indexes, cursor)
            } else if let Some(text) = shared.get(&key) {
                text.clone()
            } else {
                let text = encoded.frame(seat, indexes, cursor);
                shared.insert(key, text.clone());
                text
            };
            if !text.is_empty() && seat.peer.try_send(Frame::Text(text)).is_err() {
                refused.push(*socket);
            }
        }
    }
}

/// Events with their JSON, written when somebody first looks.
struct Encoded<'a> {
    events: &'a [Arc<Envelope>],
    texts: Vec<Option<String>>,
    links: &'a dyn MediaLinks,
}

impl<'a> Encoded<'a> {
    fn new(events: &'a [Arc<Envelope>], links: &'a dyn MediaLinks) -> Self {
        Self {
            events,
            texts: vec![None; events.len()],
            links,
        }
    }

    /// The frame of those events that the seat may see and was not told; empty when there is none.
    fn frame(&mut self, seat: &Seat, indexes: &[usize], cursor: Cursor) -> ByteString {
        let seen: Vec<usize> = indexes
            .iter()
            .copied()
            .filter(|index| {
                let event = &self.events[*index];
                event.seq > seat.floor && seat.may_see(event)
            })
            .collect();
        for index in &seen {
            if self.texts[*index].is_none() {
                self.texts[*index] = Some(encode(&self.events[*index], self.links));
            }
        }
        if seen.is_empty() {
            return ByteString::new();
        }
        frame::events(
            cursor,
            seen.iter()
                .filter_map(|index| self.texts[*index].as_deref()),
        )
    }
}

/// The frames that tell a seat what it missed: events of what it looks at, and the rows that changed.
pub fn missed_frames(
    seat: &Seat,
    missed: &[Arc<Envelope>],
    cursor: Cursor,
    links: &dyn MediaLinks,
) -> Vec<ByteString> {
    /// Small enough for any client, large enough to be few.
    const EVENTS_PER_FRAME: usize = 200;
    // Only the last frame moves the client's place: one that is cut in between asks for all of it again.
    let start = Cursor {
        seq: missed.first().map_or(cursor.seq, |event| event.seq - 1),
        ..cursor
    };
    let mut frames = Vec::new();
    if seat.shows_inbox() {
        let mut latest: HashMap<ConversationId, &Arc<Conversation>> = HashMap::new();
        for row in missed
            .iter()
            .filter(|event| seat.may_see(event))
            .filter_map(|event| event.row.as_ref())
        {
            latest.insert(row.id, row);
        }
        let mut rows: Vec<&Arc<Conversation>> = latest.into_values().collect();
        rows.sort_by_key(|row| row.seq);
        let texts: Vec<String> = rows.iter().filter_map(|row| frame::row(row).ok()).collect();
        for chunk in texts.chunks(EVENTS_PER_FRAME) {
            frames.push(frame::rows(start, chunk.iter().map(String::as_str)));
        }
    }
    let told: Vec<&Arc<Envelope>> = missed.iter().filter(|event| seat.looks_at(event)).collect();
    for chunk in told.chunks(EVENTS_PER_FRAME) {
        let texts: Vec<String> = chunk.iter().map(|event| encode(event, links)).collect();
        frames.push(frame::events(start, texts.iter().map(String::as_str)));
    }
    frames.push(frame::beat(cursor));
    frames
}

fn encode(envelope: &Envelope, links: &dyn MediaLinks) -> String {
    frame::event(envelope, links).unwrap_or_else(|error| {
        // Our own types always serialise; an empty object keeps the frame valid if they ever do not.
        tracing::error!(%error, "an event can't be written");
        "{}".to_owned()
    })
}
