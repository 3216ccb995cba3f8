//! The inbox's list: its filters, and its pages by last activity.

use actors::model::conversation::{Conversation, ConversationStatus, Priority};
use actors::model::ids::{ContactId, ConversationId, SessionId, TagId, TeamId, UserId};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{ContactColumns, ConversationRow, Joined, complete, few};
use crate::store::Tenant;
use crate::store::contact::{Found, in_passing};
use crate::store::schema::{contacts, conversation_tags, conversations, participants, seen, users};
use crate::with_conn;

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
    /// Who has not seen what was said last; see [`crate::store::seen`].
    pub unseen: Option<UserId>,
    /// A piece of the contact's name, number or username.
    pub q: Option<String>,
    /// Oldest activity first.
    pub oldest_first: bool,
    /// The last row of the page before: its `updated_at` and id.
    pub after: Option<(Timestamp, ConversationId)>,
}

impl Tenant {
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
        let archived = match filter.team {
            Some(TeamFilter::Nobodys) => self.archived_teams(&mut conn).await?,
            _ => Vec::new(),
        };
        let few = filter.few(&mut conn, self.org(), &archived).await?;
        let is_none = |ids: &Vec<i64>| ids.is_empty();
        if few.as_ref().is_some_and(is_none)
            || matches!(&found, Some(Found::Few(ids)) if is_none(ids))
        {
            return Ok(Vec::new());
        }
        // SQLite would rather read all of the list in its order than look up a handful and sort them.
        let is_looked_up =
            few.is_some() || filter.contact.is_some() || matches!(found, Some(Found::Few(_)));
        let joined: Vec<Joined> = with_conn!(&mut conn, |c| {
            let mut query = conversations::table
                .inner_join(contacts::table)
                .left_join(users::table)
                .select((
                    ConversationRow::as_select(),
                    ContactColumns::as_select(),
                    (users::id, users::name).nullable(),
                ))
                .limit(limit)
                .into_boxed();
            query = match is_looked_up {
                true => query.filter((conversations::organization_id + 0).eq(self.org())),
                false => query.filter(conversations::organization_id.eq(self.org())),
            };
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
                    // A person has fewer than a team has.
                    let is_persons = matches!(filter.assignee, Some(AssigneeFilter::User(_)));
                    query = match filter.status {
                        Some(_) if !is_persons => query.filter(conversations::team_id.eq(team)),
                        _ => query.filter((conversations::team_id + Some(0)).eq(team)),
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
