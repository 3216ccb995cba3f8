//! Just enough of a hub for the load tools: it takes webhooks, lets agents answer and tells sockets, well or badly.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use loadtest::simulator::signature;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio_tungstenite::tungstenite::Message;

/// What it does wrong; 0 is never.
#[derive(Clone, Copy, Default)]
pub struct Manners {
    pub lose_every: u64,
    pub refuse_every: u64,
    pub keep_repeats: bool,
    /// Take answers, but show them at no socket.
    pub hide_answers: bool,
    /// Cut sockets that do not take a frame within half a second.
    pub cut_slow: bool,
    /// Answer 503 to whoever looks for a message.
    pub no_searching: bool,
    /// Bytes added to each event.
    pub padding: usize,
}

/// A running hub; its thread ends with the test.
pub struct TinyHub {
    port: u16,
}

struct State {
    manners: Manners,
    store: Mutex<Store>,
    events: broadcast::Sender<String>,
}

#[derive(Default)]
struct Store {
    seq: u64,
    posts: u64,
    known: HashSet<String>,
}

/// A request, whole.
struct Request {
    /// All of it, in bytes.
    length: usize,
    method: String,
    path: String,
    key: Option<String>,
    signature: Option<String>,
    body: Vec<u8>,
}

impl TinyHub {
    /// Starts on a free port.
    pub fn start(manners: Manners) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let state = Arc::new(State {
                    manners,
                    store: Mutex::default(),
                    events: broadcast::Sender::new(100_000),
                });
                let listener = TcpListener::from_std(listener).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(serve(stream, Arc::clone(&state)));
                }
            });
        });
        Self { port }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    const SOCKET: &[u8] = b"GET /api/v1/socket";
    let mut first = [0_u8; SOCKET.len()];
    if stream
        .peek(&mut first)
        .await
        .is_ok_and(|read| read == SOCKET.len())
        && first == SOCKET
    {
        watch(stream, state).await;
    } else {
        take(stream, state).await;
    }
}

