//! What a customer's phone shows: the chat between one customer and one business number.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::limit::Bucket;

/// Entries kept per chat; older ones scroll away.
const MAX_ENTRIES: usize = 400;
/// Free text is allowed this long after the customer's last message.
pub const WINDOW_MS: i64 = 24 * 60 * 60 * 1000;
/// How long the provider shows "typing…".
pub const TYPING_MS: i64 = 25_000;

/// The person at the other end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Digits; absent when only the user id is shown to businesses.
    pub wa_id: Option<String>,
    /// The business-scoped user id.
    pub user_id: Option<String>,
    pub name: String,
    pub username: Option<String>,
    /// Two letters, for the demo's small talk.
    #[serde(default)]
    pub language: Option<String>,
}

impl Customer {
    /// What the chat is filed under: the digits, or the user id.
    pub fn key(&self) -> &str {
        self.wa_id
            .as_deref()
            .or(self.user_id.as_deref())
            .unwrap_or_default()
    }
}

/// Who wrote an entry, in the hub's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the customer to the business.
    Inbound,
    /// From the business to the customer.
    Outbound,
}

/// How far a message of the business has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Accepted,
    Sent,
    Delivered,
    Read,
    Played,
    Failed,
}

impl Step {
    /// The name used in webhooks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
            Self::Failed => "failed",
        }
    }
}

/// One message on the phone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    pub id: String,
    pub direction: Direction,
    #[serde(rename = "type")]
    pub kind: String,
    /// The object of that type, as it was sent.
    pub content: Value,
    /// The quoted message's id.
    pub reply_to: Option<String>,
    pub forwarded: bool,
    pub at_ms: i64,
    pub step: Step,
    pub customer_reaction: Option<String>,
    pub business_reaction: Option<String>,
    pub edited: bool,
    pub revoked: bool,
    /// Whether the business marked it as read (customer's messages).
    pub seen: bool,
    /// The sender's attempt id (messages of the business).
    pub attempt: Option<String>,
    /// The category of the price, for statuses.
    #[serde(skip)]
    pub category: &'static str,
}

impl Entry {
    /// A message that the customer wrote.
    pub fn inbound(id: String, kind: &str, content: Value, at_ms: i64) -> Self {
        Self {
            id,
            direction: Direction::Inbound,
            kind: kind.to_owned(),
            content,
            reply_to: None,
            forwarded: false,
            at_ms,
            step: Step::Delivered,
            customer_reaction: None,
            business_reaction: None,
            edited: false,
            revoked: false,
            seen: false,
            attempt: None,
            category: "service",
        }
    }

    /// A message that the business sent.
    pub fn outbound(id: String, kind: &str, content: Value, at_ms: i64) -> Self {
        Self {
            direction: Direction::Outbound,
            step: Step::Accepted,
            ..Self::inbound(id, kind, content, at_ms)
        }
    }
}

/// The chat of one customer with one number.
#[derive(Clone, Debug, Serialize)]
pub struct Chat {
    pub phone_number_id: String,
    pub customer: Customer,
    /// Statuses follow by themselves; otherwise the phone page reports delivered and read.
    pub auto: bool,
    /// A person plays this customer: nobody speaks for him.
    pub played: bool,
    pub entries: VecDeque<Entry>,
    /// When the customer wrote last: opens the 24 hours.
    pub last_inbound_ms: Option<i64>,
    pub typing_until_ms: i64,
    #[serde(skip)]
    pub pair: Bucket,
}

impl Chat {
    /// An empty chat.
    pub fn new(phone_number_id: &str, customer: Customer) -> Self {
        Self {
            phone_number_id: phone_number_id.to_owned(),
            customer,
            auto: true,
            played: false,
            entries: VecDeque::new(),
            last_inbound_ms: None,
            typing_until_ms: 0,
            pair: Bucket::pair(),
        }
    }

    /// Puts a message at the end; what scrolls away for it is returned.
    pub fn push(&mut self, entry: Entry) -> Option<Entry> {
        self.entries.push_back(entry);
        if self.entries.len() > MAX_ENTRIES {
            return self.entries.pop_front();
        }
        None
    }

    /// The message of that id.
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.id == id)
    }

    /// The message of that id, to change it.
    pub fn entry_mut(&mut self, id: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().rev().find(|entry| entry.id == id)
    }

    /// Whether free text may be sent now.
    pub fn window_open(&self, now_ms: i64) -> bool {
        self.last_inbound_ms
            .is_some_and(|last| now_ms - last < WINDOW_MS)
    }

    /// The business read up to this message; false when it is not one of the customer's.
    pub fn mark_seen(&mut self, id: &str) -> bool {
        let Some(position) = self
            .entries
            .iter()
            .position(|entry| entry.id == id && entry.direction == Direction::Inbound)
        else {
            return false;
        };
        for entry in self.entries.iter_mut().take(position + 1) {
            if entry.direction == Direction::Inbound {
                entry.seen = true;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_one_message_reads_the_earlier_ones_too() {
        let mut chat = Chat::new("1", Customer::default());
        for id in ["a", "b", "c"] {
            chat.push(Entry::inbound(id.into(), "text", Value::Null, 0));
        }
        assert!(chat.mark_seen("b"));
        let seen: Vec<bool> = chat.entries.iter().map(|entry| entry.seen).collect();
        assert_eq!(seen, [true, true, false]);
        assert!(!chat.mark_seen("nobody"));
    }

    #[test]
    fn the_window_closes_after_24_hours() {
        let mut chat = Chat::new("1", Customer::default());
        assert!(!chat.window_open(0));
        chat.last_inbound_ms = Some(0);
        assert!(chat.window_open(WINDOW_MS - 1));
        assert!(!chat.window_open(WINDOW_MS));
    }
}
