//! What the contact did: the line, its contact and its conversation.

use std::sync::Arc;

use crate::event::Event;
use crate::model::contact::{Contact, Identity, IdentityKind};
use crate::model::conversation::{ConversationKey, ConversationStatus, Priority};
use crate::model::ids::{ContactId, ConversationId, MediaId, MessageId, OrganizationId, SessionId};
use crate::model::inbound::{Effect, InboundMessage, Reception};
use crate::model::job::Task;
use crate::model::message::{
    Author, AuthorKind, Direction, Media, MediaState, Message, Reaction, ReactionBy, ReplyTo,
};
use crate::model::queue::Standing;
use crate::model::status::MessageStatus;
use crate::policy;
use crate::ports::store::{Appended, InboundAppend, Receipt, StoreError};
use crate::testing::memory::tables::{ConversationRow, MessageRow, Tables};
use crate::time::Timestamp;

impl Tables {
    pub fn append_inbound(&mut self, append: InboundAppend) -> Result<Appended, StoreError> {
        let InboundAppend {
            key,
            state,
            message,
            reception,
            received_at,
        } = append;
        let session = key.session;
        let dedup = (session, dedup_key(&message));
        let held = self
            .by_provider_id
            .get(&(session, message.provider_id.clone()))
            .copied();
        let known = held.is_some_and(|id| !self.messages[&id].placeholder);
        // A placeholder that comes after the real message has nothing to say.
        if self.dedup.contains(&dedup) || (message.effect == Effect::Placeholder && known) {
            return Ok(Appended::Duplicate);
        }
        let contact = self.find_contact(&key, &message.identities);
        let found = contact.and_then(|contact| self.threads.get(&(session, contact)).copied());
        match (&state, found) {
            (None, None) => {}
            (Some(state), Some(id))
                if id == state.conversation.id
                    && self.conversations[&id].version == state.version => {}
            _ => return Err(StoreError::Conflict),
        }

        let mut receipt = Receipt::default();
        let contact = self.greet(&key, contact, &message, &mut receipt);
        let conversation = found.unwrap_or_else(|| self.open(&key, contact, &mut receipt));
        self.dedup.insert(dedup);
        let placeholder = held.filter(|_| !known && message.effect == Effect::Plain);
        let seq = match (placeholder, self.target_of(&key, &message)) {
            (Some(id), _) => self.replace(id, &message, &mut receipt),
            (None, Some(target)) => {
                self.change_line(target, conversation, contact, &message);
                self.receive(conversation, &reception, received_at, 0, None);
                self.tell_message(target, Event::MessageUpdated, &mut receipt)
            }
            (None, None) => {
                let id = self.write(conversation, contact, &message, false, &mut receipt);
                let inbound = reception.unread > 0;
                let wamid = inbound.then_some(&message.provider_id);
                let unread = reception.unread;
                self.receive(conversation, &reception, received_at, unread, wamid);
                if reception.activity {
                    let now = self.now;
                    let row = self.conversations.get_mut(&conversation).unwrap();
                    (row.last_message, row.updated_at) = (Some(id), now);
                }
                let event = match message.effect {
                    Effect::Echo => Event::MessageSent,
                    _ => Event::MessageReceived,
                };
                self.tell_message(id, event, &mut receipt)
            }
        };
        self.stamp(conversation, seq, &mut receipt);
        let state = Arc::new(self.state(conversation));
        Ok(Appended::Stored { state, receipt })
    }

    /// The conversation's version becomes the number of the event, which already carries the row.
    pub fn stamp(&mut self, conversation: ConversationId, seq: i64, receipt: &mut Receipt) {
        self.conversations.get_mut(&conversation).unwrap().version = seq;
        let row = Arc::new(self.view(conversation));
        let Some(last) = receipt.envelopes.last_mut() else {
            return;
        };
        let envelope = Arc::make_mut(last);
        if let Event::ConversationCreated(view) | Event::ConversationUpdated(view) =
            &mut envelope.event
        {
            *view = Arc::clone(&row);
        }
        envelope.row = Some(row);
        let events = &mut self
            .organizations
            .get_mut(&last.organization)
            .unwrap()
            .events;
        *events.back_mut().unwrap() = Arc::clone(last);
    }

    /// Finds or creates the contact and notes what is new about it.
    pub fn greet(
        &mut self,
        key: &ConversationKey,
        found: Option<ContactId>,
        message: &InboundMessage,
        receipt: &mut Receipt,
    ) -> ContactId {
        let created = found.is_none();
        let id = found.unwrap_or_else(|| self.add_contact(key));
        let mut changed = false;
        // An echo's profile is ours, not the contact's.
        if message.effect != Effect::Echo {
            let contact = &mut self.contacts.get_mut(&id).unwrap().1;
            for (held, told) in [
                (&mut contact.name, &message.profile_name),
                (&mut contact.username, &message.username),
            ] {
                if told.is_some() && held != told {
                    held.clone_from(told);
                    changed = true;
                }
            }
        }
        changed |= self.learn(key, id, &message.identities);
        if let Effect::Renumber { to } = &message.effect {
            changed |= self.learn(key, id, to);
            if let Some(new) = to
                .iter()
                .find(|identity| identity.kind == IdentityKind::Phone)
            {
                self.contacts.get_mut(&id).unwrap().1.phone = Some(new.value.clone());
                changed = true;
            }
        }
        if created || changed {
            let event = if created {
                Event::ContactCreated
            } else {
                Event::ContactUpdated
            };
            self.tell_contact(key, id, event, receipt);
        }
        id
    }

