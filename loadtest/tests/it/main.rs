//! The tools from outside: the simulator against a receiver of webhooks, the measuring tools against tiny hubs.

#![allow(clippy::unwrap_used)]

mod agents;
mod drill;
mod ingest;
mod long;
mod mix;
mod reads;
mod receiver;
mod sends;
mod shards;
mod simulator;
mod slow_reader;
mod tiny_hub;
mod tool;
