//! Where a message stands, and the law that its rank only rises.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    /// It came from the contact (or is a note): nothing more will happen.
    Received,
    /// Stored, waiting for its turn.
    Queued,
    /// An attempt is committed; its POST is on the way.
    Sending,
    /// The provider may or may not have it: the POST was cut; only a status webhook can tell.
    Unknown,
    /// The provider accepted it, or said that it left.
    Sent,
    /// It reached the contact's phone.
    Delivered,
    /// The contact opened it.
    Read,
    /// The contact listened to it (voice notes).
    Played,
    /// It will not arrive; final unless a proof of delivery comes later.
    Failed,
}

impl MessageStatus {
    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
            Self::Failed => "failed",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Received,
            Self::Queued,
            Self::Sending,
            Self::Unknown,
            Self::Sent,
            Self::Delivered,
            Self::Read,
            Self::Played,
            Self::Failed,
        ]
        .into_iter()
        .find(|status| status.as_str() == name)
    }

    /// The height on the ladder; a failure stands between `sent` and the proofs of delivery.
    pub const fn rank(self) -> i16 {
        match self {
            Self::Received | Self::Queued => 0,
            Self::Sending => 1,
            Self::Unknown => 2,
            Self::Sent => 3,
            Self::Failed => 4,
            Self::Delivered => 5,
            Self::Read => 6,
            Self::Played => 7,
        }
    }

    /// Whether a message that stands here moves when `news` arrives.
    pub const fn rises_to(self, news: Self) -> bool {
        !matches!(self, Self::Received) && news.rank() > self.rank()
    }
}

/// What the provider says of a message that we sent (CLOUD_API section 5).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusUpdate {
    /// The provider's message id (`wamid.…`).
    pub provider_id: String,
    /// Our attempt id, when the provider echoed `biz_opaque_callback_data`.
    pub attempt: Option<String>,
    /// The step reached: sent, delivered, read, played or failed.
    pub status: MessageStatus,
    /// When it happened, by the provider's clock.
    pub at: Timestamp,
    /// Why it failed.
    pub error: Option<ProviderFault>,
    /// `pricing` and `conversation` objects, as they came.
    pub billing: Option<crate::model::json::Json>,
}

/// An error in the provider's words (CLOUD_API section 9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderFault {
    /// The provider's number for it; the only part decisions look at.
    pub code: i64,
    /// The provider's title or message.
    pub title: String,
    /// `error_data.details`, for people.
    pub details: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::MessageStatus::{self, *};

    #[test]
    fn the_rank_only_rises_in_every_order() {
        let ladder = [
            Queued, Sending, Unknown, Sent, Failed, Delivered, Read, Played,
        ];
        for (i, low) in ladder.iter().enumerate() {
            for high in &ladder[i + 1..] {
                assert!(low.rises_to(*high), "{low:?} -> {high:?}");
                assert!(!high.rises_to(*low), "{high:?} -> {low:?}");
            }
            assert!(!low.rises_to(*low));
        }
    }

    #[test]
    fn a_failure_gives_way_to_a_proof_of_delivery_only() {
        assert!(Failed.rises_to(Delivered) && Failed.rises_to(Read));
        assert!(!Failed.rises_to(Sent) && !Delivered.rises_to(Failed));
    }

    #[test]
    fn names_round_trip() {
        for status in [
            Received, Queued, Sending, Unknown, Sent, Delivered, Read, Played, Failed,
        ] {
            assert_eq!(MessageStatus::parse(status.as_str()), Some(status));
        }
    }
}
