//! Events as text: each is written once, whoever looks at it, and sockets that see the same share a frame.

use std::collections::HashMap;
use std::sync::Arc;

use bytestring::ByteString;

use crate::event::{Cursor, Envelope};
use crate::feed::frame;
use crate::feed::seat::{Seat, Topic};
use crate::model::conversation::Conversation;
use crate::model::ids::ConversationId;
use crate::ports::media::MediaLinks;

/// Small enough for any client, large enough to be few.
const PER_FRAME: usize = 200;
/// A client that missed more of what it looks at loads again.
const MAX_TOLD: usize = 5000;

/// Events with their JSON, written when somebody first looks.
pub struct Encoded<'a> {
    events: &'a [Arc<Envelope>],
    texts: Vec<Option<String>>,
    /// Frames by the events in them and the place they name.
    shared: HashMap<(Vec<usize>, i64), ByteString>,
    links: &'a dyn MediaLinks,
}

impl<'a> Encoded<'a> {
    pub fn new(events: &'a [Arc<Envelope>], links: &'a dyn MediaLinks) -> Self {
        Self {
            events,
            texts: vec![None; events.len()],
            shared: HashMap::new(),
            links,
        }
    }

    /// The frames of those events that the seat wants; none when it wants none. Only the last one names
    /// `cursor`, those before it the place up to which they tell.
    pub fn frames(&mut self, seat: &Seat, indexes: &[usize], cursor: Cursor) -> Vec<ByteString> {
        let seen: Vec<usize> = indexes
            .iter()
            .copied()
            .filter(|index| seat.wants(&self.events[*index]))
            .collect();
        self.frames_of(&seen, cursor)
    }

    /// Counted from the end, so that sockets that missed less and more share all frames but the first.
    fn frames_of(&mut self, seen: &[usize], cursor: Cursor) -> Vec<ByteString> {
        let chunks = seen.rchunks(PER_FRAME).rev();
        let last = chunks.len().saturating_sub(1);
        let mut frames = Vec::with_capacity(chunks.len());
        for (number, chunk) in chunks.enumerate() {
            let told = chunk
                .last()
                .map_or(cursor.seq, |index| self.events[*index].seq);
            let seq = match number == last {
                true => cursor.seq,
                false => told.min(cursor.seq),
            };
            frames.push(self.frame(chunk, Cursor { seq, ..cursor }));
        }
        frames
    }

    fn frame(&mut self, seen: &[usize], cursor: Cursor) -> ByteString {
        let key = (seen.to_vec(), cursor.seq);
        if let Some(frame) = self.shared.get(&key) {
            return frame.clone();
        }
        for index in seen {
            if self.texts[*index].is_none() {
                self.texts[*index] = Some(encode(&self.events[*index], self.links));
            }
        }
        let texts = seen.iter();
        let texts = texts.map(|index| self.texts[*index].as_deref().unwrap_or_default());
        let frame = frame::events(cursor, texts);
        self.shared.insert(key, frame.clone());
        frame
    }

    /// The events that somebody got.
    pub fn written(&self) -> impl Iterator<Item = &Arc<Envelope>> {
        let events = self.events.iter().zip(&self.texts);
        events
            .filter(|(_, text)| text.is_some())
            .map(|(event, _)| event)
    }
}

/// The frames that tell a seat what it missed up to `end`: the rows that changed, then events of what it looks
/// at; None when that is too much. Each names the place from which to go on when the next one is lost.
pub fn missed_frames(seat: &Seat, missed: &mut Encoded, end: Cursor) -> Option<Vec<ByteString>> {
    let rows = missed_rows(seat, missed.events);
    let events = missed.events.iter().enumerate();
    let seen = events.filter_map(|(index, event)| seat.wants(event).then_some(index));
    let seen: Vec<usize> = seen.collect();
    if rows.len() + seen.len() > MAX_TOLD {
        return None;
    }
    let start = Cursor {
        seq: seat.owed_from(),
        ..end
    };
    let rows: Vec<String> = rows
        .into_iter()
        .filter_map(|row| frame::row(row).ok())
        .collect();
    let mut frames: Vec<ByteString> = rows
        .chunks(PER_FRAME)
        .map(|rows| frame::rows(start, rows.iter().map(String::as_str)))
        .collect();
    frames.extend(missed.frames_of(&seen, end));
    frames.push(frame::beat(end));
    Some(frames)
}

/// The latest state of each conversation that changed, the oldest change first.
fn missed_rows<'a>(seat: &Seat, missed: &'a [Arc<Envelope>]) -> Vec<&'a Arc<Conversation>> {
    let Some(inbox) = seat.held(&Topic::Inbox) else {
        return Vec::new();
    };
    let mut latest: HashMap<ConversationId, &Arc<Conversation>> = HashMap::new();
    for event in missed.iter().filter(|event| event.seq > inbox.told) {
        if let Some(row) = event.row.as_ref().filter(|_| seat.may_see(event)) {
            let held = latest.entry(row.id).or_insert(row);
            if row.seq >= held.seq {
                *held = row;
            }
        }
    }
    let mut rows: Vec<_> = latest.into_values().collect();
    rows.sort_by_key(|row| row.seq);
    rows
}

fn encode(envelope: &Envelope, links: &dyn MediaLinks) -> String {
    frame::event(envelope, links).unwrap_or_else(|error| {
        // Our own types always serialise; an empty object keeps the frame valid if they ever do not.
        tracing::error!(%error, "an event can't be written");
        "{}".to_owned()
    })
}
