//! One element of `changes[]`: a field and its value.

use actors::model::inbound::{InboundItem, Notice};
use actors::time::Timestamp;
use serde_json::value::RawValue;

use super::fault::fault;
use super::history;
use super::loose::{Object, keep};
use super::message::{Side, Surroundings, message};
use super::person::{self, Person};
use super::status::status;
use super::{Delivery, Rejected, Webhook};

/// A message of a group is kept as a notice: filed under the one who wrote it, it would look private.
const GROUP_MESSAGE: &str = "messages.group";

/// Reads a change into `webhook`.
pub fn read(raw: &RawValue, account: &str, received_at: Timestamp, webhook: &mut Webhook) {
    let change = Object::read(raw);
    let value = change.as_ref().and_then(|change| change.object("value"));
    let (Some(change), Some(value)) = (change, value) else {
        webhook.rejected.push(Rejected {
            business_account_id: account.to_owned(),
            phone_number_id: None,
            reason: "a change without value",
            raw: raw.get().to_owned(),
        });
        return;
    };
    let metadata = value.object("metadata");
    let named = |key| metadata.as_ref().and_then(|metadata| metadata.text(key));
    let mut reading = Reading {
        account,
        received_at,
        cards: value
            .list("contacts")
            .unwrap_or_default()
            .into_iter()
            .filter_map(Person::read)
            .collect(),
        business: named("display_phone_number"),
        number: named("phone_number_id"),
        items: Vec::new(),
        rejected: Vec::new(),
    };
    let field = change.word("field").unwrap_or_default();
    let understood = match &*field {
        "messages" | "" => reading.messages(&value),
        "smb_message_echoes" | "message_echoes" => reading.echoes(&value),
        "history" => reading.history(&value),
        _ => false,
    };
    if !understood {
        let value = change.json("value").unwrap_or_default();
        reading.notice(&field, value);
    }
    webhook.rejected.append(&mut reading.rejected);
    webhook.deliveries.push(Delivery {
        business_account_id: account.to_owned(),
        phone_number_id: reading.number,
        display_phone_number: reading.business,
        items: reading.items,
    });
}

struct Reading<'a> {
    account: &'a str,
    received_at: Timestamp,
    cards: Vec<Person>,
    business: Option<String>,
    number: Option<String>,
    items: Vec<InboundItem>,
    rejected: Vec<Rejected>,
}

impl Reading<'_> {
    /// Field `messages`: messages, statuses and errors, any of them. False when there is none of them.
    fn messages(&mut self, value: &Object<'_>) -> bool {
        let messages = self.elements(value, "messages");
        let statuses = self.elements(value, "statuses");
        let errors = self.errors(value);
        for raw in messages.iter().flatten() {
            self.customer_message(raw);
        }
        for raw in statuses.iter().flatten() {
            match status(raw, self.received_at) {
                Ok(status) => self.items.extend(status.map(InboundItem::Status)),
                Err(reason) => self.reject(reason, raw),
            }
        }
        messages.is_some() || statuses.is_some() || errors
    }

    fn customer_message(&mut self, raw: &RawValue) {
        let Some(object) = Object::read(raw) else {
            return self.reject("a message that is no object", raw);
        };
        if object.word("group_id").is_some() {
            return self.notice(GROUP_MESSAGE, keep(raw));
        }
        let read = message(&object, raw, Side::Customer, &self.around());
        self.take(read, raw);
    }

    /// What the business wrote with the phone app or another tool.
    fn echoes(&mut self, value: &Object<'_>) -> bool {
        let echoes = self
            .elements(value, "message_echoes")
            .or_else(|| self.elements(value, "messages"));
        let errors = self.errors(value);
        for raw in echoes.iter().flatten() {
            let Some(object) = Object::read(raw) else {
                self.reject("an echo that is no object", raw);
                continue;
            };
            if object.word("group_id").is_some() {
                self.notice(GROUP_MESSAGE, keep(raw));
                continue;
            }
            let contact = person::identities(&object, "to", "to_user_id");
            let read = message(&object, raw, Side::Business(contact), &self.around());
            self.take(read, raw);
        }
        echoes.is_some() || errors
    }

    fn history(&mut self, value: &Object<'_>) -> bool {
        let chunks = self.elements(value, "history");
        let files = self.elements(value, "messages");
        let errors = self.errors(value);
        let (mut items, mut odd) = (Vec::new(), Vec::new());
        let mut reject = |reason, raw: &RawValue| odd.push((reason, raw.get().to_owned()));
        let (around, business) = (self.around(), self.business.as_deref());
        for raw in chunks.iter().flatten() {
            history::chunk(raw, business, &around, &mut items, &mut reject);
        }
        for raw in files.iter().flatten() {
            history::one(raw, None, business, &around, &mut items, &mut reject);
        }
        self.items.append(&mut items);
        for (reason, raw) in odd {
            self.reject_text(reason, raw);
        }
        chunks.is_some() || files.is_some() || errors
    }

    /// Errors of the account or app; true when there are any.
    fn errors(&mut self, value: &Object<'_>) -> bool {
        let errors = self.elements(value, "errors");
        for raw in errors.iter().flatten() {
            match fault(raw) {
                Some(fault) => self.items.push(InboundItem::Fault(fault)),
                None => self.reject("an error without code", raw),
            }
        }
        errors.is_some()
    }

    /// The elements under `key`; something else than a list is put aside.
    fn elements<'v>(&mut self, value: &Object<'v>, key: &str) -> Option<Vec<&'v RawValue>> {
        let raw = value.raw(key)?;
        let elements = value.list(key);
        if elements.is_none() {
            self.reject("something else where a list is expected", raw);
        }
        Some(elements.unwrap_or_default())
    }

    fn take(
        &mut self,
        read: Result<actors::model::inbound::InboundMessage, &'static str>,
        raw: &RawValue,
    ) {
        match read {
            Ok(message) => self.items.push(InboundItem::Message(message)),
            Err(reason) => self.reject(reason, raw),
        }
    }

    fn notice(&mut self, field: &str, value: actors::model::json::Json) {
        self.items.push(InboundItem::Notice(Notice {
            field: field.to_owned(),
            business_account_id: self.account.to_owned(),
            value,
        }));
    }

    fn reject(&mut self, reason: &'static str, raw: &RawValue) {
        self.reject_text(reason, raw.get().to_owned());
    }

    fn reject_text(&mut self, reason: &'static str, raw: String) {
        self.rejected.push(Rejected {
            business_account_id: self.account.to_owned(),
            phone_number_id: self.number.clone(),
            reason,
            raw,
        });
    }

    fn around(&self) -> Surroundings<'_> {
        Surroundings {
            cards: &self.cards,
            received_at: self.received_at,
        }
    }
}
