//! Which node an actor belongs to: rendezvous hashing. Every node computes the same from the same list, and when the
//! list changes only the actors of the node that came or went move. Written here and not taken from the standard
//! library's hasher, because nodes of two versions have to agree.

use crate::model::conversation::ConversationKey;
use crate::model::ids::{OrganizationId, SessionId};
use crate::model::node::Peer;

/// The owner of what lies at `place`; None when there is nobody.
pub fn owner(place: u64, owners: &[Peer]) -> Option<Peer> {
    let weight = |peer: &&Peer| (mix(place ^ mix(peer.life.cast_unsigned())), peer.life);
    owners.iter().max_by_key(weight).copied()
}

/// Where a conversation lies.
pub fn of_conversation(key: &ConversationKey) -> u64 {
    let numbers = [key.organization.0, key.session.0];
    let bytes = numbers.iter().flat_map(|number| number.to_be_bytes());
    spread(b'c', bytes.chain(key.contact.bytes()))
}

/// Where the send line of a number lies.
pub fn of_line(session: SessionId) -> u64 {
    spread(b'l', session.0.to_be_bytes().into_iter())
}

/// Where the waiting lines of an organization lie.
pub fn of_queues(organization: OrganizationId) -> u64 {
    spread(b'q', organization.0.to_be_bytes().into_iter())
}

/// FNV-1a over the bytes, and then mixed: its high bits alone are poor.
fn spread(kind: u8, bytes: impl Iterator<Item = u8>) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325;
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    mix(std::iter::once(kind).chain(bytes).fold(start, step))
}

/// The finisher of splitmix64.
const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peers(lives: std::ops::RangeInclusive<i64>) -> Vec<Peer> {
        lives.map(|life| Peer { number: life, life }).collect()
    }

    fn places() -> impl Iterator<Item = u64> {
        (0..3000).map(|id| of_line(SessionId(id)))
    }

    #[test]
    fn each_node_owns_about_the_same() {
        let nodes = peers(1..=3);
        for node in &nodes {
            let owned = places().filter(|place| owner(*place, &nodes) == Some(*node));
            assert!((850..1150).contains(&owned.count()), "{node:?}");
        }
    }

    #[test]
    fn only_what_the_newcomer_gets_moves() {
        let (before, after) = (peers(1..=3), peers(1..=4));
        for place in places() {
            let now = owner(place, &after);
            assert!(now == owner(place, &before) || now == after.last().copied());
        }
    }

    #[test]
    fn only_what_the_lost_node_had_moves() {
        let (before, after) = (peers(1..=4), peers(2..=4));
        for place in places() {
            let was = owner(place, &before);
            assert!(was == owner(place, &after) || was == before.first().copied());
        }
    }

    #[test]
    fn two_versions_agree() {
        // Fixed for ever: a node that computes otherwise would send what is another's.
        assert_eq!(of_line(SessionId(42)), 14_531_117_629_550_913_660);
        assert_eq!(owner(7, &[]), None);
    }
}
