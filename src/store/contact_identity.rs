//! Finding and making the contact and the conversation behind the names that WhatsApp uses.

use actors::model::contact::{Contact, Identity, IdentityKind};
use actors::model::conversation::{ConversationKey, ConversationState};
use actors::model::ids::ContactId;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::HashMap;

use super::conversation::{self, ContactColumns, Loaded};
use super::db::{Conn, boxed, refused};
use super::kept::kept;
use super::schema::{contact_identities, contacts, conversations};
use super::{Store, field};
use crate::{hold_first, insert_all, with_conn};

/// A contact as it lies in the database.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = contacts)]
pub(crate) struct ContactRow {
    pub id: i64,
    pub organization_id: i64,
    pub name: Option<String>,
    pub profile_name: Option<String>,
    pub phone: Option<String>,
    pub user_id: Option<String>,
    pub username: Option<String>,
    pub opted_out_at: Option<NaiveDateTime>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl ContactRow {
    /// The columns that a conversation shows.
    pub fn columns(&self) -> ContactColumns {
        ContactColumns {
            id: self.id,
            name: self.name.clone(),
            profile_name: self.profile_name.clone(),
            phone: self.phone.clone(),
            user_id: self.user_id.clone(),
            username: self.username.clone(),
            opted_out_at: self.opted_out_at,
        }
    }

    /// The contact in full.
    pub fn view(self, identities: Vec<Identity>) -> Contact {
        Contact {
            id: ContactId(self.id),
            name: self.name.or(self.profile_name),
            phone: self.phone,
            user_id: self.user_id,
            username: self.username,
            opted_out_at: field::instant_opt(self.opted_out_at),
            identities,
            created_at: field::instant(self.created_at),
            updated_at: field::instant(self.updated_at),
        }
    }
}

/// A name of a contact as it lies in the database.
#[derive(Clone, Debug, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = contact_identities)]
pub(crate) struct IdentityRow {
    pub organization_id: i64,
    pub lookup_key: String,
    pub kind: String,
    pub value: String,
    pub contact_id: i64,
}

impl IdentityRow {
    /// The row of an identity.
    pub fn of(identity: &Identity, organization: i64, contact: i64) -> Self {
        Self {
            organization_id: organization,
            lookup_key: identity.lookup_key(),
            kind: identity.kind.as_str().to_owned(),
            value: identity.value.clone(),
            contact_id: contact,
        }
    }

    /// The identity of the row.
    pub fn identity(self) -> Result<Identity, StoreError> {
        let kind = field::named("identity kind", &self.kind, |name| {
            [IdentityKind::Phone, IdentityKind::UserId, IdentityKind::Lid]
                .into_iter()
                .find(|kind| kind.as_str() == name)
        })?;
        Ok(Identity {
            kind,
            value: self.value,
        })
    }
}

/// All names of a contact.
pub(crate) async fn identities_of(
    conn: &mut Conn,
    contact: i64,
) -> Result<Vec<Identity>, StoreError> {
    let rows: Vec<IdentityRow> = with_conn!(conn, |c| contact_identities::table
        .filter(contact_identities::contact_id.eq(contact))
        .select(IdentityRow::as_select())
        .load(c)
        .await)?;
    let mut identities = rows
        .into_iter()
        .map(IdentityRow::identity)
        .collect::<Result<Vec<_>, _>>()?;
    identities.sort();
    Ok(identities)
}

/// The contacts of these ids, in no order.
pub(crate) async fn load(
    conn: &mut Conn,
    organization: i64,
    ids: &[i64],
) -> Result<Vec<Contact>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<ContactRow> = with_conn!(conn, |c| contacts::table
        .filter(contacts::organization_id.eq(organization))
        .filter(contacts::id.eq_any(ids))
        .select(ContactRow::as_select())
        .load(c)
        .await)?;
    let found: Vec<IdentityRow> = with_conn!(conn, |c| contact_identities::table
        // Not by the key, which begins with it: that would be all of the organization's.
        .filter((contact_identities::organization_id + 0).eq(organization))
        .filter(contact_identities::contact_id.eq_any(ids))
        .select(IdentityRow::as_select())
        .load(c)
        .await)?;
    let mut identities: HashMap<i64, Vec<Identity>> = HashMap::new();
    for row in found {
        let contact = row.contact_id;
        identities.entry(contact).or_default().push(row.identity()?);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut names = identities.remove(&row.id).unwrap_or_default();
            names.sort();
            row.view(names)
        })
        .collect())
}

/// A name, and the contact who has it.
#[derive(QueryableByName)]
pub(crate) struct Held {
    #[diesel(sql_type = BigInt)]
    pub organization_id: i64,
    #[diesel(sql_type = Text)]
    pub lookup_key: String,
    #[diesel(sql_type = BigInt)]
    contact_id: i64,
}

/// One probe of the index for each name. Asked for all of them at once PostgreSQL, as long as it has no statistics of a young
/// table, reads all names of the organization (2,700 for each first message of somebody, measured).
const HOLDERS: &str = "SELECT v.o AS organization_id, v.k AS lookup_key, i.contact_id FROM UNNEST($1, $2) AS v (o, k) \
    CROSS JOIN LATERAL (SELECT contact_id FROM contact_identities \
    WHERE organization_id = v.o AND lookup_key = v.k LIMIT 1) AS i";

