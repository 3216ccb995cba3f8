//! History from elsewhere: whole conversations with their past, put there at once. Nothing of it is told as
//! it happens, because it happened before; the rows carry no event's number.

use std::collections::{HashMap, HashSet};

use actors::model::contact::{Identity, IdentityKind};
use actors::model::conversation::{ConversationKey, ConversationStatus, Priority};
use actors::model::ids::{ContactId, ConversationId, MessageId, SessionId, UserId};
use actors::model::message::{Direction, Message};
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::{ExpressionMethods, QueryDsl};

use super::contact_identity::{ContactRow, IdentityRow, holders};
use super::conversation::ConversationRow;
use super::db::Conn;
use super::message::{MediaRow, MessageRow};
use super::retention::DEDUP_LIFE;
use super::schema::{contact_identities, contacts, conversations, media, messages, search_walks};
use super::search::WalkRow;
use super::{Tenant, field, lane};
use crate::{in_tx, insert_all, with_conn};

/// A contact from elsewhere.
#[derive(Clone, Debug)]
pub struct ImportedContact {
    pub name: String,
    /// `wa_id` digits.
    pub phone: String,
}

/// A conversation from elsewhere.
#[derive(Clone, Debug)]
pub struct ImportedThread {
    pub contact: ContactId,
    pub phone: String,
    pub session: SessionId,
    pub status: ConversationStatus,
    pub assignee: Option<UserId>,
    pub unread: i64,
    /// Oldest first; ids of their own, other ids are overwritten.
    pub messages: Vec<Message>,
    /// The keys of stored files by message and position.
    pub files: Vec<ImportedFile>,
}

/// A file that lies in the object store already.
#[derive(Clone, Debug)]
pub struct ImportedFile {
    /// The index of its message.
    pub message: usize,
    pub mime_type: String,
    pub filename: Option<String>,
    pub size: u64,
    pub object_key: String,
    pub voice: bool,
}

/// A conversation with its contact from another system.
#[derive(Clone, Debug)]
pub struct ImportedHistory {
    pub name: Option<String>,
    /// `wa_id` digits.
    pub phone: String,
    pub status: ConversationStatus,
    pub assignee: Option<UserId>,
    pub unread: i64,
    /// Oldest first; ids of their own, other ids are overwritten.
    pub messages: Vec<Message>,
}

impl ImportedHistory {
    fn thread(&self, session: SessionId, contact: ContactId) -> ImportedThread {
        ImportedThread {
            contact,
            phone: self.phone.clone(),
            session,
            status: self.status,
            assignee: self.assignee,
            unread: self.unread,
            messages: self.messages.clone(),
            files: Vec::new(),
        }
    }
}

/// What an import stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imports {
    pub conversations: u64,
    pub messages: u64,
    /// Conversations that were there already.
    pub known: u64,
}

impl std::ops::AddAssign for Imports {
    fn add_assign(&mut self, more: Self) {
        self.conversations += more.conversations;
        self.messages += more.messages;
        self.known += more.known;
    }
}

impl Tenant {
    /// Puts contacts there; gives their ids in the same order.
    pub async fn import_contacts(
        &self,
        imported: &[ImportedContact],
        now: Timestamp,
    ) -> Result<Vec<ContactId>, StoreError> {
        let mut ids = Vec::with_capacity(imported.len());
        let (mut rows, mut names) = (Vec::new(), Vec::new());
        for contact in imported {
            let id = self.store().next_id();
            ids.push(ContactId(id));
            names.push(IdentityRow::of(&phone(&contact.phone), self.org(), id));
            let name = Some(contact.name.clone());
            rows.push(contact_row(self, id, name, &contact.phone, now));
        }
        in_tx!(self.db(), |conn| {
            insert_all!(conn, contacts::table, rows)?;
            insert_all!(conn, contact_identities::table, names)
        })?;
        Ok(ids)
    }

    /// Puts conversations with their past there.
    pub async fn import_threads(&self, threads: &[ImportedThread]) -> Result<(), StoreError> {
        let mut rows = Rows::default();
        for thread in threads {
            rows.add(self, thread)?;
        }
        in_tx!(self.db(), |conn| { rows.write(conn).await })
    }

