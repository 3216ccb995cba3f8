//! An agent of a line: accepts what is offered, answers some of it and closes it, as the dashboard would.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as Lock, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rand::Rng;
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc, watch};

use super::ear::{Listener, Say};
use super::office::Office;
use super::pace::{Kind, Pace};
use super::row::{Finder, Row};
use crate::load::chance::{Of, chance};
use crate::load::pause::pause;
use crate::load::rest::{Answer, Rest};

/// A hub that is gone comes back within this time, or the agent gives up.
const PATIENCE: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_millis(500);
/// Somebody who was sent away for an offer that they let pass says that they are there.
const COME_BACK: Duration = Duration::from_secs(1);

/// How agents work.
#[derive(Clone, Debug)]
pub struct Manner {
    /// Pauses on average: before an offer is accepted, and before the conversation is answered or closed.
    pub react: Duration,
    pub work: Duration,
    /// Share of conversations that are answered before they are closed.
    pub answer: f64,
    pub seed: u64,
}

/// What an agent has in hand and does it with.
pub struct Hands {
    pub name: String,
    /// The user's id.
    pub user: String,
    pub manner: Manner,
    pub office: Arc<Office>,
    pub rest: Mutex<Rest>,
    pub say: mpsc::Sender<Say>,
    /// From then on offers are accepted, and nothing else is done.
    pub stop: watch::Receiver<bool>,
    /// Conversations in hand.
    open: Lock<HashSet<String>>,
    turn: AtomicU64,
}

impl Hands {
    /// Nothing in hand.
    pub fn new(
        (name, user): (String, String),
        manner: Manner,
        office: Arc<Office>,
        rest: Rest,
        (say, stop): (mpsc::Sender<Say>, watch::Receiver<bool>),
    ) -> Arc<Self> {
        Arc::new(Self {
            name,
            user,
            manner,
            office,
            rest: Mutex::new(rest),
            say,
            stop,
            open: Lock::default(),
            turn: AtomicU64::new(0),
        })
    }

    fn open(&self) -> MutexGuard<'_, HashSet<String>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how the agent stands.
    pub async fn stand(&self, status: &str) -> Option<()> {
        let body = json!({"status": status}).to_string();
        let path = "/api/v1/me/status";
        self.insist("status", ("PUT", path), None, &body).await?;
        Some(())
    }

    /// A row says that the conversation is theirs.
    fn take(self: &Arc<Self>, row: &Row<'_>, at: Instant) {
        if !row.is_open() || row.assignee() != Some(&self.user) {
            return;
        }
        self.office.told(row, &self.user, at);
        let id = row.id.clone().into_owned();
        if self.open().insert(id.clone()) {
            let (hands, is_offer) = (Arc::clone(self), row.is_offer());
            tokio::spawn(async move {
                // What went wrong is in the tally.
                let _ = hands.serve(&id, is_offer).await;
            });
        }
    }

    async fn serve(&self, id: &str, is_offer: bool) -> Option<()> {
        let path = format!("/api/v1/conversations/{id}");
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let spread = self.name.bytes().map(u64::from).sum::<u64>() << 32;
        let mut chance = chance(self.manner.seed ^ spread, Of::Agent, turn);
        if is_offer {
            tokio::time::sleep(pause(self.manner.react, &mut chance)).await;
            self.accept(id, &path).await?;
        }
        self.say(Say::Look(id.to_owned())).await;
        let work = pause(self.manner.work, &mut chance);
        let mut stop = self.stop.clone();
        tokio::select! {
            () = tokio::time::sleep(work) => {}
            _ = stop.wait_for(|stop| *stop) => return None,
        }
        if chance.random::<f64>() < self.manner.answer {
            let key = format!("{}-{turn}", self.name);
            let body = r#"{"type":"text","text":{"body":"It is on its way, and will be there tomorrow."}}"#;
            let path = format!("{path}/messages");
            self.insist("answer", ("POST", &path), Some(&key), body)
                .await?;
        }
        let body = r#"{"status":"closed"}"#;
        self.insist("close", ("PATCH", &path), None, body).await?;
        self.open().remove(id);
        self.say(Say::LookAway(id.to_owned())).await;
        Some(())
    }

