//! `loadtest kill-drill`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::duration;
use super::output::Output;
use crate::drill::child::Recipe;
use crate::drill::kept::{self, Kept};
use crate::load::board::Board;
use crate::load::body::Target;
use crate::load::crew::Crew;
use crate::load::crowd::Crowd;
use crate::load::hub::Hub;
use crate::load::marker::{Marker, fresh_run};
use crate::load::post::{self, Plan, Posted, Retry};
use crate::load::report;
use crate::load::schedule::{Pace, Schedule};
use crate::load::script::Script;
use crate::load::socket::{Watch, Watched};

const EMAIL: &str = "drill@example.org";
const PASSWORD: &str = "a long pass phrase for drills 4711";
const PHONE_NUMBER_ID: &str = "100000000000077";
const APP_SECRET: &str = "drill-app-secret-5b1e";
/// A drill never lasts longer; it sizes the tables.
const LONGEST: Duration = Duration::from_secs(3 * 3600);
/// A hub that comes back within this time gets everything.
const PATIENCE: Duration = Duration::from_secs(120);
/// The socket gets so long to catch up at the end.
const CATCH_UP: Duration = Duration::from_secs(60);

/// Kills a hub again and again under load and checks that nothing it acknowledged is gone.
///
/// Starts the hub itself (own directory, own port), registers, connects a number, posts signed webhooks at a
/// fixed rate with 1 in 10 posted twice, kills the process with signal 9 at random moments, starts it again.
/// At the end everything is read through the API, and a socket that came back with its cursor after every kill
/// tells whether `seq` has holes. Exit code 1 when anything is lost, doubled or missing. `kill -9` shows process
/// crashes, not power loss.
#[derive(Debug, Args)]
pub struct KillDrill {
    /// The hub's program.
    #[arg(long)]
    binary: PathBuf,
    /// How often it is killed.
    #[arg(long, default_value_t = 20)]
    rounds: u32,
    /// Webhooks per second.
    #[arg(long, default_value_t = 300.0)]
    rate: f64,
    /// The longest time between two kills.
    #[arg(long, default_value = "5s", value_parser = duration)]
    longest: Duration,
    /// Connections that post.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Customers that write.
    #[arg(long, default_value_t = 200)]
    contacts: u32,
    /// An empty database instead of the embedded one.
    #[arg(long)]
    database_url: Option<String>,
    /// A Redis for the hub.
    #[arg(long)]
    redis_url: Option<String>,
    /// Where the hub keeps its files; a fresh directory when absent.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// The moments of the kills follow from it; random when absent.
    #[arg(long)]
    seed: Option<u64>,
    #[command(flatten)]
    output: Output,
}

