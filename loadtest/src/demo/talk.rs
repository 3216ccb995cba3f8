//! What the demo's customers say, in seven languages.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rand::Rng;
use rand::seq::IndexedRandom;
use serde::Deserialize;

const FILE: &str = include_str!("../../demo/talk.json");

static BOOK: LazyLock<BTreeMap<String, Phrases>> =
    LazyLock::new(|| serde_json::from_str(FILE).unwrap_or_default());

/// The phrases of one language.
#[derive(Debug, Deserialize)]
pub struct Phrases {
    /// How a conversation begins.
    openers: Vec<String>,
    /// How it goes on after an agent wrote.
    answers: Vec<String>,
    /// What stands under a picture.
    captions: Vec<String>,
}

/// A first message.
pub fn opener(language: &str, rng: &mut impl Rng) -> String {
    pick(&phrases(language).openers, rng)
}

/// An answer to an agent.
pub fn answer(language: &str, rng: &mut impl Rng) -> String {
    pick(&phrases(language).answers, rng)
}

/// A caption.
pub fn caption(language: &str, rng: &mut impl Rng) -> String {
    pick(&phrases(language).captions, rng)
}

fn phrases(language: &str) -> &'static Phrases {
    static SILENCE: Phrases = Phrases {
        openers: Vec::new(),
        answers: Vec::new(),
        captions: Vec::new(),
    };
    BOOK.get(language)
        .or_else(|| BOOK.get("en"))
        .unwrap_or(&SILENCE)
}

fn pick(phrases: &[String], rng: &mut impl Rng) -> String {
    phrases
        .choose(rng)
        .cloned()
        .unwrap_or_else(|| "👋".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_the_contacts_can_be_spoken() {
        for contact in crate::demo::contacts() {
            let phrases = BOOK.get(&contact.language);
            assert!(
                phrases.is_some_and(|p| !p.openers.is_empty()
                    && !p.answers.is_empty()
                    && !p.captions.is_empty()),
                "{}",
                contact.language
            );
        }
    }
}
