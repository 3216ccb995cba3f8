//! Sends what was left to be sent later: through the conversation's actor, by the same rules as an agent's answer.

use std::time::Duration;

use actors::hub::HubError;
use actors::model::ids::ScheduledMessageId;
use actors::model::job::Job;
use actors::time::Timestamp;

use super::{CloudWorker, Trouble, tries_left};
use crate::http::error::ApiError;
use crate::store::{Due, DueMessage, ScheduledEnd};

/// What could not be sent for so long is not sent any more: a hub that was down over the weekend does not wake its
/// contacts on Monday with what was meant for Saturday. Well within the life of idempotency keys, so that a message
/// that was sent is recognised.
const LATEST: Duration = Duration::from_secs(6 * 60 * 60);

impl CloudWorker {
    pub(super) async fn send_scheduled(
        &self,
        job: &Job,
        id: ScheduledMessageId,
        at: Timestamp,
    ) -> Result<(), Trouble> {
        let tenant = self.provider.store.tenant(job.organization);
        let due = match tenant.begin_scheduled(id, at).await? {
            Due::Say(due) => *due,
            Due::Settled(receipt) => {
                self.announce(receipt);
                return Ok(());
            }
            Due::Nothing => return Ok(()),
        };
        let end = if Timestamp::now().since(at) >= LATEST {
            ScheduledEnd::Failed("too_late".to_owned())
        } else {
            self.say(job, id, due).await?
        };
        self.announce(tenant.settle_scheduled(id, end).await?);
        Ok(())
    }

    /// Says it once: whoever comes again with the same key gets the message of the first time.
    async fn say(
        &self,
        job: &Job,
        id: ScheduledMessageId,
        due: DueMessage,
    ) -> Result<ScheduledEnd, Trouble> {
        let Some(hub) = self.hub.get() else {
            return Err(Trouble::Again("the hub is starting".to_owned()));
        };
        let mut draft = due.draft;
        let key = id.send_key();
        draft.fingerprint = Some(key.clone());
        draft.client_key = Some(key);
        match hub.send(&due.author, due.conversation, draft).await {
            Ok(message) => Ok(ScheduledEnd::Sent(message.id)),
            Err(error) if is_passing(&error) && tries_left(job) => {
                Err(Trouble::Again(error.to_string()))
            }
            Err(error) => Ok(ScheduledEnd::Failed(
                ApiError::from(error).code().as_str().to_owned(),
            )),
        }
    }
}

const fn is_passing(error: &HubError) -> bool {
    matches!(
        error,
        HubError::Busy | HubError::Unavailable(_) | HubError::Broken(_)
    )
}
