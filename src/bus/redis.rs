//! The bus between several nodes: Redis pub/sub, one channel per organization. Publishing never waits: a
//! bounded queue stands in front, and what finds it full or the link down is dropped. Everything lives in
//! tasks on the shared runtime, because a web worker's runtime dies with its worker.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actors::event::Envelope;
use actors::figure;
use actors::model::ids::OrganizationId;
use actors::ports::bus::Bus;
use async_trait::async_trait;
use fred::clients::{Client, SubscriberClient};
use fred::interfaces::{ClientLike, EventInterface, PubsubInterface};
use fred::types::config::{Config, ReconnectPolicy};
use fred::types::{Builder, ClientState, Message};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{mpsc, oneshot};
use tokio::time::MissedTickBehavior;

use super::Incoming;
use super::wire::{self, Key, Read};

/// Transactions whose events may wait for Redis.
const QUEUE: usize = 4096;
/// Transactions that share one message at most.
const BATCH: usize = 256;
/// Requests to (un)subscribe that may wait.
const REQUESTS: usize = 1024;
/// Messages of other nodes that may wait to be read.
const ARRIVALS: usize = 8192;
/// Redis answers within this or counts as down.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a joining socket waits for its subscription; later the feed's repair fills the gap.
const WATCH_TIMEOUT: Duration = Duration::from_secs(1);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Subscriptions to a cluster that are on their way at a time.
const AT_ONCE: usize = 64;
/// Between two tries to subscribe to what could not be subscribed to.
const SUBSCRIBE_AGAIN: Duration = Duration::from_secs(1);
/// Waits between attempts to reconnect, in milliseconds; tried for ever.
const RECONNECT_MS: (u32, u32) = (100, 5_000);

/// The first Redis whose clusters pass a message to one node only.
const OLDEST: u64 = 7;

/// Why the bus can't be built.
#[derive(Debug, thiserror::Error)]
#[error("REDIS_URL can't be used: {0}")]
pub struct BusError(String);

enum Request {
    Watch(String, oneshot::Sender<()>),
    Unwatch(String),
    /// What comes in does not come in any more: connect and subscribe anew.
    Renew,
}

/// A handle on the bus; cheap to clone.
#[derive(Clone)]
pub struct RedisBus {
    outgoing: mpsc::Sender<Vec<Arc<Envelope>>>,
    requests: mpsc::Sender<Request>,
    pub(super) link: Link,
    /// Where letters to this node go, once somebody reads them.
    letters: Arc<OnceLock<mpsc::Sender<Vec<u8>>>>,
}

/// The way out.
#[derive(Clone)]
pub(super) struct Link {
    client: Client,
    key: Key,
    /// Names this process among the publishers for as long as it lives.
    node: u64,
    /// Redis is a cluster: channels belong to its shards.
    sharded: bool,
}

impl Link {
    /// Whether it stands.
    pub fn is_up(&self) -> bool {
        self.client.state() == ClientState::Connected
    }

    /// Signs and publishes; tells how many connections Redis passed it to. Whether anybody hears it there nobody knows; where
    /// there is none, nobody does.
    pub async fn publish(
        &self,
        channel: String,
        body: &(impl Serialize + Sync),
    ) -> Result<i64, PublishError> {
        let text = wire::write(&self.key, self.node, &channel, body)?;
        Ok(match self.sharded {
            true => self.client.spublish(channel, text).await?,
            false => self.client.publish(channel, text).await?,
        })
    }

    /// Reads what came on a channel.
    pub fn open<T: DeserializeOwned>(&self, channel: &str, text: &[u8]) -> Option<T> {
        wire::open(&self.key, channel, text)
    }
}

/// Why something was not published.
#[derive(Debug, thiserror::Error)]
pub(super) enum PublishError {
    #[error("it can't be written: {0}")]
    Unwritable(#[from] serde_json::Error),
    #[error("Redis refused: {0}")]
    Refused(#[from] fred::error::Error),
}

impl std::fmt::Debug for RedisBus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisBus")
    }
}

