//! One message with everything that may be new about it: the contact, the conversation, names, and effects on
//! earlier messages.

use std::sync::Arc;

use actors::event::{Audience, Envelope, Event};
use actors::model::conversation::ConversationState;
use actors::model::ids::{MessageId, OrganizationId};
use actors::model::inbound::{Effect, InboundMessage};
use actors::model::message::ReactionBy;
use actors::ports::store::{Appended, InboundAppend, Receipt, StoreError};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::super::attempt::{self, lock_by_provider_id};
use super::super::contact_identity::{
    ContactRow, add_identities, find_contact, identities_of, lock_conversation, search_keys,
    state_of,
};
use super::super::db::Conn;
use super::super::message::{self, MessageRow, Quotes};
use super::super::schema::{contacts, conversations, dedup_keys, jobs, media, messages};
use super::super::thread::{fresh_row, meet};
use super::super::{Store, event, outbound, queue};
use super::batch::{make, next_state};
use super::keys::{PLACEHOLDER, key_of};
use super::sieve::quoted;
use crate::{insert_all, with_conn};

/// Appends one message.
pub(super) async fn append(
    conn: &mut Conn,
    store: &Store,
    append: &InboundAppend,
) -> Result<Appended, StoreError> {
    let mut thread = match find_thread(conn, append).await? {
        Found::Stale => return Err(StoreError::Conflict),
        Found::Nothing | Found::Contact => None,
        Found::Thread(state) => Some(state),
    };
    let announced = match remember(conn, append).await? {
        Memory::Known => return Ok(Appended::Duplicate),
        Memory::New => false,
        Memory::Announced => true,
    };
    // Before the organization's numbers are taken, as everywhere: else two transactions wait for each other.
    let ghost = match announced {
        true => lock_ghost(conn, append).await?,
        false => None,
    };
    let target = match ghost {
        Some(_) => None,
        None => lock_target(conn, append).await?,
    };
    let mut told = Told::new(append);
    if thread.is_none() {
        thread = Some(begin(conn, store, append, &mut told).await?);
    }
    let Some(mut state) = thread else {
        return Err(StoreError::Conflict);
    };
    refresh_contact(conn, append, &mut state, &mut told).await?;
    let has_jobs = match ghost {
        Some(ghost) => replace_ghost(conn, store, append, &mut state, &mut told, ghost).await?,
        None => take_effect(conn, store, append, &mut state, &mut told, target).await?,
    };
    Ok(Appended::Stored {
        state: Arc::new(state),
        receipt: Receipt {
            envelopes: told.envelopes,
            jobs: has_jobs,
        },
    })
}

#[expect(
    clippy::large_enum_variant,
    reason = "made and taken apart at once, never kept"
)]
enum Found {
    Nothing,
    Contact,
    Thread(ConversationState),
    /// The caller decided on something else than what is there.
    Stale,
}

async fn find_thread(conn: &mut Conn, append: &InboundAppend) -> Result<Found, StoreError> {
    let organization = append.key.organization.0;
    let keys = search_keys(&append.key, &append.message.identities);
    let Some(contact) = find_contact(conn, organization, &keys).await? else {
        return Ok(match append.state {
            Some(_) => Found::Stale,
            None => Found::Nothing,
        });
    };
    let locked = lock_conversation(conn, append.key.session.0, contact.id).await?;
    let decided = append
        .state
        .as_ref()
        .map(|state| (state.conversation.id.0, state.version));
    if locked != decided {
        return Ok(Found::Stale);
    }
    match locked {
        Some((id, _)) => Ok(Found::Thread(state_of(conn, organization, id).await?)),
        None => Ok(Found::Contact),
    }
}

enum Memory {
    New,
    Known,
    /// A placeholder with this id stands in the thread.
    Announced,
}

