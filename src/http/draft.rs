//! Drafts: what the caller began to write, on all of their devices. Nobody else ever sees them, and no line of the audit
//! log tells of them.

use actors::model::draft::KeptDraft;
use actors::model::ids::{ConversationId, MessageId, UserId};
use actors::model::own::{Own, OwnNews};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{Done, Shown};
use super::canned_response::LONGEST_TEXT;
use super::check::Check;
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, Path};
use super::page::{List, Page};
use super::permission::SendMessages;
use crate::store::NewDraft;
use crate::whatsapp::validate::MAX_MENTIONS;

const LONGEST_DEVICE: usize = 64;
/// More writes than anybody makes; far from where a number of JavaScript loses ones.
const HIGHEST_REVISION: i64 = 1_000_000_000_000;

/// What the caller began to write, newest first.
pub async fn list(caller: Caller<SendMessages>, page: Page) -> ApiResult<List<KeptDraft>> {
    let user = writer(&caller)?;
    let after = page.after::<(Timestamp, ConversationId)>()?;
    let tenant = caller.tenant();
    let rows = tenant.list_drafts(user, after, page.rows()).await?;
    page.of(rows, |draft| (draft.updated_at, draft.conversation_id))
}

/// A draft as it is now; what is absent is empty.
#[derive(Deserialize, ToSchema)]
pub struct WriteDraft {
    /// Of the reply: at most 4096 characters.
    #[serde(default)]
    text: String,
    /// Of the note: at most 4096 characters.
    #[serde(default)]
    note_text: String,
    /// Colleagues whom the note is to call.
    #[serde(default)]
    mentions: Vec<UserId>,
    /// The note is what is being written.
    #[serde(default)]
    is_note: bool,
    /// A message of this conversation that the reply answers.
    reply_to: Option<MessageId>,
    /// The last revision that this device knows: the new one is higher. The last write wins all the same.
    base: Option<i64>,
    /// What this device calls itself, at most 64 characters: it comes back in the frame `draft`.
    device: Option<String>,
}

/// Keeps what the caller began to write, instead of what was there before, and tells their other devices. An empty one
/// is thrown away; the answer has its revision.
pub async fn change(
    caller: Caller<SendMessages>,
    Path(id): Path<ConversationId>,
    Body(form): Body<WriteDraft>,
) -> ApiResult<Shown<KeptDraft>> {
    let user = writer(&caller)?;
    check(&form)?;
    if let Some(message) = form.reply_to {
        check_reply(&caller, id, message).await?;
    }
    let tenant = caller.tenant();
    let mut mentions = form.mentions;
    mentions.sort_unstable();
    mentions.dedup();
    let known = tenant.known_users(&mentions).await?;
    if let Some(stranger) = mentions.iter().find(|user| !known.contains(user)) {
        return Err(ApiError::of(Code::ValidationFailed)
            .field("mentions", format!("{stranger} is not a colleague")));
    }
    let new = NewDraft {
        text: form.text,
        note_text: form.note_text,
        mentions,
        is_note: form.is_note,
        reply_to: form.reply_to,
        base: form.base.unwrap_or(0),
    };
    let draft = tenant.keep_draft(user, id, &new).await?;
    tell(&caller, user, draft.clone(), form.device);
    Ok(Shown(draft))
}

/// Throws away what the caller began to write.
pub async fn delete(
    caller: Caller<SendMessages>,
    Path(id): Path<ConversationId>,
) -> ApiResult<Done> {
    let user = writer(&caller)?;
    if let Some(emptied) = caller.tenant().drop_draft(user, id).await? {
        tell(&caller, user, emptied, None);
    }
    Ok(Done)
}

/// Who writes; a program has no drafts.
fn writer(caller: &Caller<SendMessages>) -> ApiResult<UserId> {
    let user = caller.user();
    user.map_err(|refused| refused.detail("a program has no drafts"))
}

fn tell(caller: &Caller<SendMessages>, user: UserId, draft: KeptDraft, device: Option<String>) {
    caller.app.hub.tell_own(OwnNews {
        organization: caller.actor.organization,
        user,
        device,
        own: Own::Draft(draft),
    });
}

fn check(form: &WriteDraft) -> ApiResult<()> {
    let mut check = Check::default();
    for (field, text) in [("text", &form.text), ("note_text", &form.note_text)] {
        if text.chars().count() > LONGEST_TEXT {
            check.refuse(
                field,
                format!("must have at most {LONGEST_TEXT} characters"),
            );
        }
    }
    if form.mentions.len() > MAX_MENTIONS {
        check.refuse("mentions", format!("must be at most {MAX_MENTIONS}"));
    }
    let base = form.base.unwrap_or(0);
    if !(0..=HIGHEST_REVISION).contains(&base) {
        check.refuse("base", "must be a revision of this draft, or null");
    }
    let device = form.device.as_deref().unwrap_or_default();
    if device.chars().count() > LONGEST_DEVICE {
        check.refuse(
            "device",
            format!("must have at most {LONGEST_DEVICE} characters"),
        );
    }
    check.finish()
}

async fn check_reply(
    caller: &Caller<SendMessages>,
    id: ConversationId,
    message: MessageId,
) -> ApiResult<()> {
    let tenant = caller.tenant();
    // What is not there at all is told first: nothing can be answered in it.
    tenant.find_conversation(id).await?;
    match tenant.find_message(message).await {
        Ok(found) if found.conversation_id == id => Ok(()),
        Ok(_) | Err(StoreError::NotFound) => Err(ApiError::of(Code::ValidationFailed)
            .field("reply_to", "must be a message of this conversation")),
        Err(error) => Err(error.into()),
    }
}