impl RedisBus {
    /// Starts the tasks of the bus on `runtime`; connecting goes on in the background, for ever. Events of
    /// other nodes that are signed with `key` go to `incoming`.
    pub fn start(
        url: &SecretString,
        key: Key,
        incoming: Incoming,
        runtime: &Handle,
    ) -> Result<Self, BusError> {
        let config =
            Config::from_url(url.expose_secret()).map_err(|error| BusError(error.to_string()))?;
        let clustered = config.server.is_clustered();
        let mut builder = Builder::from_config(Config {
            fail_fast: false,
            ..config
        });
        builder
            .set_policy(ReconnectPolicy::new_exponential(
                0,
                RECONNECT_MS.0,
                RECONNECT_MS.1,
                2,
            ))
            .with_performance_config(|performance| {
                performance.default_command_timeout = COMMAND_TIMEOUT;
                performance.broadcast_channel_capacity = ARRIVALS;
            })
            .with_connection_config(|connection| {
                connection.connection_timeout = CONNECT_TIMEOUT;
                connection.internal_command_timeout = COMMAND_TIMEOUT;
                connection.max_command_attempts = 1;
                connection.unresponsive.max_timeout = Some(CONNECT_TIMEOUT);
            });
        let client = builder
            .build()
            .map_err(|error| BusError(error.to_string()))?;
        let subscriber = builder
            .build_subscriber_client()
            .map_err(|error| BusError(error.to_string()))?;
        // Names this process among the publishers for as long as it lives.
        let mut node = [0; 8];
        getrandom::fill(&mut node).map_err(|error| BusError(error.to_string()))?;
        let link = Link {
            client,
            key,
            node: u64::from_ne_bytes(node),
            sharded: clustered,
        };
        let letters = Arc::new(OnceLock::new());
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let (requests, wanted) = mpsc::channel(REQUESTS);
        runtime.spawn(publish_all(link.clone(), queue));
        let desk = Subscriptions {
            subscriber: subscriber.clone(),
            sharded: clustered,
            held: HashSet::new(),
            missing: HashSet::new(),
            waiting: Vec::new(),
        };
        runtime.spawn(desk.run(wanted));
        let arrivals = Arrivals {
            link: link.clone(),
            incoming,
            letters: Arc::clone(&letters),
        };
        runtime.spawn(arrivals.run(subscriber));
        Ok(Self {
            outgoing,
            requests,
            link,
            letters,
        })
    }

    /// Whether the link to Redis stands.
    pub fn is_connected(&self) -> bool {
        self.link.is_up()
    }

    /// From now on what comes for the node `life` goes to `letters`.
    pub(super) async fn receive_letters(&self, life: i64, letters: mpsc::Sender<Vec<u8>>) {
        // A node has one life.
        let _ = self.letters.set(letters);
        let (done, _) = oneshot::channel();
        let watch = Request::Watch(wire::node_channel(life), done);
        // Gone: the process ends.
        let _ = self.requests.send(watch).await;
    }

    /// Connects and subscribes anew.
    pub(super) async fn renew(&self) {
        let _ = self.requests.send(Request::Renew).await;
    }
}

#[async_trait]
impl Bus for RedisBus {
    fn publish(&self, envelopes: &[Arc<Envelope>]) {
        if self.outgoing.try_send(envelopes.to_vec()).is_err() {
            dropped(envelopes.len(), "queue_full");
        }
    }

    async fn watch(&self, organization: OrganizationId) {
        let (done, subscribed) = oneshot::channel();
        let request = Request::Watch(wire::channel(organization), done);
        if self.requests.send(request).await.is_ok() {
            // Too late is not wrong: what is missed meanwhile is read from the store.
            let _ = tokio::time::timeout(WATCH_TIMEOUT, subscribed).await;
        }
    }

    async fn unwatch(&self, organization: OrganizationId) {
        let unwatch = Request::Unwatch(wire::channel(organization));
        let _ = self.requests.send(unwatch).await;
    }
}

async fn publish_all(link: Link, mut queue: mpsc::Receiver<Vec<Arc<Envelope>>>) {
    connect(&link.client).await;
    let mut batches = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batches, BATCH).await > 0 {
        let mut by_organization: BTreeMap<OrganizationId, Vec<Arc<Envelope>>> = BTreeMap::new();
        for envelope in batches.drain(..).flatten() {
            by_organization
                .entry(envelope.organization)
                .or_default()
                .push(envelope);
        }
        for (organization, envelopes) in by_organization {
            publish(&link, organization, &envelopes).await;
        }
    }
    quit(link.client.quit()).await;
}

