//! `loadtest`: the WhatsApp simulator, load scenarios and fault drills.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    loadtest::cli::run(loadtest::cli::Arguments::parse())
}
