//! The command line: one subcommand per tool, all choices by flags.

mod simulate;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// WhatsApp simulator, load scenarios and fault drills for the command centre.
#[derive(Debug, Parser)]
#[command(name = "loadtest", version, about, propagate_version = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the WhatsApp simulator with its phone page.
    Simulate(simulate::Simulate),
}

/// Runs the chosen tool; 0 is success, 1 a failed check, 2 bad usage.
pub fn run(arguments: Arguments) -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,actix_server=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_writer(std::io::stderr)
        .init();
    let outcome = match arguments.command {
        Command::Simulate(options) => options.run(),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("loadtest: {error:#}");
            ExitCode::from(2)
        }
    }
}
