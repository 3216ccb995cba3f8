//! Nodes that ask each other inside one test, over links that can be cut.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::hub::{Hub, HubError};
use crate::model::node::{Answer, Membership, Notice, Peer, Request};
use crate::ports::peers::{LONGEST, Peers, Unanswered};

/// The links between the hubs of a test.
#[derive(Default)]
pub struct LinkedPeers {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    hubs: HashMap<i64, Hub>,
    silent: HashSet<i64>,
    asked: Vec<(i64, Request)>,
    told: Vec<(i64, Notice)>,
}

impl LinkedPeers {
    /// Makes `hub` known as the node of that life, and tells all known hubs who is there.
    pub fn join(&self, life: i64, hub: &Hub) {
        self.kept().hubs.insert(life, hub.clone());
        self.gather();
    }

    /// The others see the node no longer.
    pub fn leave(&self, life: i64) {
        self.kept().hubs.remove(&life);
        self.gather();
    }

    /// The node answers nobody, though it lives.
    pub fn silence(&self, life: i64) {
        self.kept().silent.insert(life);
    }

    /// What was asked, and of whom.
    pub fn asked(&self) -> Vec<(i64, Request)> {
        self.kept().asked.clone()
    }

    /// What was told, and to whom.
    pub fn told(&self) -> Vec<(i64, Notice)> {
        self.kept().told.clone()
    }

    fn gather(&self) {
        let hubs = self.kept().hubs.clone();
        let mut live: Vec<Peer> = hubs.keys().map(|life| peer(*life)).collect();
        live.sort();
        for (life, hub) in hubs {
            let members = Membership {
                me: peer(life),
                owners: live.clone(),
                live: live.clone(),
            };
            hub.join(members, Instant::now());
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What comes out at the other end of a wire.
fn travelled<T: Serialize + DeserializeOwned>(sent: &T) -> T {
    serde_json::from_slice(&serde_json::to_vec(sent).unwrap()).unwrap()
}

const fn peer(life: i64) -> Peer {
    Peer { number: life, life }
}

#[async_trait]
impl Peers for LinkedPeers {
    async fn ask(
        &self,
        peer: Peer,
        request: Request,
        within: Duration,
    ) -> Result<Result<Answer, HubError>, Unanswered> {
        let (hub, silent) = {
            let mut kept = self.kept();
            kept.asked.push((peer.life, request.clone()));
            (
                kept.hubs.get(&peer.life).cloned(),
                kept.silent.contains(&peer.life),
            )
        };
        let hub = hub.ok_or(Unanswered::Unreachable)?;
        if silent {
            tokio::time::sleep(within).await;
            return Err(Unanswered::Late);
        }
        let served = hub.serve(travelled(&request));
        // It says that it is at it for as long as it is.
        let answer = tokio::time::timeout(LONGEST, served).await;
        answer
            .map(|answer| travelled(&answer))
            .map_err(|_| Unanswered::AtIt)
    }

    fn tell(&self, peer: Peer, notice: Notice) {
        let hub = {
            let mut kept = self.kept();
            kept.told.push((peer.life, notice.clone()));
            kept.hubs.get(&peer.life).cloned()
        };
        let Some(hub) = hub else { return };
        match travelled(&notice) {
            Notice::LineWaits { session } => hub.line_waits(session),
            Notice::Whereabouts(news) => hub.heed_whereabouts(news),
            Notice::Own(news) => hub.heed_own(*news),
            Notice::QueueNews { organization, news } => hub.heed_queue_news(organization, news),
            Notice::QueuesWatched { organization } => hub.heed_watcher(organization),
            Notice::QueueFigures {
                organization,
                figures,
            } => hub.heed_figures(organization, *figures),
            Notice::SessionChanged { .. } | Notice::Expelled { .. } => {}
        }
    }
}
