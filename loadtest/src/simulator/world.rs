//! Everything the simulated provider knows, behind one lock: numbers, chats, ledger, files, templates, faults.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Serialize;
use serde_json::Value;

use super::chat::{Chat, Customer, Entry};
use super::error::GraphError;
use super::fault::Faults;
use super::ledger::Ledger;
use super::limit::Bucket;
use super::media::Shelf;
use super::options::{Behaviour, NumberConfig};
use super::{phone, template};

/// Chats kept; the ones opened first go first.
const MAX_CHATS: usize = 100_000;
/// Message ids that can be looked up.
const MAX_FILED: usize = 1_000_000;

/// A business number and its rate.
#[derive(Debug)]
pub struct Number {
    pub config: NumberConfig,
    pub rate: Bucket,
}

/// A callback that gets the webhooks of a number.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Subscription {
    pub phone_number_id: String,
    pub callback_url: String,
    #[serde(skip)]
    pub app_secret: String,
    #[serde(skip)]
    pub business_account_id: String,
}

/// What went out and how it was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Webhooks answered 200.
    pub delivered: u64,
    /// Tries that were not answered 200.
    pub refused: u64,
    /// Webhooks given up after all retries.
    pub given_up: u64,
    /// Webhooks that no queue had room for.
    pub overflowed: u64,
    /// Webhooks that are waiting or on their way.
    pub pending: u64,
}

/// The world.
#[derive(Debug)]
pub struct World {
    pub behaviour: Behaviour,
    pub rng: StdRng,
    pub numbers: BTreeMap<String, Number>,
    pub ledger: Ledger,
    pub faults: Faults,
    pub media: Shelf,
    /// By business account.
    pub templates: BTreeMap<String, Vec<Value>>,
    pub subscriptions: Vec<Arc<Subscription>>,
    pub counters: Counters,
    /// Customers that wrote or were set up, by key.
    chats: HashMap<ChatKey, Chat>,
    order: VecDeque<ChatKey>,
    by_message: HashMap<String, ChatKey>,
    by_user_id: HashMap<String, String>,
}

/// A number and a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChatKey {
    pub phone_number_id: String,
    pub customer: String,
}

impl ChatKey {
    /// The chat of that customer with that number.
    pub fn new(phone_number_id: &str, customer: &str) -> Self {
        Self {
            phone_number_id: phone_number_id.to_owned(),
            customer: customer.to_owned(),
        }
    }
}

impl World {
    /// A world with some numbers and nobody in it.
    pub fn new(seed: u64, behaviour: Behaviour, numbers: Vec<NumberConfig>) -> Self {
        let mut world = Self {
            behaviour,
            rng: StdRng::seed_from_u64(seed),
            numbers: BTreeMap::new(),
            ledger: Ledger::default(),
            faults: Faults::default(),
            media: Shelf::default(),
            templates: BTreeMap::new(),
            subscriptions: Vec::new(),
            counters: Counters::default(),
            chats: HashMap::new(),
            order: VecDeque::new(),
            by_message: HashMap::new(),
            by_user_id: HashMap::new(),
        };
        for number in numbers {
            world.add_number(number);
        }
        world
    }

    /// Adds or replaces a number; its account gets the starter templates.
    pub fn add_number(&mut self, config: NumberConfig) {
        self.templates
            .entry(config.business_account_id.clone())
            .or_insert_with(template::starters);
        let rate = Bucket::throughput(config.tier.per_second());
        self.numbers
            .insert(config.phone_number_id.clone(), Number { config, rate });
    }

    /// The number behind an id, if the token may use it. A token nobody has is 190, a number it can't see 100/33.
    pub fn authorize(
        &self,
        token: Option<&str>,
        phone_number_id: &str,
    ) -> Result<&Number, GraphError> {
        self.check_token(token)?;
        self.numbers
            .get(phone_number_id)
            .filter(|number| Some(number.config.access_token.as_str()) == token)
            .ok_or_else(|| GraphError::unknown_object(phone_number_id))
    }

    /// Whether the token may use a business account.
    pub fn authorize_account(&self, token: Option<&str>, account: &str) -> Result<(), GraphError> {
        self.check_token(token)?;
        let known = self.numbers.values().any(|number| {
            number.config.business_account_id == account
                && Some(number.config.access_token.as_str()) == token
        });
        if known {
            Ok(())
        } else {
            Err(GraphError::unknown_object(account))
        }
    }

    /// Whether anybody has this token.
    pub fn check_token(&self, token: Option<&str>) -> Result<(), GraphError> {
        let known = token.is_some_and(|token| {
            self.numbers
                .values()
                .any(|number| number.config.access_token == token)
        });
        if known {
            Ok(())
        } else {
            Err(GraphError::bad_token())
        }
    }