    pub fn tell_contact(
        &mut self,
        key: &ConversationKey,
        id: ContactId,
        event: fn(Arc<Contact>) -> Event,
        receipt: &mut Receipt,
    ) {
        let seq = self.next_seq(key.organization);
        let contact = Arc::new(self.contacts[&id].1.clone());
        self.tell(key.organization, seq, event(contact), None, receipt);
    }

    pub fn add_contact(&mut self, key: &ConversationKey) -> ContactId {
        let id = ContactId(self.fresh());
        let contact = Contact {
            id,
            name: None,
            phone: None,
            user_id: None,
            username: None,
            opted_out_at: None,
            identities: Vec::new(),
            created_at: self.now,
            updated_at: self.now,
        };
        self.contacts.insert(id, (key.organization, contact));
        id
    }

    /// Adds identities that nobody has yet; says whether there were any.
    pub fn learn(&mut self, key: &ConversationKey, id: ContactId, identities: &[Identity]) -> bool {
        let mut changed = false;
        for identity in identities {
            let lookup = (key.organization, identity.lookup_key());
            if self.identities.contains_key(&lookup) {
                continue;
            }
            self.identities.insert(lookup, id);
            let contact = &mut self.contacts.get_mut(&id).unwrap().1;
            contact.identities.push(identity.clone());
            match identity.kind {
                IdentityKind::Phone => contact.phone.get_or_insert(identity.value.clone()),
                IdentityKind::UserId => contact.user_id.insert(identity.value.clone()),
                IdentityKind::Lid => continue,
            };
            changed = true;
        }
        changed
    }

    pub fn open(
        &mut self,
        key: &ConversationKey,
        contact: ContactId,
        receipt: &mut Receipt,
    ) -> ConversationId {
        let id = ConversationId(self.fresh());
        let seq = self.next_seq(key.organization);
        let row = ConversationRow {
            organization: key.organization,
            session: key.session,
            contact,
            contact_key: key.contact.clone(),
            version: seq,
            status: ConversationStatus::Open,
            assignee: None,
            unread: 0,
            last_message: None,
            team: None,
            tags: Vec::new(),
            participants: Vec::new(),
            priority: Priority::default(),
            snoozed_until: None,
            waiting_since: None,
            reserved_until: None,
            opened_at: self.now,
            first_reply_at: None,
            sla: Vec::new(),
            last_inbound_provider_id: None,
            window_expires_at: None,
            created_at: self.now,
            updated_at: self.now,
        };
        self.conversations.insert(id, row);
        self.threads.insert((key.session, contact), id);
        let event = Event::ConversationCreated(Arc::new(self.view(id)));
        self.tell(key.organization, seq, event, Some(id), receipt);
        id
    }

    fn receive(
        &mut self,
        conversation: ConversationId,
        reception: &Reception,
        received_at: Timestamp,
        unread: i32,
        wamid: Option<&String>,
    ) {
        let before = Standing::of(&self.view(conversation));
        let mut view = self.view(conversation);
        view.set_status(reception.status, received_at);
        let replied_at = reception.is_reply.then_some(received_at);
        let row = self.conversations.get_mut(&conversation).unwrap();
        row.status = reception.status;
        row.snoozed_until = view.snoozed_until;
        row.opened_at = view.opened_at;
        row.first_reply_at = view.first_reply_at.or(replied_at);
        row.waiting_since = reception.waiting_since;
        row.unread += unread;
        row.window_expires_at = reception.window_expires_at;
        if let Some(wamid) = wamid {
            row.last_inbound_provider_id = Some(wamid.clone());
        }
        let organization = row.organization;
        let after = Standing::of(&self.view(conversation));
        self.note_moves(organization, Some(&before), &after);
    }

    /// The line that a reaction, an edit or a revocation is about, when it is known.
    fn target_of(&self, key: &ConversationKey, message: &InboundMessage) -> Option<MessageId> {
        let (Effect::Reaction { target, .. } | Effect::Edit { target } | Effect::Revoke { target }) =
            &message.effect
        else {
            return None;
        };
        self.by_provider_id
            .get(&(key.session, target.clone()))
            .copied()
    }

    fn change_line(
        &mut self,
        target: MessageId,
        conversation: ConversationId,
        contact: ContactId,
        message: &InboundMessage,
    ) {
        let sent_at = Some(message.sent_at);
        match &message.effect {
            Effect::Reaction { emoji, .. } => {
                self.write(
                    conversation,
                    contact,
                    message,
                    true,
                    &mut Receipt::default(),
                );
                self.react(target, ReactionBy::Contact, emoji.as_deref());
            }
            Effect::Edit { .. } => {
                let line = &mut self.messages.get_mut(&target).unwrap().message;
                line.text.clone_from(&message.text);
                line.content = message.content.clone();
                line.edited_at = sent_at;
            }
            _ => self.messages.get_mut(&target).unwrap().message.revoked_at = sent_at,
        }
    }

