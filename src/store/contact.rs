//! Contacts as people see them, and the names that agents give them.

use std::collections::HashMap;
use std::sync::Arc;

use actors::event::{Audience, Envelope, Event};
use actors::model::contact::{Contact, Identity};
use actors::model::ids::ContactId;
use actors::model::user::Actor;
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::json;

use super::contact_identity::{ContactRow, IdentityRow, identities_of};
use super::conversation::{self, pattern};
use super::db::Conn;
use super::schema::{contact_identities, contacts, conversations};
use super::{Tenant, audit, event};
use crate::{hold_first, in_tx, with_conn};

/// Contacts, or conversations, that are looked up one by one and sorted when that many were found.
pub(super) const FEW: i64 = 1000;

/// Letters that the index of pieces (PostgreSQL's) needs: of fewer it would give everybody, to be compared one by one, where the
/// first of them are bound to have some that match.
const SHORTEST_PIECE: usize = 3;

/// Whether a contact matches, asked of each row of a list in its order: with nothing added to the column the
/// database would fetch and sort all of the many that match.
macro_rules! in_passing {
    ($pattern:expr) => {
        $crate::store::schema::contacts::search
            .concat("")
            .like($pattern)
    };
}
pub(super) use in_passing;

/// Which contacts a search found.
pub(super) enum Found {
    /// These: they (or their conversations) are looked up and sorted.
    Few(Vec<i64>),
    /// So many that the first rows of any list have some: those are looked through by this pattern.
    Many(String),
}

impl Tenant {
    /// The contacts of which a name or number has the pattern in it.
    pub(super) async fn search_contacts(
        &self,
        conn: &mut Conn,
        pattern: String,
    ) -> Result<Found, StoreError> {
        let is_short = pattern.trim_matches('%').chars().count() < SHORTEST_PIECE;
        let ids: Vec<i64> = with_conn!(conn, |c| {
            let query = contacts::table
                .filter(contacts::organization_id.eq(self.org()))
                // They all are: SQLite looks through the index of what is searched, not through the rows, if that is said.
                .filter(contacts::search.ge(""))
                .select(contacts::id)
                .limit(FEW + 1)
                .into_boxed();
            let query = match is_short {
                true => query.filter(in_passing!(&pattern)),
                false => query.filter(contacts::search.like(&pattern)),
            };
            query.load(c).await
        })?;
        Ok(match i64::try_from(ids.len()) {
            Ok(count) if count <= FEW => Found::Few(ids),
            _ => Found::Many(pattern),
        })
    }
}

