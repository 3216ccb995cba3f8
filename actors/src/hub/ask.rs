//! Asking one actor once, and what it means when it does not answer.

use std::time::{Duration, Instant};

use actix::dev::ToEnvelope;
use actix::{Actor, Handler, MailboxError, Message};

use crate::directory::Loan;
use crate::figure;
use crate::hub::HubError;

/// How long a caller waits for an actor before it hears `Busy`.
const ASK_TIMEOUT: Duration = Duration::from_secs(15);

/// Why an actor did not answer.
pub(super) enum Asked {
    /// It died of the message and was restarted: ask again.
    Died,
    /// It ended, of this message or of one before it: ask its successor.
    Ended,
    Failed(HubError),
}

impl Asked {
    /// What the caller hears.
    pub fn into_error(self) -> HubError {
        match self {
            Self::Died | Self::Ended => HubError::Busy,
            Self::Failed(error) => error,
        }
    }
}

/// Asks once.
pub(super) async fn ask<A, M>(loan: &Loan<A>, message: M) -> Result<M::Result, Asked>
where
    A: Actor + Handler<M>,
    A::Context: ToEnvelope<A, M>,
    M: Message + Send + 'static,
    M::Result: Send + 'static,
{
    let asked = Instant::now();
    let answer = tokio::time::timeout(ASK_TIMEOUT, loan.addr().send(message)).await;
    metrics::histogram!(figure::ASK_SECONDS).record(asked.elapsed().as_secs_f64());
    match answer {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(MailboxError::Closed)) if loan.addr().connected() => Err(Asked::Died),
        Ok(Err(MailboxError::Closed)) => Err(Asked::Ended),
        Ok(Err(MailboxError::Timeout)) | Err(_) => {
            metrics::counter!(figure::ASKS_UNANSWERED_TOTAL).increment(1);
            Err(Asked::Failed(HubError::Busy))
        }
    }
}
