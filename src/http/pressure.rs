//! How much a node takes on at a time. What comes above that hears 503 at once, which costs next to nothing: waiting in
//! a line that grows would make everybody late, and WhatsApp delivers again anyway. Programs that send are asked to wait
//! before callbacks are; people never are. A quarter of the room is kept from whichever number has the most: it stays
//! for the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actors::figure;
use actors::model::ids::{OrganizationId, SessionId};
use actors::model::user::{Actor, Who};

use super::error::{ApiError, ApiResult, Code};

/// Room for the bodies of callbacks that are worked on, in KiB.
const ALL: u64 = 256 * 1024;
/// What the callbacks of one number may take of it.
const SHARE: u64 = ALL / 4 * 3;
/// What each callback takes at least: a thousand small ones at a time are a third of a second's work.
const LEAST: u64 = 256;
/// When to come again, in seconds.
const COME_AGAIN: u64 = 1;

/// Requests of one person at a time: several windows of a browser. Whoever goes away is worked for to the end, so it bounds
/// what a person who does not wait for answers takes from the others.
const TURNS: u32 = 32;
/// Those of one key.
const TURNS_OF_KEY: u32 = 128;

/// The room of one node.
#[derive(Default)]
pub struct Pressure {
    /// For callbacks.
    taken: Arc<Mutex<Taken>>,
    /// Requests that are worked on, by who asks.
    turns: Arc<Mutex<HashMap<Asker, u32>>>,
}

type Asker = (OrganizationId, Who);

/// A request's turn; the next may come when it is dropped.
pub struct Turn {
    turns: Arc<Mutex<HashMap<Asker, u32>>>,
    asker: Asker,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut turns = lock(&self.turns);
        let Some(count) = turns.get_mut(&self.asker) else {
            return;
        };
        *count = count.saturating_sub(1);
        if *count == 0 {
            turns.remove(&self.asker);
        }
    }
}

/// What is taken of it, in KiB.
#[derive(Default)]
struct Taken {
    all: u64,
    by: HashMap<SessionId, u64>,
}

/// A callback's part of it; free again when it is dropped.
pub struct Room {
    taken: Arc<Mutex<Taken>>,
    number: SessionId,
    size: u64,
}

impl Drop for Room {
    fn drop(&mut self) {
        lock(&self.taken).give_back(self.number, self.size);
    }
}

impl Taken {
    fn take(&mut self, number: SessionId, size: u64) -> bool {
        let by = self.by.get(&number).copied().unwrap_or_default();
        if self.all + size > ALL || by + size > SHARE {
            return false;
        }
        self.all += size;
        self.by.insert(number, by + size);
        true
    }

    fn give_back(&mut self, number: SessionId, size: u64) {
        self.all = self.all.saturating_sub(size);
        let Some(by) = self.by.get_mut(&number) else {
            return;
        };
        *by = by.saturating_sub(size);
        if *by == 0 {
            self.by.remove(&number);
        }
    }
}

impl Pressure {
    /// Takes room for a callback of `length` bytes at that number's address.
    pub fn enter(&self, number: SessionId, length: u64) -> ApiResult<Room> {
        let size = (length / 1024).max(LEAST);
        if !lock(&self.taken).take(number, size) {
            metrics::counter!(figure::WEBHOOKS_TOTAL, "end" => "shed").increment(1);
            return Err(come_again().counted());
        }
        let taken = Arc::clone(&self.taken);
        Ok(Room {
            taken,
            number,
            size,
        })
    }

    /// A turn for a request of `by`; refused while as many as may be are worked on (SECURITY row 41).
    pub fn turn(&self, by: &Actor) -> ApiResult<Turn> {
        let most = match by.who {
            Who::ApiKey(_) => TURNS_OF_KEY,
            Who::User(_) | Who::System => TURNS,
        };
        let asker = (by.organization, by.who);
        let mut turns = lock(&self.turns);
        let count = turns.entry(asker).or_default();
        if *count >= most {
            let refused = ApiError::of(Code::TooManyRequests).retry_after(COME_AGAIN);
            return Err(refused.detail(format!("at most {most} requests of yours at a time")));
        }
        *count += 1;
        Ok(Turn {
            turns: Arc::clone(&self.turns),
            asker,
        })
    }

    /// Asks a program to wait while more than half of the room is taken; people go on.
    pub fn let_send(&self, by: &Actor) -> ApiResult<()> {
        let is_high = lock(&self.taken).all > ALL / 2;
        match by.who {
            Who::ApiKey(_) if is_high => Err(come_again()),
            _ => Ok(()),
        }
    }
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    // Never left half-changed.
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

fn come_again() -> ApiError {
    ApiError::of(Code::Busy).retry_after(COME_AGAIN)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use actors::model::ids::{ApiKeyId, UserId};
    use actors::model::user::Role;

    #[test]
    fn nobody_has_more_than_their_turns_and_the_others_have_theirs() {
        let pressure = Pressure::default();
        let (jo, ann) = (actor(Who::User(UserId(1))), actor(Who::User(UserId(2))));
        let mut turns: Vec<Turn> = (0..TURNS)
            .map(|_| pressure.turn(&jo).ok().unwrap())
            .collect();
        let refused = pressure.turn(&jo).err().unwrap();
        assert_eq!(refused.code(), Code::TooManyRequests);
        assert!(pressure.turn(&ann).is_ok());
        turns.pop();
        assert!(pressure.turn(&jo).is_ok());
        drop(turns);
        assert!(lock(&pressure.turns).is_empty());
    }

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
        let enter = |number| pressure.enter(SessionId(number), 900);
        let mut places: Vec<Room> = (0..512).map(|_| enter(1).unwrap()).collect();
        assert!(pressure.let_send(&program).is_ok());
        places.push(enter(1).unwrap());
        assert!(pressure.let_send(&program).is_err());
        places.extend((0..511).map(|_| enter(2).unwrap()));
        assert!(enter(3).is_err());
        assert!(pressure.let_send(&person).is_ok());
        places.clear();
        assert!(pressure.let_send(&program).is_ok());
    }

    #[test]
    fn large_bodies_take_the_room_of_many() {
        let pressure = Pressure::default();
        let enter = || pressure.enter(SessionId(1), 3 * 1024 * 1024).ok();
        let places: Vec<Room> = std::iter::from_fn(enter).collect();
        assert_eq!(places.len() as u64, SHARE / (3 * 1024));
    }

    #[test]
    fn a_quarter_of_the_room_is_for_other_numbers() {
        let pressure = Pressure::default();
        let enter = |number| pressure.enter(SessionId(number), 900);
        let mut places: Vec<Room> = std::iter::from_fn(|| enter(1).ok()).collect();
        assert_eq!(places.len(), 768);
        assert!(enter(2).is_ok());
        places.pop();
        assert!(enter(1).is_ok());
        drop(places);
        assert!(lock(&pressure.taken).by.is_empty());
    }
}