impl Tenant {
    /// Contacts, newest first, after the contact `after`; `q` is a piece of a name, number or username.
    pub async fn list_contacts(
        &self,
        q: Option<&str>,
        after: Option<ContactId>,
        limit: i64,
    ) -> Result<Vec<Contact>, StoreError> {
        let mut conn = self.db().read().await?;
        let before = after.map_or(i64::MAX, |id| id.0);
        let found = match q {
            Some(q) => Some(self.search_contacts(&mut conn, pattern(q)).await?),
            None => None,
        };
        let rows: Vec<ContactRow> = with_conn!(&mut conn, |c| {
            let mut query = contacts::table
                .filter(contacts::organization_id.eq(self.org()))
                .filter(contacts::id.lt(before))
                .order(contacts::id.desc())
                .limit(limit)
                .select(ContactRow::as_select())
                .into_boxed();
            match &found {
                Some(Found::Few(ids)) => query = query.filter(contacts::id.eq_any(ids)),
                Some(Found::Many(pattern)) => query = query.filter(in_passing!(pattern)),
                None => {}
            }
            query.load(c).await
        })?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let mut identities = load_identities(&mut conn, self.org(), &ids).await?;
        let view = |row: ContactRow| {
            let own = identities.remove(&row.id).unwrap_or_default();
            row.view(own)
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// One contact.
    pub async fn find_contact(&self, id: ContactId) -> Result<Contact, StoreError> {
        let mut conn = self.db().read().await?;
        let row: ContactRow = with_conn!(&mut conn, |c| contacts::table
            .filter(contacts::organization_id.eq(self.org()))
            .filter(contacts::id.eq(id.0))
            .select(ContactRow::as_select())
            .first(c)
            .await)?;
        let identities = identities_of(&mut conn, id.0).await?;
        Ok(row.view(identities))
    }

    /// Gives a contact a name (None: the profile's own again); their conversations show it at once.
    pub async fn rename_contact(
        &self,
        by: &Actor,
        id: ContactId,
        name: Option<&str>,
    ) -> Result<(Contact, Receipt), StoreError> {
        in_tx!(self.db(), |conn| {
            let threads = lock_conversations(conn, self.org(), id).await?;
            let row: ContactRow = with_conn!(conn, |c| diesel::update(
                contacts::table
                    .filter(contacts::organization_id.eq(self.org()))
                    .filter(contacts::id.eq(id.0))
            )
            .set((
                contacts::name.eq(name),
                contacts::updated_at.eq(Timestamp::now().naive()),
            ))
            .returning(ContactRow::as_returning())
            .get_result(c)
            .await)?;
            let contact = row.view(identities_of(conn, id.0).await?);
            let details = json!({"name": name});
            audit::record(
                conn,
                self.store(),
                by,
                "contact.renamed",
                &id.to_string(),
                &details,
            )
            .await?;
            let envelopes = self.tell(conn, &contact, &threads).await?;
            let receipt = Receipt {
                envelopes,
                jobs: false,
            };
            Ok((contact, receipt))
        })
    }

    /// One event for the contact and one for each conversation that shows them.
    async fn tell(
        &self,
        conn: &mut Conn,
        contact: &Contact,
        threads: &[i64],
    ) -> Result<Vec<Arc<Envelope>>, StoreError> {
        let count = i64::try_from(threads.len()).unwrap_or(0) + 1;
        let first = event::take_seqs(conn, self.org(), count).await?;
        for (&thread, seq) in threads.iter().zip(first + 1..) {
            with_conn!(conn, |c| diesel::update(conversations::table.find(thread))
                .set(conversations::seq.eq(seq))
                .execute(c)
                .await)?;
        }
        let mut rows = conversation::load(conn, self.org(), threads).await?;
        rows.sort_by_key(|row| row.seq);
        let at = Timestamp::now();
        let envelope = |seq, event, row| {
            Arc::new(Envelope {
                organization: self.organization(),
                seq,
                at,
                audience: Audience::Everyone,
                event,
                row,
            })
        };
        let renamed = Event::ContactUpdated(Arc::new(contact.clone()));
        let mut envelopes = vec![envelope(first, renamed, None)];
        for row in rows.into_iter().map(Arc::new) {
            let shown = Event::ConversationUpdated(Arc::clone(&row));
            envelopes.push(envelope(row.seq, shown, Some(row)));
        }
        event::store(conn, &envelopes).await?;
        Ok(envelopes)
    }
}

/// The contact's conversations, locked in ascending order as everybody does.
async fn lock_conversations(
    conn: &mut Conn,
    organization: i64,
    contact: ContactId,
) -> Result<Vec<i64>, StoreError> {
    let ids: Vec<i64> = with_conn!(conn, |c| conversations::table
        .filter(conversations::organization_id.eq(organization))
        .filter(conversations::contact_id.eq(contact.0))
        .order(conversations::id)
        .select(conversations::id)
        .load(c)
        .await)?;
    for id in &ids {
        let _: Option<i64> = hold_first!(
            conn,
            conversations::table
                .filter(conversations::id.eq(*id))
                .select(conversations::id)
        )?;
    }
    Ok(ids)
}

async fn load_identities(
    conn: &mut Conn,
    organization: i64,
    contacts: &[i64],
) -> Result<HashMap<i64, Vec<Identity>>, StoreError> {
    if contacts.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<IdentityRow> = with_conn!(conn, |c| contact_identities::table
        // By the contacts' index: the other one has the order, and all of the organization's.
        .filter((contact_identities::organization_id + 0).eq(organization))
        .filter(contact_identities::contact_id.eq_any(contacts))
        .order(contact_identities::lookup_key)
        .select(IdentityRow::as_select())
        .load(c)
        .await)?;
    let mut identities: HashMap<i64, Vec<Identity>> = HashMap::new();
    for row in rows {
        let own = identities.entry(row.contact_id).or_default();
        own.push(row.identity()?);
    }
    Ok(identities)
}
