//! What a customer can do, as `POST /sim/customers/{wa_id}/messages` takes it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A customer writes something to a number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Writing {
    pub phone_number_id: String,
    /// The profile name from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The business-scoped user id from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The quoted message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// `once` or `often`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<String>,
    /// The ad that led here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Value>,
    /// Seconds since 1970; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<i64>,
    /// The message id; fresh when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(flatten)]
    pub say: Say,
}

impl Writing {
    /// A plain text to a number.
    pub fn text(phone_number_id: &str, body: &str) -> Self {
        Self::new(
            phone_number_id,
            Say::Text {
                body: body.to_owned(),
            },
        )
    }

    /// Anything to a number.
    pub fn new(phone_number_id: &str, say: Say) -> Self {
        Self {
            phone_number_id: phone_number_id.to_owned(),
            say,
            ..Self::default()
        }
    }

    /// With a profile name.
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }
}

/// The kinds of things a customer does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Say {
    Text {
        body: String,
    },
    Image {
        #[serde(flatten)]
        file: File,
        #[serde(default)]
        caption: Option<String>,
    },
    Video {
        #[serde(flatten)]
        file: File,
        #[serde(default)]
        caption: Option<String>,
    },
    /// An audio file.
    Audio {
        #[serde(flatten)]
        file: File,
    },
    /// A voice note.
    Voice {
        #[serde(flatten)]
        file: File,
    },
    Document {
        #[serde(flatten)]
        file: File,
        #[serde(default)]
        caption: Option<String>,
    },
    Sticker {
        #[serde(flatten)]
        file: File,
        #[serde(default)]
        animated: bool,
    },
    Location {
        latitude: f64,
        longitude: f64,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        address: Option<String>,
    },
    /// Contact cards as the Cloud API has them.
    Contacts {
        cards: Vec<Value>,
    },
    /// An empty or absent emoji takes the reaction back.
    Reaction {
        message_id: String,
        #[serde(default)]
        emoji: Option<String>,
    },
    /// Taps the n-th button, row or quick reply of a received message.
    Tap {
        message_id: String,
        index: usize,
    },
    ButtonReply {
        message_id: String,
        id: String,
        title: String,
    },
    ListReply {
        message_id: String,
        id: String,
        title: String,
        #[serde(default)]
        description: Option<String>,
    },
    /// A tap on a quick reply of a template.
    TemplateButton {
        message_id: String,
        text: String,
        #[serde(default)]
        payload: Option<String>,
    },
    FlowReply {
        message_id: String,
        response_json: String,
    },
    Order {
        catalog_id: String,
        #[serde(default)]
        text: Option<String>,
        product_items: Vec<Value>,
    },
    /// Something that the Cloud API can't show (131051).
    Unsupported {
        #[serde(default)]
        what: Option<String>,
    },
    /// `unsupported` (131060) first, the real text 200 ms later with the same id.
    Ghost {
        body: String,
    },
    Edit {
        message_id: String,
        body: String,
    },
    Revoke {
        message_id: String,
    },
    /// The customer moved to another number.
    NumberChange {
        new_wa_id: String,
    },
    /// The business wrote from the phone app that shares the number.
    Echo {
        body: String,
    },
    /// Any message object; sender, id and time are added when absent.
    Raw {
        message: Value,
    },
}

impl Default for Say {
    fn default() -> Self {
        Self::Text {
            body: String::new(),
        }
    }
}

impl Say {
    /// The message that a tap answers.
    pub(super) fn tapped(&self) -> Option<&str> {
        match self {
            Self::Tap { message_id, .. }
            | Self::ButtonReply { message_id, .. }
            | Self::ListReply { message_id, .. }
            | Self::TemplateButton { message_id, .. }
            | Self::FlowReply { message_id, .. } => Some(message_id),
            _ => None,
        }
    }

    /// The message that this changes.
    pub(super) fn target(&self) -> Option<&String> {
        match self {
            Self::Reaction { message_id, .. }
            | Self::Edit { message_id, .. }
            | Self::Revoke { message_id } => Some(message_id),
            _ => None,
        }
    }
}

/// A file of the customer; a small sample of the right kind when empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// A file that is known already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_id: Option<String>,
}