    /// The chat of a customer with a number, made when it is the first time.
    pub fn chat_mut(&mut self, phone_number_id: &str, customer: &str) -> &mut Chat {
        let customer = self.resolve(customer);
        let key = ChatKey::new(phone_number_id, &customer);
        if !self.chats.contains_key(&key) {
            if self.order.len() >= MAX_CHATS
                && let Some(oldest) = self.order.pop_front()
            {
                self.chats.remove(&oldest);
            }
            self.order.push_back(key.clone());
            let person = self.stranger(&customer);
            self.chats
                .insert(key.clone(), Chat::new(phone_number_id, person));
        }
        self.chats
            .entry(key)
            .or_insert_with(|| Chat::new(phone_number_id, Customer::default()))
    }

    /// The chat, if there is one.
    pub fn chat(&self, phone_number_id: &str, customer: &str) -> Option<&Chat> {
        self.chats
            .get(&ChatKey::new(phone_number_id, &self.resolve(customer)))
    }

    /// The chats of a number.
    pub fn chats_of(&self, phone_number_id: &str) -> impl Iterator<Item = &Chat> {
        self.chats
            .values()
            .filter(move |chat| chat.phone_number_id == phone_number_id)
    }

    /// Adds a message to its chat.
    pub fn push(&mut self, key: &ChatKey, entry: Entry) {
        self.by_message.insert(entry.id.clone(), key.clone());
        let gone = self
            .chat_mut(&key.phone_number_id, &key.customer)
            .push(entry);
        if let Some(gone) = gone {
            self.by_message.remove(&gone.id);
        }
    }

    /// Where a message lies.
    pub fn chat_of_message(&self, id: &str) -> Option<&ChatKey> {
        self.by_message.get(id)
    }

    /// Makes a message findable though it is no bubble of its own (reactions).
    pub fn file_message(&mut self, id: &str, key: &ChatKey) {
        if self.by_message.len() < MAX_FILED {
            self.by_message.insert(id.to_owned(), key.clone());
        }
    }

    /// Sets what is known of a customer.
    pub fn set_customer(&mut self, phone_number_id: &str, customer: Customer) {
        if let (Some(user_id), Some(wa_id)) = (&customer.user_id, &customer.wa_id) {
            self.by_user_id.insert(user_id.clone(), wa_id.clone());
        }
        let key = customer.key().to_owned();
        self.chat_mut(phone_number_id, &key).customer = customer;
    }

    /// The key of a customer that may be named by a user id.
    fn resolve(&self, customer: &str) -> String {
        self.by_user_id
            .get(customer)
            .map_or(customer, String::as_str)
            .to_owned()
    }

    fn stranger(&mut self, key: &str) -> Customer {
        if phone::is_user_id(key) {
            return Customer {
                user_id: Some(key.to_owned()),
                name: "Guest".to_owned(),
                ..Customer::default()
            };
        }
        let user_id = self.behaviour.user_ids.then(|| user_id_of(key));
        if let Some(user_id) = &user_id {
            self.by_user_id.insert(user_id.clone(), key.to_owned());
        }
        Customer {
            wa_id: Some(key.to_owned()),
            user_id,
            name: format!("Customer {}", &key[key.len().saturating_sub(4)..]),
            ..Customer::default()
        }
    }
}

/// The user id that belongs to a number: always the same one.
fn user_id_of(wa_id: &str) -> String {
    let digest = super::signature::digest(wa_id.as_bytes());
    format!("US.{}", hex::encode_upper(&digest[..8]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(id: &str, token: &str) -> NumberConfig {
        NumberConfig {
            phone_number_id: id.into(),
            business_account_id: "9".into(),
            access_token: token.into(),
            app_secret: "s".into(),
            display_phone_number: "+1 555 000 0001".into(),
            verified_name: "Shop".into(),
            tier: super::super::options::Tier::Standard,
        }
    }

    #[test]
    fn a_wrong_token_and_a_wrong_number_are_told_apart() {
        let world = World::new(
            1,
            Behaviour::default(),
            vec![number("1", "A"), number("2", "B")],
        );
        let code = |token, id| {
            world
                .authorize(token, id)
                .err()
                .map(|e| (e.code, e.subcode))
        };
        assert_eq!(code(Some("A"), "1"), None);
        assert_eq!(code(Some("X"), "1"), Some((190, Some(463))));
        assert_eq!(code(None, "1"), Some((190, Some(463))));
        assert_eq!(code(Some("A"), "2"), Some((100, Some(33))));
    }

    #[test]
    fn a_customer_is_found_by_number_and_by_user_id() {
        let mut world = World::new(1, Behaviour::default(), vec![number("1", "A")]);
        let user_id = world.chat_mut("1", "15551112222").customer.user_id.clone();
        let chat = world.chat("1", &user_id.expect("everybody has one"));
        assert_eq!(
            chat.and_then(|c| c.customer.wa_id.as_deref()),
            Some("15551112222")
        );
    }
}
