//! The hub as a process of its own, with settings from the environment and a log that stories read.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// Longer than anything takes on a busy machine; a story that works never waits for it.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a story looks for a line that it waits for.
const LOOK: Duration = Duration::from_millis(20);

/// A running program.
pub struct Program {
    pub address: SocketAddr,
    pub log: Log,
    child: Child,
}

/// The lines that a program logged so far, each as its JSON.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<Value>>>);

impl Program {
    /// Starts it with these settings and nothing else in its environment; returns when it serves.
    pub async fn start(settings: &[(String, String)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_command-center"))
            .arg("serve")
            .env_clear()
            .env("LOG_FORMAT", "json")
            .envs(settings.iter().cloned())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Log::default();
        log.fill(child.stderr.take().unwrap());
        let serves = log
            .until(|line| line["fields"]["message"] == "the hub serves")
            .await;
        let address = serves["fields"]["address"].as_str().unwrap();
        Self {
            address: address.parse().unwrap(),
            log,
            child,
        }
    }

    /// Tells it to stop; it has to end well.
    pub async fn stop(mut self) {
        let asked = std::time::Instant::now();
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(told.success());
        while asked.elapsed() < PATIENCE {
            if let Some(end) = self.child.try_wait().unwrap() {
                assert!(end.success(), "{end}");
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("the program did not stop");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // A story that failed leaves it running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Log {
    fn fill(&self, from: ChildStderr) {
        let lines = Arc::clone(&self.0);
        std::thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                // What is no JSON comes from the program's last words.
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                lines.lock().unwrap().push(line);
            }
        });
    }

    /// Everything so far.
    pub fn lines(&self) -> Vec<Value> {
        self.0.lock().unwrap().clone()
    }

    /// The first line that is wanted, when it is there.
    pub async fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let since = std::time::Instant::now();
        while since.elapsed() < PATIENCE {
            if let Some(line) = self.lines().into_iter().find(&wanted) {
                return line;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!("no such line was logged:\n{}", self.text());
    }

    /// Everything so far, as text.
    pub fn text(&self) -> String {
        let lines = self.lines();
        let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
        lines.join("\n")
    }
}
