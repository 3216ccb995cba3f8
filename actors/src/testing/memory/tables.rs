//! The rows, and how an event is numbered and told.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::event::{Audience, Cursor, Envelope, Event};
use crate::id::IdSource;
use crate::model::agent::Agent;
use crate::model::contact::{Contact, ContactBrief, Identity};
use crate::model::conversation::{
    Conversation, ConversationKey, ConversationState, ConversationStatus, LastMessage, Priority,
    TeamBrief,
};
use crate::model::ids::{
    AttemptId, ContactId, ConversationId, JobId, MediaId, MessageId, OrganizationId, SessionId,
    TagId, UserId,
};
use crate::model::job::Task;
use crate::model::message::{Media, Message};
use crate::model::quarantine::QuarantineEntry;
use crate::model::queue::{Moved, QueueTeam};
use crate::model::session::{Session, SessionState};
use crate::model::sla::SlaMark;
use crate::model::status::StatusUpdate;
use crate::model::user::UserBrief;
use crate::ports::store::Receipt;
use crate::time::Timestamp;

/// The epoch of a store in memory.
const EPOCH: i64 = 1;
const LINE_LENGTH: usize = 200;

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    pub actor: String,
    pub action: String,
    /// The id of what was changed.
    pub subject: String,
}

pub struct Tables {
    pub now: Timestamp,
    ids: IdSource,
    pub organizations: HashMap<OrganizationId, OrganizationRow>,
    pub sessions: HashMap<SessionId, SessionRow>,
    pub contacts: HashMap<ContactId, (OrganizationId, Contact)>,
    pub identities: HashMap<(OrganizationId, String), ContactId>,
    pub conversations: BTreeMap<ConversationId, ConversationRow>,
    /// Conversations by session and contact.
    pub threads: HashMap<(SessionId, ContactId), ConversationId>,
    pub messages: BTreeMap<MessageId, MessageRow>,
    pub by_provider_id: HashMap<(SessionId, String), MessageId>,
    pub uploads: HashMap<MediaId, Media>,
    pub dedup: HashSet<(SessionId, String)>,
    pub idempotency: HashMap<(OrganizationId, String), (Option<String>, MessageId)>,
    pub early: HashMap<(SessionId, String), Vec<StatusUpdate>>,
    pub jobs: BTreeMap<JobId, JobRow>,
    /// Changes that must not be made twice.
    pub changes: HashSet<(OrganizationId, String)>,
    /// Who sends for a number (0: nobody), and the epoch.
    pub leases: HashMap<SessionId, (i64, i64)>,
    /// Nodes that the others take for dead.
    pub dead: HashSet<i64>,
    pub teams: Vec<(OrganizationId, QueueTeam)>,
    pub agents: Vec<(OrganizationId, Agent)>,
    pub moves: Vec<(OrganizationId, Moved)>,
}

#[derive(Default)]
pub struct OrganizationRow {
    pub last_seq: i64,
    pub events: VecDeque<Arc<Envelope>>,
    pub audit: Vec<Audited>,
    pub quarantine: Vec<QuarantineEntry>,
}

pub struct SessionRow {
    pub state: SessionState,
    pub view: Session,
}

