//! What the provider says of a message that was sent. It may come before the answer to the send: then it is kept
//! until the message is known by the provider's id.

use actors::event::Event;
use actors::model::ids::{AttemptId, OrganizationId, SessionId};
use actors::model::status::{MessageStatus, ProviderFault, StatusUpdate};
use actors::policy;
use actors::ports::store::{Raised, Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;

use super::attempt::{Change, Tell, change, fail, lock_by_provider_id, lock_message, raise};
use super::db::{Conn, refused};
use super::kept::kept;
use super::message::MessageRow;
use super::schema::{early_statuses, messages};
use super::{Store, field};
use crate::{in_tx, with_conn};

/// How far a message came, and why it failed.
type Early = (MessageStatus, Option<ProviderFault>);

/// Takes the statuses out that overtook the answer to a send.
pub(super) async fn take_early(
    conn: &mut Conn,
    session: i64,
    provider_id: &str,
) -> Result<Vec<Early>, StoreError> {
    lock_provider_id(conn, session, provider_id).await?;
    let kept: Vec<(String, Option<String>)> = with_conn!(conn, |c| early_statuses::table
        .filter(early_statuses::session_id.eq(session))
        .filter(early_statuses::provider_id.eq(provider_id))
        .select((early_statuses::status, early_statuses::error))
        .load(c)
        .await)?;
    if kept.is_empty() {
        return Ok(Vec::new());
    }
    with_conn!(conn, |c| diesel::delete(
        early_statuses::table
            .filter(early_statuses::session_id.eq(session))
            .filter(early_statuses::provider_id.eq(provider_id))
    )
    .execute(c)
    .await)?;
    kept.iter()
        .map(|(status, error)| {
            Ok((
                field::named("message status", status, MessageStatus::parse)?,
                field::read_opt(error.as_deref())?,
            ))
        })
        .collect()
}

async fn keep_early(
    conn: &mut Conn,
    session: SessionId,
    update: &StatusUpdate,
) -> Result<(), StoreError> {
    let error = update.error.as_ref().map(field::write).transpose()?;
    with_conn!(conn, |c| diesel::insert_into(early_statuses::table)
        .values((
            early_statuses::session_id.eq(session.0),
            early_statuses::provider_id.eq(&update.provider_id),
            early_statuses::status.eq(update.status.as_str()),
            early_statuses::at.eq(update.at.naive()),
            early_statuses::error.eq(&error),
            early_statuses::created_at.eq(Timestamp::now().naive()),
        ))
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    Ok(())
}

/// Lets one transaction at a time decide about an id that may be in no row yet: else a status and the answer that
/// it overtakes could miss each other. SQLite has one writer anyway.
async fn lock_provider_id(
    conn: &mut Conn,
    session: i64,
    provider_id: &str,
) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(_) => Ok(()),
        Conn::Postgres(object) => {
            let lock = diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, $2))")
                .bind::<Text, _>(provider_id)
                .bind::<BigInt, _>(session);
            kept(lock)
                .execute(&mut **object)
                .await
                .map(drop)
                .map_err(refused)
        }
    }
}

impl Store {
    pub(super) async fn raise(
        &self,
        organization: OrganizationId,
        session: SessionId,
        update: &StatusUpdate,
    ) -> Result<Raised, StoreError> {
        in_tx!(self.db(), |conn| {
            let mut found = find_sent(conn, organization, session, update).await?;
            if found.is_none() {
                lock_provider_id(conn, session.0, &update.provider_id).await?;
                found = lock_by_provider_id(conn, session.0, &update.provider_id).await?;
            }
            let Some(row) = found else {
                keep_early(conn, session, update).await?;
                return Ok(Raised::Kept);
            };
            if row.provider_id.is_none() && !update.provider_id.is_empty() {
                let news = Change {
                    provider_id: Some(update.provider_id.clone()),
                    ..Change::default()
                };
                change(conn, row.id, news).await?;
            }
            if !row.status()?.rises_to(update.status) {
                return Ok(Raised::Unchanged);
            }
            let how: Tell = Event::MessageStatusChanged;
            let envelopes = match (update.status, &update.error) {
                (MessageStatus::Failed, fault) => {
                    let fault = fault.clone().unwrap_or_else(|| ProviderFault {
                        code: 0,
                        title: "WhatsApp could not deliver the message".to_owned(),
                        details: None,
                    });
                    fail(conn, &row, &policy::failure(&fault), how).await?
                }
                (status, _) => raise(conn, &row, status, how).await?,
            };
            Ok(Raised::Changed(Receipt {
                envelopes,
                jobs: false,
            }))
        })
    }
}

/// The message that a status is about: by the provider's id, else by the attempt id that it echoes.
async fn find_sent(
    conn: &mut Conn,
    organization: OrganizationId,
    session: SessionId,
    update: &StatusUpdate,
) -> Result<Option<MessageRow>, StoreError> {
    if let Some(row) = lock_by_provider_id(conn, session.0, &update.provider_id).await? {
        return Ok(Some(row));
    }
    let Some(attempt) = update
        .attempt
        .as_deref()
        .and_then(|text| text.parse::<AttemptId>().ok())
    else {
        return Ok(None);
    };
    let id: Option<i64> = with_conn!(conn, |c| messages::table
        .filter(messages::attempt_id.eq(Some(attempt.0)))
        .filter(messages::organization_id.eq(organization.0))
        .filter(messages::session_id.eq(session.0))
        .select(messages::id)
        .first(c)
        .await
        .optional())?;
    match id {
        Some(id) => lock_message(conn, id).await,
        None => Ok(None),
    }
}
