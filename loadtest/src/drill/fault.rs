//! The drills, one file for each fault or family of faults.

pub mod node_killed;
pub mod postgres_down;
pub mod redis_down;
