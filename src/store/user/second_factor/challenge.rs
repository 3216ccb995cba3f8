//! Log-ins that are half done: the password was right, the code is awaited. A challenge lives for minutes, bears few
//! tries, and ends with the first that is right.

use std::time::Duration;

use actors::model::ids::{LoginId, OrganizationId, UserId};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::super::{Account, User, find, hold};
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
/// Challenges that one user has at a time from one address: some devices, and some that were given up.
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
    /// Keeps a challenge for whoever knew the password of `account`, at that address; tells when it ends. None when the
    /// password was changed meanwhile, or they were locked out.
    pub async fn open_challenge(
        &self,
        account: &Account,
        address: &str,
        hash: &[u8],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let (expires_at, user) = (now + LIFE, account.user.id);
        in_tx!(self.db(), |conn| {
            let held = hold(conn, self.org(), user).await?;
            if !held.lets_in_as(account) {
                return Ok(None);
            }
            self.drop_oldest(conn, user, address, now).await?;
            let row = (
                login_challenges::hash.eq(hash),
                login_challenges::organization_id.eq(self.org()),
                login_challenges::user_id.eq(user.0),
                login_challenges::address.eq(address),
                login_challenges::tries.eq(0_i64),
                login_challenges::expires_at.eq(expires_at.naive()),
            );
            with_conn!(conn, |c| diesel::insert_into(login_challenges::table)
                .values(row)
                .execute(c)
                .await)?;
            Ok(Some(expires_at))
        })
    }

    /// Leaves room for one more from that address: whoever else knows the password must not drive out the user's own.
    async fn drop_oldest(
        &self,
        conn: &mut Conn,
        user: UserId,
        address: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let newest: Vec<Vec<u8>> = with_conn!(conn, |c| login_challenges::table
            .filter(login_challenges::organization_id.eq(self.org()))
            .filter(login_challenges::user_id.eq(user.0))
            .filter(login_challenges::address.eq(address))
            .order(login_challenges::expires_at.desc())
            .limit(MOST_OPEN - 1)
            .select(login_challenges::hash)
            .load(c)
            .await)?;
        with_conn!(conn, |c| diesel::delete(
            login_challenges::table
                .filter(login_challenges::organization_id.eq(self.org()))
                .filter(login_challenges::user_id.eq(user.0))
                .filter(
                    login_challenges::address
                        .eq(address)
                        .and(login_challenges::hash.ne_all(&newest))
                        .or(login_challenges::expires_at.le(now.naive()))
                )
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
            let whose: Option<(i64, i64)> = with_conn!(conn, |c| login_challenges::table
                .find(hash)
                .select((login_challenges::organization_id, login_challenges::user_id))
                .first(c)
                .await
                .optional())?;
            let Some((organization, user)) = whose else {
                return Ok(Answered::Gone);
            };
            // Before the challenge: whoever ends log-ins takes them in this order.
            let user = hold(conn, organization, UserId(user)).await?.user;
            // Taken before the code is checked, so that of a thousand at once few are checked.
            let taken: usize = with_conn!(conn, |c| diesel::update(
                login_challenges::table
                    .filter(login_challenges::hash.eq(hash))
                    .filter(login_challenges::expires_at.gt(now.naive()))
                    .filter(login_challenges::tries.lt(MOST_TRIES))
            )
            .set(login_challenges::tries.eq(login_challenges::tries + 1))
            .execute(c)
            .await)?;
            if taken == 0 || user.disabled {
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
