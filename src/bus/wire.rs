//! What travels on the bus: `<hex of an HMAC> <JSON>`, so that whoever can write to Redis still can't make
//! the hub believe in events (SECURITY row 57). The channel is part of what is signed.

use std::sync::Arc;

use actors::event::Envelope;
use actors::model::ids::OrganizationId;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::secret::mac;

const MAC_HEX: usize = 64;

/// The key that all nodes share.
pub type Key = Zeroizing<[u8; 32]>;

#[derive(Serialize)]
struct Outgoing<'a> {
    node: u64,
    envelopes: &'a [Arc<Envelope>],
}

#[derive(Deserialize)]
struct Arrived {
    node: u64,
    envelopes: Vec<Arc<Envelope>>,
}

/// What came in.
#[derive(Debug)]
pub enum Read {
    /// Another node's events.
    Envelopes(Vec<Arc<Envelope>>),
    /// This node's own message, coming back.
    Own,
    /// Not signed with our key, not for this channel, or not readable.
    Refused,
}

/// The channel of an organization's events.
pub fn channel(organization: OrganizationId) -> String {
    format!("wcc:org:{}", organization.0)
}

/// Writes and signs a message.
pub fn write(
    key: &Key,
    node: u64,
    channel: &str,
    envelopes: &[Arc<Envelope>],
) -> Result<String, serde_json::Error> {
    let body = serde_json::to_string(&Outgoing { node, envelopes })?;
    let signature = sign(key, channel, body.as_bytes());
    Ok(format!("{} {body}", hex::encode(signature)))
}

/// Checks and reads a message.
pub fn read(key: &Key, node: u64, channel: &str, text: &[u8]) -> Read {
    let Some((signature, rest)) = text.split_at_checked(MAC_HEX) else {
        return Read::Refused;
    };
    let Some(body) = rest.strip_prefix(b" ") else {
        return Read::Refused;
    };
    let expected = hex::encode(sign(key, channel, body));
    if !bool::from(expected.as_bytes().ct_eq(signature)) {
        return Read::Refused;
    }
    match serde_json::from_slice::<Arrived>(body) {
        Ok(arrived) if arrived.node == node => Read::Own,
        Ok(arrived) => Read::Envelopes(arrived.envelopes),
        // A newer node may speak of events that this one does not know; the store will tell.
        Err(_) => Read::Refused,
    }
}

fn sign(key: &Key, channel: &str, body: &[u8]) -> [u8; 32] {
    mac(&**key, &[channel.as_bytes(), b"\0", body])
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
        let text = write(&key, 1, "wcc:org:5", &[envelope(1), envelope(2)]).unwrap();
        match read(&key, 2, "wcc:org:5", text.as_bytes()) {
            Read::Envelopes(read) => assert_eq!(read, [envelope(1), envelope(2)]),
            other => panic!("{other:?}"),
        }
        assert!(matches!(
            read(&key, 1, "wcc:org:5", text.as_bytes()),
            Read::Own
        ));
    }

    #[test]
    fn what_is_forged_moved_or_broken_is_refused() {
        let key = Key::new([7; 32]);
        let text = write(&key, 1, "wcc:org:5", &[envelope(1)]).unwrap();
        let forged = write(&Key::new([8; 32]), 1, "wcc:org:5", &[envelope(1)]).unwrap();
        let changed = text.replace("everyone", "admins");
        for (channel, text) in [
            ("wcc:org:6", text.as_str()),
            ("wcc:org:5", forged.as_str()),
            ("wcc:org:5", changed.as_str()),
            ("wcc:org:5", ""),
            ("wcc:org:5", "{}"),
            ("wcc:org:5", &text[..MAC_HEX]),
        ] {
            assert!(matches!(
                read(&key, 2, channel, text.as_bytes()),
                Read::Refused
            ));
        }
    }
}
