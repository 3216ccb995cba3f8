//! What a webhook says, in our words: the parser's result and the conversation actor's input.

use serde::{Deserialize, Serialize};

use crate::model::contact::Identity;
use crate::model::conversation::ConversationStatus;
use crate::model::json::Json;
use crate::model::message::Context;
use crate::model::status::{ProviderFault, StatusUpdate};
use crate::time::Timestamp;

/// One thing that a webhook reports.
// Lives from the parser to the hub only, and most items are the large one: a box would cost more.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum InboundItem {
    Message(InboundMessage),
    Status(StatusUpdate),
    /// An error of the account or app (`value.errors[]`) without a message: to be logged and shown.
    Fault(ProviderFault),
    /// Any other webhook field (template status, quality, account alerts, preferences …).
    Notice(Notice),
}

/// Something in a thread: a customer's message, an echo of the phone app, or a change of an earlier message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InboundMessage {
    /// `wamid.…`; the dedup key together with the session.
    pub provider_id: String,
    /// How WhatsApp names the contact; empty only for system messages that name nobody.
    pub identities: Vec<Identity>,
    pub profile_name: Option<String>,
    pub username: Option<String>,
    /// When the contact sent it, by the provider's clock.
    pub sent_at: Timestamp,
    /// The provider's type name.
    pub kind: String,
    /// What a person reads.
    pub text: Option<String>,
    /// The type's own object; of an unknown type the whole message.
    pub content: Json,
    pub media: Vec<InboundMedia>,
    /// `wamid` of the quoted message.
    pub reply_to: Option<String>,
    pub context: Option<Context>,
    /// The provider could not hand it over in full (for example 131052).
    pub error: Option<ProviderFault>,
    pub effect: Effect,
}

/// What an inbound message does besides being there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// A customer's message: opens the window, counts as unread.
    #[default]
    Plain,
    /// Sets (or with None removes) the contact's emoji on a message; opens the window.
    Reaction {
        target: String,
        emoji: Option<String>,
    },
    /// Replaces the text and content of an earlier message.
    Edit { target: String },
    /// Takes an earlier message back.
    Revoke { target: String },
    /// The contact now answers to these identities as well; no customer activity.
    Renumber { to: Vec<Identity> },
    /// A notice of WhatsApp in the thread; no customer activity.
    System,
    /// "Unsupported": a real message with the same id may follow and replace it (131060).
    Placeholder,
    /// Sent by the business itself from the phone app or another tool: outbound, opens no window.
    Echo,
}

/// A file that still lies at the provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InboundMedia {
    /// The provider's media id, valid for 7 days.
    pub provider_media_id: String,
    pub mime_type: String,
    pub filename: Option<String>,
    /// base64 or hex, as it came.
    pub sha256: Option<String>,
    pub voice: bool,
    pub animated: bool,
}

/// A webhook field that is no message and no status, kept as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// For example `message_template_status_update`.
    pub field: String,
    /// WhatsApp business account id (`entry[].id`).
    pub business_account_id: String,
    pub value: Json,
}

/// What the rules make of an inbound message for its conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reception {
    pub status: ConversationStatus,
    /// Added to the unread count: 1 for customer activity, else 0.
    pub unread: i32,
    /// The window after this message; None when it stays unset.
    pub window_expires_at: Option<Timestamp>,
    /// Since when the contact waits for an answer, after this message.
    pub waiting_since: Option<Timestamp>,
    /// Whether it becomes the conversation's last line and lifts it in the inbox.
    pub activity: bool,
    /// Somebody answered the contact, from the phone.
    pub is_reply: bool,
}
