//! The base load of a drill: customers who write to all nodes, and agents who watch at all nodes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::task::JoinHandle;

use super::checker::p99_ms;
use super::topology::Topology;
use crate::load::board::Board;
use crate::load::crew::Crew;
use crate::load::crowd::Crowd;
use crate::load::history::{Answer, Book, History};
use crate::load::inflow::post_all;
use crate::load::marker::{Marker, fresh_run};
use crate::load::post::{Plan, Posted, Retry};
use crate::load::schedule::{Pace, Schedule};
use crate::load::script::Script;
use crate::load::shard::Shard;
use crate::load::socket::{Told, Watch, Watched};

/// A webhook is posted again for so long.
const PATIENCE: Duration = Duration::from_secs(120);
/// Retries come soon: the hub's recovery is measured and not the provider's.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// As long as the real provider waits for an answer.
const ANSWER: Duration = Duration::from_secs(10);
/// Sockets get so long to catch up at the end.
const CATCH_UP: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// A doubled message would come within this time.
const AFTERWARDS: Duration = Duration::from_millis(500);
/// Sockets whose times fit into memory.
const MOST_TIMES: usize = 1_000;
/// One webhook in ten comes twice.
const REPEAT_EVERY: u64 = 10;

/// How much.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// Webhooks a second; 0 is a closed loop.
    pub rate: f64,
    pub contacts: u32,
    /// The exponent of Zipf's law: above 0 any connection writes for any contact, and nothing has an order.
    pub zipf: f64,
    /// Messages in one webhook.
    pub batch: u64,
    /// Connections that post, each to every node.
    pub connections: usize,
    /// A webhook without an answer for so long is posted to the next node.
    pub answer: Duration,
    /// After a refusal a webhook is posted again after the first pause, then after longer ones, up to the second.
    pub pauses: (Duration, Duration),
    pub agents: usize,
    /// Who is cut waits up to so long before it comes back.
    pub jitter: Duration,
    /// The rate rises for so long.
    pub ramp: Duration,
    /// The run ends before; it sizes the tables.
    pub longest: Duration,
}

impl Default for Amount {
    fn default() -> Self {
        Self {
            rate: 100.0,
            contacts: 200,
            zipf: 0.0,
            batch: 1,
            connections: 16,
            answer: ANSWER,
            pauses: (Retry::default().first, LONGEST_PAUSE),
            agents: 6,
            jitter: Duration::from_millis(400),
            ramp: Duration::from_secs(1),
            longest: Duration::from_secs(3600),
        }
    }
}

/// It runs.
pub struct Traffic {
    marker: Marker,
    board: Arc<Board>,
    crew: Crew,
    posting: JoinHandle<anyhow::Result<Posted>>,
    book: Book,
    agents: u64,
    has_order: bool,
}

/// What came of it.
pub struct Seen {
    pub marker: Marker,
    pub board: Arc<Board>,
    pub posted: Posted,
    /// Every answer to a webhook, in the order in which they came.
    pub answers: Vec<Answer>,
    pub watched: Vec<Watched>,
    /// Whether each contact's messages were posted one after the other.
    pub has_order: bool,
}

impl Traffic {
    /// Opens the agents' sockets, then begins to post.
    pub async fn start(topology: &Topology, amount: Amount) -> anyhow::Result<Self> {
        let run = fresh_run()?;
        let marker = Marker::new(run);
        let (history, book) =
            History::begin(&topology.folder.path().join(format!("answers-{run:08x}")))?;
        let plan = Arc::new(Plan {
            target: topology.target()?,
            marker: marker.clone(),
            schedule: Schedule {
                pace: Pace::of(amount.rate),
                ramp: amount.ramp,
                duration: amount.longest,
            },
            connections: amount.connections,
            crowd: Crowd::new(amount.contacts, amount.zipf, 0, Shard::default())?,
            script: Script::plain(),
            batch: amount.batch,
            repeat_every: REPEAT_EVERY,
            retry: Retry {
                first: amount.pauses.0,
                longest: amount.pauses.1,
                patience: PATIENCE,
                timeout: amount.answer,
            },
            history: Some(history),
        });
        let most = plan.schedule.most().saturating_mul(amount.batch);
        let board = Arc::new(Board::new(most));
        let mut urls = topology.socket_urls().into_iter();
        let watch = Watch {
            url: urls.next().context("no node")?,
            more_urls: urls.collect(),
            jitter: amount.jitter,
            keeps_times: amount.agents <= MOST_TIMES,
            ..Watch::of(&topology.hub, marker.clone(), amount.contacts, most)
        };
        let crew = Crew::open(amount.agents, &watch, &board).await?;
        board.begin();
        let on = Arc::clone(&board);
        let posting = tokio::spawn(async move { post_all(&plan, &on).await });
        Ok(Self {
            marker,
            board,
            crew,
            posting,
            book,
            agents: amount.agents as u64,
            has_order: amount.zipf == 0.0,
        })
    }

