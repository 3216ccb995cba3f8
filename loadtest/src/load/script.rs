//! What is said: for each number a kind, a length and words, always the same for one seed.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rand::Rng;
use rand::rngs::SmallRng;

use super::chance::{Of, chance};
use super::marker::{Marked, Marker};
use super::profile::{Kind, Profile};
use super::size::Size;
use crate::simulator::sample;

/// Words of one to twelve bytes in some scripts; none needs an escape in JSON.
const WORDS: [&str; 32] = [
    "hello",
    "is",
    "my",
    "order",
    "on",
    "the",
    "way",
    "please",
    "thanks",
    "a",
    "size",
    "larger",
    "tomorrow",
    "möchte",
    "Größe",
    "für",
    "schön",
    "gracias",
    "mañana",
    "você",
    "pedido",
    "merci",
    "déjà",
    "спасибо",
    "привет",
    "नमस्ते",
    "谢谢",
    "مرحبا",
    "👍",
    "🎒",
    "still",
    "waiting",
];
/// One picture in three says something.
const CAPTIONED: f64 = 0.3;

/// A file at the provider, as webhooks name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub id: String,
    pub mime_type: String,
    /// Base64 of the digest.
    pub sha256: String,
}

/// The kinds, lengths and words of a run; cheap to clone.
#[derive(Clone)]
pub struct Script {
    profile: Profile,
    /// None is always the same sentence.
    size: Option<Size>,
    seed: u64,
    /// Files that exist; without one an id is made up, and the hub will not find it.
    files: Arc<BTreeMap<&'static str, File>>,
    /// The last message of each contact that was acknowledged, plus one: what reactions are for.
    last: Arc<[AtomicU64]>,
}

impl Script {
    /// The same sentence for everybody, as long as people write on average.
    pub fn plain() -> Self {
        Self::new(Profile::default(), None, 0, BTreeMap::new(), 0)
    }

