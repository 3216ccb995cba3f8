//! One process of the hub: the composition root's work. Opens the store, builds the ports, starts the actors
//! and the server, and takes it all down again in an order in which nothing is lost: no new work, sockets
//! told to come back, requests finished, jobs in hand done.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_rt::{Arbiter, ArbiterHandle, System};
use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use actors::feed::{Dismiss, Publish};
use actors::figure;
use actors::hub::{Arbiters, Hub, Ports};
use actors::model::node::Membership;
use actors::ports::bus::Bus;
use actors::ports::clock::SystemClock;
use actors::ports::peers::NoPeers;
use actors::ports::store::StoreError;
use actors::trail::Trail;
use anyhow::{Context, anyhow, ensure};
use secrecy::ExposeSecret;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::{mpsc, oneshot};

use super::figures::Watch;
use super::neighbour::Neighbour;
use super::parts::Parts;
use super::roll_call::RollCall;
use super::{demo, figures, search, sweep};
use crate::bus::{Host, LocalBus, RedisBus, RedisPeers};
use crate::config::Config;
use crate::http;
use crate::http::state::{App, Probe};
use crate::secret::derive_key;
use crate::socket;
use crate::store::{HEARTBEAT, Pulse, Standing, Store};

/// How long open requests may take to finish when the node stops.
const FINISH: Duration = Duration::from_secs(8);
/// How long jobs in hand may take to finish after that.
const DRAIN: Duration = Duration::from_secs(8);
/// Envelopes of other nodes that wait for the feed.
const ARRIVALS: usize = 4096;
/// How long saying goodbye to the others may take, each time: the rest of the time to stop is for what is in hand.
const GOODBYE: Duration = Duration::from_secs(1);
/// How long a node that leaves goes on as before: by then the others know that it owns nothing any more, and whoever
/// used a connection meanwhile was told to open another one.
const NOTICED: Duration = Duration::from_millis(1500);
/// How long a heartbeat may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections that one worker holds.
const CONNECTIONS: usize = 25_000;

/// A node that runs in threads of its own.
pub struct Node {
    /// Where it listens.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<anyhow::Result<()>>>,
}

impl Node {
    /// Starts a node; returns when it serves.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        let (started, ready) = oneshot::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new()
            .name("node".to_owned())
            .spawn(move || {
                run(
                    config,
                    |address| {
                        // The starter may have given up waiting.
                        let _ = started.send(address);
                    },
                    async move {
                        let _ = stopped.await;
                    },
                )
            })?;
        match ready.await {
            Ok(address) => Ok(Self {
                address,
                stop: Some(stop),
                thread: Some(thread),
            }),
            Err(_) => {
                let end = tokio::task::spawn_blocking(move || thread.join()).await?;
                match end {
                    Ok(Err(error)) => Err(error),
                    _ => Err(anyhow!("the node ended before it served")),
                }
            }
        }
    }

    /// Stops it as a signal would; returns when everything is down.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else {
            return Ok(());
        };
        let end = tokio::task::spawn_blocking(move || thread.join()).await?;
        end.map_err(|_| anyhow!("the node panicked"))?
    }
}

/// Runs a node on this thread until `stop`.
pub(super) fn run(
    config: Config,
    started: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let _folder = super::hold_folder(&config)?;
    let runtime = Arc::new(
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(cores().max(2))
            .thread_name("pool")
            .enable_all()
            .build()?,
    );
    let system = System::with_tokio_rt(|| Arc::clone(&runtime));
    let result = system.block_on(serve(config, &runtime, started, stop));
    drop(system);
    // What still runs in the background is of no use to anybody any more.
    if let Ok(runtime) = Arc::try_unwrap(runtime) {
        runtime.shutdown_timeout(Duration::from_secs(1));
    }
    result
}

