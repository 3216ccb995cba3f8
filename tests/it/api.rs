//! The API over HTTP, on both databases.

mod care;
mod choices;
mod description;
mod drafts;
mod entry;
mod handed_out;
mod keys;
mod limits;
mod locked;
mod logins;
mod macros;
mod mail;
mod numbers;
mod people;
mod personal;
mod quarantine;
mod queues;
mod record;
mod routes;
mod scheduled;
mod search;
mod tenants;
mod two_factor;
mod views;
