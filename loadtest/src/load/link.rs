//! A hub that can be put under load, and what stands behind it.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::body::Target;
use super::hub::Hub;
use super::script::File;
use crate::drill::process::Process;

/// A hub, one of its numbers, and the provider as far as we are it.
pub struct Link {
    pub hub: Hub,
    pub target: Target,
    /// The number at the hub (`ses_…`).
    pub session: String,
    /// Its process on this machine.
    pub pid: Option<u32>,
    /// The same when it is ours, to be killed and started again.
    pub process: Option<Arc<Process>>,
    /// The simulator that the hub sends to: its address.
    pub simulator: Option<String>,
    /// Files at the simulator, by kind of message.
    pub files: BTreeMap<&'static str, File>,
    /// Whether hub, organization and number are ours alone.
    pub is_own: bool,
    /// What ends with the link: a hub and a simulator of our own.
    pub keep: Box<dyn Any + Send + Sync>,
}
