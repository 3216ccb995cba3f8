//! The heart of the command centre: plain data, the actors that own it while it moves, and the ports
//! (small traits) through which they reach the world. Knows no SQL, no HTTP and no Redis.
//!
//! Reading order: [`model`] (what things are) → [`event`] (what is told) → [`ports`] (what is needed) →
//! the actors.

pub mod cluster;
pub mod conversation;
pub mod directory;
pub mod dispatcher;
pub mod event;
pub mod fault;
pub mod feed;
pub mod figure;
pub mod guard;
pub mod hub;
pub mod id;
pub mod model;
pub mod policy;
pub mod ports;
pub mod queue;
pub mod session;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod time;
pub mod trail;
