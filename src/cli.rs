//! The command line: what the program can be told to do, and with which exit code it ends (0 done, 1 failed, 2 bad
//! configuration).

use std::path::PathBuf;
use std::process::ExitCode;

use actors::model::ids::SessionId;
use clap::{Parser, Subcommand};

use crate::app;
use crate::config::{self, Config};
use crate::telemetry::Telemetry;

/// A build that breaks where it is told to says so.
const VERSION: &str = if cfg!(feature = "faults") {
    concat!(env!("CARGO_PKG_VERSION"), "+faults")
} else {
    env!("CARGO_PKG_VERSION")
};

/// A self-hosted command centre for WhatsApp business messaging.
#[derive(Debug, Parser)]
#[command(name = "command-center", version = VERSION, about)]
struct Cli {
    /// A TOML file with settings of the same names as the environment's; the environment goes first.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve dashboard, API, sockets and WhatsApp's callbacks.
    Serve,
    /// Serve with a demo organization: two numbers at the simulator, five users, 60 conversations.
    Demo,
    /// Bring the database's tables to the present shape.
    Migrate,
    /// Create an organization with its owner, or give an existing user a new password.
    CreateAdmin {
        /// The organization's name.
        #[arg(long)]
        organization: String,
        /// The owner's name.
        #[arg(long)]
        name: String,
        /// The owner's e-mail.
        #[arg(long)]
        email: String,
        /// The password; read from the first line of standard input when it is not given.
        #[arg(long)]
        password: Option<String>,
    },
    /// Bring conversations from another system: one per line of JSON, with phone, name and messages.
    ///
    /// A line: {"phone": "491701234567", "name": "Ann", "status": "closed", "assignee": "ben@example.org",
    /// "unread": 0, "messages": [{"direction": "inbound", "at": "2026-05-04T09:30:00Z", "text": "Hello", "id":
    /// "wamid.…"}, {"direction": "outbound", "at": 1777887060, "text": "Hi Ann!", "author": "Ben"}]}. Only phone and
    /// messages with direction (inbound, outbound, note), at and text are needed. A conversation that is there
    /// already stays as it is, so an import can be repeated. Lines that can't be understood are named and left
    /// out; the exit code is 1 then. The hub may run meanwhile when it is on PostgreSQL.
    Import {
        /// The number that they were held with, as in the address of its settings (ses_…).
        #[arg(long)]
        number: SessionId,
        /// The file; standard input when it is not given.
        file: Option<PathBuf>,
    },
    /// Check the settings as a start would; change nothing.
    CheckConfig,
    /// Print the settings that hold, as a TOML file with secrets masked.
    PrintConfig,
    /// Print the description of the API (OpenAPI 3.1).
    Openapi,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let file = cli.config.as_deref();
    match cli.command {
        Command::Openapi => print(crate::http::openapi::json().map_err(anyhow::Error::from)),
        Command::CheckConfig => match config::check_config(file) {
            Ok(()) => print(Ok("The settings are valid.\n".to_owned())),
            Err(error) => misconfigured(&error),
        },
        Command::PrintConfig => match config::print_config(file) {
            Ok(text) => print(Ok(text)),
            Err(error) => misconfigured(&error),
        },
        command => match Config::load(file) {
            Ok(config) => run(command, config),
            Err(error) => misconfigured(&error),
        },
    }
}

fn run(command: Command, mut config: Config) -> ExitCode {
    let tls = rustls::crypto::ring::default_provider().install_default();
    // Until the end: then what waits to be sent is sent.
    let _telemetry = Telemetry::start(&config);
    actors::fault::arm();
    if tls.is_err() {
        tracing::debug!("a TLS provider was there already");
    }
    let done = match command {
        Command::Demo => {
            config.demo = true;
            app::serve(config)
        }
        Command::Migrate => app::migrate(&config),
        Command::Import { number, file } => app::import::run(&config, number, file.as_deref()),
        Command::CreateAdmin {
            organization,
            name,
            email,
            password,
        } => read_password(password)
            .and_then(|password| app::create_admin(config, organization, name, email, password)),
        _ => app::serve(config),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("command-center: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn read_password(given: Option<String>) -> anyhow::Result<String> {
    if let Some(password) = given {
        return Ok(password);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn print(text: anyhow::Result<String>) -> ExitCode {
    use std::io::Write;
    let written = text.and_then(|text| {
        std::io::stdout()
            .write_all(text.as_bytes())
            .map_err(anyhow::Error::from)
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("command-center: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn misconfigured(error: &config::ConfigError) -> ExitCode {
    eprintln!("command-center: {error}");
    ExitCode::from(2)
}
