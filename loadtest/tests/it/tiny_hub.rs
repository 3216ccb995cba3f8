//! Just enough of a hub for the load tools: it takes webhooks and tells them to sockets, well or badly.

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
    /// Cut sockets that do not take a frame within half a second.
    pub cut_slow: bool,
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
    let mut first = [0_u8; 3];
    if stream.peek(&mut first).await.is_ok_and(|read| read == 3) && &first == b"GET" {
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
            500
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
        let Some((length, body)) = whole(&buffer) else {
            match stream.read_buf(&mut buffer).await {
                Ok(read) if read > 0 => continue,
                _ => return,
            }
        };
        let status = state.receive(&body);
        buffer.drain(..length);
        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// A whole request's length and body, once it is there.
fn whole(buffer: &[u8]) -> Option<(usize, Vec<u8>)> {
    let text = std::str::from_utf8(buffer).ok()?;
    let (head, rest) = text.split_once("\r\n\r\n")?;
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
    let length: usize = header("Content-Length: ")?.parse().ok()?;
    let body = rest.get(..length)?.as_bytes().to_vec();
    assert_eq!(
        header("X-Hub-Signature-256: "),
        Some(signature::sign("s", &body).as_str())
    );
    Some((head.len() + 4 + length, body))
}

impl State {
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
