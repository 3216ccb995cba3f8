//! Connected numbers: settings, sealed credentials and health. A removed number is only hidden, because its
//! conversations stay.

mod change;
mod health;
mod secret;

pub use self::change::{NewSession, SessionChange};
pub use self::health::{Checked, Heard};
pub use self::secret::SessionCredentials;

use actors::event::{Audience, Event};
use actors::model::ids::{OrganizationId, SessionId};
use actors::model::session::{Health, HealthState, Session, SessionState, SessionStatus};
use actors::ports::store::{Receipt, StoreError};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::sync::Arc;

use super::db::Conn;
use super::schema::sessions;
use super::{Store, Tenant, Unscoped, event, field};
use crate::with_conn;

/// A number as it lies in the database, without its sealed columns.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct SessionRow {
    id: i64,
    organization_id: i64,
    name: String,
    provider: String,
    phone_number_id: String,
    business_account_id: String,
    display_phone_number: Option<String>,
    verified_name: Option<String>,
    status: String,
    health_state: String,
    health_reason: Option<String>,
    quality: Option<String>,
    rate: i64,
    last_webhook_at: Option<NaiveDateTime>,
    checked_at: Option<NaiveDateTime>,
    hidden_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl SessionRow {
    /// The number as people see it, without its verify token.
    fn view(&self, store: &Store) -> Result<Session, StoreError> {
        let id = SessionId(self.id);
        Ok(Session {
            id,
            name: self.name.clone(),
            provider: self.provider.clone(),
            phone_number_id: self.phone_number_id.clone(),
            business_account_id: self.business_account_id.clone(),
            display_phone_number: self.display_phone_number.clone(),
            verified_name: self.verified_name.clone(),
            status: self.status()?,
            health: Health {
                state: self.health()?,
                reason: self.health_reason.clone(),
                quality: self.quality.clone(),
                last_webhook_at: field::instant_opt(self.last_webhook_at),
                checked_at: field::instant_opt(self.checked_at),
            },
            webhook_url: format!("{}/webhooks/whatsapp/{id}", store.public_url()),
            verify_token: None,
            created_at: field::instant(self.created_at),
            updated_at: field::instant(self.updated_at),
        })
    }

    /// The number as its actor needs it.
    fn state(&self) -> Result<SessionState, StoreError> {
        Ok(SessionState {
            id: SessionId(self.id),
            organization: OrganizationId(self.organization_id),
            phone_number_id: self.phone_number_id.clone(),
            enabled: self.is_enabled()?,
            health: self.health()?,
            rate: u32::try_from(self.rate).unwrap_or(1),
        })
    }

    fn status(&self) -> Result<SessionStatus, StoreError> {
        field::named("session status", &self.status, parse_status)
    }

    fn health(&self) -> Result<HealthState, StoreError> {
        field::named("health", &self.health_state, HealthState::parse)
    }

    fn is_enabled(&self) -> Result<bool, StoreError> {
        Ok(self.hidden_at.is_none() && self.status()? == SessionStatus::Active)
    }
}

impl Tenant {
    /// The numbers that were not removed, after the number `after`.
    pub async fn list_sessions(
        &self,
        after: Option<SessionId>,
        limit: i64,
    ) -> Result<Vec<Session>, StoreError> {
        let mut conn = self.db().read().await?;
        let after = after.map_or(0, |id| id.0);
        let rows: Vec<SessionRow> = with_conn!(&mut conn, |c| sessions::table
            .filter(sessions::organization_id.eq(self.org()))
            .filter(sessions::hidden_at.is_null())
            .filter(sessions::id.gt(after))
            .order(sessions::id)
            .limit(limit)
            .select(SessionRow::as_select())
            .load(c)
            .await)?;
        rows.iter().map(|row| row.view(self.store())).collect()
    }

    /// One number that was not removed.
    pub async fn find_session(&self, id: SessionId) -> Result<Session, StoreError> {
        let mut conn = self.db().read().await?;
        find(&mut conn, self.org(), id).await?.view(self.store())
    }

    /// The numbers with the provider's id `phone_number_id`: one or none.
    pub async fn sessions_by_number(
        &self,
        phone_number_id: &str,
    ) -> Result<Vec<SessionId>, StoreError> {
        let mut conn = self.db().read().await?;
        let ids: Vec<i64> = with_conn!(&mut conn, |c| sessions::table
            .filter(sessions::organization_id.eq(self.org()))
            .filter(sessions::phone_number_id.eq(phone_number_id))
            .filter(sessions::hidden_at.is_null())
            .select(sessions::id)
            .load(c)
            .await)?;
        Ok(ids.into_iter().map(SessionId).collect())
    }
}

impl Unscoped {
    /// What the number's actor needs; a removed number is there but disabled.
    pub async fn load_session_state(
        &self,
        id: SessionId,
    ) -> Result<Option<SessionState>, StoreError> {
        let mut conn = self.db().read().await?;
        let found: Option<SessionRow> = with_conn!(&mut conn, |c| sessions::table
            .find(id.0)
            .select(SessionRow::as_select())
            .first(c)
            .await
            .optional())?;
        found.map(|row| row.state()).transpose()
    }
}

/// A number of the organization that was not removed.
async fn find(conn: &mut Conn, organization: i64, id: SessionId) -> Result<SessionRow, StoreError> {
    with_conn!(conn, |c| sessions::table
        .filter(sessions::organization_id.eq(organization))
        .filter(sessions::id.eq(id.0))
        .filter(sessions::hidden_at.is_null())
        .select(SessionRow::as_select())
        .first(c)
        .await)
}

/// Tells everybody how the number is now; secrets stay out of events.
async fn tell(conn: &mut Conn, store: &Store, row: &SessionRow) -> Result<Receipt, StoreError> {
    let session = Arc::new(row.view(store)?);
    let organization = OrganizationId(row.organization_id);
    let told = Event::SessionUpdated(session);
    let envelope = event::append(conn, organization, Audience::Everyone, told).await?;
    Ok(Receipt {
        envelopes: vec![envelope],
        jobs: false,
    })
}

/// The name in the database.
const fn status_name(status: SessionStatus) -> &'static str {
    match status {
        SessionStatus::Active => "active",
        SessionStatus::Disabled => "disabled",
    }
}

fn parse_status(name: &str) -> Option<SessionStatus> {
    match name {
        "active" => Some(SessionStatus::Active),
        "disabled" => Some(SessionStatus::Disabled),
        _ => None,
    }
}
