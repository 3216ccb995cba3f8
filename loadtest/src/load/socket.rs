//! A client on the hub's socket that watches everything (`firehose`), measures how long news take and comes back
//! with its cursor when it is cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use hdrhistogram::Histogram;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::board::Board;
use super::echo::Echoes;
use super::hub::Hub;
use super::judge::{Judge, Verdict};
use super::marker::Marker;
use super::post::record;
use super::report::histogram;
use super::scan::{Frame, Scanner};

/// Sockets that a hub lets one API key hold.
const PER_KEY: usize = 1000;
/// The default of 128 KiB per socket is the largest part of its memory.
const READ_BUFFER: usize = 32 * 1024;
/// Nothing comes for so long, not even a beat: the socket is dead.
pub const SILENCE: Duration = Duration::from_secs(35);
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The pause before a socket that was cut comes back.
pub const COME_BACK: Duration = Duration::from_millis(100);

/// A client's end of a socket.
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What to watch.
#[derive(Clone)]
pub struct Watch {
    pub url: String,
    /// Sockets of further nodes; who is cut comes back at any of them.
    pub more_urls: Vec<String>,
    /// One for each thousand sockets.
    pub tokens: Vec<String>,
    /// Which of many sockets this is.
    pub number: usize,
    pub marker: Marker,
    /// Messages due before this time are not measured.
    pub measured_from: Duration,
    pub contacts: u32,
    pub most: u64,
    /// Come back when cut, instead of ending.
    pub persistent: bool,
    /// Who is cut waits up to so long, each a time of its own.
    pub jitter: Duration,
    /// Keep when each message came.
    pub keeps_times: bool,
    /// Where to tell what became of sends.
    pub echoes: Option<Arc<Echoes>>,
}

impl Watch {
    /// Everything of a run with so many messages at most, from contacts whose numbers lie below `contacts`.
    pub fn of(hub: &Hub, marker: Marker, contacts: u32, most: u64) -> Self {
        Self {
            url: hub.socket_url(),
            more_urls: Vec::new(),
            tokens: hub.socket_tokens(),
            number: 0,
            marker,
            measured_from: Duration::ZERO,
            contacts,
            most,
            persistent: true,
            jitter: Duration::ZERO,
            keeps_times: false,
            echoes: None,
        }
    }
}

impl Watch {
    /// Where the `attempt`-th connection goes.
    fn url(&self, attempt: u64) -> &str {
        let nodes = 1 + self.more_urls.len();
        let turn = (self.number + usize::try_from(attempt).unwrap_or(0)) % nodes;
        match turn {
            0 => &self.url,
            turn => &self.more_urls[turn - 1],
        }
    }

    /// The pause before it comes back.
    fn pause(&self) -> Duration {
        COME_BACK + self.jitter.mul_f64(rand::random())
    }

    /// As which it shows itself; what is beyond the last one's thousand is refused by the hub.
    fn token(&self) -> &str {
        let last = self.tokens.len().saturating_sub(1);
        let token = self.tokens.get((self.number / PER_KEY).min(last));
        token.map_or("", String::as_str)
    }
}

/// What one socket saw.
pub struct Watched {
    /// From the due time of the webhook to its frame.
    pub push: Histogram<u64>,
    pub verdict: Verdict,
    pub reconnects: u64,
    /// Frames with events; each holds those that the hub had at that moment.
    pub frames: u64,
    /// The hub asked to load again: events were missed for good.
    pub reloads: u64,
    /// Why it ended early, if it did.
    pub ended: Option<String>,
    /// Messages that are missing, the first few.
    pub missing: Vec<u64>,
    /// Each time that it came back: when the connection that succeeded was begun.
    pub connected: Vec<Duration>,
    /// When messages were due and when they came, if that was to be kept.
    pub times: Vec<Told>,
}

/// A message on one socket, in times of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub number: u64,
    pub due: Duration,
    pub came: Duration,
}

/// Watches until `end` says so. `ready` is told once it is subscribed; `progress` counts messages seen.
pub async fn run(
    watch: Watch,
    board: Arc<Board>,
    ready: mpsc::Sender<anyhow::Result<()>>,
    progress: Arc<AtomicU64>,
    mut end: watch::Receiver<bool>,
) -> Watched {
    let mut watcher = Watcher {
        scanner: Scanner::new(watch.marker.clone()),
        judge: Judge::new(watch.most, watch.contacts),
        push: histogram(),
        cursor: None,
        frames: 0,
        reloads: 0,
        attempts: 0,
        connected: Vec::new(),
        times: Vec::new(),
        board,
        progress,
        watch,
    };
    let mut reconnects = 0;
    let mut ready = Some(ready);
    let mut ended = None;
    loop {
        let outcome = tokio::select! {
            outcome = watcher.session(&mut ready) => outcome,
            _ = end.wait_for(|end| *end) => break,
        };
        let reason = match outcome {
            Ok(()) => "closed by the hub".to_owned(),
            Err(error) => format!("{error:#}"),
        };
        // Before the first success coming back is no use: token or topic were refused.
        if !watcher.watch.persistent || ready.is_some() {
            ended = Some(reason.clone());
            if let Some(ready) = ready.take() {
                // Nobody waits any more: nothing to tell.
                let _ = ready.send(Err(anyhow::anyhow!(reason))).await;
            }
            break;
        }
        reconnects += 1;
        tokio::select! {
            () = tokio::time::sleep(watcher.watch.pause()) => {}
            _ = end.wait_for(|end| *end) => break,
        }
    }
    Watched {
        verdict: watcher.judge.verdict(&watcher.board),
        missing: watcher.judge.missing(&watcher.board).take(10).collect(),
        push: watcher.push,
        connected: watcher.connected,
        times: watcher.times,
        reconnects,
        frames: watcher.frames,
        reloads: watcher.reloads,
        ended,
    }
}

