//! What we say, how each POST ends, and what the provider tells of it later.

use std::sync::Arc;

use crate::event::{Audience, Event};
use crate::model::ids::{AttemptId, JobId, MessageId, OrganizationId, SessionId};
use crate::model::job::Task;
use crate::model::message::{Direction, Failure, Message, ReactionBy};
use crate::model::node::Lease;
use crate::model::outbound::{Draft, Outcome, Parcel};
use crate::model::queue::Standing;
use crate::model::status::{MessageStatus, StatusUpdate};
use crate::policy;
use crate::ports::store::{Begun, OutboundAppend, Queued, Raised, Receipt, StoreError};
use crate::testing::memory::tables::{MessageRow, Tables};
use crate::time::Timestamp;

impl Tables {
    pub fn append_outbound(&mut self, append: OutboundAppend) -> Result<Queued, StoreError> {
        let OutboundAppend {
            state,
            draft,
            status,
            now: _,
        } = append;
        let organization = state.organization;
        let key = draft.client_key.clone().map(|key| (organization, key));
        if let Some((fingerprint, id)) = key.as_ref().and_then(|key| self.idempotency.get(key)) {
            let message = self.message(*id);
            let author = message
                .author
                .as_ref()
                .and_then(|author| author.id.as_ref());
            let is_shared = key
                .as_ref()
                .is_some_and(|(_, key)| key.starts_with("retry:"));
            let is_own = is_shared || author == draft.author.id.as_ref();
            return Ok(if is_own && *fingerprint == draft.fingerprint {
                Queued::Repeated(message)
            } else {
                Queued::KeyReused
            });
        }
        let conversation = state.conversation.id;
        let row = self
            .conversations
            .get(&conversation)
            .ok_or(StoreError::NotFound)?;
        if row.version != state.version {
            return Err(StoreError::Conflict);
        }
        if draft.media.iter().any(|id| !self.uploads.contains_key(id)) {
            return Err(StoreError::NotFound);
        }
        let mut receipt = Receipt::default();
        let id = self.write_draft(&state, &draft);
        if let Some(key) = key {
            self.idempotency
                .insert(key, (draft.fingerprint.clone(), id));
        }
        let now = self.now;
        let before = Standing::of(&self.view(conversation));
        let row = self.conversations.get_mut(&conversation).unwrap();
        let mut answered = state.conversation.clone();
        answered.set_status(status, now);
        (row.status, row.last_message, row.updated_at) = (status, Some(id), now);
        // A reaction is no answer.
        if !draft.note && draft.kind != "reaction" {
            answered.answered_by(&draft.author, now);
            row.waiting_since = answered.waiting_since;
            row.reserved_until = answered.reserved_until;
        }
        answered.join_called(&draft.mentions);
        row.participants.clone_from(&answered.participants);
        row.opened_at = answered.opened_at;
        row.first_reply_at = answered.first_reply_at;
        let session = row.session;
        let after = Standing::of(&self.view(conversation));
        self.note_moves(organization, Some(&before), &after);
        if !draft.note {
            let (message, priority) = (id, draft.priority);
            let task = Task::SendMessage {
                session,
                conversation,
                message,
                priority,
            };
            self.add_job(organization, task, &mut receipt);
        }
        let event = if draft.note {
            Event::NoteCreated
        } else {
            Event::MessageQueued
        };
        let mut seq = self.tell_message(id, event, &mut receipt);
        for user in &draft.mentions {
            let called = Event::UserMentioned(self.message(id));
            let seq = self.next_seq(organization);
            let (to, row) = (Audience::User(*user), Some(conversation));
            self.tell_to(organization, to, seq, called, row, &mut receipt);
        }
        if let Some((target, emoji)) = self.reacted(session, &draft) {
            self.messages.get_mut(&id).unwrap().hidden = true;
            self.react(target, ReactionBy::Business, Some(&emoji));
            seq = self.tell_message(target, Event::MessageUpdated, &mut receipt);
        }
        self.stamp(conversation, seq, &mut receipt);
        Ok(Queued::Stored {
            message: self.message(id),
            state: Arc::new(self.state(conversation)),
            receipt,
        })
    }