async fn serve(
    config: Config,
    runtime: &Arc<Runtime>,
    started: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let pool = runtime.handle().clone();
    // Before anything counts.
    let figures = figures::recorder()?;
    let (place, name) = (super::place(&config), config.node_name.clone());
    let store = pool
        .spawn(async move { Store::open(&place, &name).await })
        .await?
        .context("the database can't be opened")?;
    check_database(&config, &store).await?;
    let mut parts = Parts::build(&config, &store)?;
    let Link {
        bus,
        peers,
        redis,
        arrivals,
    } = link(&config, &store, &pool)?;
    parts.redis = redis;
    let ports = Ports {
        store: Arc::new(store.clone()),
        provider: parts.provider.clone(),
        bus,
        peers: match &peers {
            Some(peers) => Arc::new(peers.clone()),
            None => Arc::new(NoPeers),
        },
        clock: Arc::new(SystemClock),
        worker: parts.worker.clone(),
        media: Arc::new(parts.media_tokens.clone()),
    };
    let threads = Threads::on(runtime);
    let members = meet_others(&store).await?;
    let no_actors = || anyhow!("the actors can't be started");
    let feed_arbiter = threads.begin_one().ok_or_else(no_actors)?;
    let maker = threads.clone();
    let arbiters = Arbiters::new(cores(), Box::new(move || maker.begin_one()));
    let arbiters = arbiters.ok_or_else(no_actors)?;
    let hub = Hub::start(ports, arbiters, &feed_arbiter, members).ok_or_else(no_actors)?;
    parts.worker.attach(hub.clone());
    store.announce_to(hub.herald());
    if let Some(arrivals) = arrivals {
        pool.spawn(publish_arrivals(hub.clone(), arrivals));
    }
    let provider = Arc::clone(&parts.provider);
    let watch = Watch {
        store: store.clone(),
        hub: hub.clone(),
        redis: parts.redis.clone(),
        figures: figures.clone(),
    };
    let state = parts.state(config.clone(), store.clone(), hub.clone(), figures)?;
    if config.demo {
        demo::prepare(&state, &provider.objects).await?;
    }
    let objects = provider.objects.clone();
    let (forget, forgotten) = oneshot::channel();
    let heart = Heart {
        store: store.clone(),
        hub: hub.clone(),
        leaving: Arc::default(),
    };
    let leaving = Arc::clone(&heart.leaving);
    let app = App::new(state);
    // It keeps the way to the hub open for the others until this node is down.
    let neighbour: Arc<dyn Host> = Arc::new(Neighbour::new(app.clone()));
    if let Some(peers) = &peers {
        peers.host(&neighbour);
    }
    // From here on it answers the others, so it may own what they ask for.
    let joined = heart.beat_once().await;
    joined.context("the nodes can't be joined")?;
    let tasks = [
        pool.spawn(heart.clone().run(forget)),
        pool.spawn(sweep::run(store.clone(), objects, config.messages_kept)),
        pool.spawn(sweep::keep_statistics(store.clone())),
        pool.spawn(search::run(store.clone())),
        pool.spawn(watch.run()),
        pool.spawn(RollCall::new(store.clone(), hub.clone()).run()),
    ];
    let (server, address) = listen(&config, &app)?;
    let handle = server.handle();
    let serving = actix_rt::spawn(server);
    if config.demo {
        pool.spawn(demo::connect(
            app.clone(),
            provider.client.clone(),
            address.port(),
        ));
    }
    tracing::info!(%address, "the hub serves");
    started(address);
    let end = tokio::select! {
        () = stop => Ok(()),
        Ok(()) = forgotten => Err(anyhow!("this node was silent for so long that its number may be another's")),
    };
    leaving.store(true, Ordering::Release);
    if tokio::time::timeout(GOODBYE, heart.beat_once())
        .await
        .is_err()
    {
        tracing::debug!("the others will find out that this node leaves");
    }
    take_down(&app, &hub, &handle).await;
    for task in tasks {
        task.abort();
    }
    if tokio::time::timeout(GOODBYE, store.leave()).await.is_err() {
        tracing::debug!("the others will find out that this node is gone");
    }
    serving.await??;
    threads.end();
    tracing::info!("the hub stopped");
    end
}

