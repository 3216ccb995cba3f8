//! To come.

pub mod objects;
