//! Telling of what a batch stored.

use std::panic::AssertUnwindSafe;

use actors::ports::store::{Appended, Begun, Queued, Raised, Receipt, StoreError};
use actors::trail::Trail;

use super::Reply;
use super::changes::Changed;
use crate::store::Store;

/// An answer that may have to be told.
pub(super) trait Telling {
    fn receipt(&mut self) -> Option<&mut Receipt>;
}

impl Telling for Appended {
    fn receipt(&mut self) -> Option<&mut Receipt> {
        match self {
            Self::Stored { receipt, .. } => Some(receipt),
            Self::Duplicate => None,
        }
    }
}

impl Telling for Raised {
    fn receipt(&mut self) -> Option<&mut Receipt> {
        match self {
            Self::Changed(receipt) => Some(receipt),
            Self::Unchanged | Self::Kept => None,
        }
    }
}

impl Telling for Queued {
    fn receipt(&mut self) -> Option<&mut Receipt> {
        match self {
            Self::Stored { receipt, .. } => Some(receipt),
            Self::Repeated(_) | Self::KeyReused => None,
        }
    }
}

impl Telling for Changed {
    fn receipt(&mut self) -> Option<&mut Receipt> {
        Some(&mut self.1)
    }
}

impl Telling for Begun {
    fn receipt(&mut self) -> Option<&mut Receipt> {
        match self {
            Self::InDoubt(receipt) => Some(receipt),
            Self::Go(_) | Self::Settled | Self::Elsewhere => None,
        }
    }
}

impl Telling for Receipt {
    fn receipt(&mut self) -> Option<&mut Receipt> {
        Some(self)
    }
}

/// Tells of the whole batch at once: one message to the feed and one on the bus, and each socket gets one frame.
pub(super) fn tell<T, R: Telling>(
    store: &Store,
    batch: &[(T, Reply<R>)],
    results: &mut [Option<Result<R, StoreError>>],
) {
    let Some(herald) = store.herald() else {
        return;
    };
    let (mut told, mut trail) = (Receipt::default(), Trail::default());
    for ((_, reply), done) in batch.iter().zip(results) {
        let receipt = done.as_mut().and_then(|done| done.as_mut().ok()?.receipt());
        if let Some(receipt) = receipt {
            trail.note(receipt, &reply.span);
            told.add(std::mem::take(receipt));
        }
    }
    told.envelopes.sort_by_key(|envelope| envelope.seq);
    // The writes are committed: whatever happens here, they are answered.
    if std::panic::catch_unwind(AssertUnwindSafe(|| herald(told, trail))).is_err() {
        tracing::error!("events were not told; whoever looks reads them from the store");
    }
}