/// Looks who is there before anything is claimed: until it serves, a node owns nothing. None: nobody else can be there.
async fn meet_others(store: &Store) -> anyhow::Result<Option<Membership>> {
    if store.is_embedded() {
        return Ok(None);
    }
    let pulse = store.heartbeat(Standing::Tool).await;
    match pulse.context("the nodes can't be joined")? {
        Pulse::Alive(members) | Pulse::GivenUp(members) => Ok(Some(members)),
        Pulse::Forgotten => Err(anyhow!("the others forgot this node as soon as it came")),
    }
}

/// What was answered 200 must not be lost with the power: the database has to write it first.
async fn check_database(config: &Config, store: &Store) -> anyhow::Result<()> {
    let off = store.unsafe_settings().await?;
    if off.is_empty() {
        return Ok(());
    }
    let off = off.join(", ");
    ensure!(
        config.unsafe_database,
        "PostgreSQL may lose what it confirmed: {off} is off; turn it on (or set UNSAFE_DATABASE=true for a test)"
    );
    tracing::warn!(off, "PostgreSQL may lose what it confirmed");
    Ok(())
}

fn listen(config: &Config, app: &App) -> anyhow::Result<(actix_web::dev::Server, SocketAddr)> {
    let app = app.clone();
    let server = HttpServer::new(move || http::server(app.clone()))
        .on_connect(socket::on_connect)
        .workers(cores())
        .max_connections(CONNECTIONS)
        .backlog(4096)
        .client_request_timeout(Duration::from_secs(10))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(FINISH.as_secs())
        .disable_signals()
        .bind(config.address())
        .with_context(|| format!("{} can't be listened on", config.address()))?;
    let address = *server
        .addrs()
        .first()
        .ok_or_else(|| anyhow!("nothing is listened on"))?;
    Ok((server.run(), address))
}

async fn take_down(app: &App, hub: &Hub, server: &ServerHandle) {
    tracing::info!("the hub stops: sockets are told, open requests and jobs in hand finish");
    app.drain();
    if hub.members().is_some_and(|members| members.live.len() > 1) {
        tokio::time::sleep(NOTICED).await;
    }
    if let Some(feed) = hub.feed()
        && feed.send(Dismiss).await.is_err()
    {
        tracing::warn!("the sockets could not be told");
    }
    // Requests may still leave jobs; those in hand finish, the others wait in the database.
    let (_, _) = tokio::join!(server.stop(true), hub.drain(DRAIN));
}

/// The threads of the node's actors.
#[derive(Clone)]
struct Threads {
    runtime: Arc<Runtime>,
    system: System,
    /// None when the node ends: no more are made.
    all: Arc<Mutex<Option<Vec<Arbiter>>>>,
}

impl Threads {
    fn on(runtime: &Arc<Runtime>) -> Self {
        Self {
            runtime: Arc::clone(runtime),
            system: System::current(),
            all: Arc::new(Mutex::new(Some(Vec::new()))),
        }
    }

    /// Begins one; may be called from any thread.
    fn begin_one(&self) -> Option<ArbiterHandle> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let all = all.as_mut()?;
        System::set_current(self.system.clone());
        let runtime = Arc::clone(&self.runtime);
        let arbiter = Arbiter::try_with_tokio_rt(move || Ok(runtime)).ok()?;
        let handle = arbiter.handle();
        all.push(arbiter);
        Some(handle)
    }

    fn end(&self) {
        let all = self
            .all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        for arbiter in all.into_iter().flatten() {
            arbiter.stop();
        }
    }
}

type Arrivals = mpsc::Receiver<Vec<Arc<actors::event::Envelope>>>;

/// The ways to other nodes; without Redis there are none.
struct Link {
    bus: Arc<dyn Bus>,
    peers: Option<RedisPeers>,
    redis: Option<Probe>,
    arrivals: Option<Arrivals>,
}

