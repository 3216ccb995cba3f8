//! One process of the hub: the composition root's work. Opens the store, builds the ports, starts the actors
//! and the server, and takes it all down again in an order in which nothing is lost: no new work, sockets
//! told to come back, requests finished, jobs in hand done.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_rt::{Arbiter, System};
use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use actors::feed::{Dismiss, Publish};
use actors::figure;
use actors::hub::{Hub, Ports};
use actors::ports::bus::Bus;
use actors::ports::clock::SystemClock;
use actors::trail::Trail;
use anyhow::{Context, anyhow};
use secrecy::ExposeSecret;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::{mpsc, oneshot};

use super::figures::Watch;
use super::parts::Parts;
use super::{demo, figures, sweep};
use crate::bus::{LocalBus, RedisBus};
use crate::config::Config;
use crate::http;
use crate::http::state::{App, Probe};
use crate::secret::derive_key;
use crate::socket;
use crate::store::{HEARTBEAT, Store};

/// How long open requests may take to finish when the node stops.
const FINISH: Duration = Duration::from_secs(8);
/// How long jobs in hand may take to finish after that.
const DRAIN: Duration = Duration::from_secs(8);
/// Envelopes of other nodes that wait for the feed.
const ARRIVALS: usize = 4096;
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
    let mut parts = Parts::build(&config, &store)?;
    let (bus, arrivals, redis) = bus(&config, &pool)?;
    parts.redis = redis;
    let ports = Ports {
        store: Arc::new(store.clone()),
        provider: parts.provider.clone(),
        bus,
        clock: Arc::new(SystemClock),
        worker: parts.worker.clone(),
        media: Arc::new(parts.media_tokens.clone()),
    };
    let arbiters: Vec<Arbiter> = (0..cores()).map(|_| arbiter(runtime)).collect();
    let feed_arbiter = arbiter(runtime);
    let handles = arbiters.iter().map(Arbiter::handle).collect();
    let hub = Hub::start(ports, handles, &feed_arbiter.handle())
        .ok_or_else(|| anyhow!("the actors can't be started"))?;
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
    let tasks = [
        pool.spawn(beat(store.clone())),
        pool.spawn(sweep::run(store.clone(), objects, config.messages_kept)),
        pool.spawn(watch.run()),
    ];
    let app = App::new(state);
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
    stop.await;
    take_down(&app, &hub, &handle).await;
    for task in tasks {
        task.abort();
    }
    serving.await??;
    for arbiter in arbiters.iter().chain([&feed_arbiter]) {
        arbiter.stop();
    }
    tracing::info!("the hub stopped");
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
    if let Some(feed) = hub.feed()
        && feed.send(Dismiss).await.is_err()
    {
        tracing::warn!("the sockets could not be told");
    }
    // Requests may still leave jobs; those in hand finish, the others wait in the database.
    let (_, _) = tokio::join!(server.stop(true), hub.drain(DRAIN));
}

fn arbiter(runtime: &Arc<Runtime>) -> Arbiter {
    let runtime = Arc::clone(runtime);
    Arbiter::with_tokio_rt(move || runtime)
}

type Arrivals = mpsc::Receiver<Vec<Arc<actors::event::Envelope>>>;

type Link = (Arc<dyn Bus>, Option<Arrivals>, Option<Probe>);

fn bus(config: &Config, pool: &Handle) -> anyhow::Result<Link> {
    let Some(url) = &config.redis_url else {
        return Ok((Arc::new(LocalBus), None, None));
    };
    let (incoming, arrivals) = mpsc::channel(ARRIVALS);
    let secret = config.secrets.jwt_secret.expose_secret().as_bytes();
    let bus = RedisBus::start(url, derive_key(secret, "bus"), incoming, pool)?;
    let probe = bus.clone();
    let redis: Probe = Arc::new(move || probe.is_connected());
    Ok((Arc::new(bus), Some(arrivals), Some(redis)))
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

pub(super) async fn beat(store: Store) {
    let mut ticks = tokio::time::interval(HEARTBEAT);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        if let Err(error) = store.heartbeat().await {
            tracing::warn!(%error, "this node could not say that it lives");
        }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}
