//! The common ground of the stories: one organization, and short words for what happens in it.

use std::sync::Arc;
use std::time::Duration;

use crate::event::{Envelope, Event};
use crate::model::contact::Identity;
use crate::model::conversation::{ConversationChange, ConversationKey, ConversationState};
use crate::model::ids::{ConversationId, SessionId};
use crate::model::inbound::InboundMessage;
use crate::model::job::{Job, Task};
use crate::model::message::Message;
use crate::model::outbound::{Draft, Outcome, Parcel};
use crate::model::status::StatusUpdate;
use crate::model::user::{Actor, Role};
use crate::ports::store::{
    Appended, Begun, ChangeWrite, OutboundAppend, Queued, Raised, Receipt, Store, StoreError,
};
use crate::testing::build::{actor, inbound, phone};
use crate::testing::stage::try_store_inbound;
use crate::testing::store_suite::{Fixture, Tenant};
use crate::time::Timestamp;

/// A claim that outlasts every story.
pub const LONG: Duration = Duration::from_secs(3600);
/// The phone number of the contact that most stories are about.
pub const ANN: &str = "491701234567";

/// One organization and the store under test.
pub struct Scene<'a> {
    pub on: &'a dyn Fixture,
    pub store: Arc<dyn Store>,
    pub tenant: Tenant,
}

impl<'a> Scene<'a> {
    /// A fresh organization.
    pub async fn set(on: &'a dyn Fixture) -> Self {
        Self {
            on,
            store: on.store(),
            tenant: on.tenant().await,
        }
    }

    /// The store's time.
    pub fn now(&self) -> Timestamp {
        self.on.now()
    }

    /// The key by which a contact's actor is found.
    pub fn key(&self, identities: &[Identity]) -> ConversationKey {
        ConversationKey::of(self.tenant.organization, self.tenant.session, identities).unwrap()
    }

    /// Stores a contact's message at the first number.
    pub async fn receive(&self, message: impl Into<InboundMessage>) -> Appended {
        self.receive_at(self.tenant.session, message).await
    }

    /// Stores a contact's message at that number.
    pub async fn receive_at(
        &self,
        session: SessionId,
        message: impl Into<InboundMessage>,
    ) -> Appended {
        let store = self.store.as_ref();
        try_store_inbound(store, self.tenant.organization, session, message).await
    }

    /// Ann wrote just now; her conversation.
    pub async fn with_ann(&self) -> Arc<ConversationState> {
        stored(self.receive(inbound(ANN, "hello").at(self.now())).await).0
    }

    /// The conversation's state as it is stored now.
    pub async fn state_of(&self, identities: &[Identity]) -> ConversationState {
        let key = self.key(identities);
        let found = self.store.load_conversation(&key, identities).await;
        found.unwrap().unwrap()
    }

    /// Ann's conversation as it is stored now.
    pub async fn anns(&self) -> Arc<ConversationState> {
        Arc::new(self.state_of(&[phone(ANN)]).await)
    }

    /// Queues a draft in Ann's conversation.
    pub async fn say(&self, draft: impl Into<Draft>) -> Queued {
        let state = self.anns().await;
        self.say_on(state, draft).await.unwrap()
    }

    /// Queues a draft, having decided on that state.
    pub async fn say_on(
        &self,
        state: Arc<ConversationState>,
        draft: impl Into<Draft>,
    ) -> Result<Queued, StoreError> {
        let append = OutboundAppend {
            status: state.conversation.status,
            state,
            draft: draft.into(),
            now: self.now(),
        };
        self.store.append_outbound(append).await
    }

    /// Queues a draft in Ann's conversation and takes its job.
    pub async fn queue(&self, draft: impl Into<Draft>) -> (Arc<Message>, Job) {
        let (message, _) = queued(self.say(draft).await);
        let jobs = self.claim().await;
        let of_message = |job: &Job| matches!(job.task, Task::SendMessage { message: id, .. } if id == message.id);
        let job = jobs.into_iter().find(of_message).unwrap();
        (message, job)
    }

    /// Queues a draft, begins its attempt and lets it end like that.
    pub async fn send(&self, draft: impl Into<Draft>, outcome: Outcome) -> (Arc<Message>, Receipt) {
        let (message, job) = self.queue(draft).await;
        let parcel = go(self
            .store
            .begin_attempt(job.id, message.id, None)
            .await
            .unwrap());
        let settle = self
            .store
            .settle_attempt(job.id, message.id, parcel.attempt, outcome, None);
        (message, settle.await.unwrap())
    }

