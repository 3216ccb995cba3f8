//! Fault drills: a hub as a child process that is killed, and the comparison of what it acknowledged with what
//! it kept.

pub mod child;
pub mod kept;
pub mod own;
pub mod peer;
