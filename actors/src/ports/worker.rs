//! Who does the jobs that are not messages.

use async_trait::async_trait;

use crate::model::job::{After, Job};

/// Runs jobs of the kinds that need the outside (media, templates, health).
#[async_trait]
pub trait Worker: Send + Sync {
    /// Does the job once; bounded in time by the implementation.
    async fn run(&self, job: &Job) -> After;
}
