//! A client's message object as a draft: checked against the provider's limits, its references and files
//! looked up, a template rendered for people. The window and the contact's wishes are the hub's to check.

use actors::model::ids::{ConversationId, SessionId, UserId};
use actors::model::message::Author;
use actors::model::outbound::{Draft, Priority};
use actors::model::user::{Actor, Who};
use actors::ports::store::StoreError;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::files;
use super::key::IdempotencyKey;
use crate::http::error::{ApiError, ApiResult, Code, FieldError};
use crate::http::extract::Caller;
use crate::http::permission::SendMessages;
use crate::whatsapp::template;
use crate::whatsapp::validate::{Checked, Invalid, Reference, validate};

/// The only status in which a template can be sent.
const APPROVED: &str = "APPROVED";

/// Where the message is to go.
#[derive(Clone, Copy)]
pub struct Thread {
    pub session: SessionId,
    /// None when it may still have to be opened.
    pub conversation: Option<ConversationId>,
}

/// The draft of a message object.
pub async fn of(
    caller: &Caller<SendMessages>,
    thread: Thread,
    message: &Value,
    key: IdempotencyKey,
    fingerprint: String,
) -> ApiResult<Draft> {
    caller.app.pressure.let_send(&caller.actor)?;
    let mut checked = validate(message).map_err(invalid)?;
    files::check(caller, thread.session, &checked).await?;
    let mut reply_to = match checked.reply_to.take() {
        Some(reference) => {
            Some(provider_id(caller, thread, reference, "context.message_id").await?)
        }
        None => None,
    };
    if let Some(target) = checked.target.take() {
        let target = provider_id(caller, thread, target, "reaction.message_id").await?;
        checked.target = Some(Reference::Provider(target.clone()));
        checked = checked.aimed_at(&target);
        reply_to = Some(target);
    }
    known_colleagues(caller, &checked.mentions).await?;
    if checked.kind == "template" {
        checked.text = Some(rendered(caller, thread.session, &checked).await?);
    }
    Ok(Draft {
        author: author(&caller.actor)?,
        fingerprint: key.0.is_some().then_some(fingerprint),
        client_key: key.0,
        priority: priority(&caller.actor),
        kind: checked.kind,
        text: checked.text,
        content: checked.content,
        media: checked.media,
        reply_to,
        note: checked.note,
        mentions: checked.mentions,
    })
}

async fn known_colleagues(caller: &Caller<SendMessages>, ids: &[UserId]) -> ApiResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let known = caller.tenant().known_users(ids).await?;
    match ids.iter().find(|id| !known.contains(id)) {
        None => Ok(()),
        Some(id) => Err(ApiError::of(Code::InvalidMessage)
            .field("text.mentions", format!("{id} is not a colleague"))),
    }
}

/// What a request asks, in short: the same key with another one is a mistake of the client.
pub fn fingerprint(place: &str, message: &Value) -> String {
    // Keys are sorted in a `Value`, so that their order does not count.
    let text = format!("{place}\n{message}");
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Who writes.
pub fn author(actor: &Actor) -> ApiResult<Author> {
    match actor.who {
        Who::User(id) => Ok(Author::user(id, actor.name.clone())),
        Who::ApiKey(id) => Ok(Author::api_key(id, actor.name.clone())),
        Who::System => Err(ApiError::internal("the hub itself writes no messages here")),
    }
}

/// A person goes before a program.
pub const fn priority(actor: &Actor) -> Priority {
    match actor.who {
        Who::User(_) => Priority::Agent,
        Who::ApiKey(_) | Who::System => Priority::Bot,
    }
}

/// How the provider names the message that `reference` means.
async fn provider_id(
    caller: &Caller<SendMessages>,
    thread: Thread,
    reference: Reference,
    field: &str,
) -> ApiResult<String> {
    let id = match reference {
        Reference::Provider(id) => return Ok(id),
        Reference::Ours(id) => id,
    };
    let refuse = |why: &str| ApiError::of(Code::InvalidMessage).field(field, why);
    let found = match caller.tenant().find_message(id).await {
        Ok(found) => found,
        Err(StoreError::NotFound) => return Err(refuse("there is no such message")),
        Err(error) => return Err(error.into()),
    };
    let is_here = match thread.conversation {
        Some(conversation) => found.conversation_id == conversation,
        None => found.session_id == thread.session,
    };
    if !is_here {
        return Err(refuse("belongs to another conversation"));
    }
    found
        .provider_id
        .ok_or_else(|| refuse("is not sent yet, so WhatsApp does not know it"))
}

/// What the contact will read of a template.
async fn rendered(
    caller: &Caller<SendMessages>,
    session: SessionId,
    checked: &Checked,
) -> ApiResult<String> {
    let send: Value = checked.content.read().map_err(ApiError::internal)?;
    let text = |pointer: &str| send.pointer(pointer).and_then(Value::as_str);
    let name = text("/name").unwrap_or_default();
    let language = text("/language/code").unwrap_or_default();
    let refuse = |why: String| ApiError::of(Code::InvalidMessage).field("template.name", why);
    let found = caller
        .tenant()
        .find_template(session, name, language)
        .await?;
    let Some(known) = found else {
        return Err(refuse(
            "there is no such template in this language for this number".to_owned(),
        ));
    };
    if known.status != APPROVED {
        return Err(refuse(format!("can't be sent: it is {}", known.status)));
    }
    let components: Value = known.components.read().map_err(ApiError::internal)?;
    template::render(&components, &send).map_err(invalid)
}

fn invalid(findings: Vec<Invalid>) -> ApiError {
    let fields = findings.into_iter().map(|finding| FieldError {
        field: finding.field,
        message: finding.message,
    });
    ApiError::of(Code::InvalidMessage).fields(fields.collect())
}

#[cfg(test)]
mod tests {
    use super::fingerprint;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_does_not_make_another_request() {
        let one = json!({"type": "text", "text": {"body": "hi"}});
        let other: serde_json::Value =
            serde_json::from_str(r#"{"text":{"body":"hi"},"type":"text"}"#).unwrap_or_default();
        assert_eq!(fingerprint("cnv_1", &one), fingerprint("cnv_1", &other));
        assert_ne!(fingerprint("cnv_1", &one), fingerprint("cnv_2", &one));
        assert_ne!(fingerprint("cnv_1", &one), fingerprint("cnv_1", &json!({})));
    }
}
