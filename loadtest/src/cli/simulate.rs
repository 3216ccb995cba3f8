//! `loadtest simulate`.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};

use crate::demo;
use crate::simulator::{Behaviour, HubAccess, Options, Simulator, Statuses};

/// Runs the WhatsApp simulator: Cloud API at `/`, control interface at `/sim`, phone page at `/`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Port on 127.0.0.1 (0: any free one).
    #[arg(long, default_value_t = 3010)]
    port: u16,
    /// Everything random follows from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A hub whose numbers are connected by themselves, for example http://127.0.0.1:3000.
    #[arg(long)]
    hub_url: Option<String>,
    /// Who to log in as at the hub; without it the hub's demo account is used.
    #[arg(long, requires = "hub_password")]
    hub_email: Option<String>,
    /// Password of --hub-email.
    #[arg(long, env = "LOADTEST_HUB_PASSWORD", hide_env_values = true)]
    hub_password: Option<String>,
    /// Numbers and people to begin with.
    #[arg(long, value_enum)]
    fixture: Option<Fixture>,
    /// Let the fixture's customers be silent until somebody plays them.
    #[arg(long)]
    silent: bool,
    /// When messages become delivered and read.
    #[arg(long, value_enum, default_value_t = StatusChoice::Realistic)]
    statuses: StatusChoice,
    /// Multiplies every delay: 0.1 is ten times faster.
    #[arg(long, default_value_t = 1.0)]
    time_factor: f64,
    /// No duplicates, no reordering, no missing statuses, plain JSON.
    #[arg(long)]
    tidy: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Fixture {
    /// Two numbers of an outdoor shop, 200 contacts, 60 conversations.
    Demo,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StatusChoice {
    Realistic,
    Instant,
    Manual,
}

impl Simulate {
    /// Runs until Ctrl-C.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("no runtime")?;
        runtime.block_on(async {
            let running = Simulator::start(self.options()).await?;
            println!("WhatsApp simulator and phone page: {}/", running.url());
            wait_for_the_end().await?;
            running.stop().await;
            Ok(ExitCode::SUCCESS)
        })
    }

    fn options(self) -> Options {
        let mut behaviour = Behaviour::realistic();
        if self.tidy {
            behaviour = Behaviour {
                statuses: behaviour.statuses,
                answer_ms: behaviour.answer_ms,
                ..Behaviour::default()
            };
        }
        behaviour.time_factor = self.time_factor;
        behaviour.statuses = match self.statuses {
            StatusChoice::Realistic => Statuses::Realistic,
            StatusChoice::Instant => Statuses::Instant,
            StatusChoice::Manual => Statuses::Manual,
        };
        let demo = matches!(self.fixture, Some(Fixture::Demo));
        Options {
            port: self.port,
            seed: self.seed,
            numbers: if demo {
                demo::NUMBERS.iter().map(|number| number.config()).collect()
            } else {
                Vec::new()
            },
            behaviour,
            demo,
            talkative: demo && !self.silent,
            hub: self.hub_url.map(|url| HubAccess {
                url,
                account: self.hub_email.zip(self.hub_password),
            }),
        }
    }
}

async fn wait_for_the_end() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
