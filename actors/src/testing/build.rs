//! Builders of what tests talk about: a contact's message, a draft, people.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use crate::model::contact::{Identity, IdentityKind};
use crate::model::ids::{MediaId, OrganizationId, UserId};
use crate::model::inbound::{Effect, InboundMedia, InboundMessage};
use crate::model::message::Author;
use crate::model::outbound::{Draft, Priority};
use crate::model::status::{MessageStatus, ProviderFault, StatusUpdate};
use crate::model::user::{Actor, Role, UserBrief, Who};
use crate::time::Timestamp;

/// A phone number as an identity.
pub fn phone(digits: &str) -> Identity {
    Identity {
        kind: IdentityKind::Phone,
        value: digits.to_owned(),
    }
}

/// A business-scoped user id as an identity.
pub fn user_id(id: &str) -> Identity {
    Identity {
        kind: IdentityKind::UserId,
        value: id.to_owned(),
    }
}

/// A text of the contact with that phone number, ready to be told more about; its `wamid` is fresh.
pub fn inbound(digits: &str, text: &str) -> Inbound {
    inbound_of(vec![phone(digits)], text)
}

/// A text of the contact with those identities.
pub fn inbound_of(identities: Vec<Identity>, text: &str) -> Inbound {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Inbound(InboundMessage {
        provider_id: format!("wamid.in.{number}"),
        identities,
        profile_name: Some("Ann".to_owned()),
        username: None,
        sent_at: super::clock::START,
        kind: "text".to_owned(),
        text: Some(text.to_owned()),
        content: json!({ "body": text }).into(),
        media: Vec::new(),
        reply_to: None,
        context: None,
        error: None,
        effect: Effect::Plain,
    })
}

/// Builds an inbound message.
#[derive(Clone, Debug)]
pub struct Inbound(InboundMessage);

impl Inbound {
    /// Under this `wamid`.
    pub fn id(mut self, provider_id: &str) -> Self {
        provider_id.clone_into(&mut self.0.provider_id);
        self
    }

    /// Sent at that time.
    pub const fn at(mut self, at: Timestamp) -> Self {
        self.0.sent_at = at;
        self
    }

    /// By a contact of that name.
    pub fn named(mut self, name: &str) -> Self {
        self.0.profile_name = Some(name.to_owned());
        self
    }

    /// Also known by another identity.
    pub fn also(mut self, identity: Identity) -> Self {
        self.0.identities.push(identity);
        self
    }

    /// Quoting that message.
    pub fn answering(mut self, provider_id: &str) -> Self {
        self.0.reply_to = Some(provider_id.to_owned());
        self
    }

    /// With a picture instead of a text.
    pub fn with_image(mut self, provider_media_id: &str) -> Self {
        "image".clone_into(&mut self.0.kind);
        self.0.content = json!({ "id": provider_media_id, "mime_type": "image/jpeg" }).into();
        self.0.media.push(InboundMedia {
            provider_media_id: provider_media_id.to_owned(),
            mime_type: "image/jpeg".to_owned(),
            filename: None,
            sha256: None,
            voice: false,
            animated: false,
        });
        self
    }

    /// With another effect than a plain line.
    pub fn effect(mut self, effect: Effect) -> Self {
        let kind = match effect {
            Effect::Reaction { .. } => "reaction",
            Effect::Edit { .. } => "edit",
            Effect::Revoke { .. } => "revoke",
            Effect::Renumber { .. } | Effect::System => "system",
            Effect::Placeholder => "unsupported",
            Effect::Plain | Effect::Echo => "text",
        };
        kind.clone_into(&mut self.0.kind);
        self.0.effect = effect;
        self
    }

    /// The message.
    pub fn build(self) -> InboundMessage {
        self.0
    }
}

impl From<Inbound> for InboundMessage {
    fn from(inbound: Inbound) -> Self {
        inbound.0
    }
}

/// An agent's text, ready to be told more about.
pub fn draft(text: &str) -> Drafted {
    Drafted(Draft {
        author: Author::user(UserId(1), "Jo".to_owned()),
        client_key: None,
        fingerprint: None,
        priority: Priority::Agent,
        kind: "text".to_owned(),
        text: Some(text.to_owned()),
        content: json!({ "body": text }).into(),
        media: Vec::new(),
        reply_to: None,
        note: false,
        mentions: Vec::new(),
    })
}

/// Builds a draft.
#[derive(Clone, Debug)]
pub struct Drafted(Draft);

impl Drafted {
    /// Under an idempotency key; the fingerprint is made of the text.
    pub fn key(mut self, key: &str) -> Self {
        self.0.client_key = Some(key.to_owned());
        self.0.fingerprint = Some(format!("{:?}", self.0.text));
        self
    }

    /// Calls a colleague, as a note.
    pub fn calling(mut self, user: UserId) -> Self {
        self.0.mentions.push(user);
        self
    }

    /// For colleagues only.
    pub const fn note(mut self) -> Self {
        self.0.note = true;
        self
    }

    /// As a template.
    pub fn template(mut self) -> Self {
        "template".clone_into(&mut self.0.kind);
        self
    }

    /// In another line.
    pub const fn priority(mut self, priority: Priority) -> Self {
        self.0.priority = priority;
        self
    }

    /// Naming uploaded files.
    pub fn media(mut self, media: Vec<MediaId>) -> Self {
        self.0.media = media;
        self
    }

    /// Quoting that message.
    pub fn answering(mut self, provider_id: &str) -> Self {
        self.0.reply_to = Some(provider_id.to_owned());
        self
    }

    /// Written by that user.
    pub fn by(mut self, user: &UserBrief) -> Self {
        self.0.author = Author::user(user.id, user.name.clone());
        self
    }

    /// The draft.
    pub fn build(self) -> Draft {
        self.0
    }
}

impl From<Drafted> for Draft {
    fn from(drafted: Drafted) -> Self {
        drafted.0
    }
}

/// What the provider says of a message that it knows by `provider_id`.
pub fn status(provider_id: &str, status: MessageStatus, at: Timestamp) -> StatusUpdate {
    StatusUpdate {
        provider_id: provider_id.to_owned(),
        attempt: None,
        status,
        at,
        error: (status == MessageStatus::Failed).then(|| ProviderFault {
            code: 131_026,
            title: "Message undeliverable".to_owned(),
            details: None,
        }),
        billing: None,
    }
}

/// A user who acts in an organization.
pub fn actor(organization: OrganizationId, user: &UserBrief, role: Role) -> Actor {
    Actor {
        organization,
        who: Who::User(user.id),
        name: user.name.clone(),
        role,
    }
}
