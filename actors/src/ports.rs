//! What the actors need of the world, as small traits. Each says what the caller needs, has its own error
//! enum sorted by what the caller does next, and a conformance suite that all its adapters pass.

pub mod bus;
pub mod clock;
pub mod media;
pub mod peers;
pub mod provider;
pub mod store;
pub mod worker;