/// Who has these names on PostgreSQL; the organizations and the keys belong together in pairs.
pub(crate) async fn holders_on_postgres(
    mut c: &AsyncPgConnection,
    organizations: &[i64],
    keys: &[String],
) -> Result<Vec<Held>, StoreError> {
    let query = diesel::sql_query(HOLDERS)
        .bind::<Array<BigInt>, _>(organizations)
        .bind::<Array<Text>, _>(keys);
    boxed(kept(query).load(&mut c)).await.map_err(refused)
}

/// Who of the organization has which of these names.
pub(crate) async fn holders(
    conn: &mut Conn,
    organization: i64,
    keys: &[String],
) -> Result<Vec<(String, i64)>, StoreError> {
    match conn {
        Conn::Sqlite(object) => {
            let found = contact_identities::table
                .filter(contact_identities::organization_id.eq(organization))
                .filter(contact_identities::lookup_key.eq_any(keys))
                .select((
                    contact_identities::lookup_key,
                    contact_identities::contact_id,
                ));
            boxed(found.load(&mut **object)).await.map_err(refused)
        }
        Conn::Postgres(object) => {
            let organizations = vec![organization; keys.len()];
            let found = holders_on_postgres(object, &organizations, keys).await?;
            let found = found.into_iter();
            Ok(found
                .map(|held| (held.lookup_key, held.contact_id))
                .collect())
        }
    }
}

/// The contact that has one of these names; where they belong to several, the first by kind wins (the phone
/// before the user id), and nobody is merged.
pub(crate) async fn find_contact(
    conn: &mut Conn,
    organization: i64,
    keys: &[String],
) -> Result<Option<ContactRow>, StoreError> {
    let found = holders(conn, organization, keys).await?;
    let first = keys.iter().find_map(|key| {
        found
            .iter()
            .find(|(found, _)| found == key)
            .map(|(_, contact)| *contact)
    });
    let Some(contact) = first else {
        return Ok(None);
    };
    with_conn!(conn, |c| contacts::table
        .filter(contacts::organization_id.eq(organization))
        .filter(contacts::id.eq(contact))
        .select(ContactRow::as_select())
        .first(c)
        .await)
    .map(Some)
}

/// Makes a contact with these names; the names are new to the organization or the transaction fails.
pub(crate) async fn create_contact(
    conn: &mut Conn,
    store: &Store,
    organization: i64,
    identities: &[Identity],
    profile_name: Option<&str>,
    username: Option<&str>,
    now: Timestamp,
) -> Result<ContactRow, StoreError> {
    let value_of = |kind: IdentityKind| {
        identities
            .iter()
            .find(|identity| identity.kind == kind)
            .map(|identity| identity.value.clone())
    };
    let row = ContactRow {
        id: store.next_id(),
        organization_id: organization,
        name: None,
        profile_name: profile_name.map(str::to_owned),
        phone: value_of(IdentityKind::Phone),
        user_id: value_of(IdentityKind::UserId),
        username: username.map(str::to_owned),
        opted_out_at: None,
        created_at: now.naive(),
        updated_at: now.naive(),
    };
    insert_all!(conn, contacts::table, vec![row.clone()])?;
    add_identities(conn, organization, row.id, identities).await?;
    Ok(row)
}

/// Adds names to a contact.
pub(crate) async fn add_identities(
    conn: &mut Conn,
    organization: i64,
    contact: i64,
    identities: &[Identity],
) -> Result<(), StoreError> {
    let mut rows: Vec<IdentityRow> = identities
        .iter()
        .map(|identity| IdentityRow::of(identity, organization, contact))
        .collect();
    rows.sort_by(|a, b| a.lookup_key.cmp(&b.lookup_key));
    rows.dedup_by(|a, b| a.lookup_key == b.lookup_key);
    insert_all!(conn, contact_identities::table, rows)
}

/// The lookup keys of these names, the phone first.
pub(crate) fn keys_of(identities: &[Identity]) -> Vec<String> {
    let mut sorted: Vec<&Identity> = identities.iter().collect();
    sorted.sort();
    sorted.into_iter().map(Identity::lookup_key).collect()
}

/// The conversation of a contact with a number, locked against others on PostgreSQL.
pub(crate) async fn lock_conversation(
    conn: &mut Conn,
    session: i64,
    contact: i64,
) -> Result<Option<(i64, i64)>, StoreError> {
    hold_first!(
        conn,
        conversations::table
            .filter(conversations::session_id.eq(session))
            .filter(conversations::contact_id.eq(contact))
            .select((conversations::id, conversations::seq))
    )
}

/// What a conversation's actor keeps.
pub(crate) async fn state_of(
    conn: &mut Conn,
    organization: i64,
    id: i64,
) -> Result<ConversationState, StoreError> {
    let Loaded { row, contact, view } = conversation::load_one(conn, organization, id).await?;
    let identities = identities_of(conn, contact.id).await?;
    Ok(ConversationState {
        organization: actors::model::ids::OrganizationId(organization),
        conversation: view,
        version: row.seq,
        identities,
        opted_out_at: field::instant_opt(contact.opted_out_at),
        last_inbound_provider_id: row.last_inbound_provider_id,
    })
}

/// The keys under which the contact of a conversation may be found.
pub(crate) fn search_keys(key: &ConversationKey, identities: &[Identity]) -> Vec<String> {
    let mut keys = keys_of(identities);
    if !keys.contains(&key.contact) {
        keys.push(key.contact.clone());
    }
    keys
}
