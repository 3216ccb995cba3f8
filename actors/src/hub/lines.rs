//! The send lines of numbers: which node sends for which number. One at a time does, so that the number's rate is kept
//! and its messages go in their order; the database's lease decides, placement only says who should ask for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::time::Instant;

use crate::cluster::placement;
use crate::dispatcher::{LineWaits, Tend};
use crate::event::{Envelope, Event};
use crate::hub::Hub;
use crate::model::ids::SessionId;
use crate::model::node::{Lease, Notice};
use crate::ports::store::StoreError;
use crate::session::{Resume, Yield};

/// Whether this node may send for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// It is alone: nobody else could.
    Alone,
    Held(Lease),
    /// Another node does.
    Nobodys,
}

/// How a line stands that an attempt was begun under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Held,
    /// Still this node's as far as it knows, which the others may have given up.
    Doubtful,
    Lost,
}

impl Hub {
    /// Whether this node may send for a number, and under which lease.
    pub(crate) fn right_to(&self, session: SessionId) -> Right {
        if self.cluster().members().is_none() {
            return Right::Alone;
        }
        let lease = self.cluster().line(session);
        lease.map_or(Right::Nobodys, Right::Held)
    }

    /// Whether a node that `asked` the database for an attempt under that lease still sends for the number.
    pub(crate) fn line_since(
        &self,
        session: SessionId,
        lease: Option<Lease>,
        asked: Instant,
    ) -> Line {
        match lease {
            Some(lease) if self.right_to(session) != Right::Held(lease) => Line::Lost,
            // The database knew this node for the line's holder in between, so only the time since then counts.
            Some(_) if self.cluster().may_be_given_up_since(asked) => Line::Doubtful,
            _ => Line::Held,
        }
    }

    /// The database says that this node does not send for the number any more.
    pub(crate) fn lost_line(&self, session: SessionId, lease: Lease) {
        if self.cluster().lost_line(session, lease) {
            tracing::warn!(session.id = %session, "another node sends for this number now");
            self.yield_line(session);
        }
    }

    /// Messages wait for a number: whoever sends for it is told.
    pub fn line_waits(&self, session: SessionId) {
        let place = placement::of_line(session);
        if let Some(owner) = self.cluster().elsewhere(place) {
            let ports = &self.inner.ports;
            return ports.peers.tell(owner, Notice::LineWaits { session });
        }
        let Some(dispatcher) = self.dispatcher() else {
            return;
        };
        if self.right_to(session) == Right::Nobodys && self.cluster().is_mine(place) {
            dispatcher.do_send(LineWaits(session));
        } else {
            self.wake_dispatcher();
        }
    }

    pub(super) fn wake_lines(&self, envelopes: &[Arc<Envelope>]) {
        if self.cluster().members().is_none() {
            return;
        }
        let queued = envelopes
            .iter()
            .filter_map(|envelope| match &envelope.event {
                Event::MessageQueued(message) => Some(message.session_id),
                _ => None,
            });
        for session in queued.collect::<BTreeSet<_>>() {
            self.line_waits(session);
        }
    }

    pub(super) fn tend_lines(&self) {
        if let Some(dispatcher) = self.dispatcher() {
            dispatcher.do_send(Tend);
        }
    }

    /// The number's messages that wait here go back to the database, for whoever sends for it now.
    pub(super) fn yield_line(&self, session: SessionId) {
        if let Some(loan) = self.inner.sessions.find(&session) {
            loan.addr().do_send(Yield);
        }
    }

    /// Gives up the lines that belong to another node, and takes those that are ours and have something to send.
    pub(crate) async fn settle_lines(&self) -> Result<(), StoreError> {
        let Some(members) = self.cluster().members() else {
            return Ok(());
        };
        let is_mine = |session: &SessionId| self.cluster().is_mine(placement::of_line(*session));
        let held = self.cluster().lines().unwrap_or_default();
        let (ours, theirs): (Vec<_>, Vec<_>) = held.into_iter().partition(is_mine);
        self.cluster().give_lines_up(&theirs);
        for session in &theirs {
            self.yield_line(*session);
        }
        // Those of a look before as well, of which the database could not be told: nobody else can have them until it knows.
        let mut owed = self.cluster().owed_lines();
        owed.retain(|session| !is_mine(session));
        if !owed.is_empty() {
            let store = self.store();
            store.release_lines(members.me.life, &owed).await?;
            self.cluster().released_lines(&owed);
        }
        for session in self.store().waiting_lines().await? {
            if ours.binary_search(&session).is_ok() {
                // Another node may have queued it while the bus was down.
                self.wake_dispatcher();
            } else if is_mine(&session) {
                self.take_line(session).await?;
            }
        }
        Ok(())
    }

    /// Takes a line that nobody living holds.
    pub(crate) async fn take_line(&self, session: SessionId) -> Result<(), StoreError> {
        let Some(members) = self.cluster().members() else {
            return Ok(());
        };
        let life = members.me.life;
        self.cluster().ask_for_line(session);
        match self.store().take_line(life, session).await? {
            Some(epoch) => {
                let lease = Lease { life, epoch };
                // Whoever asks while it is being taken gets the same one.
                if self.cluster().line(session) != Some(lease)
                    && let Some(loan) = self.inner.sessions.find(&session)
                {
                    loan.addr().do_send(Resume);
                }
                self.cluster().hold_line(session, lease);
                self.wake_dispatcher();
            }
            None => self.cluster().released_lines(&[session]),
        }
        Ok(())
    }
}
