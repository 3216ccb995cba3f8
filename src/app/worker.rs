//! Does the jobs that are not messages: fetches files, marks as read, copies templates, looks at numbers.

mod scheduled;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actors::hub::{Hub, HubError};
use actors::model::conversation::ConversationChange;
use actors::model::ids::{ConversationId, MediaId, OrganizationId, SessionId};
use actors::model::job::{After, Job, Task};
use actors::model::session::HealthState;
use actors::model::user::Actor;
use actors::policy::{self, Reaction};
use actors::ports::provider::{Provider, ProviderError};
use actors::ports::store::{Receipt, StoreError};
use actors::ports::worker::Worker;
use actors::time::Timestamp;
use async_trait::async_trait;

use super::objects::{ObjectError, Writer};
use super::provider::{CloudProvider, counted};
use crate::http::number::{NumberCheck, Unreached};
use crate::store::{Checked, Fetched, NewTemplate};
use crate::whatsapp::client::{Download, DownloadError};

/// The provider keeps a contact's file for seven days.
const FILE_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The worker of a node; told of the hub once that exists.
pub struct CloudWorker {
    provider: Arc<CloudProvider>,
    hub: OnceLock<Hub>,
}

/// Why a job did not end well, by what to do next.
enum Trouble {
    /// Once more by the schedule.
    Again(String),
    /// Never.
    Hopeless(String),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::Hopeless("what it was about is gone".to_owned()),
            error => Self::Again(error.to_string()),
        }
    }
}

impl From<ObjectError> for Trouble {
    fn from(error: ObjectError) -> Self {
        Self::Again(error.to_string())
    }
}

impl From<ProviderError> for Trouble {
    fn from(error: ProviderError) -> Self {
        match &error {
            ProviderError::Rejected(fault) => match policy::policy_of(fault.code).reaction {
                Reaction::Fail | Reaction::StopNumber(_) => Self::Hopeless(error.to_string()),
                _ => Self::Again(error.to_string()),
            },
            ProviderError::Unfit(_) => Self::Hopeless(error.to_string()),
            // Nothing here does harm when it is done twice.
            ProviderError::Unreachable(_) | ProviderError::Unclear(_) => {
                Self::Again(error.to_string())
            }
        }
    }
}

impl CloudWorker {
    /// The worker that speaks through `provider`.
    pub const fn new(provider: Arc<CloudProvider>) -> Self {
        Self {
            provider,
            hub: OnceLock::new(),
        }
    }

    /// From now on what jobs change is told through `hub`.
    pub fn attach(&self, hub: Hub) {
        // Attached once, by the composition root.
        let _ = self.hub.set(hub);
    }

    fn announce(&self, receipt: Receipt) {
        if let Some(hub) = self.hub.get() {
            hub.announce(receipt);
        }
    }

    async fn try_to(&self, job: &Job) -> Result<(), Trouble> {
        match &job.task {
            Task::FetchMedia { session, media, .. } => self.fetch(job, *session, *media).await,
            Task::MarkRead {
                session,
                provider_id,
                typing,
            } => {
                let done = self
                    .provider
                    .mark_read(*session, provider_id, *typing)
                    .await;
                match done.map_err(Trouble::from) {
                    // A receipt that can't be given is nobody's loss.
                    Err(Trouble::Hopeless(why)) => {
                        tracing::debug!(session.id = %session, why, "a read receipt was not given");
                        Ok(())
                    }
                    done => done,
                }
            }
            Task::SyncTemplates { session } => self.sync(*session).await,
            Task::CheckSession { session } => {
                let checked = self.look_at(*session).await?;
                let unscoped = self.provider.store.unscoped();
                let told = unscoped
                    .update_session_check(*session, &checked, Timestamp::now())
                    .await?;
                self.announce(told);
                Ok(())
            }
            Task::WakeConversation {
                conversation,
                until,
            } => self.wake(job.organization, *conversation, *until).await,
            Task::SendScheduled { scheduled, at } => {
                self.send_scheduled(job, *scheduled, *at).await
            }
            Task::SendMessage { .. } => Err(Trouble::Hopeless(
                "a message is no job of this kind".to_owned(),
            )),
        }
    }

    async fn fetch(&self, job: &Job, session: SessionId, id: MediaId) -> Result<(), Trouble> {
        let tenant = self.provider.store.tenant(job.organization);
        let file = tenant.find_media(id).await?;
        if file.object_key.is_some() {
            return Ok(());
        }
        let end = if Timestamp::now().since(file.created_at) >= FILE_LIFE {
            Fetched::Expired
        } else {
            let provider_media_id = file
                .provider_media_id
                .ok_or_else(|| Trouble::Hopeless("nobody knows where the file is".to_owned()))?;
            match self
                .load(job.organization, session, &provider_media_id)
                .await
            {
                Ok(end) => end,
                Err(Trouble::Hopeless(why)) => Fetched::Failed(why),
                Err(again) if tries_left(job) => return Err(again),
                Err(Trouble::Again(why)) => Fetched::Failed(why),
            }
        };
        self.announce(tenant.settle_media(id, end).await?);
        Ok(())
    }

