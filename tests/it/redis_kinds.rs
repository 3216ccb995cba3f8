//! Two nodes on a Redis Cluster, and on a Redis that sentinels watch: servers of the story's own that are killed.

use std::sync::Arc;
use std::time::Duration;

use actors::event::Envelope;
use actors::model::ids::OrganizationId;
use actors::ports::bus::Bus;
use actors::time::Timestamp;
use command_center::bus::RedisBus;
use loadtest::drill::child::free_port;
use loadtest::drill::redis::Redis;
use secrecy::SecretString;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use crate::bus::event;
use crate::support::folder::Folder;

type Arrivals = mpsc::Receiver<Vec<Arc<Envelope>>>;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(100);
/// Shards of the cluster.
const SHARDS: usize = 3;
const SLOTS: usize = 16_384;
/// So many channels lie on all shards (but once in 10^10 times).
const ORGANIZATIONS: i64 = 60;

fn node(url: &str) -> (RedisBus, Arrivals) {
    let (incoming, arrivals) = mpsc::channel(64);
    let url = SecretString::from(url.to_owned());
    let key = Zeroizing::new([7; 32]);
    let bus = RedisBus::start(&url, key, incoming, &Handle::current()).unwrap();
    (bus, arrivals)
}

/// Publishes until something of each organization arrives: what is lost while a server is gone, nodes read elsewhere.
/// Only what is published from now on counts.
async fn arrives(from: &RedisBus, at: &mut Arrivals, organizations: &[OrganizationId]) {
    let mut missing = organizations.to_vec();
    let first = Timestamp::now().millis();
    let wait = async {
        let mut seq = first;
        while !missing.is_empty() {
            seq += 1;
            for organization in &missing {
                from.publish(&[event(*organization, seq)]);
            }
            while let Ok(Some(came)) = tokio::time::timeout(LOOK, at.recv()).await {
                let news = came.iter().find(|envelope| envelope.seq > first);
                missing.retain(|one| news.is_none_or(|news| *one != news.organization));
            }
        }
    };
    let waited = tokio::time::timeout(PATIENCE, wait).await;
    assert!(waited.is_ok(), "nothing came of {missing:?}");
}

async fn until_answered(server: &Redis, line: &str, is_good: impl Fn(&str) -> bool) {
    let wait = async {
        while !server.answer(line).await.is_ok_and(|said| is_good(&said)) {
            tokio::time::sleep(LOOK).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, wait).await;
    assert!(waited.is_ok(), "{line} is not answered well");
}

/// Shards that know each other and have all slots between them.
async fn cluster(folder: &Folder) -> Vec<Redis> {
    let mut shards = Vec::new();
    for shard in 0..SHARDS {
        // On which shards talk to each other.
        let bus = free_port().unwrap().to_string();
        let words = ["--cluster-enabled", "yes", "--cluster-port", &bus];
        let server = Redis::start_with(&folder.of(shard), &words).await.unwrap();
        let (first, last) = (SLOTS * shard / SHARDS, SLOTS * (shard + 1) / SHARDS - 1);
        let slots = format!("CLUSTER ADDSLOTSRANGE {first} {last}");
        server.say(&slots).await.unwrap();
        shards.push((server, bus));
    }
    let (first, _) = &shards[0];
    for (other, bus) in &shards[1..] {
        let meet = format!("CLUSTER MEET 127.0.0.1 {} {bus}", other.port());
        first.say(&meet).await.unwrap();
    }
    let shards: Vec<Redis> = shards.into_iter().map(|(server, _)| server).collect();
    for shard in &shards {
        let knows = |said: &str| !said.is_empty() && !said.starts_with("-CLUSTERDOWN");
        until_answered(shard, "GET key", knows).await;
    }
    shards
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_hear_each_other_over_all_shards_of_a_cluster_also_when_one_comes_back() {
    let folder = Folder::new();
    let mut shards = cluster(&folder).await;
    let url = format!("redis-cluster://127.0.0.1:{}", shards[0].port());
    let ((first, _at_first), (second, mut at_second)) = (node(&url), node(&url));
    let organizations: Vec<OrganizationId> = (1..=ORGANIZATIONS).map(OrganizationId).collect();
    for organization in &organizations {
        second.watch(*organization).await;
    }
    arrives(&first, &mut at_second, &organizations).await;
    shards[1].kill().await.unwrap();
    shards[1].start_again().await.unwrap();
    arrives(&first, &mut at_second, &organizations).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_follow_the_sentinels_to_another_leader() {
    let folder = Folder::new();
    let mut leader = Redis::start(&folder.of(0)).await.unwrap();
    let leads = leader.port().to_string();
    let words = ["--replicaof", "127.0.0.1", &leads];
    let replica = Redis::start_with(&folder.of(1), &words).await.unwrap();
    let settings = folder.path().join("sentinel.conf");
    let text = format!(
        "sentinel monitor hub 127.0.0.1 {leads} 1\nsentinel down-after-milliseconds hub 1000\n\
        sentinel failover-timeout hub 5000\n"
    );
    std::fs::write(&settings, text).unwrap();
    let sentinel = Redis::sentinel(&settings).await.unwrap();
    // It learns of the replica from the leader.
    let known = |said: &str| said.starts_with("*1");
    until_answered(&sentinel, "SENTINEL REPLICAS hub", known).await;
    let url = format!(
        "redis-sentinel://127.0.0.1:{}?sentinelServiceName=hub",
        sentinel.port()
    );
    let ours = OrganizationId(1);
    let ((first, _at_first), (second, mut at_second)) = (node(&url), node(&url));
    second.watch(ours).await;
    arrives(&first, &mut at_second, &[ours]).await;
    leader.kill().await.unwrap();
    until_answered(&replica, "SET key value", |said| said == "+OK").await;
    arrives(&first, &mut at_second, &[ours]).await;
}
