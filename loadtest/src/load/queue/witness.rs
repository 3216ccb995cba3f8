//! Two sockets beside the agents': one that is told every event, and the wall that supervisors look at.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::ear::Listener;
use super::office::Office;
use super::row::Row;
use crate::load::judge::{Judge, Verdict};
use crate::load::marker::Marker;
use crate::load::scan::Seen;

/// Hears everything.
pub struct Witness {
    office: Arc<Office>,
    marker: Marker,
    judge: Judge,
    /// Events that are not understood.
    unreadable: u64,
}

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow)]
    events: Vec<Event<'a>>,
}

#[derive(Deserialize)]
struct Event<'a> {
    seq: i64,
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    provider_id: Option<Cow<'a, str>>,
}

impl Witness {
    /// Of a run with so many messages at most.
    pub fn new(office: Arc<Office>, marker: Marker, most: u64) -> Self {
        let contacts = u32::try_from(most).unwrap_or(u32::MAX);
        Self {
            office,
            marker,
            judge: Judge::new(most, contacts),
            unreadable: 0,
        }
    }

    /// Lost, doubled, holes; and events that were not understood.
    pub fn verdict(&self) -> (Verdict, u64) {
        (self.judge.verdict(&self.office.board), self.unreadable)
    }

    fn take(&mut self, event: &Event<'_>, at: Instant) -> serde_json::Result<()> {
        let mut seen = Seen {
            seq: event.seq,
            message: None,
            send: None,
        };
        if event.kind == "message.received" {
            let message: Message<'_> = serde_json::from_str(event.data.get())?;
            let id = message.provider_id.unwrap_or_default();
            seen.message = self.marker.read(id.as_bytes());
        }
        self.judge.note(seen);
        if event.kind.starts_with("conversation.") {
            let row: Row<'_> = serde_json::from_str(event.data.get())?;
            self.office.streamed(&row, event.seq, at);
        }
        Ok(())
    }
}

impl Listener for Witness {
    fn topics(&self) -> Vec<String> {
        vec!["firehose".to_owned()]
    }

    fn hear(&mut self, frame: &str, at: Instant) {
        if frame.starts_with(r#"{"type":"subscribed""#) {
            let cursor = serde_json::from_str::<Value>(frame).unwrap_or_default();
            self.judge
                .begin(cursor["cursor"].as_str().unwrap_or_default());
        }
        if !frame.starts_with(r#"{"type":"events""#) {
            return;
        }
        let events = serde_json::from_str::<Frame<'_>>(frame).map(|frame| frame.events);
        self.unreadable += u64::from(events.is_err());
        for event in events.unwrap_or_default() {
            self.unreadable += u64::from(self.take(&event, at).is_err());
        }
    }

    fn subscribed(&mut self) {
        self.office.sit_down();
    }
}

/// The last figures that a supervisor's socket was told of a team.
pub struct Wall {
    team: String,
    office: Arc<Office>,
    last: Arc<Last>,
}

/// The last frame, for others to read.
#[derive(Default)]
pub struct Last(Mutex<Option<String>>);

impl Last {
    fn text(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The figures in it.
    pub fn figures(&self) -> Option<Value> {
        let frame: Value = serde_json::from_str(self.text().as_deref()?).ok()?;
        Some(frame["queue"].clone())
    }
}

impl Wall {
    /// Of this team.
    pub fn new(team: String, office: Arc<Office>, last: Arc<Last>) -> Self {
        Self { team, office, last }
    }
}

impl Listener for Wall {
    fn topics(&self) -> Vec<String> {
        vec![format!("queue:{}", self.team), "queue:none".to_owned()]
    }

    fn hear(&mut self, frame: &str, _: Instant) {
        let begin = format!(
            r#"{{"type":"queue","queue":{{"team":{{"id":"{}""#,
            self.team
        );
        if frame.starts_with(&begin) {
            *self.last.text() = Some(frame.to_owned());
        }
    }

    fn subscribed(&mut self) {
        self.office.sit_down();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::board::Board;
    use std::time::Duration;

    #[test]
    fn the_stream_tells_messages_and_who_has_what() {
        let board = Arc::new(Board::new(4));
        board.take(1);
        board.set_due(0, board.start());
        board.set_acked(0);
        let office = Arc::new(Office::new(board, Duration::ZERO));
        let mut witness = Witness::new(Arc::clone(&office), Marker::new(1), 4);
        let row = |seq, assignee: &str| {
            format!(
                r#"{{"seq":{seq},"at":"t","type":"conversation.updated","data":{{"id":"cnv_1","seq":{seq},"status":"open","contact":{{"phone":"19990000000"}},"assignee":{assignee}}}}}"#
            )
        };
        let frame = format!(
            r#"{{"type":"events","cursor":"1.9","events":[{{"seq":7,"at":"t","type":"message.received","data":{{"provider_id":"wamid.LT00000001C000000N0000000000"}}}},{},{},{{"seq":10,"at":"t","type":"directory.updated","data":{{"noun":"teams"}}}}]}}"#,
            row(8, r#"{"id":"usr_a","name":"A"}"#),
            row(9, r#"{"id":"usr_b","name":"B"}"#),
        );
        witness.hear(
            r#"{"type":"subscribed","topics":[],"refused":[],"cursor":"1.6"}"#,
            Instant::now(),
        );
        witness.hear(&frame, Instant::now());
        let (verdict, unreadable) = witness.verdict();
        assert_eq!((verdict.lost, verdict.messages, unreadable), (0, 1, 0));
        assert_eq!((verdict.seq_holes, verdict.events), (0, 4));
        assert_eq!(office.ledger().verdict().doubled, 1);
        assert_eq!(office.times().decided.len(), 1);
    }

    #[test]
    fn the_wall_keeps_the_last_figures_of_its_team() {
        let board = Arc::new(Board::new(1));
        let office = Arc::new(Office::new(board, Duration::ZERO));
        let last = Arc::new(Last::default());
        let mut wall = Wall::new("team_1".to_owned(), office, Arc::clone(&last));
        let frame = |team: &str, waiting: u32| {
            format!(
                r#"{{"type":"queue","queue":{{"team":{{"id":"{team}"}},"waiting":{waiting}}}}}"#
            )
        };
        for (team, waiting) in [("team_1", 1), ("team_1", 2), ("team_2", 9)] {
            wall.hear(&frame(team, waiting), Instant::now());
        }
        assert_eq!(last.figures().unwrap()["waiting"], 2);
    }
}
