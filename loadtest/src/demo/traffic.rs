//! The demo's life: its people with their histories on the phones, a new message every ten seconds or so, and
//! answers to what agents write.

use std::sync::Arc;

use rand::Rng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::{DemoEntry, NUMBERS, contacts, histories, talk};
use crate::simulator::{
    self, ChatKey, Core, Customer, Direction, Entry, Say, Step, World, Writing,
};

/// Pause between two customers, in milliseconds.
const PAUSE_MS: std::ops::Range<u64> = 6_000..15_000;
/// How long a customer thinks about an answer.
const THINK_MS: std::ops::Range<u64> = 3_000..8_000;
/// Share of an agent's messages that get an answer.
const ANSWERS: f64 = 0.65;
/// Of the answers, this share is only an emoji on the message.
const REACTIONS: f64 = 0.15;

/// Puts people and histories on the phones, so that windows are open and quoted messages exist.
pub fn settle(core: &Core) {
    let now_ms = Core::now_ms();
    let people = contacts();
    let mut world = core.world();
    for (index, person) in people.iter().enumerate() {
        let number = NUMBERS[usize::from(person.language == "pt")];
        meet(&mut world, number.phone_number_id, &people[index]);
    }
    for history in histories() {
        let (Some(person), Some(number)) =
            (people.get(history.contact), NUMBERS.get(history.number))
        else {
            continue;
        };
        meet(&mut world, number.phone_number_id, person);
        let key = ChatKey::new(number.phone_number_id, &person.wa_id);
        let ids: Vec<Option<String>> = history
            .entries
            .iter()
            .map(|entry| entry.provider_id.clone())
            .collect();
        for entry in &history.entries {
            remember(&mut world, &key, entry, &ids, now_ms);
        }
    }
}

fn meet(world: &mut World, number: &str, person: &super::DemoContact) {
    let mut customer = world.chat_mut(number, &person.wa_id).customer.clone();
    customer.name.clone_from(&person.name);
    customer.language = Some(person.language.clone());
    world.set_customer(number, customer);
}

fn remember(
    world: &mut World,
    key: &ChatKey,
    entry: &DemoEntry,
    ids: &[Option<String>],
    now_ms: i64,
) {
    let Some(id) = entry.provider_id.clone() else {
        return;
    };
    let at_ms = now_ms - entry.minutes_ago * 60_000;
    let mut content = entry.content.clone();
    if let Some((mime_type, bytes)) = entry.media.as_deref().and_then(histories::media) {
        let medium = world.media.put(
            &mut world.rng,
            &key.phone_number_id,
            mime_type,
            entry.media.clone(),
            bytes.into(),
        );
        content["id"] = medium.into();
    }
    let inbound = entry.direction == "inbound";
    let mut bubble = if inbound {
        Entry::inbound(id, &entry.kind, content, at_ms)
    } else {
        Entry::outbound(id, &entry.kind, content, at_ms)
    };
    if entry.kind == "template" {
        bubble.content["shown"] = json!({ "body": entry.text });
    }
    if entry.status.as_deref() == Some("failed") {
        return;
    }
    bubble.step = Step::Read;
    bubble.seen = true;
    bubble.reply_to = entry
        .reply_to
        .and_then(|place| ids.get(place).cloned().flatten());
    if inbound {
        bubble.business_reaction.clone_from(&entry.reaction);
    } else {
        bubble.customer_reaction.clone_from(&entry.reaction);
    }
    world.push(key, bubble);
    if inbound {
        let chat = world.chat_mut(&key.phone_number_id, &key.customer);
        chat.last_inbound_ms = Some(chat.last_inbound_ms.unwrap_or(i64::MIN).max(at_ms));
    }
}

/// A new message from somebody, again and again.
pub async fn run(core: Arc<Core>) {
    let people = contacts();
    if people.is_empty() {
        return;
    }
    loop {
        let ms = core.world().rng.random_range(PAUSE_MS);
        tokio::time::sleep(core.pause(ms)).await;
        let (customer, writing) = {
            let mut world = core.world();
            let Some(person) = people.choose(&mut world.rng) else {
                return;
            };
            let at_home = person.language == "pt" || world.rng.random_bool(0.1);
            let number = NUMBERS[usize::from(at_home)].phone_number_id;
            let connected = world
                .subscriptions
                .iter()
                .any(|s| s.phone_number_id == number);
            let played = world
                .chat(number, &person.wa_id)
                .is_some_and(|chat| chat.played);
            if !connected || played {
                continue;
            }
            let say = beginning(&person.language, &mut world.rng);
            (person, Writing::new(number, say).named(&person.name))
        };
        if let Err(error) = simulator::write(&core, &customer.wa_id, &writing) {
            tracing::debug!(%error, "a demo customer could not write");
        }
    }
}

