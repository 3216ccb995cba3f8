//! Who has a dashboard open on this node: told to the database, where all nodes' lines look it up. Whoever reconnects
//! within some seconds was never gone.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use actors::feed::{Census, Present};
use actors::hub::Hub;
use actors::model::ids::{OrganizationId, UserId};
use actors::model::node::Peer;
use actors::ports::store::StoreError;
use tokio::time::{Instant, MissedTickBehavior};

use crate::store::Store;

const TICK: Duration = Duration::from_secs(1);
/// How long somebody without a socket still counts as there.
const GRACE: Duration = Duration::from_secs(20);
/// How often everything is told anew, what dead nodes left is removed, and lines that nobody keeps are started.
const ROUND: Duration = Duration::from_secs(10);

type Person = (OrganizationId, UserId);

/// The one who calls the roll.
pub(super) struct RollCall {
    store: Store,
    hub: Hub,
    /// Who was told to be here, and when they were last seen.
    told: HashMap<Person, Instant>,
    /// Among whom the lines were shared out.
    owners: Option<Vec<Peer>>,
}

impl RollCall {
    /// Nobody is here yet.
    pub fn new(store: Store, hub: Hub) -> Self {
        Self {
            store,
            hub,
            told: HashMap::new(),
            owners: None,
        }
    }

    /// Goes on until it is aborted.
    pub async fn run(mut self) {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut round: Option<Instant> = None;
        loop {
            ticks.tick().await;
            // Lines that moved to this node are wanted here at once.
            let owners = self.hub.members().map(|members| members.owners.clone());
            let is_moved = owners != self.owners;
            self.owners = owners;
            let is_round = is_moved || round.is_none_or(|at| at.elapsed() >= ROUND);
            if is_round {
                round = Some(Instant::now());
            }
            if let Err(error) = self.call(is_round).await {
                tracing::warn!(%error, "who is here can't be told now");
            }
        }
    }

    async fn call(&mut self, is_round: bool) -> Result<(), StoreError> {
        let Some(feed) = self.hub.feed() else {
            return Ok(());
        };
        // The feed begins anew after a panic: nobody is there for a moment.
        let Ok(Present {
            people: here,
            watched,
        }) = feed.send(Census).await
        else {
            return Ok(());
        };
        let life = self.store.me().life;
        let unscoped = self.store.unscoped();
        let now = Instant::now();
        // Other nodes may have taken this one for dead, and removed what it had told.
        let anew = is_round && self.hub.members().is_some();
        let fresh: HashSet<Person> = match anew {
            true => here.clone(),
            false => {
                let fresh = here.iter().filter(|one| !self.told.contains_key(one));
                fresh.copied().collect()
            }
        };
        if !fresh.is_empty() {
            let receipt = unscoped.seat_agents(life, &fresh).await?;
            self.hub.announce(receipt);
        }
        self.told.extend(here.iter().map(|one| (*one, now)));
        let gone = self.told.iter().filter(|(_, seen)| **seen + GRACE <= now);
        let gone: HashSet<Person> = gone.map(|(one, _)| *one).collect();
        if !gone.is_empty() {
            let receipt = unscoped.unseat_agents(life, &gone).await?;
            self.told.retain(|one, _| !gone.contains(one));
            self.hub.announce(receipt);
        }
        if is_round {
            self.look_around(life, watched).await?;
        }
        Ok(())
    }

    async fn look_around(
        &self,
        life: i64,
        watched: HashSet<OrganizationId>,
    ) -> Result<(), StoreError> {
        let mut live = vec![life];
        if let Some(members) = self.hub.members() {
            live.extend(members.live.iter().map(|peer| peer.life));
        }
        let receipt = self.store.unscoped().forget_seats(&live).await?;
        self.hub.announce(receipt);
        self.hub.tend_queues(watched).await
    }
}
