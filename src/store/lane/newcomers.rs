//! First messages of contacts that nobody knows yet, many in one transaction: a campaign answers all at once.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use actors::event::{Audience, Envelope, Event};
use actors::model::contact::{Identity, IdentityKind};
use actors::model::conversation::{Conversation, ConversationState, ConversationStatus, Priority};
use actors::model::ids::{ConversationId, SessionId};
use actors::ports::store::{Appended, InboundAppend, Receipt, StoreError};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::super::bulk::Together;
use super::super::contact_identity::{ContactRow, IdentityRow, holders_on_postgres};
use super::super::conversation::ConversationRow;
use super::super::db::{Conn, boxed, refused};
use super::super::job::JobRow;
use super::super::message::{MediaRow, MessageRow, Quotes};
use super::super::schema::{contact_identities, contacts, conversations, jobs, media, messages};
use super::super::{Store, event};
use super::batch::{Known, make, next_state, postgres};
use super::keys;
use super::kind::Kind;
use super::postgres::{Entries, Outcomes};
use super::sieve::{Name, Results, Sieve, names_of, now_of};
use crate::insert_all;

/// Numbers that one newcomer takes: the contact, the conversation, the message.
const EVENTS_EACH: i64 = 3;

/// First messages of those who are new in every respect.
pub(super) struct Newcomers;

impl Kind for Newcomers {
    type Entry = Arc<InboundAppend>;
    type Done = Appended;

    async fn on_sqlite(
        conn: &mut Conn,
        store: &Store,
        entries: &[Arc<InboundAppend>],
    ) -> Result<Results, StoreError> {
        append(conn, store, entries).await
    }

    fn among<'e, 'a>(entries: &'e mut Entries<'a>) -> &'e mut &'a [Arc<InboundAppend>] {
        &mut entries.newcomers
    }

    fn of(outcomes: &mut Outcomes) -> &mut Results {
        &mut outcomes.newcomers
    }

    async fn alone(store: Store, append: Arc<InboundAppend>) -> Result<Appended, StoreError> {
        Known::alone(store, append).await
    }
}

async fn append(
    conn: &mut Conn,
    store: &Store,
    appends: &[Arc<InboundAppend>],
) -> Result<Results, StoreError> {
    let (organizations, keys): (BTreeSet<i64>, Vec<String>) = names_in(appends);
    let known = contact_identities::table
        .filter(contact_identities::organization_id.eq_any(organizations))
        .filter(contact_identities::lookup_key.eq_any(keys))
        .select((
            contact_identities::organization_id,
            contact_identities::lookup_key,
        ));
    let known = boxed(known.load(&mut **conn.sqlite()?)).await;
    let known: Vec<Name> = known.map_err(refused)?;
    let mut sieve = Sieve::strangers(appends, &known.into_iter().collect());
    if !sieve.is_empty() {
        sieve.settle(&keys::claim(conn, sieve.keys(), now_of(appends)).await?);
    }
    let mut rows = Rows::default();
    for (organization, count) in sieve.counts(EVENTS_EACH) {
        let first = event::take_seqs(conn, organization, count).await?;
        sieve.number(organization, first, EVENTS_EACH, |append, seq| {
            rows.add(store, append, seq)
        })?;
    }
    rows.write(conn).await?;
    Ok(sieve.into_results())
}

/// Numbers the newcomers that are to be stored, and makes what is written of them on PostgreSQL.
pub(super) fn number(
    store: &Store,
    sieve: &mut Sieve<'_>,
    numbers: &mut BTreeMap<i64, i64>,
) -> Result<Together, StoreError> {
    let mut rows = Rows::default();
    postgres::number(sieve, numbers, EVENTS_EACH, |append, seq| {
        rows.add(store, append, seq)
    })?;
    rows.together()
}

fn names_in<O: Default + Extend<i64>>(appends: &[Arc<InboundAppend>]) -> (O, Vec<String>) {
    appends.iter().flat_map(|append| names_of(append)).unzip()
}

/// The names among theirs that somebody has, on PostgreSQL.
pub(super) async fn known_names(
    c: &AsyncPgConnection,
    appends: &[Arc<InboundAppend>],
) -> Result<HashSet<Name>, StoreError> {
    if appends.is_empty() {
        return Ok(HashSet::new());
    }
    let (organizations, keys): (Vec<i64>, Vec<String>) = names_in(appends);
    let known = holders_on_postgres(c, &organizations, &keys).await?;
    let known = known.into_iter();
    Ok(known
        .map(|held| (held.organization_id, held.lookup_key))
        .collect())
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
        let began = unspoken(store, append, &contact, &identities, seq + 1);
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

    fn together(self) -> Result<Together, StoreError> {
        let mut together = Together::default();
        together.insert(self.contacts);
        together.insert(self.identities);
        together.insert(self.conversations);
        together.insert(self.messages);
        together.insert(self.media);
        together.insert(self.jobs);
        together.insert(event::rows(&self.envelopes)?);
        Ok(together)
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
fn unspoken(
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
            participants: Vec::new(),
            priority: Priority::default(),
            snoozed_until: None,
            waiting_since: None,
            reserved_until: None,
            opened_at: append.received_at,
            first_reply_at: None,
            sla: Vec::new(),
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
        team_id: None,
        tags: None,
        priority: view.priority.rank(),
        snoozed_until: None,
        waiting_since: view.waiting_since.map(|at| at.naive()),
        reserved_until: None,
        opened_at: Some(view.opened_at.naive()),
        first_reply_at: view.first_reply_at.map(|at| at.naive()),
        sla: None,
        participants: None,
    }
}
