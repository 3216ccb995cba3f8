//! Promises to contacts that are nearly due, or were not kept: in the conversation's row, and one by one for reports.

use actors::model::conversation::ConversationState;
use actors::model::ids::{ConversationId, SlaBreachId, TeamId, UserId};
use actors::model::sla::{Goal, SlaMark, Stage, news};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;

use super::schema::sla_breaches;
use super::{Store, Tenant, field};
use crate::with_conn;

/// A promise that was not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SlaBreach {
    pub id: SlaBreachId,
    pub conversation_id: ConversationId,
    /// Whose promise it was.
    pub team_id: Option<TeamId>,
    /// Who had the conversation then.
    pub user_id: Option<UserId>,
    pub goal: Goal,
    pub due_at: Timestamp,
    /// When it was found late.
    pub at: Timestamp,
}

/// Which of them; what is None leaves nothing out.
#[derive(Clone, Copy, Debug, Default)]
pub struct BreachFilter {
    pub team: Option<TeamId>,
    pub user: Option<UserId>,
    /// Not found late before this.
    pub since: Option<Timestamp>,
    /// Found late before this.
    pub until: Option<Timestamp>,
    pub after: Option<(Timestamp, SlaBreachId)>,
}

/// A promise that was not kept, as it lies in the database.
#[derive(Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = sla_breaches)]
pub(super) struct BreachRow {
    pub id: i64,
    pub organization_id: i64,
    pub team_id: Option<i64>,
    pub conversation_id: i64,
    pub user_id: Option<i64>,
    pub goal: String,
    pub due_at: NaiveDateTime,
    pub at: NaiveDateTime,
}

impl BreachRow {
    fn view(self) -> Result<SlaBreach, StoreError> {
        Ok(SlaBreach {
            id: SlaBreachId(self.id),
            conversation_id: ConversationId(self.conversation_id),
            team_id: self.team_id.map(TeamId),
            user_id: self.user_id.map(UserId),
            goal: field::named("goal", &self.goal, Goal::parse)?,
            due_at: field::instant(self.due_at),
            at: field::instant(self.at),
        })
    }
}

impl Tenant {
    /// Promises that were not kept, newest first.
    pub async fn list_sla_breaches(
        &self,
        filter: &BreachFilter,
        limit: i64,
    ) -> Result<Vec<SlaBreach>, StoreError> {
        let mut conn = self.db().read().await?;
        let rows: Vec<BreachRow> = with_conn!(&mut conn, |c| {
            let mut query = sla_breaches::table
                .filter(sla_breaches::organization_id.eq(self.org()))
                .order((sla_breaches::at.desc(), sla_breaches::id.desc()))
                .limit(limit)
                .select(BreachRow::as_select())
                .into_boxed();
            if let Some(team) = filter.team {
                query = query.filter(sla_breaches::team_id.eq(team.0));
            }
            if let Some(user) = filter.user {
                query = query.filter(sla_breaches::user_id.eq(user.0));
            }
            if let Some(since) = filter.since {
                query = query.filter(sla_breaches::at.ge(since.naive()));
            }
            if let Some(until) = filter.until {
                query = query.filter(sla_breaches::at.lt(until.naive()));
            }
            if let Some((at, id)) = filter.after {
                let at = at.naive();
                query = query.filter(
                    sla_breaches::at
                        .le(at)
                        .and(sla_breaches::at.lt(at).or(sla_breaches::id.lt(id.0))),
                );
            }
            query.load(c).await
        })?;
        rows.into_iter().map(BreachRow::view).collect()
    }
}

/// What became late from one state to the next: mostly nothing. It is counted for whoever had it before.
pub(super) fn breaches(
    store: &Store,
    before: &ConversationState,
    after: &ConversationState,
    now: Timestamp,
) -> Vec<BreachRow> {
    let (old, new) = (&before.conversation, &after.conversation);
    let late = news(old, new).filter(|mark| mark.stage == Stage::Breached);
    let row = |mark: &SlaMark| BreachRow {
        id: store.next_id(),
        organization_id: after.organization.0,
        team_id: old.team.as_ref().map(|team| team.id.0),
        conversation_id: new.id.0,
        user_id: old.assignee.as_ref().map(|user| user.id.0),
        goal: mark.goal.as_str().to_owned(),
        due_at: mark.due_at.naive(),
        at: now.naive(),
    };
    late.map(row).collect()
}

/// Marks as they lie in a conversation's row; None: none.
pub(super) fn text_of(marks: &[SlaMark]) -> Result<Option<String>, StoreError> {
    match marks.is_empty() {
        true => Ok(None),
        false => field::write(&marks).map(Some),
    }
}
