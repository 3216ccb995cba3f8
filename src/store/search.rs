//! Messages and notes by their words: what is asked, and how both databases find it. What is searched is filled by a
//! follower (`follow`), never with the message itself.

mod change;
mod entry;
mod excerpt;
mod follow;
mod slice;
mod vocabulary;
mod words;

use std::collections::HashMap;

use actors::id::floor_at;
use actors::model::contact::ContactBrief;
use actors::model::ids::{ContactId, ConversationId, MessageId, SessionId, UserId};
use actors::model::message::{Direction, Message};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;
use serde::Serialize;

pub use self::excerpt::Stretch;
pub use self::follow::Indexed;
pub(crate) use self::follow::WalkRow;

use self::slice::{Id, TOKENS};
use self::words::Term;
use super::db::{Conn, Sqlite, boxed, refused};
use super::kept::kept;
use super::schema::{conversations, messages};
use super::{Tenant, conversation, message};
use crate::with_conn;

/// Slices that one statement looks through at most.
const SLICES: usize = 512;
/// Conversations of one contact that are looked at: one per number, so there are never many.
const CONVERSATIONS: i64 = 200;

/// The kind that most messages are of.
const USUAL: &str = "text";

/// What is looked for; everything absent means "all".
#[derive(Clone, Debug, Default)]
pub struct MessageSearch {
    /// Words; all of them have to be there, each may be the beginning of a longer one.
    pub q: String,
    pub conversation: Option<ConversationId>,
    pub contact: Option<ContactId>,
    pub session: Option<SessionId>,
    /// Who wrote it, of the colleagues.
    pub author: Option<UserId>,
    pub direction: Option<Direction>,
    /// The provider's type.
    pub kind: Option<String>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// The last hit of the page before.
    pub after: Option<MessageId>,
}

/// A message that was found.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Hit {
    pub message: Message,
    /// Whom the conversation is with.
    pub contact: ContactBrief,
    /// The piece of the message that shows the words, cut where they begin and end.
    pub excerpt: Vec<Stretch>,
}

/// A search as the index understands it.
struct Ask {
    terms: Vec<Term>,
    /// The organization's mark. (On PostgreSQL a slice is of one organization.)
    organization: String,
    /// Marks that many messages have and have to be there.
    marks: Vec<String>,
    /// Marks that few messages have and have to be there.
    rare: Vec<String>,
    /// Marks of which one has to be there, if there are any.
    one_of: Vec<String>,
    /// The ids lie from here …
    floor: i64,
    /// … to before here.
    before: i64,
}

impl Tenant {
    /// Messages and notes that have all words of a search, newest first.
    pub async fn search_messages(
        &self,
        search: &MessageSearch,
        limit: i64,
    ) -> Result<Vec<Hit>, StoreError> {
        let mut conn = self.db().read().await?;
        let Some(mut ask) = self.ask(&mut conn, search).await? else {
            return Ok(Vec::new());
        };
        let wanted = usize::try_from(limit).unwrap_or(0);
        let mut hits = Vec::new();
        while hits.len() < wanted {
            let ids = self.matches(&mut conn, &ask, limit).await?;
            let is_end = ids.len() < wanted;
            ask.before = ids.last().copied().unwrap_or(ask.floor);
            let found = self.show(&mut conn, &ask.terms, &ids).await?;
            hits.extend(found);
            if is_end {
                break;
            }
        }
        hits.truncate(wanted);
        Ok(hits)
    }

