//! The ports of the actors, each handed to the file that knows the noun.

use std::sync::Arc;
use std::time::Duration;

use actors::event::{Cursor, Envelope};
use actors::model::contact::Identity;
use actors::model::conversation::{ConversationKey, ConversationState};
use actors::model::ids::{
    AttemptId, ConversationId, JobId, MessageId, OrganizationId, SessionId, UserId,
};
use actors::model::job::{After, Job, PutOff};
use actors::model::node::Lease;
use actors::model::outbound::Outcome;
use actors::model::quarantine::Quarantined;
use actors::model::queue::Floor;
use actors::model::session::{HealthState, SessionState};
use actors::model::status::StatusUpdate;
use actors::ports::store::{
    Appended, Begun, ChangeWrite, ConversationStore, EventStore, InboundAppend, JobStore,
    LineStore, MessageStore, OutboundAppend, QueueStore, Queued, Raised, Receipt, SessionStore,
    StoreError,
};
use actors::time::Timestamp;
use async_trait::async_trait;

use super::Store;
use super::lane::{Begin, Settle};

#[async_trait]
impl MessageStore for Store {
    async fn append_inbound(&self, append: InboundAppend) -> Result<Appended, StoreError> {
        self.append(append).await
    }

    async fn append_outbound(&self, append: OutboundAppend) -> Result<Queued, StoreError> {
        self.queue_with_others(append).await
    }

    async fn begin_attempt(
        &self,
        job: JobId,
        message: MessageId,
        lease: Option<Lease>,
    ) -> Result<Begun, StoreError> {
        self.begin_with_others(Begin {
            job,
            message,
            lease,
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
        self.settle_with_others(Settle {
            job,
            message,
            attempt,
            outcome,
            retry_at,
        })
        .await
    }

    async fn raise_status(
        &self,
        organization: OrganizationId,
        session: SessionId,
        update: StatusUpdate,
    ) -> Result<Raised, StoreError> {
        self.raise_with_others(organization, session, update).await
    }
}

#[async_trait]
impl ConversationStore for Store {
    async fn load_conversation(
        &self,
        key: &ConversationKey,
        identities: &[Identity],
    ) -> Result<Option<ConversationState>, StoreError> {
        self.load_state(key, identities).await
    }

    async fn locate_conversation(
        &self,
        organization: OrganizationId,
        id: ConversationId,
    ) -> Result<Option<ConversationKey>, StoreError> {
        self.locate(organization, id).await
    }

    async fn open_conversation(
        &self,
        key: &ConversationKey,
        identities: &[Identity],
    ) -> Result<(ConversationState, Receipt), StoreError> {
        self.open_thread(key, identities).await
    }

    async fn change_conversation(
        &self,
        write: ChangeWrite,
    ) -> Result<(ConversationState, Receipt), StoreError> {
        self.change_with_others(write).await
    }
}

#[async_trait]
impl JobStore for Store {
    async fn claim_jobs(
        &self,
        limit: u32,
        lease: Duration,
        lines: Option<&[SessionId]>,
    ) -> Result<Vec<Job>, StoreError> {
        self.claim(limit, lease, lines).await
    }

    async fn finish_job(&self, job: &Job, after: After) -> Result<Receipt, StoreError> {
        self.finish(job, after).await
    }

    async fn release_jobs(&self) -> Result<(), StoreError> {
        self.release().await
    }

    async fn next_job_at(
        &self,
        lines: Option<&[SessionId]>,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.next_job(lines).await
    }

    async fn quarantine(&self, entry: Quarantined) -> Result<Receipt, StoreError> {
        self.put_in_quarantine(&entry).await
    }
}

#[async_trait]
impl LineStore for Store {
    async fn waiting_lines(&self) -> Result<Vec<SessionId>, StoreError> {
        self.lines_with_jobs().await
    }

    async fn put_off(&self, session: SessionId, limit: u32) -> Result<Vec<PutOff>, StoreError> {
        self.put_off_jobs(session, limit).await
    }

    async fn take_line(&self, life: i64, session: SessionId) -> Result<Option<i64>, StoreError> {
        self.take_lease(life, session).await
    }

    async fn release_lines(&self, life: i64, sessions: &[SessionId]) -> Result<(), StoreError> {
        self.release_leases(life, sessions).await
    }
}

#[async_trait]
impl EventStore for Store {
    async fn head(&self, organization: OrganizationId) -> Result<Cursor, StoreError> {
        self.read_head(organization).await
    }

    async fn events_since(
        &self,
        organization: OrganizationId,
        seq: i64,
        limit: u32,
    ) -> Result<Option<Vec<Arc<Envelope>>>, StoreError> {
        self.read_events(organization, seq, limit).await
    }
}

#[async_trait]
impl SessionStore for Store {
    async fn load_session(&self, id: SessionId) -> Result<Option<SessionState>, StoreError> {
        self.unscoped().load_session_state(id).await
    }

    async fn set_health(
        &self,
        id: SessionId,
        health: HealthState,
        reason: Option<String>,
    ) -> Result<Receipt, StoreError> {
        self.unscoped().set_session_health(id, health, reason).await
    }
}

#[async_trait]
impl QueueStore for Store {
    async fn organizations_with_lines(&self) -> Result<Vec<OrganizationId>, StoreError> {
        self.unscoped().organizations_with_lines().await
    }

    async fn load_floor(&self, organization: OrganizationId) -> Result<Floor, StoreError> {
        self.tenant(organization).floor().await
    }

    async fn floor_head(&self, organization: OrganizationId) -> Result<i64, StoreError> {
        Ok(self.read_head(organization).await?.seq)
    }

    async fn replies_since(
        &self,
        organization: OrganizationId,
        since: Timestamp,
    ) -> Result<Vec<(UserId, Timestamp)>, StoreError> {
        self.tenant(organization).replies(since).await
    }

    async fn note_missed(
        &self,
        organization: OrganizationId,
        user: UserId,
    ) -> Result<Receipt, StoreError> {
        self.tenant(organization).miss(user).await
    }
}
