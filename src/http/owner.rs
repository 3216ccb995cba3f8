//! Who may write what people keep at hand: one's own anybody, everybody's supervisors.

use actors::model::ids::UserId;
use actors::model::user::{Actor, Role, Who};
use actors::ports::store::StoreError;

use super::error::{ApiError, ApiResult, Code};
use super::state::App;
use crate::store::Keeping;

/// The person behind a call; a program is none.
pub fn user_of(actor: &Actor) -> Option<UserId> {
    match actor.who {
        Who::User(user) => Some(user),
        Who::ApiKey(_) | Who::System => None,
    }
}

/// Whose it will be (None: everybody's) when the caller writes it, `shared` or not.
pub fn owner_of(actor: &Actor, shared: bool) -> ApiResult<Option<UserId>> {
    let owner = user_of(actor).filter(|_| !shared);
    // What a program keeps is nobody's own.
    if owner.is_none() && actor.role < Role::Supervisor {
        return Err(
            ApiError::of(Code::Forbidden).detail("what is everybody's is written by supervisors")
        );
    }
    Ok(owner)
}

/// Refuses a change of what is everybody's to those who do not write for everybody.
pub fn check_writes(actor: &Actor, owner: Option<UserId>) -> ApiResult<()> {
    match owner {
        None if actor.role < Role::Supervisor => Err(ApiError::of(Code::Forbidden)),
        _ => Ok(()),
    }
}

/// What was kept, once all were told of it.
pub fn kept<T>(app: &App, keeping: Result<Keeping<T>, StoreError>) -> ApiResult<T> {
    match keeping.map_err(taken)? {
        Keeping::Kept(thing, receipt) => {
            app.hub.announce(receipt);
            Ok(thing)
        }
        Keeping::Full => Err(Code::LimitReached.into()),
    }
}

/// Two of one name, or what went wrong.
pub fn taken(error: StoreError) -> ApiError {
    match error {
        StoreError::Conflict => ApiError::of(Code::NameTaken),
        error => error.into(),
    }
}
