//! Who takes part in conversations beside their assignees: by whom these are found.

use actors::model::conversation::ConversationState;
use actors::ports::store::StoreError;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::Conn;
use super::schema::{participants, users};
use crate::with_conn;

/// Makes a conversation findable by those who take part in it now.
pub(super) async fn seat(conn: &mut Conn, next: &ConversationState) -> Result<(), StoreError> {
    let thread = &next.conversation;
    let ids: Vec<i64> = thread.participants.iter().map(|user| user.0).collect();
    let known: Vec<i64> = with_conn!(conn, |c| users::table
        .filter(users::organization_id.eq(next.organization.0))
        .filter(users::id.eq_any(&ids))
        .select(users::id)
        .load(c)
        .await)?;
    with_conn!(conn, |c| diesel::delete(
        participants::table.filter(participants::conversation_id.eq(thread.id.0))
    )
    .execute(c)
    .await)?;
    for user in known {
        let row = (
            participants::user_id.eq(user),
            participants::conversation_id.eq(thread.id.0),
        );
        with_conn!(conn, |c| diesel::insert_into(participants::table)
            .values(row)
            .execute(c)
            .await)?;
    }
    Ok(())
}
