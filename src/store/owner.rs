//! Whose something is that people keep at hand: one person's, or everybody's.

use actors::model::ids::UserId;
use actors::ports::store::Receipt;

/// The owner of what is everybody's.
const EVERYBODY: i64 = 0;

/// What came of keeping something.
#[derive(Clone, Debug)]
pub enum Keeping<T> {
    Kept(T, Receipt),
    /// Its owner has as many as they may.
    Full,
}

/// An owner as their things name them; None: everybody.
pub(super) fn number_of(owner: Option<UserId>) -> i64 {
    owner.map_or(EVERYBODY, |user| user.0)
}

/// The owner of that number; None: everybody.
pub(super) fn owner_of(number: i64) -> Option<UserId> {
    (number != EVERYBODY).then_some(UserId(number))
}

/// Whose things `user` has at hand: everybody's and their own. A program (None) owns nothing.
pub(super) fn owners_for(user: Option<UserId>) -> [i64; 2] {
    [EVERYBODY, number_of(user)]
}

/// Whom a change concerns: the owner, or everybody when it was or becomes everybody's.
pub(super) fn concerned(before: Option<UserId>, after: Option<UserId>) -> Option<UserId> {
    after.filter(|_| before == after)
}
