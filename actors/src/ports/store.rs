//! What actors ask of the database. Every write commits the change, the event that tells of it and the job
//! that follows from it together, and returns a [`Receipt`] with the envelopes to announce (or gives it to the
//! [`Herald`] itself): nobody can announce what was not committed. Lists, search and settings are read by the HTTP edge straight from the
//! store and do not stand here.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::event::{Cursor, Envelope};
use crate::model::contact::Identity;
use crate::model::conversation::{ConversationChange, ConversationKey, ConversationState};
use crate::model::ids::{
    AttemptId, ConversationId, JobId, MessageId, OrganizationId, SessionId, UserId,
};
use crate::model::inbound::{InboundMessage, Reception};
use crate::model::job::{After, Job, PutOff, Task};
use crate::model::message::Message;
use crate::model::node::Lease;
use crate::model::outbound::{Draft, Outcome, Parcel};
use crate::model::quarantine::Quarantined;
use crate::model::queue::Floor;
use crate::model::session::{HealthState, SessionState};
use crate::model::status::StatusUpdate;
use crate::model::user::Actor;
use crate::time::Timestamp;
use crate::trail::Trail;

/// Why the store did not do it, by what the caller does next.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row (in this organization).
    #[error("not found")]
    NotFound,
    /// Somebody else changed the row: load it and decide again.
    #[error("the row changed meanwhile")]
    Conflict,
    /// The database can't be reached or is overloaded: nothing was stored, try later.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A query failed in a way that repeating will not heal.
    #[error("the database refused: {0}")]
    Broken(String),
}

/// What a transaction stored and has to be told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Receipt {
    /// In `seq` order.
    pub envelopes: Vec<Arc<Envelope>>,
    /// The transaction left a job that is due now.
    pub jobs: bool,
}

impl Receipt {
    /// Adds what another write of the same transaction stored.
    pub fn add(&mut self, other: Self) {
        self.envelopes.extend(other.envelopes);
        self.jobs |= other.jobs;
    }
}

/// Who is told by a store that commits the writes of many callers together. Their receipts come back empty then:
/// everybody who looks hears of the whole commit at once, not of each of its messages.
pub type Herald = Box<dyn Fn(Receipt, Trail) + Send + Sync>;

/// An inbound message for one conversation.
#[derive(Clone, Debug)]
pub struct InboundAppend {
    pub key: ConversationKey,
    /// What the caller decided on; None when it knows of no conversation.
    pub state: Option<Arc<ConversationState>>,
    pub message: Arc<InboundMessage>,
    pub reception: Reception,
    pub received_at: Timestamp,
}

/// What became of an inbound message.
#[derive(Clone, Debug)]
pub enum Appended {
    /// It is stored; this is the conversation now.
    Stored {
        state: Arc<ConversationState>,
        receipt: Receipt,
    },
    /// It was stored before.
    Duplicate,
}

/// A message to be sent (or a note) in one conversation.
#[derive(Clone, Debug)]
pub struct OutboundAppend {
    pub state: Arc<ConversationState>,
    pub draft: Draft,
    /// The conversation's status after it.
    pub status: crate::model::conversation::ConversationStatus,
    pub now: Timestamp,
}

/// A change of a conversation on behalf of a person or a key.
#[derive(Clone, Debug)]
pub struct ChangeWrite {
    pub state: Arc<ConversationState>,
    pub change: ConversationChange,
    /// Audited.
    pub by: Actor,
    /// Left for later.
    pub task: Option<Task>,
    /// Recorded with the change for some hours: whoever comes again with it changes nothing, and gets the
    /// conversation as it is now.
    pub once: Option<String>,
}

/// What became of a message to be sent.
#[derive(Clone, Debug)]
pub enum Queued {
    Stored {
        message: Arc<Message>,
        state: Arc<ConversationState>,
        receipt: Receipt,
    },
    /// The same idempotency key with the same body came before: that message.
    Repeated(Arc<Message>),
    /// The idempotency key was used for another body.
    KeyReused,
}

