//! Bounds incoming frames before the codec buffers them: the codec looks at its limit only when a whole frame
//! is there, so a client that declares a gigabyte would get it (`ws/frame.rs` of actix-http). This adapter
//! reads the declared lengths as the bytes pass and lets nothing through from the first that is too long on.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;

/// The longest payload that a client may declare.
pub const MOST_BYTES: u64 = 64 * 1024;
/// Two bytes, up to eight of length, four of mask.
const LONGEST_HEADER: usize = 14;

/// Set by the guard when it saw a frame that is too long.
pub type Tripped = Rc<Cell<bool>>;

/// The adapter.
pub struct FrameGuard<S> {
    stream: S,
    place: Place,
    tripped: Tripped,
}

/// Where in the frames the next byte lies.
enum Place {
    Header {
        bytes: [u8; LONGEST_HEADER],
        have: usize,
    },
    Payload {
        left: u64,
    },
}

impl Place {
    const fn header() -> Self {
        Self::Header {
            bytes: [0; LONGEST_HEADER],
            have: 0,
        }
    }
}

/// A frame was declared that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TooLong;

impl<S> FrameGuard<S> {
    /// Guards `stream`; sets `tripped` at a frame that is too long.
    pub const fn new(stream: S, tripped: Tripped) -> Self {
        Self {
            stream,
            place: Place::header(),
            tripped,
        }
    }
}

impl<S> Stream for FrameGuard<S>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let chunk = match Pin::new(&mut self.stream).poll_next(cx) {
                Poll::Ready(Some(Ok(chunk))) => chunk,
                other => return other,
            };
            if self.tripped.get() {
                // Thrown away, so that the client gets to read the close frame.
                continue;
            }
            if self.place.pass(&chunk).is_err() {
                self.tripped.set(true);
                return Poll::Ready(Some(Err(PayloadError::Overflow)));
            }
            return Poll::Ready(Some(Ok(chunk)));
        }
    }
}

impl Place {
    fn pass(&mut self, mut chunk: &[u8]) -> Result<(), TooLong> {
        while !chunk.is_empty() {
            match self {
                Self::Payload { left } => {
                    let taken = chunk
                        .len()
                        .min(usize::try_from(*left).unwrap_or(usize::MAX));
                    chunk = &chunk[taken..];
                    *left -= taken as u64;
                    if *left == 0 {
                        *self = Self::header();
                    }
                }
                Self::Header { bytes, have } => {
                    bytes[*have] = chunk[0];
                    *have += 1;
                    chunk = &chunk[1..];
                    let Some(payload) = declared(&bytes[..*have]) else {
                        continue;
                    };
                    if payload > MOST_BYTES {
                        return Err(TooLong);
                    }
                    if *have == header_length(bytes[1]) {
                        *self = match payload {
                            0 => Self::header(),
                            left => Self::Payload { left },
                        };
                    }
                }
            }
        }
        Ok(())
    }
}

/// The payload length that a header declares, once enough of it is there.
fn declared(header: &[u8]) -> Option<u64> {
    match header.get(1)? & 0x7f {
        126 => Some(u64::from(u16::from_be_bytes(
            header.get(2..4)?.try_into().ok()?,
        ))),
        127 => Some(u64::from_be_bytes(header.get(2..10)?.try_into().ok()?)),
        short => Some(u64::from(short)),
    }
}

const fn header_length(second: u8) -> usize {
    let length = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    2 + length + mask
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(declared: u64, masked: bool, sent: usize) -> Vec<u8> {
        let mask_bit = if masked { 0x80 } else { 0 };
        let mut bytes = vec![0x81];
        match declared {
            0..=125 => bytes.push(mask_bit | u8::try_from(declared).unwrap_or(0)),
            126..=0xffff => {
                bytes.push(mask_bit | 126);
                bytes.extend(u16::try_from(declared).unwrap_or(0).to_be_bytes());
            }
            _ => {
                bytes.push(mask_bit | 127);
                bytes.extend(declared.to_be_bytes());
            }
        }
        if masked {
            bytes.extend([1, 2, 3, 4]);
        }
        bytes.extend(std::iter::repeat_n(0xff, sent));
        bytes
    }

    fn passes(bytes: &[u8], chunk: usize) -> bool {
        let mut place = Place::header();
        bytes.chunks(chunk).all(|piece| place.pass(piece).is_ok())
    }

    #[test]
    fn frames_up_to_the_limit_pass_however_they_are_cut() {
        let mut bytes = Vec::new();
        for length in [0, 1, 125, 126, 127, 65_535, 65_536] {
            for masked in [true, false] {
                bytes.extend(frame(length, masked, usize::try_from(length).unwrap_or(0)));
            }
        }
        for chunk in [1, 2, 3, 7, 1000, bytes.len()] {
            assert!(passes(&bytes, chunk), "cut every {chunk}");
        }
    }

    #[test]
    fn a_frame_is_refused_by_what_it_declares_before_it_is_sent() {
        for length in [65_537, 1 << 20, 1 << 30, u64::MAX] {
            for chunk in [1, 64] {
                assert!(!passes(&frame(length, true, 0), chunk), "{length}");
            }
        }
    }

    #[test]
    fn a_long_frame_behind_a_short_one_is_seen() {
        let mut bytes = frame(300, true, 300);
        bytes.extend(frame(1 << 20, true, 0));
        assert!(!passes(&bytes, 50));
        assert!(!passes(&bytes, bytes.len()));
    }
}
