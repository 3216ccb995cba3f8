//! Teams' waiting lines: what they are loaded from, what happens in them, and what is next.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use actors::conversation::rules::WINDOW;
use actors::id::floor_at;
use actors::model::agent::Agent;
use actors::model::conversation::{
    Conversation, ConversationState, ConversationStatus, Priority, TeamBrief,
};
use actors::model::ids::{ConversationId, OrganizationId, SessionId, TeamId, UserId};
use actors::model::message::{Author, AuthorKind, Direction};
use actors::model::queue::{
    Floor, Move, MoveKind, Moved, QueueTeam, SERIES, Standing, Strategy, moves,
};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp as SqlTimestamp};
use diesel_async::RunQueryDsl;

use super::db::{Conn, boxed, refused};
use super::schema::{
    conversations, messages, organizations, queue_moves, team_members, team_sessions, teams,
};
use super::team::TeamRow;
use super::{Store, Tenant, Unscoped, agent, conversation, field, unreadable};
use crate::{in_tx, insert_all, with_conn};

/// Answers that are counted when lines are loaded.
const MOST_REPLIES: i64 = 200_000;
/// Moves of a minute, counted by the database: an hour of a busy team has more of them than anybody wants to read.
#[derive(QueryableByName)]
struct Moves {
    #[diesel(sql_type = BigInt)]
    team_id: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    /// Since 1970.
    #[diesel(sql_type = BigInt)]
    minute: i64,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Moves {
    /// Those of `organization` from `since` on.
    async fn count(
        conn: &mut Conn,
        organization: i64,
        since: NaiveDateTime,
    ) -> Result<Vec<Moved>, StoreError> {
        let minute = match conn {
            Conn::Sqlite(_) => "CAST(strftime('%s', at) AS INTEGER) / 60",
            Conn::Postgres(_) => "FLOOR(EXTRACT(EPOCH FROM at) / 60)::BIGINT",
        };
        let counts: Vec<Self> = with_conn!(conn, |c| diesel::sql_query(format!(
            "SELECT team_id, kind, {minute} AS minute, COUNT(*) AS count FROM queue_moves \
             WHERE organization_id = $1 AND at >= $2 GROUP BY team_id, kind, {minute}"
        ))
        .bind::<BigInt, _>(organization)
        .bind::<SqlTimestamp, _>(since)
        .load(c)
        .await)?;
        let moved = counts.into_iter().map(|one| {
            Ok(Moved {
                team: TeamId(one.team_id),
                kind: field::named("move", &one.kind, MoveKind::parse)?,
                at: Timestamp::from_millis(one.minute * 60_000),
                count: u32::try_from(one.count).unwrap_or(u32::MAX),
            })
        });
        moved.collect()
    }
}

/// What happened in a line, as it lies in the database.
#[derive(Clone, Insertable)]
#[diesel(table_name = queue_moves)]
pub(super) struct MoveRow {
    pub id: i64,
    pub organization_id: i64,
    pub team_id: i64,
    pub conversation_id: i64,
    pub kind: String,
    pub user_id: Option<i64>,
    pub waited_ms: Option<i64>,
    pub at: NaiveDateTime,
}

/// What the change from one state to the next is to the lines: mostly nothing.
pub(super) fn rows_of(
    store: &Store,
    before: &ConversationState,
    after: &ConversationState,
    now: Timestamp,
) -> Vec<MoveRow> {
    let (old, new) = (&before.conversation, &after.conversation);
    let same = (old.status, &old.assignee, &old.team) == (new.status, &new.assignee, &new.team);
    if same {
        return Vec::new();
    }
    let row = |one: Move| {
        let since = old.waiting_since.or(new.waiting_since);
        let waited = since.filter(|_| one.kind == MoveKind::Taken);
        MoveRow {
            id: store.next_id(),
            organization_id: after.organization.0,
            team_id: one.team.0,
            conversation_id: new.id.0,
            kind: one.kind.as_str().to_owned(),
            user_id: one.user.map(|user| user.0),
            waited_ms: waited.map(|since| (now.millis() - since.millis()).max(0)),
            at: now.naive(),
        }
    };
    let made = moves(Some(&Standing::of(old)), &Standing::of(new));
    made.into_iter().map(row).collect()
}

// The index of what waits is found by this condition only, and by no plan that does not know a parameter's value.
diesel::postfix_operator!(IsOpen, " = 'open'");

/// Stores what happened in the lines.
pub(super) async fn record(conn: &mut Conn, rows: Vec<MoveRow>) -> Result<(), StoreError> {
    insert_all!(conn, queue_moves::table, rows)
}

impl Unscoped {
    /// The organizations in which something happens in some team's line without anybody doing it.
    pub async fn organizations_with_lines(&self) -> Result<Vec<OrganizationId>, StoreError> {
        let mut conn = self.db().read().await?;
        let owners: Vec<i64> = with_conn!(&mut conn, |c| team_sessions::table
            .select(team_sessions::team_id)
            .distinct()
            .load(c)
            .await)?;
        let found: Vec<i64> = with_conn!(&mut conn, |c| teams::table
            .filter(teams::archived_at.is_null())
            .filter(
                teams::strategy
                    .ne(Strategy::Manual.as_str())
                    .or(teams::sla.is_not_null())
                    .or(teams::away_message.is_not_null())
                    .or(teams::id.eq_any(&owners))
            )
            .select(teams::organization_id)
            .distinct()
            .load(c)
            .await)?;
        Ok(found.into_iter().map(OrganizationId).collect())
    }
}

/// How an open conversation stands, as it lies in the database.
type StandingColumns = (
    i64,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    i64,
    Option<NaiveDateTime>,
    Option<NaiveDateTime>,
    (NaiveDateTime, Option<NaiveDateTime>),
    (Option<NaiveDateTime>, Option<NaiveDateTime>),
    (Option<String>, Option<String>),
);

impl Tenant {
    /// The organization's teams, agents and open conversations, all of one moment: a conversation that is given out between
    /// two looks would stand there as given and be counted by nobody.
    pub(super) async fn floor(&self) -> Result<Floor, StoreError> {
        in_tx!(self.db(), |conn| {
            // SQLite's transaction holds the only writer.
            if let Conn::Postgres(object) = conn {
                let moment = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
                let set = diesel::sql_query(moment).execute(&mut **object);
                boxed(set).await.map_err(refused)?;
            }
            let head: i64 = with_conn!(conn, |c| organizations::table
                .find(self.org())
                .select(organizations::last_seq)
                .first(c)
                .await)?;
            let agents: Vec<Agent> = agent::load(conn, self.org(), None).await?;
            let since = Timestamp::now() - Duration::from_secs(60 * SERIES as u64);
            Ok(Floor {
                head,
                teams: self.queue_teams(conn).await?,
                agents,
                standings: self.open_standings(conn).await?,
                moves: Moves::count(conn, self.org(), since.naive()).await?,
            })
        })
    }

