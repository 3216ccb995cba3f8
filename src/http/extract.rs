//! What handlers take out of a request. Everything that can be wrong becomes one of our problems, never an
//! answer of the framework.

mod address;
mod body;
mod caller;
mod path;
mod query;
mod strict;

pub use self::address::{ClientAddress, Program};
pub use self::body::{Body, given, read_all};
pub use self::caller::{Caller, Public};
pub use self::path::{Path, Pieces};
pub use self::query::Query;
