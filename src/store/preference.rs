//! What a contact said about marketing: honoured from the moment on which WhatsApp tells of it.

use actors::event::{Audience, Event};
use actors::model::contact::Identity;
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::sync::Arc;

use super::contact_identity::{ContactRow, find_contact, identities_of, keys_of};
use super::db::{Conn, refused};
use super::schema::{contacts, conversations};
use super::{Tenant, event};
use crate::{in_tx, with_conn};

/// Locks a contact's conversations against other nodes; SQLite's transaction holds the only writer.
async fn lock_conversations(conn: &mut Conn, contact: i64) -> Result<(), StoreError> {
    let Conn::Postgres(object) = conn else {
        return Ok(());
    };
    conversations::table
        .filter(conversations::contact_id.eq(contact))
        .order(conversations::id)
        .select(conversations::id)
        // None of their keys changes: whoever stores a row that refers to one need not wait.
        .for_no_key_update()
        .load::<i64>(&mut **object)
        .await
        .map(drop)
        .map_err(refused)
}

impl Tenant {
    /// Notes that a contact said at `at` that it does not (or does again) want marketing; nobody is told of a
    /// contact that is not known. What was said before the contact opted out does not take that back: callbacks
    /// come again, and late.
    pub async fn set_opted_out(
        &self,
        identities: &[Identity],
        opts_out: bool,
        at: Timestamp,
    ) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            let found = find_contact(conn, self.org(), &keys_of(identities)).await?;
            let Some(known) = found else {
                return Ok(Receipt::default());
            };
            if !opts_out && known.opted_out_at.is_some_and(|since| at.naive() < since) {
                return Ok(Receipt::default());
            }
            let since = opts_out.then(|| at.naive());
            // Before the organization's numbers are taken, as everywhere: else two wait for each other.
            lock_conversations(conn, known.id).await?;
            let row: ContactRow =
                with_conn!(conn, |c| diesel::update(contacts::table.find(known.id))
                    .set((
                        contacts::opted_out_at.eq(since),
                        contacts::updated_at.eq(Timestamp::now().naive()),
                    ))
                    .returning(ContactRow::as_returning())
                    .get_result(c)
                    .await)?;
            let contact = row.view(identities_of(conn, known.id).await?);
            let told = Event::ContactUpdated(Arc::new(contact));
            let envelope =
                event::append(conn, self.organization(), Audience::Everyone, told).await?;
            // An actor that decides on the old preference finds its version gone and decides anew.
            with_conn!(conn, |c| diesel::update(
                conversations::table.filter(conversations::contact_id.eq(known.id))
            )
            .set(conversations::seq.eq(envelope.seq))
            .execute(c)
            .await)?;
            Ok(Receipt {
                envelopes: vec![envelope],
                jobs: false,
            })
        })
    }
}