    async fn queue_teams(&self, conn: &mut Conn) -> Result<Vec<QueueTeam>, StoreError> {
        let rows: Vec<TeamRow> = with_conn!(conn, |c| teams::table
            .filter(teams::organization_id.eq(self.org()))
            .filter(teams::archived_at.is_null())
            .select(TeamRow::as_select())
            .load(c)
            .await)?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let members: Vec<(i64, i64)> = with_conn!(conn, |c| team_members::table
            .filter(team_members::team_id.eq_any(&ids))
            .select((team_members::team_id, team_members::user_id))
            .load(c)
            .await)?;
        let sessions: Vec<(i64, i64)> = with_conn!(conn, |c| team_sessions::table
            .filter(team_sessions::team_id.eq_any(&ids))
            .select((team_sessions::team_id, team_sessions::session_id))
            .load(c)
            .await)?;
        let of = |rows: &[(i64, i64)]| {
            let mut map: HashMap<i64, Vec<i64>> = HashMap::new();
            for (team, other) in rows {
                map.entry(*team).or_default().push(*other);
            }
            map
        };
        let (mut members, mut sessions) = (of(&members), of(&sessions));
        rows.into_iter()
            .map(|row| {
                let members = members.remove(&row.id).unwrap_or_default();
                let sessions = sessions.remove(&row.id).unwrap_or_default();
                Ok(QueueTeam {
                    routing: row.routing()?,
                    sla: row.sla()?,
                    promised_at: field::instant_opt(row.promised_at),
                    hours: row.hours()?,
                    away_message: row.away_message,
                    away_since: field::instant_opt(row.away_since),
                    members: members.into_iter().map(UserId).collect(),
                    sessions: sessions.into_iter().map(SessionId).collect(),
                    team: TeamBrief {
                        id: TeamId(row.id),
                        name: row.name,
                    },
                })
            })
            .collect()
    }

    async fn open_standings(&self, conn: &mut Conn) -> Result<Vec<Standing>, StoreError> {
        let open = ConversationStatus::Open;
        let rows: Vec<StandingColumns> = with_conn!(conn, |c| conversations::table
            .filter(conversations::organization_id.eq(self.org()))
            .filter(conversations::status.eq(open.as_str()))
            .select((
                conversations::id,
                conversations::seq,
                conversations::session_id,
                conversations::team_id,
                conversations::assignee_id,
                conversations::priority,
                conversations::waiting_since,
                conversations::reserved_until,
                (conversations::created_at, conversations::opened_at),
                (
                    conversations::first_reply_at,
                    conversations::window_expires_at,
                ),
                (conversations::sla, conversations::tags),
            ))
            .load(c)
            .await)?;
        rows.into_iter()
            .map(
                |(
                    id,
                    seq,
                    session,
                    team,
                    assignee,
                    priority,
                    waiting,
                    reserved,
                    (made, opened),
                    (replied, window),
                    (sla, tags),
                )| {
                    Ok(Standing {
                        conversation: ConversationId(id),
                        seq,
                        moved_at: None,
                        session: SessionId(session),
                        status: open,
                        team: team.map(TeamId),
                        assignee: assignee.map(UserId),
                        priority: Priority::of_rank(priority)
                            .ok_or_else(|| unreadable("priority", &priority.to_string()))?,
                        waiting_since: field::instant_opt(waiting),
                        reserved_until: field::instant_opt(reserved),
                        opened_at: field::instant(opened.unwrap_or(made)),
                        is_replied: replied.is_some(),
                        wrote_at: field::instant_opt(window).map(|end| end - WINDOW),
                        sla: conversation::marks_of(sla.as_deref())?,
                        tags: conversation::numbers_of(tags.as_deref())?,
                    })
                },
            )
            .collect()
    }

