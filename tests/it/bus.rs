//! Two nodes on one Redis.

use std::sync::Arc;
use std::time::Duration;

use actors::event::{Audience, Envelope, Event};
use actors::model::ids::OrganizationId;
use actors::model::json::Json;
use actors::ports::bus::Bus;
use actors::time::Timestamp;
use command_center::bus::RedisBus;
use secrecy::SecretString;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

type Arrivals = mpsc::Receiver<Vec<Arc<Envelope>>>;

const PATIENCE: Duration = Duration::from_secs(10);

fn redis_url() -> SecretString {
    let url = std::env::var("TEST_REDIS_URL")
        .expect("TEST_REDIS_URL names no Redis server: `make test` finds or starts one");
    SecretString::from(url)
}

fn node(url: &SecretString, key: u8) -> (RedisBus, Arrivals) {
    let (incoming, arrivals) = mpsc::channel(64);
    let key = Zeroizing::new([key; 32]);
    let bus = RedisBus::start(url, key, incoming, &Handle::current()).unwrap();
    (bus, arrivals)
}

/// An organization that no other test uses.
fn organization() -> OrganizationId {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    OrganizationId(i64::from_ne_bytes(bytes) & i64::MAX)
}

pub fn event(organization: OrganizationId, seq: i64) -> Arc<Envelope> {
    Arc::new(Envelope {
        organization,
        seq,
        at: Timestamp::now(),
        audience: Audience::Everyone,
        event: Event::TemplateUpdated(Json::null()),
        row: None,
    })
}

async fn connected(bus: &RedisBus) {
    let wait = async {
        while !bus.is_connected() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
}

async fn next_seqs(arrivals: &mut Arrivals) -> Vec<i64> {
    let envelopes = tokio::time::timeout(PATIENCE, arrivals.recv()).await;
    let envelopes = envelopes.unwrap().unwrap();
    envelopes.iter().map(|envelope| envelope.seq).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_on_one_redis_see_each_others_events_and_not_their_own() {
    let url = redis_url();
    let ours = organization();
    let ((first, mut at_first), (second, mut at_second)) = (node(&url, 1), node(&url, 1));
    first.watch(ours).await;
    second.watch(ours).await;
    connected(&first).await;
    connected(&second).await;

    first.publish(&[event(ours, 1), event(ours, 2)]);
    assert_eq!(next_seqs(&mut at_second).await, [1, 2]);

    second.publish(&[event(ours, 3)]);
    // Its own events would have come before this one.
    assert_eq!(next_seqs(&mut at_first).await, [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_that_nobody_looks_at_any_more_stops_arriving() {
    let url = redis_url();
    let (ours, others) = (organization(), organization());
    let ((first, _at_first), (second, mut at_second)) = (node(&url, 1), node(&url, 1));
    connected(&first).await;
    second.watch(ours).await;
    second.watch(others).await;
    second.unwatch(others).await;

    // Giving a subscription up takes effect a moment later.
    let stops = async {
        for seq in 1.. {
            first.publish(&[event(others, seq)]);
            first.publish(&[event(ours, seq)]);
            let envelopes = at_second.recv().await.unwrap();
            if envelopes[0].organization == ours {
                return;
            }
            assert_eq!(next_seqs(&mut at_second).await, [seq]);
        }
    };
    tokio::time::timeout(PATIENCE, stops).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_not_signed_by_our_key_is_refused() {
    let url = redis_url();
    let ours = organization();
    let ((stranger, _at_stranger), (accomplice, mut at_accomplice)) =
        (node(&url, 9), node(&url, 9));
    let ((friend, _at_friend), (hub, mut at_hub)) = (node(&url, 1), node(&url, 1));
    connected(&stranger).await;
    connected(&friend).await;
    accomplice.watch(ours).await;
    hub.watch(ours).await;

    stranger.publish(&[event(ours, 666)]);
    assert_eq!(next_seqs(&mut at_accomplice).await, [666]);
    friend.publish(&[event(ours, 1)]);
    assert_eq!(next_seqs(&mut at_hub).await, [1]);
}
