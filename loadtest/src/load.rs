//! Load on a hub: signed webhooks in, sockets that watch what comes out, and the judgement on both.

pub mod board;
pub mod body;
pub mod compare;
pub mod hub;
pub mod judge;
pub mod marker;
pub mod objective;
pub mod page;
pub mod post;
pub mod report;
pub mod scan;
pub mod schedule;
pub mod socket;
pub mod wire;
