//! The shell of the command centre: implements the ports of [`actors`] and exposes the heart over HTTP
//! and WebSockets. [`app`] puts the parts together.

pub mod app;
pub mod bus;
pub mod cli;
pub mod config;
pub mod http;
pub mod mail;
pub mod secret;
pub mod socket;
pub mod store;
pub mod telemetry;
pub mod whatsapp;
