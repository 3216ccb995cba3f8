//! Messages as they lie in the database and as everybody else sees them.

use std::collections::HashMap;
use std::time::Duration;

use actors::id::floor_at;
use actors::model::conversation::LastMessage;
use actors::model::ids::{ContactId, ConversationId, MediaId, MessageId, SessionId};
use actors::model::message::{Direction, Media, MediaState, Message, ReplyTo};
use actors::model::status::MessageStatus;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::Conn;
use super::schema::{media, messages};
use super::{Tenant, field};
use crate::with_conn;

/// Characters of a quoted message that are shown.
const QUOTED: usize = 200;

/// A message as it lies in the database.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = messages)]
pub(crate) struct MessageRow {
    pub id: i64,
    pub organization_id: i64,
    pub seq: i64,
    pub conversation_id: i64,
    pub contact_id: i64,
    pub session_id: i64,
    pub direction: String,
    pub kind: String,
    pub text: Option<String>,
    pub content: String,
    pub context: Option<String>,
    pub reply_to: Option<String>,
    pub provider_id: Option<String>,
    pub attempt_id: Option<i64>,
    pub status: String,
    pub error: Option<String>,
    pub author: Option<String>,
    pub client_key: Option<String>,
    pub reactions: Option<String>,
    pub has_media: bool,
    pub placeholder: bool,
    pub hidden: bool,
    pub edited_at: Option<NaiveDateTime>,
    pub revoked_at: Option<NaiveDateTime>,
    pub provider_timestamp: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
}

impl MessageRow {
    /// The row of a message that was just made.
    pub fn of(message: &Message, organization: i64) -> Result<Self, StoreError> {
        Ok(Self {
            id: message.id.0,
            organization_id: organization,
            seq: message.seq,
            conversation_id: message.conversation_id.0,
            contact_id: message.contact_id.0,
            session_id: message.session_id.0,
            direction: message.direction.as_str().to_owned(),
            kind: message.kind.clone(),
            text: message.text.clone(),
            content: message.content.get().to_owned(),
            context: message.context.as_ref().map(field::write).transpose()?,
            reply_to: message
                .reply_to
                .as_ref()
                .map(|quoted| quoted.provider_id.clone()),
            provider_id: message.provider_id.clone(),
            attempt_id: None,
            status: message.status.as_str().to_owned(),
            error: message.error.as_ref().map(field::write).transpose()?,
            author: message.author.as_ref().map(field::write).transpose()?,
            client_key: message.client_key.clone(),
            reactions: None,
            has_media: !message.media.is_empty(),
            placeholder: false,
            hidden: false,
            edited_at: None,
            revoked_at: None,
            provider_timestamp: message.provider_timestamp.map(|at| at.naive()),
            created_at: message.created_at.naive(),
        })
    }

    /// The status of the row.
    pub fn status(&self) -> Result<MessageStatus, StoreError> {
        field::named("message status", &self.status, MessageStatus::parse)
    }

    fn view(self, media: Vec<Media>, quotes: &Quotes) -> Result<Message, StoreError> {
        let reply_to = self.reply_to.map(|provider_id| {
            let thread = (self.session_id, self.conversation_id);
            reply_to(provider_id, thread, quotes)
        });
        Ok(Message {
            id: MessageId(self.id),
            seq: self.seq,
            conversation_id: ConversationId(self.conversation_id),
            contact_id: ContactId(self.contact_id),
            session_id: SessionId(self.session_id),
            direction: field::named("direction", &self.direction, Direction::parse)?,
            kind: self.kind,
            text: self.text,
            content: field::json(self.content)?,
            media,
            reply_to,
            context: field::read_opt(self.context.as_deref())?,
            provider_id: self.provider_id,
            status: field::named("message status", &self.status, MessageStatus::parse)?,
            error: field::read_opt(self.error.as_deref())?,
            author: field::read_opt(self.author.as_deref())?,
            client_key: self.client_key,
            reactions: field::read_opt(self.reactions.as_deref())?.unwrap_or_default(),
            edited_at: field::instant_opt(self.edited_at),
            revoked_at: field::instant_opt(self.revoked_at),
            created_at: field::instant(self.created_at),
            provider_timestamp: field::instant_opt(self.provider_timestamp),
        })
    }
}