    async fn accept(&self, id: &str, path: &str) -> Option<()> {
        let path = format!("{path}/accept");
        let accepted = self.insist("accept", ("POST", &path), None, "").await;
        let Some(row) = accepted else {
            // It went to somebody else; if it comes again it is news.
            self.open().remove(id);
            return None;
        };
        let seq = row["seq"].as_i64().unwrap_or(0);
        self.office.ledger().told(id, seq, &self.user);
        Some(())
    }

    async fn say(&self, say: Say) {
        // The socket ends before its agent only when the run does.
        let _ = self.say.send(say).await;
    }

    /// Asks until the hub does it or refuses: a hub that is gone comes back.
    async fn insist(
        &self,
        action: &'static str,
        (method, path): (&str, &str),
        key: Option<&str>,
        body: &str,
    ) -> Option<Value> {
        let since = Instant::now();
        loop {
            let begin = Instant::now();
            let answer = self.rest.lock().await.ask(method, path, key, body).await;
            let is_over = since.elapsed() > PATIENCE;
            let (problem, passes) = match answer {
                Ok(answer) if answer.is_good() => {
                    self.office.tally.done(action, begin.elapsed());
                    return Some(answer.body());
                }
                Ok(answer) => (answer.problem(), passes(&answer)),
                Err(error) => (error.kind().to_string(), true),
            };
            let gives_up = passes && is_over;
            self.office.tally.failed(action, &problem, gives_up);
            if !passes || gives_up {
                return None;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// What the dashboard looks up when it is connected: whoever comes is given something before it listens.
    async fn look_up(self: Arc<Self>) {
        let path = "/api/v1/conversations?assignee=me&status=open&limit=50";
        let found = self.insist("look_up", ("GET", path), None, "").await;
        let at = Instant::now();
        let rows = found.map(|page| page["data"].to_string());
        let rows = rows.unwrap_or_default();
        let rows: Vec<Row<'_>> = serde_json::from_str(&rows).unwrap_or_default();
        for row in rows {
            self.take(&row, at);
        }
    }
}

/// Whether it may go well the next time.
const fn passes(answer: &Answer) -> bool {
    matches!(answer.status, 429 | 500..)
}

/// Listens for an agent.
pub struct Clerk {
    hands: Arc<Hands>,
    topics: Vec<String>,
    finder: Finder,
    pace: Pace,
}

impl Clerk {
    /// An agent of this team, who looks at what an inbox looks at.
    pub fn new(hands: Arc<Hands>, team: &str) -> Self {
        let mut topics = ["inbox", "directory", "me", "agents"]
            .map(str::to_owned)
            .to_vec();
        topics.push(format!("queue:{team}"));
        Self {
            finder: Finder::of(&hands.user),
            hands,
            topics,
            pace: Pace::default(),
        }
    }

    /// The run lasted so long: its seconds are counted.
    pub fn close(&mut self, length: Duration) {
        self.pace.close(length, &self.hands.office.paces);
    }

    /// They let an offer pass: they are away until they say otherwise.
    fn note_missed(&self, frame: &str) {
        let me = format!(r#""data":{{"id":"{}""#, self.hands.user);
        let mine = frame
            .split(r#"{"seq":"#)
            .filter(|event| event.contains(&me));
        if !mine
            .last()
            .is_some_and(|event| event.contains(r#""reason":"missed""#))
        {
            return;
        }
        self.hands.office.miss();
        let hands = Arc::clone(&self.hands);
        tokio::spawn(async move {
            tokio::time::sleep(COME_BACK).await;
            hands.stand("online").await
        });
    }
}

impl Listener for Clerk {
    fn topics(&self) -> Vec<String> {
        self.topics.clone()
    }

    fn hear(&mut self, frame: &str, at: Instant) {
        let kind = Kind::of(frame);
        let office = &self.hands.office;
        if let Some(time) = office.frame_time(at) {
            let size = frame.len();
            self.pace.note((kind, size), time, &office.paces);
        }
        match kind {
            Kind::Rows => {
                let hands = &self.hands;
                self.finder.rows(frame, |row| hands.take(&row, at));
            }
            Kind::People => self.note_missed(frame),
            _ => {}
        }
    }

    fn subscribed(&mut self) {
        self.hands.office.sit_down();
        tokio::spawn(Arc::clone(&self.hands).look_up());
    }
}
