//! The second proof of a user: begun, confirmed by a first code, in use, and gone again. Each way in or out of use
//! ends the user's other log-ins.

mod challenge;
mod spend;

pub use self::challenge::Answered;

use actors::model::ids::{LoginId, UserId};
use actors::model::user::Actor;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use self::spend::{aad, broken, first_step, spend};
use super::find;
use crate::secret::Keyring;
use crate::secret::second_factor::{Proof, Seed};
use crate::store::db::Conn;
use crate::store::schema::{recovery_codes, users};
use crate::store::{Tenant, audit, field, login};
use crate::{in_tx, with_conn};

/// How a user's second proof stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondFactor {
    /// Since when it is asked for; None while it is not.
    pub since: Option<Timestamp>,
    /// Recovery codes that were not used.
    pub recovery_codes: i64,
}

/// What became of a change of the second proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorChange {
    Done,
    /// The code is not right, or was used before.
    Wrong,
    /// It is in use already.
    On,
    /// It is not in use, or was not begun.
    Off,
}

impl Tenant {
    /// How a user's second proof stands.
    pub async fn second_factor(&self, user: UserId) -> Result<SecondFactor, StoreError> {
        let mut conn = self.db().read().await?;
        let since: Option<NaiveDateTime> = with_conn!(&mut conn, |c| users::table
            .filter(users::organization_id.eq(self.org()))
            .filter(users::id.eq(user.0))
            .select(users::second_factor_since)
            .first(c)
            .await)?;
        let recovery_codes: i64 = with_conn!(&mut conn, |c| recovery_codes::table
            .filter(recovery_codes::organization_id.eq(self.org()))
            .filter(recovery_codes::user_id.eq(user.0))
            .filter(recovery_codes::used_at.is_null())
            .count()
            .get_result(c)
            .await)?;
        Ok(SecondFactor {
            since: field::instant_opt(since),
            recovery_codes,
        })
    }

    /// Keeps a secret that is not asked for until it is confirmed; an earlier one that was not is forgotten.
    pub async fn begin_second_factor(
        &self,
        keyring: &Keyring,
        by: &Actor,
        user: UserId,
        seed: &Seed,
    ) -> Result<FactorChange, StoreError> {
        let place = aad(self.organization(), user);
        let sealed = keyring.seal(&place, seed.bytes()).map_err(broken)?;
        in_tx!(self.db(), |conn| {
            let begun: usize = with_conn!(conn, |c| diesel::update(
                users::table
                    .filter(users::organization_id.eq(self.org()))
                    .filter(users::id.eq(user.0))
                    .filter(users::second_factor_since.is_null())
            )
            .set((
                users::second_factor.eq(Some(&sealed)),
                users::second_factor_step.eq(None::<i64>),
            ))
            .execute(c)
            .await)?;
            if begun == 0 {
                return Ok(FactorChange::On);
            }
            self.note(conn, by, user, "user.two_factor_begun").await?;
            Ok(FactorChange::Done)
        })
    }

    /// From now on codes are asked for, if `proof` is one of the secret that was begun.
    pub async fn confirm_second_factor(
        &self,
        keyring: &Keyring,
        by: &Actor,
        user: UserId,
        proof: &Proof,
        recovery: &[Vec<u8>],
        keep: Option<LoginId>,
    ) -> Result<FactorChange, StoreError> {
        let now = Timestamp::now();
        in_tx!(self.db(), |conn| {
            if find(conn, self.org(), user).await?.user.two_factor {
                return Ok(FactorChange::On);
            }
            let first = first_step(conn, keyring, self.organization(), user, proof, now).await?;
            let (sealed, step) = match first {
                None => return Ok(FactorChange::Off),
                Some((_, None)) => return Ok(FactorChange::Wrong),
                Some((sealed, Some(step))) => (sealed, step),
            };
            // The very secret that was proved, and of two who confirm at once only one.
            let confirmed: usize = with_conn!(conn, |c| diesel::update(
                users::table
                    .filter(users::organization_id.eq(self.org()))
                    .filter(users::id.eq(user.0))
                    .filter(users::second_factor.eq(&sealed))
                    .filter(users::second_factor_since.is_null())
            )
            .set((
                users::second_factor_since.eq(Some(now.naive())),
                users::second_factor_step.eq(Some(step)),
            ))
            .execute(c)
            .await)?;
            if confirmed == 0 {
                return Ok(FactorChange::On);
            }
            self.replace_codes(conn, user, recovery).await?;
            login::revoke_all(conn, self.org(), user, keep, now).await?;
            self.note(conn, by, user, "user.two_factor_enabled").await?;
            Ok(FactorChange::Done)
        })
    }

