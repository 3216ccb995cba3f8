//! Finding, opening and changing conversations; the health of numbers.

use std::sync::Arc;

use crate::event::Event;
use crate::model::contact::Identity;
use crate::model::conversation::{ConversationChange, ConversationKey, ConversationState};
use crate::model::ids::{ConversationId, OrganizationId, SessionId};
use crate::model::queue::Standing;
use crate::model::session::{HealthState, SessionState};
use crate::model::sla;
use crate::ports::store::{ChangeWrite, Receipt, StoreError};
use crate::testing::memory::tables::{Audited, Tables};

impl Tables {
    pub fn load_conversation(
        &self,
        key: &ConversationKey,
        identities: &[Identity],
    ) -> Option<ConversationState> {
        let contact = self.find_contact(key, identities)?;
        let id = self.threads.get(&(key.session, contact))?;
        Some(self.state(*id))
    }

    pub fn locate_conversation(
        &self,
        organization: OrganizationId,
        id: ConversationId,
    ) -> Option<ConversationKey> {
        let row = self.conversations.get(&id)?;
        (row.organization == organization).then(|| ConversationKey {
            organization,
            session: row.session,
            contact: row.contact_key.clone(),
        })
    }

    pub fn open_conversation(
        &mut self,
        key: &ConversationKey,
        identities: &[Identity],
    ) -> Result<(ConversationState, Receipt), StoreError> {
        if !self.sessions.contains_key(&key.session) {
            return Err(StoreError::NotFound);
        }
        let mut receipt = Receipt::default();
        let contact = self.find_contact(key, identities).unwrap_or_else(|| {
            let id = self.add_contact(key);
            self.learn(key, id, identities);
            self.tell_contact(key, id, Event::ContactCreated, &mut receipt);
            id
        });
        let known = self.threads.get(&(key.session, contact)).copied();
        let id = known.unwrap_or_else(|| self.open(key, contact, &mut receipt));
        Ok((self.state(id), receipt))
    }

    pub fn change_conversation(
        &mut self,
        write: ChangeWrite,
    ) -> Result<(ConversationState, Receipt), StoreError> {
        let ChangeWrite {
            state,
            change,
            by,
            task,
            once,
        } = write;
        let id = state.conversation.id;
        let mut view = match self.conversations.get(&id) {
            Some(row) if row.organization == by.organization => self.view(id),
            _ => return Err(StoreError::NotFound),
        };
        let row = self.conversations.get_mut(&id).unwrap();
        if row.version != state.version {
            return Err(StoreError::Conflict);
        }
        if let Some(once) = once
            && !self.changes.insert((by.organization, once))
        {
            return Ok((self.state(id), Receipt::default()));
        }
        let row = self.conversations.get_mut(&id).unwrap();
        let (before, old) = (Standing::of(&view), view.clone());
        change.apply(&mut view, self.now);
        row.status = view.status;
        row.snoozed_until = view.snoozed_until;
        row.waiting_since = view.waiting_since;
        row.reserved_until = view.reserved_until;
        row.opened_at = view.opened_at;
        row.first_reply_at = view.first_reply_at;
        row.sla = view.sla;
        row.assignee = view.assignee;
        row.team = view.team;
        row.priority = view.priority;
        row.tags = view.tags;
        row.participants = view.participants;
        row.unread = view.unread;
        let after = Standing::of(&self.view(id));
        self.note_moves(by.organization, Some(&before), &after);
        let mut receipt = Receipt::default();
        let seq = self.next_seq(by.organization);
        let event = sla::event(&old, Arc::new(self.view(id)));
        self.tell(by.organization, seq, event, Some(id), &mut receipt);
        self.stamp(id, seq, &mut receipt);
        if let Some(task) = task {
            self.add_job(by.organization, task, &mut receipt);
        }
        let read = ConversationChange {
            read: change.read,
            ..Default::default()
        };
        if change != read {
            let line = Audited {
                actor: by.name.clone(),
                action: "conversation.changed".to_owned(),
                subject: id.to_string(),
            };
            let organization = self.organizations.get_mut(&by.organization).unwrap();
            organization.audit.push(line);
        }
        Ok((self.state(id), receipt))
    }

    pub fn load_session(&self, id: SessionId) -> Option<SessionState> {
        self.sessions.get(&id).map(|row| row.state.clone())
    }

    pub fn set_health(
        &mut self,
        id: SessionId,
        health: HealthState,
        reason: Option<String>,
    ) -> Result<Receipt, StoreError> {
        let now = self.now;
        let row = self.sessions.get_mut(&id).ok_or(StoreError::NotFound)?;
        row.state.health = health;
        row.view.health.state = health;
        row.view.health.reason = reason;
        row.view.health.checked_at = Some(now);
        let (organization, view) = (row.state.organization, Arc::new(row.view.clone()));
        let mut receipt = Receipt::default();
        let seq = self.next_seq(organization);
        let event = Event::SessionUpdated(view);
        self.tell(organization, seq, event, None, &mut receipt);
        Ok(receipt)
    }
}
