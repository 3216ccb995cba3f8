//! Conversations as they lie in the database and as everybody else sees them.

mod care;
mod few;
mod list;

pub(crate) use self::care::CareRow;
pub(crate) use self::list::pattern;
pub use self::list::{AssigneeFilter, ConversationFilter, TeamFilter};

use std::collections::HashMap;

use actors::model::contact::ContactBrief;
use actors::model::conversation::{
    Conversation, ConversationStatus, LastMessage, Priority, TeamBrief,
};
use actors::model::ids::{ContactId, ConversationId, MessageId, SessionId, TeamId, UserId};
use actors::model::message::Direction;
use actors::model::sla::SlaMark;
use actors::model::status::MessageStatus;
use actors::model::user::UserBrief;
use actors::ports::store::StoreError;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::join;

use super::db::{Conn, at_once, boxed, refused};
use super::kept::{filled, kept};
use super::message::shortened;
use super::schema::{contacts, conversations, messages, teams, users};
use super::{Tenant, field, message, unreadable};
use crate::with_conn;

/// A conversation as it lies in the database.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = conversations)]
pub(crate) struct ConversationRow {
    pub id: i64,
    pub organization_id: i64,
    pub seq: i64,
    pub session_id: i64,
    pub contact_id: i64,
    pub contact_key: String,
    pub status: String,
    pub assignee_id: Option<i64>,
    pub unread: i64,
    pub last_message_id: Option<i64>,
    pub last_inbound_provider_id: Option<String>,
    pub window_expires_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
    pub team_id: Option<i64>,
    /// JSON: their numbers.
    pub tags: Option<String>,
    pub priority: i64,
    pub snoozed_until: Option<NaiveDateTime>,
    pub waiting_since: Option<NaiveDateTime>,
    pub reserved_until: Option<NaiveDateTime>,
    /// None in rows of a version before: when it was made.
    pub opened_at: Option<NaiveDateTime>,
    pub first_reply_at: Option<NaiveDateTime>,
    /// JSON: marks, of which some may not hold any more.
    pub sla: Option<String>,
    /// JSON: the numbers of users.
    pub participants: Option<String>,
}

/// The columns of a contact that a conversation shows.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = contacts)]
pub(crate) struct ContactColumns {
    pub id: i64,
    pub name: Option<String>,
    pub profile_name: Option<String>,
    pub phone: Option<String>,
    pub user_id: Option<String>,
    pub username: Option<String>,
    pub opted_out_at: Option<NaiveDateTime>,
}

impl ContactColumns {
    /// The contact as a conversation shows it.
    pub fn brief(&self) -> ContactBrief {
        ContactBrief {
            id: ContactId(self.id),
            name: self.name.clone().or_else(|| self.profile_name.clone()),
            phone: self.phone.clone(),
            user_id: self.user_id.clone(),
            username: self.username.clone(),
        }
    }
}

/// The columns of a message that a list row shows.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = messages)]
struct LastColumns {
    id: i64,
    direction: String,
    kind: String,
    text: Option<String>,
    status: String,
    created_at: NaiveDateTime,
}

impl LastColumns {
    fn view(&self) -> Result<LastMessage, StoreError> {
        Ok(LastMessage {
            id: MessageId(self.id),
            direction: field::named("direction", &self.direction, Direction::parse)?,
            kind: self.kind.clone(),
            text: self.text.as_deref().map(shortened),
            status: field::named("message status", &self.status, MessageStatus::parse)?,
            at: field::instant(self.created_at),
        })
    }
}

/// With the contact and the assignee.
type Joined = (ConversationRow, ContactColumns, Option<(i64, String)>);

/// A conversation with what is joined to it.
pub(crate) struct Loaded {
    pub row: ConversationRow,
    pub contact: ContactColumns,
    pub view: Conversation,
}

/// The conversations of these ids with whom they are and who has them; written out for each database. From three ids on SQLite would
/// look through all of the organization, were its index not out of the question.
macro_rules! joined {
    ($whose:ident($organizations:expr), $ids:expr) => {
        conversations::table
            .inner_join(contacts::table)
            .left_join(users::table)
            .filter((conversations::organization_id + 0).$whose($organizations))
            .filter(conversations::id.eq_any($ids))
            .select((
                ConversationRow::as_select(),
                ContactColumns::as_select(),
                (users::id, users::name).nullable(),
            ))
    };
}

