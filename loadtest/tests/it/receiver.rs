//! A receiver of webhooks that checks signatures and remembers what came.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use loadtest::demo::{APP_SECRET, NUMBERS};
use loadtest::simulator::signature;
use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot};

/// What the handshake expects.
pub const VERIFY_TOKEN: &str = "receiver-verify";

const PATIENCE: Duration = Duration::from_secs(10);

/// A running receiver.
pub struct Receiver {
    url: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    changes: Mutex<Vec<Value>>,
    badly_signed: Mutex<u32>,
    refuse: Mutex<u32>,
    news: Notify,
}

impl Receiver {
    /// Starts on a free port, on a thread of its own.
    pub async fn start() -> Self {
        let state = Arc::new(State::default());
        let (ready, wait) = oneshot::channel();
        let data = Data::from(Arc::clone(&state));
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(data.clone())
                        .route("/hook", web::get().to(handshake))
                        .route("/hook", web::post().to(receive))
                        .route("/webhooks/whatsapp/{session}", web::get().to(handshake))
                        .route("/webhooks/whatsapp/{session}", web::post().to(receive))
                        .route("/api/v1/setup", web::get().to(setup))
                        .route("/api/v1/auth/login", web::post().to(log_in))
                        .route("/api/v1/sessions", web::get().to(sessions))
                })
                .workers(1)
                .disable_signals()
                .bind("127.0.0.1:0")
                .unwrap();
                ready.send(server.addrs()[0]).unwrap();
                server.run().await.unwrap();
            });
        });
        let url = format!("http://{}/hook", wait.await.unwrap());
        Self { url, state }
    }

    /// The callback's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of the hub that it also plays.
    pub fn hub_url(&self) -> &str {
        self.url.trim_end_matches("/hook")
    }

    /// Answers 503 to the next few.
    pub fn refuse(&self, times: u32) {
        *self.state.refuse.lock().unwrap() = times;
    }

    /// How many had a wrong signature.
    pub fn badly_signed(&self) -> u32 {
        *self.state.badly_signed.lock().unwrap()
    }

    /// Waits for that many changes.
    pub async fn changes(&self, count: usize) -> Vec<Value> {
        self.wait(count, |change| vec![change.clone()]).await
    }

    /// Waits for that many messages.
    pub async fn messages(&self, count: usize) -> Vec<Value> {
        self.wait(count, |change| list(change, "messages")).await
    }

    /// Waits for that many messages of one customer.
    pub async fn messages_from(&self, wa_id: &str, count: usize) -> Vec<Value> {
        self.wait(count, |change| {
            let mut messages = list(change, "messages");
            messages.retain(|message| message["from"] == wa_id);
            messages
        })
        .await
    }

    /// Forgets what came so far.
    pub fn forget(&self) {
        self.state.changes.lock().unwrap().clear();
    }

    /// Waits for that many statuses.
    pub async fn statuses(&self, count: usize) -> Vec<Value> {
        self.wait(count, |change| list(change, "statuses")).await
    }

    async fn wait(&self, count: usize, pick: impl Fn(&Value) -> Vec<Value>) -> Vec<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let news = self.state.news.notified();
            let found: Vec<Value> = self
                .state
                .changes
                .lock()
                .unwrap()
                .iter()
                .flat_map(&pick)
                .collect();
            if found.len() >= count {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                tokio::time::timeout(left, news).await.is_ok(),
                "only {} of {count} came: {found:#?}",
                found.len()
            );
        }
    }
}

/// A client for the test on this thread.
pub fn client() -> reqwest::Client {
    thread_local! {
        static CLIENT: reqwest::Client = {
            let _ = rustls::crypto::ring::default_provider().install_default();
            reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap()
        };
    }
    CLIENT.with(Clone::clone)
}

fn list(change: &Value, name: &str) -> Vec<Value> {
    change["value"][name]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

async fn setup() -> HttpResponse {
    HttpResponse::Ok().json(json!({"demo": {"email": "a@example.org", "password": "p"}}))
}

async fn log_in() -> HttpResponse {
    HttpResponse::Ok().json(json!({"access_token": "t"}))
}

async fn sessions() -> HttpResponse {
    let numbers: Vec<Value> = NUMBERS
        .iter()
        .zip(["ses_1", "ses_2"])
        .map(|(number, id)| json!({"id": id, "phone_number_id": number.phone_number_id, "verify_token": VERIFY_TOKEN}))
        .collect();
    HttpResponse::Ok().json(json!({"data": numbers, "next_cursor": null}))
}

async fn handshake(query: web::Query<Vec<(String, String)>>) -> HttpResponse {
    let get = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    if get("hub.mode").as_deref() == Some("subscribe")
        && get("hub.verify_token").as_deref() == Some(VERIFY_TOKEN)
    {
        return HttpResponse::Ok().body(get("hub.challenge").unwrap_or_default());
    }
    HttpResponse::Forbidden().finish()
}

async fn receive(state: Data<State>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let mut refuse = state.refuse.lock().unwrap();
    if *refuse > 0 {
        *refuse -= 1;
        return HttpResponse::ServiceUnavailable().finish();
    }
    let header = request
        .headers()
        .get("X-Hub-Signature-256")
        .and_then(|value| value.to_str().ok());
    if header != Some(signature::sign(APP_SECRET, &body).as_str()) {
        *state.badly_signed.lock().unwrap() += 1;
        return HttpResponse::Unauthorized().finish();
    }
    let body: Value = serde_json::from_slice(&body).unwrap();
    let changes = body["entry"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|entry| entry["changes"].as_array().cloned().unwrap_or_default());
    state.changes.lock().unwrap().extend(changes);
    state.news.notify_waiters();
    HttpResponse::Ok().finish()
}
