//! A simulated WhatsApp Cloud API with any number of customers' phones behind it.
//!
//! [`Simulator::start`] runs it on a thread of its own and returns a [`Running`], whose methods look into it
//! and steer it; `loadtest simulate` is the same with a command line. The Graph API lies at `/` and
//! `/{version}`, the control interface at `/sim` (documented in [`control`]), the phone page at `/`.

mod accept;
mod chat;
pub mod control;
mod core;
mod customer;
mod cut;
mod delivery;
mod error;
mod fault;
mod graph;
mod hub;
mod ledger;
mod limit;
mod media;
mod options;
mod page;
pub mod phone;
mod reply;
mod running;
pub mod signature;
mod status;
mod subscribe;
mod template;
mod validate;
mod wamid;
mod wire;
mod world;

pub use chat::{Chat, Customer, Direction, Entry, Step};
pub use customer::{File, Say, Writing, WritingError, Written};
pub use error::GraphError;
pub use fault::{Fault, Misbehaviour, Operation};
pub use ledger::{Attempt, LedgerTotals};
pub use media::sample;
pub use options::{Behaviour, HubAccess, NumberConfig, Options, Statuses, Tier};
pub use running::{Running, StartError};
pub use subscribe::SubscribeError;
pub use wire::{Style, encode, envelope};
pub use world::{ChatKey, Counters, Subscription};

pub(crate) use core::Core;
pub(crate) use customer::write;
pub(crate) use world::World;

/// The simulator, before it runs.
pub struct Simulator;

impl Simulator {
    /// Starts a simulator on its own thread; it stops when the returned handle is dropped.
    pub async fn start(options: Options) -> Result<Running, StartError> {
        running::start(options).await
    }
}
