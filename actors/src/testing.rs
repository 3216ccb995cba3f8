//! For tests, here and in the server: ports that live in memory and fail on command, builders of what tests
//! talk about, a whole stage of actors, and the suite that every store must pass.

// What tests build is there, or the test has to fail with a panic.
#![allow(clippy::unwrap_used)]

pub mod build;
pub mod bus;
pub mod clock;
pub mod fault;
pub mod memory;
pub mod peers;
pub mod provider;
pub mod socket;
pub mod stage;
#[macro_use]
pub mod store_suite;
#[cfg(test)]
mod stories;
pub mod worker;

pub use build::{draft, inbound};
pub use bus::RecordingBus;
pub use clock::TestClock;
pub use fault::{Fault, Faults, Gate};
pub use memory::MemoryStore;
pub use peers::LinkedPeers;
pub use provider::ScriptedProvider;
pub use socket::TestSocket;
pub use stage::Stage;
pub use worker::{PlainLinks, ScriptedWorker};
