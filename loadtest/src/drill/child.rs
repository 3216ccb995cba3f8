//! A hub of our own, started and killed at will.

use std::fs::{File, OpenOptions};
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::load::hub::Hub;

/// A hub that is not ready by then never will be.
const READY: Duration = Duration::from_secs(60);
/// Nobody answers there: a provider for drills that send nothing.
const NOBODY: &str = "http://127.0.0.1:9";
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The number of SIGABRT.
const ABORT: i32 = 6;

/// How to start the hub.
#[derive(Clone, Debug)]
pub struct Recipe {
    pub binary: PathBuf,
    pub data_dir: PathBuf,
    pub port: u16,
    pub database_url: Option<String>,
    pub redis_url: Option<String>,
    /// The provider.
    pub api_url: String,
    /// What it calls itself among several nodes.
    pub node_name: Option<String>,
    /// How long a log-in holds.
    pub log_in_holds: &'static str,
    /// Further variables of its environment.
    pub more: Vec<(&'static str, String)>,
    secrets: [String; 2],
}

impl Recipe {
    /// A hub with a directory of its own and fresh secrets.
    pub fn new(
        binary: &Path,
        data_dir: &Path,
        database_url: Option<String>,
        redis_url: Option<String>,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(data_dir)
            .with_context(|| format!("{} can't be made", data_dir.display()))?;
        Ok(Self {
            binary: binary.to_owned(),
            data_dir: data_dir.to_owned(),
            port: free_port()?,
            database_url,
            redis_url,
            api_url: NOBODY.to_owned(),
            node_name: None,
            // Agents stay logged in for as long as most runs take; a hub allows no more.
            log_in_holds: "1h",
            more: Vec::new(),
            secrets: [random_key()?, random_key()?],
        })
    }

    /// Another node of the same hub: the same secrets, a directory and a port of its own.
    pub fn beside(&self, data_dir: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(data_dir)
            .with_context(|| format!("{} can't be made", data_dir.display()))?;
        Ok(Self {
            data_dir: data_dir.to_owned(),
            port: free_port()?,
            ..self.clone()
        })
    }

    /// The hub's address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts the process; its output goes to `hub.log` in its directory.
    pub fn start(&self) -> anyhow::Result<Running> {
        let log = self.log()?;
        let mut command = Command::new(&self.binary);
        command
            .arg("serve")
            .env("PORT", self.port.to_string())
            .env("BIND", "127.0.0.1")
            .env("DATA_DIR", &self.data_dir)
            .env("PUBLIC_URL", self.url())
            .env("JWT_SECRET", &self.secrets[0])
            .env("ENCRYPTION_KEY", &self.secrets[1])
            .env("WHATSAPP_API_URL", &self.api_url)
            .env("JWT_EXPIRATION", self.log_in_holds)
            .env("RUST_LOG", "warn")
            .env_remove("DATABASE_URL")
            .env_remove("REDIS_URL")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        if let Some(url) = &self.database_url {
            command.env("DATABASE_URL", url);
        }
        if let Some(url) = &self.redis_url {
            command.env("REDIS_URL", url);
        }
        if let Some(name) = &self.node_name {
            command.env("NODE_NAME", name);
        }
        command.envs(self.more.iter().map(|(name, value)| (name, value)));
        let child = command
            .spawn()
            .with_context(|| format!("{} can't be started", self.binary.display()))?;
        Ok(Running {
            child,
            started: Instant::now(),
        })
    }

    /// Where the output goes.
    pub fn log_path(&self) -> PathBuf {
        self.data_dir.join("hub.log")
    }

    fn log(&self) -> anyhow::Result<File> {
        let path = self.log_path();
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("{} can't be written", path.display()))
    }
}

/// A running hub; killed when dropped.
pub struct Running {
    child: Child,
    started: Instant,
}

impl Running {
    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it is ready; returns how long it took since the start.
    pub async fn ready(&mut self, hub: &Hub) -> anyhow::Result<Duration> {
        while !hub.is_ready().await {
            if let Some(status) = self.child.try_wait()? {
                bail!("the hub ended with {status}");
            }
            if self.started.elapsed() > READY {
                bail!("the hub was not ready after {} s", READY.as_secs());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(self.started.elapsed())
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Whether it ended by SIGABRT.
    pub fn has_aborted(&mut self) -> bool {
        let ended = self.child.try_wait().ok().flatten();
        ended.is_some_and(|status| status.signal() == Some(ABORT))
    }

    /// `kill -9`, and waits until the process is gone.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the hub had ended by itself with {status}");
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on now, below those that the kernel gives to outgoing connections: a process that
/// connects before it listens, or comes back to its port, must find it free.
pub fn free_port() -> anyhow::Result<u16> {
    for _ in 0..50 {
        let port = rand::random_range(20_000..32_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("found no free port")
}

/// 32 random bytes in base64.
fn random_key() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    Ok(STANDARD.encode(bytes))
}
