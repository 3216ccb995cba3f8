//! What tests put into the store before the story begins, and what they look at when it is over.

use crate::model::ids::{
    ContactId, ConversationId, MediaId, MessageId, OrganizationId, SessionId, UserId,
};
use crate::model::job::Task;
use crate::model::message::{Media, MediaState, Message};
use crate::model::quarantine::QuarantineEntry;
use crate::model::session::{Health, HealthState, Session, SessionState, SessionStatus};
use crate::model::user::UserBrief;
use crate::ports::store::Receipt;
use crate::testing::memory::MemoryStore;
use crate::testing::memory::tables::{Audited, OrganizationRow, SessionRow};

impl MemoryStore {
    /// A fresh organization.
    pub fn add_organization(&self) -> OrganizationId {
        let mut tables = self.tables();
        let id = OrganizationId(tables.fresh());
        tables.organizations.insert(id, OrganizationRow::default());
        id
    }

    /// From now on the others take the node for dead, or for living.
    pub fn set_node(&self, life: i64, dead: bool) {
        let mut tables = self.tables();
        match dead {
            true => tables.dead.insert(life),
            false => tables.dead.remove(&life),
        };
    }

    /// A fresh user.
    pub fn add_user(&self, name: &str) -> UserBrief {
        UserBrief {
            id: UserId(self.tables().fresh()),
            name: name.to_owned(),
        }
    }

    /// A fresh number that works.
    pub fn add_session(&self, organization: OrganizationId) -> SessionId {
        let mut tables = self.tables();
        let id = SessionId(tables.fresh());
        let health = Health {
            state: HealthState::Ok,
            ..Health::default()
        };
        let view = Session {
            id,
            name: "Support".to_owned(),
            provider: "cloud_api".to_owned(),
            phone_number_id: format!("pn{}", id.0),
            business_account_id: "waba1".to_owned(),
            display_phone_number: None,
            verified_name: None,
            status: SessionStatus::Active,
            health,
            webhook_url: format!("/webhooks/whatsapp/{id}"),
            verify_token: None,
            created_at: tables.now,
            updated_at: tables.now,
        };
        let state = SessionState {
            id,
            organization,
            phone_number_id: view.phone_number_id.clone(),
            enabled: true,
            health: HealthState::Ok,
            rate: 80,
        };
        tables.sessions.insert(id, SessionRow { state, view });
        id
    }

    /// Changes a number's settings without telling anybody.
    pub fn change_session(&self, id: SessionId, change: impl FnOnce(&mut SessionState)) {
        change(&mut self.tables().sessions.get_mut(&id).unwrap().state);
    }

    /// Removes a number without telling anybody.
    pub fn remove_session(&self, id: SessionId) {
        self.tables().sessions.remove(&id);
    }

    /// A file that an agent uploaded.
    pub fn add_upload(&self) -> MediaId {
        let mut tables = self.tables();
        let id = MediaId(tables.fresh());
        let media = Media {
            id,
            mime_type: "image/png".to_owned(),
            filename: Some("map.png".to_owned()),
            size: Some(7),
            state: MediaState::Stored,
            url: None,
            voice: false,
            animated: false,
            error: None,
        };
        tables.uploads.insert(id, media);
        id
    }

    /// The contact asked not to get marketing messages.
    pub fn opt_out(&self, contact: ContactId) {
        let mut tables = self.tables();
        let now = tables.now;
        tables.contacts.get_mut(&contact).unwrap().1.opted_out_at = Some(now);
    }

    /// Leaves a job that is due now.
    pub fn add_job(&self, organization: OrganizationId, task: Task) {
        self.tables()
            .add_job(organization, task, &mut Receipt::default());
    }

    /// The visible lines of a thread, oldest first.
    pub fn thread(&self, conversation: ConversationId) -> Vec<Message> {
        let tables = self.tables();
        let rows = tables.messages.values();
        rows.filter(|row| row.message.conversation_id == conversation && !row.hidden)
            .map(|row| row.message.clone())
            .collect()
    }

    /// One message.
    pub fn message(&self, id: MessageId) -> Message {
        self.tables().messages[&id].message.clone()
    }

    /// The audit log, oldest first.
    pub fn audit(&self, organization: OrganizationId) -> Vec<Audited> {
        self.tables().organizations[&organization].audit.clone()
    }

    /// What lies in quarantine, oldest first.
    pub fn quarantined(&self, organization: OrganizationId) -> Vec<QuarantineEntry> {
        self.tables().organizations[&organization]
            .quarantine
            .clone()
    }

    /// How many jobs wait or run.
    pub fn jobs(&self) -> usize {
        self.tables().jobs.len()
    }

    /// The rows of all conversations as lists show them.
    pub fn conversations(
        &self,
        organization: OrganizationId,
    ) -> Vec<crate::model::conversation::Conversation> {
        let tables = self.tables();
        let rows = tables.conversations.iter();
        rows.filter(|(_, row)| row.organization == organization)
            .map(|(id, _)| tables.view(*id))
            .collect()
    }

    /// Deletes events up to `seq`, as retention does.
    pub fn forget_events(&self, organization: OrganizationId, seq: i64) {
        let mut tables = self.tables();
        let events = &mut tables.organizations.get_mut(&organization).unwrap().events;
        events.retain(|event| event.seq > seq);
    }

    /// Loses the last events, as a server does that takes over without what was stored last.
    pub fn lose_events(&self, organization: OrganizationId, count: usize) {
        let mut tables = self.tables();
        let row = tables.organizations.get_mut(&organization).unwrap();
        row.events.truncate(row.events.len() - count);
        row.last_seq -= i64::try_from(count).unwrap();
    }

    /// How many contacts an organization has.
    pub fn contacts(&self, organization: OrganizationId) -> usize {
        let tables = self.tables();
        let contacts = tables.contacts.values();
        contacts.filter(|(of, _)| *of == organization).count()
    }
}
