//! Conversations as they lie in the database and as everybody else sees them, and the inbox's list.

mod few;

use std::collections::HashMap;

use actors::model::contact::ContactBrief;
use actors::model::conversation::{
    Conversation, ConversationStatus, LastMessage, Priority, TeamBrief,
};
use actors::model::ids::{ContactId, ConversationId, MessageId, SessionId, TagId, TeamId, UserId};
use actors::model::message::Direction;
use actors::model::sla::SlaMark;
use actors::model::status::MessageStatus;
use actors::model::user::UserBrief;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::contact::{Found, in_passing};
use super::db::Conn;
use super::message::shortened;
use super::schema::{
    contacts, conversation_tags, conversations, messages, participants, seen, teams, users,
};
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

/// The conversations of these ids, in no order.
pub(crate) async fn load(
    conn: &mut Conn,
    organization: i64,
    ids: &[i64],
) -> Result<Vec<Conversation>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let joined: Vec<Joined> = with_conn!(conn, |c| conversations::table
        .inner_join(contacts::table)
        .left_join(users::table)
        .filter(conversations::organization_id.eq(organization))
        .filter(conversations::id.eq_any(ids))
        .select((
            ConversationRow::as_select(),
            ContactColumns::as_select(),
            (users::id, users::name).nullable(),
        ))
        .load(c)
        .await)?;
    let loaded = complete(conn, joined).await?;
    Ok(loaded.into_iter().map(|loaded| loaded.view).collect())
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
        .filter(conversations::organization_id.eq(organization))
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
        let found: Vec<LastColumns> = with_conn!(conn, |c| messages::table
            .filter(messages::id.eq_any(&last_ids))
            .filter(messages::id.between(first, end))
            .select(LastColumns::as_select())
            .load(c)
            .await)?;
        last.extend(found.into_iter().map(|columns| (columns.id, columns)));
    }
    let teams = teams_of(conn, &joined).await?;
    joined
        .into_iter()
        .map(|(row, contact, assignee)| {
            let last_message = row
                .last_message_id
                .and_then(|id| last.get(&id))
                .map(LastColumns::view)
                .transpose()?;
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
        })
        .collect()
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
    let found: Vec<(i64, String)> = with_conn!(conn, |c| teams::table
        .filter(teams::id.eq_any(&ids))
        .select((teams::id, teams::name))
        .load(c)
        .await)?;
    let brief = |(id, name)| {
        let team = TeamBrief {
            id: TeamId(id),
            name,
        };
        (id, team)
    };
    Ok(found.into_iter().map(brief).collect())
}

/// Whose conversations are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssigneeFilter {
    Nobody,
    User(UserId),
}

/// Which team's conversations are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TeamFilter {
    /// Those without a team, or with one that is out of use.
    Nobodys,
    Team(TeamId),
}

/// What the inbox shows; everything absent means "all".
#[derive(Clone, Debug, Default)]
pub struct ConversationFilter {
    pub status: Option<ConversationStatus>,
    pub assignee: Option<AssigneeFilter>,
    pub team: Option<TeamFilter>,
    pub tag: Option<TagId>,
    pub priority: Option<Priority>,
    pub session: Option<SessionId>,
    pub contact: Option<ContactId>,
    /// Who takes part.
    pub participant: Option<UserId>,
    /// Who has not seen what was said last; see [`super::seen`].
    pub unseen: Option<UserId>,
    /// A piece of the contact's name, number or username.
    pub q: Option<String>,
    /// Oldest activity first.
    pub oldest_first: bool,
    /// The last row of the page before: its `updated_at` and id.
    pub after: Option<(Timestamp, ConversationId)>,
}

impl Tenant {
    /// One conversation.
    pub async fn find_conversation(&self, id: ConversationId) -> Result<Conversation, StoreError> {
        let mut conn = self.db().read().await?;
        Ok(load_one(&mut conn, self.org(), id.0).await?.view)
    }

