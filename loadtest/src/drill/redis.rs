//! A private Redis that keeps nothing on disk, and the few words of its protocol that drills say.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::child::free_port;

const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A server with a port of its own; gone when dropped.
pub struct Redis {
    folder: PathBuf,
    port: u16,
    /// Words of its command line besides folder and address.
    words: Vec<String>,
    child: Option<Child>,
}

impl Redis {
    /// Starts it in `folder`.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        Self::start_with(folder, &[]).await
    }

    /// Starts it in `folder` with more `words` on its command line, like `--replicaof`.
    pub async fn start_with(folder: &Path, words: &[&str]) -> anyhow::Result<Self> {
        let all = [&["--appendonly", "no", "--save", ""], words].concat();
        Self::start_as(folder, &all).await
    }

    /// Starts a sentinel with that file of settings, in which it keeps what it learns.
    pub async fn sentinel(settings: &Path) -> anyhow::Result<Self> {
        let folder = settings.parent().context("a file has a folder")?;
        let file = settings.to_string_lossy();
        Self::start_as(folder, &[&file, "--sentinel"]).await
    }

    async fn start_as(folder: &Path, words: &[&str]) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut redis = Self {
            folder: folder.to_owned(),
            port: free_port()?,
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            child: None,
        };
        redis.start_again().await?;
        Ok(redis)
    }

    /// The port it listens on, before and after a kill.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// `kill -9`.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }

    /// Its id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref()?.id()
    }

    /// Starts it, empty; back when it answers.
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        let child = Command::new("redis-server")
            // A file of settings comes first.
            .args(&self.words)
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .arg("--dir")
            .arg(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("drills need redis-server")?;
        self.child = Some(child);
        let answers = async {
            while self.say("PING").await.is_err() {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::time::timeout(PATIENCE, answers)
            .await
            .context("Redis did not start")
    }

    /// Says one line like `FLUSHALL`, and gives the first line of a good answer.
    pub async fn say(&self, line: &str) -> anyhow::Result<String> {
        let answer = self.answer(line).await?;
        if answer.is_empty() || answer.starts_with('-') {
            bail!("Redis answers {line} with {answer:?}");
        }
        Ok(answer)
    }

    /// The first line of the answer to a line, whatever it is.
    pub async fn answer(&self, line: &str) -> anyhow::Result<String> {
        let talk = async {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
            stream.write_all(format!("{line}\r\n").as_bytes()).await?;
            let mut answer = String::new();
            BufReader::new(stream).read_line(&mut answer).await?;
            anyhow::Ok(answer.trim_end().to_owned())
        };
        tokio::time::timeout(PATIENCE, talk)
            .await
            .context("Redis does not answer")?
    }
}
