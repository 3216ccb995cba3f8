//! Nodes that know of each other: by a real PostgreSQL, and over a real Redis.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::hub::HubError;
use actors::model::conversation::ConversationKey;
use actors::model::ids::{OrganizationId, SessionId};
use actors::model::node::{Answer, Notice, Peer, Report, Request};
use actors::ports::peers::{Peers, Unanswered};
use actors::ports::store::StoreError;
use actors::testing::build::phone;
use actors::time::Timestamp;
use async_trait::async_trait;
use command_center::bus::{Host, RedisBus, RedisPeers};
use command_center::store::db::Conn;
use command_center::store::schema::{jobs, nodes, organizations};
use command_center::store::{Pulse, Standing, Store};
use command_center::with_conn;
use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use secrecy::SecretString;
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc};
use zeroize::Zeroizing;

use crate::support::database::{Engine, TestDatabase};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);

/// Looks until it is so.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !is_so().await {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
}

async fn set_standing(store: &Store, of: Peer, standing: &str) {
    let mut conn = store.connection().await.unwrap();
    with_conn!(&mut conn, |c| diesel::update(
        nodes::table.filter(nodes::life.eq(of.life))
    )
    .set(nodes::standing.eq(standing))
    .execute(c)
    .await)
    .unwrap();
    conn.commit().await.unwrap();
}

fn lives(peers: &[Peer]) -> Vec<i64> {
    let mut lives: Vec<i64> = peers.iter().map(|peer| peer.life).collect();
    lives.sort_unstable();
    lives
}

fn sorted(mut lives: Vec<i64>) -> Vec<i64> {
    lives.sort_unstable();
    lives
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_find_each_other_in_the_database() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let (first, second, tool) = (
        database.open().await,
        database.open().await,
        database.open().await,
    );
    first.heartbeat(Standing::Live).await.unwrap();
    tool.heartbeat(Standing::Tool).await.unwrap();
    let Pulse::Alive(members) = second.heartbeat(Standing::Live).await.unwrap() else {
        panic!("it lives");
    };
    let both = sorted(vec![first.me().life, second.me().life]);
    assert_eq!(members.me, second.me());
    assert_eq!(lives(&members.live), both);
    assert_eq!(lives(&members.owners), both);

    // Who leaves is still there, but owns nothing.
    first.heartbeat(Standing::Leaving).await.unwrap();
    let Pulse::Alive(members) = second.heartbeat(Standing::Live).await.unwrap() else {
        panic!("it lives");
    };
    assert_eq!(lives(&members.live), both);
    assert_eq!(lives(&members.owners), [second.me().life]);
    first.leave().await.unwrap();
    let (rows, _) = second.nodes().await.unwrap();
    assert!(rows.iter().all(|row| row.life != first.me().life));
}