    /// Puts conversations of one number there, with contacts that may be known already. A conversation that
    /// exists stays as it is. `Conflict` when somebody else made one of the contacts meanwhile: nothing is
    /// stored then.
    pub async fn import_histories(
        &self,
        session: SessionId,
        histories: &[ImportedHistory],
    ) -> Result<Imports, StoreError> {
        in_tx!(self.db(), |conn| {
            let mut contacts = self.known_contacts(conn, histories).await?;
            let mut taken = self.with_conversation(conn, session, &contacts).await?;
            let (mut rows, mut done) = (Rows::default(), Imports::default());
            for history in histories {
                let key = phone(&history.phone).lookup_key();
                let contact = *contacts.entry(key).or_insert_with(|| {
                    let id = self.store().next_id();
                    rows.introduce(self, id, history);
                    id
                });
                if !taken.insert(contact) {
                    done.known += 1;
                    continue;
                }
                done.conversations += 1;
                done.messages += history.messages.len() as u64;
                rows.add(self, &history.thread(session, ContactId(contact)))?;
            }
            // What WhatsApp may still deliver again is known from now on.
            lane::claim(conn, recent(&rows.messages), Timestamp::now()).await?;
            rows.write(conn).await?;
            Ok(done)
        })
    }

    async fn known_contacts(
        &self,
        conn: &mut Conn,
        histories: &[ImportedHistory],
    ) -> Result<HashMap<String, i64>, StoreError> {
        let keys: Vec<String> = histories
            .iter()
            .map(|history| phone(&history.phone).lookup_key())
            .collect();
        let found = holders(conn, self.org(), &keys).await?;
        Ok(found.into_iter().collect())
    }

    /// The contacts that have a conversation with that number.
    async fn with_conversation(
        &self,
        conn: &mut Conn,
        session: SessionId,
        contacts: &HashMap<String, i64>,
    ) -> Result<HashSet<i64>, StoreError> {
        let ids: Vec<i64> = contacts.values().copied().collect();
        use diesel_async::RunQueryDsl;
        let found: Vec<i64> = with_conn!(conn, |c| conversations::table
            .filter((conversations::organization_id + 0).eq(self.org()))
            .filter(conversations::session_id.eq(session.0))
            .filter(conversations::contact_id.eq_any(&ids))
            .select(conversations::contact_id)
            .load(c)
            .await)?;
        Ok(found.into_iter().collect())
    }
}

#[derive(Default)]
struct Rows {
    contacts: Vec<ContactRow>,
    identities: Vec<IdentityRow>,
    conversations: Vec<ConversationRow>,
    messages: Vec<MessageRow>,
    media: Vec<MediaRow>,
    /// No event tells of what is imported, so whoever indexes it is told here.
    walks: Vec<WalkRow>,
}

impl Rows {
    /// A contact that nobody knows yet.
    fn introduce(&mut self, tenant: &Tenant, id: i64, history: &ImportedHistory) {
        let began = history.messages.first();
        let began = began.map_or_else(Timestamp::now, |message| message.created_at);
        self.identities
            .push(IdentityRow::of(&phone(&history.phone), tenant.org(), id));
        let (name, phone) = (history.name.clone(), &history.phone);
        self.contacts
            .push(contact_row(tenant, id, name, phone, began));
    }

    async fn write(self, conn: &mut Conn) -> Result<(), StoreError> {
        // The many first: they don't refer to the organization's row, which others wait for.
        insert_all!(conn, messages::table, self.messages)?;
        insert_all!(conn, contacts::table, self.contacts)?;
        insert_all!(conn, contact_identities::table, self.identities)?;
        insert_all!(conn, conversations::table, self.conversations)?;
        insert_all!(conn, media::table, self.media)?;
        insert_all!(conn, search_walks::table, self.walks)
    }

