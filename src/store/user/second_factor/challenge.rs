//! Log-ins that are half done: the password was right, the code is awaited. A challenge lives for minutes, bears few
//! tries, and ends with the first that is right.

use std::time::Duration;

use actors::model::ids::{LoginId, OrganizationId, UserId};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::super::{User, find};
use super::spend::spend;
use crate::secret::Keyring;
use crate::secret::second_factor::Proof;
use crate::store::db::Conn;
use crate::store::login::{self, NewToken};
use crate::store::schema::login_challenges;
use crate::store::{Tenant, Unscoped};
use crate::{in_tx, with_conn};

/// How long somebody may look for their phone.
pub(in crate::store) const LIFE: Duration = Duration::from_secs(5 * 60);
/// Codes that are checked for one challenge.
const MOST_TRIES: i64 = 5;
/// Challenges that one user has at a time: some devices, and some that were given up.
const MOST_OPEN: i64 = 5;

/// What became of a code that was shown for a challenge.
#[derive(Clone, Debug)]
pub enum Answered {
    /// It was right, and the log-in is open.
    In(User, LoginId),
    Wrong,
    /// The challenge is not known, too old, or was tried too often.
    Gone,
}

impl Tenant {
    /// Keeps a challenge for a user whose password was right; tells when it ends.
    pub async fn open_challenge(
        &self,
        user: UserId,
        hash: &[u8],
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let expires_at = now + LIFE;
        in_tx!(self.db(), |conn| {
            self.drop_oldest(conn, user).await?;
            let row = (
                login_challenges::hash.eq(hash),
                login_challenges::organization_id.eq(self.org()),
                login_challenges::user_id.eq(user.0),
                login_challenges::tries.eq(0_i64),
                login_challenges::expires_at.eq(expires_at.naive()),
            );
            with_conn!(conn, |c| diesel::insert_into(login_challenges::table)
                .values(row)
                .execute(c)
                .await)?;
            Ok(expires_at)
        })
    }

    /// Leaves room for one more.
    async fn drop_oldest(&self, conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
        let newest: Vec<Vec<u8>> = with_conn!(conn, |c| login_challenges::table
            .filter(login_challenges::organization_id.eq(self.org()))
            .filter(login_challenges::user_id.eq(user.0))
            .order(login_challenges::expires_at.desc())
            .limit(MOST_OPEN - 1)
            .select(login_challenges::hash)
            .load(c)
            .await)?;
        with_conn!(conn, |c| diesel::delete(
            login_challenges::table
                .filter(login_challenges::organization_id.eq(self.org()))
                .filter(login_challenges::user_id.eq(user.0))
                .filter(login_challenges::hash.ne_all(&newest))
        )
        .execute(c)
        .await)?;
        Ok(())
    }
}

impl Unscoped {
    /// Whose code is awaited.
    pub async fn find_challenge(
        &self,
        hash: &[u8],
        now: Timestamp,
    ) -> Result<Option<User>, StoreError> {
        let mut conn = self.db().read().await?;
        let found: Option<(i64, i64)> = with_conn!(&mut conn, |c| login_challenges::table
            .find(hash)
            .filter(login_challenges::expires_at.gt(now.naive()))
            .filter(login_challenges::tries.lt(MOST_TRIES))
            .select((login_challenges::organization_id, login_challenges::user_id))
            .first(c)
            .await
            .optional())?;
        let Some((organization, user)) = found else {
            return Ok(None);
        };
        let account = find(&mut conn, organization, UserId(user)).await?;
        Ok(Some(account.user).filter(|user| !user.disabled))
    }

    /// Opens a log-in with its first refresh token if `proof` is right; what can be none is tried and wrong.
    pub async fn answer_challenge(
        &self,
        keyring: &Keyring,
        hash: &[u8],
        proof: Option<&Proof>,
        token: &NewToken,
    ) -> Result<Answered, StoreError> {
        in_tx!(self.db(), |conn| {
            let now = token.now;
            // Taken before the code is checked, so that of a thousand at once few are checked.
            let taken: Option<(i64, i64)> = with_conn!(conn, |c| diesel::update(
                login_challenges::table
                    .filter(login_challenges::hash.eq(hash))
                    .filter(login_challenges::expires_at.gt(now.naive()))
                    .filter(login_challenges::tries.lt(MOST_TRIES))
            )
            .set(login_challenges::tries.eq(login_challenges::tries + 1))
            .returning((login_challenges::organization_id, login_challenges::user_id))
            .get_result(c)
            .await
            .optional())?;
            let Some((organization, user)) = taken else {
                return Ok(Answered::Gone);
            };
            let user = find(conn, organization, UserId(user)).await?.user;
            if user.disabled {
                return Ok(Answered::Gone);
            }
            let organization = OrganizationId(organization);
            let spent = match proof {
                Some(proof) => spend(conn, keyring, organization, user.id, proof, now).await?,
                None => None,
            };
            let Some(spent) = spent else {
                return Ok(Answered::Wrong);
            };
            with_conn!(conn, |c| diesel::delete(login_challenges::table.find(hash))
                .execute(c)
                .await)?;
            let details = json!({"second_factor": spent.name()});
            let login = login::open(conn, self.store(), &user, token, &details).await?;
            Ok(Answered::In(user, login))
        })
    }
}
