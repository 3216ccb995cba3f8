//! How much a node takes on at a time. What comes above that hears 503 at once, which costs next to nothing: waiting in
//! a line that grows would make everybody late, and WhatsApp delivers again anyway. Before callbacks are refused, what
//! matters less is left undone, see [`Spare`]; what people do in a conversation never is.

mod room;
pub mod shed;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actors::figure;
use actors::model::ids::OrganizationId;
use actors::model::user::{Actor, Who};

use self::room::Taken;
pub use self::room::{Room, Taker};
use super::error::{ApiError, ApiResult, Code};

/// When to come again, in seconds.
const COME_AGAIN: u64 = 1;

/// Requests of one person at a time: several windows of a browser. Whoever goes away is worked for to the end, so it bounds
/// what a person who does not wait for answers takes from the others.
const TURNS: u32 = 32;
/// Those of one key.
const TURNS_OF_KEY: u32 = 128;

/// What is left undone while callbacks need the node, in this order (broadcasts will stand before what programs send).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spare {
    /// Who looks where: said again within seconds.
    Presence,
    /// Figures and reports.
    Analytics,
    Exports,
    /// What programs send.
    Sends,
}

impl Spare {
    /// How much of the room is taken then, in sixteenths.
    const fn from(self) -> u64 {
        match self {
            Self::Presence => 5,
            Self::Analytics => 6,
            Self::Exports => 7,
            Self::Sends => 8,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Presence => "presence",
            Self::Analytics => "analytics",
            Self::Exports => "exports",
            Self::Sends => "sends",
        }
    }
}

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

impl Pressure {
    /// Takes room for a callback of `length` bytes.
    pub fn enter(&self, by: Taker, length: u64) -> ApiResult<Room> {
        Room::take(&self.taken, by, length).ok_or_else(come_again)
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

    /// Whether there is room for what can be spared; counted when there is none.
    pub fn has_room_for(&self, what: Spare) -> bool {
        let has_room = !lock(&self.taken).is_above(what.from());
        if !has_room {
            metrics::counter!(figure::SPARED_TOTAL, "what" => what.as_str()).increment(1);
        }
        has_room
    }

    /// Refuses what can be spared while there is no room for it.
    pub fn allow(&self, what: Spare) -> ApiResult<()> {
        match self.has_room_for(what) {
            true => Ok(()),
            false => Err(come_again()),
        }
    }

    /// Asks a program to wait while more than half of the room is taken; people go on.
    pub fn let_send(&self, by: &Actor) -> ApiResult<()> {
        match by.who {
            Who::ApiKey(_) => self.allow(Spare::Sends),
            Who::User(_) | Who::System => Ok(()),
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
        let enter = |id| pressure.enter(Taker::Organization(OrganizationId(id)), 900);
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
    fn what_matters_least_is_left_undone_first() {
        let pressure = Pressure::default();
        let enter = |id| pressure.enter(Taker::Organization(OrganizationId(id)), 900);
        let all = [
            Spare::Presence,
            Spare::Analytics,
            Spare::Exports,
            Spare::Sends,
        ];
        let mut places = Vec::new();
        let mut left_undone = Vec::new();
        for _ in 0..768 {
            places.push(enter(1).unwrap());
            for what in all {
                if !left_undone.contains(&what) && pressure.allow(what).is_err() {
                    left_undone.push(what);
                }
            }
        }
        assert_eq!(left_undone, all);
        places.clear();
        assert!(all.into_iter().all(|what| pressure.has_room_for(what)));
    }
}
