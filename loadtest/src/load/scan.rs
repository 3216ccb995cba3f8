//! Finding numbers and message ids in the hub's frames without reading the whole JSON.

use memchr::memmem::Finder;

use super::echo::Step;
use super::marker::{Marked, Marker};

/// How an event of the stream begins.
const EVENT: &[u8] = br#"{"seq":"#;
const KIND: &[u8] = br#""type":""#;
const RECEIVED: &[u8] = b"message.received\"";
const PROVIDER_ID: &[u8] = br#""provider_id":""#;
const CLIENT_KEY: &[u8] = br#""client_key":""#;
const STATUS: &[u8] = br#""status":""#;
/// Events that tell how far a send is.
const OF_SENDS: [&[u8]; 3] = [
    b"message.queued\"",
    b"message.sent\"",
    b"message.status_changed\"",
];
const CURSOR: &[u8] = br#""cursor":""#;

/// A kind of frame, as far as the tools care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    Ready,
    Subscribed { refused: bool },
    Events,
    Reload,
    Goodbye,
    Error,
    Other,
}

/// An event of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub seq: i64,
    /// The message, when the event is `message.received` of this run.
    pub message: Option<Marked>,
    /// The number of a send of this run, whose idempotency key is its mark, and how far it is.
    pub send: Option<(u64, Step)>,
}

/// Searchers made once.
pub struct Scanner {
    marker: Marker,
    event: Finder<'static>,
    kind: Finder<'static>,
    provider_id: Finder<'static>,
    client_key: Finder<'static>,
    status: Finder<'static>,
    cursor: Finder<'static>,
}

impl Scanner {
    /// A scanner for one run's messages.
    pub fn new(marker: Marker) -> Self {
        Self {
            marker,
            event: Finder::new(EVENT),
            kind: Finder::new(KIND),
            provider_id: Finder::new(PROVIDER_ID),
            client_key: Finder::new(CLIENT_KEY),
            status: Finder::new(STATUS),
            cursor: Finder::new(CURSOR),
        }
    }

    /// What a frame is; its type is its first key.
    pub fn frame(&self, bytes: &[u8]) -> Frame {
        let Some(rest) = bytes.strip_prefix(br#"{"type":""#) else {
            return Frame::Other;
        };
        let end = memchr::memchr(b'"', rest).unwrap_or(0);
        match &rest[..end] {
            b"ready" => Frame::Ready,
            b"subscribed" => Frame::Subscribed {
                refused: memchr::memmem::find(rest, br#""refused":[]"#).is_none(),
            },
            b"events" => Frame::Events,
            b"reload" => Frame::Reload,
            b"goodbye" => Frame::Goodbye,
            b"error" => Frame::Error,
            _ => Frame::Other,
        }
    }

    /// The cursor of a frame, `epoch.seq`.
    pub fn cursor(&self, bytes: &[u8]) -> Option<String> {
        let start = self.cursor.find(bytes)? + CURSOR.len();
        let end = start + memchr::memchr(b'"', &bytes[start..])?;
        Some(String::from_utf8_lossy(&bytes[start..end]).into_owned())
    }

    /// Calls `take` for each event of an `events` frame, in order.
    pub fn events(&self, bytes: &[u8], mut take: impl FnMut(Seen)) {
        let mut starts = self.event.find_iter(bytes).peekable();
        while let Some(start) = starts.next() {
            let end = starts.peek().copied().unwrap_or(bytes.len());
            if let Some(seen) = self.event(&bytes[start + EVENT.len()..end]) {
                take(seen);
            }
        }
    }

    fn event(&self, bytes: &[u8]) -> Option<Seen> {
        let digits = bytes
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let seq = std::str::from_utf8(&bytes[..digits]).ok()?.parse().ok()?;
        let kind = &bytes[self.kind.find(bytes)? + KIND.len()..];
        let message = if kind.starts_with(RECEIVED) {
            self.provider_id
                .find(kind)
                .and_then(|at| self.marker.read(&kind[at + PROVIDER_ID.len()..]))
        } else {
            None
        };
        let send = if OF_SENDS.iter().any(|name| kind.starts_with(name)) {
            self.send(kind)
        } else {
            None
        };
        Some(Seen { seq, message, send })
    }

    fn send(&self, event: &[u8]) -> Option<(u64, Step)> {
        let key = &event[self.client_key.find(event)? + CLIENT_KEY.len()..];
        let status = &event[self.status.find(event)? + STATUS.len()..];
        let end = memchr::memchr(b'"', status)?;
        let step = match &status[..end] {
            b"sent" | b"accepted" => Step::Sent,
            b"delivered" => Step::Delivered,
            b"read" | b"played" => Step::Read,
            b"failed" => Step::Failed,
            _ => Step::Queued,
        };
        Some((self.marker.read(key)?.number, step))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(frame: &str) -> Vec<Seen> {
        let mut seen = Vec::new();
        Scanner::new(Marker::new(1)).events(frame.as_bytes(), |event| seen.push(event));
        seen
    }

    #[test]
    fn events_are_found_with_their_messages() {
        let frame = r#"{"type":"events","cursor":"1.8","events":[{"seq":7,"at":"t","type":"conversation.created","data":{"id":"cnv_1","seq":7,"last_message":{"provider_id":"wamid.LT00000001C000001N0000000005"}}},{"seq":8,"at":"t","type":"message.received","data":{"id":"msg_1","seq":8,"provider_id":"wamid.LT00000001C000001N0000000005","text":"x"}}]}"#;
        let message = Some(Marked {
            contact: 1,
            number: 5,
        });
        assert_eq!(
            scan(frame),
            [
                Seen {
                    seq: 7,
                    message: None,
                    send: None
                },
                Seen {
                    seq: 8,
                    message,
                    send: None
                }
            ]
        );
        let scanner = Scanner::new(Marker::new(1));
        assert_eq!(scanner.frame(frame.as_bytes()), Frame::Events);
        assert_eq!(scanner.cursor(frame.as_bytes()).as_deref(), Some("1.8"));
    }

    #[test]
    fn sends_are_known_by_their_key() {
        let frame = r#"{"type":"events","cursor":"1.9","events":[{"seq":9,"at":"t","type":"message.status_changed","data":{"id":"msg_1","text":"\"status\":\"read\"","status":"delivered","client_key":"wamid.LT00000001C000001N0000000005"}}]}"#;
        assert_eq!(scan(frame)[0].send, Some((5, Step::Delivered)));
        let other = frame.replace("LT00000001", "LT00000002");
        assert_eq!(scan(&other)[0].send, None, "of another run");
    }

    #[test]
    fn other_frames_are_told_apart() {
        let scanner = Scanner::new(Marker::new(1));
        for (frame, expected) in [
            (r#"{"type":"ready","cursor":"1.2"}"#, Frame::Ready),
            (r#"{"type":"beat","cursor":"1.2"}"#, Frame::Other),
            (
                r#"{"type":"subscribed","topics":[],"refused":["firehose"],"cursor":"1.2"}"#,
                Frame::Subscribed { refused: true },
            ),
            ("nonsense", Frame::Other),
        ] {
            assert_eq!(scanner.frame(frame.as_bytes()), expected, "{frame}");
        }
    }
}
