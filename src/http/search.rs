//! Messages and notes by their words.

use actors::model::ids::{ContactId, ConversationId, MessageId, SessionId, UserId};
use actors::model::message::Direction;
use actors::time::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::check::Check;
use super::conversation::link;
use super::error::ApiResult;
use super::extract::{Caller, Query};
use super::page::{List, Page};
use super::permission::ReadConversations;
use crate::store::{Hit, MessageSearch};

/// The longest type that messages are stored with, in letters of four bytes.
const LONGEST_TYPE: usize = 256;

/// What is looked for.
#[derive(Deserialize, IntoParams)]
pub struct SearchQuery {
    /// Words that all have to be there, or their beginnings. Case and accents do not count; of scripts without spaces
    /// between words, letters in a row. The first 16 words count; what is neither letter nor digit parts words.
    q: String,
    conversation: Option<ConversationId>,
    contact: Option<ContactId>,
    /// The number.
    session: Option<SessionId>,
    /// A user: what they wrote.
    author: Option<UserId>,
    #[param(inline)]
    direction: Option<Direction>,
    /// The message's type.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// Not older than this.
    since: Option<Timestamp>,
    /// Older than this.
    until: Option<Timestamp>,
}

/// The messages and notes that have the words, newest first. What was just said is found a second or two later.
pub async fn list(
    caller: Caller<ReadConversations>,
    Query(query): Query<SearchQuery>,
    page: Page,
) -> ApiResult<List<Hit>> {
    let mut check = Check::default();
    let kind = query.kind.filter(|kind| !kind.is_empty());
    if kind.as_ref().is_some_and(|kind| kind.len() > LONGEST_TYPE) {
        check.refuse("type", format!("must be at most {LONGEST_TYPE} bytes"));
    }
    check.finish()?;
    let search = MessageSearch {
        q: query.q,
        conversation: query.conversation,
        contact: query.contact,
        session: query.session,
        author: query.author,
        direction: query.direction,
        kind,
        since: query.since,
        until: query.until,
        after: page.after::<MessageId>()?,
    };
    let tenant = caller.tenant();
    let mut hits = tenant.search_messages(&search, page.rows()).await?;
    for hit in &mut hits {
        link(&caller.app, caller.actor.organization, &mut hit.message);
    }
    page.of(hits, |hit| hit.message.id)
}