/// A file as it lies in the database.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = media)]
pub(crate) struct MediaRow {
    pub id: i64,
    pub organization_id: i64,
    pub session_id: i64,
    pub message_id: Option<i64>,
    pub provider_media_id: Option<String>,
    pub provider_uploaded_at: Option<NaiveDateTime>,
    pub mime_type: String,
    pub filename: Option<String>,
    pub size: Option<i64>,
    pub sha256: Option<String>,
    pub state: String,
    pub voice: bool,
    pub animated: bool,
    pub error: Option<String>,
    pub object_key: Option<String>,
    pub created_at: NaiveDateTime,
}

impl MediaRow {
    /// The file as everybody sees it, without an address.
    pub fn view(&self) -> Result<Media, StoreError> {
        Ok(Media {
            id: MediaId(self.id),
            mime_type: self.mime_type.clone(),
            filename: self.filename.clone(),
            size: self.size,
            state: field::named("media state", &self.state, MediaState::parse)?,
            url: None,
            voice: self.voice,
            animated: self.animated,
            error: self.error.clone(),
        })
    }
}

/// The first characters of a text.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().take(QUOTED).collect()
}

/// The smallest and the greatest of some ids. A query that says between which its ids lie looks only into the
/// partitions of that time: PostgreSQL does not see it in an array of parameters.
pub(crate) fn span(ids: &[i64]) -> (i64, i64) {
    let ends = ids.iter().min().zip(ids.iter().max());
    ends.map_or((0, 0), |(first, last)| (*first, *last))
}

/// Where messages begin that WhatsApp still tells of, or that somebody is likely to quote. What is searched by the
/// provider's id is searched here first and then in all partitions: each costs a look into its index.
pub(crate) fn lately() -> i64 {
    const LATELY: Duration = Duration::from_secs(35 * 24 * 60 * 60);
    floor_at(Timestamp::now() - LATELY)
}

/// The messages of these ids, in no order.
pub(crate) async fn load(
    conn: &mut Conn,
    organization: i64,
    ids: &[i64],
) -> Result<Vec<Message>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (first, last) = span(ids);
    let rows: Vec<MessageRow> = with_conn!(conn, |c| messages::table
        .filter(messages::organization_id.eq(organization))
        .filter(messages::id.eq_any(ids))
        .filter(messages::id.between(first, last))
        .select(MessageRow::as_select())
        .load(c)
        .await)?;
    views(conn, rows).await
}

/// Adds files and quoted lines to rows, keeping their order.
pub(crate) async fn views(
    conn: &mut Conn,
    rows: Vec<MessageRow>,
) -> Result<Vec<Message>, StoreError> {
    let with_media: Vec<i64> = rows
        .iter()
        .filter(|row| row.has_media)
        .map(|row| row.id)
        .collect();
    let mut files: HashMap<i64, Vec<Media>> = HashMap::new();
    if !with_media.is_empty() {
        let found: Vec<MediaRow> = with_conn!(conn, |c| media::table
            .filter(media::message_id.eq_any(with_media.iter().copied().map(Some)))
            .order(media::id)
            .select(MediaRow::as_select())
            .load(c)
            .await)?;
        for file in found {
            if let Some(message) = file.message_id {
                files.entry(message).or_default().push(file.view()?);
            }
        }
    }
    let wanted: Vec<(i64, &str)> = rows
        .iter()
        .filter_map(|row| Some((row.session_id, row.reply_to.as_deref()?)))
        .collect();
    let quotes = quotes(conn, &wanted).await?;
    rows.into_iter()
        .map(|row| {
            let media = files.remove(&row.id).unwrap_or_default();
            row.view(media, &quotes)
        })
        .collect()
}

/// What a conversation's list row shows of its last message.
pub(crate) fn last_of(message: &Message) -> LastMessage {
    LastMessage {
        id: message.id,
        direction: message.direction,
        kind: message.kind.clone(),
        text: message.text.as_deref().map(shortened),
        status: message.status,
        at: message.created_at,
    }
}

/// Quoted lines by number and provider's id.
pub(crate) type Quotes = HashMap<(i64, String), Quoted>;

/// A line that is quoted: its conversation, id, text and direction.
pub(crate) type Quoted = (i64, i64, Option<String>, String);

