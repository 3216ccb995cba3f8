//! One message's way over the edge: commit the attempt, make one POST, record how it ended. Never a second
//! POST for an attempt, and never a blind one after a doubt.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::Span;
use tracing::field::display;

use crate::fault;
use crate::hub::{Hub, Line, Ports, Right};
use crate::model::ids::{AttemptId, JobId, MessageId, SessionId};
use crate::model::message::Failure;
use crate::model::outbound::{Outcome, Parcel};
use crate::model::session::{HealthState, SessionState};
use crate::model::status::ProviderFault;
use crate::policy::{self, Reaction};
use crate::ports::provider::ProviderError;
use crate::ports::store::{Begun, Receipt, StoreError};
use crate::session::Delivered;
use crate::session::line::Waiting;
use crate::time::Timestamp;

/// Longer than the provider adapter's own timeouts, its upload of a file included: a last resort against a hanging call.
const POST_TIMEOUT: Duration = Duration::from_secs(70);
/// When a message is tried again after the database refused.
const STORE_RETRY: Duration = Duration::from_secs(2);
/// How often the end of a POST is recorded before the job's lease has to bring it back (as a doubt).
const SETTLE_TRIES: u32 = 5;

/// What a number does next, besides going on.
pub enum Signal {
    None,
    SlowDown(Duration),
    Stop { health: HealthState, reason: String },
}

/// What a message that left the line leaves to the number.
pub struct Landing {
    pub signal: Signal,
    /// The message comes back then; those of its conversation that follow have to wait for it.
    pub back_at: Option<Timestamp>,
}

impl Landing {
    /// Nothing.
    pub const NOTHING: Self = Self {
        signal: Signal::None,
        back_at: None,
    };
}

/// Why this number sends nothing at all; None when it may.
pub fn refusal(state: Option<&SessionState>, gone: bool) -> Option<Failure> {
    let (title, advice) = if gone {
        (
            "The number was removed",
            "Send the message from another number.",
        )
    } else if state.is_some_and(|state| !state.enabled) {
        (
            "The number is disabled",
            "An admin can enable it on the numbers page; then send again.",
        )
    } else if state.is_some_and(|state| state.health.stops_sending()) {
        (
            "The number can't send",
            "An admin has to look at the number's health; then send again.",
        )
    } else {
        return None;
    };
    Some(Failure {
        code: 0,
        title: title.to_owned(),
        advice: advice.to_owned(),
    })
}

/// Why a message goes back that waited here.
pub const ELSEWHERE: &str = "another node sends for this number";

fn elsewhere(hub: &Hub, done: oneshot::Sender<Delivered>) -> Landing {
    let at = hub.ports().clock.now();
    let reason = ELSEWHERE;
    // The dispatcher may have given up waiting; the job's lease brings it back.
    let _ = done.send(Delivered::Later { at, reason });
    Landing::NOTHING
}

/// Takes the message over the edge, announces how that ended and tells whoever waits for it.
pub async fn post(
    hub: Hub,
    session: SessionId,
    waiting: Waiting,
    stopped: Option<Failure>,
) -> Landing {
    let Waiting {
        job,
        message,
        tries,
        done,
        ..
    } = waiting;
    let ports = hub.ports();
    let mut landing = Landing::NOTHING;
    let mut delivered = Delivered::Settled { again_at: None };
    let lease = match hub.right_to(session) {
        Right::Alone => None,
        Right::Held(lease) => Some(lease),
        Right::Nobodys => return elsewhere(&hub, done),
    };
    let asked = Instant::now();
    let receipt = match ports.store.begin_attempt(job, message, lease).await {
        Ok(Begun::Go(parcel)) => {
            Span::current().record("attempt.id", display(parcel.attempt));
            tracing::debug!(tries, "an attempt begins");
            fault::at(fault::ATTEMPT_BEGUN);
            let line = hub.line_since(session, lease, asked);
            let end = match line {
                Line::Held => attempt(ports, &parcel, tries, stopped).await,
                // It stood still since it asked for the attempt, and another node may be at this message.
                Line::Doubtful => put_back(ports.clock.now() + STORE_RETRY),
                Line::Lost => put_back(ports.clock.now()),
            };
            landing.back_at = end.retry_at;
            delivered = Delivered::Settled {
                again_at: end.retry_at,
            };
            landing.signal = end.signal;
            log_end(&end.outcome);
            fault::at(fault::ATTEMPT_ANSWERED);
            let (outcome, at) = (end.outcome, end.retry_at);
            let settled = settle(ports, job, message, parcel.attempt, outcome, at).await;
            fault::at(fault::ATTEMPT_SETTLED);
            if let (true, Some(at)) = (line != Line::Held, at) {
                // Nothing was tried.
                let reason = ELSEWHERE;
                delivered = Delivered::Later { at, reason };
            }
            settled.unwrap_or_else(|error| {
                tracing::error!(message = %message, %error, "the end of a send was not recorded; its statuses will tell");
                Receipt::default()
            })
        }
        Ok(Begun::InDoubt(receipt)) => receipt,
        Ok(Begun::Settled) => Receipt::default(),
        Ok(Begun::Elsewhere) => {
            if let Some(lease) = lease {
                hub.lost_line(session, lease);
            }
            return elsewhere(&hub, done);
        }
        Err(error) => {
            tracing::warn!(message = %message, %error, "an attempt can't be recorded");
            let at = ports.clock.now() + STORE_RETRY;
            landing.back_at = Some(at);
            let reason = "the database refused";
            delivered = Delivered::Later { at, reason };
            Receipt::default()
        }
    };
    hub.announce(receipt);
    // The dispatcher may have given up waiting; the job's lease brings it back.
    let _ = done.send(delivered);
    landing
}

