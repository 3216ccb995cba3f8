//! Agents at work: messages with a key and changes of status, at a steady rate over all nodes, and how each was answered.

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use serde_json::json;
use tokio::task::JoinSet;

use super::checker::p99_ms;
use super::topology::{Topology, phone_number_id};
use crate::load::marker::fresh_run;
use crate::load::rest::{Answer, Rest};
use crate::simulator::Writing;

/// A command is tried for so long.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);
/// All customers' first messages are stored.
const OPENING: Duration = Duration::from_secs(30);

/// A customer of each writes to the number first, so that they may be answered.
pub async fn open_windows(
    topology: &Topology,
    number: usize,
    contacts: Range<u64>,
) -> anyhow::Result<()> {
    let provider = topology.simulator.as_ref().context("no provider")?;
    let writing = Writing::text(&phone_number_id(number), "Hello");
    for contact in contacts {
        provider
            .customer_writes(&format!("1999{contact:07}"), &writing)
            .map_err(|error| anyhow!("a customer can't write: {error:?}"))?;
    }
    ensure!(
        provider.quiet(OPENING).await,
        "not all first messages were taken"
    );
    Ok(())
}

/// What agents do.
#[derive(Clone, Debug)]
pub struct Work {
    /// Commands a second.
    pub rate: f64,
    /// Ends by itself after so many; on being told when absent.
    pub count: Option<u64>,
    /// To each of the load's contacts from `first` on in turn.
    pub first: u64,
    pub contacts: u64,
    /// Every other time that it is a contact's turn, the status of the conversation is changed.
    pub changes: bool,
    /// The number that sends; the first when absent.
    pub session: Option<String>,
    pub connections: usize,
    /// What is not answered within this time counts as no answer.
    pub answer: Duration,
    pub again: Again,
    /// Through the proxies of agents.
    pub proxied: bool,
}

/// When a command is asked again, with the same key and at the next node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Whenever it was not done: no answer, 429, 5xx.
    Always,
    /// When nobody listened, so that nothing can have happened.
    Refused,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            rate: 50.0,
            count: None,
            first: 0,
            contacts: 200,
            changes: false,
            session: None,
            connections: 64,
            answer: Duration::from_secs(10),
            again: Again::Always,
            proxied: false,
        }
    }
}

/// A command and its end.
#[derive(Clone, Debug)]
pub struct Done {
    pub contact: u64,
    /// From the start of the work.
    pub due: Duration,
    /// The same time, in milliseconds since 1970.
    pub due_ms: i64,
    /// When its last answer came, or it was given up.
    pub end: Duration,
    /// Its text, when it is a message.
    pub mark: Option<String>,
    /// Whether the hub said that it is done.
    pub is_done: bool,
    /// The message's id, when it is one that was taken.
    pub id: Option<String>,
    /// What the tries before the last one met: `503 busy`, `cut`, `refused`.
    pub failures: Vec<String>,
}

impl Done {
    /// From the time it was due.
    pub fn took(&self) -> Duration {
        self.end.saturating_sub(self.due)
    }
}

/// Agents who work.
pub struct Desk {
    begin: Instant,
    stop: Arc<AtomicBool>,
    workers: JoinSet<anyhow::Result<Vec<Done>>>,
}

struct Worker {
    nodes: Vec<Rest>,
    turn: usize,
    work: Work,
    run: u32,
    begin: Instant,
    /// The same time, in milliseconds since 1970.
    begin_ms: i64,
    /// The conversation of each contact, as soon as it is known.
    conversations: Arc<Mutex<HashMap<u64, String>>>,
}

impl Desk {
    /// They begin.
    pub fn start(topology: &Topology, work: &Work) -> anyhow::Result<Self> {
        let run = fresh_run()?;
        let (begin, begin_ms) = (Instant::now(), chrono::Utc::now().timestamp_millis());
        let stop = Arc::new(AtomicBool::new(false));
        let next = Arc::new(AtomicU64::new(0));
        let conversations = Arc::new(Mutex::new(HashMap::new()));
        let key = topology.hub.token().unwrap_or_default();
        let mut workers = JoinSet::new();
        for turn in 0..work.connections {
            let nodes = topology.nodes.iter().map(|node| {
                let authority = match &node.agents {
                    Some(link) if work.proxied => format!("127.0.0.1:{}", link.port()),
                    _ => node.hub.authority()?,
                };
                Ok(Rest::new(&authority, key).with_timeout(work.answer))
            });
            let mut work = work.clone();
            work.session = work.session.or_else(|| Some(topology.session.clone()));
            let worker = Worker {
                nodes: nodes.collect::<anyhow::Result<_>>()?,
                turn,
                work,
                run,
                begin,
                begin_ms,
                conversations: Arc::clone(&conversations),
            };
            workers.spawn(worker.run(Arc::clone(&next), Arc::clone(&stop)));
        }
        Ok(Self {
            begin,
            stop,
            workers,
        })
    }

