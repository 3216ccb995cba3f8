//! What a drill is started with: which hub, how large, which seed; and what it says while it runs.

use std::path::PathBuf;
use std::time::Duration;

use super::nemesis::Nemesis;
use super::topology::{Topology, Wants};
use super::traffic::Amount;

/// How large a drill is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// How often something is broken.
    pub rounds: u32,
    /// Webhooks a second.
    pub rate: f64,
    /// Sockets that watch.
    pub agents: usize,
    /// How long something stays broken, in seconds.
    pub hold: f64,
    /// Of what the drill is about: messages, sends, slow or half-open sockets.
    pub amount: u64,
}

/// A drill about to begin.
#[derive(Clone, Debug)]
pub struct Setup {
    pub id: &'static str,
    /// The hub's program.
    pub binary: PathBuf,
    /// The one that a deployment begins with, if it is another.
    pub old: Option<PathBuf>,
    pub nodes: usize,
    pub size: Size,
    pub seed: u64,
}

impl Setup {
    /// Nodes without proxies and a provider that never answers.
    pub fn wants(&self) -> Wants {
        Wants {
            nodes: self.nodes,
            agents: self.size.agents,
            ..Wants::default()
        }
    }

    /// Sets up what the drill wants.
    pub async fn topology(&self, wants: &Wants) -> anyhow::Result<Topology> {
        let topology = Topology::start(&self.binary, wants).await?;
        self.say(&format!(
            "{} nodes, files in {}",
            topology.nodes.len(),
            topology.folder.path().display()
        ));
        Ok(topology)
    }

    /// The load of this size.
    pub fn load(&self) -> Amount {
        Amount {
            rate: self.size.rate,
            agents: self.size.agents,
            ..Amount::default()
        }
    }

    /// Whoever breaks things in this run.
    pub fn nemesis(&self) -> Nemesis {
        Nemesis::new(self.seed)
    }

    /// How long something stays broken.
    pub fn hold(&self) -> Duration {
        Duration::from_secs_f64(self.size.hold.max(0.0))
    }

    /// Tells what happens now; results are printed elsewhere.
    pub fn say(&self, text: &str) {
        eprintln!("{}  {text}", self.id);
    }
}
