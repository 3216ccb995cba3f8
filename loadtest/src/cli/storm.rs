//! `loadtest storm`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};

use super::output::Output;
use super::scenario::Needs;
use super::target::HubFlags;
use crate::drill::copies::{self, Plan};
use crate::drill::kept::{self, Kept};
use crate::load::board::Board;
use crate::load::crew::Crew;
use crate::load::hub::Hub;
use crate::load::marker::{Marker, fresh_run};
use crate::load::profile::Kind;
use crate::load::report;
use crate::load::socket::{Watch, Watched};

/// What an id has room for.
const MOST_CONTACTS: u32 = 999_999;

/// Posts the same messages several times at once, from contacts that nobody has seen before.
///
/// Every copy starts at the same moment and goes through the messages in the same order. Afterwards each message
/// must be stored once, told once, and each contact have one conversation. Exit code 1 otherwise.
#[derive(Debug, Args)]
pub struct Storm {
    #[command(flatten)]
    hub: HubFlags,
    /// Different messages.
    #[arg(long, default_value_t = 10_000)]
    messages: u64,
    /// How often each is posted.
    #[arg(long, default_value_t = 5)]
    copies: usize,
    /// New contacts that they come from; their messages follow each other.
    #[arg(long, default_value_t = 1000)]
    contacts: u32,
    /// Connections for each copy.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Sockets that watch everything.
    #[arg(long, default_value_t = 2)]
    sockets: usize,
    #[command(flatten)]
    output: Output,
}

impl Storm {
    /// Runs the storm.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(self.storm())
    }

    async fn storm(self) -> anyhow::Result<ExitCode> {
        if self.messages == 0 || self.copies == 0 || self.contacts == 0 || self.connections == 0 {
            bail!("messages, copies, contacts and connections must be at least 1");
        }
        let link = self.hub.connect(Needs::TOKEN).await?;
        let hub = &link.hub;
        let run = fresh_run()?;
        let plan = Arc::new(Plan {
            target: link.target.clone(),
            marker: Marker::new(run),
            messages: self.messages,
            first_contact: run % (MOST_CONTACTS - self.contacts.min(MOST_CONTACTS - 1)),
            each: self.messages.div_ceil(u64::from(self.contacts)),
            connections: self.connections as u64,
            copies: self.copies,
            kind: Kind::Text,
        });
        let board = Arc::new(Board::new(self.messages));
        board
            .take(self.messages)
            .context("the board is too small")?;
        let crew = Crew::open(self.sockets, &self.watch(hub, &plan), &board).await?;
        board.begin();
        for number in 0..self.messages {
            board.set_due(number, board.start());
        }
        let begin = Instant::now();
        let unanswered = copies::post(&plan, &board).await?;
        let took = begin.elapsed();
        crew.drained(board.acked_count()).await;
        let watched = crew.close().await?;
        let kept = kept::compare(hub, &plan.marker, &board).await?;
        let report = self.report(&plan, &kept, &watched, unanswered, took);
        self.output.finish("Storm", &report)
    }

    fn watch(&self, hub: &Hub, plan: &Plan) -> Watch {
        Watch {
            persistent: false,
            ..Watch::of(hub, plan.marker.clone(), MOST_CONTACTS, self.messages)
        }
    }

    fn report(
        &self,
        plan: &Plan,
        kept: &Kept,
        watched: &[Watched],
        unanswered: u64,
        took: Duration,
    ) -> Value {
        let sum = |pick: fn(&Watched) -> u64| watched.iter().map(pick).sum::<u64>();
        let told_wrongly = sum(|w| {
            w.verdict.lost + w.verdict.doubled + w.verdict.seq_holes + w.verdict.seq_repeats
        });
        let posts = self.messages * self.copies as u64;
        let ok = kept.messages == self.messages
            && kept.contacts == plan.messages.div_ceil(plan.each)
            && (kept.lost, kept.doubled, kept.extra_conversations) == (0, 0, 0)
            && told_wrongly == 0
            && unanswered == 0;
        json!({
            "ok": ok,
            "messages": self.messages,
            "copies": self.copies,
            "posts": posts,
            "posts_per_second": report::round(posts as f64 / took.as_secs_f64()),
            "unanswered": unanswered,
            "kept": kept,
            "sockets": watched.iter().map(|one| one.verdict).collect::<Vec<_>>(),
        })
    }
}
