//! The demo's conversations: from the data file to rows, with files put into the object store.

use actors::model::conversation::ConversationStatus;
use actors::model::ids::{ContactId, ConversationId, MessageId, OrganizationId, SessionId, UserId};
use actors::model::json::Json;
use actors::model::message::{
    Author, AuthorKind, Direction, Failure, Message, Reaction, ReactionBy, ReplyTo,
};
use actors::model::status::MessageStatus;
use actors::time::Timestamp;
use anyhow::Context;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Data, id_at};
use crate::app::objects::Objects;
use crate::store::{ImportedFile, ImportedThread};

/// A contact of the data file.
#[derive(Clone, Debug, Deserialize)]
pub struct Contact {
    pub name: String,
    pub wa_id: String,
}

/// A conversation of the data file.
#[derive(Debug, Deserialize)]
pub struct Thread {
    /// Index into the contacts.
    contact: usize,
    /// Index into the numbers.
    number: usize,
    status: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    direction: String,
    kind: String,
    text: Option<String>,
    content: Box<RawValue>,
    minutes_ago: u64,
    provider_id: Option<String>,
    status: Option<String>,
    media: Option<String>,
    /// Index of the entry that it answers.
    reply_to: Option<usize>,
    reaction: Option<String>,
    error: Option<Fault>,
}

#[derive(Debug, Deserialize)]
struct Fault {
    code: i64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    advice: String,
}

/// Who takes part.
pub struct Cast {
    pub organization: OrganizationId,
    pub contacts: Vec<(Contact, ContactId)>,
    pub numbers: Vec<SessionId>,
    pub agents: Vec<(UserId, String)>,
    pub now: Timestamp,
}

impl Cast {
    /// All conversations, their files stored.
    pub async fn threads(
        &self,
        threads: &[Thread],
        objects: &Objects,
    ) -> anyhow::Result<Vec<ImportedThread>> {
        let mut imported = Vec::with_capacity(threads.len());
        for (index, thread) in threads.iter().enumerate() {
            imported.push(self.thread(index, thread, objects).await?);
        }
        Ok(imported)
    }

    async fn thread(
        &self,
        index: usize,
        thread: &Thread,
        objects: &Objects,
    ) -> anyhow::Result<ImportedThread> {
        let (contact, id) = self
            .contacts
            .get(thread.contact)
            .context("a conversation names no contact")?;
        let session = *self
            .numbers
            .get(thread.number)
            .context("a conversation names no number")?;
        let status =
            ConversationStatus::parse(&thread.status).context("a conversation has no status")?;
        // Owner and supervisor take part as well, and some conversations wait for somebody.
        let agent = self.agents.get(index % (self.agents.len() + 1)).cloned();
        let mut messages: Vec<Message> = Vec::with_capacity(thread.entries.len());
        let mut files = Vec::new();
        for (position, entry) in thread.entries.iter().enumerate() {
            let step = i64::try_from(index * 64 + position).unwrap_or(0);
            let message = self.message(entry, step, contact, *id, agent.as_ref(), &messages)?;
            if let Some(name) = &entry.media {
                files.push(self.file(position, name, entry, objects).await?);
            }
            messages.push(message);
        }
        let unread = messages
            .iter()
            .rev()
            .take_while(|message| message.direction == Direction::Inbound)
            .count();
        Ok(ImportedThread {
            contact: *id,
            phone: contact.wa_id.clone(),
            session,
            status,
            assignee: agent.map(|(id, _)| id),
            unread: match status {
                ConversationStatus::Closed => 0,
                _ => i64::try_from(unread).unwrap_or(0),
            },
            messages,
            files,
        })
    }

    fn message(
        &self,
        entry: &Entry,
        step: i64,
        contact: &Contact,
        contact_id: ContactId,
        agent: Option<&(UserId, String)>,
        before: &[Message],
    ) -> anyhow::Result<Message> {
        let at = self.now - std::time::Duration::from_secs(entry.minutes_ago * 60);
        let direction = Direction::parse(&entry.direction).context("an entry has no direction")?;
        let author = match direction {
            Direction::Inbound => Author {
                kind: AuthorKind::Contact,
                id: Some(contact_id.to_string()),
                name: Some(contact.name.clone()),
            },
            _ => match agent.or_else(|| self.agents.get(1)) {
                Some((id, name)) => Author::user(*id, name.clone()),
                None => anyhow::bail!("nobody works here"),
            },
        };
        let status = match direction {
            Direction::Outbound => entry
                .status
                .as_deref()
                .and_then(MessageStatus::parse)
                .unwrap_or(MessageStatus::Read),
            _ => MessageStatus::Received,
        };
        let quoted = entry.reply_to.and_then(|index| before.get(index));
        let by = match direction {
            Direction::Inbound => ReactionBy::Business,
            _ => ReactionBy::Contact,
        };
        Ok(Message {
            id: MessageId(id_at(at, step)),
            seq: 0,
            conversation_id: ConversationId(0),
            contact_id,
            session_id: SessionId(0),
            direction,
            kind: entry.kind.clone(),
            text: entry.text.clone(),
            content: Json::from(entry.content.clone()),
            media: Vec::new(),
            reply_to: quoted.and_then(|message| {
                Some(ReplyTo {
                    id: Some(message.id),
                    provider_id: message.provider_id.clone()?,
                    text: message.text.clone(),
                    direction: Some(message.direction),
                })
            }),
            context: None,
            provider_id: entry.provider_id.clone(),
            status,
            error: entry.error.as_ref().map(|fault| Failure {
                code: fault.code,
                title: fault.title.clone(),
                advice: fault.advice.clone(),
            }),
            author: Some(author),
            client_key: None,
            reactions: entry
                .reaction
                .clone()
                .map(|emoji| Reaction { emoji, by })
                .into_iter()
                .collect(),
            edited_at: None,
            revoked_at: None,
            created_at: at,
            provider_timestamp: (direction == Direction::Inbound).then_some(at),
        })
    }

    async fn file(
        &self,
        message: usize,
        name: &str,
        entry: &Entry,
        objects: &Objects,
    ) -> anyhow::Result<ImportedFile> {
        #[derive(Deserialize)]
        struct File {
            mime_type: Option<String>,
            filename: Option<String>,
            #[serde(default)]
            voice: bool,
        }
        let data = Data::get(&format!("media/{name}"))
            .with_context(|| format!("the file {name} is missing"))?;
        let mut writer = objects.create(self.organization)?;
        writer.write(&data.data).await?;
        let written = writer.finish().await?;
        let file: File = serde_json::from_str(entry.content.get())?;
        Ok(ImportedFile {
            message,
            mime_type: file
                .mime_type
                .unwrap_or_else(|| mime_type_of(name).to_owned()),
            filename: file.filename,
            size: written.size,
            object_key: written.key,
            voice: file.voice,
        })
    }
}

/// The type of a file of the demo by its ending.
fn mime_type_of(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("jpg") => "image/jpeg",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("mp4") => "video/mp4",
        Some("ogg") => "audio/ogg; codecs=opus",
        Some("mp3") => "audio/mpeg",
        Some("pdf") => "application/pdf",
        _ => "application/octet-stream",
    }
}