struct Watcher {
    watch: Watch,
    scanner: Scanner,
    judge: Judge,
    push: Histogram<u64>,
    cursor: Option<String>,
    frames: u64,
    reloads: u64,
    attempts: u64,
    connected: Vec<Duration>,
    times: Vec<Told>,
    board: Arc<Board>,
    progress: Arc<AtomicU64>,
}

impl Watcher {
    /// One connection, from the first frame to the last.
    async fn session(
        &mut self,
        ready: &mut Option<mpsc::Sender<anyhow::Result<()>>>,
    ) -> anyhow::Result<()> {
        let begun = Instant::now();
        let url = self.watch.url(self.attempts);
        self.attempts += 1;
        let mut socket = subscribe(url, self.watch.token(), self.cursor.as_deref()).await?;
        loop {
            let message = match tokio::time::timeout(SILENCE, socket.next()).await {
                Err(_) => bail!("nothing came for {} s", SILENCE.as_secs()),
                Ok(None) => return Ok(()),
                Ok(Some(message)) => message?,
            };
            let arrived = Instant::now();
            match message {
                Message::Text(text) => self.take(text.as_bytes(), [begun, arrived], ready).await?,
                Message::Close(frame) => bail!(
                    "closed with {}",
                    frame.map_or_else(|| "no code".to_owned(), |frame| frame.code.to_string())
                ),
                _ => {}
            }
        }
    }

    async fn take(
        &mut self,
        bytes: &[u8],
        [begun, arrived]: [Instant; 2],
        ready: &mut Option<mpsc::Sender<anyhow::Result<()>>>,
    ) -> anyhow::Result<()> {
        match self.scanner.frame(bytes) {
            Frame::Subscribed { refused: true } => bail!("the topic firehose was refused"),
            Frame::Subscribed { refused: false } => {
                if self.cursor.is_none() {
                    let cursor = self
                        .scanner
                        .cursor(bytes)
                        .context("no cursor in subscribed")?;
                    self.judge.begin(&cursor);
                    self.cursor = Some(cursor);
                } else {
                    let since = begun.saturating_duration_since(self.board.start());
                    self.connected.push(since);
                }
                if let Some(ready) = ready.take() {
                    // Nobody waits any more: nothing to tell.
                    let _ = ready.send(Ok(())).await;
                }
            }
            Frame::Events => {
                self.frames += 1;
                self.events(bytes, arrived);
                self.cursor = self.scanner.cursor(bytes).or(self.cursor.take());
            }
            Frame::Reload => {
                self.reloads += 1;
                self.cursor = self.scanner.cursor(bytes);
            }
            Frame::Error => bail!("the hub says {}", String::from_utf8_lossy(bytes)),
            Frame::Ready | Frame::Goodbye | Frame::Other => {}
        }
        Ok(())
    }

    fn events(&mut self, bytes: &[u8], arrived: Instant) {
        let Self {
            scanner,
            judge,
            push,
            board,
            progress,
            watch,
            times,
            ..
        } = self;
        let since_start = arrived.saturating_duration_since(board.start());
        scanner.events(bytes, |seen| {
            if let (Some(echoes), Some((number, step))) = (&watch.echoes, seen.send) {
                echoes.note(number, step, arrived);
            }
            if !judge.note(seen) {
                return;
            }
            progress.fetch_add(1, Ordering::Relaxed);
            let Some(number) = seen.message.map(|message| message.number) else {
                return;
            };
            let due = board.due(number);
            if let Some(due) = due.filter(|due| *due >= watch.measured_from) {
                record(push, since_start.saturating_sub(due));
                if watch.keeps_times {
                    times.push(Told {
                        number,
                        due,
                        came: since_start,
                    });
                }
            }
        });
    }
}

/// Connects, authenticates and asks for everything.
pub async fn subscribe(url: &str, token: &str, since: Option<&str>) -> anyhow::Result<Socket> {
    let mut socket = connect(url, token, since).await?;
    let mut subscribe = json!({"type": "subscribe", "topics": ["firehose"]});
    if let Some(since) = since {
        subscribe["since"] = since.into();
    }
    socket.send(Message::text(subscribe.to_string())).await?;
    Ok(socket)
}

/// Connects and authenticates.
pub async fn connect(url: &str, token: &str, since: Option<&str>) -> anyhow::Result<Socket> {
    let mut socket = open(url).await?;
    let mut auth = json!({"type": "auth", "token": token});
    if let Some(since) = since {
        auth["since"] = since.into();
    }
    socket.send(Message::text(auth.to_string())).await?;
    Ok(socket)
}

/// Connects.
pub async fn open(url: &str) -> anyhow::Result<Socket> {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .max_message_size(Some(64 << 20))
        .max_frame_size(Some(64 << 20));
    let connecting = tokio_tungstenite::connect_async_with_config(url, Some(config), true);
    let (socket, _) = tokio::time::timeout(HANDSHAKE, connecting)
        .await
        .context("the socket's handshake took too long")??;
    Ok(socket)
}
