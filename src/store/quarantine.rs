//! What could not be processed, as admins see it, and what they decide about it.

use actors::model::ids::{QuarantineId, SessionId};
use actors::model::job::Task;
use actors::model::json::Json;
use actors::model::quarantine::{QuarantineEntry, QuarantineSource};
use actors::model::user::Actor;
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::db::Conn;
use super::schema::quarantine;
use super::{Tenant, audit, field, job};
use crate::{in_tx, with_conn};

/// An entry as it lies in the database.
#[derive(Queryable, Selectable)]
#[diesel(table_name = quarantine)]
struct EntryRow {
    id: i64,
    session_id: Option<i64>,
    source: String,
    reason: String,
    tries: i64,
    payload: Vec<u8>,
    received_at: NaiveDateTime,
    resolved_at: Option<NaiveDateTime>,
}

impl EntryRow {
    fn source(&self) -> Result<QuarantineSource, StoreError> {
        field::named("source", &self.source, |name| match name {
            "webhook" => Some(QuarantineSource::Webhook),
            "job" => Some(QuarantineSource::Job),
            _ => None,
        })
    }

    fn view(self) -> Result<QuarantineEntry, StoreError> {
        Ok(QuarantineEntry {
            id: QuarantineId(self.id),
            source: self.source()?,
            reason: self.reason,
            session_id: self.session_id.map(SessionId),
            received_at: field::instant(self.received_at),
            tries: i32::try_from(self.tries).unwrap_or(i32::MAX),
            payload: shown(&self.payload)?,
            resolved_at: field::instant_opt(self.resolved_at),
        })
    }
}

/// An entry that waits, with its bytes.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub session: Option<SessionId>,
    pub source: QuarantineSource,
    pub payload: Vec<u8>,
}

/// What an admin decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    Replayed,
    Discarded,
}

impl Resolution {
    const fn name(self) -> &'static str {
        match self {
            Self::Replayed => "replayed",
            Self::Discarded => "discarded",
        }
    }
}

impl Tenant {
    /// The entries, newest first, after the entry `after`; `resolved` None means all.
    pub async fn list_quarantine(
        &self,
        resolved: Option<bool>,
        after: Option<QuarantineId>,
        limit: i64,
    ) -> Result<Vec<QuarantineEntry>, StoreError> {
        let mut conn = self.db().read().await?;
        let before = after.map_or(i64::MAX, |id| id.0);
        let rows: Vec<EntryRow> = with_conn!(&mut conn, |c| {
            let mut query = quarantine::table
                .filter(quarantine::organization_id.eq(self.org()))
                .filter(quarantine::id.lt(before))
                .order(quarantine::id.desc())
                .limit(limit)
                .select(EntryRow::as_select())
                .into_boxed();
            query = match resolved {
                Some(true) => query.filter(quarantine::resolved_at.is_not_null()),
                Some(false) => query.filter(quarantine::resolved_at.is_null()),
                None => query,
            };
            query.load(c).await
        })?;
        rows.into_iter().map(EntryRow::view).collect()
    }

    /// An entry that waits; `Conflict` when somebody decided already.
    pub async fn find_waiting(&self, id: QuarantineId) -> Result<Waiting, StoreError> {
        let mut conn = self.db().read().await?;
        let row = find(&mut conn, self.org(), id).await?;
        Ok(Waiting {
            session: row.session_id.map(SessionId),
            source: row.source()?,
            payload: row.payload,
        })
    }

    /// Notes what was decided about an entry; `Conflict` when somebody was first.
    pub async fn resolve_quarantine(
        &self,
        by: &Actor,
        id: QuarantineId,
        resolution: Resolution,
    ) -> Result<(), StoreError> {
        in_tx!(self.db(), |conn| {
            find(conn, self.org(), id).await?;
            self.resolve(conn, by, id, resolution).await
        })
    }

    /// Makes a job of an entry that was one, and notes that it was replayed.
    pub async fn replay_job(&self, by: &Actor, id: QuarantineId) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            let row = find(conn, self.org(), id).await?;
            let task: Task = serde_json::from_slice(&row.payload)
                .map_err(|error| StoreError::Broken(format!("stored job: {error}")))?;
            self.resolve(conn, by, id, Resolution::Replayed).await?;
            let organization = self.organization();
            job::enqueue(conn, self.store(), organization, &[task], Timestamp::now()).await?;
            Ok(Receipt {
                envelopes: Vec::new(),
                jobs: true,
            })
        })
    }

    async fn resolve(
        &self,
        conn: &mut Conn,
        by: &Actor,
        id: QuarantineId,
        resolution: Resolution,
    ) -> Result<(), StoreError> {
        let resolved: usize = with_conn!(conn, |c| diesel::update(
            quarantine::table
                .filter(quarantine::organization_id.eq(self.org()))
                .filter(quarantine::id.eq(id.0))
                .filter(quarantine::resolved_at.is_null())
        )
        .set((
            quarantine::resolved_at.eq(Some(Timestamp::now().naive())),
            quarantine::resolution.eq(Some(resolution.name())),
        ))
        .execute(c)
        .await)?;
        if resolved == 0 {
            return Err(StoreError::Conflict);
        }
        let action = format!("quarantine.{}", resolution.name());
        audit::record(conn, self.store(), by, &action, &id.to_string(), &json!({})).await
    }
}

async fn find(
    conn: &mut Conn,
    organization: i64,
    id: QuarantineId,
) -> Result<EntryRow, StoreError> {
    let row: EntryRow = with_conn!(conn, |c| quarantine::table
        .filter(quarantine::organization_id.eq(organization))
        .filter(quarantine::id.eq(id.0))
        .select(EntryRow::as_select())
        .first(c)
        .await)?;
    match row.resolved_at {
        None => Ok(row),
        Some(_) => Err(StoreError::Conflict),
    }
}

/// JSON as it is, else a JSON text with invalid bytes replaced. What is nested too deeply for the readers of
/// this list is shown as a text as well.
fn shown(payload: &[u8]) -> Result<Json, StoreError> {
    let text = String::from_utf8_lossy(payload);
    // Reading into a tree, unlike keeping the text, minds the depth.
    let is_readable = serde_json::from_str::<serde_json::Value>(&text).is_ok();
    if let (true, Ok(json)) = (is_readable, Json::parse(text.clone().into_owned())) {
        return Ok(json);
    }
    Json::of(&text).map_err(|error| StoreError::Broken(error.to_string()))
}