async fn remember(conn: &mut Conn, append: &InboundAppend) -> Result<Memory, StoreError> {
    let (session, id) = key_of(append);
    let mark = format!("{id}{PLACEHOLDER}");
    let known: Vec<String> = with_conn!(conn, |c| dedup_keys::table
        .filter(dedup_keys::session_id.eq(session))
        .filter(dedup_keys::key.eq_any([&id, &mark]))
        .select(dedup_keys::key)
        .load(c)
        .await)?;
    let is_placeholder = append.message.effect == Effect::Placeholder;
    if known.contains(&id) || (is_placeholder && known.contains(&mark)) {
        return Ok(Memory::Known);
    }
    let key = if is_placeholder { &mark } else { &id };
    let stored = with_conn!(conn, |c| diesel::insert_into(dedup_keys::table)
        .values((
            dedup_keys::session_id.eq(session),
            dedup_keys::key.eq(key),
            dedup_keys::created_at.eq(append.received_at.naive()),
        ))
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    if stored == 0 {
        return Ok(Memory::Known);
    }
    Ok(match known.contains(&mark) {
        true => Memory::Announced,
        false => Memory::New,
    })
}

/// What is told of one message, in order.
struct Told<'a> {
    append: &'a InboundAppend,
    envelopes: Vec<Arc<Envelope>>,
}

impl<'a> Told<'a> {
    const fn new(append: &'a InboundAppend) -> Self {
        Self {
            append,
            envelopes: Vec::new(),
        }
    }

    fn organization(&self) -> OrganizationId {
        self.append.key.organization
    }

    /// Stores an event whose number was taken.
    async fn store(
        &mut self,
        conn: &mut Conn,
        seq: i64,
        event: Event,
        row: Option<&ConversationState>,
    ) -> Result<(), StoreError> {
        let envelope = Arc::new(Envelope {
            organization: self.organization(),
            seq,
            at: self.append.received_at,
            audience: Audience::Everyone,
            event,
            row: row.map(|state| Arc::new(state.conversation.clone())),
        });
        event::store(conn, std::slice::from_ref(&envelope)).await?;
        self.envelopes.push(envelope);
        Ok(())
    }

    async fn next_seq(&self, conn: &mut Conn) -> Result<i64, StoreError> {
        event::take_seqs(conn, self.organization().0, 1).await
    }
}

/// Makes the conversation (and the contact, when it is new).
async fn begin(
    conn: &mut Conn,
    store: &Store,
    append: &InboundAppend,
    told: &mut Told<'_>,
) -> Result<ConversationState, StoreError> {
    let InboundMessage {
        identities,
        profile_name,
        username,
        ..
    } = &*append.message;
    let names = (profile_name.as_deref(), username.as_deref());
    let opened = meet(
        conn,
        store,
        &append.key,
        identities,
        names,
        append.received_at,
    )
    .await?;
    let contact = opened.contact.id;
    if opened.met {
        let seq = told.next_seq(conn).await?;
        let contact = Arc::new(opened.contact.view(opened.identities));
        told.store(conn, seq, Event::ContactCreated(contact), None)
            .await?;
    }
    let seq = told.next_seq(conn).await?;
    let row = fresh_row(store, &append.key, contact, seq, append.received_at);
    let id = row.id;
    insert_all!(conn, conversations::table, vec![row])?;
    let state = state_of(conn, append.key.organization.0, id).await?;
    let created = Event::ConversationCreated(Arc::new(state.conversation.clone()));
    told.store(conn, seq, created, Some(&state)).await?;
    Ok(state)
}