/// Changes the organization's row and keeps it for itself.
async fn touch(conn: &mut Conn, organization: OrganizationId) -> Result<usize, StoreError> {
    let row = organizations::table.filter(organizations::id.eq(organization.0));
    let same = organizations::created_at.eq(organizations::created_at);
    with_conn!(conn, |c| diesel::update(row).set(same).execute(c).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_nodes_jobs_are_free_and_its_number_stays_its_own() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let (silent, watching) = (database.open().await, database.open().await);
    let (organization, _) = database.organization_with_number(&silent).await;
    silent.heartbeat(Standing::Live).await.unwrap();
    let far = Timestamp::now() + Duration::from_secs(3600);
    let mut conn = silent.connection().await.unwrap();
    with_conn!(&mut conn, |c| diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(1_i64),
            jobs::organization_id.eq(organization.0),
            jobs::kind.eq("check_session"),
            jobs::payload.eq("{}"),
            jobs::run_at.eq(far.naive()),
            jobs::claimed_by.eq(Some(silent.me().number)),
            jobs::tries.eq(1_i64),
            jobs::created_at.eq(far.naive()),
        ))
        .execute(c)
        .await)
    .unwrap();
    conn.commit().await.unwrap();
    let mut held = silent.connection().await.unwrap();
    // Nobody but another node ends it.
    let Conn::Postgres(object) = &mut held else {
        panic!("it is PostgreSQL");
    };
    let idle = "SET idle_in_transaction_session_timeout = 0";
    object.batch_execute(idle).await.unwrap();
    touch(&mut held, organization).await.unwrap();

    // Some seconds pass: whoever has just begun to look judges nobody.
    until(async || {
        watching.heartbeat(Standing::Live).await.unwrap();
        watching
            .unscoped()
            .count_due_jobs(Timestamp::now())
            .await
            .unwrap()
            == 1
    })
    .await;
    let (rows, _) = watching.nodes().await.unwrap();
    let row = rows
        .iter()
        .find(|row| row.life == silent.me().life)
        .unwrap();
    assert_eq!(row.standing, "dead");
    assert_ne!(database.open().await.me().number, silent.me().number);
    // What it was in the middle of holds nobody up, and does not happen.
    let mut next = watching.connection().await.unwrap();
    touch(&mut next, organization).await.unwrap();
    next.commit().await.unwrap();
    assert!(held.commit().await.is_err());
    // It wakes, learns of it, and lives on.
    let pulse = silent.heartbeat(Standing::Live).await.unwrap();
    assert!(matches!(pulse, Pulse::GivenUp(_)), "{pulse:?}");
    let pulse = silent.heartbeat(Standing::Live).await.unwrap();
    assert!(matches!(pulse, Pulse::Alive(_)), "{pulse:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_was_forgotten_is_told() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    set_standing(&store, store.me(), "dead").await;
    let pulse = store.heartbeat(Standing::Live).await.unwrap();
    assert!(matches!(pulse, Pulse::GivenUp(_)), "{pulse:?}");
    store.leave().await.unwrap();
    let pulse = store.heartbeat(Standing::Live).await.unwrap();
    assert!(matches!(pulse, Pulse::Forgotten), "{pulse:?}");
}

/// A node that answers what it is told to, and remembers what it heard.
#[derive(Default)]
struct Scripted {
    asked: Mutex<Vec<Request>>,
    told: Mutex<Vec<Notice>>,
    /// What takes time is done then.
    done: Notify,
}

#[async_trait]
impl Host for Scripted {
    async fn serve(&self, request: Request) -> Result<Answer, HubError> {
        self.asked.lock().unwrap().push(request.clone());
        match request {
            Request::Report => Ok(Answer::Report(Box::new(Report {
                conversations: 7,
                ..Report::default()
            }))),
            Request::LastInbound { .. } => {
                self.done.notified().await;
                Ok(Answer::ProviderId(None))
            }
            _ => Err(HubError::WindowClosed),
        }
    }

    fn heed(&self, notice: Notice) {
        self.told.lock().unwrap().push(notice);
    }
}

struct OnRedis {
    peers: RedisPeers,
    me: Peer,
    host: Arc<Scripted>,
    _arrivals: mpsc::Receiver<Vec<Arc<actors::event::Envelope>>>,
}

/// A node on the stories' Redis whose database's clock is ahead by `ahead` milliseconds.
fn node(key: u8, ahead: i64) -> OnRedis {
    let url = std::env::var("TEST_REDIS_URL")
        .expect("TEST_REDIS_URL names no Redis server: `make test` finds or starts one");
    let (incoming, arrivals) = mpsc::channel(64);
    let key = Zeroizing::new([key; 32]);
    let runtime = Handle::current();
    let bus = RedisBus::start(&SecretString::from(url), key, incoming, &runtime).unwrap();
    let mut life = [0; 8];
    getrandom::fill(&mut life).unwrap();
    let me = Peer {
        number: 1,
        life: i64::from_ne_bytes(life) & i64::MAX,
    };
    let clock = move || Timestamp::now().millis() + ahead;
    let peers = RedisPeers::start(&bus, me, clock, &runtime);
    let host = Arc::new(Scripted::default());
    let hosting: Arc<dyn Host> = host.clone();
    peers.host(&hosting);
    OnRedis {
        peers,
        me,
        host,
        _arrivals: arrivals,
    }
}

