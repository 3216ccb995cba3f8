//! nginx with nchan, the yardstick of `fanout`: what a server that does nothing else pays for a delivery.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::child::free_port;

/// Where distributions put the module.
const MODULES: [&str; 3] = [
    "/usr/lib/nginx/modules/ngx_nchan_module.so",
    "/usr/lib64/nginx/modules/ngx_nchan_module.so",
    "/usr/local/lib/nginx/modules/ngx_nchan_module.so",
];
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A server of our own with one worker; gone when dropped.
pub struct Nchan {
    folder: PathBuf,
    port: u16,
    master: Child,
}

impl Drop for Nchan {
    fn drop(&mut self) {
        // A worker does not end with a master that was killed, and is not found after it. Nothing here is anybody's.
        let worker = self.worker();
        let _ = self.master.start_kill();
        let _ = worker.map(|worker| std::process::Command::new("kill").arg(worker).status());
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Nchan {
    /// Starts it in `folder`, which it makes, for so many sockets.
    pub async fn start(folder: &Path, sockets: usize) -> anyhow::Result<Self> {
        let found = MODULES.iter().find(|path| Path::new(path).exists());
        let Some(module) = found else {
            bail!("nginx' module nchan is not there: libnginx-mod-nchan on Debian");
        };
        std::fs::create_dir_all(folder)?;
        let port = free_port()?;
        std::fs::write(
            folder.join("nginx.conf"),
            configuration(module, port, sockets),
        )?;
        let master = Command::new("nginx")
            .arg("-p")
            .arg(folder)
            .args(["-c", "nginx.conf", "-e", "error.log"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("nginx can't be started")?;
        let server = Self {
            folder: folder.to_owned(),
            port,
            master,
        };
        let answers = async {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err()
                || server.worker().is_none()
            {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::time::timeout(PATIENCE, answers)
            .await
            .with_context(|| format!("nginx did not start: {}", server.complaint()))?;
        Ok(server)
    }

    /// `host:port`.
    pub fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Where a socket hears everything that is published.
    pub fn socket_url(&self) -> String {
        format!("ws://{}/hear", self.authority())
    }

    /// A request that publishes a text.
    pub fn publication(&self, text: &str) -> Vec<u8> {
        format!(
            "POST /tell HTTP/1.1\r\nHost: {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{text}",
            self.authority(),
            text.len()
        )
        .into_bytes()
    }

    /// The process that does the work.
    pub fn worker(&self) -> Option<String> {
        let master = self.master.id()?;
        let children = format!("/proc/{master}/task/{master}/children");
        let children = std::fs::read_to_string(children).ok()?;
        children.split_whitespace().next().map(str::to_owned)
    }

    fn complaint(&self) -> String {
        std::fs::read_to_string(self.folder.join("error.log")).unwrap_or_default()
    }
}

/// One channel, heard from now on.
fn configuration(module: &str, port: u16, sockets: usize) -> String {
    // Nearly twice: with fewer it turns sockets away in the middle of their handshake.
    let connections = 2 * sockets + 64;
    let files = connections + 192;
    format!(
        "load_module {module};
daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid nginx.pid;
error_log error.log;
events {{ worker_connections {connections}; }}
http {{
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  keepalive_requests 100000000;
  nchan_shared_memory_size 256M;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /tell {{ nchan_publisher http; nchan_channel_id all; nchan_message_buffer_length 1000; }}
    location = /hear {{ nchan_subscriber websocket; nchan_channel_id all; nchan_subscriber_first_message newest; }}
  }}
}}
"
    )
}