/// Not the provider's id: the contact's number can be read from it. Its statuses echo the attempt's.
fn log_end(outcome: &Outcome) {
    let (end, code) = match outcome {
        Outcome::Accepted { .. } => ("accepted", None),
        Outcome::Failed(failure) => ("failed", Some(failure.code)),
        Outcome::Requeued => ("requeued", None),
        Outcome::Unknown => ("unknown", None),
    };
    tracing::debug!(end, code, "an attempt ended");
}

async fn attempt(ports: &Ports, parcel: &Parcel, tries: i32, stopped: Option<Failure>) -> End {
    if let Some(failure) = stopped {
        return end(Outcome::Failed(failure));
    }
    let answer = tokio::time::timeout(POST_TIMEOUT, ports.provider.send(parcel)).await;
    let answer =
        answer.unwrap_or_else(|_| Err(ProviderError::Unclear("no answer in time".to_owned())));
    judge(answer, tries, ports.clock.now())
}

struct End {
    outcome: Outcome,
    retry_at: Option<Timestamp>,
    signal: Signal,
}

/// What an answer means, by the table of error codes.
fn judge(answer: Result<String, ProviderError>, tries: i32, now: Timestamp) -> End {
    let fault = match answer {
        Ok(provider_id) => return end(Outcome::Accepted { provider_id }),
        Err(ProviderError::Unclear(_)) => return end(Outcome::Unknown),
        Err(ProviderError::Unfit(reason)) => {
            return end(Outcome::Failed(Failure {
                code: 0,
                title: reason,
                advice: "Nothing was sent. Check the message and try again.".to_owned(),
            }));
        }
        Err(ProviderError::Unreachable(cause)) => {
            let fault = ProviderFault {
                code: 2,
                title: "WhatsApp can't be reached".to_owned(),
                details: Some(cause),
            };
            return again(Reaction::Retry, &fault, tries, now);
        }
        Err(ProviderError::Rejected(fault)) => fault,
    };
    let reaction = policy::policy_of(fault.code).reaction;
    match reaction {
        Reaction::Fail => end(Outcome::Failed(policy::failure(&fault))),
        Reaction::StopNumber(health) => End {
            outcome: Outcome::Failed(policy::failure(&fault)),
            retry_at: None,
            signal: Signal::Stop {
                health,
                reason: fault.title,
            },
        },
        reaction => again(reaction, &fault, tries, now),
    }
}

fn again(reaction: Reaction, fault: &ProviderFault, tries: i32, now: Timestamp) -> End {
    let jitter = f64::from(u16::try_from(now.millis() % 1000).unwrap_or(0)) / 1000.0;
    match policy::delay(reaction, u32::try_from(tries).unwrap_or(1), jitter) {
        None => end(Outcome::Failed(policy::failure(fault))),
        Some(wait) => End {
            outcome: Outcome::Requeued,
            retry_at: Some(now + wait),
            signal: match reaction {
                Reaction::SlowNumber => Signal::SlowDown(wait),
                _ => Signal::None,
            },
        },
    }
}

/// Nothing was sent.
const fn put_back(at: Timestamp) -> End {
    End {
        outcome: Outcome::Requeued,
        retry_at: Some(at),
        signal: Signal::None,
    }
}

const fn end(outcome: Outcome) -> End {
    End {
        outcome,
        retry_at: None,
        signal: Signal::None,
    }
}

async fn settle(
    ports: &Ports,
    job: JobId,
    message: MessageId,
    attempt: AttemptId,
    outcome: Outcome,
    retry_at: Option<Timestamp>,
) -> Result<Receipt, StoreError> {
    let mut wait = Duration::from_millis(100);
    for _ in 1..SETTLE_TRIES {
        let settle = ports
            .store
            .settle_attempt(job, message, attempt, outcome.clone(), retry_at);
        match settle.await {
            Err(StoreError::Unavailable(_) | StoreError::Conflict) => {
                tokio::time::sleep(wait).await;
            }
            result => return result,
        }
        wait *= 3;
    }
    ports
        .store
        .settle_attempt(job, message, attempt, outcome, retry_at)
        .await
}
