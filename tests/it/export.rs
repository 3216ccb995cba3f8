//! What leaves the hub by configuration: spans over OTLP and errors to Sentry, received by a real server; and that
//! one who does not answer costs a warning.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use crate::edge::{post_sealed_as, text, webhook};
use crate::support::database::Engine;
use crate::support::whole::{NUMBER, Whole};

/// Only they may not be found.
const CUSTOMER: &str = "491705550124";
const WORDS: &str = "canary of the export";
/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

/// Paths and bodies.
type Told = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A server that keeps what it is told.
struct Receiver {
    address: SocketAddr,
    told: Told,
}

impl Receiver {
    fn start() -> Self {
        let told = Told::default();
        let kept = Arc::clone(&told);
        let server = HttpServer::new(move || {
            let kept = Arc::clone(&kept);
            let keep = move |request: HttpRequest, body: web::Bytes| {
                let what = (request.path().to_owned(), body.to_vec());
                kept.lock().unwrap().push(what);
                std::future::ready(HttpResponse::Ok().finish())
            };
            App::new().default_service(web::to(keep))
        });
        let server = server.workers(1).disable_signals();
        let server = server.bind(("127.0.0.1", 0)).unwrap();
        let address = server.addrs()[0];
        actix_web::rt::spawn(server.run());
        Self { address, told }
    }

    /// Everything told at `path` so far, as text; names and ids stand in it as they are.
    fn text(&self, path: &str) -> String {
        let told = self.told.lock().unwrap();
        let there = told.iter().filter(|(at, _)| at == path);
        let bodies = there.map(|(_, body)| String::from_utf8_lossy(body).into_owned());
        bodies.collect()
    }

    /// The same, when all of `pieces` are in it.
    async fn until(&self, path: &str, pieces: &[&str]) -> String {
        let since = std::time::Instant::now();
        loop {
            let text = self.text(path);
            let missing: Vec<_> = pieces
                .iter()
                .filter(|piece| !text.contains(**piece))
                .collect();
            if missing.is_empty() {
                return text;
            }
            assert!(
                since.elapsed() < PATIENCE,
                "{missing:?} did not come: {text}"
            );
            tokio::time::sleep(LOOK).await;
        }
    }
}

async fn hear_one(whole: &Whole, id: &str) {
    let said = webhook(NUMBER, &[text(CUSTOMER, &format!("wamid.{id}"), WORDS)]);
    assert_eq!(post_sealed_as(whole, said, id).await, 200);
}

#[cfg(feature = "otlp")]
#[actix_web::test]
async fn a_collector_gets_the_request_and_the_steps_of_its_message() {
    let collector = Receiver::start();
    let endpoint = format!("http://{}/", collector.address);
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_SERVICE_NAME", "story-hub"),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ];
    let whole = Whole::start_program(Engine::Sqlite, &settings).await;
    let mut socket = whole.socket().await;
    socket.subscribe(&["firehose"]).await;
    hear_one(&whole, "export-spans").await;
    socket.event("message.received").await;
    let pieces = [
        "story-hub",
        "POST /webhooks/whatsapp/{session_id}",
        "http.response.status_code",
        "export-spans",
        "conversation",
        "commit",
        "push",
    ];
    collector.until("/v1/traces", &pieces).await;
    hear_one(&whole, "export-last").await;
    drop(socket);
    whole.stop().await;
    let all = collector.text("/v1/traces");
    assert!(all.contains("export-last"), "the end sends what waits");
    for secret in [CUSTOMER, WORDS, "wamid."] {
        assert!(!all.contains(secret), "{secret} left the hub");
    }
}

#[cfg(feature = "otlp")]
#[actix_web::test]
async fn a_sampler_that_is_off_sends_nothing() {
    let collector = Receiver::start();
    let endpoint = format!("http://{}", collector.address);
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_TRACES_SAMPLER", "always_off"),
    ];
    let whole = Whole::start_program(Engine::Sqlite, &settings).await;
    hear_one(&whole, "export-off").await;
    whole.stop().await;
    assert_eq!(collector.text("/v1/traces"), "");
}

#[cfg(feature = "sentry")]
#[actix_web::test]
async fn sentry_gets_an_error_with_the_id_of_its_request() {
    let receiver = Receiver::start();
    let dsn = format!("http://canary@{}/7", receiver.address);
    let whole = Whole::start_program(Engine::Sqlite, &[("SENTRY_DSN", &dsn)]).await;
    hear_one(&whole, "export-well").await;
    whole.lose_table("contacts").await;
    let url = format!("http://{}/api/v1/contacts", whole.address());
    let request = whole.http().get(url).bearer_auth(whole.token());
    let request = request.header("X-Request-Id", "export-error");
    assert_eq!(request.send().await.unwrap().status().as_u16(), 500);
    let pieces = [
        "a request failed",
        "no such table: contacts",
        "\"request.id\":\"export-error\"",
        "\"http.route\":\"/api/v1/contacts\"",
    ];
    let told = receiver.until("/api/7/envelope/", &pieces).await;
    for secret in [CUSTOMER, WORDS, "export-well", whole.token()] {
        assert!(!told.contains(secret), "{secret} left the hub");
    }
    whole.stop().await;
}

#[cfg(all(feature = "otlp", feature = "sentry"))]
#[actix_web::test]
async fn nobody_there_costs_a_warning() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let (endpoint, dsn) = (
        format!("http://{address}"),
        format!("http://key@{address}/7"),
    );
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("SENTRY_DSN", &dsn),
    ];
    let whole = Whole::start_program(Engine::Sqlite, &settings).await;
    hear_one(&whole, "export-nobody").await;
    let warning = "the collector takes no spans; they are dropped until it does";
    let log = whole.log();
    log.until(|line| line["fields"]["message"] == warning).await;
    hear_one(&whole, "export-nobody-2").await;
    let lines = log.lines();
    let told = lines
        .iter()
        .filter(|line| line["fields"]["message"] == warning);
    assert_eq!(told.count(), 1, "told once");
    whole.stop().await;
}

#[cfg(all(feature = "otlp", feature = "sentry"))]
#[actix_web::test]
async fn one_who_accepts_and_never_answers_holds_nothing_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let (endpoint, dsn) = (
        format!("http://{address}"),
        format!("http://key@{address}/7"),
    );
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "600000"),
        ("SENTRY_DSN", &dsn),
    ];
    let whole = Whole::start_program(Engine::Sqlite, &settings).await;
    for number in 0..20 {
        hear_one(&whole, &format!("export-silent-{number}")).await;
    }
    // The first export hangs by now, for ten minutes if somebody waited for it.
    let (mut reached, _) = silent.accept().unwrap();
    std::io::Read::read_exact(&mut reached, &mut [0; 4]).unwrap();
    let log = whole.log().clone();
    assert!(whole.stop().await < PATIENCE);
    let left = "not everything was sent to where traces and errors go";
    log.until(|line| line["fields"]["message"] == left).await;
}

#[cfg(not(all(feature = "otlp", feature = "sentry")))]
#[actix_web::test]
async fn a_program_without_the_features_says_so_and_serves() {
    let receiver = Receiver::start();
    let endpoint = format!("http://{}", receiver.address);
    let dsn = format!("http://key@{}/7", receiver.address);
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("SENTRY_DSN", &dsn),
    ];
    let whole = Whole::start_program(Engine::Sqlite, &settings).await;
    hear_one(&whole, "export-lacking").await;
    let text = whole.log().text();
    assert!(text.contains("built without the feature"), "{text}");
    whole.stop().await;
}
