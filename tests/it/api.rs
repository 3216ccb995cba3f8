//! The API over HTTP, on both databases.

mod care;
mod choices;
mod description;
mod entry;
mod keys;
mod limits;
mod logins;
mod numbers;
mod people;
mod quarantine;
mod queues;
mod record;
mod routes;
mod scheduled;
mod search;
mod tenants;
mod two_factor;
