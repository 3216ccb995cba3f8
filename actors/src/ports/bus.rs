//! How a node tells the others what its transactions stored.

use std::sync::Arc;

use async_trait::async_trait;

use crate::event::Envelope;
use crate::model::ids::OrganizationId;

/// Carries envelopes to the other nodes. Nothing here can fail for the caller: a lost envelope leaves a hole
/// in `seq`, which every feed repairs from the store. What other nodes publish arrives through the channel
/// that the adapter was built with.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Tells the other nodes; never blocks, drops when the link is down or its bounded queue is full.
    fn publish(&self, envelopes: &[Arc<Envelope>]);

    /// From now on this node wants the organization's envelopes.
    async fn watch(&self, organization: OrganizationId);

    /// Nobody on this node looks at the organization any more.
    async fn unwatch(&self, organization: OrganizationId);
}
