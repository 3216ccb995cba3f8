//! How much one client may have: sockets per person and per address, and frames per second.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actors::model::ids::OrganizationId;
use actors::model::user::Who;

/// Sockets of one person: tabs, phone, tools.
const PER_USER: usize = 50;
/// Sockets of one key: a program that serves many.
const PER_KEY: usize = 1_000;
/// Sockets of one address: an office behind one router.
const PER_ADDRESS: usize = 1_000;
/// Sockets of one address that did not say who they are yet.
const STRANGERS_PER_ADDRESS: usize = 100;
/// Frames that a client may send in one second (SECURITY row 39).
const FRAMES_PER_SECOND: u32 = 50;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    Stranger(IpAddr),
    Person(OrganizationId, Who),
}

/// The sockets of this node; cheap to clone.
#[derive(Clone, Default)]
pub struct Allowance(Arc<Mutex<HashMap<Key, usize>>>);

/// One counted socket; gives its place back when dropped.
pub struct Place {
    allowance: Allowance,
    key: Key,
}

impl Allowance {
    /// A place for a socket from `address`, or None when it has too many. This machine itself has no limit: it
    /// may be a proxy in front of everybody.
    pub fn address(&self, address: IpAddr) -> Option<Place> {
        self.take(
            Key::Address(address),
            without_limit_here(address, PER_ADDRESS),
        )
    }

    /// A place for a socket that did not say who it is yet.
    pub fn stranger(&self, address: IpAddr) -> Option<Place> {
        let most = without_limit_here(address, STRANGERS_PER_ADDRESS);
        self.take(Key::Stranger(address), most)
    }

    /// A place for a socket of that person.
    pub fn person(&self, organization: OrganizationId, who: Who) -> Option<Place> {
        let most = match who {
            Who::User(_) => PER_USER,
            Who::ApiKey(_) | Who::System => PER_KEY,
        };
        self.take(Key::Person(organization, who), most)
    }

    fn take(&self, key: Key, most: usize) -> Option<Place> {
        let mut counts = self.counts();
        let count = counts.entry(key).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place {
            allowance: self.clone(),
            key,
        })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Key, usize>> {
        // Numbers can't be left half changed, so a panic elsewhere does not spoil them.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn without_limit_here(address: IpAddr, most: usize) -> usize {
    if address.to_canonical().is_loopback() {
        usize::MAX
    } else {
        most
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.allowance.counts();
        if let Some(count) = counts.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}

/// Counts the frames of one socket.
pub struct Pace {
    since: Instant,
    frames: u32,
}

impl Pace {
    /// Starts counting at `now`.
    pub const fn new(now: Instant) -> Self {
        Self {
            since: now,
            frames: 0,
        }
    }

    /// Counts a frame; false when the client sends too many.
    pub fn allows(&mut self, now: Instant) -> bool {
        if now.duration_since(self.since) >= Duration::from_secs(1) {
            *self = Self::new(now);
        }
        self.frames += 1;
        self.frames <= FRAMES_PER_SECOND
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_gets_its_places_back() {
        let allowance = Allowance::default();
        let address = IpAddr::from([192, 0, 2, 1]);
        let places: Vec<_> = (0..STRANGERS_PER_ADDRESS)
            .map(|_| allowance.stranger(address).unwrap())
            .collect();
        assert!(allowance.stranger(address).is_none());
        assert!(allowance.stranger(IpAddr::from([192, 0, 2, 2])).is_some());
        assert!(allowance.address(address).is_some());
        drop(places);
        assert!(allowance.stranger(address).is_some());
        assert!(allowance.counts().is_empty());
    }

    #[test]
    fn the_fifty_first_frame_of_a_second_is_too_much() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        assert!((0..50).all(|_| pace.allows(start)));
        assert!(!pace.allows(start));
        assert!(pace.allows(start + Duration::from_secs(1)));
    }
}
