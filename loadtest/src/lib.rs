//! The other side of the command centre: a simulated WhatsApp (Cloud API and phones), load scenarios and fault
//! drills. It shares no protocol code with the hub, so that a misreading in one is not repeated in the other.

pub mod cli;
pub mod demo;
pub mod drill;
pub mod load;
pub mod simulator;