    pub fn react(&mut self, target: MessageId, by: ReactionBy, emoji: Option<&str>) {
        let line = &mut self.messages.get_mut(&target).unwrap().message;
        line.reactions.retain(|reaction| reaction.by != by);
        if let Some(emoji) = emoji.filter(|emoji| !emoji.is_empty()) {
            let emoji = emoji.to_owned();
            line.reactions.push(Reaction { emoji, by });
        }
    }

    /// A placeholder becomes the real message.
    fn replace(&mut self, id: MessageId, message: &InboundMessage, receipt: &mut Receipt) -> i64 {
        let row = &self.messages[&id];
        let place = (row.organization, row.message.session_id);
        let media = self.keep_media(place, id, message, receipt);
        let row = self.messages.get_mut(&id).unwrap();
        row.placeholder = false;
        let line = &mut row.message;
        line.kind.clone_from(&message.kind);
        line.text.clone_from(&message.text);
        line.content = message.content.clone();
        line.context.clone_from(&message.context);
        line.error = None;
        line.media = media;
        self.tell_message(id, Event::MessageUpdated, receipt)
    }

    fn write(
        &mut self,
        conversation: ConversationId,
        contact: ContactId,
        message: &InboundMessage,
        hidden: bool,
        receipt: &mut Receipt,
    ) -> MessageId {
        let id = MessageId(self.fresh());
        let (organization, session) = {
            let row = &self.conversations[&conversation];
            (row.organization, row.session)
        };
        let echo = message.effect == Effect::Echo;
        let author = if echo {
            Author {
                kind: AuthorKind::App,
                id: None,
                name: None,
            }
        } else {
            let name = self.contacts[&contact].1.name.clone();
            Author {
                kind: AuthorKind::Contact,
                id: Some(contact.to_string()),
                name,
            }
        };
        let media = self.keep_media((organization, session), id, message, receipt);
        let line = Message {
            id,
            seq: 0,
            conversation_id: conversation,
            contact_id: contact,
            session_id: session,
            direction: if echo {
                Direction::Outbound
            } else {
                Direction::Inbound
            },
            kind: message.kind.clone(),
            text: message.text.clone(),
            content: message.content.clone(),
            media,
            reply_to: message
                .reply_to
                .as_ref()
                .map(|wamid| self.quote(session, wamid)),
            context: message.context.clone(),
            provider_id: Some(message.provider_id.clone()),
            status: if echo {
                MessageStatus::Sent
            } else {
                MessageStatus::Received
            },
            error: message.error.as_ref().map(policy::failure),
            author: Some(author),
            client_key: None,
            reactions: Vec::new(),
            edited_at: None,
            revoked_at: None,
            created_at: self.now,
            provider_timestamp: Some(message.sent_at),
        };
        let row = MessageRow {
            organization,
            message: line,
            attempt: None,
            placeholder: message.effect == Effect::Placeholder,
            hidden,
        };
        self.messages.insert(id, row);
        self.by_provider_id
            .insert((session, message.provider_id.clone()), id);
        id
    }

    /// Notes the files and leaves a job for each.
    fn keep_media(
        &mut self,
        (organization, session): (OrganizationId, SessionId),
        message: MessageId,
        inbound: &InboundMessage,
        receipt: &mut Receipt,
    ) -> Vec<Media> {
        let mut kept = Vec::new();
        for media in &inbound.media {
            let id = MediaId(self.fresh());
            kept.push(Media {
                id,
                mime_type: media.mime_type.clone(),
                filename: media.filename.clone(),
                size: None,
                state: MediaState::Pending,
                url: None,
                voice: media.voice,
                animated: media.animated,
                error: None,
            });
            let task = Task::FetchMedia {
                session,
                message,
                media: id,
            };
            self.add_job(organization, task, receipt);
        }
        kept
    }

    pub fn quote(&self, session: SessionId, wamid: &str) -> ReplyTo {
        let quoted = self.by_provider_id.get(&(session, wamid.to_owned()));
        let line = quoted.map(|id| &self.messages[id].message);
        ReplyTo {
            id: line.map(|line| line.id),
            provider_id: wamid.to_owned(),
            text: line.and_then(|line| line.text.clone()),
            direction: line.map(|line| line.direction),
        }
    }
}

/// By what an inbound message is known to have come before: changes of one line are told apart by their time.
fn dedup_key(message: &InboundMessage) -> String {
    let id = &message.provider_id;
    match message.effect {
        Effect::Edit { .. } => format!("{id}:edit:{}", message.sent_at.millis()),
        Effect::Revoke { .. } => format!("{id}:revoke"),
        Effect::Placeholder => format!("{id}:placeholder"),
        _ => id.clone(),
    }
}
