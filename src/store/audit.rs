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
use crate::{in_tx, insert_all, with_conn};

/// Notes that `by` did `action` (`conversation.closed`) to `subject` (an id); `details` hold no secrets.
pub(crate) async fn record(
    conn: &mut Conn,
    store: &Store,
    by: &Actor,
    action: &str,
    subject: &str,
    details: &Value,
) -> Result<(), StoreError> {
    let row = AuditRow::of(store, by, action, subject, details);
    insert_all!(conn, audit_log::table, vec![row])
}

/// A line of the audit log as it lies in the database.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_log)]
pub(crate) struct AuditRow {
    pub id: i64,
    pub organization_id: i64,
    pub at: NaiveDateTime,
    pub actor_kind: String,
    pub actor_id: Option<String>,
    pub actor_name: String,
    pub action: String,
    pub subject: String,
    pub details: String,
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
    /// The line that says that `by` did `action` to `subject` now.
    pub fn of(store: &Store, by: &Actor, action: &str, subject: &str, details: &Value) -> Self {
        let (kind, id) = match by.who {
            Who::User(user) => ("user", Some(user.to_string())),
            Who::ApiKey(key) => ("api_key", Some(key.to_string())),
            Who::System => ("system", None),
        };
        Self {
            id: store.next_id(),
            organization_id: by.organization.0,
            at: Timestamp::now().naive(),
            actor_kind: kind.to_owned(),
            actor_id: id,
            actor_name: by.name.clone(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            details: details.to_string(),
        }
    }

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
