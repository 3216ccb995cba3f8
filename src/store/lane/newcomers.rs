//! First messages of contacts that nobody knows yet, many in one transaction: a campaign answers all at once.

use std::collections::HashSet;
use std::sync::Arc;

use actors::event::{Audience, Envelope, Event};
use actors::model::contact::{Identity, IdentityKind};
use actors::model::conversation::{Conversation, ConversationState, ConversationStatus};
use actors::model::ids::{ConversationId, SessionId};
use actors::ports::store::{Appended, InboundAppend, Receipt, StoreError};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::super::contact_identity::{ContactRow, IdentityRow, keys_of};
use super::super::conversation::ConversationRow;
use super::super::db::Conn;
use super::super::job::JobRow;
use super::super::message::{MediaRow, MessageRow, Quotes};
use super::super::schema::{contact_identities, contacts, conversations, jobs, media, messages};
use super::super::{Store, event};
use super::batch::{Results, announced, insert_keys, key_of, make, next_state};
use crate::{insert_all, with_conn};

/// Numbers that one newcomer takes: the contact, the conversation, the message.
const EVENTS_EACH: i64 = 3;

/// Appends those that are new in every respect; a None is to go one by one.
pub(super) async fn append(
    conn: &mut Conn,
    store: &Store,
    appends: &[Arc<InboundAppend>],
) -> Result<Results, StoreError> {
    let mut results: Results = Vec::new();
    results.resize_with(appends.len(), || None);
    let known = known_names(conn, appends).await?;
    let mut taken: HashSet<(i64, String)> = HashSet::new();
    let mut fresh: Vec<usize> = Vec::new();
    for (index, append) in appends.iter().enumerate() {
        let names = names_of(append);
        // Of several first messages of one contact, one makes the contact; the others are decided anew.
        let is_new = !names.is_empty()
            && names
                .iter()
                .all(|name| !known.contains(name) && !taken.contains(name));
        if is_new && append.message.reply_to.is_none() {
            taken.extend(names);
            fresh.push(index);
        }
    }
    let keys = |fresh: &[usize]| fresh.iter().map(|i| key_of(&appends[*i])).collect();
    let ghosts = announced(conn, keys(&fresh)).await?;
    fresh.retain(|index| !ghosts.contains(&key_of(&appends[*index])));
    let Some(first) = fresh.as_slice().first() else {
        return Ok(results);
    };
    let now = appends[*first].received_at;
    let new = insert_keys(conn, keys(&fresh), now).await?;
    let mut seen = HashSet::new();
    fresh.retain(|index| {
        let key = key_of(&appends[*index]);
        let is_new = new.contains(&key) && seen.insert(key);
        if !is_new {
            results[*index] = Some(Ok(Appended::Duplicate));
        }
        is_new
    });
    let mut rows = Rows::default();
    let mut organizations: Vec<i64> = fresh
        .iter()
        .map(|index| appends[*index].key.organization.0)
        .collect();
    organizations.sort_unstable();
    organizations.dedup();
    for organization in organizations {
        let theirs: Vec<usize> = fresh
            .iter()
            .copied()
            .filter(|index| appends[*index].key.organization.0 == organization)
            .collect();
        let count = EVENTS_EACH * i64::try_from(theirs.len()).unwrap_or(i64::MAX);
        let mut seq = event::take_seqs(conn, organization, count).await?;
        for index in theirs {
            results[index] = Some(Ok(rows.add(store, &appends[index], seq)?));
            seq += EVENTS_EACH;
        }
    }
    rows.write(conn).await?;
    Ok(results)
}

/// What names a contact inside its organization.
fn names_of(append: &InboundAppend) -> Vec<(i64, String)> {
    keys_of(&append.message.identities)
        .into_iter()
        .map(|key| (append.key.organization.0, key))
        .collect()
}

async fn known_names(
    conn: &mut Conn,
    appends: &[Arc<InboundAppend>],
) -> Result<HashSet<(i64, String)>, StoreError> {
    let mut organizations = Vec::new();
    let mut keys = Vec::new();
    for (organization, key) in appends.iter().flat_map(|append| names_of(append)) {
        organizations.push(organization);
        keys.push(key);
    }
    organizations.sort_unstable();
    organizations.dedup();
    let found: Vec<(i64, String)> = with_conn!(conn, |c| contact_identities::table
        .filter(contact_identities::organization_id.eq_any(&organizations))
        .filter(contact_identities::lookup_key.eq_any(&keys))
        .select((
            contact_identities::organization_id,
            contact_identities::lookup_key
        ))
        .load(c)
        .await)?;
    Ok(found.into_iter().collect())
}