    fn write_draft(
        &mut self,
        state: &crate::model::conversation::ConversationState,
        draft: &Draft,
    ) -> MessageId {
        let id = MessageId(self.fresh());
        let session = state.conversation.session_id;
        let line = Message {
            id,
            seq: 0,
            conversation_id: state.conversation.id,
            contact_id: state.conversation.contact.id,
            session_id: session,
            direction: if draft.note {
                Direction::Note
            } else {
                Direction::Outbound
            },
            kind: draft.kind.clone(),
            text: draft.text.clone(),
            content: draft.content.clone(),
            media: draft
                .media
                .iter()
                .map(|id| self.uploads[id].clone())
                .collect(),
            reply_to: draft
                .reply_to
                .as_ref()
                .map(|wamid| self.quote(session, wamid)),
            context: None,
            provider_id: None,
            status: if draft.note {
                MessageStatus::Received
            } else {
                MessageStatus::Queued
            },
            error: None,
            author: Some(draft.author.clone()),
            client_key: draft.client_key.clone(),
            reactions: Vec::new(),
            edited_at: None,
            revoked_at: None,
            created_at: self.now,
            provider_timestamp: None,
        };
        let row = MessageRow {
            organization: state.organization,
            message: line,
            attempt: None,
            placeholder: false,
            hidden: false,
        };
        self.messages.insert(id, row);
        id
    }

    /// The line that an agent's reaction is about.
    fn reacted(&self, session: SessionId, draft: &Draft) -> Option<(MessageId, String)> {
        #[derive(serde::Deserialize)]
        struct Content {
            message_id: String,
            emoji: String,
        }
        let content: Content = (draft.kind == "reaction").then(|| draft.content.read().ok())??;
        let target = *self.by_provider_id.get(&(session, content.message_id))?;
        Some((target, content.emoji))
    }

    pub fn begin_attempt(
        &mut self,
        job: JobId,
        id: MessageId,
        lease: Option<Lease>,
    ) -> Result<Begun, StoreError> {
        if let Some(Lease { life, epoch }) = lease
            && let Some(row) = self.messages.get(&id)
            && self.leases.get(&row.message.session_id) != Some(&(life, epoch))
        {
            return Ok(Begun::Elsewhere);
        }
        if !self.jobs.contains_key(&job) {
            return Ok(Begun::Settled);
        }
        let attempt = AttemptId(self.fresh());
        let row = self.messages.get_mut(&id).ok_or(StoreError::NotFound)?;
        match row.message.status {
            MessageStatus::Queued => {}
            MessageStatus::Sending => {
                row.message.status = MessageStatus::Unknown;
                self.jobs.remove(&job);
                let mut receipt = Receipt::default();
                self.tell_message(id, Event::MessageStatusChanged, &mut receipt);
                return Ok(Begun::InDoubt(receipt));
            }
            _ => {
                self.jobs.remove(&job);
                return Ok(Begun::Settled);
            }
        }
        row.message.status = MessageStatus::Sending;
        row.attempt = Some(attempt);
        let message = &row.message;
        Ok(Begun::Go(Parcel {
            organization: row.organization,
            session: message.session_id,
            conversation: message.conversation_id,
            message: id,
            attempt,
            to: self.contacts[&message.contact_id].1.identities.clone(),
            kind: message.kind.clone(),
            content: message.content.clone(),
            reply_to: message
                .reply_to
                .as_ref()
                .map(|quoted| quoted.provider_id.clone()),
        }))
    }

