//! How much a node takes on at a time. What comes above that hears 503 at once, which costs next to nothing: waiting in
//! a line that grows would make everybody late, and WhatsApp delivers again anyway. Programs that send are asked to wait
//! before callbacks are; people never are.

use std::sync::Arc;

use actors::figure;
use actors::model::user::{Actor, Who};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{ApiError, ApiResult, Code};

/// Room for the bodies of callbacks that are worked on, in KiB.
const ALL: usize = 256 * 1024;
/// What each callback takes at least: a thousand small ones at a time are a third of a second's work.
const LEAST: u64 = 256;
/// When to come again, in seconds.
const COME_AGAIN: u64 = 1;

/// The room for callbacks of one node.
pub struct Pressure {
    room: Arc<Semaphore>,
}

/// A callback's part of it; free again when it is dropped.
pub struct Room {
    _held: OwnedSemaphorePermit,
}

impl Default for Pressure {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(ALL)),
        }
    }
}

impl Pressure {
    /// Takes room for a callback of `length` bytes.
    pub fn enter(&self, length: u64) -> ApiResult<Room> {
        let size = u32::try_from((length / 1024).max(LEAST)).unwrap_or(u32::MAX);
        match Arc::clone(&self.room).try_acquire_many_owned(size) {
            Ok(held) => Ok(Room { _held: held }),
            Err(_) => {
                metrics::counter!(figure::WEBHOOKS_TOTAL, "end" => "shed").increment(1);
                Err(come_again())
            }
        }
    }

    /// Asks a program to wait while more than half of the room is taken; people go on.
    pub fn let_send(&self, by: &Actor) -> ApiResult<()> {
        let is_high = self.room.available_permits() < ALL / 2;
        match by.who {
            Who::ApiKey(_) if is_high => Err(come_again()),
            _ => Ok(()),
        }
    }
}

fn come_again() -> ApiError {
    ApiError::of(Code::Busy).retry_after(COME_AGAIN)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use actors::model::ids::{ApiKeyId, OrganizationId, UserId};
    use actors::model::user::Role;

    fn actor(who: Who) -> Actor {
        Actor {
            organization: OrganizationId(1),
            who,
            name: "Jo".to_owned(),
            role: Role::Agent,
        }
    }

    #[test]
    fn programs_wait_first_then_callbacks_and_people_never() {
        let pressure = Pressure::default();
        let (person, program) = (actor(Who::User(UserId(1))), actor(Who::ApiKey(ApiKeyId(1))));
        let mut places: Vec<Room> = (0..512).map(|_| pressure.enter(900).unwrap()).collect();
        assert!(pressure.let_send(&program).is_ok());
        places.push(pressure.enter(900).unwrap());
        assert!(pressure.let_send(&program).is_err());
        places.extend((0..511).map(|_| pressure.enter(900).unwrap()));
        assert!(pressure.enter(900).is_err());
        assert!(pressure.let_send(&person).is_ok());
        places.clear();
        assert!(pressure.let_send(&program).is_ok());
    }

    #[test]
    fn large_bodies_take_the_room_of_many() {
        let pressure = Pressure::default();
        let large = 3 * 1024 * 1024;
        let places: Vec<Room> = std::iter::from_fn(|| pressure.enter(large).ok()).collect();
        assert_eq!(places.len(), ALL / (3 * 1024));
    }
}