    async fn load(
        &self,
        organization: OrganizationId,
        session: SessionId,
        provider_media_id: &str,
    ) -> Result<Fetched, Trouble> {
        let credentials = self.provider.credentials(session).await?;
        let client = &self.provider.client;
        let asking = client.media_url(&credentials, provider_media_id);
        let place = counted("media_url", asking).await?;
        let download = client.download(&credentials, &place.url).await;
        let mut writer = self.provider.objects.create(organization)?;
        match copy(download.map_err(unloadable)?, &mut writer).await {
            Ok(()) => {
                let written = writer.finish().await?;
                Ok(Fetched::Stored {
                    object_key: written.key,
                    size: written.size,
                    sha256: written.sha256,
                })
            }
            Err(trouble) => {
                writer.abort().await;
                Err(trouble)
            }
        }
    }

    async fn wake(
        &self,
        organization: OrganizationId,
        conversation: ConversationId,
        until: Timestamp,
    ) -> Result<(), Trouble> {
        let Some(hub) = self.hub.get() else {
            return Err(Trouble::Again("the hub is starting".to_owned()));
        };
        let change = ConversationChange {
            wake: Some(until),
            ..ConversationChange::default()
        };
        let by = Actor::hub(organization);
        match hub.change(&by, conversation, change).await {
            Ok(_) | Err(HubError::NotFound) => Ok(()),
            Err(error) => Err(Trouble::Again(error.to_string())),
        }
    }

    async fn sync(&self, session: SessionId) -> Result<(), Trouble> {
        let credentials = self.provider.credentials(session).await?;
        let listing = self.provider.client.templates(&credentials);
        let listed = counted("templates", listing).await?;
        let listed: Vec<NewTemplate> = listed
            .into_iter()
            .map(|template| NewTemplate {
                provider_template_id: template.id,
                name: template.name,
                language: template.language,
                category: template.category,
                status: template.status,
                quality: template.quality,
                parameter_format: template.parameter_format,
                components: template.components,
            })
            .collect();
        let now = Timestamp::now();
        let unscoped = self.provider.store.unscoped();
        self.announce(unscoped.replace_templates(session, &listed, now).await?);
        Ok(())
    }

    /// What the provider says of a number; a refused token is an answer.
    async fn look_at(&self, session: SessionId) -> Result<Checked, ProviderError> {
        let credentials = self.provider.credentials(session).await?;
        let client = &self.provider.client;
        let info = match counted("number_info", client.number_info(&credentials)).await {
            Ok(info) => info,
            Err(ProviderError::Rejected(fault)) => {
                let health = match policy::policy_of(fault.code).reaction {
                    Reaction::StopNumber(health) => health,
                    _ => HealthState::Limited,
                };
                return Ok(Checked {
                    display_phone_number: None,
                    verified_name: None,
                    quality: None,
                    rate: None,
                    health,
                    reason: Some(fault.details.unwrap_or(fault.title)),
                });
            }
            Err(error) => return Err(error),
        };
        // Without the subscription no message ever arrives; asking for it again changes nothing.
        let subscribed = counted("subscribe", client.subscribe(&credentials)).await;
        let (health, reason) = match subscribed {
            Ok(()) => (HealthState::Ok, None),
            Err(ProviderError::Rejected(fault)) => (
                HealthState::Limited,
                Some(format!(
                    "Messages may not arrive: the app can't be subscribed ({})",
                    fault.title
                )),
            ),
            Err(error) => return Err(error),
        };
        Ok(Checked {
            rate: Some(info.rate()),
            display_phone_number: info.display_phone_number,
            verified_name: info.verified_name,
            quality: info.quality_rating,
            health,
            reason,
        })
    }
}

fn tries_left(job: &Job) -> bool {
    usize::try_from(job.tries).is_ok_and(|tries| tries <= job.task.schedule().len())
}

fn unloadable(error: DownloadError) -> Trouble {
    match error {
        DownloadError::TooLarge | DownloadError::Foreign => Trouble::Hopeless(error.to_string()),
        DownloadError::Expired(_) | DownloadError::Passing(_) => Trouble::Again(error.to_string()),
    }
}

async fn copy(mut download: Download, writer: &mut Writer) -> Result<(), Trouble> {
    while let Some(chunk) = download.chunk().await.map_err(unloadable)? {
        writer.write(&chunk).await?;
    }
    Ok(())
}

#[async_trait]
impl Worker for CloudWorker {
    async fn run(&self, job: &Job) -> After {
        match self.try_to(job).await {
            Ok(()) => After::Done,
            Err(Trouble::Hopeless(reason)) => After::GiveUp { reason },
            Err(Trouble::Again(reason)) => {
                let step = usize::try_from(job.tries.max(1) - 1).unwrap_or(usize::MAX);
                match job.task.schedule().get(step) {
                    Some(wait) => After::Retry {
                        at: Timestamp::now() + *wait,
                        reason,
                    },
                    None => After::GiveUp { reason },
                }
            }
        }
    }
}

#[async_trait]
impl NumberCheck for CloudWorker {
    async fn check(&self, session: SessionId) -> Result<Checked, Unreached> {
        self.provider.vault.forget(session);
        let checked = self.look_at(session).await;
        checked.map_err(|error| Unreached(error.to_string()))
    }
}
