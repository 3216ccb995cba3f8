//! WhatsApp as a script: answers in the given order, remembers each POST.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::model::ids::SessionId;
use crate::model::outbound::Parcel;
use crate::model::status::ProviderFault;
use crate::ports::provider::{Provider, ProviderError};
use crate::testing::fault::{Fault, Faults};

/// A POST that was made.
#[derive(Clone, Debug)]
pub struct Posted {
    pub parcel: Parcel,
    pub at: Instant,
}

/// Answers as it was told, or accepts.
#[derive(Debug, Default)]
pub struct ScriptedProvider {
    /// Operations `send` and `mark_read`.
    pub faults: Faults,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    answers: VecDeque<Result<String, ProviderError>>,
    takes: Duration,
    posts: Vec<Posted>,
    read: Vec<(SessionId, String, bool)>,
}

impl ScriptedProvider {
    /// The next POSTs are answered like this.
    pub fn will(&self, answers: impl IntoIterator<Item = Result<String, ProviderError>>) {
        self.kept().answers.extend(answers);
    }

    /// The next POST is refused with this code.
    pub fn will_refuse(&self, code: i64) {
        let fault = ProviderFault {
            code,
            title: format!("error {code}"),
            details: None,
        };
        self.will([Err(ProviderError::Rejected(fault))]);
    }

    /// The coming POSTs are answered after so long.
    pub fn will_take(&self, time: Duration) {
        self.kept().takes = time;
    }

    /// The POSTs that were made so far.
    pub fn posts(&self) -> Vec<Posted> {
        self.kept().posts.clone()
    }

    /// The bodies that were sent so far.
    pub fn bodies(&self) -> Vec<String> {
        let body = |posted: &Posted| {
            let content: serde_json::Value = posted.parcel.content.read().unwrap();
            content["body"].as_str().unwrap_or_default().to_owned()
        };
        self.kept().posts.iter().map(body).collect()
    }

    /// What was marked as read, and whether with a typing indicator.
    pub fn marked_read(&self) -> Vec<(SessionId, String, bool)> {
        self.kept().read.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Provider for ScriptedProvider {
    async fn send(&self, parcel: &Parcel) -> Result<String, ProviderError> {
        let (answer, takes) = {
            let mut kept = self.kept();
            kept.posts.push(Posted {
                parcel: parcel.clone(),
                at: Instant::now(),
            });
            (kept.answers.pop_front(), kept.takes)
        };
        tokio::time::sleep(takes).await;
        let fault = self.faults.enter("send").await;
        assert_ne!(fault, Some(Fault::Panic), "the provider was told to panic");
        answer.unwrap_or_else(|| Ok(format!("wamid.{}", parcel.attempt)))
    }

    async fn mark_read(
        &self,
        session: SessionId,
        provider_id: &str,
        typing: bool,
    ) -> Result<(), ProviderError> {
        self.faults.enter("mark_read").await;
        let mut kept = self.kept();
        kept.read.push((session, provider_id.to_owned(), typing));
        Ok(())
    }
}
