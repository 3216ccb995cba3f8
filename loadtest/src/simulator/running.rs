//! A running simulator: its address, and ways to look into it and steer it from a test.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Data, JsonConfig, PayloadConfig};
use actix_web::{App, HttpServer};
use bytes::Bytes;
use serde_json::Value;
use tokio::sync::oneshot;

use super::chat::{Chat, Step};
use super::core::Core;
use super::customer::{self, Writing, WritingError, Written};
use super::fault::Fault;
use super::ledger::{Attempt, LedgerTotals};
use super::options::{Behaviour, NumberConfig, Options};
use super::subscribe::{self, SubscribeError};
use super::world::{ChatKey, Counters};
use super::{control, cut, delivery, graph, hub, page, status};
use crate::demo::traffic;

/// Bodies of sends; files come as multipart or, from the phone page, as base64.
const MAX_BODY: usize = 140 * 1024 * 1024;
/// How often waiting functions look again.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the port can't be taken: {0}")]
    Port(#[from] std::io::Error),
    #[error("the HTTP client can't be built: {0}")]
    Client(#[from] reqwest::Error),
    #[error("the simulator's thread ended before it was ready")]
    Died,
}

/// A running simulator.
pub struct Running {
    url: String,
    core: Arc<Core>,
    server: ServerHandle,
    thread: Option<std::thread::JoinHandle<()>>,
}

struct Ready {
    core: Arc<Core>,
    server: ServerHandle,
    url: String,
}

/// Starts a thread with a runtime of its own, so that a busy or paused runtime of the caller changes nothing.
pub(super) async fn start(options: Options) -> Result<Running, StartError> {
    let (ready, wait) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name("whatsapp-simulator".to_owned())
        .spawn(move || actix_web::rt::System::new().block_on(serve(options, ready)))?;
    let ready = wait.await.map_err(|_| StartError::Died)??;
    Ok(Running {
        url: ready.url,
        core: ready.core,
        server: ready.server,
        thread: Some(thread),
    })
}

async fn serve(options: Options, ready: oneshot::Sender<Result<Ready, StartError>>) {
    let (server, started) = match bind(&options) {
        Ok(bound) => bound,
        Err(error) => {
            // Nobody waits any more: nothing to tell.
            let _ = ready.send(Err(error));
            return;
        }
    };
    let core = Arc::clone(&started.core);
    if options.demo {
        traffic::settle(&core);
    }
    if options.talkative {
        core.spawn(traffic::run(Arc::clone(&core)));
    }
    if let Some(access) = options.hub {
        core.spawn(hub::connect(Arc::clone(&core), access));
    }
    if ready.send(Ok(started)).is_err() {
        return;
    }
    if let Err(error) = server.await {
        tracing::error!(%error, "the simulator's server ended");
    }
}

fn bind(options: &Options) -> Result<(actix_web::dev::Server, Ready), StartError> {
    let core = Core::start(options)?;
    let data = Data::from(Arc::clone(&core));
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .app_data(
                JsonConfig::default()
                    .limit(MAX_BODY)
                    .error_handler(control::bad_json),
            )
            .app_data(PayloadConfig::new(MAX_BODY))
            .configure(control::routes)
            .configure(page::routes)
            .configure(graph::routes)
            .default_service(web::to(graph::nothing_there))
    })
    .on_connect(cut::keep_handle)
    .workers(1)
    .disable_signals()
    .shutdown_timeout(0)
    .bind(address)?;
    let port = server
        .addrs()
        .first()
        .map_or(options.port, SocketAddr::port);
    let url = format!("http://127.0.0.1:{port}");
    core.set_url(url.clone());
    let server = server.run();
    let handle = server.handle();
    Ok((
        server,
        Ready {
            core,
            server: handle,
            url,
        },
    ))
}

impl Running {
    /// `http://127.0.0.1:<port>`: the hub's `WHATSAPP_API_URL`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Adds or replaces a number.
    pub fn add_number(&self, number: NumberConfig) {
        self.core.world().add_number(number);
    }

