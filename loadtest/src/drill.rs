//! Fault drills: hubs, databases and links of our own that are broken under load, and the judgement on what the hub
//! acknowledged, kept and told. A drill is a file in `fault`; `catalog` lists them.

pub mod behind;
pub mod broken;
pub mod catalog;
pub mod checker;
pub mod child;
pub mod command;
pub mod commands;
pub mod copies;
pub mod fault;
pub mod kept;
pub mod nchan;
pub mod nemesis;
pub mod outcome;
pub mod own;
pub mod peer;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod redis;
pub mod sends;
pub mod sent;
pub mod setup;
pub mod slow;
pub mod threads;
pub mod topology;
pub mod traffic;