    /// Codes are not asked for any more, if `proof` is one.
    pub async fn drop_second_factor(
        &self,
        keyring: &Keyring,
        by: &Actor,
        user: UserId,
        proof: &Proof,
        keep: Option<LoginId>,
    ) -> Result<FactorChange, StoreError> {
        let now = Timestamp::now();
        in_tx!(self.db(), |conn| {
            if !find(conn, self.org(), user).await?.user.two_factor {
                return Ok(FactorChange::Off);
            }
            let spent = spend(conn, keyring, self.organization(), user, proof, now).await?;
            if spent.is_none() {
                return Ok(FactorChange::Wrong);
            }
            self.forget(conn, user).await?;
            login::revoke_all(conn, self.org(), user, keep, now).await?;
            self.note(conn, by, user, "user.two_factor_disabled")
                .await?;
            Ok(FactorChange::Done)
        })
    }

    /// Other recovery codes take the place of all that there were, if `proof` is right.
    pub async fn renew_recovery_codes(
        &self,
        keyring: &Keyring,
        by: &Actor,
        user: UserId,
        proof: &Proof,
        recovery: &[Vec<u8>],
    ) -> Result<FactorChange, StoreError> {
        let now = Timestamp::now();
        in_tx!(self.db(), |conn| {
            if !find(conn, self.org(), user).await?.user.two_factor {
                return Ok(FactorChange::Off);
            }
            let spent = spend(conn, keyring, self.organization(), user, proof, now).await?;
            if spent.is_none() {
                return Ok(FactorChange::Wrong);
            }
            self.replace_codes(conn, user, recovery).await?;
            self.note(conn, by, user, "user.recovery_codes_renewed")
                .await?;
            Ok(FactorChange::Done)
        })
    }

    /// An admin helps somebody who lost their phone and their recovery codes: all their log-ins end.
    pub async fn reset_second_factor(
        &self,
        by: &Actor,
        user: UserId,
    ) -> Result<FactorChange, StoreError> {
        in_tx!(self.db(), |conn| {
            if !find(conn, self.org(), user).await?.user.two_factor {
                return Ok(FactorChange::Off);
            }
            self.forget(conn, user).await?;
            login::revoke_all(conn, self.org(), user, None, Timestamp::now()).await?;
            self.note(conn, by, user, "user.two_factor_reset").await?;
            Ok(FactorChange::Done)
        })
    }

    async fn forget(&self, conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
        with_conn!(conn, |c| diesel::update(
            users::table
                .filter(users::organization_id.eq(self.org()))
                .filter(users::id.eq(user.0))
        )
        .set((
            users::second_factor.eq(None::<Vec<u8>>),
            users::second_factor_since.eq(None::<NaiveDateTime>),
            users::second_factor_step.eq(None::<i64>),
        ))
        .execute(c)
        .await)?;
        self.replace_codes(conn, user, &[]).await
    }

    async fn replace_codes(
        &self,
        conn: &mut Conn,
        user: UserId,
        recovery: &[Vec<u8>],
    ) -> Result<(), StoreError> {
        with_conn!(conn, |c| diesel::delete(
            recovery_codes::table
                .filter(recovery_codes::organization_id.eq(self.org()))
                .filter(recovery_codes::user_id.eq(user.0))
        )
        .execute(c)
        .await)?;
        for hash in recovery {
            let row = (
                recovery_codes::hash.eq(hash),
                recovery_codes::organization_id.eq(self.org()),
                recovery_codes::user_id.eq(user.0),
            );
            with_conn!(conn, |c| diesel::insert_into(recovery_codes::table)
                .values(row)
                .execute(c)
                .await)?;
        }
        Ok(())
    }

    async fn note(
        &self,
        conn: &mut Conn,
        by: &Actor,
        user: UserId,
        action: &str,
    ) -> Result<(), StoreError> {
        let (subject, details) = (user.to_string(), json!({}));
        audit::record(conn, self.store(), by, action, &subject, &details).await
    }
}