    /// A page of the inbox, by last activity. Columns with `+ 0` are compared row by row: their index would give all that fit, to
    /// be sorted, and few of those are looked up already. That few have a priority of their own stands in the text, because
    /// their index is found by it.
    pub async fn list_conversations(
        &self,
        filter: &ConversationFilter,
        limit: i64,
    ) -> Result<Vec<Conversation>, StoreError> {
        let mut conn = self.db().read().await?;
        let found = match filter.q.as_deref() {
            Some(q) => Some(self.search_contacts(&mut conn, pattern(q)).await?),
            None => None,
        };
        let few = filter.few(&mut conn, self.org()).await?;
        let archived = match filter.team {
            Some(TeamFilter::Nobodys) => self.archived_teams(&mut conn).await?,
            _ => Vec::new(),
        };
        let joined: Vec<Joined> = with_conn!(&mut conn, |c| {
            let mut query = conversations::table
                .inner_join(contacts::table)
                .left_join(users::table)
                .filter(conversations::organization_id.eq(self.org()))
                .select((
                    ConversationRow::as_select(),
                    ContactColumns::as_select(),
                    (users::id, users::name).nullable(),
                ))
                .limit(limit)
                .into_boxed();
            if let Some(status) = filter.status {
                query = query.filter(conversations::status.eq(status.as_str()));
            }
            match filter.assignee {
                Some(AssigneeFilter::Nobody) => {
                    query = query.filter(conversations::assignee_id.is_null());
                }
                Some(AssigneeFilter::User(user)) => {
                    let user = Some(user.0);
                    query = match filter.status {
                        Some(_) => query.filter(conversations::assignee_id.eq(user)),
                        None => query.filter((conversations::assignee_id + Some(0)).eq(user)),
                    };
                }
                None => {}
            }
            match filter.team {
                Some(TeamFilter::Nobodys) => {
                    query = match archived.is_empty() {
                        true => query.filter(conversations::team_id.is_null()),
                        false => {
                            let is_archived = conversations::team_id.eq_any(&archived);
                            let is_archived = is_archived.assume_not_null();
                            query.filter(conversations::team_id.is_null().or(is_archived))
                        }
                    };
                }
                Some(TeamFilter::Team(team)) => {
                    let team = Some(team.0);
                    query = match filter.status {
                        Some(_) => query.filter(conversations::team_id.eq(team)),
                        None => query.filter((conversations::team_id + Some(0)).eq(team)),
                    };
                }
                None => {}
            }
            if let Some(tag) = filter.tag {
                let tagged = conversation_tags::table
                    .filter(conversation_tags::tag_id.eq(tag.0))
                    .filter(conversation_tags::conversation_id.eq(conversations::id + 0));
                query = query.filter(diesel::dsl::exists(tagged));
            }
            if let Some(priority) = filter.priority {
                query = query.filter(conversations::priority.eq(priority.rank()));
                if priority != Priority::Normal {
                    query = query.filter(few::NotNormal::new(conversations::priority));
                }
            }
            if let Some(session) = filter.session {
                query = query.filter((conversations::session_id + 0).eq(session.0));
            }
            if let Some(contact) = filter.contact {
                query = query.filter(conversations::contact_id.eq(contact.0));
            }
            if let Some(user) = filter.participant {
                let taken_part = participants::table
                    .filter(participants::user_id.eq(user.0))
                    .filter(participants::conversation_id.eq(conversations::id + 0));
                query = query.filter(diesel::dsl::exists(taken_part));
            }
            if let Some(user) = filter.unseen {
                let marks = seen::table
                    .filter(seen::user_id.eq(user.0))
                    .filter(seen::conversation_id.eq(conversations::id + 0));
                let newer = conversations::waiting_since.is_not_null().and(
                    seen::message_id
                        .nullable()
                        .lt(conversations::last_message_id),
                );
                let marked = marks.filter(
                    seen::unread
                        .eq(true)
                        .nullable()
                        .or(seen::message_id.gt(0).nullable().and(newer)),
                );
                let never = seen::message_id.gt(0).or(seen::unread.eq(true));
                let never = diesel::dsl::not(diesel::dsl::exists(marks.filter(never)));
                let unheard = conversations::unread
                    .gt(0)
                    .or(conversations::waiting_since.is_not_null());
                let unheard = unheard.and(never);
                query = query.filter(diesel::dsl::exists(marked).or(unheard));
            }
            if let Some(ids) = &few {
                query = query.filter(conversations::id.eq_any(ids));
            }
            match &found {
                Some(Found::Few(ids)) => {
                    query = query.filter(conversations::contact_id.eq_any(ids));
                }
                Some(Found::Many(pattern)) => query = query.filter(in_passing!(pattern)),
                None => {}
            }
            if let Some((at, id)) = filter.after {
                let at = at.naive();
                query = if filter.oldest_first {
                    query.filter(
                        conversations::updated_at.ge(at).and(
                            conversations::updated_at
                                .gt(at)
                                .or(conversations::id.gt(id.0)),
                        ),
                    )
                } else {
                    query.filter(
                        conversations::updated_at.le(at).and(
                            conversations::updated_at
                                .lt(at)
                                .or(conversations::id.lt(id.0)),
                        ),
                    )
                };
            }
            let query = if filter.oldest_first {
                query.order((conversations::updated_at.asc(), conversations::id.asc()))
            } else {
                query.order((conversations::updated_at.desc(), conversations::id.desc()))
            };
            query.load(c).await
        })?;
        let loaded = complete(&mut conn, joined).await?;
        Ok(loaded.into_iter().map(|loaded| loaded.view).collect())
    }
}

/// Digits from which on a search is taken for a phone number.
const SHORTEST_PHONE: usize = 5;

/// A LIKE pattern that finds `q` anywhere, with the wildcards of `q` taken literally. A phone number is found
/// however it is written.
pub(crate) fn pattern(q: &str) -> String {
    let mut text = String::from("%");
    let digits: String = q.chars().filter(char::is_ascii_digit).collect();
    let is_phone = digits.len() >= SHORTEST_PHONE
        && q.chars()
            .all(|letter| letter.is_ascii_digit() || " +-().".contains(letter));
    let q = match is_phone {
        // 00 before the country, 0 before the area.
        true => digits.trim_start_matches('0').to_owned(),
        false => q.trim().to_lowercase(),
    };
    for letter in q.chars() {
        // A wildcard of the user's becomes "any one character": LIKE without ESCAPE is the same on both.
        text.push(if matches!(letter, '%' | '_' | '\\') {
            '_'
        } else {
            letter
        });
    }
    text.push('%');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_found_however_it_is_written() {
        for q in ["+49 152 0555 0101", "0049 (152) 0555-0101", "4915205550101"] {
            assert_eq!(pattern(q), "%4915205550101%");
        }
        assert_eq!(pattern("0152 0555 0101"), "%15205550101%");
        assert_eq!(pattern(" Mia 50%_"), "%mia 50__%");
        assert_eq!(pattern("1-2"), "%1-2%");
    }
}
