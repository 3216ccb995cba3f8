//! Load on a hub: signed webhooks in, sockets that watch what comes out, and the judgement on both.

pub mod board;
pub mod body;
pub mod chance;
pub mod compare;
pub mod crew;
pub mod crowd;
pub mod curve;
pub mod hub;
pub mod inflow;
pub mod judge;
pub mod link;
pub mod marker;
pub mod objective;
pub mod page;
pub mod post;
pub mod profile;
pub mod report;
pub mod scan;
pub mod schedule;
pub mod script;
pub mod shard;
pub mod size;
pub mod socket;
pub mod usage;
pub mod wire;