    fn add(&mut self, tenant: &Tenant, thread: &ImportedThread) -> Result<(), StoreError> {
        let id = ConversationId(tenant.store().next_id());
        self.walks.push(WalkRow::of(tenant.store(), id.0));
        let files: HashMap<usize, &ImportedFile> = thread
            .files
            .iter()
            .map(|file| (file.message, file))
            .collect();
        for (index, message) in thread.messages.iter().enumerate() {
            let mut message = message.clone();
            message.conversation_id = id;
            message.contact_id = thread.contact;
            message.session_id = thread.session;
            let mut row = MessageRow::of(&message, tenant.org())?;
            row.reactions = (!message.reactions.is_empty())
                .then(|| field::write(&message.reactions))
                .transpose()?;
            if let Some(file) = files.get(&index) {
                row.has_media = true;
                self.media
                    .push(file_row(tenant, thread, message.id, file, &row));
            }
            self.messages.push(row);
        }
        let key = ConversationKey::of(
            tenant.organization(),
            thread.session,
            &[phone(&thread.phone)],
        )
        .ok_or(StoreError::NotFound)?;
        let first = thread.messages.first();
        let last = thread
            .messages
            .iter()
            .rfind(|message| message.direction != Direction::Note);
        let answered = thread
            .messages
            .iter()
            .find(|message| message.direction == Direction::Outbound);
        let heard = thread
            .messages
            .iter()
            .rfind(|message| message.direction == Direction::Inbound);
        // The first of the last messages that all are the contact's.
        let spoken = thread
            .messages
            .iter()
            .rev()
            .filter(|message| message.direction != Direction::Note);
        let waiting = spoken
            .take_while(|message| message.direction == Direction::Inbound)
            .last()
            .filter(|_| thread.status != ConversationStatus::Closed);
        let began = first.map_or_else(Timestamp::now, |message| message.created_at);
        self.conversations.push(ConversationRow {
            id: id.0,
            organization_id: tenant.org(),
            seq: 0,
            session_id: thread.session.0,
            contact_id: thread.contact.0,
            contact_key: key.contact,
            status: thread.status.as_str().to_owned(),
            assignee_id: thread.assignee.map(|user| user.0),
            unread: thread.unread,
            last_message_id: last.map(|message| message.id.0),
            last_inbound_provider_id: heard.and_then(|message| message.provider_id.clone()),
            window_expires_at: heard
                .map(|message| (message.created_at + actors::conversation::rules::WINDOW).naive()),
            created_at: began.naive(),
            updated_at: last.map_or(began, |message| message.created_at).naive(),
            team_id: None,
            tags: None,
            priority: Priority::default().rank(),
            snoozed_until: None,
            waiting_since: waiting.map(|message| message.created_at.naive()),
            reserved_until: None,
            opened_at: Some(began.naive()),
            first_reply_at: answered.map(|message| message.created_at.naive()),
            sla: None,
            participants: None,
        });
        Ok(())
    }
}

fn contact_row(
    tenant: &Tenant,
    id: i64,
    profile_name: Option<String>,
    phone: &str,
    at: Timestamp,
) -> ContactRow {
    ContactRow {
        id,
        organization_id: tenant.org(),
        name: None,
        profile_name,
        phone: Some(phone.to_owned()),
        user_id: None,
        username: None,
        opted_out_at: None,
        created_at: at.naive(),
        updated_at: at.naive(),
    }
}

/// The dedup keys of the customers' messages that are not older than dedup keys become.
fn recent(rows: &[MessageRow]) -> Vec<(i64, String)> {
    let oldest = (Timestamp::now() - DEDUP_LIFE).naive();
    let keys = rows
        .iter()
        .filter(|row| row.direction == Direction::Inbound.as_str() && row.created_at > oldest)
        .filter_map(|row| Some((row.session_id, row.provider_id.clone()?)));
    keys.collect()
}

fn phone(value: &str) -> Identity {
    Identity {
        kind: IdentityKind::Phone,
        value: value.to_owned(),
    }
}

fn file_row(
    tenant: &Tenant,
    thread: &ImportedThread,
    message: MessageId,
    file: &ImportedFile,
    row: &MessageRow,
) -> MediaRow {
    MediaRow {
        id: tenant.store().next_id(),
        organization_id: tenant.org(),
        session_id: thread.session.0,
        message_id: Some(message.0),
        provider_media_id: None,
        provider_uploaded_at: None,
        mime_type: file.mime_type.clone(),
        filename: file.filename.clone(),
        size: i64::try_from(file.size).ok(),
        sha256: None,
        state: actors::model::message::MediaState::Stored
            .as_str()
            .to_owned(),
        voice: file.voice,
        animated: false,
        error: None,
        object_key: Some(file.object_key.clone()),
        created_at: row.created_at,
    }
}
