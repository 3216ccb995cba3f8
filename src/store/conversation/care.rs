//! What changes of a conversation without anything being said in it.

use actors::model::conversation::ConversationState;
use actors::ports::store::StoreError;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::store::db::Conn;
use crate::store::schema::conversations;
use crate::store::sla;
use crate::store::thread::written;
use crate::with_conn;

/// The columns that people and lines change; nothing of its messages.
#[derive(Identifiable, AsChangeset)]
#[diesel(table_name = conversations, treat_none_as_null = true)]
pub(crate) struct CareRow {
    pub id: i64,
    pub seq: i64,
    pub status: String,
    pub unread: i64,
    pub assignee_id: Option<i64>,
    pub team_id: Option<i64>,
    pub priority: i64,
    pub snoozed_until: Option<NaiveDateTime>,
    pub waiting_since: Option<NaiveDateTime>,
    pub reserved_until: Option<NaiveDateTime>,
    pub opened_at: Option<NaiveDateTime>,
    pub first_reply_at: Option<NaiveDateTime>,
    pub sla: Option<String>,
    pub tags: Option<String>,
    pub participants: Option<String>,
}

impl CareRow {
    /// As the conversation is now, with the number of its last event.
    pub fn of(state: &ConversationState) -> Result<Self, StoreError> {
        let view = &state.conversation;
        Ok(Self {
            id: view.id.0,
            seq: state.version,
            status: view.status.as_str().to_owned(),
            unread: i64::from(view.unread),
            assignee_id: view.assignee.as_ref().map(|user| user.id.0),
            team_id: view.team.as_ref().map(|team| team.id.0),
            priority: view.priority.rank(),
            snoozed_until: view.snoozed_until.map(|at| at.naive()),
            waiting_since: view.waiting_since.map(|at| at.naive()),
            reserved_until: view.reserved_until.map(|at| at.naive()),
            opened_at: Some(view.opened_at.naive()),
            first_reply_at: view.first_reply_at.map(|at| at.naive()),
            sla: sla::text_of(&view.sla)?,
            tags: written(&view.tags)?,
            participants: written(&view.participants)?,
        })
    }

    /// Writes it; many at a time are written by the lane.
    pub async fn save(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let row = conversations::table.find(self.id);
        with_conn!(conn, |c| diesel::update(row).set(self).execute(c).await).map(drop)
    }
}
