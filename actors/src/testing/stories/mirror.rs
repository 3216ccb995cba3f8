//! What a client pieces together from an old snapshot and the events is what a fresh snapshot shows, whatever
//! happened, was lost, came twice or was cut in between.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use super::{pass, seconds, settle, stage};
use crate::event::Cursor;
use crate::model::conversation::{ConversationChange, ConversationStatus};
use crate::model::ids::ConversationId;
use crate::model::inbound::Effect;
use crate::model::status::MessageStatus;
use crate::model::user::Role;
use crate::ports::store::EventStore;
use crate::testing::build::status;
use crate::testing::{Stage, TestSocket, draft, inbound};

/// A small generator: the seed is in the name of whatever fails.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// A client: a list of conversations and the lines of those that it has open.
struct Client {
    rows: HashMap<String, Value>,
    lines: HashMap<String, Value>,
    cursor: Cursor,
    /// Events have to lie above.
    last_event: i64,
    open: Vec<ConversationId>,
    socket: Option<TestSocket>,
}

impl Client {
    async fn start(stage: &Stage, open: Vec<ConversationId>) -> Self {
        let mut client = Self {
            rows: HashMap::new(),
            lines: HashMap::new(),
            cursor: stage.store.head(stage.organization).await.unwrap(),
            last_event: 0,
            open,
            socket: None,
        };
        client.load(stage);
        client.connect(stage).await;
        client
    }

    fn load(&mut self, stage: &Stage) {
        (self.rows, self.lines) = snapshot(stage, &self.open);
    }

    async fn connect(&mut self, stage: &Stage) {
        let (socket, _) = stage.socket_of(Role::Agent).await;
        let mut topics = vec!["inbox".to_owned()];
        topics.extend(self.open.iter().map(|id| format!("conversation:{id}")));
        let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
        socket.subscribe(&topics, Some(self.cursor)).await;
        self.socket = Some(socket);
        // Events may come again whose rows the client did not get.
        self.last_event = self.cursor.seq;
    }

    /// Takes what came; a client that is cut may have got only some of it.
    fn read(&mut self, stage: &Stage, at_most: usize) {
        let Some(socket) = &self.socket else {
            return;
        };
        for frame in socket.take().into_iter().take(at_most) {
            if frame["type"] == "reload" {
                self.load(stage);
                self.last_event = 0;
            }
            for event in frame["events"].as_array().into_iter().flatten() {
                let seq = event["seq"].as_i64().unwrap();
                assert!(
                    seq > self.last_event,
                    "event {seq} after {}",
                    self.last_event
                );
                self.last_event = seq;
                let kind = event["type"].as_str().unwrap();
                if kind.starts_with("message.") || kind.starts_with("note.") {
                    keep(&mut self.lines, &event["data"]);
                }
            }
            for row in frame["rows"].as_array().into_iter().flatten() {
                keep(&mut self.rows, row);
            }
            self.cursor = frame["cursor"].as_str().unwrap().parse().unwrap();
        }
    }
}

/// Somebody who hears everything and holds each number to come exactly once.
struct Witness {
    socket: TestSocket,
    cursor: Cursor,
}

impl Witness {
    async fn start(stage: &Stage) -> Self {
        let (socket, cursor) = stage.socket_of(Role::Owner).await;
        socket.subscribe(&["firehose"], None).await;
        Self { socket, cursor }
    }

    async fn connect_again(&mut self, stage: &Stage) {
        let (socket, _) = stage.socket_of(Role::Owner).await;
        socket.subscribe(&["firehose"], Some(self.cursor)).await;
        std::mem::replace(&mut self.socket, socket).leave().await;
    }

    fn read(&mut self, at_most: usize) {
        for frame in self.socket.take().into_iter().take(at_most) {
            assert_ne!(frame["type"], "reload");
            for event in frame["events"].as_array().into_iter().flatten() {
                assert_eq!(event["seq"], self.cursor.seq + 1);
                self.cursor.seq += 1;
            }
            let cursor: Cursor = frame["cursor"].as_str().unwrap().parse().unwrap();
            assert_eq!(cursor, self.cursor, "{frame}");
        }
    }
}

/// A higher number replaces a lower one.
fn keep(held: &mut HashMap<String, Value>, told: &Value) {
    let id = told["id"].as_str().unwrap();
    let newer = |old: &Value| old["seq"].as_i64() > told["seq"].as_i64();
    if !held.get(id).is_some_and(newer) {
        held.insert(id.to_owned(), told.clone());
    }
}

