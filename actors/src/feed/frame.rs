//! The text frames that sockets get (DESIGN section 8). Each event is encoded once, whoever looks at it.

use std::sync::Arc;

use bytestring::ByteString;
use serde::Serialize;

use crate::event::{Cursor, Envelope, Event};
use crate::model::conversation::Conversation;
use crate::model::ids::{ConversationId, OrganizationId};
use crate::model::message::Message;
use crate::model::own::{Own, OwnNews};
use crate::model::presence::Person;
use crate::model::queue::QueueFigures;
use crate::ports::media::MediaLinks;

/// `{seq, at, type, data}` of an event, with addresses for its files.
pub fn event(envelope: &Envelope, links: &dyn MediaLinks) -> Result<String, serde_json::Error> {
    let body = match linked(envelope.organization, &envelope.event, links) {
        Some(event) => serde_json::to_string(&event)?,
        None => serde_json::to_string(&envelope.event)?,
    };
    // `body` is `{"type":…,"data":…}`: open it to put number and time in front.
    let rest = body.get(1..).unwrap_or("}");
    Ok(format!(
        r#"{{"seq":{},"at":"{}",{rest}"#,
        envelope.seq, envelope.at
    ))
}

/// A frame of events that are encoded already.
pub fn events<'a>(cursor: Cursor, events: impl Iterator<Item = &'a str>) -> ByteString {
    list("events", "events", cursor, events)
}

/// A frame of list rows that are encoded already.
pub fn rows(cursor: Cursor, rows: impl Iterator<Item = impl AsRef<str>>) -> ByteString {
    list("rows", "rows", cursor, rows)
}

/// A list row.
pub fn row(conversation: &Conversation) -> Result<String, serde_json::Error> {
    serde_json::to_string(conversation)
}

/// Where the stream stands, each few seconds.
pub fn beat(cursor: Cursor) -> ByteString {
    format!(r#"{{"type":"beat","cursor":"{cursor}"}}"#).into()
}

/// What was missed can't be told event by event: load again.
pub fn reload(reason: &'static str, cursor: Cursor) -> ByteString {
    format!(r#"{{"type":"reload","reason":"{reason}","cursor":"{cursor}"}}"#).into()
}

/// The hub closes soon; come back after that many milliseconds.
pub fn goodbye(reconnect_after_ms: u64) -> ByteString {
    format!(r#"{{"type":"goodbye","reason":"shutdown","reconnect_after_ms":{reconnect_after_ms}}}"#)
        .into()
}

/// Who is at a conversation now.
pub fn presence(
    conversation: ConversationId,
    people: &[Person],
) -> Result<ByteString, serde_json::Error> {
    let people = serde_json::to_string(people)?;
    let text =
        format!(r#"{{"type":"presence","conversation":"{conversation}","people":{people}}}"#);
    Ok(text.into())
}

/// What is one person's alone, for their own devices.
pub fn own(news: &OwnNews) -> Result<ByteString, serde_json::Error> {
    #[derive(Serialize)]
    struct Frame<'a> {
        #[serde(rename = "type")]
        kind: &'static str,
        #[serde(flatten)]
        own: &'a Own,
        device: Option<&'a str>,
    }
    let kind = match news.own {
        Own::Draft(_) => "draft",
        Own::Seen(_) => "seen",
        Own::Star(_) => "star",
    };
    serde_json::to_string(&Frame {
        kind,
        own: &news.own,
        device: news.device.as_deref(),
    })
    .map(Into::into)
}

/// How a team's line fares; with how its agents do, for those who may see it.
pub fn queue(figures: &QueueFigures, agents: bool) -> Result<ByteString, serde_json::Error> {
    #[derive(Serialize)]
    struct Queue<'a> {
        #[serde(rename = "type")]
        kind: &'static str,
        queue: &'a QueueFigures,
    }
    let shown;
    let queue = match agents {
        true => figures,
        false => {
            shown = figures.without_agents();
            &shown
        }
    };
    serde_json::to_string(&Queue {
        kind: "queue",
        queue,
    })
    .map(Into::into)
}

/// The answer to `subscribe`.
pub fn subscribed(
    topics: &[String],
    refused: &[String],
    cursor: Cursor,
) -> Result<ByteString, serde_json::Error> {
    #[derive(Serialize)]
    struct Subscribed<'a> {
        #[serde(rename = "type")]
        kind: &'static str,
        topics: &'a [String],
        refused: &'a [String],
        cursor: Cursor,
    }
    serde_json::to_string(&Subscribed {
        kind: "subscribed",
        topics,
        refused,
        cursor,
    })
    .map(Into::into)
}

fn list(
    kind: &str,
    field: &str,
    cursor: Cursor,
    items: impl Iterator<Item = impl AsRef<str>>,
) -> ByteString {
    let mut text = format!(r#"{{"type":"{kind}","cursor":"{cursor}","{field}":["#);
    for (index, item) in items.enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(item.as_ref());
    }
    text.push_str("]}");
    text.into()
}

/// The event with signed addresses; None when it shows no files.
fn linked(organization: OrganizationId, event: &Event, links: &dyn MediaLinks) -> Option<Event> {
    let message = event
        .message()
        .filter(|message| !message.media.is_empty())?;
    let mut message = Message::clone(message);
    for media in &mut message.media {
        media.url = Some(links.link(organization, media.id));
    }
    let message = Arc::new(message);
    Some(match event {
        Event::MessageReceived(_) => Event::MessageReceived(message),
        Event::MessageQueued(_) => Event::MessageQueued(message),
        Event::MessageSent(_) => Event::MessageSent(message),
        Event::MessageStatusChanged(_) => Event::MessageStatusChanged(message),
        Event::MessageUpdated(_) => Event::MessageUpdated(message),
        Event::NoteCreated(_) => Event::NoteCreated(message),
        _ => return None,
    })
}
