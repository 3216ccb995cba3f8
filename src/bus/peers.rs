//! Requests between nodes over Redis: each node has a channel of its own, on which it is asked and answered. A letter
//! carries what waited for the same node. Deadlines are by the database's clock: what lay with a node that slept is
//! older than that when it wakes, and is dropped.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use actors::figure;
use actors::hub::HubError;
use actors::model::node::{Answer, Notice, Peer, Request};
use actors::ports::peers::{LONGEST, Peers, Unanswered};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior};

use super::redis::{RedisBus, refused};
use super::wire;

/// What may wait to go out.
const QUEUE: usize = 8192;
/// What one letter carries at most.
const BATCH: usize = 256;
/// Letters that may wait to be read.
const LETTERS: usize = 4096;
/// Requests of other nodes in hand; more are dropped, and done by those who ask.
const IN_HAND: usize = 1024;
/// How often whoever waits hears that his request is at work.
const AT_IT: Duration = Duration::from_millis(200);
/// How often this node writes to itself.
const PROBE: Duration = Duration::from_secs(1);
/// Its own channel is dead when nothing came for so long.
const SILENCE: Duration = Duration::from_millis(2500);

/// Who does what other nodes ask.
#[async_trait]
pub trait Host: Send + Sync {
    /// Does it and answers.
    async fn serve(&self, request: Request) -> Result<Answer, HubError>;

    /// Takes notice.
    fn heed(&self, notice: Notice);
}

/// What a letter carries.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Packet {
    Ask {
        id: u64,
        /// The life of whoever asks.
        from: i64,
        /// Nobody waits any more then; milliseconds since 1970 by the database's clock.
        until: i64,
        request: Box<Request>,
        /// It understands [`Packet::AtIt`]; versions before that do not.
        #[serde(default)]
        hears_at_it: bool,
    },
    /// The request takes time.
    AtIt {
        id: u64,
    },
    Reply {
        id: u64,
        reply: Result<Answer, HubError>,
    },
    Tell {
        notice: Notice,
    },
    /// A node hears whether it hears.
    Probe,
}

/// What asks wait for.
type Waiting = HashMap<u64, Asked>;

struct Asked {
    to: oneshot::Sender<Result<Answer, HubError>>,
    /// When something was last heard of it, in milliseconds since the node began.
    heard: Arc<AtomicI64>,
}

/// A handle on the way to the other nodes; cheap to clone.
#[derive(Clone)]
pub struct RedisPeers {
    inner: Arc<Inner>,
}

struct Inner {
    bus: RedisBus,
    me: Peer,
    outgoing: mpsc::Sender<(i64, Packet)>,
    waiting: Mutex<Waiting>,
    ids: AtomicU64,
    /// Not kept alive by this: it holds the hub, which holds the way to the others.
    host: OnceLock<Weak<dyn Host>>,
    in_hand: Arc<Semaphore>,
    /// The time by the database's clock, in milliseconds since 1970.
    clock: Box<dyn Fn() -> i64 + Send + Sync>,
    began: Instant,
    /// When the node last heard itself, in milliseconds since it began.
    heard: AtomicI64,
}

impl RedisPeers {
    /// Starts the tasks of node `me` on `runtime`, over the links of `bus`.
    pub fn start(
        bus: &RedisBus,
        me: Peer,
        clock: impl Fn() -> i64 + Send + Sync + 'static,
        runtime: &Handle,
    ) -> Self {
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let (letters, arrivals) = mpsc::channel(LETTERS);
        let peers = Self {
            inner: Arc::new(Inner {
                bus: bus.clone(),
                me,
                outgoing,
                waiting: Mutex::default(),
                ids: AtomicU64::new(1),
                host: OnceLock::new(),
                in_hand: Arc::new(Semaphore::new(IN_HAND)),
                clock: Box::new(clock),
                began: Instant::now(),
                heard: AtomicI64::new(0),
            }),
        };
        runtime.spawn(write_all(Arc::downgrade(&peers.inner), bus.clone(), queue));
        runtime.spawn(read_all(Arc::downgrade(&peers.inner), arrivals));
        runtime.spawn(probe(Arc::downgrade(&peers.inner), letters));
        peers
    }

