//! Customers writing: every kind of inbound message, put on the phone and sent to the hub.

mod content;
mod events;
mod say;
mod tap;

pub use say::{File, Say, Writing};

use serde_json::{Value, json};

use super::chat::{Customer, Direction, Entry};
use super::core::Core;
use super::phone;
use super::wamid;
use super::world::{ChatKey, World};

/// Why a customer could not write.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WritingError {
    #[error("the number {0} does not exist here")]
    UnknownNumber(String),
    #[error("{0:?} is neither a telephone number nor a user id")]
    BadCustomer(String),
    #[error("the chat has no message {0}")]
    UnknownMessage(String),
    #[error("that message has nothing to tap there")]
    NothingToTap,
    #[error("the file is not valid base64 or too large")]
    BadFile,
    #[error("too many webhooks are waiting already")]
    QueueFull,
}

/// What a writing became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub wamid: String,
    pub customer: String,
}

/// One webhook to come.
pub(super) struct Planned {
    pub after_ms: u64,
    pub change: Value,
}

/// A customer writes to a number.
pub fn write(
    core: &std::sync::Arc<Core>,
    customer: &str,
    writing: &Writing,
) -> Result<Written, WritingError> {
    let now_ms = Core::now_ms();
    let (written, planned, bubbles) = {
        let mut world = core.world();
        compose(&mut world, core.url(), customer, writing, now_ms)?
    };
    let key = ChatKey::new(&writing.phone_number_id, &written.customer);
    for bubble in bubbles {
        core.tell(&key, "message", json!({ "message": bubble }));
    }
    let mut all = true;
    for Planned { after_ms, change } in planned {
        if after_ms == 0 {
            all &= core.deliver(&key, &change);
            continue;
        }
        let (task_core, key) = (std::sync::Arc::clone(core), key.clone());
        core.spawn(async move {
            tokio::time::sleep(task_core.pause(after_ms)).await;
            task_core.deliver(&key, &change);
        });
    }
    if all {
        Ok(written)
    } else {
        Err(WritingError::QueueFull)
    }
}

type Composed = (Written, Vec<Planned>, Vec<Entry>);

fn compose(
    world: &mut World,
    url: &str,
    customer: &str,
    writing: &Writing,
    now_ms: i64,
) -> Result<Composed, WritingError> {
    let number = writing.phone_number_id.as_str();
    if !world.numbers.contains_key(number) {
        return Err(WritingError::UnknownNumber(number.to_owned()));
    }
    let key = ChatKey::new(number, &customer_key(customer)?);
    let person = introduce(world, &key, writing);
    if let Some(number) = world.numbers.get_mut(number) {
        number.rate.charge(now_ms);
    }
    let id = writing
        .id
        .clone()
        .unwrap_or_else(|| wamid::fresh(&mut world.rng, &key.customer));
    let at_ms = writing.timestamp.map_or(now_ms, |seconds| seconds * 1000);
    let scene = Scene {
        url,
        key: &key,
        person: &person,
        id: &id,
        at_ms,
        writing,
    };
    let written = Written {
        wamid: id.clone(),
        customer: key.customer.clone(),
    };
    if let Some(planned) = events::compose(world, &scene)? {
        let bubble = world.chat(number, &key.customer).and_then(|chat| {
            let changed = writing.say.target().unwrap_or(&id);
            chat.entry(changed).cloned()
        });
        return Ok((written, planned, bubble.into_iter().collect()));
    }
    let (kind, value) = content::compose(world, &scene)?;
    let mut message = scene.head();
    message["type"] = kind.as_str().into();
    message[kind.as_str()] = value.clone();
    if let Some(context) = scene.context(world) {
        message["context"] = context;
    }
    if let Some(referral) = &writing.referral {
        message["referral"] = referral.clone();
    }
    let mut entry = Entry::inbound(id.clone(), &kind, value, at_ms);
    entry.reply_to = message["context"]["id"].as_str().map(str::to_owned);
    entry.forwarded = writing.forwarded.is_some();
    world.push(&key, entry.clone());
    let chat = world.chat_mut(number, &key.customer);
    chat.last_inbound_ms = Some(chat.last_inbound_ms.unwrap_or(i64::MIN).max(at_ms));
    let change = scene.messages(world, vec![message], true);
    Ok((
        written,
        vec![Planned {
            after_ms: 0,
            change,
        }],
        vec![entry],
    ))
}