fn link(config: &Config, store: &Store, pool: &Handle) -> anyhow::Result<Link> {
    let Some(url) = &config.redis_url else {
        return Ok(Link {
            bus: Arc::new(LocalBus),
            peers: None,
            redis: None,
            arrivals: None,
        });
    };
    let (incoming, arrivals) = mpsc::channel(ARRIVALS);
    let secret = config.secrets.jwt_secret.expose_secret().as_bytes();
    let bus = RedisBus::start(url, derive_key(secret, "bus"), incoming, pool)?;
    let clock = store.clone();
    let peers = RedisPeers::start(&bus, store.me(), move || clock.database_millis(), pool);
    let probe = peers.clone();
    Ok(Link {
        bus: Arc::new(bus),
        redis: Some(Arc::new(move || probe.hears())),
        peers: Some(peers),
        arrivals: Some(arrivals),
    })
}

async fn publish_arrivals(hub: Hub, mut arrivals: Arrivals) {
    while let Some(envelopes) = arrivals.recv().await {
        let Some(feed) = hub.feed() else { return };
        let count = envelopes.len();
        let arrived = Publish {
            envelopes,
            trail: Trail::default(),
        };
        // A full mailbox drops them; the feed sees the hole and reads it from the store.
        if feed.try_send(arrived).is_err() {
            metrics::counter!(figure::BUS_DROPPED_TOTAL, "reason" => "feed_full")
                .increment(count as u64);
        }
    }
}

/// What tells the other nodes that this one lives, and it who they are.
#[derive(Clone)]
struct Heart {
    store: Store,
    hub: Hub,
    leaving: Arc<AtomicBool>,
}

impl Heart {
    async fn run(self, forget: oneshot::Sender<()>) {
        let mut ticks = tokio::time::interval(HEARTBEAT);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match tokio::time::timeout(PATIENCE, self.beat_once()).await {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) => {
                    tracing::error!("the other nodes forgot this one; it stops, to begin anew");
                    // The node may be stopping already.
                    let _ = forget.send(());
                    return;
                }
                Ok(Err(error)) => tracing::warn!(%error, "this node could not say that it lives"),
                Err(_) => tracing::warn!("this node could not say that it lives: no answer"),
            }
        }
    }

    /// Says that this node lives, and takes what it sees; false when the others forgot it.
    async fn beat_once(&self) -> Result<bool, StoreError> {
        self.hub.keep_dispatching();
        // A process with a database of its own is alone.
        if self.store.is_embedded() {
            return Ok(true);
        }
        let standing = match self.leaving.load(Ordering::Acquire) {
            true => Standing::Leaving,
            false => Standing::Live,
        };
        let sent = tokio::time::Instant::now();
        let members = match self.store.heartbeat(standing).await? {
            Pulse::Alive(members) => members,
            Pulse::GivenUp(members) => {
                tracing::warn!("the others took this node for dead; it starts over");
                metrics::counter!(figure::NODE_GIVEN_UP_TOTAL).increment(1);
                self.hub.start_over();
                members
            }
            Pulse::Forgotten => return Ok(false),
        };
        metrics::gauge!(figure::NODES).set(members.live.len() as f64);
        self.hub.join(members, sent);
        metrics::gauge!(figure::LINES).set(self.hub.report().lines.len() as f64);
        Ok(true)
    }
}

/// Keeps the number of a process that makes ids without serving.
pub(super) async fn beat_as_tool(store: Store) {
    // A process with a database of its own is alone; and SQLite's one writer is not to be left in the middle of a beat.
    if store.is_embedded() {
        return std::future::pending().await;
    }
    let mut ticks = tokio::time::interval(HEARTBEAT);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        match store.heartbeat(Standing::Tool).await {
            Ok(Pulse::Alive(_) | Pulse::GivenUp(_)) => {}
            Ok(Pulse::Forgotten) => tracing::error!("this process was silent for too long"),
            Err(error) => tracing::warn!(%error, "this process could not say that it lives"),
        }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}