/// Whether an attempt may be made.
#[derive(Clone, Debug)]
pub enum Begun {
    /// The row says `sending` with this attempt: POST now, once.
    Go(Parcel),
    /// An earlier attempt's end is not known (the node died): now `unknown`, the job is gone.
    InDoubt(Receipt),
    /// There is nothing left to send; the job is gone.
    Settled,
    /// Another node sends for this number now; nothing was changed.
    Elsewhere,
}

/// What became of a provider's status.
#[derive(Clone, Debug)]
pub enum Raised {
    Changed(Receipt),
    /// It told nothing new, or would lower the rank.
    Unchanged,
    /// The message is not known (yet): kept until an attempt learns this provider id.
    Kept,
}

/// Messages: in, out, and what the provider says of them.
#[async_trait]
pub trait MessageStore: Send + Sync {
    /// Stores an inbound message once; `Conflict` when `state` is stale (or absent though a row exists), and
    /// then nothing is stored, the dedup key neither. Events in this order, as far as they apply:
    /// `contact.created` or `contact.updated`, `conversation.created`, then one of the message:
    /// `message.received` for a new line (`message.sent` for an echo), `message.updated` for the target of a
    /// reaction, an edit or a revocation and for a placeholder that becomes the real message (which counts
    /// as unread only once). A reaction is kept as a hidden row; a change whose target is not known is a
    /// line of its own.
    async fn append_inbound(&self, append: InboundAppend) -> Result<Appended, StoreError>;

    /// Stores a message as `queued` with its `send_message` job, or a note.
    async fn append_outbound(&self, append: OutboundAppend) -> Result<Queued, StoreError>;

    /// Commits `sending` with a fresh attempt id before the POST; tells nobody. With a `lease` only while it holds:
    /// a node that was taken for dead makes no POST after another one has taken its number over.
    async fn begin_attempt(
        &self,
        job: JobId,
        message: MessageId,
        lease: Option<Lease>,
    ) -> Result<Begun, StoreError>;

    /// Records how a POST ended. The job goes, except with `Outcome::Requeued`, where it is due again at
    /// `retry_at` and the message is `queued` again. Merges a status that overtook the answer. An end that
    /// comes after a doubt still raises the status; `Outcome::Requeued` after one means that the message failed.
    async fn settle_attempt(
        &self,
        job: JobId,
        message: MessageId,
        attempt: AttemptId,
        outcome: Outcome,
        retry_at: Option<Timestamp>,
    ) -> Result<Receipt, StoreError>;

    /// Raises a sent message's rank; matches by provider id, else by attempt id (and learns the provider id
    /// from it), never by phone. The conversation's version stays: a tick makes no actor's state stale.
    async fn raise_status(
        &self,
        organization: OrganizationId,
        session: SessionId,
        update: StatusUpdate,
    ) -> Result<Raised, StoreError>;
}

/// Conversations.
#[async_trait]
pub trait ConversationStore: Send + Sync {
    /// The conversation of the contact that has any of these identities with the key's session.
    async fn load_conversation(
        &self,
        key: &ConversationKey,
        identities: &[Identity],
    ) -> Result<Option<ConversationState>, StoreError>;

    /// By what key the conversation's actor is found; None when the organization has no such conversation.
    async fn locate_conversation(
        &self,
        organization: OrganizationId,
        id: ConversationId,
    ) -> Result<Option<ConversationKey>, StoreError>;

    /// Finds or creates the contact and the conversation, so that a first message can be sent.
    async fn open_conversation(
        &self,
        key: &ConversationKey,
        identities: &[Identity],
    ) -> Result<(ConversationState, Receipt), StoreError>;

    /// Changes a conversation.
    async fn change_conversation(
        &self,
        write: ChangeWrite,
    ) -> Result<(ConversationState, Receipt), StoreError>;
}

/// Jobs.
#[async_trait]
pub trait JobStore: Send + Sync {
    /// Takes up to `limit` due jobs for `lease`; their tries are counted in the same transaction. Of messages to be
    /// sent only those of the numbers in `lines`, when it is given.
    async fn claim_jobs(
        &self,
        limit: u32,
        lease: Duration,
        lines: Option<&[SessionId]>,
    ) -> Result<Vec<Job>, StoreError>;