    /// From now on `host` does what other nodes ask, for as long as it lives; before that nobody does.
    pub fn host(&self, host: &Arc<dyn Host>) {
        // A node has one hub.
        let _ = self.inner.host.set(Arc::downgrade(host));
    }

    /// Whether the node hears what is written to it.
    pub fn hears(&self) -> bool {
        self.inner.bus.is_connected() && self.inner.silence() < SILENCE
    }
}

impl Inner {
    /// Milliseconds since the node began.
    fn now(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn silence(&self) -> Duration {
        let heard = Duration::from_millis(self.heard.load(Ordering::Relaxed).unsigned_abs());
        self.began.elapsed().saturating_sub(heard)
    }

    fn post(&self, life: i64, packet: Packet) -> bool {
        self.bus.link.is_up() && self.outgoing.try_send((life, packet)).is_ok()
    }

    fn living_host(&self) -> Option<Arc<dyn Host>> {
        self.host.get()?.upgrade()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(self: &Arc<Self>, packet: Packet) {
        match packet {
            Packet::Ask {
                id,
                from,
                until,
                request,
                hears_at_it,
            } => self.serve(id, from, until, *request, hears_at_it),
            Packet::AtIt { id } => {
                if let Some(asked) = self.waiting().get(&id) {
                    asked.heard.store(self.now(), Ordering::Relaxed);
                }
            }
            Packet::Reply { id, reply } => {
                let asked = self.waiting().remove(&id);
                if let Some(asked) = asked {
                    // Whoever asked may have given up.
                    let _ = asked.to.send(reply);
                }
            }
            Packet::Tell { notice } => {
                if let Some(host) = self.living_host() {
                    host.heed(notice);
                }
            }
            Packet::Probe => {
                self.heard.store(self.now(), Ordering::Relaxed);
            }
        }
    }

    fn serve(
        self: &Arc<Self>,
        id: u64,
        from: i64,
        until: i64,
        request: Request,
        hears_at_it: bool,
    ) {
        let (Some(host), Ok(place)) = (
            self.living_host(),
            Arc::clone(&self.in_hand).try_acquire_owned(),
        ) else {
            return served("full");
        };
        if (self.clock)() >= until {
            return served("too_late");
        }
        let this = Arc::clone(self);
        tokio::spawn(async move {
            let (mut served_by_host, begun) = (host.serve(request), Instant::now());
            let reply = loop {
                match tokio::time::timeout(AT_IT, &mut served_by_host).await {
                    Ok(reply) => break reply,
                    Err(_) if hears_at_it && begun.elapsed() < LONGEST => {
                        this.post(from, Packet::AtIt { id });
                    }
                    // Whoever asked does not know the word, or waits no longer.
                    Err(_) => break served_by_host.await,
                }
            };
            served("done");
            this.post(from, Packet::Reply { id, reply });
            drop(place);
        });
    }
}

fn served(end: &'static str) {
    metrics::counter!(figure::PEER_SERVED_TOTAL, "end" => end).increment(1);
}

/// Forgets an ask when nobody waits for it any more.
struct Forget<'a>(&'a Inner, u64);

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.0.waiting().remove(&self.1);
    }
}

