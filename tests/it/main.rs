//! One binary for all integration tests: one link, and every story on SQLite and on PostgreSQL + Redis.
#![allow(clippy::unwrap_used)]

mod api;
mod batch;
mod bus;
mod cluster;
mod conformance;
mod edge;
mod export;
mod follow;
mod import;
mod inbox;
mod partition;
mod redis_kinds;
mod search;
mod statistics;
mod store;
mod support;
mod tidy;
mod tls;
mod vault;
mod whole;
