//! Webhooks in our words: a pure reader of what WhatsApp posts (CLOUD_API sections 3 to 7). Unknown fields are
//! ignored, unknown types kept; one element that can't be understood never costs its neighbours.

mod change;
mod fault;
mod history;
mod loose;
mod message;
mod person;
mod screen;
mod status;
mod substance;
mod words;

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod cases;

use std::time::Duration;

use actors::model::inbound::InboundItem;
use actors::time::Timestamp;
use serde_json::value::RawValue;

pub(crate) use self::loose::Object;

pub use self::fault::fault;

/// The only kind of object that concerns us.
const OURS: &str = "whatsapp_business_account";
/// How far ahead of our clock theirs may be; a later instant is a mistake and would keep the window open.
const MAX_AHEAD: Duration = Duration::from_secs(24 * 60 * 60);

/// All that one webhook reports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Webhook {
    /// One per change that was understood, in the order of the body.
    pub deliveries: Vec<Delivery>,
    /// What was not understood and has to be kept for a person to look at.
    pub rejected: Vec<Rejected>,
}

/// What one change reports about one number or account.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// `entry[].id`; `"0"` in the provider's own test.
    pub business_account_id: String,
    /// Which number it is about; absent in fields that are about the account.
    pub phone_number_id: Option<String>,
    /// The number as the provider writes it.
    pub display_phone_number: Option<String>,
    /// May be empty: statuses that nobody documented are ignored.
    pub items: Vec<InboundItem>,
}

/// A part that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    pub business_account_id: String,
    pub phone_number_id: Option<String>,
    /// Why, in a few words without its content.
    pub reason: &'static str,
    /// The part as it came.
    pub raw: String,
}

/// A body that says nothing at all to us, though it was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unintelligible {
    #[error("the body is no text")]
    NotUtf8,
    #[error("the body is nested too deep")]
    TooDeep,
    /// The position only: the body's words have no place in a log.
    #[error("the body is no JSON (line {line}, column {column})")]
    NotJson { line: usize, column: usize },
    #[error("the body is no webhook")]
    NotAWebhook,
}

/// Reads a webhook that arrives now.
pub fn parse(body: &[u8]) -> Result<Webhook, Unintelligible> {
    parse_at(body, Timestamp::now())
}

/// Reads a webhook that arrived at `received_at`, which stands in where an instant is missing or impossible.
pub fn parse_at(body: &[u8], received_at: Timestamp) -> Result<Webhook, Unintelligible> {
    let text = screen::screen(body)?;
    let envelope = Object::parse(&text)
        .map_err(|error| Unintelligible::NotJson {
            line: error.line(),
            column: error.column(),
        })?
        .ok_or(Unintelligible::NotAWebhook)?;
    let mut webhook = Webhook::default();
    if envelope.word("object").as_deref() != Some(OURS) {
        return Ok(webhook);
    }
    let entries = envelope.list("entry").ok_or(Unintelligible::NotAWebhook)?;
    for raw in entries {
        read_entry(raw, received_at, &mut webhook);
    }
    Ok(webhook)
}

fn read_entry(raw: &RawValue, received_at: Timestamp, webhook: &mut Webhook) {
    let entry = Object::read(raw);
    let account = entry
        .as_ref()
        .and_then(|entry| entry.text("id"))
        .unwrap_or_default();
    match entry.and_then(|entry| entry.list("changes")) {
        None => webhook.rejected.push(Rejected {
            business_account_id: account,
            phone_number_id: None,
            reason: "an entry without changes",
            raw: raw.get().to_owned(),
        }),
        Some(changes) => {
            for raw in changes {
                change::read(raw, &account, received_at, webhook);
            }
        }
    }
}

/// Bytes of a provider's id; real ones have some 60. An index takes no long ones, and a callback that can't be
/// stored would come again for seven days.
const LONGEST_ID: usize = 255;

/// The instant that counts.
fn settle_instant(named: Option<Timestamp>, received_at: Timestamp) -> Timestamp {
    named
        .filter(|at| *at <= received_at + MAX_AHEAD)
        .unwrap_or(received_at)
}