/// Takes over names and numbers of the contact that are new.
async fn refresh_contact(
    conn: &mut Conn,
    append: &InboundAppend,
    state: &mut ConversationState,
    told: &mut Told<'_>,
) -> Result<(), StoreError> {
    let news = &append.message;
    let (organization, id) = (append.key.organization.0, state.conversation.contact.id.0);
    let row: ContactRow = with_conn!(conn, |c| contacts::table
        .find(id)
        .select(ContactRow::as_select())
        .first(c)
        .await)?;
    let mut next = row.clone();
    if news.profile_name.is_some() {
        next.profile_name.clone_from(&news.profile_name);
    }
    if news.username.is_some() {
        next.username.clone_from(&news.username);
    }
    let renumbered = match &news.effect {
        Effect::Renumber { to } => to.as_slice(),
        _ => &[],
    };
    let mut fresh = Vec::new();
    for identity in news.identities.iter().chain(renumbered) {
        let known = state
            .identities
            .iter()
            .any(|known| known.lookup_key() == identity.lookup_key());
        // A name that belongs to somebody else stays there: nobody is merged by accident.
        if !known
            && find_contact(conn, organization, &[identity.lookup_key()])
                .await?
                .is_none()
        {
            fresh.push(identity.clone());
        }
    }
    use actors::model::contact::IdentityKind;
    for identity in news.identities.iter().chain(renumbered) {
        let is_new_number = renumbered.contains(identity);
        match identity.kind {
            IdentityKind::Phone if next.phone.is_none() || is_new_number => {
                next.phone = Some(identity.value.clone());
            }
            IdentityKind::UserId if next.user_id.is_none() || is_new_number => {
                next.user_id = Some(identity.value.clone());
            }
            _ => {}
        }
    }
    let changed = (
        &next.profile_name,
        &next.username,
        &next.phone,
        &next.user_id,
    ) != (&row.profile_name, &row.username, &row.phone, &row.user_id);
    if !changed && fresh.is_empty() {
        return Ok(());
    }
    add_identities(conn, organization, id, &fresh).await?;
    next.updated_at = append.received_at.naive();
    with_conn!(conn, |c| diesel::update(contacts::table.find(id))
        .set((
            contacts::profile_name.eq(&next.profile_name),
            contacts::username.eq(&next.username),
            contacts::phone.eq(&next.phone),
            contacts::user_id.eq(&next.user_id),
            contacts::updated_at.eq(next.updated_at),
        ))
        .execute(c)
        .await)?;
    state.identities = identities_of(conn, id).await?;
    state.conversation.contact = next.columns().brief();
    let seq = told.next_seq(conn).await?;
    let contact = Arc::new(next.view(state.identities.clone()));
    told.store(conn, seq, Event::ContactUpdated(contact), None)
        .await
}

/// The placeholder that the message replaces, if it still stands there.
async fn lock_ghost(
    conn: &mut Conn,
    append: &InboundAppend,
) -> Result<Option<MessageRow>, StoreError> {
    let (session, id) = key_of(append);
    let found = lock_by_provider_id(conn, session, &id).await?;
    Ok(found.filter(|row| row.placeholder))
}

/// The earlier message that the message changes.
async fn lock_target(
    conn: &mut Conn,
    append: &InboundAppend,
) -> Result<Option<MessageRow>, StoreError> {
    match &append.message.effect {
        Effect::Reaction { target, .. } | Effect::Edit { target } | Effect::Revoke { target } => {
            lock_by_provider_id(conn, append.key.session.0, target).await
        }
        _ => Ok(None),
    }
}

/// Does what the message does; tells whether a job was left.
async fn take_effect(
    conn: &mut Conn,
    store: &Store,
    append: &InboundAppend,
    state: &mut ConversationState,
    told: &mut Told<'_>,
    target: Option<MessageRow>,
) -> Result<bool, StoreError> {
    let here = state.conversation.id.0;
    let Some(target) = target.filter(|row| row.conversation_id == here) else {
        return show(conn, store, append, state, told).await;
    };
    let carrier = make(store, append, state, state.version, &Quotes::new())?;
    let row = MessageRow {
        hidden: true,
        ..carrier.row
    };
    insert_all!(conn, messages::table, vec![row])?;
    let envelope = match &append.message.effect {
        Effect::Reaction { emoji, .. } => {
            attempt::set_reaction(conn, &target, ReactionBy::Contact, emoji.as_deref()).await?
        }
        Effect::Revoke { .. } => revoke(conn, append, &target).await?,
        _ => edit(conn, append, &target).await?,
    };
    told.envelopes.push(envelope);
    let reception = &append.reception;
    if reception.window_expires_at == state.conversation.window_expires_at
        && reception.status == state.conversation.status
    {
        return Ok(false);
    }
    state.conversation.window_expires_at = reception.window_expires_at;
    state
        .conversation
        .set_status(reception.status, append.received_at);
    save_and_tell(conn, append, state, told).await?;
    Ok(false)
}

