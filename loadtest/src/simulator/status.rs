//! What becomes of an accepted message: sent, delivered, read, played or failed, told by webhooks.

use std::sync::Arc;

use rand::Rng;
use serde_json::{Value, json};

use super::chat::{Direction, Entry, Step};
use super::core::Core;
use super::error::GraphError;
use super::options::Statuses;
use super::world::{ChatKey, World};

/// What will happen to a message, decided when it is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The usual ladder.
    Arrives,
    /// Only `sent` (reactions).
    SentOnly,
    /// `failed` with this code.
    Fails(i64),
}

/// Tells the statuses of a message one after the other.
pub async fn follow(core: Arc<Core>, key: ChatKey, wamid: String, fate: Fate, already_sent: bool) {
    let plan = plan(&mut core.world(), &key, &wamid, &fate);
    for (pause_ms, step) in plan {
        if pause_ms > 0 {
            tokio::time::sleep(core.pause(pause_ms)).await;
        }
        if already_sent && step == Step::Sent {
            continue;
        }
        let code = match fate {
            Fate::Fails(code) if step == Step::Failed => Some(code),
            _ => None,
        };
        tell(&core, &key, &wamid, step, code);
    }
}

/// The steps to come, each with the pause before it.
fn plan(world: &mut World, key: &ChatKey, wamid: &str, fate: &Fate) -> Vec<(u64, Step)> {
    let realistic = match world.behaviour.statuses {
        Statuses::Realistic => true,
        Statuses::Instant => false,
        Statuses::Manual => {
            return match fate {
                Fate::Fails(_) => vec![(0, Step::Failed)],
                Fate::Arrives | Fate::SentOnly => Vec::new(),
            };
        }
    };
    let chat = world.chat(&key.phone_number_id, &key.customer);
    let auto = chat.is_none_or(|chat| chat.auto);
    let voice = chat
        .and_then(|chat| chat.entry(wamid))
        .is_some_and(|entry| entry.content.get("voice") == Some(&Value::Bool(true)));
    let behaviour = world.behaviour.clone();
    let rng = &mut world.rng;
    let mut ms = |from: u64, to: u64| {
        if realistic {
            rng.random_range(from..to)
        } else {
            0
        }
    };
    let mut steps = match fate {
        Fate::Fails(_) => return vec![(ms(300, 1_500), Step::Failed)],
        Fate::SentOnly => return vec![(ms(100, 400), Step::Sent)],
        Fate::Arrives => vec![(ms(80, 400), Step::Sent)],
    };
    if !auto {
        return steps;
    }
    let (to_delivered, to_read, to_played) = (ms(300, 1_500), ms(1_500, 6_000), ms(3_000, 9_000));
    let rng = &mut world.rng;
    let delivered = !rng.random_bool(behaviour.skip_delivered.clamp(0.0, 1.0));
    let read = !rng.random_bool(behaviour.never_read.clamp(0.0, 1.0));
    if delivered || !read {
        steps.push((to_delivered, Step::Delivered));
    }
    if read {
        steps.push((to_read, Step::Read));
        if voice {
            steps.push((to_played, Step::Played));
        }
    }
    steps
}

/// Tells one status of a message now; false when nobody knows the message.
pub fn tell(core: &Core, key: &ChatKey, wamid: &str, step: Step, code: Option<i64>) -> bool {
    let change = {
        let mut world = core.world();
        let Some(number) = world.numbers.get(&key.phone_number_id) else {
            return false;
        };
        let metadata = json!({
            "display_phone_number": digits(&number.config.display_phone_number),
            "phone_number_id": key.phone_number_id,
        });
        let attempt = world
            .ledger
            .by_wamid(wamid)
            .map(|attempt| attempt.attempt.clone())
            .filter(|attempt| attempt != wamid);
        let window_open = world
            .chat(&key.phone_number_id, &key.customer)
            .is_some_and(|chat| chat.window_open(Core::now_ms()));
        world.ledger.told(wamid, step.as_str());
        let chat = world.chat_mut(&key.phone_number_id, &key.customer);
        let customer = chat.customer.clone();
        let category = match chat.entry_mut(wamid) {
            Some(entry) => {
                raise(entry, step);
                entry.category
            }
            None => "service",
        };
        let mut status = json!({
            "id": wamid,
            "status": step.as_str(),
            "timestamp": (Core::now_ms() / 1000).to_string(),
        });
        if let Some(wa_id) = &customer.wa_id {
            status["recipient_id"] = wa_id.as_str().into();
        }
        if let Some(user_id) = customer
            .user_id
            .as_deref()
            .filter(|_| step != Step::Failed || customer.wa_id.is_none())
        {
            status["recipient_user_id"] = user_id.into();
        }
        if let Some(attempt) = attempt {
            status["biz_opaque_callback_data"] = attempt.into();
        }
        if matches!(step, Step::Sent | Step::Delivered) {
            status["pricing"] = pricing(category, window_open);
        }
        if let Some(code) = code {
            status["errors"] = json!([GraphError::new(code, details_of(code)).in_webhook()]);
        }
        json!({"field": "messages", "value": {
            "messaging_product": "whatsapp", "metadata": metadata, "statuses": [status],
        }})
    };
    core.tell(
        key,
        "status",
        json!({"id": wamid, "step": step, "code": code}),
    );
    core.deliver(key, &change)
}