fn snapshot(
    stage: &Stage,
    open: &[ConversationId],
) -> (HashMap<String, Value>, HashMap<String, Value>) {
    let rows = stage.store.conversations(stage.organization);
    let rows = rows
        .iter()
        .map(|row| (row.id.to_string(), serde_json::to_value(row).unwrap()));
    let lines = open.iter().flat_map(|id| stage.store.thread(*id));
    let lines = lines.map(|line| (line.id.to_string(), serde_json::to_value(&line).unwrap()));
    (rows.collect(), lines.collect())
}

async fn something_happens(stage: &Stage, dice: &mut Dice, contacts: &[ConversationId]) {
    let number = dice.roll(contacts.len() as u64);
    let digits = digits(number);
    let id = contacts[usize::try_from(number).unwrap()];
    let thread = stage.store.thread(id);
    let some = &thread[usize::try_from(dice.roll(thread.len() as u64)).unwrap()];
    let target = some.provider_id.clone().unwrap_or_default();
    let by = stage.agent();
    let message = inbound(&digits, &format!("line {}", dice.roll(1000))).at(stage.now());
    match dice.roll(12) {
        0..4 => stage.receive(message).await.unwrap(),
        4 => {
            let emoji = (dice.roll(3) > 0).then(|| "👍".to_owned());
            let reaction = Effect::Reaction { target, emoji };
            stage.receive(message.effect(reaction)).await.unwrap();
        }
        5 => stage
            .receive(message.effect(Effect::Edit { target }))
            .await
            .unwrap(),
        6 | 7 => {
            let sent = stage.hub.send(&by, id, draft("an answer").into()).await;
            sent.unwrap();
        }
        8 => {
            let steps = [
                MessageStatus::Delivered,
                MessageStatus::Read,
                MessageStatus::Failed,
            ];
            let step = steps[usize::try_from(dice.roll(3)).unwrap()];
            let news = status(&target, step, stage.now());
            let raised = stage
                .hub
                .raise_status(stage.organization, stage.session, news);
            raised.await.unwrap();
        }
        9 => stage.hub.mark_read(&by, id).await.unwrap(),
        10 => {
            let statuses = [ConversationStatus::Closed, ConversationStatus::Pending];
            let change = ConversationChange {
                status: Some(statuses[usize::try_from(dice.roll(2)).unwrap()]),
                assignee: Some((dice.roll(2) > 0).then(|| stage.user.clone())),
                ..Default::default()
            };
            stage.hub.change(&by, id, change).await.unwrap();
        }
        // Another node stores it, and its announcement is lost.
        _ => drop(stage.store_elsewhere(message).await),
    }
}

fn digits(number: u64) -> String {
    format!("49170{number:07}")
}

async fn play(seed: u64) {
    let stage = stage();
    let mut dice = Dice(seed);
    let mut contacts = Vec::new();
    for number in 0..6 {
        contacts.push(stage.conversation(&digits(number)).await);
    }
    let mut client = Client::start(&stage, contacts[..2].to_vec()).await;
    let mut witness = Witness::start(&stage).await;
    for _ in 0..150 {
        something_happens(&stage, &mut dice, &contacts).await;
        match dice.roll(12) {
            0 => settle().await,
            1 => pass(Duration::from_millis(dice.roll(400))).await,
            2 => pass(seconds(3)).await,
            3 => {
                client.read(&stage, usize::MAX);
                witness.read(usize::MAX);
            }
            4 => {
                // The line breaks somewhere in the middle of what was sent.
                client.read(&stage, usize::try_from(dice.roll(4)).unwrap());
                if let Some(socket) = client.socket.take() {
                    socket.leave().await;
                }
                witness.read(usize::try_from(dice.roll(4)).unwrap());
                witness.connect_again(&stage).await;
            }
            5 if client.socket.is_none() => client.connect(&stage).await,
            _ => {}
        }
    }
    if client.socket.is_none() {
        client.connect(&stage).await;
    }
    pass(seconds(30)).await;
    client.read(&stage, usize::MAX);
    witness.read(usize::MAX);
    let head = stage.store.head(stage.organization).await.unwrap();
    assert_eq!(witness.cursor, head, "seed {seed}");
    let (rows, lines) = snapshot(&stage, &client.open);
    assert_eq!(client.rows, rows, "seed {seed}");
    assert_eq!(client.lines, lines, "seed {seed}");
}

#[test]
fn old_snapshot_and_events_make_the_fresh_snapshot() {
    for seed in 1..=30_u64 {
        // Each on a system of its own: the actors of those before are gone.
        actix_rt::System::new().block_on(play(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed)));
    }
}
