//! Watching the other end of a connection on this machine: whether the hub still holds it open. A client that
//! reads nothing can't see a close, because the bytes before it were never taken.

use std::fs;

/// The kernel's state of an open connection.
const ESTABLISHED: &str = "01";

/// Whether the process that listens on `server_port` still holds its connection with our `client_port`.
pub fn is_open(server_port: u16, client_port: u16) -> bool {
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .any(|table| holds(&table, server_port, client_port))
}

/// Connections that the process that listens on `server_port` holds open, whoever is at the other end.
pub fn count_open(server_port: u16) -> usize {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let tables = tables
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok());
    tables
        .map(|table| {
            let ours = |line: &&str| {
                let mut fields = line.split_whitespace().skip(1);
                let is_ours = fields.next().and_then(port) == Some(server_port);
                is_ours && fields.nth(1) == Some(ESTABLISHED)
            };
            table.lines().skip(1).filter(ours).count()
        })
        .sum()
}

fn holds(table: &str, server_port: u16, client_port: u16) -> bool {
    table.lines().skip(1).any(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let local = fields.next().and_then(port);
        let remote = fields.next().and_then(port);
        (local, remote) == (Some(server_port), Some(client_port))
            && fields.next() == Some(ESTABLISHED)
    })
}

fn port(address: &str) -> Option<u16> {
    u16::from_str_radix(address.rsplit(':').next()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_connection_is_seen_from_its_other_end() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let server_port = listener.local_addr().unwrap().port();
        let client = std::net::TcpStream::connect(("127.0.0.1", server_port)).unwrap();
        let client_port = client.local_addr().unwrap().port();
        let (server, _) = listener.accept().unwrap();
        // While other tests connect, the kernel may leave a line of its table out, or tell it twice.
        let seen = |look: &dyn Fn() -> bool| (0..20).any(|_| look());
        assert!(seen(&|| is_open(server_port, client_port)));
        assert!(seen(&|| count_open(server_port) == 1));
        drop(server);
        assert!(!is_open(server_port, client_port));
    }
}