/// Waits until both hear: their channels are subscribed to.
async fn linked(nodes: &[&OnRedis]) {
    for one in nodes {
        for other in nodes {
            until(async || {
                let asked = one.peers.ask(other.me, Request::Report, LOOK * 50).await;
                asked.is_ok()
            })
            .await;
        }
    }
    for node in nodes {
        node.host.asked.lock().unwrap().clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_asks_another_and_hears_its_answer() {
    let (first, second) = (node(1, 0), node(1, 0));
    linked(&[&first, &second]).await;
    assert!(first.peers.hears());
    let asked = first.peers.ask(second.me, Request::Report, PATIENCE).await;
    let Ok(Ok(Answer::Report(report))) = asked else {
        panic!("{asked:?}");
    };
    assert_eq!(report.conversations, 7);
    let notice = Notice::LineWaits {
        session: SessionId(5),
    };
    first.peers.tell(second.me, notice.clone());
    until(async || *second.host.told.lock().unwrap() == [notice.clone()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_says_that_it_is_at_it_is_waited_for() {
    let (first, second) = (node(1, 0), node(1, 0));
    linked(&[&first, &second]).await;
    let request = Request::LastInbound {
        key: ConversationKey::of(OrganizationId(1), SessionId(1), &[phone("4917012345678")])
            .unwrap(),
    };
    // Longer than anybody is waited for of whom nothing is heard.
    let silence = Duration::from_secs(2);
    let done = async {
        tokio::time::sleep(silence * 3 / 2).await;
        second.host.done.notify_one();
    };
    let (asked, ()) = tokio::join!(first.peers.ask(second.me, request, silence), done);
    assert_eq!(asked, Ok(Ok(Answer::ProviderId(None))));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_for_a_node_that_is_not_there() {
    let first = node(1, 0);
    linked(&[&first]).await;
    let nobody = Peer { number: 9, life: 9 };
    // Redis says so at once: whoever waits to the end hears something else.
    let hour = Duration::from_secs(3600);
    let asked = first.peers.ask(nobody, Request::Report, hour).await;
    assert_eq!(asked, Err(Unanswered::Late));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_too_late_is_not_done() {
    // Its clock says that nobody waits any more, as after a long sleep.
    let (first, late) = (node(1, 0), node(1, 60_000));
    linked(&[&first]).await;
    until(async || late.peers.hears()).await;
    let asked = first.peers.ask(late.me, Request::Report, LOOK * 10).await;
    assert_eq!(asked, Err(Unanswered::Late));
    // What it is told has no deadline, and came behind the request.
    let notice = Notice::SessionChanged {
        session: SessionId(5),
    };
    first.peers.tell(late.me, notice.clone());
    until(async || *late.host.told.lock().unwrap() == [notice.clone()]).await;
    assert_eq!(late.host.asked.lock().unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_on_the_same_redis_is_not_heard() {
    let (stranger, friend, hub) = (node(9, 0), node(1, 0), node(1, 0));
    linked(&[&friend, &hub]).await;
    linked(&[&stranger]).await;
    let notice = |session| Notice::SessionChanged {
        session: SessionId(session),
    };
    stranger.peers.tell(hub.me, notice(666));
    let asked = stranger.peers.ask(hub.me, Request::Report, LOOK * 10).await;
    assert_eq!(asked, Err(Unanswered::Late));
    friend.peers.tell(hub.me, notice(1));
    until(async || *hub.host.told.lock().unwrap() == [notice(1)]).await;
    assert_eq!(hub.host.asked.lock().unwrap().len(), 0);
}
