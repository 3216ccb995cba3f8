//! What a contact said about marketing: honoured from the moment on which WhatsApp tells of it.

use actors::event::{Audience, Event};
use actors::model::contact::Identity;
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::sync::Arc;

use super::contact_identity::{ContactRow, find_contact, identities_of, keys_of};
use super::schema::{contacts, conversations};
use super::{Tenant, event};
use crate::{in_tx, with_conn};

impl Tenant {
    /// Notes that a contact does not (or does again) want marketing; nobody is told of a contact that is not
    /// known.
    pub async fn set_opted_out(
        &self,
        identities: &[Identity],
        since: Option<Timestamp>,
    ) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            let found = find_contact(conn, self.org(), &keys_of(identities)).await?;
            let Some(known) = found else {
                return Ok(Receipt::default());
            };
            let row: ContactRow =
                with_conn!(conn, |c| diesel::update(contacts::table.find(known.id))
                    .set((
                        contacts::opted_out_at.eq(since.map(|at| at.naive())),
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