    /// None if nothing can be found.
    async fn ask(
        &self,
        conn: &mut Conn,
        search: &MessageSearch,
    ) -> Result<Option<Ask>, StoreError> {
        let (mut marks, mut rare) = (Vec::new(), Vec::new());
        marks.extend(search.session.map(entry::of_session));
        rare.extend(search.author.map(entry::of_author));
        if let Some(direction) = search.direction {
            let is_rare = direction == Direction::Note;
            let of_direction = if is_rare { &mut rare } else { &mut marks };
            of_direction.push(entry::of_direction(direction));
        }
        if let Some(kind) = search.kind.as_deref() {
            let is_rare = kind != USUAL;
            let of_kind = if is_rare { &mut rare } else { &mut marks };
            of_kind.push(entry::of_kind(kind));
        }
        let after = search.after.map_or(i64::MAX, |id| id.0);
        let until = search.until.map_or(i64::MAX, floor_at);
        let mut ask = Ask {
            terms: words::terms(&search.q),
            organization: entry::of_organization(self.organization()),
            marks,
            rare,
            one_of: Vec::new(),
            floor: search.since.map_or(0, floor_at),
            before: after.min(until),
        };
        if ask.terms.is_empty() {
            return Ok(None);
        }
        if search.conversation.is_none() && search.contact.is_none() {
            return Ok(Some(ask));
        }
        let threads: Vec<i64> = with_conn!(conn, |c| {
            let mut query = conversations::table
                .filter(conversations::organization_id.eq(self.org()))
                .select(conversations::id)
                .limit(CONVERSATIONS)
                .into_boxed();
            if let Some(id) = search.conversation {
                query = query.filter(conversations::id.eq(id.0));
            }
            if let Some(id) = search.contact {
                query = query.filter(conversations::contact_id.eq(id.0));
            }
            query.load(c).await
        })?;
        let (mut first, mut end) = (i64::MAX, 0);
        for thread in &threads {
            // One by one: SQLite finds both together by reading all that is between them.
            let oldest: Option<i64> = with_conn!(conn, |c| messages::table
                .filter(messages::conversation_id.eq(*thread))
                .select(diesel::dsl::min(messages::id))
                .get_result(c)
                .await)?;
            let newest: Option<i64> = with_conn!(conn, |c| messages::table
                .filter(messages::conversation_id.eq(*thread))
                .select(diesel::dsl::max(messages::id))
                .get_result(c)
                .await)?;
            if let (Some(oldest), Some(newest)) = (oldest, newest) {
                (first, end) = (first.min(oldest), end.max(newest));
            }
        }
        // Only the slices in which they spoke.
        ask.floor = ask.floor.max(first);
        ask.before = ask.before.min(end.saturating_add(1));
        let threads = threads.into_iter().map(ConversationId);
        ask.one_of = threads.map(entry::of_conversation).collect();
        Ok((!ask.one_of.is_empty()).then_some(ask))
    }

    /// The ids of the next messages that the index finds, newest first.
    async fn matches(
        &self,
        conn: &mut Conn,
        ask: &Ask,
        limit: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let found: Vec<Id> = match conn {
            Conn::Sqlite(object) => {
                const FIND: &str = "SELECT rowid AS id FROM message_search WHERE message_search MATCH $1 \
                    AND rowid >= $2 AND rowid < $3 ORDER BY rowid DESC LIMIT $4";
                let Some(wanted) = ask.for_sqlite(object).await? else {
                    return Ok(Vec::new());
                };
                let query = diesel::sql_query(FIND)
                    .bind::<Text, _>(wanted)
                    .bind::<BigInt, _>(ask.floor)
                    .bind::<BigInt, _>(ask.before)
                    .bind::<BigInt, _>(limit);
                let query = kept(query).load(&mut **object);
                boxed(query).await.map_err(refused)?
            }
            Conn::Postgres(object) => {
                let slices = slice::between(object, self.org(), ask.floor, ask.before).await?;
                let (text, template, rare) = (find(), ask.for_postgres(), ask.rare_for_postgres());
                let mut found = Vec::new();
                for some in slices.chunks(SLICES) {
                    let missing = limit - i64::try_from(found.len()).unwrap_or(limit);
                    let query = diesel::sql_query(text.as_str())
                        .bind::<Array<BigInt>, _>(some)
                        .bind::<Text, _>(&template)
                        .bind::<BigInt, _>(self.org())
                        .bind::<BigInt, _>(ask.floor)
                        .bind::<BigInt, _>(ask.before)
                        .bind::<BigInt, _>(missing)
                        .bind::<Text, _>(&rare);
                    let query = kept(query).load(&mut **object);
                    found.extend::<Vec<Id>>(boxed(query).await.map_err(refused)?);
                    if i64::try_from(found.len()).unwrap_or(limit) >= limit {
                        break;
                    }
                }
                found
            }
        };
        Ok(found.into_iter().map(|row| row.id).collect())
    }

