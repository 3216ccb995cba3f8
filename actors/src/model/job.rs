//! Something to do, durable, with a retry schedule that is data.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::ids::{
    ConversationId, JobId, MediaId, MessageId, OrganizationId, ScheduledMessageId, SessionId,
};
use crate::model::outbound::Priority;
use crate::time::Timestamp;

/// A claimed job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub id: JobId,
    pub organization: OrganizationId,
    pub task: Task,
    /// How often it was claimed, this time included; counted in the row before processing.
    pub tries: i32,
    pub created_at: Timestamp,
}

/// What is to be done; stored as `kind` and JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// Hand a queued message to its number.
    SendMessage {
        session: SessionId,
        conversation: ConversationId,
        message: MessageId,
        priority: Priority,
    },
    /// Copy a contact's file from the provider (its URL lives 5 minutes, the file 7 days).
    FetchMedia {
        session: SessionId,
        message: MessageId,
        media: MediaId,
    },
    /// Tell the contact that we looked, and optionally that somebody types.
    MarkRead {
        session: SessionId,
        provider_id: String,
        typing: bool,
    },
    /// Copy the templates of a business account.
    SyncTemplates { session: SessionId },
    /// Look at a number's health.
    CheckSession { session: SessionId },
    /// Open a conversation that sleeps until then.
    WakeConversation {
        conversation: ConversationId,
        until: Timestamp,
    },
    /// Say what was left to be said then; does nothing when the message waits for another time by now.
    SendScheduled {
        scheduled: ScheduledMessageId,
        at: Timestamp,
    },
}

impl Task {
    /// The name used in the database and in metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SendMessage { .. } => "send_message",
            Self::FetchMedia { .. } => "fetch_media",
            Self::MarkRead { .. } => "mark_read",
            Self::SyncTemplates { .. } => "sync_templates",
            Self::CheckSession { .. } => "check_session",
            Self::WakeConversation { .. } => "wake_conversation",
            Self::SendScheduled { .. } => "send_scheduled",
        }
    }

    /// The number that it concerns.
    pub const fn session(&self) -> Option<SessionId> {
        match self {
            Self::SendMessage { session, .. }
            | Self::FetchMedia { session, .. }
            | Self::MarkRead { session, .. }
            | Self::SyncTemplates { session }
            | Self::CheckSession { session } => Some(*session),
            Self::WakeConversation { .. } | Self::SendScheduled { .. } => None,
        }
    }

    /// When it is due, if it is left at `now`.
    pub const fn due(&self, now: Timestamp) -> Timestamp {
        match self {
            Self::WakeConversation { until, .. } => *until,
            Self::SendScheduled { at, .. } => *at,
            _ => now,
        }
    }

    /// Waits between tries; the job is given up (quarantined) after the last.
    pub const fn schedule(&self) -> &'static [Duration] {
        const fn s(seconds: u64) -> Duration {
            Duration::from_secs(seconds)
        }
        const SEND: &[Duration] = &[s(1), s(4), s(16), s(64), s(256), s(1024)];
        // Sums to a little under 7 days, after which the provider drops the file.
        const MEDIA: &[Duration] = &[
            s(2),
            s(10),
            s(60),
            s(600),
            s(3600),
            s(4 * 3600),
            s(12 * 3600),
            s(24 * 3600),
            s(48 * 3600),
            s(72 * 3600),
        ];
        const BRIEF: &[Duration] = &[s(2), s(10)];
        const CALM: &[Duration] = &[s(5), s(60), s(600)];
        match self {
            Self::SendMessage { .. } => SEND,
            Self::FetchMedia { .. } => MEDIA,
            Self::MarkRead { .. } => BRIEF,
            Self::SyncTemplates { .. } | Self::CheckSession { .. } => CALM,
            // What does it is the hub itself: it fails only while the database does.
            Self::WakeConversation { .. } | Self::SendScheduled { .. } => SEND,
        }
    }
}

/// A message that was tried and has to be sent again later than that is not waited for by others of its conversation.
pub const MAX_HOLD: Duration = Duration::from_secs(60);

/// A message to be sent that is in nobody's hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PutOff {
    pub job: JobId,
    pub conversation: ConversationId,
    pub priority: Priority,
    pub until: Timestamp,
}

/// What becomes of a job.
#[derive(Clone, Debug, PartialEq)]
pub enum After {
    /// Its row goes.
    Done,
    /// Once more at that time.
    Retry { at: Timestamp, reason: String },
    /// Nothing was tried yet (a line was full, a rate used up): at that time, and this claim does not count
    /// as a try.
    Later { at: Timestamp, reason: String },
    /// To quarantine, where a person decides.
    GiveUp { reason: String },
}