#[async_trait]
impl Peers for RedisPeers {
    async fn ask(
        &self,
        peer: Peer,
        request: Request,
        within: Duration,
    ) -> Result<Result<Answer, HubError>, Unanswered> {
        let inner = &*self.inner;
        // What it answers would not be heard.
        if !self.hears() {
            return Err(Unanswered::Unreachable);
        }
        let id = inner.ids.fetch_add(1, Ordering::Relaxed);
        let (to, mut answer) = oneshot::channel();
        let begun = inner.now();
        let heard = Arc::new(AtomicI64::new(begun));
        let asked = Asked {
            to,
            heard: Arc::clone(&heard),
        };
        inner.waiting().insert(id, asked);
        let _forget = Forget(inner, id);
        let within = i64::try_from(within.as_millis()).unwrap_or(i64::MAX);
        let until = (inner.clock)().saturating_add(within);
        let ask = Packet::Ask {
            id,
            from: inner.me.life,
            until,
            request: Box::new(request),
            hears_at_it: true,
        };
        if !inner.post(peer.life, ask) {
            return Err(Unanswered::Unreachable);
        }
        let longest = begun.saturating_add(i64::try_from(LONGEST.as_millis()).unwrap_or(i64::MAX));
        loop {
            let end = heard.load(Ordering::Relaxed).saturating_add(within);
            let left = end.min(longest).saturating_sub(inner.now());
            let left = Duration::from_millis(u64::try_from(left).unwrap_or_default());
            match tokio::time::timeout(left, &mut answer).await {
                Ok(Ok(reply)) => return Ok(reply),
                Ok(Err(_)) => return Err(Unanswered::Late),
                Err(_) if inner.now() >= longest => return Err(Unanswered::AtIt),
                Err(_) if heard.load(Ordering::Relaxed) > end - within => {}
                Err(_) => return Err(Unanswered::Late),
            }
        }
    }

    fn tell(&self, peer: Peer, notice: Notice) {
        // Whoever does not hear it finds out some seconds later.
        self.inner.post(peer.life, Packet::Tell { notice });
    }
}

/// Writes letters: one for all that waits for the same node. When that is gone, whoever asks hears so at once.
async fn write_all(inner: Weak<Inner>, bus: RedisBus, mut queue: mpsc::Receiver<(i64, Packet)>) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        let mut letters: BTreeMap<i64, Vec<Packet>> = BTreeMap::new();
        for (life, packet) in batch.drain(..) {
            letters.entry(life).or_default().push(packet);
        }
        let published = letters.iter().map(|(life, packets)| {
            let channel = wire::node_channel(*life);
            bus.link.publish(channel, packets)
        });
        let published = futures_util::future::join_all(published).await;
        for (packets, published) in letters.values().zip(published) {
            match published {
                Ok(0) => give_up_asking(&inner, packets),
                Ok(_) => {}
                Err(error) => {
                    tracing::debug!(%error, "a letter to another node was not published");
                }
            }
        }
    }
}

/// Nobody got these.
fn give_up_asking(inner: &Weak<Inner>, packets: &[Packet]) {
    let Some(inner) = inner.upgrade() else {
        return;
    };
    let mut waiting = inner.waiting();
    for packet in packets {
        if let Packet::Ask { id, .. } = packet {
            // Whoever waits for it hears that nobody answers any more.
            waiting.remove(id);
        }
    }
}

async fn read_all(inner: Weak<Inner>, mut letters: mpsc::Receiver<Vec<u8>>) {
    while let Some(text) = letters.recv().await {
        let Some(inner) = inner.upgrade() else {
            return;
        };
        let channel = wire::node_channel(inner.me.life);
        // Each for itself: a newer node may use a word among them that this one does not know.
        let Some(packets) = inner.bus.link.open::<Vec<Box<RawValue>>>(&channel, &text) else {
            refused();
            continue;
        };
        for packet in packets {
            match serde_json::from_str(packet.get()) {
                Ok(packet) => inner.take(packet),
                Err(_) => served("unknown"),
            }
        }
    }
}

/// Subscribes, and writes to itself each second; when that is not heard, connects and subscribes anew.
async fn probe(inner: Weak<Inner>, letters: mpsc::Sender<Vec<u8>>) {
    if let Some(inner) = inner.upgrade() {
        inner.bus.receive_letters(inner.me.life, letters).await;
    }
    let mut ticks = tokio::time::interval(PROBE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut renewed = Instant::now();
    loop {
        ticks.tick().await;
        let Some(inner) = inner.upgrade() else {
            return;
        };
        inner.post(inner.me.life, Packet::Probe);
        let is_silent = inner.silence() >= SILENCE && renewed.elapsed() >= SILENCE;
        if is_silent && inner.bus.is_connected() {
            tracing::warn!("this node does not hear what is published; it subscribes anew");
            metrics::counter!(figure::BUS_RESUBSCRIBED_TOTAL).increment(1);
            renewed = Instant::now();
            inner.bus.renew().await;
        }
    }
}
