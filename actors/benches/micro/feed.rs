//! The feed's way from committed events to the mailboxes of sockets, with the actor and its mailbox, without a
//! network. Time stands still while there is work and jumps when there is none, so no pause of the feed counts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::{Actor, Context, Handler};
use actix_rt::{System, SystemRunner};
use actors::event::Envelope;
use actors::feed::seat::{Cut, Frame, SocketId};
use actors::feed::{Join, Publish, Subscribe};
use actors::model::ids::{OrganizationId, UserId};
use actors::model::user::{Role, Who};
use actors::testing::Stage;
use actors::trail::Trail;
use criterion::{Criterion, SamplingMode, Throughput};
use tokio::sync::mpsc;

use crate::scene;

/// Events of one commit.
const BATCH: i64 = 64;

pub fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("feed");
    group
        .sample_size(30)
        .sampling_mode(SamplingMode::Flat)
        .throughput(Throughput::Elements(64));
    group.bench_function("64 events to 10 sockets that see all", |b| {
        let mut hall = Hall::open(10, Shown::Events, |_| vec!["firehose".to_owned()]);
        b.iter_custom(|rounds| hall.take(rounds, |hall| vec![hall.batch(BATCH)]));
    });
    group.bench_function(
        "64 events to 64 sockets that see a conversation each",
        |b| {
            let mut hall = Hall::open(64, Shown::Events, |number| {
                vec![format!("conversation:{}", scene::conversation_id(number))]
            });
            b.iter_custom(|rounds| hall.take(rounds, |hall| vec![hall.batch(BATCH)]));
        },
    );
    group.throughput(Throughput::Elements(1024));
    group.bench_function("1024 changes of 64 conversations to 100 inboxes", |b| {
        let mut hall = Hall::open(100, Shown::Rows, |_| vec!["inbox".to_owned()]);
        b.iter_custom(|rounds| {
            hall.take(rounds, |hall| (0..16).map(|_| hall.batch(BATCH)).collect())
        });
    });
    group.throughput(Throughput::Elements(1000));
    group.bench_function("1 event to 1000 sockets", |b| {
        let mut hall = Hall::open(1000, Shown::Events, |_| vec!["firehose".to_owned()]);
        b.iter_custom(|rounds| hall.take(rounds, |hall| vec![hall.batch(1)]));
    });
    group.finish();
}

/// What the sockets look at.
#[derive(Clone, Copy)]
enum Shown {
    Events,
    Rows,
}

/// A hub on a thread of its own with its sockets.
struct Hall {
    system: SystemRunner,
    stage: Stage,
    sockets: usize,
    told: mpsc::UnboundedReceiver<i64>,
    seq: i64,
}

impl Hall {
    fn open(sockets: i64, shown: Shown, topics: impl Fn(i64) -> Vec<String>) -> Self {
        let system = System::new();
        let (tell, told) = mpsc::unbounded_channel();
        let stage = system.block_on(async {
            tokio::time::pause();
            let stage = Stage::set();
            for number in 0..sockets {
                sit_down(&stage, number, shown, topics(number), tell.clone()).await;
            }
            stage
        });
        Self {
            system,
            stage,
            sockets: usize::try_from(sockets).unwrap(),
            told,
            seq: 0,
        }
    }

    /// The events of the next commit, in one conversation after the other.
    fn batch(&mut self, events: i64) -> Vec<Arc<Envelope>> {
        let first = self.seq + 1;
        self.seq += events;
        let organization = self.stage.organization;
        (first..=self.seq)
            .map(|seq| scene::received(organization, seq, seq % BATCH))
            .collect()
    }

    /// How long it takes until all sockets got the commits that `next` makes; making them does not count.
    fn take(
        &mut self,
        rounds: u64,
        next: impl Fn(&mut Self) -> Vec<Vec<Arc<Envelope>>>,
    ) -> Duration {
        let mut taken = Duration::ZERO;
        for _ in 0..rounds {
            let commits = next(self);
            let (feed, told) = (self.stage.feed().clone(), &mut self.told);
            let (last, mut waiting) = (self.seq, self.sockets);
            taken += self.system.block_on(async {
                let started = Instant::now();
                for commit in commits {
                    let publish = Publish {
                        envelopes: commit,
                        trail: Trail::default(),
                    };
                    feed.send(publish).await.unwrap();
                }
                while waiting > 0 {
                    if told.recv().await == Some(last) {
                        waiting -= 1;
                    }
                }
                started.elapsed()
            });
        }
        taken
    }
}

async fn sit_down(
    stage: &Stage,
    number: i64,
    shown: Shown,
    topics: Vec<String>,
    tell: mpsc::UnboundedSender<i64>,
) {
    let feed = stage.feed();
    let socket = SocketId(u64::try_from(number).unwrap());
    let peer = Peer { shown, tell }.start().recipient();
    let organization: OrganizationId = stage.organization;
    let join = Join {
        socket,
        organization,
        who: Who::User(UserId(number)),
        role: Role::Supervisor,
        peer,
        connection: Arc::new(Line),
    };
    feed.send(join).await.unwrap().unwrap();
    let look = Subscribe {
        socket,
        topics,
        refused: Vec::new(),
        since: None,
    };
    feed.send(look).await.unwrap();
}

/// A client's end that only looks how far it was told.
struct Peer {
    shown: Shown,
    tell: mpsc::UnboundedSender<i64>,
}

impl Actor for Peer {
    type Context = Context<Self>;
}

impl Handler<Frame> for Peer {
    type Result = ();

    fn handle(&mut self, frame: Frame, _: &mut Self::Context) {
        let Frame::Text(text) = frame else {
            panic!("nobody closes a socket here");
        };
        let beginning = match self.shown {
            Shown::Events => r#"{"type":"events","cursor":""#,
            Shown::Rows => r#"{"type":"rows","cursor":""#,
        };
        let Some(rest) = text.strip_prefix(beginning) else {
            return;
        };
        let (cursor, _) = rest.split_once('"').unwrap();
        let cursor: actors::event::Cursor = cursor.parse().unwrap();
        self.tell.send(cursor.seq).unwrap();
    }
}

struct Line;

impl Cut for Line {
    fn cut(&self) {
        panic!("a socket was cut");
    }
}
