//! The address book and supervisor of this node's actors: starts, finds, restarts and passivates them, and is
//! the one way in for HTTP and sockets. Decides nothing about messages; stores nothing.

mod arbiters;
mod ask;
mod change;
mod dispatching;
mod elsewhere;
pub mod error;
mod lines;
mod queues;

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use actix::dev::ToEnvelope;
use actix::{Actor as ActixActor, Addr, Handler, Message as ActixMessage};
use actix_rt::ArbiterHandle;
use tracing::Span;

pub use error::HubError;

pub use self::arbiters::{Arbiters, MakeArbiter};
use self::ask::{Asked, ask};
pub(crate) use self::lines::{Line, Right};
use crate::cluster::Cluster;
use crate::cluster::request::Travels;
use crate::conversation::{Conversation, LastInbound, Open, Receive, Send};
use crate::directory::{Directory, Loan};
use crate::dispatcher::Dispatcher;
use crate::feed::{Feed, Publish};
use crate::figure;
use crate::guard::{self, RestartPolicy};
use crate::model::contact::Identity;
use crate::model::conversation::ConversationKey;
use crate::model::ids::{AttemptId, ConversationId, OrganizationId, SessionId};
use crate::model::inbound::InboundMessage;
use crate::model::message::Message;
use crate::model::node::Membership;
use crate::model::outbound::Draft;
use crate::model::quarantine::{QuarantineSource, Quarantined};
use crate::model::session::SessionState;
use crate::model::status::{MessageStatus, StatusUpdate};
use crate::model::user::Actor;
use crate::ports::bus::Bus;
use crate::ports::clock::Clock;
use crate::ports::media::MediaLinks;
use crate::ports::peers::Peers;
use crate::ports::provider::Provider;
use crate::ports::store::{Herald, Raised, Receipt, Store};
use crate::ports::worker::Worker;
use crate::queue::Queues;
use crate::session::{Describe, Refresh, Session};
use crate::time::Timestamp;
use crate::trail::{self, Trail};

/// Mailboxes by the actors' own count; `send` always adds one place, so what bounds them is said elsewhere.
const CONVERSATION_MAILBOX: usize = 64;
const SESSION_MAILBOX: usize = 1024;
const FEED_MAILBOX: usize = 64 * 1024;
/// A message that kills its actor this often goes to quarantine.
const MAX_TRIES: u32 = 3;
/// How often somebody is asked whose actor ended before it came to the message.
const MAX_ASKED: u32 = 12;
/// Messages that may wait in front of one conversation; whoever comes then hears `Busy`.
const MAX_ASKERS: usize = 1024;
/// Conversations whose key is remembered: some 20 MB at most.
const MOST_KEYS: u64 = 100_000;
/// How long a call of the provider may take that nobody repeats.
const TYPING_TIMEOUT: Duration = Duration::from_secs(10);

/// What the actors need of the world.
#[derive(Clone)]
pub struct Ports {
    pub store: Arc<dyn Store>,
    pub provider: Arc<dyn Provider>,
    pub bus: Arc<dyn Bus>,
    pub peers: Arc<dyn Peers>,
    pub clock: Arc<dyn Clock>,
    pub worker: Arc<dyn Worker>,
    pub media: Arc<dyn MediaLinks>,
}

/// A handle on this node's actors; cheap to clone.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    ports: Ports,
    arbiters: Arbiters,
    conversations: Directory<ConversationKey, Conversation>,
    sessions: Directory<SessionId, Session>,
    queues: Directory<OrganizationId, Queues>,
    /// Which conversation an id names: for ever the same.
    keys: moka::sync::Cache<ConversationId, ConversationKey>,
    /// Replaced when the thread that it lives on has ended.
    dispatcher: Mutex<Option<Addr<Dispatcher>>>,
    dispatcher_woken: AtomicBool,
    /// This node ends.
    draining: AtomicBool,
    feed: OnceLock<Addr<Feed>>,
    policy: RestartPolicy,
    cluster: Cluster,
    /// Makes the keys of commands that must not be done twice.
    commands: AtomicU64,
}

impl Hub {
    /// Starts the hub: the feed on `feed_arbiter`, which floods of sockets may keep busy without slowing the others, and all
    /// else on `arbiters`. `members` is who is there, when
    /// there may be others: known before the first job is claimed, so that nothing of theirs is.
    pub fn start(
        ports: Ports,
        arbiters: Arbiters,
        feed_arbiter: &ArbiterHandle,
        members: Option<Membership>,
    ) -> Option<Self> {
        let hub = Self {
            inner: Arc::new(Inner {
                ports,
                arbiters,
                conversations: Directory::new(),
                sessions: Directory::new(),
                queues: Directory::new(),
                keys: moka::sync::Cache::new(MOST_KEYS),
                dispatcher: Mutex::default(),
                dispatcher_woken: AtomicBool::new(false),
                draining: AtomicBool::new(false),
                feed: OnceLock::new(),
                policy: RestartPolicy::default(),
                cluster: Cluster::among(members),
                commands: AtomicU64::new(0),
            }),
        };
        let ports = hub.inner.ports.clone();
        let feed = guard::start(
            feed_arbiter,
            FEED_MAILBOX,
            tireless(),
            move |_| Feed::new(ports),
            |_| {},
        )?;
        hub.inner.feed.set(feed).ok()?;
        hub.dispatcher()?;
        Some(hub)
    }

