//! How a message is followed through mailboxes and batches, where spans don't follow by themselves: the span of
//! whoever asked is carried along, and what is logged of the message is logged in it. Nothing is carried when nobody
//! logs or exports anything as fine as `debug`.

use std::collections::HashMap;

use tracing::Span;
use tracing::field::{DisplayValue, display};
use tracing::level_filters::LevelFilter;

use crate::event::Envelope;
use crate::model::ids::{MessageId, OrganizationId};
use crate::ports::store::Receipt;

/// Whether anybody follows messages: one load. (`tracing::enabled!` asks every filter, and leaves its answer behind for
/// the next span.)
pub fn is_followed() -> bool {
    LevelFilter::current() >= LevelFilter::DEBUG
}

/// What travels with a message: this step of its way, or the one before it where nobody wants this one.
pub fn carry(step: Span) -> Span {
    if is_followed() {
        step.or_current()
    } else {
        step
    }
}

/// Under which span each of some events was stored; empty, and without memory of its own, when nobody follows.
#[derive(Clone, Debug, Default)]
pub struct Trail(HashMap<(OrganizationId, i64), Span>);

impl Trail {
    /// Notes that what `receipt` tells was stored under `span`, and says so in the log.
    pub fn note(&mut self, receipt: &Receipt, span: &Span) {
        if !is_followed() {
            return;
        }
        let _entered = span.enter();
        for envelope in &receipt.envelopes {
            let seq = envelope.seq;
            tracing::debug!(
                seq,
                event = envelope.event.name(),
                conversation.id = envelope.event.conversation().map(display),
                message.id = message_of(envelope),
                "stored"
            );
            let push = carry(tracing::debug_span!("push", seq));
            self.0.insert((envelope.organization, seq), push);
        }
    }

    /// The span of an event; none when nobody noted it, as for those of other nodes.
    pub fn take(&mut self, envelope: &Envelope) -> Span {
        let span = self.0.remove(&(envelope.organization, envelope.seq));
        span.unwrap_or_else(Span::none)
    }
}

/// The message that an event is about, as a field of a log line.
pub fn message_of(envelope: &Envelope) -> Option<DisplayValue<MessageId>> {
    envelope.event.message().map(|message| display(message.id))
}
