//! What people decide about a conversation besides what they say in it.

use crate::conversation::{Change, MarkRead};
use crate::hub::{Hub, HubError};
use crate::model::conversation::{Conversation, ConversationChange};
use crate::model::ids::ConversationId;
use crate::model::user::Actor;

impl Hub {
    /// Changes status or assignee.
    pub async fn change(
        &self,
        by: &Actor,
        id: ConversationId,
        change: ConversationChange,
    ) -> Result<Conversation, HubError> {
        self.change_once(by, id, change, None).await
    }

    /// [`Hub::change`] for somebody who may ask twice: with the same `once`, honoured for 24 hours, it is done once.
    pub async fn change_once(
        &self,
        by: &Actor,
        id: ConversationId,
        change: ConversationChange,
        once: Option<String>,
    ) -> Result<Conversation, HubError> {
        let key = self.key_of(by, id).await?;
        self.tell(
            &key,
            Change {
                by: by.clone(),
                change,
                once: once.or_else(|| self.command_key()),
            },
        )
        .await
    }

    /// Somebody looked: nothing is unread any more, and the contact sees blue ticks.
    pub async fn mark_read(&self, by: &Actor, id: ConversationId) -> Result<(), HubError> {
        let key = self.key_of(by, id).await?;
        let once = self.command_key();
        let by = by.clone();
        self.tell(&key, MarkRead { by, once }).await
    }
}