/// The conversations of these ids, in no order.
pub(crate) async fn load(
    conn: &mut Conn,
    organization: i64,
    ids: &[i64],
) -> Result<Vec<Conversation>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = filled(ids.iter().copied());
    let joined: Vec<Joined> = with_conn!(conn, |c| kept(joined!(eq(organization), &ids))
        .load(c)
        .await)?;
    let loaded = complete(conn, joined).await?;
    Ok(loaded.into_iter().map(|loaded| loaded.view).collect())
}

/// The teams that conversations have.
const THEIR_TEAMS: &str = "SELECT DISTINCT t.id, t.name FROM conversations AS c \
    JOIN teams AS t ON t.id = c.team_id WHERE c.organization_id = ANY($1) AND c.id = ANY($2)";

#[derive(QueryableByName)]
struct TeamName {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    name: String,
}

/// The conversations of these ids on PostgreSQL, in no order and without their last messages: nothing has to be known first,
/// so that one answer is waited for.
pub(crate) async fn load_at_once(
    c: &AsyncPgConnection,
    organizations: &[i64],
    ids: &[i64],
) -> Result<Vec<Loaded>, StoreError> {
    let joined = joined!(eq_any(organizations), ids);
    let teams = kept(
        diesel::sql_query(THEIR_TEAMS)
            .bind::<Array<BigInt>, _>(organizations)
            .bind::<Array<BigInt>, _>(ids),
    );
    let (mut first, mut second) = (c, c);
    let (joined, teams) = join!(
        boxed(joined.load::<Joined>(&mut first)),
        boxed(teams.load::<TeamName>(&mut second)),
    );
    let joined = joined.map_err(refused)?.into_iter();
    let teams = teams.map_err(refused)?.into_iter();
    let teams = teams.map(|team| brief_of((team.id, team.name))).collect();
    joined.map(|one| loaded(one, &teams, None)).collect()
}

/// Whom these conversations are with.
pub(crate) async fn contacts_of(
    conn: &mut Conn,
    organization: i64,
    ids: &[i64],
) -> Result<HashMap<i64, ContactBrief>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(i64, ContactColumns)> = with_conn!(conn, |c| conversations::table
        .inner_join(contacts::table)
        .filter((conversations::organization_id + 0).eq(organization))
        .filter(conversations::id.eq_any(ids))
        .select((conversations::id, ContactColumns::as_select()))
        .load(c)
        .await)?;
    let briefs = found.into_iter();
    Ok(briefs.map(|(id, contact)| (id, contact.brief())).collect())
}

/// One conversation with its rows.
pub(crate) async fn load_one(
    conn: &mut Conn,
    organization: i64,
    id: i64,
) -> Result<Loaded, StoreError> {
    let joined: Joined = with_conn!(conn, |c| conversations::table
        .inner_join(contacts::table)
        .left_join(users::table)
        .filter(conversations::organization_id.eq(organization))
        .filter(conversations::id.eq(id))
        .select((
            ConversationRow::as_select(),
            ContactColumns::as_select(),
            (users::id, users::name).nullable(),
        ))
        .first(c)
        .await)?;
    let mut loaded = complete(conn, vec![joined]).await?;
    loaded.pop().ok_or(StoreError::NotFound)
}

/// Another organization's conversation is not there.
pub(super) async fn check(
    conn: &mut Conn,
    organization: i64,
    id: ConversationId,
) -> Result<(), StoreError> {
    last_message(conn, organization, id).await.map(drop)
}

/// The last message of a conversation; None: nobody said anything yet.
pub(super) async fn last_message(
    conn: &mut Conn,
    organization: i64,
    id: ConversationId,
) -> Result<Option<i64>, StoreError> {
    with_conn!(conn, |c| conversations::table
        .filter(conversations::organization_id.eq(organization))
        .filter(conversations::id.eq(id.0))
        .select(conversations::last_message_id)
        .first(c)
        .await)
}