    /// The messages of these ids with their contacts. What was said may have changed since it was indexed: only what
    /// has the words now is shown.
    async fn show(
        &self,
        conn: &mut Conn,
        terms: &[Term],
        ids: &[i64],
    ) -> Result<Vec<Hit>, StoreError> {
        let found = message::load(conn, self.org(), ids).await?;
        let mut found: HashMap<i64, Message> = found
            .into_iter()
            .filter(|message| message.revoked_at.is_none())
            .filter(|message| excerpt::has_all(terms, entry::texts(message)))
            .map(|message| (message.id.0, message))
            .collect();
        let mut threads: Vec<i64> = found
            .values()
            .map(|message| message.conversation_id.0)
            .collect();
        threads.sort_unstable();
        threads.dedup();
        let contacts = conversation::contacts_of(conn, self.org(), &threads).await?;
        let hits = ids.iter().filter_map(|id| {
            let message = found.remove(id)?;
            Some(Hit {
                contact: contacts.get(&message.conversation_id.0)?.clone(),
                excerpt: excerpt::excerpt(terms, entry::texts(&message)),
                message,
            })
        });
        Ok(hits.collect())
    }
}

impl Ask {
    /// None if a word is looked for that nobody said. Words have letters and digits only, so nothing in a quotation can end it.
    async fn for_sqlite(&self, conn: &mut Sqlite) -> Result<Option<String>, StoreError> {
        let marks = std::iter::once(&self.organization).chain(&self.marks);
        let marks = marks.chain(&self.rare);
        let mut all: Vec<String> = marks.map(|mark| format!("\"{mark}\"")).collect();
        match vocabulary::expression(conn, &self.terms).await? {
            Some(words) => all.push(words),
            None => return Ok(None),
        }
        if !self.one_of.is_empty() {
            all.push(format!("(\"{}\")", self.one_of.join("\" OR \"")));
        }
        Ok(Some(all.join(" AND ")))
    }

    /// With `#` where each word's slice goes.
    fn for_postgres(&self) -> String {
        let terms = self.terms.iter().map(|term| match term.is_prefix {
            true => format!("'#{}':*", term.text),
            false => format!("'#{}'", term.text),
        });
        let marks = self.marks.iter().map(|mark| format!("'#{mark}'"));
        let mut all: Vec<String> = terms.chain(marks).collect();
        all.extend(Some(self.rare_for_postgres()).filter(|rare| !rare.is_empty()));
        all.join(" & ")
    }

    /// What few messages have of that: slices without it need not be looked through for the words.
    fn rare_for_postgres(&self) -> String {
        let marks = self.rare.iter().map(|mark| format!("'#{mark}'"));
        let mut all: Vec<String> = marks.collect();
        if !self.one_of.is_empty() {
            all.push(format!("('#{}')", self.one_of.join("' | '#")));
        }
        all.join(" & ")
    }
}

/// One slice after the other, and none that is not needed. The ids are not compared as they are (`+ 0`), lest their index be
/// taken instead of the words'. A slice in which nobody has the rare marks is passed over at once: what begins like a word is gathered
/// before anything else is compared, which takes a hundred times as long.
fn find() -> String {
    format!(
        "SELECT hit.id FROM UNNEST($1) AS wanted (slice) CROSS JOIN LATERAL ( \
            SELECT message_id AS id FROM message_search \
            WHERE {TOKENS} @@ replace($2, '#', wanted.slice::TEXT || '.')::tsquery \
            AND organization_id = $3 AND message_id + 0 >= $4 AND message_id + 0 < $5 \
            ORDER BY message_id + 0 DESC LIMIT $6 \
        ) AS hit WHERE ($7 = '' OR EXISTS ( \
            SELECT 1 FROM message_search WHERE {TOKENS} @@ replace($7, '#', wanted.slice::TEXT || '.')::tsquery \
        )) LIMIT $6"
    )
}
