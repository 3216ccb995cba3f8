//! What things are: plain data that serialises, without behaviour that needs the outside.

pub mod agent;
pub mod contact;
pub mod conversation;
pub mod draft;
pub mod hours;
pub mod ids;
pub mod inbound;
pub mod job;
pub mod json;
pub mod message;
pub mod node;
pub mod outbound;
pub mod own;
pub mod presence;
pub mod quarantine;
pub mod queue;
pub mod scheduled;
pub mod session;
pub mod sla;
pub mod status;
pub mod user;
