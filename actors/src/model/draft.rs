//! What somebody began to write and did not send yet: theirs alone, on all of their devices.

use serde::{Deserialize, Serialize};

use crate::model::ids::{ConversationId, MessageId, UserId};
use crate::time::Timestamp;

/// What a person began to write in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Draft)]
pub struct KeptDraft {
    pub conversation_id: ConversationId,
    /// Of the reply; empty when there is none.
    pub text: String,
    /// Of the note; empty when there is none.
    pub note_text: String,
    /// Colleagues whom the note is to call.
    pub mentions: Vec<UserId>,
    /// The note is what is being written.
    pub is_note: bool,
    /// The message that the reply answers.
    pub reply_to: Option<MessageId>,
    pub updated_at: Timestamp,
    /// Rises by one with each write of this draft; a higher one replaces a lower.
    pub revision: i64,
}
