//! What admins do to numbers; each change is audited and told to everybody in the same transaction.

use actors::model::ids::SessionId;
use actors::model::job::Task;
use actors::model::session::{HealthState, Session, SessionStatus};
use actors::model::user::Actor;
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::secret::{Column, Place};
use super::{SessionRow, find, status_name, tell};
use crate::secret::Keyring;
use crate::store::schema::{sessions, team_sessions};
use crate::store::{Tenant, audit, job};
use crate::{in_tx, with_conn};

/// A number to connect.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub name: String,
    pub phone_number_id: String,
    pub business_account_id: String,
    pub access_token: SecretString,
    pub app_secret: SecretString,
    pub verify_token: SecretString,
}

/// What is to change; None stays.
#[derive(Clone, Debug, Default)]
pub struct SessionChange {
    pub name: Option<String>,
    pub status: Option<SessionStatus>,
    pub business_account_id: Option<String>,
    pub access_token: Option<SecretString>,
    pub app_secret: Option<SecretString>,
    pub verify_token: Option<SecretString>,
}

/// The columns that change; None stays.
#[derive(AsChangeset, Default)]
#[diesel(table_name = sessions)]
struct Changes {
    name: Option<String>,
    status: Option<&'static str>,
    business_account_id: Option<String>,
    access_token: Option<Vec<u8>>,
    app_secret: Option<Vec<u8>>,
    verify_token: Option<Vec<u8>>,
    health_state: Option<&'static str>,
    health_reason: Option<Option<String>>,
    hidden_at: Option<NaiveDateTime>,
    updated_at: Option<NaiveDateTime>,
}

impl Tenant {
    /// Connects a number and leaves the jobs that ask after it; `Conflict` when the organization has it already.
    pub async fn create_session(
        &self,
        by: &Actor,
        keyring: &Keyring,
        new: &NewSession,
    ) -> Result<(Session, Receipt), StoreError> {
        let id = SessionId(self.store().next_id());
        let place = self.place(id);
        let seal =
            |column, plain: &SecretString| place.seal(keyring, column, plain.expose_secret());
        let access_token = seal(Column::AccessToken, &new.access_token)?;
        let app_secret = seal(Column::AppSecret, &new.app_secret)?;
        let verify_token = seal(Column::VerifyToken, &new.verify_token)?;
        let now = Timestamp::now().naive();
        in_tx!(self.db(), |conn| {
            let row = (
                sessions::id.eq(id.0),
                sessions::organization_id.eq(self.org()),
                sessions::name.eq(&new.name),
                sessions::provider.eq("cloud_api"),
                sessions::phone_number_id.eq(&new.phone_number_id),
                sessions::business_account_id.eq(&new.business_account_id),
                sessions::status.eq(status_name(SessionStatus::Active)),
                sessions::health_state.eq(HealthState::Unknown.as_str()),
                sessions::access_token.eq(access_token),
                sessions::app_secret.eq(app_secret),
                sessions::verify_token.eq(verify_token),
                sessions::created_at.eq(now),
                sessions::updated_at.eq(now),
            );
            let row: SessionRow = with_conn!(conn, |c| diesel::insert_into(sessions::table)
                .values(row)
                .returning(SessionRow::as_returning())
                .get_result(c)
                .await)?;
            let details = json!({"name": new.name, "phone_number_id": new.phone_number_id});
            let subject = id.to_string();
            audit::record(
                conn,
                self.store(),
                by,
                "session.created",
                &subject,
                &details,
            )
            .await?;
            let tasks = [
                Task::CheckSession { session: id },
                Task::SyncTemplates { session: id },
            ];
            let now = Timestamp::now();
            job::enqueue(conn, self.store(), self.organization(), &tasks, now).await?;
            let mut receipt = tell(conn, self.store(), &row).await?;
            receipt.jobs = true;
            Ok((row.view(self.store())?, receipt))
        })
    }

    /// Changes a number; a new access token makes its health unknown until a job asked after it.
    pub async fn change_session(
        &self,
        by: &Actor,
        keyring: &Keyring,
        id: SessionId,
        change: &SessionChange,
    ) -> Result<(Session, Receipt), StoreError> {
        let place = self.place(id);
        let seal = |column, plain: &Option<SecretString>| {
            let plain = plain.as_ref();
            plain
                .map(|plain| place.seal(keyring, column, plain.expose_secret()))
                .transpose()
        };
        let renewed = change.access_token.is_some();
        let changes = Changes {
            name: change.name.clone(),
            status: change.status.map(status_name),
            business_account_id: change.business_account_id.clone(),
            access_token: seal(Column::AccessToken, &change.access_token)?,
            app_secret: seal(Column::AppSecret, &change.app_secret)?,
            verify_token: seal(Column::VerifyToken, &change.verify_token)?,
            health_state: renewed.then(|| HealthState::Unknown.as_str()),
            health_reason: renewed.then_some(None),
            hidden_at: None,
            updated_at: Some(Timestamp::now().naive()),
        };
        // Secrets are named, never shown.
        let details = json!({
            "name": change.name,
            "status": change.status,
            "business_account_id": change.business_account_id,
            "access_token": changed(&change.access_token),
            "app_secret": changed(&change.app_secret),
            "verify_token": changed(&change.verify_token),
        });
        let task = renewed.then_some(Task::CheckSession { session: id });
        self.apply(by, id, changes, "session.changed", &details, task)
            .await
    }

    /// Removes a number from sight and from use; its conversations stay.
    pub async fn hide_session(&self, by: &Actor, id: SessionId) -> Result<Receipt, StoreError> {
        let now = Timestamp::now().naive();
        let changes = Changes {
            status: Some(status_name(SessionStatus::Disabled)),
            hidden_at: Some(now),
            updated_at: Some(now),
            ..Changes::default()
        };
        let applied = self
            .apply(by, id, changes, "session.removed", &json!({}), None)
            .await?;
        Ok(applied.1)
    }

    async fn apply(
        &self,
        by: &Actor,
        id: SessionId,
        changes: Changes,
        action: &str,
        details: &serde_json::Value,
        task: Option<Task>,
    ) -> Result<(Session, Receipt), StoreError> {
        in_tx!(self.db(), |conn| {
            find(conn, self.org(), id).await?;
            let row: SessionRow = with_conn!(conn, |c| diesel::update(
                sessions::table
                    .filter(sessions::organization_id.eq(self.org()))
                    .filter(sessions::id.eq(id.0))
            )
            .set(&changes)
            .returning(SessionRow::as_returning())
            .get_result(c)
            .await)?;
            if changes.hidden_at.is_some() {
                with_conn!(conn, |c| diesel::delete(team_sessions::table.find(id.0))
                    .execute(c)
                    .await)?;
            }
            let subject = id.to_string();
            audit::record(conn, self.store(), by, action, &subject, details).await?;
            let tasks = task.as_slice();
            let now = Timestamp::now();
            job::enqueue(conn, self.store(), self.organization(), tasks, now).await?;
            let mut receipt = tell(conn, self.store(), &row).await?;
            receipt.jobs = !tasks.is_empty();
            Ok((row.view(self.store())?, receipt))
        })
    }

    const fn place(&self, id: SessionId) -> Place {
        Place {
            organization: self.organization(),
            id,
        }
    }
}

fn changed(secret: &Option<SecretString>) -> Option<&'static str> {
    secret.as_ref().map(|_| "changed")
}