async fn watch(stream: TcpStream, state: Arc<State>) {
    let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
    let mut events = state.events.subscribe();
    for answer in [
        json!({"type": "ready"}),
        json!({"type": "subscribed", "refused": []}),
    ] {
        socket.next().await.unwrap().unwrap();
        let seq = state.store.lock().unwrap().seq;
        let kind = answer["type"].as_str().unwrap();
        let frame = format!(r#"{{"type":"{kind}","topics":[],"refused":[],"cursor":"1.{seq}"}}"#);
        socket.send(Message::text(frame)).await.unwrap();
    }
    while let Ok(event) = events.recv().await {
        let sending = socket.send(Message::text(event));
        let patience = Duration::from_millis(if state.manners.cut_slow {
            1500
        } else {
            3_600_000
        });
        if !matches!(tokio::time::timeout(patience, sending).await, Ok(Ok(()))) {
            return;
        }
    }
}

async fn take(mut stream: TcpStream, state: Arc<State>) {
    let mut buffer = Vec::new();
    loop {
        let Some(request) = whole(&buffer) else {
            match stream.read_buf(&mut buffer).await {
                Ok(read) if read > 0 => continue,
                _ => return,
            }
        };
        buffer.drain(..request.length);
        let (status, body) = state.answer(&request);
        let answer = format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// A request, once all of it is there.
fn whole(buffer: &[u8]) -> Option<Request> {
    let text = std::str::from_utf8(buffer).ok()?;
    let (head, rest) = text.split_once("\r\n\r\n")?;
    let header = |name: &str| {
        let found = head.lines().find_map(|line| line.strip_prefix(name));
        found.map(str::to_owned)
    };
    let length: usize = header("Content-Length: ").map_or(Some(0), |length| length.parse().ok())?;
    let mut words = head.split(' ').map(str::to_owned);
    Some(Request {
        length: head.len() + 4 + length,
        method: words.next()?,
        path: words.next()?,
        key: header("Idempotency-Key: "),
        signature: header("X-Hub-Signature-256: "),
        body: rest.get(..length)?.as_bytes().to_vec(),
    })
}

impl State {
    fn answer(&self, request: &Request) -> (u16, String) {
        if request.path.starts_with("/webhooks/") {
            let signature = signature::sign("s", &request.body);
            assert_eq!(request.signature, Some(signature));
            return (self.receive(&request.body), String::new());
        }
        let path = request.path.split('?').next().unwrap();
        let place: Vec<&str> = path.trim_start_matches("/api/v1/").split('/').collect();
        match (request.method.as_str(), place.as_slice()) {
            ("GET", ["me"]) => (200, json!({"id": "usr_1"}).to_string()),
            ("GET", ["conversations"]) => (200, self.inbox(&request.path)),
            ("GET", ["messages"]) if self.manners.no_searching => (503, String::new()),
            (
                "GET",
                [list @ ("users" | "teams" | "tags" | "sessions" | "contacts" | "messages")],
            ) => {
                let rows = json!({"data": [{"id": format!("{list}_1")}], "next_cursor": null});
                (200, rows.to_string())
            }
            ("GET", ["conversations", _, "messages"]) => (200, json!({"data": []}).to_string()),
            ("POST", ["conversations", _, "read"]) => (204, String::new()),
            ("PATCH", ["conversations", _]) => (200, json!({}).to_string()),
            ("POST", ["conversations", _, "messages"] | ["messages"]) => self.send(request),
            _ => (404, json!({"code": "not_found"}).to_string()),
        }
    }

    /// Two pages, the same rows in both.
    fn inbox(&self, path: &str) -> String {
        let writers = self.store.lock().unwrap().known.len().min(30);
        let rows: Vec<Value> = (0..writers)
            .map(|number| json!({"id": format!("cnv_{number}"), "unread": 1}))
            .collect();
        let next = (!path.contains("cursor=")).then_some("more");
        json!({"data": rows, "next_cursor": next}).to_string()
    }

    fn send(&self, request: &Request) -> (u16, String) {
        let key = request.key.clone().unwrap();
        let mut store = self.store.lock().unwrap();
        let steps = [
            ("message.queued", "queued"),
            ("message.sent", "sent"),
            ("message.status_changed", "read"),
        ];
        for (kind, status) in steps {
            store.seq += 1;
            let seq = store.seq;
            if !self.manners.hide_answers {
                // Nobody may be watching.
                let _ = self.events.send(format!(
                    r#"{{"type":"events","cursor":"1.{seq}","events":[{{"seq":{seq},"at":"t","type":"{kind}","data":{{"status":"{status}","client_key":"{key}"}}}}]}}"#
                ));
            }
        }
        let seq = store.seq;
        (202, json!({"id": format!("msg_{seq}")}).to_string())
    }

    fn receive(&self, body: &[u8]) -> u16 {
        let body: Value = serde_json::from_slice(body).unwrap();
        let mut store = self.store.lock().unwrap();
        store.posts += 1;
        let now = |every: u64| every > 0 && store.posts.is_multiple_of(every);
        if now(self.manners.refuse_every) {
            return 503;
        }
        if now(self.manners.lose_every) {
            return 200;
        }
        for change in body["entry"][0]["changes"].as_array().unwrap() {
            let message = &change["value"]["messages"][0];
            if message["type"] == "reaction" {
                // It changes a message and is none itself.
                continue;
            }
            let id = message["id"].as_str().unwrap();
            if !store.known.insert(id.to_owned()) && !self.manners.keep_repeats {
                continue;
            }
            store.seq += 1;
            let seq = store.seq;
            let padding = "x".repeat(self.manners.padding);
            // Nobody may be watching.
            let _ = self.events.send(format!(
                r#"{{"type":"events","cursor":"1.{seq}","events":[{{"seq":{seq},"at":"t","type":"message.received","data":{{"provider_id":"{id}","text":"{padding}"}}}}]}}"#
            ));
        }
        200
    }
}
