//! Who a message is from or to: phone number, business-scoped user id, and the contact card that fits.

use actors::model::contact::{Identity, IdentityKind, fold_phone};
use serde_json::value::RawValue;

use super::loose::Object;

/// A card of `value.contacts[]`.
#[derive(Debug)]
pub struct Person {
    identities: Vec<Identity>,
    pub name: Option<String>,
    pub username: Option<String>,
}

impl Person {
    /// The card in `raw`; None when it is no object.
    pub fn read(raw: &RawValue) -> Option<Self> {
        let card = Object::read(raw)?;
        let profile = card.object("profile");
        let username = profile
            .as_ref()
            .and_then(|profile| profile.word("username"))
            .or_else(|| card.word("username"));
        Some(Self {
            identities: identities(&card, "wa_id", "user_id"),
            name: profile
                .and_then(|profile| profile.word("name"))
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty()),
            username: username
                .map(|name| name.trim().trim_start_matches('@').to_owned())
                .filter(|name| !name.is_empty()),
        })
    }

    fn is_one_of(&self, named: &[Identity]) -> bool {
        self.identities
            .iter()
            .any(|own| named.iter().any(|other| same(own, other)))
    }
}

/// The identities that an object names under a phone's key and a user id's key.
pub fn identities(object: &Object<'_>, phone_key: &str, user_key: &str) -> Vec<Identity> {
    let mut found = Vec::with_capacity(2);
    for key in [phone_key, user_key] {
        if let Some(word) = object.word(key) {
            add(&mut found, identity(&word));
        }
    }
    found
}

/// What `word` is: some providers put a user id where a phone number is expected.
pub fn identity(word: &str) -> Identity {
    let word = word.trim();
    if let Some(digits) = phone_digits(word) {
        return Identity {
            kind: IdentityKind::Phone,
            value: digits,
        };
    }
    let kind = match word.ends_with("@lid") {
        true => IdentityKind::Lid,
        false => IdentityKind::UserId,
    };
    Identity {
        kind,
        value: word.to_owned(),
    }
}

/// The card that belongs to those who are named; it is never guessed by its place in the list.
pub fn find<'a>(cards: &'a [Person], named: &[Identity]) -> Option<&'a Person> {
    match (named, cards) {
        // A message that names nobody, with one card: that is who it is.
        ([], [only]) => Some(only),
        _ => cards.iter().find(|card| card.is_one_of(named)),
    }
}

/// Those who are named and what else their card calls them.
pub fn with_card(mut named: Vec<Identity>, card: Option<&Person>) -> Vec<Identity> {
    for other in card.into_iter().flat_map(|card| &card.identities) {
        // A second spelling of the same phone number adds nothing; the message's own comes first.
        if !named.iter().any(|own| own.kind == other.kind) {
            add(&mut named, other.clone());
        }
    }
    named
}

/// Whether both write the same phone number, give or take national variants.
pub fn same_phone(a: &str, b: &str) -> bool {
    fold_phone(a) == fold_phone(b)
}

fn same(a: &Identity, b: &Identity) -> bool {
    a.kind == b.kind
        && (a.value == b.value || (a.kind == IdentityKind::Phone && same_phone(&a.value, &b.value)))
}

fn add(found: &mut Vec<Identity>, identity: Identity) {
    if !identity.value.is_empty() && !found.contains(&identity) {
        found.push(identity);
    }
}

fn phone_digits(word: &str) -> Option<String> {
    let written_like_one = word
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | ' '));
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    (written_like_one && !digits.is_empty()).then_some(digits)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn card(text: &str) -> Person {
        Person::read(&RawValue::from_string(text.to_owned()).unwrap()).unwrap()
    }

    #[test]
    fn the_card_is_matched_by_what_it_names_and_not_by_its_place() {
        let cards = [
            card(r#"{"wa_id":"15550000001","profile":{"name":"One"}}"#),
            card(r#"{"user_id":"US.2","profile":{"name":"Two","username":"@two"}}"#),
            card(r#"{"wa_id":"5511987654321","profile":{"name":"Three"}}"#),
        ];
        let name_of = |word: &str| {
            let card = find(&cards, &[identity(word)]);
            card.and_then(|card| card.name.clone())
        };
        assert_eq!(name_of("US.2").as_deref(), Some("Two"));
        assert_eq!(
            name_of("551187654321").as_deref(),
            Some("Three"),
            "without the ninth digit"
        );
        assert_eq!(name_of("15550000009"), None);
        assert!(
            find(&cards, &[]).is_none(),
            "nobody is named and there are several"
        );
        assert_eq!(cards[1].username.as_deref(), Some("two"));
    }

    #[test]
    fn a_user_id_in_the_place_of_a_phone_number_is_seen_as_one() {
        assert_eq!(identity("+1 (555) 000-1111").value, "15550001111");
        assert_eq!(identity("US.1A2B").kind, IdentityKind::UserId);
        assert_eq!(identity("123456@lid").kind, IdentityKind::Lid);
    }
}
