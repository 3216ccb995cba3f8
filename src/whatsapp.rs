//! The Cloud API of WhatsApp: what comes in ([`signature`], [`payload`]), what goes out ([`validate`],
//! [`template`], [`outbound`]) and the calls themselves ([`client`]). All but the client is pure.

mod answer;
pub mod client;
mod file_ref;
pub mod outbound;
pub mod payload;
pub mod signature;
pub mod template;
pub mod validate;
