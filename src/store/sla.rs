//! Promises to contacts that are nearly due, or were not kept: in the conversation's row, and one by one for reports.

use actors::model::conversation::ConversationState;
use actors::model::sla::{SlaMark, Stage, news};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::sla_breaches;
use super::{Store, field};

/// A promise that was not kept, as it lies in the database.
#[derive(Clone, Insertable)]
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