    pub fn settle_attempt(
        &mut self,
        job: JobId,
        id: MessageId,
        attempt: AttemptId,
        outcome: Outcome,
        retry_at: Option<Timestamp>,
    ) -> Result<Receipt, StoreError> {
        let mut receipt = Receipt::default();
        let now = self.now;
        let row = self.messages.get_mut(&id).ok_or(StoreError::NotFound)?;
        if row.attempt != Some(attempt) {
            return Ok(receipt);
        }
        let session = row.message.session_id;
        let line = &mut row.message;
        match outcome {
            Outcome::Requeued => {
                if line.status == MessageStatus::Sending {
                    line.status = MessageStatus::Queued;
                    row.attempt = None;
                    if let Some(job) = self.jobs.get_mut(&job) {
                        job.run_at = retry_at.unwrap_or(now);
                        job.claimed = false;
                    }
                } else if line.status == MessageStatus::Unknown {
                    let (failed, failure) = (MessageStatus::Failed, policy::refused_in_doubt());
                    let how = Event::MessageStatusChanged;
                    self.rise(id, failed, Some(failure), how, &mut receipt);
                }
                return Ok(receipt);
            }
            Outcome::Accepted { provider_id } => {
                line.provider_id = Some(provider_id.clone());
                self.by_provider_id
                    .insert((session, provider_id.clone()), id);
                self.rise(
                    id,
                    MessageStatus::Sent,
                    None,
                    Event::MessageSent,
                    &mut receipt,
                );
                let early = self.early.remove(&(session, provider_id));
                for update in early.unwrap_or_default() {
                    self.apply(id, &update, &mut receipt);
                }
            }
            Outcome::Failed(failure) => {
                let failed = MessageStatus::Failed;
                self.rise(
                    id,
                    failed,
                    Some(failure),
                    Event::MessageStatusChanged,
                    &mut receipt,
                );
            }
            Outcome::Unknown => {
                let unknown = MessageStatus::Unknown;
                self.rise(id, unknown, None, Event::MessageStatusChanged, &mut receipt);
            }
        }
        self.jobs.remove(&job);
        Ok(receipt)
    }

    pub fn raise_status(
        &mut self,
        organization: OrganizationId,
        session: SessionId,
        update: StatusUpdate,
    ) -> Raised {
        let wamid = (session, update.provider_id.clone());
        let known = self.by_provider_id.get(&wamid).copied();
        let of_attempt = || {
            let attempt: AttemptId = update.attempt.as_ref()?.parse().ok()?;
            let mut rows = self.messages.iter();
            let (id, _) = rows.find(|(_, row)| row.attempt == Some(attempt))?;
            Some(*id)
        };
        let ours = |id: &MessageId| {
            let row = &self.messages[id];
            row.organization == organization && row.message.session_id == session
        };
        let Some(id) = known.or_else(of_attempt).filter(ours) else {
            self.early.entry(wamid).or_default().push(update);
            return Raised::Kept;
        };
        let line = &mut self.messages.get_mut(&id).unwrap().message;
        line.provider_id.get_or_insert(update.provider_id.clone());
        self.by_provider_id.insert(wamid, id);
        let mut receipt = Receipt::default();
        self.apply(id, &update, &mut receipt);
        if receipt.envelopes.is_empty() {
            return Raised::Unchanged;
        }
        Raised::Changed(receipt)
    }

    fn apply(&mut self, id: MessageId, update: &StatusUpdate, receipt: &mut Receipt) {
        let failure = update.error.as_ref().map(policy::failure);
        let failure = failure.filter(|_| update.status == MessageStatus::Failed);
        self.rise(
            id,
            update.status,
            failure,
            Event::MessageStatusChanged,
            receipt,
        );
    }

    /// Raises the status, if it rises, and tells of it.
    pub fn rise(
        &mut self,
        id: MessageId,
        status: MessageStatus,
        failure: Option<Failure>,
        event: fn(Arc<Message>) -> Event,
        receipt: &mut Receipt,
    ) {
        let line = &mut self.messages.get_mut(&id).unwrap().message;
        if !line.status.rises_to(status) {
            return;
        }
        (line.status, line.error) = (status, failure);
        self.tell_message(id, event, receipt);
    }
}