    /// Takes in a contact's message; returns when it is stored (or was before, or lies in quarantine).
    pub async fn receive(
        &self,
        organization: OrganizationId,
        session: SessionId,
        message: InboundMessage,
    ) -> Result<(), HubError> {
        let Some(key) = ConversationKey::of(organization, session, &message.identities) else {
            return Err(HubError::Invalid("the message names no contact".to_owned()));
        };
        let receive = Receive {
            message: Arc::new(message),
            span: step_of(&key),
        };
        match self.ask_owner(&key, &receive).await {
            Some(received) => received,
            None => self.receive_here(&key, receive).await,
        }
    }

    async fn receive_here(&self, key: &ConversationKey, asked: Receive) -> Result<(), HubError> {
        match self.insist(key, &asked).await {
            Ok(result) => result,
            Err(Asked::Died) => self.put_aside(key, &asked.message).await,
            Err(asked) => Err(asked.into_error()),
        }
    }

    /// Takes in what the provider says of a message that we sent.
    pub async fn raise_status(
        &self,
        organization: OrganizationId,
        session: SessionId,
        update: StatusUpdate,
    ) -> Result<(), HubError> {
        // Not the provider's id: the contact's number can be read from it. Nor an echo that is not ours.
        tracing::debug!(
            session.id = %session,
            attempt.id = attempt_of(&update).map(tracing::field::display),
            status = update.status.as_str(),
            "a status arrived"
        );
        let failed = (update.status == MessageStatus::Failed)
            .then(|| update.error.as_ref().map_or(0, |fault| fault.code));
        if let Raised::Changed(receipt) = self
            .store()
            .raise_status(organization, session, update)
            .await?
        {
            if let Some(code) = failed {
                metrics::counter!(figure::MESSAGES_FAILED_TOTAL, "code" => code.to_string())
                    .increment(1);
            }
            self.announce(receipt);
        }
        Ok(())
    }

    /// Says something in an existing conversation.
    pub async fn send(
        &self,
        by: &Actor,
        id: ConversationId,
        draft: Draft,
    ) -> Result<Arc<Message>, HubError> {
        let key = self.key_of(by, id).await?;
        if !draft.note {
            self.check_session(key.session).await?;
        }
        self.say(&key, draft).await
    }

    /// Says something to a contact by phone number or user id, opening the conversation when there is none.
    pub async fn open_and_send(
        &self,
        by: &Actor,
        session: SessionId,
        to: Vec<Identity>,
        draft: Draft,
    ) -> Result<Arc<Message>, HubError> {
        if self.describe(session).await?.organization != by.organization {
            return Err(HubError::NotFound);
        }
        self.check_session(session).await?;
        let key = ConversationKey::of(by.organization, session, &to)
            .ok_or_else(|| HubError::Invalid("no recipient".to_owned()))?;
        let open = Open {
            identities: to,
            span: step_of(&key),
        };
        self.tell(&key, open).await?;
        self.say(&key, draft).await
    }

    /// Shows the contact that somebody types, for up to 25 s; does nothing when the contact never wrote.
    pub async fn show_typing(&self, by: &Actor, id: ConversationId) -> Result<(), HubError> {
        let key = self.key_of(by, id).await?;
        self.check_session(key.session).await?;
        let Some(provider_id) = self.tell(&key, LastInbound).await? else {
            return Ok(());
        };
        // A typing indicator is worth one try only, so it is no job.
        let call = self
            .inner
            .ports
            .provider
            .mark_read(key.session, &provider_id, true);
        if let Ok(Err(error)) = tokio::time::timeout(TYPING_TIMEOUT, call).await {
            tracing::debug!(session.id = %key.session, %error, "the typing indicator was not shown");
        }
        Ok(())
    }

    /// Tells this node's sockets and the other nodes what a transaction stored, and wakes the dispatcher.
    pub fn announce(&self, receipt: Receipt) {
        let mut trail = Trail::default();
        if trail::is_followed() {
            trail.note(&receipt, &Span::current());
        }
        self.announce_along(receipt, trail);
    }

