//! The way to the actors of other nodes.

use std::time::Duration;

use async_trait::async_trait;

use crate::hub::HubError;
use crate::model::node::{Answer, Notice, Peer, Request};

/// How long a node that is at it is waited for: WhatsApp's patience with a callback, less a little.
pub const LONGEST: Duration = Duration::from_secs(8);

/// Carries requests to other nodes and their answers back. What other nodes ask arrives at [`crate::hub::Hub::serve`].
#[async_trait]
pub trait Peers: Send + Sync {
    /// Asks a node and waits for its answer for as long as it says that it is at it, up to [`LONGEST`]. One of which
    /// nothing is heard for `within` does not answer.
    async fn ask(
        &self,
        peer: Peer,
        request: Request,
        within: Duration,
    ) -> Result<Result<Answer, HubError>, Unanswered>;

    /// Tells a node; never waits, and may be lost.
    fn tell(&self, peer: Peer, notice: Notice);
}

/// Why there is no answer, by what is known about the effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// It did not go out: nothing happened.
    #[error("the node can't be asked")]
    Unreachable,
    /// Nobody answered in time: it may have happened.
    #[error("the node did not answer in time")]
    Late,
    /// It is at it for [`LONGEST`] and may go on.
    #[error("the node is still at it")]
    AtIt,
}

/// Nobody else: what a node that is alone has.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPeers;

#[async_trait]
impl Peers for NoPeers {
    async fn ask(
        &self,
        _: Peer,
        _: Request,
        _: Duration,
    ) -> Result<Result<Answer, HubError>, Unanswered> {
        Err(Unanswered::Unreachable)
    }

    fn tell(&self, _: Peer, _: Notice) {}
}
