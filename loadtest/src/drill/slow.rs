//! A client that reads too slowly, or not at all, and sees in the kernel's table when the hub cuts it.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::peer;
use crate::load::hub::Hub;
use crate::load::marker::Marker;
use crate::load::report;
use crate::load::scan::{Frame, Scanner};

/// As little as the kernel gives: the hub's side fills soon.
const RECEIVE_BUFFER: u32 = 4096;
const LOOK_AGAIN: Duration = Duration::from_millis(20);
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Between two sips.
pub const SIP: Duration = Duration::from_millis(250);

/// The socket that stops reading.
pub struct Slow {
    /// Held open, never read.
    socket: WebSocketStream<TcpStream>,
    hub_port: u16,
    own_port: u16,
}

/// When it was cut, and what that cost meanwhile.
pub struct Cut {
    pub after: Option<Duration>,
    pub peak_mib: Option<f64>,
}

impl Slow {
    /// Reads up to `bytes` each time that a moment is over, until the hub cuts it or `limit` is over; gives the time
    /// until the cut.
    pub async fn sip(mut self, bytes: usize, limit: Duration) -> Option<Duration> {
        let begin = Instant::now();
        let mut buffer = vec![0; bytes];
        while begin.elapsed() < limit {
            tokio::time::sleep(SIP).await;
            let stream = self.socket.get_mut();
            let sip = tokio::time::timeout(Duration::from_millis(1), stream.read(&mut buffer));
            let is_over = matches!(sip.await, Ok(Ok(0) | Err(_)));
            if is_over || !peer::is_open(self.hub_port, self.own_port) {
                return Some(begin.elapsed());
            }
        }
        None
    }

    /// Connects and subscribes to everything.
    pub async fn connect(hub: &Hub) -> anyhow::Result<Self> {
        let authority = hub.authority()?;
        let address = tokio::net::lookup_host(&authority)
            .await?
            .find(std::net::SocketAddr::is_ipv4)
            .context("the hub has no address")?;
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
        let stream = socket.connect(address).await?;
        let own_port = stream.local_addr()?.port();
        let (mut socket, _) = tokio_tungstenite::client_async(hub.socket_url(), stream).await?;
        let auth = json!({"type": "auth", "token": hub.token().unwrap_or_default()});
        socket.send(Message::text(auth.to_string())).await?;
        let subscribe = json!({"type": "subscribe", "topics": ["firehose"]});
        socket.send(Message::text(subscribe.to_string())).await?;
        let scanner = Scanner::new(Marker::new(0));
        let subscribed = async {
            while let Some(message) = socket.next().await {
                if let Message::Text(text) = message?
                    && matches!(scanner.frame(text.as_bytes()), Frame::Subscribed { .. })
                {
                    return anyhow::Ok(());
                }
            }
            bail!("the hub closed the socket")
        };
        tokio::time::timeout(HANDSHAKE, subscribed)
            .await
            .context("the hub did not subscribe the socket")??;
        Ok(Self {
            socket,
            hub_port: address.port(),
            own_port,
        })
    }

    /// Waits for the cut, a little longer than allowed.
    pub async fn wait_for_the_cut(self, limit: Duration, pid: Option<u32>) -> Cut {
        let begin = Instant::now();
        let mut cut = Cut {
            after: None,
            peak_mib: None,
        };
        while begin.elapsed() < limit * 3 {
            if let Some(mib) = pid.and_then(report::resident_mib) {
                cut.peak_mib = Some(cut.peak_mib.map_or(mib, |peak: f64| peak.max(mib)));
            }
            if !peer::is_open(self.hub_port, self.own_port) {
                cut.after = Some(begin.elapsed());
                break;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        drop(self.socket);
        cut
    }
}
