//! What an error code of the provider means for us. (The table follows; WHATSAPP replaces this file.)

use std::time::Duration;

use crate::model::message::Failure;
use crate::model::session::HealthState;
use crate::model::status::ProviderFault;

/// What is done about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    Retry,
    Once,
    SlowNumber,
    SlowRecipient,
    StopNumber(HealthState),
    Fail,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    pub reaction: Reaction,
}

/// The policy of a code.
pub fn policy_of(_code: i64) -> &'static Policy {
    &Policy {
        reaction: Reaction::Fail,
    }
}

/// What an agent is told.
pub fn failure(fault: &ProviderFault) -> Failure {
    Failure {
        code: fault.code,
        title: fault.title.clone(),
        advice: fault.details.clone().unwrap_or_default(),
    }
}

/// How long to wait before try number `tries` + 1; None when it is enough.
pub const fn delay(_reaction: Reaction, _tries: u32, _jitter: f64) -> Option<Duration> {
    None
}