/// The lines that are quoted by these numbers and provider's ids.
pub(crate) async fn quotes(conn: &mut Conn, wanted: &[(i64, &str)]) -> Result<Quotes, StoreError> {
    let (mut quotes, lately) = (Quotes::new(), lately());
    for (first, last) in [(lately, i64::MAX), (i64::MIN, lately - 1)] {
        let missing = wanted
            .iter()
            .filter(|(session, id)| !quotes.contains_key(&(*session, (*id).to_owned())));
        let (mut sessions, ids): (Vec<i64>, Vec<&str>) = missing.copied().unzip();
        if ids.is_empty() {
            break;
        }
        sessions.sort_unstable();
        sessions.dedup();
        type Line = (i64, Option<String>, Quoted);
        let found: Vec<Line> = with_conn!(conn, |c| messages::table
            .filter(messages::session_id.eq_any(&sessions))
            .filter(messages::provider_id.eq_any(&ids))
            .filter(messages::id.between(first, last))
            .select((
                messages::session_id,
                messages::provider_id,
                (
                    messages::conversation_id,
                    messages::id,
                    messages::text,
                    messages::direction,
                ),
            ))
            .load(c)
            .await)?;
        let lines = found
            .into_iter()
            .filter_map(|(session, provider_id, line)| Some(((session, provider_id?), line)));
        quotes.extend(lines);
    }
    Ok(quotes)
}

/// What a message of that number and conversation shows of the line that it answers: nothing of another conversation's.
pub(crate) fn reply_to(
    provider_id: String,
    (session, conversation): (i64, i64),
    quotes: &Quotes,
) -> ReplyTo {
    let key = (session, provider_id);
    let quoted = quotes
        .get(&key)
        .filter(|(thread, ..)| *thread == conversation);
    ReplyTo {
        id: quoted.map(|(_, id, ..)| MessageId(*id)),
        text: quoted.and_then(|(_, _, text, _)| text.as_deref().map(shortened)),
        direction: quoted.and_then(|(.., direction)| Direction::parse(direction)),
        provider_id: key.1,
    }
}

impl Tenant {
    /// A page of a conversation, newest first; `before` is the last id of the page before.
    pub async fn list_messages(
        &self,
        conversation: ConversationId,
        before: Option<MessageId>,
        limit: i64,
    ) -> Result<Vec<Message>, StoreError> {
        let mut conn = self.db().read().await?;
        let before = before.map_or(i64::MAX, |id| id.0);
        let rows: Vec<MessageRow> = with_conn!(&mut conn, |c| messages::table
            .filter(messages::organization_id.eq(self.org()))
            .filter(messages::conversation_id.eq(conversation.0))
            .filter(messages::id.lt(before))
            .filter(messages::hidden.eq(false))
            .order(messages::id.desc())
            .limit(limit)
            .select(MessageRow::as_select())
            .load(c)
            .await)?;
        views(&mut conn, rows).await
    }

    /// Messages of a conversation that have files, newest first; `kind` is the type of the messages, `before` the last id
    /// of the page before.
    pub async fn list_files(
        &self,
        conversation: ConversationId,
        kind: Option<&str>,
        before: Option<MessageId>,
        limit: i64,
    ) -> Result<Vec<Message>, StoreError> {
        let mut conn = self.db().read().await?;
        let before = before.map_or(i64::MAX, |id| id.0);
        let rows: Vec<MessageRow> = with_conn!(&mut conn, |c| {
            let mut query = messages::table
                .filter(messages::organization_id.eq(self.org()))
                .filter(messages::conversation_id.eq(conversation.0))
                .filter(messages::id.lt(before))
                // Written out: an index that holds only these is taken for no parameter.
                .filter(messages::has_media)
                .filter(messages::hidden.eq(false))
                .order(messages::id.desc())
                .limit(limit)
                .select(MessageRow::as_select())
                .into_boxed();
            if let Some(kind) = kind {
                query = query.filter(messages::kind.eq(kind));
            }
            query.load(c).await
        })?;
        views(&mut conn, rows).await
    }

    /// One message.
    pub async fn find_message(&self, id: MessageId) -> Result<Message, StoreError> {
        let mut conn = self.db().read().await?;
        let found = load(&mut conn, self.org(), &[id.0]).await?;
        found.into_iter().next().ok_or(StoreError::NotFound)
    }
}
