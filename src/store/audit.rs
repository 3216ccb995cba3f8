//! Who changed what: written in the same transaction as the change, listed for admins.

use actors::id::floor_at;
use actors::model::ids::AuditId;
use actors::model::json::Json;
use actors::model::user::{Actor, Who};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::{Value, json};

use super::db::Conn;
use super::schema::audit_log;
use super::{Store, Tenant, field};
use crate::{in_tx, with_conn};

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

/// A line of the audit log as it lies in the database.
#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_log)]
struct AuditRow {
    id: i64,
    at: NaiveDateTime,
    actor_kind: String,
    actor_id: Option<String>,
    actor_name: String,
    action: String,
    subject: String,
    details: String,
}

/// One line of the audit log.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct AuditLine {
    pub id: AuditId,
    pub at: Timestamp,
    pub actor: AuditActor,
    /// For example `conversation.closed`.
    pub action: String,
    /// The id of what was changed.
    pub subject: String,
    /// What changed; no secrets.
    pub details: Json,
}

/// A part of the log by time; what is None has no border.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditSpan {
    /// Not older than this.
    pub since: Option<Timestamp>,
    /// Older than this.
    pub until: Option<Timestamp>,
}

/// Who did it, as they were called then.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct AuditActor {
    /// `user`, `api_key` or `system`.
    pub kind: String,
    pub id: Option<String>,
    pub name: String,
}

impl AuditRow {
    fn line(self) -> Result<AuditLine, StoreError> {
        Ok(AuditLine {
            id: AuditId(self.id),
            at: field::instant(self.at),
            actor: AuditActor {
                kind: self.actor_kind,
                id: self.actor_id,
                name: self.actor_name,
            },
            action: self.action,
            subject: self.subject,
            details: field::json(self.details)?,
        })
    }
}

impl Tenant {
    /// The log of a time, newest first, after the line `after`.
    pub async fn list_audit(
        &self,
        span: AuditSpan,
        after: Option<AuditId>,
        limit: i64,
    ) -> Result<Vec<AuditLine>, StoreError> {
        let mut conn = self.db().read().await?;
        // Ids rise with time.
        let since = span.since.map_or(i64::MIN, floor_at);
        let until = span.until.map_or(i64::MAX, floor_at);
        let before = after.map_or(i64::MAX, |id| id.0).min(until);
        let rows: Vec<AuditRow> = with_conn!(&mut conn, |c| audit_log::table
            .filter(audit_log::organization_id.eq(self.org()))
            .filter(audit_log::id.lt(before))
            .filter(audit_log::id.ge(since))
            .order(audit_log::id.desc())
            .limit(limit)
            .select(AuditRow::as_select())
            .load(c)
            .await)?;
        rows.into_iter().map(AuditRow::line).collect()
    }

    /// Notes that `by` took the log of a time out as a file.
    pub async fn note_audit_export(&self, by: &Actor, span: AuditSpan) -> Result<(), StoreError> {
        let details = json!({"since": span.since, "until": span.until});
        in_tx!(self.db(), |conn| {
            let (action, subject) = ("audit_log.exported", self.organization().to_string());
            record(conn, self.store(), by, action, &subject, &details).await
        })
    }
}