/// What the newcomers of a batch leave.
#[derive(Default)]
struct Rows {
    contacts: Vec<ContactRow>,
    identities: Vec<IdentityRow>,
    conversations: Vec<ConversationRow>,
    messages: Vec<MessageRow>,
    media: Vec<MediaRow>,
    jobs: Vec<JobRow>,
    envelopes: Vec<Arc<Envelope>>,
}

impl Rows {
    fn add(
        &mut self,
        store: &Store,
        append: &InboundAppend,
        seq: i64,
    ) -> Result<Appended, StoreError> {
        let organization = append.key.organization;
        let contact = contact_of(store, append);
        let mut identities = append.message.identities.clone();
        identities.sort();
        identities.dedup_by_key(|identity| identity.lookup_key());
        let began = begin(store, append, &contact, &identities, seq + 1);
        let made = make(store, append, &began, seq + 2, &Quotes::new())?;
        let state = Arc::new(next_state(append, &began, &made.message));
        let view = Arc::new(state.conversation.clone());
        let tell = |seq, event, row| {
            Arc::new(Envelope {
                organization,
                seq,
                at: append.received_at,
                audience: Audience::Everyone,
                event,
                row,
            })
        };
        let contact_view = Arc::new(contact.clone().view(identities.clone()));
        let created = Event::ConversationCreated(Arc::clone(&view));
        let envelopes = vec![
            tell(seq, Event::ContactCreated(contact_view), None),
            tell(seq + 1, created, Some(Arc::clone(&view))),
            tell(seq + 2, Event::MessageReceived(made.message), Some(view)),
        ];
        self.identities.extend(
            identities
                .iter()
                .map(|identity| IdentityRow::of(identity, organization.0, contact.id)),
        );
        self.conversations
            .push(conversation_row(append, &state, contact.id));
        self.contacts.push(contact);
        self.messages.push(made.row);
        self.media.extend(made.media);
        let has_jobs = !made.jobs.is_empty();
        self.jobs.extend(made.jobs);
        self.envelopes.extend(envelopes.iter().cloned());
        Ok(Appended::Stored {
            state,
            receipt: Receipt {
                envelopes,
                jobs: has_jobs,
            },
        })
    }

    async fn write(self, conn: &mut Conn) -> Result<(), StoreError> {
        insert_all!(conn, contacts::table, self.contacts)?;
        insert_all!(conn, contact_identities::table, self.identities)?;
        insert_all!(conn, conversations::table, self.conversations)?;
        insert_all!(conn, messages::table, self.messages)?;
        insert_all!(conn, media::table, self.media)?;
        insert_all!(conn, jobs::table, self.jobs)?;
        event::store(conn, &self.envelopes).await
    }
}

fn contact_of(store: &Store, append: &InboundAppend) -> ContactRow {
    let news = &append.message;
    let value_of = |kind: IdentityKind| {
        let named = news
            .identities
            .iter()
            .find(|identity| identity.kind == kind);
        named.map(|identity| identity.value.clone())
    };
    ContactRow {
        id: store.next_id(),
        organization_id: append.key.organization.0,
        name: None,
        profile_name: news.profile_name.clone(),
        phone: value_of(IdentityKind::Phone),
        user_id: value_of(IdentityKind::UserId),
        username: news.username.clone(),
        opted_out_at: None,
        created_at: append.received_at.naive(),
        updated_at: append.received_at.naive(),
    }
}

/// The conversation before its first message.
fn begin(
    store: &Store,
    append: &InboundAppend,
    contact: &ContactRow,
    identities: &[Identity],
    seq: i64,
) -> ConversationState {
    ConversationState {
        organization: append.key.organization,
        conversation: Conversation {
            id: ConversationId(store.next_id()),
            seq,
            session_id: SessionId(append.key.session.0),
            contact: contact.columns().brief(),
            status: ConversationStatus::Open,
            assignee: None,
            team: None,
            tags: Vec::new(),
            unread: 0,
            last_message: None,
            window_expires_at: None,
            created_at: append.received_at,
            updated_at: append.received_at,
        },
        version: seq,
        identities: identities.to_vec(),
        opted_out_at: None,
        last_inbound_provider_id: None,
    }
}

fn conversation_row(
    append: &InboundAppend,
    state: &ConversationState,
    contact: i64,
) -> ConversationRow {
    let view = &state.conversation;
    ConversationRow {
        id: view.id.0,
        organization_id: append.key.organization.0,
        seq: state.version,
        session_id: append.key.session.0,
        contact_id: contact,
        contact_key: append.key.contact.clone(),
        status: view.status.as_str().to_owned(),
        assignee_id: None,
        unread: i64::from(view.unread),
        last_message_id: view.last_message.as_ref().map(|last| last.id.0),
        last_inbound_provider_id: state.last_inbound_provider_id.clone(),
        window_expires_at: view.window_expires_at.map(|at| at.naive()),
        created_at: view.created_at.naive(),
        updated_at: view.updated_at.naive(),
    }
}