    fn announce_along(&self, receipt: Receipt, trail: Trail) {
        if receipt.jobs {
            self.wake_lines(&receipt.envelopes);
            self.wake_dispatcher();
        }
        if receipt.envelopes.is_empty() {
            return;
        }
        self.inner.ports.bus.publish(&receipt.envelopes);
        self.tell_lines(&receipt.envelopes);
        if let Some(feed) = self.inner.feed.get()
            && feed
                .try_send(Publish {
                    envelopes: receipt.envelopes,
                    trail,
                })
                .is_err()
        {
            // A full mailbox drops the message; the feed sees the hole and reads it from the store.
            metrics::counter!(figure::MAILBOX_FULL_TOTAL, "actor" => "feed").increment(1);
        }
    }

    /// The way in for a store that tells of its commits itself; does not keep the hub alive.
    pub fn herald(&self) -> Herald {
        let hub = Arc::downgrade(&self.inner);
        Box::new(move |receipt, trail| {
            if let Some(inner) = hub.upgrade() {
                Self { inner }.announce_along(receipt, trail);
            }
        })
    }

    /// A number's settings changed.
    pub fn refresh_session(&self, session: SessionId) {
        if let Some(loan) = self.inner.sessions.find(&session) {
            loan.addr().do_send(Refresh);
        }
    }

    /// How many organizations' lines are kept here.
    pub fn lines(&self) -> usize {
        self.inner.queues.len()
    }

    /// The feed of this node.
    pub fn feed(&self) -> Option<&Addr<Feed>> {
        self.inner.feed.get()
    }

    /// How many conversations are in memory.
    pub fn conversations(&self) -> usize {
        self.inner.conversations.len()
    }

    /// How many numbers' actors are in memory.
    pub fn sessions(&self) -> usize {
        self.inner.sessions.len()
    }

    pub(crate) fn store(&self) -> &dyn Store {
        self.inner.ports.store.as_ref()
    }

    pub(crate) fn ports(&self) -> &Ports {
        &self.inner.ports
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.ports.clock.now()
    }

    pub(crate) fn retire_conversation(&self, key: &ConversationKey) -> bool {
        self.inner.conversations.retire(key)
    }

    pub(crate) fn retire_session(&self, id: SessionId) -> bool {
        self.inner.sessions.retire(&id)
    }

    /// Lends the actor of a number.
    pub(crate) fn session(&self, id: SessionId) -> Option<Loan<Session>> {
        self.inner.sessions.lend(&id, || {
            self.inner.arbiters.start(&id, |arbiter| {
                let (hub, forget) = (self.clone(), self.clone());
                guard::start(
                    arbiter,
                    SESSION_MAILBOX,
                    self.inner.policy,
                    move |_| Session::new(hub, id),
                    move |_| forget.inner.sessions.forget(&id),
                )
            })
        })
    }

    async fn describe(&self, id: SessionId) -> Result<Arc<SessionState>, HubError> {
        let loan = self.session(id).ok_or_else(stopping)?;
        ask(&loan, Describe).await.map_err(Asked::into_error)?
    }

    async fn check_session(&self, id: SessionId) -> Result<Arc<SessionState>, HubError> {
        let state = self.describe(id).await?;
        if !state.enabled {
            return Err(HubError::SessionDisabled);
        }
        if state.health.stops_sending() {
            return Err(HubError::SessionStopped {
                reason: state.health.as_str().to_owned(),
            });
        }
        Ok(state)
    }

    async fn key_of(&self, by: &Actor, id: ConversationId) -> Result<ConversationKey, HubError> {
        let organization = by.organization;
        let known = self.inner.keys.get(&id);
        if let Some(key) = known.filter(|key| key.organization == organization) {
            return Ok(key);
        }
        let found = self.store().locate_conversation(organization, id).await?;
        let key = found.ok_or(HubError::NotFound)?;
        self.inner.keys.insert(id, key.clone());
        Ok(key)
    }

    /// Asks a conversation to send; a message without an idempotency key is not asked for again, because the
    /// first try may have stored it. One that may have to be asked for twice gets a key.
    async fn say(&self, key: &ConversationKey, mut draft: Draft) -> Result<Arc<Message>, HubError> {
        if draft.client_key.is_none() {
            draft.client_key = self.command_key();
        }
        let is_repeatable = draft.client_key.is_some();
        let span = step_of(key);
        let send = Send { draft, span };
        if is_repeatable {
            return self.tell(key, send).await;
        }
        let asked = self.ask_conversation(key, send).await;
        asked.map_err(Asked::into_error)?
    }