async fn publish(link: &Link, organization: OrganizationId, envelopes: &[Arc<Envelope>]) {
    if !link.is_up() {
        return dropped(envelopes.len(), "disconnected");
    }
    tracing::debug!(
        first = seqs(envelopes).min(),
        last = seqs(envelopes).max(),
        "events go to the other nodes"
    );
    match link.publish(wire::channel(organization), &envelopes).await {
        Ok(_) => metrics::counter!(figure::BUS_PUBLISHED_TOTAL).increment(envelopes.len() as u64),
        Err(error) => {
            dropped(envelopes.len(), "refused");
            tracing::debug!(%error, "events were not published; other nodes read them from the store");
        }
    }
}

/// Holds the subscriptions that are needed, one per channel, whoever asks how often.
struct Subscriptions {
    subscriber: SubscriberClient,
    sharded: bool,
    held: HashSet<String>,
    missing: HashSet<String>,
    /// Who asked for what is missing, and waits for it for a second.
    waiting: Vec<oneshot::Sender<()>>,
}

impl Subscriptions {
    async fn run(mut self, mut wanted: mpsc::Receiver<Request>) {
        let mut connected = self.subscriber.reconnect_rx();
        let subscriber = self.subscriber.clone();
        let connecting = connect(&subscriber);
        tokio::pin!(connecting);
        let mut begun = false;
        let mut again = tokio::time::interval(SUBSCRIBE_AGAIN);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                request = wanted.recv() => match request {
                    None => break,
                    Some(Request::Watch(channel, done)) => {
                        // While Redis is away each question would take seconds, and whoever comes would wait in line for them.
                        if !self.subscriber.is_connected() {
                            self.missing.insert(channel);
                            self.waiting.retain(|waits| !waits.is_closed());
                            self.waiting.push(done);
                            continue;
                        }
                        if !self.held.contains(&channel) {
                            self.subscribe(channel).await;
                        }
                        // The socket may be gone already.
                        let _ = done.send(());
                    }
                    Some(Request::Unwatch(channel)) => self.unsubscribe(channel).await,
                    Some(Request::Renew) => {
                        if let Err(error) = self.subscriber.force_reconnection().await {
                            tracing::debug!(%error, "Redis can't be connected to anew now");
                        }
                    }
                },
                () = &mut connecting, if !begun => {
                    begun = true;
                    self.make_up().await;
                }
                // Lagged: more than one connection is new.
                Ok(_) | Err(RecvError::Lagged(_)) = connected.recv() => {
                    // All servers that are new by now have one pass.
                    while matches!(connected.try_recv(), Ok(_) | Err(TryRecvError::Lagged(_))) {}
                    self.missing.extend(self.held.drain());
                    self.make_up().await;
                }
                _ = again.tick(), if begun && !self.missing.is_empty() => self.make_up().await,
            }
        }
        quit(self.subscriber.quit()).await;
    }

    /// Subscribes to what is missing, and tells those who wait when nothing is.
    async fn make_up(&mut self) {
        if !self.missing.is_empty() {
            self.subscribe_to_missing().await;
        }
        if self.missing.is_empty() {
            for waits in self.waiting.drain(..) {
                let _ = waits.send(());
            }
        }
    }

    /// What is written to this node comes first: unheard for long, it would connect anew.
    async fn subscribe_to_missing(&mut self) {
        let mut missing: Vec<String> = self.missing.iter().cloned().collect();
        missing.sort_by_key(|channel| !wire::is_letter(channel));
        if !self.sharded && missing.len() > 1 {
            match self.subscriber.subscribe(missing.clone()).await {
                Ok(()) => {
                    self.missing.clear();
                    self.held.extend(missing);
                }
                Err(error) => cant_subscribe(&error),
            }
            return;
        }
        // Channels of a cluster have each their shard.
        for some in missing.chunks(AT_ONCE) {
            let subscribed = some.iter().map(|channel| self.ask_for(channel));
            let subscribed = futures_util::future::join_all(subscribed).await;
            for (channel, subscribed) in some.iter().zip(subscribed) {
                self.note(channel.clone(), subscribed);
            }
        }
    }

    async fn ask_for(&self, channel: &str) -> Result<(), fred::error::Error> {
        match self.sharded {
            true => self.subscriber.ssubscribe(channel).await,
            false => self.subscriber.subscribe(channel).await,
        }
    }

    fn note(&mut self, channel: String, subscribed: Result<(), fred::error::Error>) {
        match subscribed {
            Ok(()) => {
                self.missing.remove(&channel);
                self.held.insert(channel);
            }
            Err(error) => {
                cant_subscribe(&error);
                self.missing.insert(channel);
            }
        }
    }

    async fn subscribe(&mut self, channel: String) {
        let subscribed = self.ask_for(&channel).await;
        self.note(channel, subscribed);
    }

    async fn unsubscribe(&mut self, channel: String) {
        self.held.remove(&channel);
        self.missing.remove(&channel);
        // A new connection has none.
        if !self.subscriber.is_connected() {
            return;
        }
        let done = match self.sharded {
            true => self.subscriber.sunsubscribe(channel).await,
            false => self.subscriber.unsubscribe(channel).await,
        };
        if let Err(error) = done {
            tracing::debug!(%error, "a subscription was not given up");
        }
    }
}

