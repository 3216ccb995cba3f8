//! A store that lives in memory and keeps all promises of the ports, with faults on command. The operations
//! are named like the ports' functions.

mod conversation;
mod inbound;
mod job;
mod outbound;
mod queue;
mod setup;
mod tables;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::event::{Cursor, Envelope};
use crate::id::IdSource;
use crate::model::contact::Identity;
use crate::model::conversation::{ConversationKey, ConversationState};
use crate::model::ids::{
    AttemptId, ConversationId, JobId, MessageId, OrganizationId, SessionId, UserId,
};
use crate::model::job::{After, Job, PutOff};
use crate::model::node::Lease;
use crate::model::outbound::Outcome;
use crate::model::quarantine::Quarantined;
use crate::model::queue::Floor;
use crate::model::session::{HealthState, SessionState};
use crate::model::status::StatusUpdate;
use crate::ports::clock::Clock;
use crate::ports::store::{
    Appended, Begun, ChangeWrite, ConversationStore, EventStore, InboundAppend, JobStore,
    LineStore, MessageStore, OutboundAppend, QueueStore, Queued, Raised, Receipt, SessionStore,
    StoreError,
};
use crate::testing::fault::Faults;
use crate::testing::memory::tables::Tables;
use crate::time::Timestamp;

pub use tables::Audited;

/// The store.
pub struct MemoryStore {
    /// What goes wrong, by the name of the port's function.
    pub faults: Faults,
    clock: Arc<dyn Clock>,
    tables: Mutex<Tables>,
}

impl MemoryStore {
    /// An empty store that takes its time from `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            faults: Faults::default(),
            clock,
            tables: Mutex::new(Tables::new(IdSource::new(1))),
        }
    }

    /// The tables at rest; whoever panics while holding them did not write yet.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.now = self.clock.now();
        tables
    }
}

#[async_trait]
impl MessageStore for MemoryStore {
    async fn append_inbound(&self, append: InboundAppend) -> Result<Appended, StoreError> {
        self.faults.taste(append.message.text.as_deref());
        self.faults
            .run("append_inbound", || self.tables().append_inbound(append))
            .await
    }

    async fn append_outbound(&self, append: OutboundAppend) -> Result<Queued, StoreError> {
        self.faults.taste(append.draft.text.as_deref());
        self.faults
            .run("append_outbound", || self.tables().append_outbound(append))
            .await
    }

    async fn begin_attempt(
        &self,
        job: JobId,
        message: MessageId,
        lease: Option<Lease>,
    ) -> Result<Begun, StoreError> {
        self.faults
            .run("begin_attempt", || {
                self.tables().begin_attempt(job, message, lease)
            })
            .await
    }

    async fn settle_attempt(
        &self,
        job: JobId,
        message: MessageId,
        attempt: AttemptId,
        outcome: Outcome,
        retry_at: Option<Timestamp>,
    ) -> Result<Receipt, StoreError> {
        self.faults
            .run("settle_attempt", || {
                self.tables()
                    .settle_attempt(job, message, attempt, outcome, retry_at)
            })
            .await
    }

    async fn raise_status(
        &self,
        organization: OrganizationId,
        session: SessionId,
        update: StatusUpdate,
    ) -> Result<Raised, StoreError> {
        self.faults
            .run("raise_status", || {
                Ok(self.tables().raise_status(organization, session, update))
            })
            .await
    }
}

#[async_trait]
impl ConversationStore for MemoryStore {
    async fn load_conversation(
        &self,
        key: &ConversationKey,
        identities: &[Identity],
    ) -> Result<Option<ConversationState>, StoreError> {
        self.faults
            .run("load_conversation", || {
                Ok(self.tables().load_conversation(key, identities))
            })
            .await
    }

    async fn locate_conversation(
        &self,
        organization: OrganizationId,
        id: ConversationId,
    ) -> Result<Option<ConversationKey>, StoreError> {
        self.faults
            .run("locate_conversation", || {
                Ok(self.tables().locate_conversation(organization, id))
            })
            .await
    }

    async fn open_conversation(
        &self,
        key: &ConversationKey,
        identities: &[Identity],
    ) -> Result<(ConversationState, Receipt), StoreError> {
        self.faults
            .run("open_conversation", || {
                self.tables().open_conversation(key, identities)
            })
            .await
    }

    async fn change_conversation(
        &self,
        write: ChangeWrite,
    ) -> Result<(ConversationState, Receipt), StoreError> {
        self.faults
            .run("change_conversation", || {
                self.tables().change_conversation(write)
            })
            .await
    }
}