    /// The time of the work.
    pub fn now(&self) -> Duration {
        self.begin.elapsed()
    }

    /// No new commands; what was begun is ended.
    pub async fn stop(self) -> anyhow::Result<Vec<Done>> {
        self.stop.store(true, Ordering::Relaxed);
        self.finish().await
    }

    /// Waits for the last of the ordered commands.
    pub async fn finish(mut self) -> anyhow::Result<Vec<Done>> {
        let mut all = Vec::new();
        while let Some(done) = self.workers.join_next().await {
            all.extend(done??);
        }
        all.sort_by_key(|done| done.due);
        Ok(all)
    }
}

impl Worker {
    async fn run(
        mut self,
        next: Arc<AtomicU64>,
        stop: Arc<AtomicBool>,
    ) -> anyhow::Result<Vec<Done>> {
        let mut all = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if self.work.count.is_some_and(|count| number >= count) {
                return Ok(all);
            }
            let due = Duration::from_secs_f64(number as f64 / self.work.rate);
            tokio::time::sleep_until((self.begin + due).into()).await;
            if stop.load(Ordering::Relaxed) {
                return Ok(all);
            }
            all.push(self.one(number, due).await);
        }
    }

    async fn one(&mut self, number: u64, due: Duration) -> Done {
        let contact = self.work.first + number % self.work.contacts;
        let turn = number / self.work.contacts;
        let conversation = match self.work.changes && turn % 2 == 1 {
            true => self.known().get(&contact).cloned(),
            false => None,
        };
        let mut done = Done {
            contact,
            due,
            due_ms: self.begin_ms + i64::try_from(due.as_millis()).unwrap_or(0),
            end: due,
            mark: None,
            is_done: false,
            id: None,
            failures: Vec::new(),
        };
        let (method, path, body) = match conversation {
            Some(id) => {
                let status = ["pending", "open"][usize::from(turn % 4 == 1)];
                let path = format!("/api/v1/conversations/{id}");
                ("PATCH", path, json!({ "status": status }).to_string())
            }
            None => {
                let mark = format!("command {:08x} {number}.", self.run);
                let body = json!({"session_id": self.work.session, "to": format!("+1999{contact:07}"),
                    "type": "text", "text": {"body": mark}});
                done.mark = Some(mark);
                ("POST", "/api/v1/messages".to_owned(), body.to_string())
            }
        };
        let key = format!("command-{:08x}-{number}", self.run);
        let key = done.mark.is_some().then_some(key.as_str());
        let begin = Instant::now();
        loop {
            self.turn = (self.turn + 1) % self.nodes.len();
            let node = &mut self.nodes[self.turn];
            let answer = node.ask(method, &path, key, &body).await;
            done.end = self.begin.elapsed();
            let may_again = match answer {
                Ok(answer) if answer.is_good() => {
                    done.is_done = true;
                    self.learn(&answer, &mut done);
                    return done;
                }
                Ok(answer) => {
                    done.failures.push(answer.problem());
                    let is_final = answer.status < 500 && answer.status != 429;
                    !is_final && self.work.again == Again::Always
                }
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                    done.failures.push("refused".to_owned());
                    true
                }
                Err(error) => {
                    let is_late = error.kind() == io::ErrorKind::TimedOut;
                    done.failures
                        .push(if is_late { "late" } else { "cut" }.to_owned());
                    self.work.again == Again::Always
                }
            };
            if !may_again || begin.elapsed() > PATIENCE {
                return done;
            }
            // The next node is asked at once; whoever was asked already, a little later.
            if done.failures.len() >= self.nodes.len() {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    fn learn(&self, answer: &Answer, done: &mut Done) {
        if done.mark.is_none() {
            return;
        }
        let body = answer.body();
        done.id = body["id"].as_str().map(str::to_owned);
        if let Some(id) = body["conversation_id"].as_str() {
            self.known().insert(done.contact, id.to_owned());
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<u64, String>> {
        self.conversations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The 99th percentile of what was due at a time that is wanted, in milliseconds.
pub fn p99(all: &[Done], is_wanted: impl Fn(Duration) -> bool) -> Option<f64> {
    let wanted = all.iter().filter(|done| is_wanted(done.due));
    p99_ms(wanted.map(Done::took))
}