    /// The time of the run.
    pub fn now(&self) -> Duration {
        self.board.start().elapsed()
    }

    /// Webhooks that were answered 200 so far.
    pub fn acked(&self) -> u64 {
        self.board.acked_count()
    }

    /// Ends it: nobody writes any more, what waits is posted, and the sockets get time to catch up.
    pub async fn stop(self) -> anyhow::Result<Seen> {
        self.board.stop();
        let posted = self.posting.await??;
        let expected = self.board.acked_count() * self.agents;
        let begin = Instant::now();
        while self.crew.seen() < expected && begin.elapsed() < CATCH_UP {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        tokio::time::sleep(AFTERWARDS).await;
        Ok(Seen {
            watched: self.crew.close().await?,
            has_order: self.has_order,
            answers: self.book.read()?,
            marker: self.marker,
            board: self.board,
            posted,
        })
    }
}

impl Seen {
    /// Messages on all sockets.
    pub fn told(&self) -> impl Iterator<Item = &Told> {
        self.watched.iter().flat_map(|one| &one.times)
    }

    /// When each message was answered 200 for the first time.
    pub fn acked_at(&self) -> HashMap<u64, Duration> {
        let mut acked = HashMap::new();
        for answer in self.answers.iter().filter(|answer| answer.status == 200) {
            acked.entry(answer.number).or_insert(answer.at);
        }
        acked
    }

    /// How long each message took from its first 200 to a socket, when it was due at a time that is wanted. Often the
    /// socket is first.
    fn deliveries(&self, is_wanted: impl Fn(Duration) -> bool) -> impl Iterator<Item = Duration> {
        let acked = self.acked_at();
        self.told().filter_map(move |told| {
            let acked = acked.get(&told.number).filter(|_| is_wanted(told.due))?;
            Some(told.came.saturating_sub(*acked))
        })
    }

    /// The 99th percentile of deliveries, in milliseconds, of messages that were due when `is_wanted` says so.
    pub fn delivery_p99_ms(&self, is_wanted: impl Fn(Duration) -> bool) -> Option<f64> {
        p99_ms(self.deliveries(is_wanted))
    }

    /// The slowest of them.
    pub fn slowest_delivery(&self, is_wanted: impl Fn(Duration) -> bool) -> Option<Duration> {
        self.deliveries(is_wanted).max()
    }

    /// The 99th percentile of answers 200 that came then.
    pub fn ack_p99_ms(&self, is_wanted: impl Fn(Duration) -> bool) -> Option<f64> {
        let acks = self.answers.iter().filter(|answer| answer.status == 200);
        p99_ms(
            acks.filter(|answer| is_wanted(answer.at))
                .map(|answer| answer.took),
        )
    }

    /// Answers other than 200 that came then.
    pub fn not_200(&self, is_wanted: impl Fn(Duration) -> bool) -> u64 {
        let others = self.answers.iter().filter(|answer| answer.status != 200);
        others.filter(|answer| is_wanted(answer.at)).count() as u64
    }

    /// How long after that time the last of the nodes answered a webhook with 200 again; None when one never did.
    pub fn first_acks_after(&self, time: Duration) -> Option<Duration> {
        let acks = self.answers.iter().filter(|answer| answer.status == 200);
        let after = acks.filter_map(|answer| Some((answer.node, answer.at.checked_sub(time)?)));
        let mut first: HashMap<usize, Duration> = HashMap::new();
        for (node, after) in after {
            let first = first.entry(node).or_insert(after);
            *first = after.min(*first);
        }
        let nodes = self.answers.iter().map(|answer| answer.node).max()? + 1;
        (first.len() == nodes)
            .then(|| first.into_values().max())
            .flatten()
    }
}
