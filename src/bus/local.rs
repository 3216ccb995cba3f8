//! The bus of a single process: there is nobody else to tell.

use std::sync::Arc;

use actors::event::Envelope;
use actors::model::ids::OrganizationId;
use actors::ports::bus::Bus;
use async_trait::async_trait;

/// Tells nobody; the hub tells its own feed itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalBus;

#[async_trait]
impl Bus for LocalBus {
    fn publish(&self, _: &[Arc<Envelope>]) {}

    async fn watch(&self, _: OrganizationId) {}

    async fn unwatch(&self, _: OrganizationId) {}
}