/// Mostly text, sometimes anything else.
fn beginning(language: &str, rng: &mut impl Rng) -> Say {
    let file = simulator::File::default;
    match rng.random_range(0..40) {
        0..=2 => Say::Image {
            file: file(),
            caption: Some(talk::caption(language, rng)),
        },
        3..=4 => Say::Voice { file: file() },
        5 => Say::Video {
            file: file(),
            caption: None,
        },
        6 => Say::Document {
            file: file(),
            caption: None,
        },
        7 => Say::Sticker {
            file: file(),
            animated: false,
        },
        8 => Say::Location {
            latitude: 46.5286,
            longitude: 8.5943,
            name: Some("Trailhead".to_owned()),
            address: None,
        },
        9 => Say::Contacts {
            cards: vec![json!({
                "name": {"formatted_name": "Robin Hale", "first_name": "Robin", "last_name": "Hale"},
                "phones": [{"phone": "+44 7700 900321", "wa_id": "447700900321", "type": "MOBILE"}],
            })],
        },
        10 => Say::Unsupported {
            what: Some("poll_creation".to_owned()),
        },
        11 => Say::Order {
            catalog_id: "410000000000001".to_owned(),
            text: None,
            product_items: vec![
                json!({"product_retailer_id": "TENT-POLAR-2", "quantity": 1, "item_price": 289.0, "currency": "EUR"}),
                json!({"product_retailer_id": "PEG-SET", "quantity": 2, "item_price": 9.5, "currency": "EUR"}),
            ],
        },
        _ => Say::Text {
            body: talk::opener(language, rng),
        },
    }
}

/// Lets a customer answer a message of the business, or not.
pub fn answer(core: &Arc<Core>, key: &ChatKey, bubble: &Entry) {
    let plan = {
        let mut world = core.world();
        let Some(chat) = world.chat(&key.phone_number_id, &key.customer) else {
            return;
        };
        if chat.played || bubble.direction != Direction::Outbound {
            return;
        }
        let customer: Customer = chat.customer.clone();
        let rng = &mut world.rng;
        rng.random_bool(ANSWERS).then(|| {
            (
                rng.random_range(THINK_MS),
                reaction_to(bubble, &customer, rng),
            )
        })
    };
    let Some((ms, say)) = plan else {
        return;
    };
    let (task_core, key) = (Arc::clone(core), key.clone());
    core.spawn(async move {
        tokio::time::sleep(task_core.pause(ms)).await;
        let writing = Writing::new(&key.phone_number_id, say);
        if let Err(error) = simulator::write(&task_core, &key.customer, &writing) {
            tracing::debug!(%error, "a demo customer could not answer");
        }
    });
}

fn reaction_to(bubble: &Entry, customer: &Customer, rng: &mut impl Rng) -> Say {
    if let Some(choices) = choices(bubble) {
        return Say::Tap {
            message_id: bubble.id.clone(),
            index: rng.random_range(0..choices),
        };
    }
    if rng.random_bool(REACTIONS) {
        let emoji = ["👍", "❤️", "🙏", "😂", "🎉"];
        return Say::Reaction {
            message_id: bubble.id.clone(),
            emoji: emoji.choose(rng).map(|emoji| (*emoji).to_owned()),
        };
    }
    Say::Text {
        body: talk::answer(customer.language.as_deref().unwrap_or("en"), rng),
    }
}

/// How many things of a message can be tapped.
fn choices(bubble: &Entry) -> Option<usize> {
    let count = match (bubble.kind.as_str(), bubble.content["type"].as_str()) {
        ("interactive", Some("button")) => bubble.content["action"]["buttons"].as_array()?.len(),
        ("interactive", Some("list")) => bubble.content["action"]["sections"]
            .as_array()?
            .iter()
            .filter_map(|section| section["rows"].as_array())
            .map(Vec::len)
            .sum(),
        ("template", _) => {
            let buttons = bubble.content.pointer("/shown/buttons")?.as_array()?;
            let all_replies = buttons
                .iter()
                .all(|button: &Value| button["type"] == "QUICK_REPLY");
            if all_replies { buttons.len() } else { 0 }
        }
        _ => 0,
    };
    (count > 0).then_some(count)
}
