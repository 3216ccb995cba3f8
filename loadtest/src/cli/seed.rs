//! `loadtest seed`.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use clap::Args;

use super::amount;
use crate::load::past::Past;
use crate::load::shard::Shard;

/// Makes a past for a hub: contacts, conversations and messages, a line of JSON for each conversation.
///
/// `command-center import` takes it. The same seed and --until make the same lines; --shard i/n makes every n-th of
/// them, so that several imports can run at once. A database with 5 million messages:
///
/// loadtest seed --conversations 100k --messages 5M | command-center import --number ses_…
#[derive(Debug, Args)]
pub struct Seed {
    /// Conversations, each with a contact of its own: `100k` or a number.
    #[arg(long, default_value = "1000", value_parser = amount)]
    conversations: f64,
    /// Messages of all of them, about: `5M` or a number.
    #[arg(long, default_value = "50k", value_parser = amount)]
    messages: f64,
    /// Over how many days.
    #[arg(long, default_value_t = 90)]
    days: u64,
    /// When it ended, in seconds since 1970; now if absent.
    #[arg(long)]
    until: Option<u64>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value = "1/1")]
    shard: Shard,
    /// The file; standard output when it is not given.
    #[arg(long)]
    output: Option<PathBuf>,
}

impl Seed {
    /// Writes all lines.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(
            self.conversations >= 1.0 && self.messages >= self.conversations,
            "there must be a conversation, and a message in each"
        );
        let now = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.map_or(0, |since| since.as_secs())
        };
        let past = Past {
            seed: self.seed,
            // A cast of a float stays within the bounds of the type.
            conversations: self.conversations as u32,
            messages: self.messages as u64,
            span: self.days.max(1) * 86_400,
            end: self.until.unwrap_or_else(now),
        };
        let mut out: Box<dyn Write> = match &self.output {
            Some(path) => {
                let file = std::fs::File::create(path)
                    .with_context(|| format!("{} can't be written", path.display()))?;
                Box::new(BufWriter::with_capacity(1 << 20, file))
            }
            None => Box::new(BufWriter::with_capacity(1 << 20, std::io::stdout().lock())),
        };
        let (mut conversations, mut messages) = (0_u64, 0_u64);
        for n in 0..self.shard.share(past.conversations) {
            messages += past.write(&mut out, self.shard.number(n))?;
            conversations += 1;
        }
        out.flush()?;
        eprintln!("{conversations} conversations with {messages} messages");
        Ok(ExitCode::SUCCESS)
    }
}