    /// Asks a conversation wherever its actor lives; here, when the node that owns it does not answer.
    async fn tell<M, T>(&self, key: &ConversationKey, message: M) -> Result<T, HubError>
    where
        M: Travels<T> + Clone + std::marker::Send + std::marker::Sync + 'static,
        T: std::marker::Send + 'static,
        Conversation: Handler<M>,
        <Conversation as ActixActor>::Context: ToEnvelope<Conversation, M>,
    {
        match self.ask_owner(key, &message).await {
            Some(done) => done,
            None => self.tell_here(key, message).await,
        }
    }

    /// Asks a conversation, once more when its actor died meanwhile: what was asked either committed in a way
    /// that a repetition recognises, or not at all.
    async fn tell_here<M, T>(&self, key: &ConversationKey, message: M) -> Result<T, HubError>
    where
        M: ActixMessage<Result = Result<T, HubError>> + Clone + std::marker::Send + 'static,
        T: std::marker::Send + 'static,
        Conversation: Handler<M>,
        <Conversation as ActixActor>::Context: ToEnvelope<Conversation, M>,
    {
        match self.insist(key, &message).await {
            Ok(result) => result,
            Err(Asked::Died) => Err(HubError::Broken(
                "the conversation's actor keeps failing on this request".to_owned(),
            )),
            Err(asked) => Err(asked.into_error()),
        }
    }

    /// Asks until there is an answer, or the actor died of this message often enough. Who only waited behind a
    /// message that ended the actor for good asks the next one, and it does not count.
    async fn insist<M>(&self, key: &ConversationKey, message: &M) -> Result<M::Result, Asked>
    where
        M: ActixMessage + Clone + std::marker::Send + 'static,
        M::Result: std::marker::Send + 'static,
        Conversation: Handler<M>,
        <Conversation as ActixActor>::Context: ToEnvelope<Conversation, M>,
    {
        let mut deaths = 0;
        for _ in 0..MAX_ASKED {
            match self.ask_conversation(key, message.clone()).await {
                Err(Asked::Died) => deaths += 1,
                Err(Asked::Ended) => {}
                answer => return answer,
            }
            if deaths == MAX_TRIES {
                return Err(Asked::Died);
            }
        }
        Err(Asked::Ended)
    }

    async fn ask_conversation<M>(
        &self,
        key: &ConversationKey,
        message: M,
    ) -> Result<M::Result, Asked>
    where
        M: ActixMessage + std::marker::Send + 'static,
        M::Result: std::marker::Send + 'static,
        Conversation: Handler<M>,
        <Conversation as ActixActor>::Context: ToEnvelope<Conversation, M>,
    {
        let loan = self.conversation(key);
        let loan = loan.ok_or_else(|| Asked::Failed(stopping()))?;
        if loan.askers() > MAX_ASKERS {
            metrics::counter!(figure::MAILBOX_FULL_TOTAL, "actor" => "conversation").increment(1);
            return Err(Asked::Failed(HubError::Busy));
        }
        ask(&loan, message).await
    }

    fn conversation(&self, key: &ConversationKey) -> Option<Loan<Conversation>> {
        self.inner.conversations.lend(key, || {
            self.inner.arbiters.start(key, |arbiter| {
                let (hub, forget) = (self.clone(), self.clone());
                let (of, gone) = (key.clone(), key.clone());
                guard::start(
                    arbiter,
                    CONVERSATION_MAILBOX,
                    self.inner.policy,
                    move |_| Conversation::new(hub, of),
                    move |_| forget.inner.conversations.forget(&gone),
                )
            })
        })
    }

    async fn put_aside(
        &self,
        key: &ConversationKey,
        message: &InboundMessage,
    ) -> Result<(), HubError> {
        let payload =
            serde_json::to_vec(message).map_err(|error| HubError::Broken(error.to_string()))?;
        let entry = Quarantined {
            organization: key.organization,
            session: Some(key.session),
            source: QuarantineSource::Webhook,
            reason: format!("processing this message failed {MAX_TRIES} times"),
            tries: i32::try_from(MAX_TRIES).unwrap_or(i32::MAX),
            payload,
        };
        let receipt = self.store().quarantine(entry).await?;
        self.announce(receipt);
        Ok(())
    }
}

fn attempt_of(update: &StatusUpdate) -> Option<AttemptId> {
    update.attempt.as_deref()?.parse().ok()
}

/// Feed and dispatcher never stop: a generous limit, and they start empty after a panic.
fn tireless() -> RestartPolicy {
    RestartPolicy {
        limit: u32::MAX,
        ..RestartPolicy::default()
    }
}

/// No actor can be started any more. Another node that asked does it itself.
fn stopping() -> HubError {
    HubError::Unavailable("this node is stopping".to_owned())
}

/// The step of a message at its conversation, from here until it is handled.
fn step_of(key: &ConversationKey) -> Span {
    trail::carry(tracing::debug_span!("conversation", session.id = %key.session))
}
