//! A TCP proxy whose link can be slowed, silenced, cut or refused while it runs.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

/// Bytes that are read at once.
const CHUNK: usize = 16 * 1024;
/// Chunks on their way in one direction: what a slow link holds before it pushes back.
const ON_THE_WAY: usize = 64;
const CONNECT: Duration = Duration::from_secs(3);

/// What the link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Nothing to notice.
    Pass,
    /// Every byte takes that much longer, in both directions.
    Delay(Duration),
    /// Nothing gets through in that direction, and nobody is told. What was sent meanwhile comes afterwards, as TCP
    /// sends it again.
    Silent(Way),
    /// Connections are cut with RST, new ones at once.
    Reset,
    /// Connections are cut, and nobody listens.
    Refuse,
    /// This share of what the server says is lost, and the connection with it; which follows from the seed.
    Loses { percent: u8, seed: u64 },
}

/// Which direction is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Both,
    ToServer,
    ToClient,
}

impl Link {
    const fn silences(self, way: Way) -> bool {
        match self {
            Self::Silent(Way::Both) => true,
            Self::Silent(Way::ToServer) => matches!(way, Way::ToServer),
            Self::Silent(Way::ToClient) => matches!(way, Way::ToClient),
            _ => false,
        }
    }

    const fn cuts(self) -> bool {
        matches!(self, Self::Reset | Self::Refuse)
    }

    /// Whether what the server says now is lost.
    fn loses(self, way: Way, chance: &mut Chance) -> bool {
        match (self, way) {
            (Self::Loses { percent, seed }, Way::ToClient) => chance.strikes(percent, seed),
            _ => false,
        }
    }

    const fn delay(self) -> Duration {
        match self {
            Self::Delay(delay) => delay,
            _ => Duration::ZERO,
        }
    }
}

/// The luck of one connection: the same for the same seed and number of the connection.
struct Chance {
    serial: u64,
    said: u64,
}

impl Chance {
    const fn of(serial: u64) -> Self {
        Self { serial, said: 0 }
    }

    fn strikes(&mut self, percent: u8, seed: u64) -> bool {
        self.said += 1;
        let place = self.serial.wrapping_shl(20) + self.said;
        StdRng::seed_from_u64(seed ^ place).random_range(0..100) < percent
    }
}

