//! The bus between several nodes: Redis pub/sub, one channel per organization. Publishing never waits: a
//! bounded queue stands in front, and what finds it full or the link down is dropped. Everything lives in
//! tasks on the shared runtime, because a web worker's runtime dies with its worker.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
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
use tokio::runtime::Handle;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{mpsc, oneshot};

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
/// Waits between attempts to reconnect, in milliseconds; tried for ever.
const RECONNECT_MS: (u32, u32) = (100, 5_000);

/// Why the bus can't be built.
#[derive(Debug, thiserror::Error)]
#[error("REDIS_URL can't be used: {0}")]
pub struct BusError(String);

enum Request {
    Watch(OrganizationId, oneshot::Sender<()>),
    Unwatch(OrganizationId),
}

/// A handle on the bus; cheap to clone.
#[derive(Clone)]
pub struct RedisBus {
    outgoing: mpsc::Sender<Vec<Arc<Envelope>>>,
    requests: mpsc::Sender<Request>,
    client: Client,
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
        let node = u64::from_ne_bytes(node);
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let (requests, wanted) = mpsc::channel(REQUESTS);
        runtime.spawn(publish_all(client.clone(), key.clone(), node, queue));
        runtime.spawn(subscribe_all(subscriber.clone(), wanted));
        runtime.spawn(receive_all(subscriber, key, node, incoming));
        Ok(Self {
            outgoing,
            requests,
            client,
        })
    }

    /// Whether the link to Redis stands.
    pub fn is_connected(&self) -> bool {
        self.client.state() == ClientState::Connected
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
        let request = Request::Watch(organization, done);
        if self.requests.send(request).await.is_ok() {
            // Too late is not wrong: what is missed meanwhile is read from the store.
            let _ = tokio::time::timeout(WATCH_TIMEOUT, subscribed).await;
        }
    }

    async fn unwatch(&self, organization: OrganizationId) {
        let _ = self.requests.send(Request::Unwatch(organization)).await;
    }
}

async fn publish_all(
    client: Client,
    key: Key,
    node: u64,
    mut queue: mpsc::Receiver<Vec<Arc<Envelope>>>,
) {
    connect(&client).await;
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
            publish(&client, &key, node, organization, &envelopes).await;
        }
    }
    quit(client.quit()).await;
}

async fn publish(
    client: &Client,
    key: &Key,
    node: u64,
    organization: OrganizationId,
    envelopes: &[Arc<Envelope>],
) {
    if client.state() != ClientState::Connected {
        return dropped(envelopes.len(), "disconnected");
    }
    let channel = wire::channel(organization);
    let text = match wire::write(key, node, &channel, envelopes) {
        Ok(text) => text,
        Err(error) => return tracing::error!(%error, "events can't be written for the bus"),
    };
    tracing::debug!(
        first = seqs(envelopes).min(),
        last = seqs(envelopes).max(),
        "events go to the other nodes"
    );
    let published: Result<i64, _> = client.publish(channel, text).await;
    match published {
        Ok(_) => metrics::counter!(figure::BUS_PUBLISHED_TOTAL).increment(envelopes.len() as u64),
        Err(error) => {
            dropped(envelopes.len(), "refused");
            tracing::debug!(%error, "events were not published; other nodes read them from the store");
        }
    }
}

/// Holds the subscriptions that sockets need: one per organization, whoever asks how often.
async fn subscribe_all(subscriber: SubscriberClient, mut wanted: mpsc::Receiver<Request>) {
    connect(&subscriber).await;
    let resubscribing = subscriber.manage_subscriptions();
    let mut held: HashSet<OrganizationId> = HashSet::new();
    let mut missing: HashSet<OrganizationId> = HashSet::new();
    let mut again = tokio::time::interval(CONNECT_TIMEOUT);
    loop {
        tokio::select! {
            request = wanted.recv() => match request {
                None => break,
                Some(Request::Watch(organization, done)) => {
                    if held.contains(&organization) || subscribe(&subscriber, organization).await {
                        held.insert(organization);
                        missing.remove(&organization);
                    } else {
                        missing.insert(organization);
                    }
                    // The socket may be gone already.
                    let _ = done.send(());
                }
                Some(Request::Unwatch(organization)) => {
                    held.remove(&organization);
                    missing.remove(&organization);
                    if let Err(error) = subscriber.unsubscribe(wire::channel(organization)).await {
                        tracing::debug!(%error, "a subscription was not given up");
                    }
                }
            },
            _ = again.tick(), if !missing.is_empty() => {
                for organization in missing.clone() {
                    if subscribe(&subscriber, organization).await {
                        missing.remove(&organization);
                        held.insert(organization);
                    }
                }
            }
        }
    }
    resubscribing.abort();
    quit(subscriber.quit()).await;
}

async fn subscribe(subscriber: &SubscriberClient, organization: OrganizationId) -> bool {
    match subscriber.subscribe(wire::channel(organization)).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "the events of other nodes can't be subscribed to");
            false
        }
    }
}

async fn receive_all(subscriber: SubscriberClient, key: Key, node: u64, incoming: Incoming) {
    let mut arrivals = subscriber.message_rx();
    drop(subscriber);
    loop {
        tokio::select! {
            () = incoming.closed() => return,
            arrived = arrivals.recv() => match arrived {
                Ok(message) => receive(&message, &key, node, &incoming),
                // Holes: the feed reads them from the store.
                Err(RecvError::Lagged(lost)) => dropped(usize::try_from(lost).unwrap_or(0), "lagged"),
                Err(RecvError::Closed) => return,
            }
        }
    }
}

fn receive(message: &Message, key: &Key, node: u64, incoming: &Incoming) {
    let Some(text) = message.value.as_bytes() else {
        return;
    };
    match wire::read(key, node, &message.channel, text) {
        Read::Own => {}
        Read::Envelopes(envelopes) => {
            let count = envelopes.len();
            tracing::debug!(
                first = seqs(&envelopes).min(),
                last = seqs(&envelopes).max(),
                "events of another node arrived"
            );
            metrics::counter!(figure::BUS_RECEIVED_TOTAL).increment(count as u64);
            if incoming.try_send(envelopes).is_err() {
                dropped(count, "feed_full");
            }
        }
        Read::Refused => {
            metrics::counter!(figure::BUS_REFUSED_TOTAL).increment(1);
            tracing::warn!("a message on the bus was not signed by a node of this installation");
        }
    }
}

fn seqs(envelopes: &[Arc<Envelope>]) -> impl Iterator<Item = i64> {
    envelopes.iter().map(|envelope| envelope.seq)
}

async fn connect(client: &impl ClientLike) {
    if let Err(error) = client.init().await {
        // The policy tries for ever, so this is a setting that can't work.
        tracing::error!(%error, "Redis can't be used");
    }
}

async fn quit(quitting: impl Future<Output = Result<(), fred::error::Error>>) {
    // The process ends anyway; Redis notices a closed link.
    let _ = tokio::time::timeout(COMMAND_TIMEOUT, quitting).await;
}

fn dropped(count: usize, reason: &'static str) {
    metrics::counter!(figure::BUS_DROPPED_TOTAL, "reason" => reason).increment(count as u64);
}
