//! Canned responses: texts that agents write with a few letters.

use actors::model::ids::CannedResponseId;
use actors::model::user::Actor;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::answer::{Created, Done, Shown};
use super::check::Check;
use super::error::ApiResult;
use super::extract::{Body, Caller, Path, Query};
use super::owner::{check_writes, owner_of, taken, user_of};
use super::page::{List, Page};
use super::permission::{ReadConversations, WriteCannedResponses};
use crate::store::{CannedResponse, NewCannedResponse};

const LONGEST_SHORTCUT: usize = 32;
/// As long as a message may be.
pub(super) const LONGEST_TEXT: usize = 4096;
/// What may be filled in when a text is used.
pub(super) const VARIABLES: [&str; 5] = [
    "contact.name",
    "contact.first_name",
    "contact.phone",
    "agent.name",
    "agent.first_name",
];

/// Which texts.
#[derive(Deserialize, IntoParams)]
pub struct CannedQuery {
    /// A piece of the shortcut.
    q: Option<String>,
}

/// What the caller has at hand, by shortcut: what is everybody's, and their own.
pub async fn list(
    caller: Caller<ReadConversations>,
    Query(query): Query<CannedQuery>,
    page: Page,
) -> ApiResult<List<CannedResponse>> {
    let q = query.q.as_deref().filter(|q| !q.trim().is_empty());
    let after = page.after::<(String, CannedResponseId)>()?;
    let tenant = caller.tenant();
    let user = user_of(&caller.actor);
    let rows = tenant.list_canned_responses(user, q, after.as_ref(), page.rows());
    page.of(rows.await?, |text| (text.shortcut.clone(), text.id))
}

/// A text to be kept.
#[derive(Deserialize, ToSchema)]
pub struct WriteCannedResponse {
    /// What is written after the slash: small letters, digits, `-` and `_`.
    shortcut: String,
    /// With `{{contact.name}}`, `{{contact.first_name}}`, `{{contact.phone}}`, `{{agent.name}}` and
    /// `{{agent.first_name}}` to be filled in.
    text: String,
    /// Everybody's, which needs a supervisor; else the caller's own.
    #[serde(default)]
    shared: bool,
}

/// Keeps a text.
pub async fn create(
    caller: Caller<WriteCannedResponses>,
    Body(form): Body<WriteCannedResponse>,
) -> ApiResult<Created<CannedResponse>> {
    let new = checked(&caller.actor, form)?;
    let tenant = caller.tenant();
    let made = tenant.create_canned_response(&caller.actor, &new);
    let (text, receipt) = made.await.map_err(taken)?;
    caller.app.hub.announce(receipt);
    Ok(Created(text))
}

/// Writes a text anew.
pub async fn change(
    caller: Caller<WriteCannedResponses>,
    Path(id): Path<CannedResponseId>,
    Body(form): Body<WriteCannedResponse>,
) -> ApiResult<Shown<CannedResponse>> {
    let old = changeable(&caller, id).await?;
    let new = checked(&caller.actor, form)?;
    let tenant = caller.tenant();
    let changed = tenant.change_canned_response(&caller.actor, &old, &new);
    let (text, receipt) = changed.await.map_err(taken)?;
    caller.app.hub.announce(receipt);
    Ok(Shown(text))
}

/// Throws a text away.
pub async fn delete(
    caller: Caller<WriteCannedResponses>,
    Path(id): Path<CannedResponseId>,
) -> ApiResult<Done> {
    let old = changeable(&caller, id).await?;
    let tenant = caller.tenant();
    let receipt = tenant.delete_canned_response(&caller.actor, &old).await?;
    caller.app.hub.announce(receipt);
    Ok(Done)
}

/// A text that the caller may change: their own, or everybody's for those who write for everybody.
async fn changeable(
    caller: &Caller<WriteCannedResponses>,
    id: CannedResponseId,
) -> ApiResult<CannedResponse> {
    let user = user_of(&caller.actor);
    let text = caller.tenant().find_canned_response(user, id).await?;
    check_writes(&caller.actor, text.owner_id)?;
    Ok(text)
}

fn checked(actor: &Actor, form: WriteCannedResponse) -> ApiResult<NewCannedResponse> {
    let owner = owner_of(actor, form.shared)?;
    let mut check = Check::default();
    let shortcut = form.shortcut.trim().trim_start_matches('/').to_lowercase();
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let fits = (1..=LONGEST_SHORTCUT).contains(&shortcut.chars().count());
    if !fits || !shortcut.chars().all(is_plain) {
        check.refuse(
            "shortcut",
            format!("must be 1 to {LONGEST_SHORTCUT} letters, digits, - or _"),
        );
    }
    let text = form.text.trim().to_owned();
    if !(1..=LONGEST_TEXT).contains(&text.chars().count()) {
        check.refuse("text", format!("must have 1 to {LONGEST_TEXT} characters"));
    }
    if let Some(unknown) = unknown_variable(&text) {
        let known = VARIABLES.join(", ");
        check.refuse(
            "text",
            format!("{{{{{unknown}}}}} can't be filled in; known are {known}"),
        );
    }
    check.finish()?;
    Ok(NewCannedResponse {
        shortcut,
        text,
        owner,
    })
}

/// The first name in double braces that nothing stands for.
pub(super) fn unknown_variable(text: &str) -> Option<&str> {
    let pieces = text.split("{{").skip(1);
    let mut names = pieces.filter_map(|piece| Some(piece.split_once("}}")?.0.trim()));
    names.find(|name| !VARIABLES.contains(name))
}

#[cfg(test)]
mod tests {
    use super::unknown_variable;

    #[test]
    fn only_known_names_are_filled_in() {
        assert_eq!(
            unknown_variable("Hi {{ contact.first_name }}, I am {{agent.name}}."),
            None
        );
        assert_eq!(unknown_variable("Hi {{contact.nme}}"), Some("contact.nme"));
        assert_eq!(
            unknown_variable("{{ is no name, nor }} is this"),
            Some("is no name, nor")
        );
        assert_eq!(unknown_variable("an open {{ brace"), None);
    }
}