    /// Records what becomes of a claimed job; does nothing when the job is gone or was claimed again since.
    /// Giving up a `send_message` also ends its message (`failed`, or `unknown` when a POST may be out).
    async fn finish_job(&self, job: &Job, after: After) -> Result<Receipt, StoreError>;

    /// Gives back what this node claimed in an earlier life or will not finish.
    async fn release_jobs(&self) -> Result<(), StoreError>;

    /// When the next job is due that [`JobStore::claim_jobs`] would take; None when there is none.
    async fn next_job_at(
        &self,
        lines: Option<&[SessionId]>,
    ) -> Result<Option<Timestamp>, StoreError>;

    /// Puts something aside for a person.
    async fn quarantine(&self, entry: Quarantined) -> Result<Receipt, StoreError>;
}

/// Leases on the send lines of numbers: which node sends for which number.
#[async_trait]
pub trait LineStore: Send + Sync {
    /// The numbers that have messages to be sent, now or later.
    async fn waiting_lines(&self) -> Result<Vec<SessionId>, StoreError>;

    /// The messages to be sent from a number that are in nobody's hand, up to `limit`, by when they are due. Those that
    /// were tried and are due in more than a minute are left out: later ones of their conversations do not wait for them.
    async fn put_off(&self, session: SessionId, limit: u32) -> Result<Vec<PutOff>, StoreError>;

    /// Takes the line of a number for the node `life`: the lease's epoch, or None while another node that lives holds
    /// it. Who holds it keeps its epoch.
    async fn take_line(&self, life: i64, session: SessionId) -> Result<Option<i64>, StoreError>;

    /// Gives up lines that the node `life` holds.
    async fn release_lines(&self, life: i64, sessions: &[SessionId]) -> Result<(), StoreError>;
}

/// Events: the feed's memory.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// The last event's place; `seq` 0 when nothing happened yet.
    async fn head(&self, organization: OrganizationId) -> Result<Cursor, StoreError>;

    /// Up to `limit` events after `seq`, in order, bodies joined from their rows as these are now (list rows
    /// included); None when the tail is no longer kept.
    async fn events_since(
        &self,
        organization: OrganizationId,
        seq: i64,
        limit: u32,
    ) -> Result<Option<Vec<Arc<Envelope>>>, StoreError>;
}

/// Numbers.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// What the session's actor needs; None when it does not exist.
    async fn load_session(&self, id: SessionId) -> Result<Option<SessionState>, StoreError>;

    /// Records how a number fares.
    async fn set_health(
        &self,
        id: SessionId,
        health: HealthState,
        reason: Option<String>,
    ) -> Result<Receipt, StoreError>;
}

/// Teams' waiting lines.
#[async_trait]
pub trait QueueStore: Send + Sync {
    /// The organizations with conversations that wait in a team's line, or are reserved, or will be: of numbers with a
    /// team.
    async fn organizations_with_lines(&self) -> Result<Vec<OrganizationId>, StoreError>;

    /// The organization's teams, agents and open conversations.
    async fn load_floor(&self, organization: OrganizationId) -> Result<Floor, StoreError>;

    /// [`Floor::head`] as it is now: whether a board that was loaded before may lack something.
    async fn floor_head(&self, organization: OrganizationId) -> Result<i64, StoreError>;

    /// Who answered contacts since then, and when; in no order.
    async fn replies_since(
        &self,
        organization: OrganizationId,
        since: Timestamp,
    ) -> Result<Vec<(UserId, Timestamp)>, StoreError>;

    /// An agent did not accept what was given to them: they are away from now on, if they were online.
    async fn note_missed(
        &self,
        organization: OrganizationId,
        user: UserId,
    ) -> Result<Receipt, StoreError>;
}

/// All that actors ask of the database.
pub trait Store:
    MessageStore + ConversationStore + JobStore + LineStore + EventStore + SessionStore + QueueStore
{
}

impl<T> Store for T where
    T: MessageStore
        + ConversationStore
        + JobStore
        + LineStore
        + EventStore
        + SessionStore
        + QueueStore
{
}
