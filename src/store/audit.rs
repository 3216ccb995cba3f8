//! Who changed what: written in the same transaction as the change.

use actors::model::user::{Actor, Who};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::Store;
use super::db::Conn;
use super::schema::audit_log;
use crate::with_conn;

/// Notes that `by` did `action` (`conversation.closed`) to `subject` (an id); `details` hold no secrets.
pub(crate) async fn record(
    conn: &mut Conn,
    store: &Store,
    by: &Actor,
    action: &str,
    subject: &str,
    details: &Value,
) -> Result<(), StoreError> {
    let (kind, id) = match by.who {
        Who::User(user) => ("user", Some(user.to_string())),
        Who::ApiKey(key) => ("api_key", Some(key.to_string())),
        Who::System => ("system", None),
    };
    let row = (
        audit_log::id.eq(store.next_id()),
        audit_log::organization_id.eq(by.organization.0),
        audit_log::at.eq(Timestamp::now().naive()),
        audit_log::actor_kind.eq(kind),
        audit_log::actor_id.eq(id),
        audit_log::actor_name.eq(&by.name),
        audit_log::action.eq(action),
        audit_log::subject.eq(subject),
        audit_log::details.eq(details.to_string()),
    );
    with_conn!(conn, |c| diesel::insert_into(audit_log::table)
        .values(row)
        .execute(c)
        .await)?;
    Ok(())
}
