//! What an error code of the provider means for us: one row per code (CLOUD_API section 9.3), and the waiting
//! times that go with each reaction. Decisions look at the code only, never at the HTTP status or the words.

mod table;

use std::time::Duration;

use crate::model::message::Failure;
use crate::model::session::HealthState;
use crate::model::status::ProviderFault;

/// What is done about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Try again with growing gaps.
    Retry,
    /// Try one more time only.
    Once,
    /// The whole number pauses, then goes on.
    SlowNumber,
    /// Only this contact's messages wait.
    SlowRecipient,
    /// The message fails and the number's health says why the next ones would fail as well.
    StopNumber(HealthState),
    /// The message fails.
    Fail,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The first code of the row.
    pub first: i64,
    /// The last code of the row; the same as `first` for a single code.
    pub last: i64,
    pub reaction: Reaction,
    /// What went wrong, in a few words for people; empty where only the provider knows.
    pub title: &'static str,
    /// What the agent (or whom they ask) can do, in a sentence.
    pub advice: &'static str,
}

/// Tries of a message that meets a passing error, the first one included.
const MAX_TRIES: u32 = 6;
/// Tries while a number is throttled or in maintenance, which takes up to some minutes.
const MAX_SLOW_TRIES: u32 = 8;
/// The longest pause of a number before it asks again.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

/// The policy of a code; of a code that is not in the table, to fail with the provider's own words.
pub fn policy_of(code: i64) -> &'static Policy {
    // The rows are sorted by code (a test holds them to it).
    let at = table::ROWS.partition_point(|row| row.last < code);
    table::ROWS
        .get(at)
        .filter(|row| row.first <= code)
        .unwrap_or(&table::UNKNOWN)
}

/// Of a message that was taken for one in doubt while the provider refused it: its way back into the line is gone, but it
/// surely was not sent.
pub fn refused_in_doubt() -> Failure {
    Failure {
        code: 0,
        title: "The message could not be sent".to_owned(),
        advice: "WhatsApp did not take it. Send it again.".to_owned(),
    }
}

/// What an agent is told.
pub fn failure(fault: &ProviderFault) -> Failure {
    let policy = policy_of(fault.code);
    let title = match (policy.title, fault.title.as_str()) {
        ("", "") => format!("WhatsApp refused it (error {})", fault.code),
        ("", words) => words.to_owned(),
        (title, _) => title.to_owned(),
    };
    let details = fault.details.as_deref().map(str::trim).unwrap_or_default();
    let advice = match details {
        "" => policy.advice.to_owned(),
        // Which parameter, which limit, until when: only the provider's details say it.
        details => format!("{} WhatsApp says: {details}", policy.advice),
    };
    Failure {
        code: fault.code,
        title,
        advice,
    }
}

/// How long to wait after try number `tries` (the first is 1); None when it is enough. `jitter` (0 to 1)
/// spreads the retries of messages that failed together.
pub fn delay(reaction: Reaction, tries: u32, jitter: f64) -> Option<Duration> {
    // Beyond twenty it is long over, and the shifts below stay small.
    let tries = tries.clamp(1, 20);
    let stretch = 1.0 + jitter.clamp(0.0, 1.0) / 2.0;
    let doubled = Duration::from_secs(1 << (tries - 1)).mul_f64(stretch);
    let (wait, most) = match reaction {
        // 1, 2, 4, 8, 16 seconds, and up to half more.
        Reaction::Retry => (doubled, MAX_TRIES),
        // 2 to 3 seconds, one time.
        Reaction::Once => (Duration::from_secs(2).mul_f64(stretch), 2),
        // Seconds at first, for throughput; two minutes at last, for call limits and maintenance.
        Reaction::SlowNumber => ((doubled * 2).min(LONGEST_PAUSE), MAX_SLOW_TRIES),
        // Meta's own advice: 4^n seconds (1, 4, 16, 64, 256); a random part would only make it later.
        Reaction::SlowRecipient => (Duration::from_secs(1 << (2 * (tries - 1))), MAX_TRIES),
        Reaction::StopNumber(_) | Reaction::Fail => return None,
    };
    (tries < most).then_some(wait)
}

#[cfg(test)]
mod tests;
