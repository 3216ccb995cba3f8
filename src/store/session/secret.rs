//! The sealed columns of a number: sealed for their organization, row and column, so that a value moved
//! elsewhere does not open (SECURITY row 48).

use actors::model::ids::{OrganizationId, SessionId};
use actors::ports::store::StoreError;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use secrecy::SecretString;
use std::collections::HashMap;

use super::SessionRow;
use crate::secret::{Keyring, SealError};
use crate::store::schema::sessions;
use crate::store::{Tenant, Unscoped};
use crate::with_conn;

/// Which sealed column.
#[derive(Clone, Copy)]
pub(super) enum Column {
    AccessToken,
    AppSecret,
    VerifyToken,
}

impl Column {
    const fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::AppSecret => "app_secret",
            Self::VerifyToken => "verify_token",
        }
    }
}

/// The row whose columns are sealed or opened.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub organization: OrganizationId,
    pub id: SessionId,
}

impl Place {
    pub fn seal(self, keys: &Keyring, column: Column, plain: &str) -> Result<Vec<u8>, StoreError> {
        keys.seal(&self.aad(column), plain.as_bytes())
            .map_err(broken)
    }

    fn open(self, keys: &Keyring, column: Column, blob: &[u8]) -> Result<SecretString, StoreError> {
        let plain = keys.open(&self.aad(column), blob).map_err(broken)?;
        let text = std::str::from_utf8(&plain)
            .map_err(|_| StoreError::Broken("a stored secret is no text".to_owned()))?;
        Ok(SecretString::from(text.to_owned()))
    }

    fn aad(self, column: Column) -> String {
        format!("{}/{}/{}", self.organization, self.id, column.name())
    }
}

fn broken(error: SealError) -> StoreError {
    StoreError::Broken(error.to_string())
}

/// What it takes to speak for a number and to believe its callbacks.
#[derive(Clone, Debug)]
pub struct SessionCredentials {
    pub organization: OrganizationId,
    pub id: SessionId,
    pub phone_number_id: String,
    pub business_account_id: String,
    pub access_token: SecretString,
    pub app_secret: SecretString,
    pub verify_token: SecretString,
    /// False when an admin disabled the number.
    pub enabled: bool,
}

type Sealed = (SessionRow, Vec<u8>, Vec<u8>, Vec<u8>);

impl Unscoped {
    /// The credentials of a number; None when it does not exist or was removed.
    pub async fn session_credentials(
        &self,
        keyring: &Keyring,
        id: SessionId,
    ) -> Result<Option<SessionCredentials>, StoreError> {
        let mut conn = self.db().read().await?;
        let found: Option<Sealed> = with_conn!(&mut conn, |c| sessions::table
            .filter(sessions::id.eq(id.0))
            .filter(sessions::hidden_at.is_null())
            .select((
                SessionRow::as_select(),
                sessions::access_token,
                sessions::app_secret,
                sessions::verify_token,
            ))
            .first(c)
            .await
            .optional())?;
        let Some((row, access_token, app_secret, verify_token)) = found else {
            return Ok(None);
        };
        let organization = OrganizationId(row.organization_id);
        let place = Place { organization, id };
        Ok(Some(SessionCredentials {
            organization,
            id,
            enabled: row.is_enabled()?,
            phone_number_id: row.phone_number_id,
            business_account_id: row.business_account_id,
            access_token: place.open(keyring, Column::AccessToken, &access_token)?,
            app_secret: place.open(keyring, Column::AppSecret, &app_secret)?,
            verify_token: place.open(keyring, Column::VerifyToken, &verify_token)?,
        }))
    }
}

impl Tenant {
    /// The verify tokens of these numbers, for admins.
    pub async fn verify_tokens(
        &self,
        keyring: &Keyring,
        ids: &[SessionId],
    ) -> Result<HashMap<SessionId, SecretString>, StoreError> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let mut conn = self.db().read().await?;
        let rows: Vec<(i64, Vec<u8>)> = with_conn!(&mut conn, |c| sessions::table
            .filter(sessions::organization_id.eq(self.org()))
            .filter(sessions::id.eq_any(&ids))
            .select((sessions::id, sessions::verify_token))
            .load(c)
            .await)?;
        let organization = self.organization();
        let open = |(id, blob): (i64, Vec<u8>)| {
            let id = SessionId(id);
            let place = Place { organization, id };
            Ok((id, place.open(keyring, Column::VerifyToken, &blob)?))
        };
        rows.into_iter().map(open).collect()
    }
}