pub struct ConversationRow {
    pub organization: OrganizationId,
    pub session: SessionId,
    pub contact: ContactId,
    pub contact_key: String,
    pub version: i64,
    pub status: ConversationStatus,
    pub assignee: Option<UserBrief>,
    pub team: Option<TeamBrief>,
    pub tags: Vec<TagId>,
    pub participants: Vec<UserId>,
    pub priority: Priority,
    pub snoozed_until: Option<Timestamp>,
    pub waiting_since: Option<Timestamp>,
    pub reserved_until: Option<Timestamp>,
    pub opened_at: Timestamp,
    pub first_reply_at: Option<Timestamp>,
    pub sla: Vec<SlaMark>,
    pub unread: i32,
    pub last_message: Option<MessageId>,
    pub last_inbound_provider_id: Option<String>,
    pub window_expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

pub struct MessageRow {
    pub organization: OrganizationId,
    pub message: Message,
    pub attempt: Option<AttemptId>,
    pub placeholder: bool,
    pub hidden: bool,
}

pub struct JobRow {
    pub organization: OrganizationId,
    pub task: Task,
    pub run_at: Timestamp,
    pub claimed: bool,
    pub tries: i32,
    pub created_at: Timestamp,
}

impl Tables {
    pub fn new(ids: IdSource) -> Self {
        Self {
            now: Timestamp::default(),
            ids,
            organizations: HashMap::new(),
            sessions: HashMap::new(),
            contacts: HashMap::new(),
            identities: HashMap::new(),
            conversations: BTreeMap::new(),
            threads: HashMap::new(),
            messages: BTreeMap::new(),
            by_provider_id: HashMap::new(),
            uploads: HashMap::new(),
            dedup: HashSet::new(),
            idempotency: HashMap::new(),
            early: HashMap::new(),
            jobs: BTreeMap::new(),
            changes: HashSet::new(),
            leases: HashMap::new(),
            dead: HashSet::new(),
            teams: Vec::new(),
            agents: Vec::new(),
            moves: Vec::new(),
        }
    }

    pub fn fresh(&self) -> i64 {
        self.ids.next(self.now)
    }

    pub fn next_seq(&mut self, organization: OrganizationId) -> i64 {
        let row = self.organizations.entry(organization).or_default();
        row.last_seq += 1;
        row.last_seq
    }

    /// Writes an event that has its number, and adds it to what is to be announced.
    pub fn tell(
        &mut self,
        organization: OrganizationId,
        seq: i64,
        event: Event,
        row: Option<ConversationId>,
        receipt: &mut Receipt,
    ) {
        let audience = match event {
            Event::QuarantineAdded(_) => Audience::Admins,
            _ => Audience::Everyone,
        };
        self.tell_to(organization, audience, seq, event, row, receipt);
    }

    /// The same, to somebody in particular.
    pub fn tell_to(
        &mut self,
        organization: OrganizationId,
        audience: Audience,
        seq: i64,
        event: Event,
        row: Option<ConversationId>,
        receipt: &mut Receipt,
    ) {
        let envelope = Arc::new(Envelope {
            organization,
            seq,
            at: self.now,
            audience,
            event,
            row: row.map(|id| Arc::new(self.view(id))),
        });
        receipt.envelopes.push(Arc::clone(&envelope));
        let events = &mut self.organizations.entry(organization).or_default().events;
        events.push_back(envelope);
    }

    /// Numbers a message anew, then tells of it.
    pub fn tell_message(
        &mut self,
        id: MessageId,
        event: fn(Arc<Message>) -> Event,
        receipt: &mut Receipt,
    ) -> i64 {
        let organization = self.messages[&id].organization;
        let seq = self.next_seq(organization);
        let row = self.messages.get_mut(&id).unwrap();
        row.message.seq = seq;
        let conversation = row.message.conversation_id;
        let event = event(self.message(id));
        self.tell(organization, seq, event, Some(conversation), receipt);
        seq
    }

    pub fn message(&self, id: MessageId) -> Arc<Message> {
        Arc::new(self.messages[&id].message.clone())
    }

    /// The conversation as people see it: numbered by the last event that changed the row or its last line.
    pub fn view(&self, id: ConversationId) -> Conversation {
        let row = &self.conversations[&id];
        let contact = &self.contacts[&row.contact].1;
        let last = row.last_message.map(|id| &self.messages[&id].message);
        let mut view = Conversation {
            id,
            seq: last.map_or(row.version, |message| row.version.max(message.seq)),
            session_id: row.session,
            contact: ContactBrief {
                id: contact.id,
                name: contact.name.clone(),
                phone: contact.phone.clone(),
                user_id: contact.user_id.clone(),
                username: contact.username.clone(),
            },
            status: row.status,
            assignee: row.assignee.clone(),
            team: row.team.clone(),
            tags: row.tags.clone(),
            participants: row.participants.clone(),
            priority: row.priority,
            snoozed_until: row.snoozed_until,
            waiting_since: row.waiting_since,
            reserved_until: row.reserved_until,
            opened_at: row.opened_at,
            first_reply_at: row.first_reply_at,
            sla: row.sla.clone(),
            unread: row.unread,
            last_message: last.map(|message| LastMessage {
                id: message.id,
                direction: message.direction,
                kind: message.kind.clone(),
                text: message
                    .text
                    .as_ref()
                    .map(|text| text.chars().take(LINE_LENGTH).collect()),
                status: message.status,
                at: message.created_at,
            }),
            window_expires_at: row.window_expires_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        };
        view.drop_marks();
        view
    }

