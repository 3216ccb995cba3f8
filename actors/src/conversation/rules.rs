//! What a conversation decides, as pure functions: the window, reopening, and who may be written to.

use std::time::Duration;

use crate::model::conversation::{Conversation, ConversationState, ConversationStatus};
use crate::model::inbound::{Effect, InboundMessage, Reception};
use crate::model::outbound::Draft;
use crate::time::Timestamp;

/// How long free-form messages are allowed after the contact's last activity (CLOUD_API section 8.3).
pub const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a draft is refused before the provider is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Only templates may be sent now.
    WindowClosed,
    /// The contact asked not to get marketing messages.
    OptedOut,
}

/// What an inbound message does to its conversation.
pub fn receive(current: Option<&Conversation>, message: &InboundMessage) -> Reception {
    let status = current.map_or(ConversationStatus::Open, |conversation| conversation.status);
    let window = current.and_then(|conversation| conversation.window_expires_at);
    let waiting_since = current.and_then(|conversation| conversation.waiting_since);
    match &message.effect {
        // Activity of the customer: it opens the window and wakes what is closed or asleep.
        Effect::Plain | Effect::Placeholder => Reception {
            status: reopened(status),
            unread: 1,
            window_expires_at: Some(opened(window, message.sent_at)),
            waiting_since: waiting_since.or(Some(message.sent_at)),
            activity: true,
            is_reply: false,
        },
        // A reaction is activity, but no line of its own to be read.
        Effect::Reaction { .. } => Reception {
            status,
            unread: 0,
            window_expires_at: Some(opened(window, message.sent_at)),
            waiting_since,
            activity: false,
            is_reply: false,
        },
        // Answered from the phone.
        Effect::Echo => Reception {
            status,
            unread: 0,
            window_expires_at: window,
            waiting_since: None,
            activity: true,
            is_reply: true,
        },
        Effect::Edit { .. } | Effect::Revoke { .. } | Effect::Renumber { .. } | Effect::System => {
            Reception {
                status,
                unread: 0,
                window_expires_at: window,
                waiting_since,
                activity: false,
                is_reply: false,
            }
        }
    }
}

/// Whether the draft may be sent now.
pub fn check(state: &ConversationState, draft: &Draft, now: Timestamp) -> Result<(), Refusal> {
    if draft.note {
        return Ok(());
    }
    let open = state
        .conversation
        .window_expires_at
        .is_some_and(|end| now < end);
    if draft.kind != "template" && !open {
        return Err(Refusal::WindowClosed);
    }
    // Opting out blocks what a business starts, never an agent's answer inside the window.
    if draft.kind == "template" && !open && state.opted_out_at.is_some() {
        return Err(Refusal::OptedOut);
    }
    Ok(())
}

/// The conversation's status after we said something.
pub const fn after_sending(status: ConversationStatus, draft: &Draft) -> ConversationStatus {
    match status {
        ConversationStatus::Closed if !draft.note => ConversationStatus::Open,
        status => status,
    }
}

const fn reopened(status: ConversationStatus) -> ConversationStatus {
    match status {
        ConversationStatus::Closed | ConversationStatus::Snoozed => ConversationStatus::Open,
        status => status,
    }
}

fn opened(window: Option<Timestamp>, sent_at: Timestamp) -> Timestamp {
    let end = sent_at + WINDOW;
    // A late delivery of an old message must not shorten the window.
    window.map_or(end, |old| old.max(end))
}
