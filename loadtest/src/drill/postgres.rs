//! A private PostgreSQL with fsync on, which may be restarted hard, killed and started again.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::process::Command;

use super::child::free_port;
use super::command;

/// Making a cluster, and redoing its log after a crash.
const LONG: Duration = Duration::from_secs(90);
const SHORT: Duration = Duration::from_secs(30);
/// Backends notice within moments that their postmaster is dead; until then a new one refuses to start.
const AGAIN: Duration = Duration::from_millis(50);

/// It writes into its folder until it is gone.
const GOODBYE: Duration = Duration::from_secs(5);

/// A cluster with a folder and a port of its own; gone when dropped.
pub struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes a cluster in `folder`, which must not exist, and starts it.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        let postgres = Self {
            folder: folder.to_owned(),
            programs: programs()?,
            port: free_port()?,
        };
        std::fs::create_dir_all(folder)?;
        if is_root() {
            // PostgreSQL does not run as root.
            let mut chown = Command::new("chown");
            command::run(chown.arg("postgres").arg(folder), SHORT).await?;
        }
        let mut initdb = postgres.program("initdb");
        initdb.arg("--pgdata").arg(postgres.data()).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]);
        command::run(&mut initdb, LONG).await?;
        postgres.pg_ctl("start", &[]).await?;
        Ok(postgres)
    }

    /// The port it listens on.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Stops it without a checkpoint, as a power switch would stop the processes, and starts it; back when it takes
    /// connections again.
    pub async fn restart(&self) -> anyhow::Result<()> {
        self.pg_ctl("restart", &["--mode=immediate"]).await
    }

    /// `kill -9` of the postmaster; back when it is gone.
    pub async fn kill(&self) -> anyhow::Result<()> {
        let pid = self.pid()?;
        command::signal(pid, "KILL").await?;
        command::gone(pid, SHORT).await
    }

    /// Starts it after `kill`; back when it takes connections.
    pub async fn start_again(&self) -> anyhow::Result<()> {
        let begin = Instant::now();
        loop {
            match self.pg_ctl("start", &[]).await {
                Ok(()) => return Ok(()),
                Err(error) if begin.elapsed() > LONG => return Err(error),
                Err(_) => tokio::time::sleep(AGAIN).await,
            }
        }
    }

    /// What a statement gives, as text; several statements are one transaction.
    pub async fn ask(&self, statement: &str) -> anyhow::Result<String> {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1"])
            .args(["-h", "127.0.0.1", "-U", "postgres", "-d", "postgres"])
            .args(["-p", &self.port.to_string(), "-c", statement])
            .env("PGCONNECT_TIMEOUT", "5");
        command::run(&mut psql, LONG).await
    }

    /// What a statement gives, as a number.
    pub async fn count(&self, statement: &str) -> anyhow::Result<u64> {
        let text = self.ask(statement).await?;
        let number = text.parse();
        number.with_context(|| format!("{text:?} is no count"))
    }

    /// The end of its log.
    pub fn log_path(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The postmaster's id.
    pub fn pid(&self) -> anyhow::Result<u32> {
        let text = std::fs::read_to_string(self.data().join("postmaster.pid"))?;
        let pid = text.lines().next().and_then(|line| line.parse().ok());
        pid.context("postmaster.pid has no process id")
    }

    async fn pg_ctl(&self, what: &str, more: &[&str]) -> anyhow::Result<()> {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections=300",
            self.port,
            self.folder.display()
        );
        let mut pg_ctl = self.program("pg_ctl");
        pg_ctl
            .arg("--pgdata")
            .arg(self.data())
            .arg("--log")
            .arg(self.log_path())
            .args(["--wait", "--timeout=60", "--silent", "--options", &options])
            .arg(what)
            .args(more)
            // The server lives on, and would hold a pipe of ours open.
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let status = tokio::time::timeout(LONG, pg_ctl.kill_on_drop(true).status()).await;
        let status = status.context("pg_ctl took too long")??;
        if !status.success() {
            bail!("pg_ctl {what}: {status}, see {}", self.log_path().display());
        }
        Ok(())
    }

    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // Where everybody may stand.
        command.current_dir("/");
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It may be down already, and nobody misses its data.
        if let Ok(pid) = self.pid() {
            let _ = std::process::Command::new("kill")
                .args(["-s", "QUIT", &pid.to_string()])
                .status();
            let begin = Instant::now();
            while command::is_alive(pid) && begin.elapsed() < GOODBYE {
                std::thread::sleep(AGAIN);
            }
        }
    }
}

/// Debian keeps them beside each other, one folder per version; elsewhere they are on the path.
fn programs() -> anyhow::Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut found: Vec<PathBuf> = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .chain(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        ))
        .filter(|folder| folder.join("initdb").exists() && folder.join("psql").exists())
        .collect();
    found.sort();
    found
        .pop()
        .context("drills need PostgreSQL's programs (initdb, pg_ctl, psql)")
}

/// Whether this process is the superuser's.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