/// The phone reports delivered or read for everything that the business sent so far.
pub fn phone_saw(core: &Core, key: &ChatKey, step: Step) -> usize {
    let waiting: Vec<String> = {
        let world = core.world();
        world
            .chat(&key.phone_number_id, &key.customer)
            .into_iter()
            .flat_map(|chat| &chat.entries)
            .filter(|entry| {
                entry.direction == Direction::Outbound
                    && entry.step < step
                    && entry.attempt.is_some()
            })
            .map(|entry| entry.id.clone())
            .collect()
    };
    for wamid in &waiting {
        tell(core, key, wamid, step, None);
    }
    waiting.len()
}

fn raise(entry: &mut Entry, step: Step) {
    if step > entry.step && (step != Step::Failed || entry.step < Step::Delivered) {
        entry.step = step;
    }
}

fn pricing(category: &str, window_open: bool) -> Value {
    let free = category == "service" || (category == "utility" && window_open);
    json!({
        "billable": !free,
        "pricing_model": "PMP",
        "type": if free { "free_customer_service" } else { "regular" },
        "category": category,
    })
}

fn details_of(code: i64) -> &'static str {
    match code {
        131047 => {
            "Message failed to send because more than 24 hours have passed since the customer last replied to this number."
        }
        131026 => "Message Undeliverable.",
        131049 => {
            "In order to maintain a healthy ecosystem engagement, the message failed to be delivered."
        }
        _ => "The message could not be delivered.",
    }
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::super::options::Behaviour;
    use super::*;

    fn steps(behaviour: Behaviour, fate: &Fate) -> Vec<Step> {
        let mut world = World::new(1, behaviour, Vec::new());
        plan(
            &mut world,
            &ChatKey::new("1", "15550001111"),
            "wamid.A",
            fate,
        )
        .into_iter()
        .map(|(_, step)| step)
        .collect()
    }

    #[test]
    fn a_message_is_sent_then_delivered_then_read() {
        let ladder = [Step::Sent, Step::Delivered, Step::Read];
        assert_eq!(steps(Behaviour::default(), &Fate::Arrives), ladder);
        assert_eq!(steps(Behaviour::default(), &Fate::SentOnly), [Step::Sent]);
        assert_eq!(
            steps(Behaviour::default(), &Fate::Fails(131026)),
            [Step::Failed]
        );
    }

    #[test]
    fn delivered_can_be_missing_but_then_read_comes() {
        let behaviour = Behaviour {
            skip_delivered: 1.0,
            ..Behaviour::default()
        };
        assert_eq!(steps(behaviour, &Fate::Arrives), [Step::Sent, Step::Read]);
    }

    #[test]
    fn nothing_follows_by_itself_when_statuses_are_manual() {
        let behaviour = Behaviour {
            statuses: Statuses::Manual,
            ..Behaviour::default()
        };
        assert!(steps(behaviour, &Fate::Arrives).is_empty());
    }

    #[test]
    fn a_utility_template_is_free_inside_the_window() {
        assert_eq!(pricing("utility", true)["billable"], false);
        assert_eq!(pricing("utility", false)["billable"], true);
        assert_eq!(pricing("marketing", true)["billable"], true);
    }
}