impl KillDrill {
    /// Runs the drill.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(self.drill())
    }

    async fn drill(self) -> anyhow::Result<ExitCode> {
        let run = fresh_run()?;
        let seed = self.seed.unwrap_or_else(|| u64::from(run));
        let data_dir = self
            .data_dir
            .clone()
            .unwrap_or_else(|| std::env::temp_dir().join(format!("loadtest-drill-{run:08x}")));
        println!("seed {seed}, files in {}", data_dir.display());
        let recipe = Recipe::new(
            &self.binary,
            &data_dir,
            self.database_url.clone(),
            self.redis_url.clone(),
        )?;
        let outcome = self.with_hub(&recipe, run, seed).await;
        let report = outcome.with_context(|| format!("see {}", recipe.log_path().display()))?;
        let code = self.output.finish("Kill drill", &report)?;
        let ok = code == ExitCode::SUCCESS;
        if ok && self.data_dir.is_none() {
            // Only a directory of our own, and only when nobody needs to look into it.
            let _ = std::fs::remove_dir_all(&data_dir);
        }
        Ok(code)
    }

    async fn with_hub(&self, recipe: &Recipe, run: u32, seed: u64) -> anyhow::Result<Value> {
        let mut hub = Hub::new(&recipe.url())?;
        let mut process = recipe.start()?;
        process.ready(&hub).await?;
        hub = hub.register(EMAIL, PASSWORD).await?;
        let session = hub.create_session(&number()).await?;
        let marker = Marker::new(run);
        let plan = Arc::new(self.plan(&hub, &session.id, &marker)?);
        let board = Arc::new(Board::new(plan.schedule.most()));
        let watch = Watch::of(&hub, marker.clone(), self.contacts, plan.schedule.most());
        let crew = Crew::open(1, &watch, &board).await?;
        board.begin();
        let mut posters = JoinSet::new();
        for connection in 0..plan.connections {
            posters.spawn(post::run(Arc::clone(&plan), Arc::clone(&board), connection));
        }

        let mut rng = StdRng::seed_from_u64(seed);
        let mut restarts = Vec::new();
        for round in 1..=self.rounds {
            let longest = u64::try_from(self.longest.as_millis())
                .unwrap_or(5_000)
                .max(300);
            let pause = Duration::from_millis(rng.random_range(200..=longest));
            tokio::time::sleep(pause).await;
            process.kill()?;
            process = recipe.start()?;
            let took = process.ready(&hub).await?;
            println!(
                "kill {round:>3} after {pause:>8.3?}: ready again in {took:>8.3?}, {} acknowledged so far",
                board.acked_count()
            );
            restarts.push(took);
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        board.stop();
        let posted = collect(posters).await?;
        catch_up(&crew, board.acked_count()).await;
        let watched = crew.close().await?;
        let watched = watched.first().context("the socket is gone")?;
        let hub = Hub::new(&recipe.url())?.log_in(EMAIL, PASSWORD).await?;
        let kept = kept::compare(&hub, &marker, &board).await?;
        Ok(self.report(seed, &board, &posted, watched, &kept, &restarts))
    }

    fn plan(&self, hub: &Hub, session: &str, marker: &Marker) -> anyhow::Result<Plan> {
        if self.rate <= 0.0 || self.connections == 0 || self.contacts == 0 {
            bail!("rate, connections and contacts must be above 0");
        }
        Ok(Plan {
            target: Target {
                authority: hub.authority()?,
                path: format!("/webhooks/whatsapp/{session}"),
                phone_number_id: PHONE_NUMBER_ID.to_owned(),
                app_secret: APP_SECRET.to_owned(),
                others: Vec::new(),
            },
            marker: marker.clone(),
            schedule: Schedule {
                pace: Pace::Rate(self.rate),
                ramp: Duration::from_secs(1),
                duration: LONGEST,
            },
            connections: self.connections,
            crowd: Crowd::even(self.contacts),
            script: Script::plain(),
            batch: 1,
            repeat_every: 10,
            history: None,
            retry: Retry {
                patience: PATIENCE,
                ..Retry::default()
            },
        })
    }

    fn report(
        &self,
        seed: u64,
        board: &Board,
        posted: &Posted,
        watched: &Watched,
        kept: &Kept,
        restarts: &[Duration],
    ) -> Value {
        let verdict = watched.verdict;
        let ok = kept.lost == 0
            && kept.doubled == 0
            && kept.unexpected == 0
            && kept.extra_conversations == 0
            && posted.unanswered == 0
            && watched.reloads == 0
            && verdict.lost == 0
            && verdict.doubled == 0
            && verdict.seq_holes == 0
            && verdict.seq_repeats == 0;
        let slowest = restarts.iter().max().copied().unwrap_or_default();
        json!({
            "ok": ok,
            "seed": seed,
            "kills": restarts.len(),
            "rate": self.rate,
            "webhooks": posted.webhooks,
            "repeated": posted.repeated,
            "acknowledged": board.acked_count(),
            "unanswered": posted.unanswered,
            "broken_connections": posted.broken,
            "not_200": posted.not_200(),
            "kept": kept,
            "socket": verdict,
            "socket_reconnects": watched.reconnects,
            "socket_reloads": watched.reloads,
            "socket_missing": watched.missing,
            "slowest_restart_ms": report::round(slowest.as_secs_f64() * 1000.0),
            "ack_ms": report::percentiles(&posted.ack),
        })
    }
}

fn number() -> Value {
    json!({
        "name": "Drill",
        "provider": "cloud_api",
        "phone_number_id": PHONE_NUMBER_ID,
        "business_account_id": "200000000000077",
        "access_token": "DRILL-TOKEN",
        "app_secret": APP_SECRET,
        "verify_token": "drill-verify",
    })
}

async fn collect(mut posters: JoinSet<Option<Posted>>) -> anyhow::Result<Posted> {
    let mut all: Option<Posted> = None;
    while let Some(result) = posters.join_next().await {
        let posted = result?.context("the app secret can't be a key")?;
        match &mut all {
            Some(all) => all.add(&posted),
            None => all = Some(posted),
        }
    }
    all.context("no connection ran")
}

async fn catch_up(crew: &Crew, expected: u64) {
    let begin = Instant::now();
    while crew.seen() < expected && begin.elapsed() < CATCH_UP {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // A doubled message would come now.
    tokio::time::sleep(Duration::from_millis(500)).await;
}
