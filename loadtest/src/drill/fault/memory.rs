//! How far the nodes' memory grows while something is broken.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::drill::topology::{Node, Topology};
use crate::load::report::resident_mib;

const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Looks at all nodes until it is asked.
pub struct Peak {
    end: oneshot::Sender<()>,
    task: JoinHandle<Option<f64>>,
}

impl Peak {
    /// Begins to look.
    pub fn watch(topology: &Topology) -> anyhow::Result<Self> {
        let pids = topology.nodes.iter().map(Node::pid);
        let pids: Vec<u32> = pids.collect::<anyhow::Result<_>>()?;
        let (end, ended) = oneshot::channel();
        Ok(Self {
            end,
            task: tokio::spawn(look(pids, ended)),
        })
    }

    /// The most that one node grew, in MiB.
    pub async fn grown(self) -> anyhow::Result<Option<f64>> {
        // It looks once more and ends.
        let _ = self.end.send(());
        Ok(self.task.await?)
    }
}

async fn look(pids: Vec<u32>, mut ended: oneshot::Receiver<()>) -> Option<f64> {
    let before: Vec<Option<f64>> = pids.iter().copied().map(resident_mib).collect();
    let mut most: Option<f64> = None;
    loop {
        for (pid, before) in pids.iter().zip(&before) {
            let grown = resident_mib(*pid)
                .zip(*before)
                .map(|(now, before)| now - before);
            most = match (most, grown) {
                (Some(most), Some(grown)) => Some(most.max(grown)),
                (most, grown) => most.or(grown),
            };
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            _ = &mut ended => return most,
        }
    }
}
