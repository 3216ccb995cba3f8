//! What the stories stand on.

pub mod database;
pub mod whole;
