//! What outsiders reach over HTTP: one route table, one error table, one file per noun.

pub mod error;
