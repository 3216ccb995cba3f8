//! Invitations: an e-mail, a role, and the hash of a token that makes a user of whoever shows it.

use actors::model::ids::{InvitationId, OrganizationId};
use actors::model::user::{Actor, Role};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::json;

use super::db::Conn;
use super::schema::{invitations, organizations, users};
use super::{Tenant, Unscoped, audit, field, handed_out};
use crate::{in_tx, with_conn};

/// An invitation as it lies in the database, without its hash.
#[derive(Queryable, Selectable)]
#[diesel(table_name = invitations)]
struct InvitationRow {
    id: i64,
    email: String,
    role: String,
    invited_by: String,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    mail: Option<String>,
}

impl InvitationRow {
    fn model(self) -> Result<Invitation, StoreError> {
        Ok(Invitation {
            id: InvitationId(self.id),
            role: field::named("role", &self.role, Role::parse)?,
            email: self.email,
            invited_by: self.invited_by,
            created_at: field::instant(self.created_at),
            expires_at: field::instant(self.expires_at),
            mail: self
                .mail
                .as_deref()
                .map(|name| field::named("mail", name, InvitationMail::parse))
                .transpose()?,
        })
    }
}

/// An invitation that nobody accepted yet.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    /// The name of whoever invited.
    pub invited_by: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// None: it was handed over by a person.
    pub mail: Option<InvitationMail>,
}

/// Whether the mail server took an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationMail {
    Sent,
    Failed,
}

impl InvitationMail {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Sent, Self::Failed]
            .into_iter()
            .find(|one| one.as_str() == name)
    }
}

/// An invitation to be stored.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    pub email: String,
    pub role: Role,
    pub hash: Vec<u8>,
    pub expires_at: Timestamp,
}

/// What somebody who holds an invitation may know of it.
#[derive(Clone, Debug)]
pub struct Invited {
    pub email: String,
    pub role: Role,
    /// The name of the organization.
    pub organization: String,
}

/// An invitation that is being accepted.
pub(crate) struct Taken {
    pub id: InvitationId,
    pub organization: OrganizationId,
    pub email: String,
    pub role: Role,
}

impl Tenant {
    /// The invitations that wait, newest first, after the invitation `after`.
    pub async fn list_invitations(
        &self,
        after: Option<InvitationId>,
        limit: i64,
    ) -> Result<Vec<Invitation>, StoreError> {
        let mut conn = self.db().read().await?;
        let before = after.map_or(i64::MAX, |id| id.0);
        let rows: Vec<InvitationRow> = with_conn!(&mut conn, |c| invitations::table
            .filter(invitations::organization_id.eq(self.org()))
            .filter(invitations::accepted_at.is_null())
            .filter(invitations::id.lt(before))
            .order(invitations::id.desc())
            .limit(limit)
            .select(InvitationRow::as_select())
            .load(c)
            .await)?;
        rows.into_iter().map(InvitationRow::model).collect()
    }

    /// Notes whether the mail server took an invitation.
    pub async fn note_invitation_mail(
        &self,
        id: InvitationId,
        mail: InvitationMail,
    ) -> Result<(), StoreError> {
        in_tx!(self.db(), |conn| {
            with_conn!(conn, |c| diesel::update(
                invitations::table
                    .filter(invitations::organization_id.eq(self.org()))
                    .filter(invitations::id.eq(id.0))
            )
            .set(invitations::mail.eq(Some(mail.as_str())))
            .execute(c)
            .await)?;
            Ok(())
        })
    }

    /// Stores an invitation in place of earlier ones to the same e-mail; `Conflict` when a user with it
    /// exists.
    pub async fn create_invitation(
        &self,
        by: &Actor,
        new: &NewInvitation,
    ) -> Result<Invitation, StoreError> {
        let id = InvitationId(self.store().next_id());
        in_tx!(self.db(), |conn| {
            handed_out::check(conn, self.org(), by.who, new.role).await?;
            let taken: Option<i64> = with_conn!(conn, |c| users::table
                .filter(users::email.eq(&new.email))
                .select(users::id)
                .first(c)
                .await
                .optional())?;
            if taken.is_some() {
                return Err(StoreError::Conflict);
            }
            with_conn!(conn, |c| diesel::delete(
                invitations::table
                    .filter(invitations::organization_id.eq(self.org()))
                    .filter(invitations::email.eq(&new.email))
                    .filter(invitations::accepted_at.is_null())
            )
            .execute(c)
            .await)?;
            let row = (
                invitations::id.eq(id.0),
                invitations::organization_id.eq(self.org()),
                invitations::email.eq(&new.email),
                invitations::role.eq(new.role.as_str()),
                invitations::hash.eq(&new.hash),
                invitations::invited_by.eq(&by.name),
                invitations::maker.eq(handed_out::maker(by.who)),
                invitations::created_at.eq(Timestamp::now().naive()),
                invitations::expires_at.eq(new.expires_at.naive()),
            );
            let row: InvitationRow = with_conn!(conn, |c| diesel::insert_into(invitations::table)
                .values(row)
                .returning(InvitationRow::as_returning())
                .get_result(c)
                .await)?;
            let details = json!({"email": new.email, "role": new.role});
            let subject = id.to_string();
            audit::record(
                conn,
                self.store(),
                by,
                "invitation.created",
                &subject,
                &details,
            )
            .await?;
            row.model()
        })
    }