/// Stores the message as an entry of the thread.
async fn show(
    conn: &mut Conn,
    store: &Store,
    append: &InboundAppend,
    state: &mut ConversationState,
    told: &mut Told<'_>,
) -> Result<bool, StoreError> {
    let quotes = message::quotes(conn, &quoted([append])).await?;
    let seq = told.next_seq(conn).await?;
    let made = make(store, append, state, seq, &quotes)?;
    let row = MessageRow {
        placeholder: append.message.effect == Effect::Placeholder,
        // A reaction that was taken back before its target was known shows nothing.
        hidden: matches!(&append.message.effect, Effect::Reaction { emoji: None, .. }),
        ..made.row
    };
    insert_all!(conn, messages::table, vec![row])?;
    let has_jobs = !made.jobs.is_empty();
    insert_all!(conn, media::table, made.media)?;
    insert_all!(conn, jobs::table, made.jobs)?;
    let next = next_state(append, state, &made.message);
    let moves = queue::rows_of(store, state, &next, append.received_at);
    *state = next;
    outbound::save(conn, state).await?;
    queue::record(conn, moves).await?;
    let event = match append.message.effect {
        Effect::Echo => Event::MessageSent(made.message),
        _ => Event::MessageReceived(made.message),
    };
    told.store(conn, seq, event, Some(state)).await?;
    Ok(has_jobs)
}

/// The real message takes the place of its placeholder.
async fn replace_ghost(
    conn: &mut Conn,
    store: &Store,
    append: &InboundAppend,
    state: &mut ConversationState,
    told: &mut Told<'_>,
    ghost: MessageRow,
) -> Result<bool, StoreError> {
    let mut made = make(store, append, state, ghost.seq, &Quotes::new())?;
    let place = MessageId(ghost.id);
    for row in &mut made.media {
        row.message_id = Some(place.0);
    }
    for job in &mut made.jobs {
        job.payload = job
            .payload
            .replace(&made.message.id.to_string(), &place.to_string());
    }
    with_conn!(conn, |c| diesel::update(messages::table.find(ghost.id))
        .set((
            messages::kind.eq(&made.row.kind),
            messages::text.eq(&made.row.text),
            messages::content.eq(&made.row.content),
            messages::context.eq(&made.row.context),
            messages::reply_to.eq(&made.row.reply_to),
            messages::has_media.eq(made.row.has_media),
            messages::error.eq(None::<String>),
            messages::placeholder.eq(false),
        ))
        .execute(c)
        .await)?;
    let has_jobs = !made.jobs.is_empty();
    insert_all!(conn, media::table, made.media)?;
    insert_all!(conn, jobs::table, made.jobs)?;
    let envelope = attempt::tell(
        conn,
        append.key.organization.0,
        ghost.id,
        Event::MessageUpdated,
    )
    .await?;
    told.envelopes.push(envelope);
    *state = state_of(conn, append.key.organization.0, state.conversation.id.0).await?;
    state.conversation.window_expires_at = append.reception.window_expires_at;
    save_and_tell(conn, append, state, told).await?;
    Ok(has_jobs)
}

async fn edit(
    conn: &mut Conn,
    append: &InboundAppend,
    target: &MessageRow,
) -> Result<Arc<Envelope>, StoreError> {
    let news = &append.message;
    with_conn!(conn, |c| diesel::update(messages::table.find(target.id))
        .set((
            messages::text.eq(&news.text),
            messages::content.eq(news.content.get()),
            messages::edited_at.eq(Some(news.sent_at.naive())),
        ))
        .execute(c)
        .await)?;
    attempt::tell(
        conn,
        target.organization_id,
        target.id,
        Event::MessageUpdated,
    )
    .await
}

async fn revoke(
    conn: &mut Conn,
    append: &InboundAppend,
    target: &MessageRow,
) -> Result<Arc<Envelope>, StoreError> {
    // What the contact took back is not kept.
    with_conn!(conn, |c| diesel::update(messages::table.find(target.id))
        .set((
            messages::text.eq(None::<String>),
            messages::content.eq("{}"),
            messages::revoked_at.eq(Some(append.message.sent_at.naive())),
        ))
        .execute(c)
        .await)?;
    attempt::tell(
        conn,
        target.organization_id,
        target.id,
        Event::MessageUpdated,
    )
    .await
}

async fn save_and_tell(
    conn: &mut Conn,
    append: &InboundAppend,
    state: &mut ConversationState,
    told: &mut Told<'_>,
) -> Result<(), StoreError> {
    let seq = told.next_seq(conn).await?;
    state.version = seq;
    state.conversation.seq = seq;
    outbound::save(conn, state).await?;
    *state = state_of(conn, append.key.organization.0, state.conversation.id.0).await?;
    let updated = Event::ConversationUpdated(Arc::new(state.conversation.clone()));
    told.store(conn, seq, updated, Some(state)).await
}