/// Everything known about one writing.
struct Scene<'a> {
    url: &'a str,
    key: &'a ChatKey,
    person: &'a Customer,
    id: &'a str,
    at_ms: i64,
    writing: &'a Writing,
}

impl Scene<'_> {
    /// Sender, id and time, without a type.
    fn head(&self) -> Value {
        let mut head = json!({"id": self.id, "timestamp": (self.at_ms / 1000).to_string()});
        if let Some(wa_id) = &self.person.wa_id {
            head["from"] = wa_id.as_str().into();
        }
        if let Some(user_id) = &self.person.user_id {
            head["from_user_id"] = user_id.as_str().into();
        }
        head
    }

    /// The quoted message or the forwarded mark.
    fn context(&self, world: &World) -> Option<Value> {
        match self.writing.forwarded.as_deref() {
            Some("often") => return Some(json!({"frequently_forwarded": true})),
            Some(_) => return Some(json!({"forwarded": true})),
            None => {}
        }
        let quoted = self
            .writing
            .reply_to
            .as_deref()
            .or_else(|| self.writing.say.tapped())?;
        let chat = world.chat(&self.key.phone_number_id, &self.key.customer);
        let outbound = chat
            .and_then(|chat| chat.entry(quoted))
            .is_none_or(|entry| entry.direction == Direction::Outbound);
        let from = if outbound {
            display_digits(world, &self.key.phone_number_id)
        } else {
            self.person.wa_id.clone().unwrap_or_default()
        };
        Some(json!({"from": from, "id": quoted}))
    }

    /// A `messages` change around some messages.
    fn messages(&self, world: &World, messages: Vec<Value>, with_contact: bool) -> Value {
        let mut value = json!({
            "messaging_product": "whatsapp",
            "metadata": metadata(world, &self.key.phone_number_id),
            "messages": messages,
        });
        if with_contact {
            value["contacts"] = json!([self.contact()]);
        }
        json!({"field": "messages", "value": value})
    }

    fn contact(&self) -> Value {
        let mut contact = json!({"profile": {"name": self.person.name}});
        if let Some(username) = &self.person.username {
            contact["profile"]["username"] = username.as_str().into();
        }
        if let Some(wa_id) = &self.person.wa_id {
            contact["wa_id"] = wa_id.as_str().into();
        }
        if let Some(user_id) = &self.person.user_id {
            contact["user_id"] = user_id.as_str().into();
        }
        contact
    }
}

/// The digits, or the user id, that a path names.
pub fn customer_key(customer: &str) -> Result<String, WritingError> {
    if phone::is_user_id(customer) {
        return Ok(customer.to_owned());
    }
    phone::canonical(customer).ok_or_else(|| WritingError::BadCustomer(customer.to_owned()))
}

/// Makes or updates the customer as the writing describes him.
fn introduce(world: &mut World, key: &ChatKey, writing: &Writing) -> Customer {
    let mut person = world
        .chat_mut(&key.phone_number_id, &key.customer)
        .customer
        .clone();
    if let Some(name) = &writing.name {
        person.name.clone_from(name);
    }
    if writing.username.is_some() {
        person.username.clone_from(&writing.username);
    }
    if writing.user_id.is_some() {
        person.user_id.clone_from(&writing.user_id);
    }
    world.set_customer(&key.phone_number_id, person.clone());
    person
}

pub(super) fn metadata(world: &World, phone_number_id: &str) -> Value {
    json!({
        "display_phone_number": display_digits(world, phone_number_id),
        "phone_number_id": phone_number_id,
    })
}

fn display_digits(world: &World, phone_number_id: &str) -> String {
    world
        .numbers
        .get(phone_number_id)
        .map_or_else(String::new, |number| {
            number
                .config
                .display_phone_number
                .chars()
                .filter(char::is_ascii_digit)
                .collect()
        })
}