    /// As what an invitation that waits invites.
    pub async fn role_of_invitation(&self, id: InvitationId) -> Result<Role, StoreError> {
        let mut conn = self.db().read().await?;
        let role: String = with_conn!(&mut conn, |c| invitations::table
            .filter(invitations::organization_id.eq(self.org()))
            .filter(invitations::id.eq(id.0))
            .filter(invitations::accepted_at.is_null())
            .select(invitations::role)
            .first(c)
            .await)?;
        field::named("role", &role, Role::parse)
    }

    /// As what somebody with that e-mail is invited already.
    pub async fn invited_as(&self, email: &str) -> Result<Option<Role>, StoreError> {
        let mut conn = self.db().read().await?;
        let role: Option<String> = with_conn!(&mut conn, |c| invitations::table
            .filter(invitations::organization_id.eq(self.org()))
            .filter(invitations::email.eq(email))
            .filter(invitations::accepted_at.is_null())
            .select(invitations::role)
            .first(c)
            .await
            .optional())?;
        let role = role.map(|role| field::named("role", &role, Role::parse));
        role.transpose()
    }

    /// Takes an invitation back.
    pub async fn delete_invitation(&self, by: &Actor, id: InvitationId) -> Result<(), StoreError> {
        in_tx!(self.db(), |conn| {
            let deleted: usize = with_conn!(conn, |c| diesel::delete(
                invitations::table
                    .filter(invitations::organization_id.eq(self.org()))
                    .filter(invitations::id.eq(id.0))
                    .filter(invitations::accepted_at.is_null())
            )
            .execute(c)
            .await)?;
            if deleted == 0 {
                return Err(StoreError::NotFound);
            }
            let subject = id.to_string();
            audit::record(
                conn,
                self.store(),
                by,
                "invitation.deleted",
                &subject,
                &json!({}),
            )
            .await
        })
    }
}

impl Unscoped {
    /// The living invitation with this hash.
    pub async fn find_invitation(
        &self,
        hash: &[u8],
        now: Timestamp,
    ) -> Result<Option<Invited>, StoreError> {
        let mut conn = self.db().read().await?;
        let found: Option<(String, String, String)> =
            with_conn!(&mut conn, |c| invitations::table
                .inner_join(organizations::table)
                .filter(invitations::hash.eq(hash))
                .filter(invitations::accepted_at.is_null())
                .filter(invitations::expires_at.gt(now.naive()))
                .select((invitations::email, invitations::role, organizations::name))
                .first(c)
                .await
                .optional())?;
        let invited = |(email, role, organization): (String, String, String)| {
            Ok(Invited {
                email,
                role: field::named("role", &role, Role::parse)?,
                organization,
            })
        };
        found.map(invited).transpose()
    }
}

/// Accepts the living invitation with this hash; one statement decides, so that it works once.
pub(crate) async fn take(
    conn: &mut Conn,
    hash: &[u8],
    now: Timestamp,
) -> Result<Option<Taken>, StoreError> {
    let found: Option<(i64, i64, String, String)> = with_conn!(conn, |c| diesel::update(
        invitations::table
            .filter(invitations::hash.eq(hash))
            .filter(invitations::accepted_at.is_null())
            .filter(invitations::expires_at.gt(now.naive()))
    )
    .set(invitations::accepted_at.eq(Some(now.naive())))
    .returning((
        invitations::id,
        invitations::organization_id,
        invitations::email,
        invitations::role,
    ))
    .get_result(c)
    .await
    .optional())?;
    let taken = |(id, organization, email, role): (i64, i64, String, String)| {
        Ok(Taken {
            id: InvitationId(id),
            organization: OrganizationId(organization),
            role: field::named("role", &role, Role::parse)?,
            email,
        })
    };
    found.map(taken).transpose()
}