    pub fn state(&self, id: ConversationId) -> ConversationState {
        let row = &self.conversations[&id];
        let contact = &self.contacts[&row.contact].1;
        ConversationState {
            organization: row.organization,
            conversation: self.view(id),
            version: row.version,
            identities: contact.identities.clone(),
            opted_out_at: contact.opted_out_at,
            last_inbound_provider_id: row.last_inbound_provider_id.clone(),
        }
    }

    /// The contact that has one of these identities, else the one of the key; a phone number goes first.
    pub fn find_contact(
        &self,
        key: &ConversationKey,
        identities: &[Identity],
    ) -> Option<ContactId> {
        let mut keys: Vec<(&Identity, String)> = identities
            .iter()
            .map(|identity| (identity, identity.lookup_key()))
            .collect();
        keys.sort();
        let keys = keys.into_iter().map(|(_, key)| key);
        keys.chain([key.contact.clone()])
            .find_map(|lookup| self.identities.get(&(key.organization, lookup)).copied())
    }

    pub fn add_job(&mut self, organization: OrganizationId, task: Task, receipt: &mut Receipt) {
        let row = JobRow {
            organization,
            run_at: task.due(self.now),
            task,
            claimed: false,
            tries: 0,
            created_at: self.now,
        };
        self.jobs.insert(JobId(self.fresh()), row);
        receipt.jobs = true;
    }

    pub fn head(&self, organization: OrganizationId) -> Cursor {
        let seq = self
            .organizations
            .get(&organization)
            .map_or(0, |row| row.last_seq);
        Cursor { epoch: EPOCH, seq }
    }

    pub fn events_since(
        &self,
        organization: OrganizationId,
        seq: i64,
        limit: u32,
    ) -> Option<Vec<Arc<Envelope>>> {
        let Some(row) = self.organizations.get(&organization) else {
            return Some(Vec::new());
        };
        let first_kept = row
            .events
            .front()
            .map_or(row.last_seq + 1, |event| event.seq);
        if seq + 1 < first_kept {
            return None;
        }
        let start = usize::try_from(seq + 1 - first_kept).unwrap();
        let page = row.events.iter().skip(start).take(limit as usize);
        Some(page.map(|envelope| self.as_now(envelope)).collect())
    }

    /// The event with bodies as the rows are now.
    fn as_now(&self, envelope: &Envelope) -> Arc<Envelope> {
        let mut envelope = envelope.clone();
        match &mut envelope.event {
            Event::MessageReceived(message)
            | Event::MessageQueued(message)
            | Event::MessageSent(message)
            | Event::MessageStatusChanged(message)
            | Event::MessageUpdated(message)
            | Event::NoteCreated(message)
            | Event::UserMentioned(message) => *message = self.message(message.id),
            Event::ConversationCreated(view)
            | Event::ConversationUpdated(view)
            | Event::SlaWarned(view)
            | Event::SlaBreached(view) => {
                *view = Arc::new(self.view(view.id));
            }
            Event::ContactCreated(contact) | Event::ContactUpdated(contact) => {
                *contact = Arc::new(self.contacts[&contact.id].1.clone());
            }
            Event::SessionUpdated(session) => {
                *session = Arc::new(self.sessions[&session.id].view.clone());
            }
            Event::ScheduledUpdated(_)
            | Event::TemplateUpdated(_)
            | Event::QuarantineAdded(_)
            | Event::DirectoryUpdated(_)
            | Event::AgentUpdated(_) => {}
        }
        if let Some(row) = &mut envelope.row {
            *row = Arc::new(self.view(row.id));
        }
        Arc::new(envelope)
    }

    /// When a lease that begins now ends.
    pub fn end_of(&self, lease: Duration) -> Timestamp {
        self.now + lease
    }
}
