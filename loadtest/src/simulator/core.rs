//! What all parts of a running simulator share: the world, the webhook lanes and the stream for phone pages.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, broadcast, mpsc};

use super::delivery::{self, Delivery, Retries};
use super::options::Options;
use super::world::{ChatKey, World};

/// Stream events that a phone page may lag behind before it has to load again.
const STREAM_EVENTS: usize = 2_048;

/// Messages whose statuses follow, replies that are thought about, webhooks that wait: all together.
const MAX_TASKS: usize = 200_000;

/// A running simulator's inside.
pub struct Core {
    world: Mutex<World>,
    stream: broadcast::Sender<StreamEvent>,
    lanes: Vec<mpsc::Sender<Delivery>>,
    pub(super) retries: Retries,
    runtime: Handle,
    room: Arc<Semaphore>,
    url: OnceLock<String>,
    pub(super) client: reqwest::Client,
    /// Whether customers talk by themselves.
    pub(super) talkative: bool,
}

/// Something that a phone page shows at once.
#[derive(Clone, Debug)]
pub struct StreamEvent {
    pub phone_number_id: String,
    pub customer: String,
    /// The frame, encoded once.
    pub text: Arc<str>,
}

impl Core {
    /// A core whose lanes run on the current runtime.
    pub fn start(options: &Options) -> Result<Arc<Self>, reqwest::Error> {
        let world = World::new(
            options.seed,
            options.behaviour.clone(),
            options.numbers.clone(),
        );
        let (lanes, receivers) = delivery::lanes();
        let core = Arc::new(Self {
            world: Mutex::new(world),
            stream: broadcast::Sender::new(STREAM_EVENTS),
            lanes,
            retries: Retries::default(),
            runtime: Handle::current(),
            room: Arc::new(Semaphore::new(MAX_TASKS)),
            url: OnceLock::new(),
            client: http_client()?,
            talkative: options.talkative,
        });
        for receiver in receivers {
            core.spawn(delivery::run_lane(Arc::clone(&core), receiver));
        }
        Ok(core)
    }

    /// The world; hold it only for a moment, never across an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds since 1970.
    pub fn now_ms() -> i64 {
        chrono::Utc::now().timestamp_millis()
    }

    /// The simulator's own address.
    pub fn url(&self) -> &str {
        self.url.get().map_or("", String::as_str)
    }

    /// Told once the port is known.
    pub fn set_url(&self, url: String) {
        // A second call would be a second port; the first one stays.
        let _ = self.url.set(url);
    }

    /// Runs something beside the calls, on the simulator's runtime; counted as overflow when too much runs.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            self.world().counters.overflowed += 1;
            return;
        };
        self.runtime.spawn(async move {
            task.await;
            drop(room);
        });
    }

    /// A pause in the simulator's time.
    pub fn pause(&self, ms: u64) -> Duration {
        self.world().behaviour.scaled(ms)
    }

    /// Listens to what happens on the phones.
    pub fn listen(&self) -> broadcast::Receiver<StreamEvent> {
        self.stream.subscribe()
    }

    /// Tells the phone pages.
    pub fn tell(&self, key: &ChatKey, kind: &str, mut body: Value) {
        if self.stream.receiver_count() == 0 {
            return;
        }
        if !body.is_object() {
            body = json!({});
        }
        body["type"] = kind.into();
        body["phone_number_id"] = key.phone_number_id.as_str().into();
        body["customer"] = key.customer.as_str().into();
        // An error means that nobody listens.
        let _ = self.stream.send(StreamEvent {
            phone_number_id: key.phone_number_id.clone(),
            customer: key.customer.clone(),
            text: body.to_string().into(),
        });
    }

    /// Sends a change to everybody who subscribed to the number; false when a queue is full.
    pub fn deliver(&self, key: &ChatKey, change: &Value) -> bool {
        let subscriptions: Vec<_> = {
            let world = self.world();
            world
                .subscriptions
                .iter()
                .filter(|subscription| subscription.phone_number_id == key.phone_number_id)
                .cloned()
                .collect()
        };
        let mut all = true;
        for subscription in subscriptions {
            let lane = &self.lanes[delivery::lane_of(key)];
            let delivery = Delivery {
                subscription,
                change: change.clone(),
            };
            self.world().counters.pending += 1;
            if lane.try_send(delivery).is_err() {
                let mut world = self.world();
                world.counters.overflowed += 1;
                world.counters.pending -= 1;
                all = false;
            }
        }
        all
    }
}

/// The client for webhooks and handshakes.
fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    // Fails when somebody else installed it already, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .user_agent("facebookexternalua")
        .connect_timeout(Duration::from_secs(3))
        .pool_max_idle_per_host(32)
        .redirect(reqwest::redirect::Policy::none())
        .build()
}
