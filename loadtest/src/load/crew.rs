//! The sockets that watch a run together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::board::Board;
use super::socket::{self, Watch, Watched};

/// Sockets that are opened at a time: a hub that is asked for thousands at once refuses some, as it should.
const OPENING: usize = 64;
/// Sockets that see nothing new for so long have seen all.
const QUIET: Duration = Duration::from_secs(3);
/// The longest wait for the sockets after the last webhook.
const DRAIN: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// A doubled message would come within this time.
const AFTERWARDS: Duration = Duration::from_millis(300);

/// Sockets with one end.
pub struct Crew {
    watchers: JoinSet<Watched>,
    end: watch::Sender<bool>,
    progress: Arc<AtomicU64>,
    count: u64,
}

impl Crew {
    /// Opens them all and waits until each is subscribed.
    pub async fn open(count: usize, watch: &Watch, board: &Arc<Board>) -> anyhow::Result<Self> {
        let (end, end_seen) = watch::channel(false);
        let progress = Arc::new(AtomicU64::new(0));
        let mut watchers = JoinSet::new();
        let (ready, mut wait) = mpsc::channel(count.max(1));
        for number in 0..count {
            if number >= OPENING {
                opened(&mut wait).await?;
            }
            let (board, progress) = (Arc::clone(board), Arc::clone(&progress));
            let watch = Watch {
                number,
                ..watch.clone()
            };
            let run = socket::run(watch, board, ready.clone(), progress, end_seen.clone());
            watchers.spawn(run);
        }
        drop(ready);
        for _ in 0..count.min(OPENING) {
            opened(&mut wait).await?;
        }
        Ok(Self {
            watchers,
            end,
            progress,
            count: count as u64,
        })
    }

    /// Messages seen, by all sockets together.
    pub fn seen(&self) -> u64 {
        self.progress.load(Ordering::Relaxed)
    }

    /// Waits until every socket has seen `messages`, or sees nothing new.
    pub async fn drained(&self, messages: u64) {
        let begin = Instant::now();
        let (mut last, mut since) = (0, Instant::now());
        while begin.elapsed() < DRAIN && self.count > 0 {
            let seen = self.seen();
            if seen >= messages * self.count {
                tokio::time::sleep(AFTERWARDS).await;
                return;
            }
            if seen != last {
                (last, since) = (seen, Instant::now());
            } else if since.elapsed() > QUIET {
                return;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Ends them and returns what each saw.
    pub async fn close(mut self) -> anyhow::Result<Vec<Watched>> {
        self.end.send_replace(true);
        let mut watched = Vec::new();
        while let Some(result) = self.watchers.join_next().await {
            watched.push(result?);
        }
        Ok(watched)
    }
}

/// Waits for the next socket to be ready.
async fn opened(wait: &mut mpsc::Receiver<anyhow::Result<()>>) -> anyhow::Result<()> {
    wait.recv()
        .await
        .context("a socket ended before it was ready")?
}
