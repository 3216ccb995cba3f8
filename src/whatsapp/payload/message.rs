//! One element of `messages[]`, `message_echoes[]` or a history thread as an entry of a conversation.

use actors::model::contact::Identity;
use actors::model::inbound::{Effect, InboundMessage};
use actors::model::message::Context;
use actors::time::Timestamp;
use serde_json::value::RawValue;

use super::fault::first_fault;
use super::loose::Object;
use super::person::{self, Person};
use super::settle_instant;
use super::substance::substance;

/// What the surroundings of a message tell about it.
pub struct Surroundings<'a> {
    pub cards: &'a [Person],
    pub received_at: Timestamp,
}

/// Whose message it is.
pub enum Side {
    Customer,
    /// The business wrote it with another tool; these are the contact's identities.
    Business(Vec<Identity>),
}

/// Reads a message whose object is `message` and whose text is `whole`; the error says why it is none.
pub fn message(
    message: &Object<'_>,
    whole: &RawValue,
    side: Side,
    around: &Surroundings<'_>,
) -> Result<InboundMessage, &'static str> {
    let provider_id = message.text("id").ok_or("a message without id")?;
    if provider_id.len() > super::LONGEST_ID {
        return Err("a message whose id is too long");
    }
    let read = substance(message, whole);
    let (named, effect) = match side {
        Side::Customer => (senders(message), read.effect),
        Side::Business(contact) => (contact, by_business(read.effect)),
    };
    let card = person::find(around.cards, &named);
    let identities = person::with_card(named, card);
    if identities.is_empty() && !matches!(effect, Effect::System | Effect::Renumber { .. }) {
        return Err("a message that names no contact");
    }
    let (reply_to, context) = context(message);
    Ok(InboundMessage {
        provider_id,
        identities,
        profile_name: card.and_then(|card| card.name.clone()),
        username: card.and_then(|card| card.username.clone()),
        sent_at: settle_instant(message.instant("timestamp"), around.received_at),
        kind: read.kind,
        text: read.text,
        content: read.content,
        media: read.media,
        reply_to,
        context,
        error: first_fault(message),
        effect,
    })
}

/// The customer as the message itself names them; a changed user id is named by its old value.
fn senders(message: &Object<'_>) -> Vec<Identity> {
    let found = person::identities(message, "from", "from_user_id");
    if !found.is_empty() {
        return found;
    }
    let previous = message
        .object("system")
        .and_then(|system| system.word("previous_user_id"));
    previous
        .map(|word| person::identity(&word))
        .into_iter()
        .collect()
}

/// Nothing that the business does opens the window; it may still edit and take back what it wrote.
fn by_business(effect: Effect) -> Effect {
    match effect {
        Effect::Edit { .. } | Effect::Revoke { .. } => effect,
        _ => Effect::Echo,
    }
}

fn context(message: &Object<'_>) -> (Option<String>, Option<Context>) {
    let referral = message.json("referral");
    let Some(context) = message.object("context") else {
        let found = referral.map(|referral| Context {
            referral: Some(referral),
            ..Context::default()
        });
        return (None, found);
    };
    let found = Context {
        forwarded: context.flag("forwarded"),
        frequently_forwarded: context.flag("frequently_forwarded"),
        referral,
        referred_product: context.json("referred_product"),
    };
    (
        context.text("id"),
        Some(found).filter(|found| *found != Context::default()),
    )
}