/// A listening proxy; gone when dropped.
pub struct Proxy {
    port: u16,
    link: watch::Sender<Link>,
    open: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port of this machine and carries everything to `server`.
    pub async fn start(server: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (link, seen) = watch::channel(Link::Pass);
        let open = Arc::new(AtomicUsize::new(0));
        let task = tokio::spawn(serve(listener, port, server, seen, Arc::clone(&open)));
        Ok(Self {
            port,
            link,
            open,
            task,
        })
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// From now on the link behaves like this.
    pub fn set(&self, link: Link) {
        self.link.send_replace(link);
    }

    /// Connections that are carried now.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Waits until somebody listens again after `Link::Refuse`, or for the opposite.
    pub async fn settled(&self, listens: bool) -> anyhow::Result<()> {
        let wait = async {
            while TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() != listens {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(CONNECT, wait)
            .await
            .context("the proxy did not change")
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    port: u16,
    server: SocketAddr,
    mut link: watch::Receiver<Link>,
    open: Arc<AtomicUsize>,
) {
    let mut listener = Some(listener);
    let mut pairs = JoinSet::new();
    let mut connections = 0_u64;
    loop {
        if *link.borrow_and_update() == Link::Refuse {
            listener = None;
        } else if listener.is_none() {
            listener = TcpListener::bind(("127.0.0.1", port)).await.ok();
        }
        tokio::select! {
            accepted = accept(listener.as_ref()) => {
                let Ok((client, _)) = accepted else { continue };
                let (seen, open, serial) = (link.clone(), Arc::clone(&open), connections);
                connections += 1;
                pairs.spawn(async move {
                    open.fetch_add(1, Ordering::Relaxed);
                    // A broken connection ends, which is all that its ends need to know.
                    let _ = carry(client, server, seen, serial).await;
                    open.fetch_sub(1, Ordering::Relaxed);
                });
            }
            changed = link.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            Some(_) = pairs.join_next() => {}
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

/// Carries one connection until it ends or is cut.
async fn carry(
    mut client: TcpStream,
    server: SocketAddr,
    mut link: watch::Receiver<Link>,
    serial: u64,
) -> io::Result<()> {
    let mut cut = link.clone();
    client.set_nodelay(true)?;
    let reached = tokio::select! {
        biased;
        _ = cut.wait_for(|link| link.cuts()) => None,
        server = connect(server, &mut link) => Some(server?),
    };
    let Some(mut server) = reached else {
        return client.set_zero_linger();
    };
    server.set_nodelay(true)?;
    {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let out = flow(from_client, to_server, Way::ToServer, link.clone(), serial);
        let back = flow(from_server, to_client, Way::ToClient, link, serial);
        tokio::select! {
            ended = async { tokio::try_join!(out, back) } => return ended.map(|_| ()),
            _ = cut.wait_for(|link| link.cuts()) => {}
        }
    }
    client.set_zero_linger()?;
    server.set_zero_linger()
}

/// The server, as soon as the link lets the handshake through.
async fn connect(server: SocketAddr, link: &mut watch::Receiver<Link>) -> io::Result<TcpStream> {
    // An error means that the proxy is gone.
    let _ = link.wait_for(|link| !matches!(link, Link::Silent(_))).await;
    tokio::time::timeout(CONNECT, TcpStream::connect(server)).await?
}

/// One direction: each chunk goes on when it is due and the link is not silent.
async fn flow(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    way: Way,
    link: watch::Receiver<Link>,
    serial: u64,
) -> io::Result<()> {
    let (chunks, mut waiting) = mpsc::channel::<(Instant, Vec<u8>)>(ON_THE_WAY);
    let mut seen = link.clone();
    let read = async move {
        let mut buffer = vec![0; CHUNK];
        let mut chance = Chance::of(serial);
        loop {
            let count = from.read(&mut buffer).await?;
            if link.borrow().loses(way, &mut chance) {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            let due = Instant::now() + link.borrow().delay();
            let chunk = buffer[..count].to_vec();
            if count == 0 || chunks.send((due, chunk)).await.is_err() {
                return io::Result::Ok(());
            }
        }
    };
    let write = async move {
        while let Some((due, chunk)) = waiting.recv().await {
            tokio::time::sleep_until(due).await;
            // An error means that the proxy is gone.
            let _ = seen.wait_for(|link| !link.silences(way)).await;
            to.write_all(&chunk).await?;
        }
        let _ = seen.wait_for(|link| !link.silences(way)).await;
        to.shutdown().await
    };
    tokio::try_join!(read, write).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Longer than anything takes on this machine that is not held back.
    const MOMENT: Duration = Duration::from_millis(200);

    /// A server that says everything back.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        address
    }

    async fn dial(proxy: &Proxy) -> io::Result<TcpStream> {
        TcpStream::connect(("127.0.0.1", proxy.port())).await
    }

    async fn says_back(stream: &mut TcpStream) -> io::Result<()> {
        stream.write_all(b"hello").await?;
        let mut said = [0; 5];
        stream.read_exact(&mut said).await.map(|_| ())
    }

    #[tokio::test]
    async fn a_link_passes_then_is_silent_then_tells_all_of_it() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        let mut stream = dial(&proxy).await.unwrap();
        says_back(&mut stream).await.unwrap();
        assert_eq!(proxy.open(), 1);
        for way in [Way::Both, Way::ToServer, Way::ToClient] {
            proxy.set(Link::Silent(way));
            let silent = tokio::time::timeout(MOMENT, says_back(&mut stream)).await;
            assert!(silent.is_err(), "{way:?}");
            proxy.set(Link::Pass);
            let mut late = [0; 5];
            stream.read_exact(&mut late).await.unwrap();
            assert_eq!(&late, b"hello");
        }
    }

    #[tokio::test]
    async fn a_slow_link_is_late_in_both_directions() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        let mut stream = dial(&proxy).await.unwrap();
        proxy.set(Link::Delay(Duration::from_millis(20)));
        let begin = Instant::now();
        says_back(&mut stream).await.unwrap();
        assert!(begin.elapsed() >= Duration::from_millis(40));
    }

    #[test]
    fn a_link_loses_its_share_and_a_seed_tells_which() {
        let lost = |seed| -> Vec<bool> {
            let connections = (0..1_000).map(Chance::of);
            connections.map(|mut one| one.strikes(30, seed)).collect()
        };
        assert_eq!(lost(7), lost(7));
        assert_ne!(lost(7), lost(8));
        let count = lost(7).into_iter().filter(|is_lost| *is_lost).count();
        assert!((250..350).contains(&count), "{count}");
    }

    #[tokio::test]
    async fn a_link_that_loses_all_answers_still_carries_the_questions() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        let mut stream = dial(&proxy).await.unwrap();
        says_back(&mut stream).await.unwrap();
        let (percent, seed) = (100, 1);
        proxy.set(Link::Loses { percent, seed });
        assert!(says_back(&mut stream).await.is_err());
    }

    #[tokio::test]
    async fn a_cut_link_resets_old_and_new_connections() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        let mut stream = dial(&proxy).await.unwrap();
        says_back(&mut stream).await.unwrap();
        proxy.set(Link::Reset);
        let mut byte = [0];
        let error = stream.read(&mut byte).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        let mut next = dial(&proxy).await.unwrap();
        assert!(says_back(&mut next).await.is_err());
        proxy.set(Link::Pass);
        says_back(&mut dial(&proxy).await.unwrap()).await.unwrap();
    }

    #[tokio::test]
    async fn a_refusing_link_does_not_listen_until_it_passes_again() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        proxy.set(Link::Refuse);
        proxy.settled(false).await.unwrap();
        let error = dial(&proxy).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        proxy.set(Link::Pass);
        proxy.settled(true).await.unwrap();
        says_back(&mut dial(&proxy).await.unwrap()).await.unwrap();
    }
}
