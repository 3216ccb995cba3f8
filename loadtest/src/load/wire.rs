//! A keep-alive HTTP/1.1 connection for one request after the other, made for little work per request: the
//! generator shares the machine with what it measures.

use std::borrow::Cow;
use std::io;
use std::time::Duration;

use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer that takes longer counts as none.
pub const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Answers to webhooks are small; anything larger is a mistake.
const MAX_ANSWER: usize = 1024 * 1024;

/// A connection that is opened when needed.
pub struct Wire {
    authority: String,
    timeout: Duration,
    stream: Option<TcpStream>,
    answer: Vec<u8>,
    head: Option<Head>,
}

impl Wire {
    /// A connection to `host:port`.
    pub fn new(authority: &str) -> Self {
        Self {
            authority: authority.to_owned(),
            timeout: TIMEOUT,
            stream: None,
            answer: Vec::with_capacity(4096),
            head: None,
        }
    }

    /// With another patience than half a minute for each answer.
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Closes the connection; the next request opens another.
    pub fn hang_up(&mut self) {
        self.stream = None;
    }

    /// The body of the last answer.
    pub fn body(&self) -> Cow<'_, [u8]> {
        match &self.head {
            None => Cow::Borrowed(&[]),
            Some(head) => head.body(&self.answer),
        }
    }

    /// Sends a request and returns the answer's status; on an error the connection is closed.
    pub async fn ask(&mut self, request: &[u8]) -> io::Result<u16> {
        let outcome = tokio::time::timeout(self.timeout, self.exchange(request))
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        if outcome.is_err() {
            self.stream = None;
        }
        outcome
    }

    async fn exchange(&mut self, request: &[u8]) -> io::Result<u16> {
        if self.stream.as_ref().is_some_and(is_over) {
            self.stream = None;
        }
        let stream = match &mut self.stream {
            Some(stream) => stream,
            None => {
                let connecting = TcpStream::connect(&self.authority);
                let stream = tokio::time::timeout(CONNECT_TIMEOUT, connecting).await??;
                stream.set_nodelay(true)?;
                self.stream.insert(stream)
            }
        };
        self.head = None;
        stream.write_all(request).await?;
        self.answer.clear();
        let head = loop {
            read_more(stream, &mut self.answer).await?;
            if let Some(end) = memmem::find(&self.answer, b"\r\n\r\n") {
                break Head::parse(&self.answer[..end], end + 4)?;
            }
        };
        while !head.complete(&self.answer) {
            read_more(stream, &mut self.answer).await?;
        }
        if head.close {
            self.stream = None;
        }
        let status = head.status;
        self.head = Some(head);
        Ok(status)
    }
}

/// Whether the other end closed the connection while nobody used it, or sent what nobody asked for. Every client that
/// keeps connections looks before it uses one again.
fn is_over(stream: &TcpStream) -> bool {
    let nothing_yet = |error: io::Error| error.kind() == io::ErrorKind::WouldBlock;
    !stream.try_read(&mut [0; 1]).is_err_and(nothing_yet)
}

async fn read_more(stream: &mut TcpStream, answer: &mut Vec<u8>) -> io::Result<()> {
    if answer.len() > MAX_ANSWER {
        return Err(io::ErrorKind::InvalidData.into());
    }
    match stream.read_buf(answer).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

struct Head {
    status: u16,
    end: usize,
    length: Length,
    close: bool,
}

enum Length {
    Bytes(usize),
    Chunked,
}

impl Head {
    fn parse(head: &[u8], end: usize) -> io::Result<Self> {
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let text = std::str::from_utf8(head).map_err(|_| invalid())?;
        let mut lines = text.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.strip_prefix("HTTP/1."))
            .and_then(|line| line.get(2..5))
            .and_then(|status| status.parse().ok())
            .ok_or_else(invalid)?;
        let mut parsed = Self {
            status,
            end,
            length: Length::Bytes(0),
            close: false,
        };
        for line in lines {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                parsed.length = Length::Bytes(value.parse().map_err(|_| invalid())?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                parsed.length = Length::Chunked;
            } else if name.eq_ignore_ascii_case("connection") {
                parsed.close = value.eq_ignore_ascii_case("close");
            }
        }
        Ok(parsed)
    }

    fn complete(&self, answer: &[u8]) -> bool {
        match self.length {
            Length::Bytes(length) => answer.len() >= self.end + length,
            Length::Chunked => answer[self.end..].ends_with(b"0\r\n\r\n"),
        }
    }

    /// The body of a complete answer.
    fn body<'a>(&self, answer: &'a [u8]) -> Cow<'a, [u8]> {
        let rest = &answer[self.end..];
        match self.length {
            Length::Bytes(length) => Cow::Borrowed(&rest[..length.min(rest.len())]),
            Length::Chunked => Cow::Owned(joined(rest)),
        }
    }
}

/// The chunks of a body, without their lengths.
fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(rest.len());
    while let Some(end) = memmem::find(rest, b"\r\n") {
        let length = std::str::from_utf8(&rest[..end]).ok();
        let length = length.and_then(|text| usize::from_str_radix(text, 16).ok());
        let chunk = length.and_then(|length| rest.get(end + 2..end + 2 + length));
        match chunk {
            Some(chunk) if !chunk.is_empty() => {
                body.extend_from_slice(chunk);
                rest = rest.get(end + 4 + chunk.len()..).unwrap_or_default();
            }
            // The last chunk is empty.
            _ => break,
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_it_says() {
        let text = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 5\r\nConnection: close\r\n\r\nhel";
        let end = memmem::find(text, b"\r\n\r\n").unwrap();
        let head = Head::parse(&text[..end], end + 4).unwrap();
        assert_eq!((head.status, head.close), (503, true));
        assert!(!head.complete(text));
        let whole = [&text[..], b"lo"].concat();
        assert!(head.complete(&whole));
        assert_eq!(head.body(&whole).as_ref(), b"hello");
    }

    #[test]
    fn chunks_are_put_together() {
        let text = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
        let end = memmem::find(text, b"\r\n\r\n").unwrap();
        let head = Head::parse(&text[..end], end + 4).unwrap();
        assert!(head.complete(text));
        assert_eq!(head.body(text).as_ref(), b"abc0123456789");
    }

    #[tokio::test]
    async fn a_connection_that_the_server_closed_is_not_used_again() {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut wire = Wire::new(&server.local_addr().unwrap().to_string());
        for _ in 0..2 {
            let served = async {
                let (mut stream, _) = server.accept().await.unwrap();
                stream.read_u8().await.unwrap();
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
                stream.write_all(answer).await.unwrap();
            };
            let (answer, ()) = tokio::join!(wire.ask(b"?"), served);
            assert_eq!(answer.unwrap(), 200);
            let stream = wire.stream.as_ref().unwrap();
            stream.readable().await.unwrap();
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Head::parse(b"SMTP ready", 12).is_err());
    }
}
