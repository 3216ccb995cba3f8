//! A bus that remembers, and that tests can carry on to other nodes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::event::Envelope;
use crate::model::ids::OrganizationId;
use crate::ports::bus::Bus;

/// Remembers what was published and who is watched.
#[derive(Debug, Default)]
pub struct RecordingBus {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    published: Vec<Arc<Envelope>>,
    watched: Vec<OrganizationId>,
}

impl RecordingBus {
    /// What was published so far.
    pub fn published(&self) -> Vec<Arc<Envelope>> {
        self.kept().published.clone()
    }

    /// Whose envelopes this node wants now.
    pub fn watched(&self) -> Vec<OrganizationId> {
        self.kept().watched.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Bus for RecordingBus {
    fn publish(&self, envelopes: &[Arc<Envelope>]) {
        self.kept().published.extend_from_slice(envelopes);
    }

    async fn watch(&self, organization: OrganizationId) {
        let mut kept = self.kept();
        kept.watched.retain(|watched| *watched != organization);
        kept.watched.push(organization);
    }

    async fn unwatch(&self, organization: OrganizationId) {
        self.kept()
            .watched
            .retain(|watched| *watched != organization);
    }
}
