//! A hub with everything around it faked, on the arbiter of the running test.

use std::sync::Arc;

use actix::Addr;
use actix_rt::{Arbiter, ArbiterHandle};

use crate::conversation::rules;
use crate::event::{Cursor, Envelope};
use crate::feed::Feed;
use crate::hub::{Arbiters, Hub, HubError, Ports};
use crate::model::conversation::{Conversation, ConversationKey};
use crate::model::ids::{ConversationId, OrganizationId, SessionId};
use crate::model::inbound::InboundMessage;
use crate::model::node::Membership;
use crate::model::user::{Actor, Role, UserBrief, Who};
use crate::ports::clock::Clock;
use crate::ports::store::{Appended, EventStore, InboundAppend, Receipt};
use crate::testing::{
    LinkedPeers, MemoryStore, PlainLinks, RecordingBus, ScriptedProvider, ScriptedWorker,
    TestClock, TestSocket, build,
};
use crate::time::Timestamp;

/// The hub, its fakes, and one organization with a number and an agent.
pub struct Stage {
    pub hub: Hub,
    pub store: Arc<MemoryStore>,
    pub provider: Arc<ScriptedProvider>,
    pub bus: Arc<RecordingBus>,
    pub peers: Arc<LinkedPeers>,
    pub worker: Arc<ScriptedWorker>,
    pub clock: Arc<TestClock>,
    pub organization: OrganizationId,
    pub session: SessionId,
    pub user: UserBrief,
}

impl Stage {
    /// Sets everything up on the current arbiter.
    pub fn set() -> Self {
        let clock = Arc::new(TestClock::default());
        let store = Arc::new(MemoryStore::new(Arc::clone(&clock) as Arc<dyn Clock>));
        let provider = Arc::new(ScriptedProvider::default());
        let bus = Arc::new(RecordingBus::default());
        let peers = Arc::new(LinkedPeers::default());
        let worker = Arc::new(ScriptedWorker::default());
        let organization = store.add_organization();
        let session = store.add_session(organization);
        let user = store.add_user("Jo");
        let ports = Ports {
            store: Arc::clone(&store) as _,
            provider: Arc::clone(&provider) as _,
            bus: Arc::clone(&bus) as _,
            peers: Arc::clone(&peers) as _,
            clock: Arc::clone(&clock) as _,
            worker: Arc::clone(&worker) as _,
            media: Arc::new(PlainLinks),
        };
        let hub = start(ports, None, &Arbiter::current());
        Self {
            hub,
            store,
            provider,
            bus,
            peers,
            worker,
            clock,
            organization,
            session,
            user,
        }
    }

    /// Another hub on the same fakes: the node's next life, or its neighbour.
    pub fn start_again(&self) -> Hub {
        self.start_on(&Arbiter::current())
    }

    /// [`Stage::start_again`], with its actors on that arbiter.
    pub fn start_on(&self, arbiter: &ArbiterHandle) -> Hub {
        start(self.hub.ports().clone(), None, arbiter)
    }

    /// [`Stage::start_again`], knowing who is there.
    pub fn start_among(&self, members: Membership) -> Hub {
        let here = Arbiter::current();
        start(self.hub.ports().clone(), Some(members), &here)
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The agent.
    pub fn agent(&self) -> Actor {
        build::actor(self.organization, &self.user, Role::Agent)
    }

    /// The feed.
    pub fn feed(&self) -> &Addr<Feed> {
        self.hub.feed().unwrap()
    }

    /// Takes in a contact's message through the hub.
    pub async fn receive(&self, message: impl Into<InboundMessage>) -> Result<(), HubError> {
        self.hub
            .receive(self.organization, self.session, message.into())
            .await
    }

    /// A conversation in which the contact wrote just now.
    pub async fn conversation(&self, digits: &str) -> ConversationId {
        let message = build::inbound(digits, "hello").at(self.now());
        self.receive(message).await.unwrap();
        self.row_of(digits).id
    }

    /// The list row of the contact with that number.
    pub fn row_of(&self, digits: &str) -> Conversation {
        let mut rows = self.store.conversations(self.organization).into_iter();
        rows.find(|row| row.contact.phone.as_deref() == Some(digits))
            .unwrap()
    }

    /// Stores a contact's message without telling the hub, as another node would.
    pub async fn store_elsewhere(&self, message: impl Into<InboundMessage>) -> Receipt {
        store_inbound(
            self.store.as_ref(),
            self.organization,
            self.session,
            message,
        )
        .await
    }

    /// A socket of an agent.
    pub async fn socket(&self) -> (TestSocket, Cursor) {
        self.socket_of(Role::Agent).await
    }

    /// A socket of somebody with that role.
    pub async fn socket_of(&self, role: Role) -> (TestSocket, Cursor) {
        let who = Who::User(self.user.id);
        TestSocket::join(self.feed(), self.organization, who, role)
            .await
            .unwrap()
    }

    /// Every event so far.
    pub async fn events(&self) -> Vec<Arc<Envelope>> {
        let events = self.store.events_since(self.organization, 0, u32::MAX);
        events.await.unwrap().unwrap()
    }
}

fn start(ports: Ports, members: Option<Membership>, arbiter: &ArbiterHandle) -> Hub {
    Hub::start(ports, Arbiters::only(arbiter.clone()), arbiter, members).unwrap()
}

/// Appends an inbound message as a conversation's actor does, deciding anew on conflicts.
pub async fn store_inbound(
    store: &(impl crate::ports::store::Store + ?Sized),
    organization: OrganizationId,
    session: SessionId,
    message: impl Into<InboundMessage>,
) -> Receipt {
    match try_store_inbound(store, organization, session, message).await {
        Appended::Stored { receipt, .. } => receipt,
        Appended::Duplicate => Receipt::default(),
    }
}

/// Like [`store_inbound`], with the whole answer.
pub async fn try_store_inbound(
    store: &(impl crate::ports::store::Store + ?Sized),
    organization: OrganizationId,
    session: SessionId,
    message: impl Into<InboundMessage>,
) -> Appended {
    let message = message.into();
    let key = ConversationKey::of(organization, session, &message.identities).unwrap();
    for _ in 0..100 {
        let loaded = store.load_conversation(&key, &message.identities).await;
        let state = loaded.unwrap().map(Arc::new);
        let current = state.as_ref().map(|state| &state.conversation);
        let append = InboundAppend {
            key: key.clone(),
            reception: rules::receive(current, &message),
            received_at: message.sent_at,
            state,
            message: message.clone().into(),
        };
        match store.append_inbound(append).await {
            Err(crate::ports::store::StoreError::Conflict) => {}
            answer => return answer.unwrap(),
        }
    }
    panic!("the conversation never stood still");
}
