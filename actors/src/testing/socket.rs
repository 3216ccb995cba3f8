//! An agent's socket without a network: keeps the frames it gets, and can stop reading.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use actix::{Actor, Addr, AsyncContext, Context, Handler};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::event::Cursor;
use crate::feed::seat::{Cut, Frame, SocketId};
use crate::feed::{Feed, Join, Leave, Subscribe, Unsubscribe};
use crate::hub::HubError;
use crate::model::ids::OrganizationId;
use crate::model::user::{Role, Who};

/// Frames that may wait in front of a socket that does not read.
const MAILBOX: usize = 16;

/// The test's end of a socket.
pub struct TestSocket {
    /// Names the socket in the feed.
    pub id: SocketId,
    feed: Addr<Feed>,
    peer: Addr<Peer>,
    wire: Arc<Wire>,
}

#[derive(Default)]
struct Wire {
    frames: Mutex<Vec<Frame>>,
    cut: AtomicBool,
}

impl Cut for Wire {
    fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }
}

struct Peer(Arc<Wire>);

impl Actor for Peer {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
    }
}

impl Handler<Frame> for Peer {
    type Result = ();

    fn handle(&mut self, frame: Frame, _: &mut Self::Context) {
        let mut frames = self.0.frames.lock().unwrap_or_else(PoisonError::into_inner);
        frames.push(frame);
    }
}

/// The peer reads nothing until the semaphore is closed.
#[derive(actix::Message)]
#[rtype(result = "()")]
struct Doze(Arc<Semaphore>);

impl Handler<Doze> for Peer {
    type Result = ();

    fn handle(&mut self, Doze(until): Doze, ctx: &mut Self::Context) {
        ctx.wait(actix::fut::wrap_future(async move {
            let _ = until.acquire().await;
        }));
    }
}

impl TestSocket {
    /// Takes a seat in the feed; answers with the socket and where the stream stands.
    pub async fn join(
        feed: &Addr<Feed>,
        organization: OrganizationId,
        who: Who,
        role: Role,
    ) -> Result<(Self, Cursor), HubError> {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let id = SocketId(NUMBER.fetch_add(1, Ordering::Relaxed));
        let wire = Arc::new(Wire::default());
        let peer = Peer(Arc::clone(&wire)).start();
        let join = Join {
            socket: id,
            organization,
            who,
            role,
            peer: peer.clone().recipient(),
            connection: Arc::clone(&wire) as Arc<dyn Cut>,
        };
        let cursor = feed.send(join).await.unwrap()?;
        let feed = feed.clone();
        Ok((
            Self {
                id,
                feed,
                peer,
                wire,
            },
            cursor,
        ))
    }

    /// Looks at topics, having seen everything up to `since`.
    pub async fn subscribe(&self, topics: &[&str], since: Option<Cursor>) {
        let topics = topics.iter().map(|&topic| topic.to_owned()).collect();
        let socket = self.id;
        self.feed
            .send(Subscribe {
                socket,
                topics,
                refused: Vec::new(),
                since,
            })
            .await
            .unwrap();
    }

    /// Looks away.
    pub async fn unsubscribe(&self, topics: &[&str]) {
        let topics = topics.iter().map(|&topic| topic.to_owned()).collect();
        let socket = self.id;
        self.feed
            .send(Unsubscribe { socket, topics })
            .await
            .unwrap();
    }

    /// Is gone.
    pub async fn leave(self) {
        self.feed.send(Leave(self.id)).await.unwrap();
    }

    /// Reads nothing until the answer is dropped.
    pub async fn stop_reading(&self) -> super::Gate {
        let gate = super::Gate::closed();
        self.peer.send(Doze(gate.semaphore())).await.unwrap();
        gate
    }

    /// Whether the feed ended the connection.
    pub fn is_cut(&self) -> bool {
        self.wire.cut.load(Ordering::SeqCst)
    }

    /// The frames since the last look, as JSON; a close is `{"close": code}`.
    pub fn take(&self) -> Vec<Value> {
        let mut frames = self
            .wire
            .frames
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let read = |frame: Frame| match frame {
            Frame::Text(text) => serde_json::from_str(&text).unwrap(),
            Frame::Close { code, .. } => serde_json::json!({ "close": code }),
        };
        frames.drain(..).map(read).collect()
    }

    /// The frames of one type since the last look; the others are lost.
    pub fn take_type(&self, kind: &str) -> Vec<Value> {
        let frames = self.take().into_iter();
        frames.filter(|frame| frame["type"] == kind).collect()
    }

    /// The numbers of the events since the last look, in the order of arrival.
    pub fn take_seqs(&self) -> Vec<i64> {
        let frames = self.take_type("events").into_iter();
        let events = frames.flat_map(|frame| frame["events"].as_array().unwrap().clone());
        events.map(|event| event["seq"].as_i64().unwrap()).collect()
    }

    /// The list rows since the last look, in the order of arrival.
    pub fn take_rows(&self) -> Vec<Value> {
        let frames = self.take_type("rows").into_iter();
        frames
            .flat_map(|frame| frame["rows"].as_array().unwrap().clone())
            .collect()
    }
}