    /// Runs the handshake and sends the number's webhooks there from now on.
    pub async fn subscribe(
        &self,
        phone_number_id: &str,
        callback_url: &str,
        verify_token: &str,
    ) -> Result<(), SubscribeError> {
        // On the simulator's own runtime: the client's connections live there.
        let (done, wait) = oneshot::channel();
        let core = Arc::clone(&self.core);
        let (number, url, token) = (
            phone_number_id.to_owned(),
            callback_url.to_owned(),
            verify_token.to_owned(),
        );
        self.core.spawn(async move {
            // Nobody waits any more: nothing to tell.
            let _ = done.send(subscribe::subscribe(&core, &number, &url, &token).await);
        });
        wait.await.unwrap_or_else(|_| {
            Err(SubscribeError::Unreachable(
                "the simulator stopped".to_owned(),
            ))
        })
    }

    /// A customer (digits or user id) writes.
    pub fn customer_writes(
        &self,
        customer: &str,
        writing: &Writing,
    ) -> Result<Written, WritingError> {
        customer::write(&self.core, customer, writing)
    }

    /// Sends any change, signed, to everybody who subscribed to the number.
    pub fn send_change(&self, phone_number_id: &str, change: &Value) -> bool {
        self.core
            .deliver(&ChatKey::new(phone_number_id, ""), change)
    }

    /// Sends exactly these bytes, signed.
    pub fn send_raw(&self, phone_number_id: &str, body: impl Into<Bytes>) {
        let body = body.into();
        let subscriptions: Vec<_> = self
            .core
            .world()
            .subscriptions
            .iter()
            .filter(|subscription| subscription.phone_number_id == phone_number_id)
            .cloned()
            .collect();
        for subscription in subscriptions {
            delivery::post_raw(&self.core, subscription, body.clone());
        }
    }

    /// Tells one status of an accepted message; false when nobody knows it.
    pub fn tell_status(&self, wamid: &str, step: Step, code: Option<i64>) -> bool {
        let key = self.core.world().chat_of_message(wamid).cloned();
        key.is_some_and(|key| status::tell(&self.core, &key, wamid, step, code))
    }

    /// Orders a fault.
    pub fn order(&self, fault: Fault) -> bool {
        self.core.world().faults.add(fault)
    }

    /// Takes all orders back.
    pub fn clear_faults(&self) {
        self.core.world().faults.clear();
    }

    /// Turns the provider's manners.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.core.world().behaviour);
    }

    /// Sums over everything accepted.
    pub fn totals(&self) -> LedgerTotals {
        self.core.world().ledger.totals()
    }

    /// The attempt with that `biz_opaque_callback_data`.
    pub fn attempt(&self, attempt: &str) -> Option<Attempt> {
        self.core.world().ledger.get(attempt).cloned()
    }

    /// All attempts, the newest first.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.core
            .world()
            .ledger
            .newest(usize::MAX)
            .cloned()
            .collect()
    }

    /// What a customer's phone shows.
    pub fn chat(&self, phone_number_id: &str, customer: &str) -> Option<Chat> {
        let key = customer::customer_key(customer).ok()?;
        self.core.world().chat(phone_number_id, &key).cloned()
    }

    /// Lets statuses of one chat follow by themselves, or wait.
    pub fn set_auto(&self, phone_number_id: &str, customer: &str, auto: bool) {
        self.core.world().chat_mut(phone_number_id, customer).auto = auto;
    }

    /// What went out and how it was answered.
    pub fn counters(&self) -> Counters {
        self.core.world().counters
    }

    /// Puts a file on the provider's shelf and returns its id.
    pub fn add_medium(
        &self,
        phone_number_id: &str,
        mime_type: &str,
        bytes: impl Into<Bytes>,
    ) -> String {
        let mut world = self.core.world();
        let world = &mut *world;
        world.media.put(
            &mut world.rng,
            phone_number_id,
            mime_type,
            None,
            bytes.into(),
        )
    }

    /// Waits until every webhook was answered 200 or given up; false after `patience`.
    pub async fn quiet(&self, patience: Duration) -> bool {
        self.until(patience, |counters| counters.pending == 0).await
    }

    /// Waits until the counters say so; false after `patience`.
    pub async fn until(&self, patience: Duration, enough: impl Fn(&Counters) -> bool) -> bool {
        let deadline = std::time::Instant::now() + patience;
        while !enough(&self.counters()) {
            if std::time::Instant::now() > deadline {
                return false;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        true
    }

    /// Stops and waits for the end of the thread.
    pub async fn stop(mut self) {
        self.server.stop(false).await;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was printed already.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Sending the order is enough; the thread ends by itself.
        drop(self.server.stop(false));
    }
}