    /// Who answered contacts since then, and when. Found by the conversations that had something happen to them.
    pub(super) async fn replies(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(UserId, Timestamp)>, StoreError> {
        let mut conn = self.db().read().await?;
        let found: Vec<(Option<String>, NaiveDateTime)> = with_conn!(&mut conn, |c| {
            let ours = conversations::table
                .filter(conversations::organization_id.eq(self.org()))
                .filter(conversations::updated_at.ge(since.naive()))
                .select(conversations::id);
            messages::table
                .filter(messages::conversation_id.eq_any(ours))
                .filter(messages::id.ge(floor_at(since)))
                .filter(messages::direction.eq(Direction::Outbound.as_str()))
                .limit(MOST_REPLIES)
                .select((messages::author, messages::created_at))
                .load(c)
                .await
        })?;
        let mut replies = Vec::new();
        for (author, at) in found {
            let author: Option<Author> = field::read_opt(author.as_deref())?;
            let user = author.filter(|author| author.kind == AuthorKind::User);
            let user = user.and_then(|user| user.id?.parse().ok());
            replies.extend(user.map(|user| (user, field::instant(at))));
        }
        Ok(replies)
    }

    /// What waits in the lines of these teams, next first.
    pub async fn line(
        &self,
        teams: &[TeamId],
        limit: i64,
    ) -> Result<Vec<Conversation>, StoreError> {
        let mut conn = self.db().read().await?;
        let ids = self.line_ids(&mut conn, teams, limit).await?;
        let mut found = conversation::load(&mut conn, self.org(), &ids).await?;
        let place: HashMap<i64, usize> = ids.iter().copied().zip(0..).collect();
        found.sort_by_key(|row| place.get(&row.id.0).copied());
        Ok(found)
    }

    async fn line_ids(
        &self,
        conn: &mut Conn,
        teams: &[TeamId],
        limit: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let teams: Vec<Option<i64>> = teams.iter().map(|team| Some(team.0)).collect();
        // In the index's order, one hurry after the other: a contact who does not wait comes last, on both databases.
        let mut ids: Vec<i64> = Vec::new();
        for priority in Priority::falling() {
            for waits in [true, false] {
                let left = limit - i64::try_from(ids.len()).unwrap_or(limit);
                if left <= 0 {
                    return Ok(ids);
                }
                let found: Vec<i64> = with_conn!(conn, |c| {
                    let mut query = conversations::table
                        .filter(conversations::organization_id.eq(self.org()))
                        .filter(conversations::team_id.eq_any(&teams))
                        .filter(IsOpen::new(conversations::status))
                        .filter(conversations::assignee_id.is_null())
                        .filter(conversations::priority.eq(priority.rank()))
                        .order((conversations::waiting_since, conversations::id))
                        .limit(left)
                        .select(conversations::id)
                        .into_boxed();
                    query = match waits {
                        true => query.filter(conversations::waiting_since.is_not_null()),
                        false => query.filter(conversations::waiting_since.is_null()),
                    };
                    query.load(c).await
                })?;
                ids.extend(found);
            }
        }
        Ok(ids)
    }

    /// The teams that somebody is in and that are in use, oldest first.
    pub async fn teams_of(&self, user: UserId) -> Result<Vec<TeamBrief>, StoreError> {
        let mut conn = self.db().read().await?;
        let ids: Vec<i64> = with_conn!(&mut conn, |c| team_members::table
            .filter(team_members::user_id.eq(user.0))
            .select(team_members::team_id)
            .load(c)
            .await)?;
        let ids: BTreeSet<i64> = ids.into_iter().collect();
        let found: Vec<(i64, String)> = with_conn!(&mut conn, |c| teams::table
            .filter(teams::organization_id.eq(self.org()))
            .filter(teams::archived_at.is_null())
            .filter(teams::id.eq_any(&ids))
            .order(teams::id)
            .select((teams::id, teams::name))
            .load(c)
            .await)?;
        let brief = |(id, name)| TeamBrief {
            id: TeamId(id),
            name,
        };
        Ok(found.into_iter().map(brief).collect())
    }
}
