//! A worker with scripted ends, and media addresses that tests can read.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::model::ids::{MediaId, OrganizationId};
use crate::model::job::{After, Job};
use crate::ports::media::MediaLinks;
use crate::ports::worker::Worker;
use crate::testing::fault::{Fault, Faults};

/// Ends jobs as it was told, or with `Done`; remembers them.
#[derive(Debug, Default)]
pub struct ScriptedWorker {
    /// Operation `run`.
    pub faults: Faults,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    ends: VecDeque<After>,
    jobs: Vec<Job>,
}

impl ScriptedWorker {
    /// The next jobs end like this.
    pub fn will(&self, ends: impl IntoIterator<Item = After>) {
        self.kept().ends.extend(ends);
    }

    /// The jobs that were run so far.
    pub fn jobs(&self) -> Vec<Job> {
        self.kept().jobs.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Worker for ScriptedWorker {
    async fn run(&self, job: &Job) -> After {
        self.kept().jobs.push(job.clone());
        let fault = self.faults.enter("run").await;
        assert_ne!(fault, Some(Fault::Panic), "the worker was told to panic");
        self.kept().ends.pop_front().unwrap_or(After::Done)
    }
}

/// Addresses without a signature.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainLinks;

impl MediaLinks for PlainLinks {
    fn link(&self, organization: OrganizationId, media: MediaId) -> String {
        format!("/media/{organization}/{media}")
    }
}