async fn complete(conn: &mut Conn, joined: Vec<Joined>) -> Result<Vec<Loaded>, StoreError> {
    let last_ids: Vec<i64> = joined
        .iter()
        .filter_map(|(row, ..)| row.last_message_id)
        .collect();
    let mut last: HashMap<i64, LastColumns> = HashMap::new();
    if !last_ids.is_empty() {
        let (first, end) = message::span(&last_ids);
        let ids = filled(last_ids);
        let found: Vec<LastColumns> = with_conn!(conn, |c| kept(
            messages::table
                .filter(messages::id.eq_any(&ids))
                .filter(messages::id.between(first, end))
                .select(LastColumns::as_select())
        )
        .load(c)
        .await)?;
        last.extend(found.into_iter().map(|columns| (columns.id, columns)));
    }
    let teams = teams_of(conn, &joined).await?;
    joined
        .into_iter()
        .map(|one| {
            let last_message = one
                .0
                .last_message_id
                .and_then(|id| last.get(&id))
                .map(LastColumns::view)
                .transpose()?;
            loaded(one, &teams, last_message)
        })
        .collect()
}

fn loaded(
    (row, contact, assignee): Joined,
    teams: &HashMap<i64, TeamBrief>,
    last_message: Option<LastMessage>,
) -> Result<Loaded, StoreError> {
    let status = field::named("status", &row.status, ConversationStatus::parse)?;
    let sleeps = status == ConversationStatus::Snoozed;
    let tags = numbers_of(row.tags.as_deref())?;
    let mut view = Conversation {
        id: ConversationId(row.id),
        seq: row.seq,
        session_id: SessionId(row.session_id),
        contact: contact.brief(),
        status,
        assignee: assignee.map(|(id, name)| UserBrief {
            id: UserId(id),
            name,
        }),
        team: row.team_id.and_then(|id| teams.get(&id)).cloned(),
        tags,
        participants: numbers_of(row.participants.as_deref())?,
        priority: Priority::of_rank(row.priority)
            .ok_or_else(|| unreadable("priority", &row.priority.to_string()))?,
        snoozed_until: field::instant_opt(row.snoozed_until).filter(|_| sleeps),
        waiting_since: field::instant_opt(row.waiting_since),
        reserved_until: field::instant_opt(row.reserved_until),
        opened_at: field::instant(row.opened_at.unwrap_or(row.created_at)),
        first_reply_at: field::instant_opt(row.first_reply_at),
        sla: marks_of(row.sla.as_deref())?,
        unread: i32::try_from(row.unread).unwrap_or(i32::MAX),
        last_message,
        window_expires_at: field::instant_opt(row.window_expires_at),
        created_at: field::instant(row.created_at),
        updated_at: field::instant(row.updated_at),
    };
    view.drop_marks();
    Ok(Loaded { row, contact, view })
}

/// Tags, or people, as they lie in a row: their numbers.
pub(super) fn numbers_of<T: From<i64>>(column: Option<&str>) -> Result<Vec<T>, StoreError> {
    let numbers: Option<Vec<i64>> = field::read_opt(column)?;
    Ok(numbers
        .unwrap_or_default()
        .into_iter()
        .map(T::from)
        .collect())
}

/// The marks that lie in a conversation's row.
pub(super) fn marks_of(text: Option<&str>) -> Result<Vec<SlaMark>, StoreError> {
    Ok(field::read_opt(text)?.unwrap_or_default())
}

/// The teams that these show. (A join of a fourth table took the compiler minutes.)
async fn teams_of(
    conn: &mut Conn,
    joined: &[Joined],
) -> Result<HashMap<i64, TeamBrief>, StoreError> {
    let mut ids: Vec<i64> = joined.iter().filter_map(|(row, ..)| row.team_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    ids.sort_unstable();
    ids.dedup();
    let query = teams::table
        .filter(teams::id.eq_any(filled(ids)))
        .select((teams::id, teams::name));
    let found: Vec<(i64, String)> = with_conn!(conn, |c| kept(query).load(c).await)?;
    Ok(found.into_iter().map(brief_of).collect())
}

fn brief_of((id, name): (i64, String)) -> (i64, TeamBrief) {
    let team = TeamBrief {
        id: TeamId(id),
        name,
    };
    (id, team)
}

impl Tenant {
    /// One conversation.
    pub async fn find_conversation(&self, id: ConversationId) -> Result<Conversation, StoreError> {
        let mut conn = self.db().glance().await?;
        let loaded = at_once(load_one(&mut conn, self.org(), id.0)).await?;
        Ok(loaded.view)
    }
}