fn cant_subscribe(error: &fred::error::Error) {
    tracing::warn!(%error, "what other nodes say can't be subscribed to");
}

/// Sorts what comes in.
struct Arrivals {
    link: Link,
    incoming: Incoming,
    letters: Arc<OnceLock<mpsc::Sender<Vec<u8>>>>,
}

impl Arrivals {
    async fn run(self, subscriber: SubscriberClient) {
        let mut arrivals = subscriber.message_rx();
        drop(subscriber);
        loop {
            tokio::select! {
                () = self.incoming.closed() => return,
                arrived = arrivals.recv() => match arrived {
                    Ok(message) => self.take(&message),
                    // Holes: the feed reads them from the store.
                    Err(RecvError::Lagged(lost)) => dropped(usize::try_from(lost).unwrap_or(0), "lagged"),
                    Err(RecvError::Closed) => return,
                }
            }
        }
    }

    fn take(&self, message: &Message) {
        let Some(text) = message.value.as_bytes() else {
            return;
        };
        if wire::is_letter(&message.channel) {
            // Full: whoever asks does it without us.
            if let Some(letters) = self.letters.get()
                && letters.try_send(text.to_vec()).is_err()
            {
                dropped(1, "letters_full");
            }
            return;
        }
        match wire::read(&self.link.key, self.link.node, &message.channel, text) {
            Read::Own => {}
            Read::Envelopes(envelopes) => {
                let count = envelopes.len();
                tracing::debug!(
                    first = seqs(&envelopes).min(),
                    last = seqs(&envelopes).max(),
                    "events of another node arrived"
                );
                metrics::counter!(figure::BUS_RECEIVED_TOTAL).increment(count as u64);
                if self.incoming.try_send(envelopes).is_err() {
                    dropped(count, "feed_full");
                }
            }
            Read::Unknown => dropped(1, "unknown"),
            Read::Refused => refused(),
        }
    }
}

/// Something came that no node of this installation signed.
pub(super) fn refused() {
    metrics::counter!(figure::BUS_REFUSED_TOTAL).increment(1);
    tracing::warn!("a message on the bus was not signed by a node of this installation");
}

fn seqs(envelopes: &[Arc<Envelope>]) -> impl Iterator<Item = i64> {
    envelopes.iter().map(|envelope| envelope.seq)
}

async fn connect(client: &impl ClientLike) {
    if let Err(error) = client.init().await {
        // The policy tries for ever, so this is a setting that can't work.
        return tracing::error!(%error, "Redis can't be used");
    }
    let version = client.server_version();
    if let Some(version) = version.filter(|version| version.major < OLDEST) {
        tracing::warn!(%version, "this Redis is older than 7: one by itself may do, a cluster of it has no sharded channels");
    }
}

async fn quit(quitting: impl Future<Output = Result<(), fred::error::Error>>) {
    // The process ends anyway; Redis notices a closed link.
    let _ = tokio::time::timeout(COMMAND_TIMEOUT, quitting).await;
}

fn dropped(count: usize, reason: &'static str) {
    metrics::counter!(figure::BUS_DROPPED_TOTAL, "reason" => reason).increment(count as u64);
}
