//! What is measured with: the same messages, conversations and events in each run.

use std::sync::Arc;

use actors::event::{Audience, Envelope, Event};
use actors::model::contact::ContactBrief;
use actors::model::conversation::{Conversation, ConversationStatus, LastMessage};
use actors::model::ids::{
    ContactId, ConversationId, MediaId, MessageId, OrganizationId, SessionId,
};
use actors::model::message::{Direction, Media, MediaState, Message};
use actors::model::status::MessageStatus;
use actors::testing::clock::START;
use serde_json::json;

const TEXT: &str =
    "Hello, is the blue jacket still available in size M? I'd like to come by on Friday.";
/// As large as the ids of real ones.
const FIRST: i64 = 7_000_000_000_000_000_000;

/// A text that a contact wrote in the `number`-th conversation.
pub fn text(seq: i64, number: i64) -> Message {
    Message {
        id: MessageId(FIRST + seq),
        seq,
        conversation_id: conversation_id(number),
        contact_id: ContactId(FIRST + number),
        session_id: SessionId(FIRST),
        direction: Direction::Inbound,
        kind: "text".to_owned(),
        text: Some(TEXT.to_owned()),
        content: json!({ "body": TEXT }).into(),
        media: Vec::new(),
        reply_to: None,
        context: None,
        provider_id: Some(format!("wamid.HBgLMTU1NTExMTIyMjIVAgASGBQ{seq:020}")),
        status: MessageStatus::Received,
        error: None,
        author: None,
        client_key: None,
        reactions: Vec::new(),
        edited_at: None,
        revoked_at: None,
        created_at: START,
        provider_timestamp: Some(START),
    }
}

/// A picture with a caption.
pub fn picture(seq: i64) -> Message {
    Message {
        kind: "image".to_owned(),
        content: json!({ "id": "1003383421387256", "mime_type": "image/jpeg", "caption": TEXT })
            .into(),
        media: vec![Media {
            id: MediaId(FIRST),
            mime_type: "image/jpeg".to_owned(),
            filename: None,
            size: Some(184_310),
            state: MediaState::Stored,
            url: None,
            voice: false,
            animated: false,
            error: None,
        }],
        ..text(seq, 0)
    }
}

/// The `number`-th conversation, as it is after the event `seq`.
pub fn conversation(seq: i64, number: i64) -> Conversation {
    Conversation {
        id: conversation_id(number),
        seq,
        session_id: SessionId(FIRST),
        contact: ContactBrief {
            id: ContactId(FIRST + number),
            name: Some("Ann Miller".to_owned()),
            phone: Some(format!("155511{number:05}")),
            user_id: None,
            username: None,
        },
        status: ConversationStatus::Open,
        assignee: None,
        team: None,
        tags: Vec::new(),
        participants: Vec::new(),
        priority: Default::default(),
        snoozed_until: None,
        waiting_since: None,
        reserved_until: None,
        opened_at: actors::time::Timestamp::default(),
        first_reply_at: None,
        sla: Vec::new(),
        unread: 3,
        last_message: Some(LastMessage {
            id: MessageId(FIRST + seq),
            direction: Direction::Inbound,
            kind: "text".to_owned(),
            text: Some(TEXT.to_owned()),
            status: MessageStatus::Received,
            at: START,
        }),
        window_expires_at: Some(START),
        created_at: START,
        updated_at: START,
    }
}

pub const fn conversation_id(number: i64) -> ConversationId {
    ConversationId(FIRST + number)
}

/// The event of a message that came into the `number`-th conversation.
pub fn received(organization: OrganizationId, seq: i64, number: i64) -> Arc<Envelope> {
    Arc::new(Envelope {
        organization,
        seq,
        at: START,
        audience: Audience::Everyone,
        event: Event::MessageReceived(Arc::new(text(seq, number))),
        row: Some(Arc::new(conversation(seq, number))),
    })
}
