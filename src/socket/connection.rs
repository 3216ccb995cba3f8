//! A socket's TCP connection, seen from outside: its actor is polled only while the peer reads, so neither a
//! timer nor a message can end a stuck one. The kernel gives up on peers that take nothing, and the feed can
//! shut the connection down through a second handle on it.

use std::any::Any;
use std::net::Shutdown;
use std::os::fd::AsFd;
use std::sync::{Arc, Weak};
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use actors::feed::seat::Cut;
use socket2::{SockRef, Socket, TcpKeepalive};

/// How long a peer may take nothing before the kernel ends the connection: a browser that pauses a video
/// comes back with a range.
const PATIENCE: Duration = Duration::from_secs(60);
/// The same for a socket, whose client resumes with a cursor.
const SOCKET_PATIENCE: Duration = Duration::from_secs(10);
/// When the kernel asks a silent peer whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// The second handle; lives in the connection's data, so that it closes with the connection.
#[derive(Clone)]
pub struct Link(Arc<Socket>);

/// For `HttpServer::on_connect`: sets the kernel's patience and keeps a second handle for [`Cut`].
pub fn on_connect(connection: &dyn Any, data: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TcpStream>() else {
        return;
    };
    let socket = SockRef::from(stream);
    // Best effort: without these the server's own timeouts still hold.
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE));
    set_patience(&socket, PATIENCE);
    if let Ok(second) = stream.as_fd().try_clone_to_owned() {
        data.insert(Link(Arc::new(Socket::from(second))));
    }
}

impl Link {
    /// The connection became a socket: the kernel waits less long for its peer.
    pub fn becomes_socket(&self) {
        set_patience(&self.0, SOCKET_PATIENCE);
    }
}

#[cfg(target_os = "linux")]
fn set_patience(socket: &Socket, patience: Duration) {
    // Best effort as above.
    let _ = socket.set_tcp_user_timeout(Some(patience));
}

#[cfg(not(target_os = "linux"))]
const fn set_patience(_: &Socket, _: Duration) {}

/// Ends a connection, if it still is there.
pub struct Scissors(Weak<Socket>);

impl Scissors {
    /// For the connection with this handle; without one nothing can be cut.
    pub fn new(link: Option<&Link>) -> Self {
        Self(link.map_or_else(Weak::new, |link| Arc::downgrade(&link.0)))
    }
}

impl Cut for Scissors {
    fn cut(&self) {
        if let Some(socket) = self.0.upgrade() {
            // It fails only when the peer was faster.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}
