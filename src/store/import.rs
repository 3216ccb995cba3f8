//! History from elsewhere: whole conversations with their past, put there at once. Nothing of it is told as
//! it happens, because it happened before; the rows carry no event's number.

use std::collections::HashMap;

use actors::model::contact::{Identity, IdentityKind};
use actors::model::conversation::{ConversationKey, ConversationStatus};
use actors::model::ids::{ContactId, ConversationId, MessageId, SessionId, UserId};
use actors::model::message::{Direction, Message};
use actors::ports::store::StoreError;
use actors::time::Timestamp;

use super::contact_identity::{ContactRow, IdentityRow};
use super::conversation::ConversationRow;
use super::message::{MediaRow, MessageRow};
use super::schema::{contact_identities, contacts, conversations, media, messages};
use super::{Tenant, field};
use crate::{in_tx, insert_all};

/// Rows of one statement: PostgreSQL takes 65,535 values at a time.
const CHUNK: usize = 500;

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
            rows.push(ContactRow {
                id,
                organization_id: self.org(),
                name: None,
                profile_name: Some(contact.name.clone()),
                phone: Some(contact.phone.clone()),
                user_id: None,
                username: None,
                opted_out_at: None,
                created_at: now.naive(),
                updated_at: now.naive(),
            });
        }
        in_tx!(self.db(), |conn| {
            for chunk in rows.chunks(CHUNK) {
                insert_all!(conn, contacts::table, chunk.to_vec())?;
            }
            for chunk in names.chunks(CHUNK) {
                insert_all!(conn, contact_identities::table, chunk.to_vec())?;
            }
            Ok(())
        })?;
        Ok(ids)
    }

    /// Puts conversations with their past there.
    pub async fn import_threads(&self, threads: &[ImportedThread]) -> Result<(), StoreError> {
        let mut rows = Rows::default();
        for thread in threads {
            rows.add(self, thread)?;
        }
        in_tx!(self.db(), |conn| {
            for chunk in rows.conversations.chunks(CHUNK) {
                insert_all!(conn, conversations::table, chunk.to_vec())?;
            }
            for chunk in rows.messages.chunks(CHUNK) {
                insert_all!(conn, messages::table, chunk.to_vec())?;
            }
            for chunk in rows.media.chunks(CHUNK) {
                insert_all!(conn, media::table, chunk.to_vec())?;
            }
            Ok(())
        })
    }
}

#[derive(Default)]
struct Rows {
    conversations: Vec<ConversationRow>,
    messages: Vec<MessageRow>,
    media: Vec<MediaRow>,
}

impl Rows {
    fn add(&mut self, tenant: &Tenant, thread: &ImportedThread) -> Result<(), StoreError> {
        let id = ConversationId(tenant.store().next_id());
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
        let heard = thread
            .messages
            .iter()
            .rfind(|message| message.direction == Direction::Inbound);
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
        });
        Ok(())
    }
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