#[async_trait]
impl JobStore for MemoryStore {
    async fn claim_jobs(
        &self,
        limit: u32,
        lease: Duration,
        lines: Option<&[SessionId]>,
    ) -> Result<Vec<Job>, StoreError> {
        self.faults
            .run("claim_jobs", || {
                Ok(self.tables().claim_jobs(limit, lease, lines))
            })
            .await
    }

    async fn finish_job(&self, job: &Job, after: After) -> Result<Receipt, StoreError> {
        self.faults
            .run("finish_job", || Ok(self.tables().finish_job(job, after)))
            .await
    }

    async fn release_jobs(&self) -> Result<(), StoreError> {
        self.faults
            .run("release_jobs", || {
                self.tables().release_jobs();
                Ok(())
            })
            .await
    }

    async fn next_job_at(
        &self,
        lines: Option<&[SessionId]>,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.faults
            .run("next_job_at", || Ok(self.tables().next_job_at(lines)))
            .await
    }

    async fn quarantine(&self, entry: Quarantined) -> Result<Receipt, StoreError> {
        self.faults
            .run("quarantine", || Ok(self.tables().quarantine(entry)))
            .await
    }
}

#[async_trait]
impl LineStore for MemoryStore {
    async fn waiting_lines(&self) -> Result<Vec<SessionId>, StoreError> {
        self.faults
            .run("waiting_lines", || Ok(self.tables().waiting_lines()))
            .await
    }

    async fn put_off(&self, session: SessionId, limit: u32) -> Result<Vec<PutOff>, StoreError> {
        self.faults
            .run("put_off", || Ok(self.tables().put_off(session, limit)))
            .await
    }

    async fn take_line(&self, life: i64, session: SessionId) -> Result<Option<i64>, StoreError> {
        self.faults
            .run("take_line", || Ok(self.tables().take_line(life, session)))
            .await
    }

    async fn release_lines(&self, life: i64, sessions: &[SessionId]) -> Result<(), StoreError> {
        self.faults
            .run("release_lines", || {
                self.tables().release_lines(life, sessions);
                Ok(())
            })
            .await
    }
}

#[async_trait]
impl EventStore for MemoryStore {
    async fn head(&self, organization: OrganizationId) -> Result<Cursor, StoreError> {
        self.faults
            .run("head", || Ok(self.tables().head(organization)))
            .await
    }

    async fn events_since(
        &self,
        organization: OrganizationId,
        seq: i64,
        limit: u32,
    ) -> Result<Option<Vec<Arc<Envelope>>>, StoreError> {
        self.faults
            .run("events_since", || {
                Ok(self.tables().events_since(organization, seq, limit))
            })
            .await
    }
}

#[async_trait]
impl SessionStore for MemoryStore {
    async fn load_session(&self, id: SessionId) -> Result<Option<SessionState>, StoreError> {
        self.faults
            .run("load_session", || Ok(self.tables().load_session(id)))
            .await
    }

    async fn set_health(
        &self,
        id: SessionId,
        health: HealthState,
        reason: Option<String>,
    ) -> Result<Receipt, StoreError> {
        self.faults
            .run("set_health", || {
                self.tables().set_health(id, health, reason)
            })
            .await
    }
}

#[async_trait]
impl QueueStore for MemoryStore {
    async fn organizations_with_lines(&self) -> Result<Vec<OrganizationId>, StoreError> {
        self.faults
            .run("organizations_with_lines", || {
                Ok(self.tables().organizations_with_lines())
            })
            .await
    }

    async fn load_floor(&self, organization: OrganizationId) -> Result<Floor, StoreError> {
        self.faults
            .run("load_floor", || Ok(self.tables().load_floor(organization)))
            .await
    }

    async fn floor_head(&self, organization: OrganizationId) -> Result<i64, StoreError> {
        self.faults
            .run("floor_head", || Ok(self.tables().head(organization).seq))
            .await
    }

    async fn replies_since(
        &self,
        organization: OrganizationId,
        since: Timestamp,
    ) -> Result<Vec<(UserId, Timestamp)>, StoreError> {
        self.faults
            .run("replies_since", || {
                Ok(self.tables().replies_since(organization, since))
            })
            .await
    }

    async fn note_missed(
        &self,
        organization: OrganizationId,
        user: UserId,
    ) -> Result<Receipt, StoreError> {
        self.faults
            .run("note_missed", || {
                Ok(self.tables().note_missed(organization, user))
            })
            .await
    }
}
