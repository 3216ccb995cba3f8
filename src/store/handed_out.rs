//! What lets others in (invitations, links to new passwords, API keys) and may not outlive the right to make it.

use actors::model::ids::ApiKeyId;
use actors::model::user::{Role, Who};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::Conn;
use super::event;
use super::schema::{api_keys, invitations, password_resets, users};
use crate::with_conn;

const ROLES: [Role; 4] = [Role::Agent, Role::Supervisor, Role::Admin, Role::Owner];

/// How the database names whoever makes something; None for the hub itself.
pub(super) fn maker(who: Who) -> Option<String> {
    match who {
        Who::User(user) => Some(user.to_string()),
        Who::ApiKey(key) => Some(key.to_string()),
        Who::System => None,
    }
}

/// Refuses what would outlive its maker: they were locked out, revoked, or do not reach `role` any more since they were
/// asked who they are. The organization's row stays locked, so that whoever ends it waits, or was waited for.
pub(super) async fn check(
    conn: &mut Conn,
    organization: i64,
    who: Who,
    role: Role,
) -> Result<(), StoreError> {
    event::take_seqs(conn, organization, 0).await?;
    let found: Option<String> = match who {
        Who::System => return Ok(()),
        Who::User(user) => with_conn!(conn, |c| users::table
            .filter(users::organization_id.eq(organization))
            .filter(users::id.eq(user.0))
            .filter(users::disabled.eq(false))
            .select(users::role)
            .first(c)
            .await
            .optional())?,
        Who::ApiKey(key) => with_conn!(conn, |c| api_keys::table
            .filter(api_keys::organization_id.eq(organization))
            .filter(api_keys::id.eq(key.0))
            .filter(api_keys::revoked_at.is_null())
            .select(api_keys::role)
            .first(c)
            .await
            .optional())?,
    };
    let has = found.as_deref().and_then(Role::parse);
    match has.is_some_and(|has| has >= role) {
        true => Ok(()),
        false => Err(StoreError::NotFound),
    }
}

/// What ends of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ending {
    /// Only what gives more than this role; None: everything.
    pub above: Option<Role>,
    pub keeps_keys: bool,
}

/// Ends what somebody handed out; of a key that ends with it also what was made with that, and so on. Returns the keys.
pub(super) async fn end(
    conn: &mut Conn,
    organization: i64,
    who: Who,
    ending: Ending,
) -> Result<Vec<ApiKeyId>, StoreError> {
    let mut makers: Vec<String> = maker(who).into_iter().collect();
    let mut roles = above(ending.above);
    let mut ended = Vec::new();
    while !makers.is_empty() {
        end_links(conn, organization, &makers, &roles).await?;
        if ending.keeps_keys {
            break;
        }
        let keys = revoke(conn, organization, &makers, &roles).await?;
        makers = keys.iter().map(ToString::to_string).collect();
        roles = above(None);
        ended.extend(keys);
    }
    Ok(ended)
}

fn above(role: Option<Role>) -> Vec<&'static str> {
    let higher = |one: &Role| role.is_none_or(|role| *one > role);
    ROLES.into_iter().filter(higher).map(Role::as_str).collect()
}

/// A link to a new password opens what its user may, and they may be anybody: all of them end.
async fn end_links(
    conn: &mut Conn,
    organization: i64,
    makers: &[String],
    roles: &[&str],
) -> Result<(), StoreError> {
    with_conn!(conn, |c| diesel::delete(
        password_resets::table
            .filter(password_resets::organization_id.eq(organization))
            .filter(password_resets::maker.eq_any(makers))
    )
    .execute(c)
    .await)?;
    with_conn!(conn, |c| diesel::delete(
        invitations::table
            .filter(invitations::organization_id.eq(organization))
            .filter(invitations::maker.eq_any(makers))
            .filter(invitations::role.eq_any(roles))
            .filter(invitations::accepted_at.is_null())
    )
    .execute(c)
    .await)?;
    Ok(())
}

async fn revoke(
    conn: &mut Conn,
    organization: i64,
    makers: &[String],
    roles: &[&str],
) -> Result<Vec<ApiKeyId>, StoreError> {
    let ids: Vec<i64> = with_conn!(conn, |c| diesel::update(
        api_keys::table
            .filter(api_keys::organization_id.eq(organization))
            .filter(api_keys::maker.eq_any(makers))
            .filter(api_keys::role.eq_any(roles))
            .filter(api_keys::revoked_at.is_null())
    )
    .set(api_keys::revoked_at.eq(Some(Timestamp::now().naive())))
    .returning(api_keys::id)
    .get_results(c)
    .await)?;
    Ok(ids.into_iter().map(ApiKeyId).collect())
}