    /// What the provider says of one of our messages.
    pub async fn hear(&self, update: StatusUpdate) -> Raised {
        let (organization, session) = (self.tenant.organization, self.tenant.session);
        self.store
            .raise_status(organization, session, update)
            .await
            .unwrap()
    }

    /// Changes a conversation.
    pub async fn change(
        &self,
        state: &ConversationState,
        change: &ConversationChange,
        by: &Actor,
        task: Option<Task>,
    ) -> Result<(ConversationState, Receipt), StoreError> {
        let write = ChangeWrite {
            state: Arc::new(state.clone()),
            change: change.clone(),
            by: by.clone(),
            task,
            once: None,
        };
        self.store.change_conversation(write).await
    }

    /// Takes all due jobs of the organization for long.
    pub async fn claim(&self) -> Vec<Job> {
        self.claim_for(LONG).await
    }

    /// Takes all due jobs of the organization.
    pub async fn claim_for(&self, lease: Duration) -> Vec<Job> {
        let mut jobs = self.store.claim_jobs(1000, lease, None).await.unwrap();
        jobs.retain(|job| job.organization == self.tenant.organization);
        jobs
    }

    /// The visible lines of a thread.
    pub async fn thread(&self, conversation: ConversationId) -> Vec<Message> {
        self.on.thread(&self.tenant, conversation).await
    }

    /// The message as it is stored now, by its last event.
    pub async fn message(&self, of: &Message) -> Message {
        let events = self.events().await;
        let mut messages = events
            .iter()
            .rev()
            .filter_map(|event| event.event.message());
        let found = messages.find(|message| message.id == of.id);
        Message::clone(found.unwrap())
    }

    /// All events of the organization; holds them to be numbered from 1 without a hole.
    pub async fn events(&self) -> Vec<Arc<Envelope>> {
        let organization = self.tenant.organization;
        let events = self.store.events_since(organization, 0, 10_000).await;
        let events = events.unwrap().unwrap();
        for (event, number) in events.iter().zip(1..) {
            assert_eq!(event.seq, number, "a hole or a double in the numbers");
            assert_eq!(event.organization, organization);
        }
        let head = self.store.head(organization).await.unwrap();
        assert_eq!(head.seq, i64::try_from(events.len()).unwrap());
        events
    }

    /// The names of all events of the organization.
    pub async fn names(&self) -> Vec<&'static str> {
        names(&self.events().await)
    }

    /// Somebody who changes things.
    pub fn agent(&self) -> Actor {
        actor(self.tenant.organization, &self.tenant.user, Role::Agent)
    }
}

/// The names of events.
pub fn names(events: &[Arc<Envelope>]) -> Vec<&'static str> {
    events.iter().map(|event| event.event.name()).collect()
}

/// The state and the receipt of what was stored.
#[track_caller]
pub fn stored(answer: Appended) -> (Arc<ConversationState>, Receipt) {
    match answer {
        Appended::Stored { state, receipt } => (state, receipt),
        Appended::Duplicate => panic!("it was stored before"),
    }
}

/// The message and the receipt of what was queued.
#[track_caller]
pub fn queued(answer: Queued) -> (Arc<Message>, Receipt) {
    match answer {
        Queued::Stored {
            message, receipt, ..
        } => (message, receipt),
        other => panic!("not queued: {other:?}"),
    }
}

/// The parcel of an attempt that may be made.
#[track_caller]
pub fn go(begun: Begun) -> Parcel {
    match begun {
        Begun::Go(parcel) => parcel,
        other => panic!("no attempt may be made: {other:?}"),
    }
}

/// The last message event of a receipt.
#[track_caller]
pub fn told(receipt: &Receipt) -> Arc<Message> {
    let mut events = receipt.envelopes.iter().rev();
    let message = events.find_map(|event| event.event.message());
    Arc::clone(message.unwrap())
}

/// Whether the event is about a conversation or one of its messages.
pub fn is_about(event: &Event, conversation: ConversationId) -> bool {
    event.conversation() == Some(conversation)
}

/// An accepted POST.
pub fn accepted(provider_id: &str) -> Outcome {
    Outcome::Accepted {
        provider_id: provider_id.to_owned(),
    }
}
