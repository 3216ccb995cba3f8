//! The Cloud API of WhatsApp: what comes in ([`signature`], [`payload`]), what goes out ([`validate`],
//! [`template`], [`outbound`]) and the calls themselves ([`client`]). All but the client is pure.

pub mod payload;
pub mod signature;