    /// A script for contacts whose numbers lie below `contacts`.
    pub fn new(
        profile: Profile,
        size: Option<Size>,
        seed: u64,
        files: BTreeMap<&'static str, File>,
        contacts: u32,
    ) -> Self {
        Self {
            profile,
            size,
            seed,
            files: Arc::new(files),
            last: (0..contacts).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// What the message is to be; a contact that said nothing yet has nothing to react to.
    pub fn kind(&self, marked: Marked) -> Kind {
        if self.profile.is_plain() {
            return Kind::Text;
        }
        let kind = self.profile.pick(&mut self.chance(marked.number));
        match kind {
            Kind::Reaction if self.last_of(marked.contact).is_none() => Kind::Text,
            kind => kind,
        }
    }

    /// The hub has the message: from now on the contact may react to it.
    pub fn heard(&self, marked: Marked) {
        if let Some(last) = self.last.get(marked.contact as usize) {
            last.store(marked.number + 1, Ordering::Relaxed);
        }
    }

    /// Writes `"type":…` and the object of that type.
    pub fn write(&self, out: &mut Vec<u8>, marker: &Marker, marked: Marked, kind: Kind) {
        if kind == Kind::Text && self.size.is_none() {
            // Writing to a Vec can't fail, here and below.
            let _ = write!(
                out,
                "\"type\":\"text\",\"text\":{{\"body\":\"Message {} of a load, as long as people write them on \
                 average.\"}}",
                marked.number
            );
            return;
        }
        let mut chance = self.chance(marked.number);
        // The first draw was the kind.
        let _: f64 = chance.random();
        if kind == Kind::Unsupported {
            out.extend_from_slice(
                br#""type":"unsupported","unsupported":{"type":"poll_creation"},"errors":[{"code":131051,"title":"Message type unknown","message":"Message type unknown","error_data":{"details":"Message type is currently not supported."}}]"#,
            );
            return;
        }
        let name = kind.name();
        let _ = write!(out, "\"type\":\"{name}\",\"{name}\":");
        if kind.has_file() {
            self.write_file(out, &mut chance, kind, marked.number);
        } else {
            self.write_object(out, &mut chance, marker, kind, marked);
        }
    }

    fn write_file(&self, out: &mut Vec<u8>, chance: &mut SmallRng, kind: Kind, number: u64) {
        match self.files.get(kind.name()) {
            Some(File {
                id,
                mime_type,
                sha256,
            }) => {
                let _ = write!(
                    out,
                    r#"{{"id":"{id}","mime_type":"{mime_type}","sha256":"{sha256}""#
                );
            }
            None => {
                let _ = write!(
                    out,
                    r#"{{"id":"9{number:014}","mime_type":"{}","sha256":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=""#,
                    sample(kind.name()).0
                );
            }
        }
        match kind {
            Kind::Audio => out.extend_from_slice(br#","voice":true"#),
            Kind::Sticker => out.extend_from_slice(br#","animated":false"#),
            Kind::Document => out.extend_from_slice(br#","filename":"invoice.pdf""#),
            _ => {}
        }
        let can_say = matches!(kind, Kind::Image | Kind::Video | Kind::Document);
        if can_say && chance.random_bool(CAPTIONED) {
            out.extend_from_slice(br#","caption":""#);
            self.write_words(out, chance);
            out.push(b'"');
        }
        out.push(b'}');
    }

    fn write_object(
        &self,
        out: &mut Vec<u8>,
        chance: &mut SmallRng,
        marker: &Marker,
        kind: Kind,
        marked: Marked,
    ) {
        let some = chance.random_range(1..=9);
        match kind {
            Kind::Location => {
                let (north, east) = (
                    chance.random_range(-60.0..70.0),
                    chance.random_range(-180.0..180.0),
                );
                let _ = write!(
                    out,
                    r#"{{"latitude":{north:.6},"longitude":{east:.6},"name":"Shop {some}","address":"{some} Main Street"}}"#
                );
            }
            Kind::Contacts => {
                let _ = write!(
                    out,
                    r#"[{{"name":{{"formatted_name":"Ann {some}","first_name":"Ann"}},"phones":[{{"phone":"+1 555 010 000{some}","wa_id":"1555010000{some}","type":"CELL"}}]}}]"#
                );
            }
            Kind::Interactive if some <= 5 => {
                let _ = write!(
                    out,
                    r#"{{"type":"button_reply","button_reply":{{"id":"b{some}","title":"Answer {some}"}}}}"#
                );
            }
            Kind::Interactive => {
                let _ = write!(
                    out,
                    r#"{{"type":"list_reply","list_reply":{{"id":"r{some}","title":"Row {some}","description":"Chosen"}}}}"#
                );
            }
            Kind::Button => {
                let _ = write!(out, r#"{{"payload":"P{some}","text":"Yes, please"}}"#);
            }
            Kind::Order => {
                let _ = write!(
                    out,
                    r#"{{"catalog_id":"77","product_items":[{{"product_retailer_id":"sku-{some}","quantity":{some},"item_price":19.9,"currency":"EUR"}}]}}"#
                );
            }
            Kind::Reaction => {
                let number = self.last_of(marked.contact).unwrap_or(0);
                out.extend_from_slice(br#"{"message_id":""#);
                marker.write(out, Marked { number, ..marked });
                out.extend_from_slice("\",\"emoji\":\"👍\"}".as_bytes());
            }
            _ => {
                out.extend_from_slice(br#"{"body":""#);
                self.write_words(out, chance);
                out.extend_from_slice(br#""}"#);
            }
        }
    }

    /// As many bytes as the size says.
    fn write_words(&self, out: &mut Vec<u8>, chance: &mut SmallRng) {
        write_words(out, self.size.unwrap_or(Size::CHAT), chance);
    }

    fn last_of(&self, contact: u32) -> Option<u64> {
        self.last
            .get(contact as usize)?
            .load(Ordering::Relaxed)
            .checked_sub(1)
    }

    fn chance(&self, number: u64) -> SmallRng {
        chance(self.seed, Of::Content, number)
    }
}

/// Writes words of that length; nothing in them needs an escape in JSON.
pub fn write_words(out: &mut Vec<u8>, size: Size, chance: &mut SmallRng) {
    let mut left = size.pick(chance);
    loop {
        let word = WORDS[chance.random_range(0..WORDS.len())];
        if word.len() + 1 > left {
            break;
        }
        out.extend_from_slice(word.as_bytes());
        out.push(b' ');
        left -= word.len() + 1;
    }
    out.extend(std::iter::repeat_n(b'.', left));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const MARKED: Marked = Marked {
        contact: 3,
        number: 8,
    };

    fn said(script: &Script, marked: Marked, kind: Kind) -> Value {
        let mut out = b"{".to_vec();
        script.write(&mut out, &Marker::new(1), marked, kind);
        out.push(b'}');
        serde_json::from_slice(&out).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&out)))
    }

    fn script(profile: &str, size: Option<Size>) -> Script {
        Script::new(profile.parse().unwrap(), size, 1, BTreeMap::new(), 10)
    }

    #[test]
    fn every_kind_is_json_with_an_object_of_its_name() {
        let script = script("mixed", None);
        for (name, kind) in Profile::mixed().to_string().split(',').map(|part| {
            let name = part.split('=').next().unwrap().to_owned();
            let only: Profile = format!("{name}=1").parse().unwrap();
            let kind = only.pick(&mut chance(1, Of::Content, 1));
            (name, kind)
        }) {
            for number in 0..50 {
                let message = said(&script, Marked { number, ..MARKED }, kind);
                assert_eq!(message["type"], name.as_str());
                assert!(!message[&name].is_null(), "{message}");
            }
        }
    }

    #[test]
    fn texts_have_the_length_that_was_asked_for() {
        let script = script("plain", Some(Size::Fixed(37)));
        for number in 0..100 {
            let message = said(&script, Marked { number, ..MARKED }, Kind::Text);
            assert_eq!(message["text"]["body"].as_str().unwrap().len(), 37);
        }
    }

    #[test]
    fn the_same_seed_says_the_same() {
        let one = said(&script("mixed", None), MARKED, Kind::Image);
        assert_eq!(one, said(&script("mixed", None), MARKED, Kind::Image));
        assert_eq!(one["image"]["id"], "900000000000008");
    }

    #[test]
    fn nobody_reacts_to_nothing() {
        let script = script("reaction=1", None);
        assert_eq!(script.kind(MARKED), Kind::Text);
        script.heard(MARKED);
        let later = Marked {
            number: 9,
            ..MARKED
        };
        assert_eq!(script.kind(later), Kind::Reaction);
        let reaction = said(&script, later, Kind::Reaction);
        assert_eq!(
            reaction["reaction"]["message_id"],
            "wamid.LT00000001C000003N0000000008"
        );
    }

    #[test]
    fn files_that_exist_are_named() {
        let file = File {
            id: "5".into(),
            mime_type: "image/png".into(),
            sha256: "x".into(),
        };
        let files = BTreeMap::from([("image", file)]);
        let script = Script::new(Profile::mixed(), None, 1, files, 1);
        assert_eq!(said(&script, MARKED, Kind::Image)["image"]["id"], "5");
    }
}
