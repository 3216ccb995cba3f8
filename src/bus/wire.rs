//! What travels on the bus: `<node> <hex of an HMAC> <JSON>`, so that whoever can write to Redis still can't make
//! the hub believe in events (SECURITY row 57). Channel and node are part of what is signed. The node stands in
//! front, because Redis brings a node its own messages back: those are not even checked (a forger who names our
//! node only makes us look away from the forgery), which saves a tenth of the hub's work per message.

use std::sync::Arc;

use actors::event::Envelope;
use actors::model::ids::OrganizationId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::secret::mac;

const NODE_HEX: usize = 16;
const MAC_HEX: usize = 64;

/// The key that all nodes share.
pub type Key = Zeroizing<[u8; 32]>;

/// What came in.
#[derive(Debug)]
pub enum Read {
    /// Another node's events.
    Envelopes(Vec<Arc<Envelope>>),
    /// This node's own message, coming back.
    Own,
    /// Signed with our key, but of events that this version does not know: a newer node's, or an older one's.
    Unknown,
    /// Not signed with our key, or not for this channel.
    Refused,
}

/// The channel of an organization's events. The number rises with the form of what travels, so that nodes of two versions
/// do not take each other for forgers; what they do not hear they read from the store.
pub fn channel(organization: OrganizationId) -> String {
    format!("wcc:2:org:{}", organization.0)
}

/// The channel of what is for one node alone.
pub fn node_channel(life: i64) -> String {
    format!("wcc:2:node:{life:016x}")
}

/// Whether a channel is that of one node alone.
pub fn is_letter(channel: &str) -> bool {
    channel.starts_with("wcc:2:node:")
}

/// Writes and signs a message.
pub fn write(
    key: &Key,
    node: u64,
    channel: &str,
    body: &impl Serialize,
) -> Result<String, serde_json::Error> {
    let body = serde_json::to_string(body)?;
    let node = name(node);
    let signature = hex::encode(sign(key, channel, &node, body.as_bytes()));
    Ok(format!("{node} {signature} {body}"))
}

/// Checks and reads a message of any node, this one's own as well; None when it is not signed with our key, not for this
/// channel, or not readable.
pub fn open<T: DeserializeOwned>(key: &Key, channel: &str, text: &[u8]) -> Option<T> {
    let (sender, rest) = part(text, NODE_HEX)?;
    serde_json::from_slice(signed(key, channel, sender, rest)?).ok()
}

/// Checks and reads a message.
pub fn read(key: &Key, node: u64, channel: &str, text: &[u8]) -> Read {
    let own = name(node);
    let Some((sender, rest)) = part(text, NODE_HEX) else {
        return Read::Refused;
    };
    if sender == own.as_bytes() {
        return Read::Own;
    }
    let Some(body) = signed(key, channel, sender, rest) else {
        return Read::Refused;
    };
    // The store will tell.
    serde_json::from_slice(body).map_or(Read::Unknown, Read::Envelopes)
}

/// The body behind a signature of ours.
fn signed<'a>(key: &Key, channel: &str, sender: &[u8], rest: &'a [u8]) -> Option<&'a [u8]> {
    let (signature, body) = part(rest, MAC_HEX)?;
    let expected = hex::encode(sign(key, channel, sender, body));
    bool::from(expected.as_bytes().ct_eq(signature)).then_some(body)
}

/// What stands before the blank at `length`, and what after it.
fn part(text: &[u8], length: usize) -> Option<(&[u8], &[u8])> {
    let (first, rest) = text.split_at_checked(length)?;
    Some((first, rest.strip_prefix(b" ")?))
}

fn name(node: u64) -> String {
    format!("{node:016x}")
}

fn sign(key: &Key, channel: &str, node: impl AsRef<[u8]>, body: &[u8]) -> [u8; 32] {
    mac(
        &**key,
        &[channel.as_bytes(), b"\0", node.as_ref(), b"\0", body],
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use actors::event::{Audience, Event};
    use actors::model::json::Json;
    use actors::time::Timestamp;

    fn envelope(seq: i64) -> Arc<Envelope> {
        Arc::new(Envelope {
            organization: OrganizationId(5),
            seq,
            at: Timestamp::from_millis(1_790_000_000_000),
            audience: Audience::Everyone,
            event: Event::TemplateUpdated(Json::null()),
            row: None,
        })
    }

    #[test]
    fn another_node_reads_what_was_written_and_the_writer_ignores_it() {
        let key = Key::new([7; 32]);
        let text = write(&key, 1, "wcc:2:org:5", &vec![envelope(1), envelope(2)]).unwrap();
        match read(&key, 2, "wcc:2:org:5", text.as_bytes()) {
            Read::Envelopes(read) => assert_eq!(read, [envelope(1), envelope(2)]),
            other => panic!("{other:?}"),
        }
        assert!(matches!(
            read(&key, 1, "wcc:2:org:5", text.as_bytes()),
            Read::Own
        ));
    }

    #[test]
    fn what_is_forged_moved_or_broken_is_refused() {
        let key = Key::new([7; 32]);
        let text = write(&key, 1, "wcc:2:org:5", &vec![envelope(1)]).unwrap();
        let forged = write(&Key::new([8; 32]), 1, "wcc:2:org:5", &vec![envelope(1)]).unwrap();
        let changed = text.replace("everyone", "admins");
        for (channel, text) in [
            ("wcc:2:org:6", text.as_str()),
            ("wcc:2:org:5", forged.as_str()),
            ("wcc:2:org:5", changed.as_str()),
            ("wcc:2:org:5", ""),
            ("wcc:2:org:5", "{}"),
            ("wcc:2:org:5", &text[..NODE_HEX + 1]),
            ("wcc:2:org:5", text.replacen("1 ", "3 ", 1).as_str()),
        ] {
            assert!(matches!(
                read(&key, 2, channel, text.as_bytes()),
                Read::Refused
            ));
        }
    }
}
