//! Reading JSON that may differ from its documents: numbers as strings, nulls, other types than promised. What
//! is not as expected reads as absent; nothing is copied until it is asked for.

use std::borrow::Cow;
use std::fmt;

use actors::model::json::Json;
use actors::time::Timestamp;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// An object's fields, each unread. Of a repeated key the last one counts.
pub struct Object<'a> {
    fields: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Object<'a> {
    /// The object in `raw`; None when it is anything else.
    pub fn read(raw: &'a RawValue) -> Option<Self> {
        Self::parse(raw.get()).ok().flatten()
    }

    /// The object in `text`; None when it is other valid JSON.
    pub fn parse(text: &'a str) -> Result<Option<Self>, serde_json::Error> {
        if !text.trim_start().starts_with('{') {
            return serde_json::from_str::<&RawValue>(text).map(|_| None);
        }
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let fields = deserializer.deserialize_map(Fields)?;
        deserializer.end()?;
        Ok(Some(Self { fields }))
    }

    /// The field as it came; None when it is absent or null.
    pub fn raw(&self, key: &str) -> Option<&'a RawValue> {
        let field = self.fields.iter().rev().find(|(name, _)| name == key);
        field.map(|(_, raw)| *raw).filter(|raw| raw.get() != "null")
    }

    /// The field as JSON to keep.
    pub fn json(&self, key: &str) -> Option<Json> {
        self.raw(key).map(keep)
    }

    /// The field's text, or the digits of a number; None when there is none or it is empty.
    pub fn word(&self, key: &str) -> Option<Cow<'a, str>> {
        self.raw(key).and_then(word).filter(|word| !word.is_empty())
    }

    /// The same, as a text of its own.
    pub fn text(&self, key: &str) -> Option<String> {
        self.word(key).map(Cow::into_owned)
    }

    /// The field as an object.
    pub fn object(&self, key: &str) -> Option<Object<'a>> {
        self.raw(key).and_then(Object::read)
    }

    /// The elements of a list.
    pub fn list(&self, key: &str) -> Option<Vec<&'a RawValue>> {
        self.raw(key).and_then(list)
    }

    /// A whole number, also when written as text.
    pub fn integer(&self, key: &str) -> Option<i64> {
        self.word(key)?.trim().parse().ok()
    }

    /// Whether the field says yes.
    pub fn flag(&self, key: &str) -> bool {
        self.raw(key)
            .is_some_and(|raw| matches!(raw.get(), "true" | "\"true\""))
    }

    /// An instant in seconds (as the documents say) or milliseconds (as also seen), as number or text.
    pub fn instant(&self, key: &str) -> Option<Timestamp> {
        instant(&self.word(key)?)
    }
}

/// A copy to keep.
pub fn keep(raw: &RawValue) -> Json {
    Json::from(raw.to_owned())
}

/// The elements of a list; None when it is anything else.
pub fn list(raw: &RawValue) -> Option<Vec<&RawValue>> {
    raw.get()
        .starts_with('[')
        .then(|| serde_json::from_str(raw.get()).ok())?
}

fn word(raw: &RawValue) -> Option<Cow<'_, str>> {
    let text = raw.get();
    match text.as_bytes().first()? {
        b'"' if text.contains('\\') => serde_json::from_str(text).ok().map(Cow::Owned),
        b'"' => Some(Cow::Borrowed(&text[1..text.len() - 1])),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(text)),
        _ => None,
    }
}

fn instant(word: &str) -> Option<Timestamp> {
    let word = word.trim();
    let number = match word.parse::<i64>() {
        Ok(number) => number,
        // Seconds with a fraction or an exponent.
        Err(_) => word
            .parse::<f64>()
            .ok()
            .filter(|seconds| seconds.is_finite())? as i64,
    };
    // Seconds reach eleven digits in the year 5138, milliseconds had twelve in 1973.
    match number {
        1..100_000_000_000 => Some(Timestamp::from_millis(number * 1000)),
        100_000_000_000..100_000_000_000_000 => Some(Timestamp::from_millis(number)),
        _ => None,
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::with_capacity(8);
        while let Some(Key(name)) = map.next_key()? {
            fields.push((name, map.next_value()?));
        }
        Ok(fields)
    }
}

#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_not_as_expected_reads_as_absent() {
        let text =
            r#" {"a":null,"b":7,"c":"x\ty","d":[1,2],"e":{"f":true},"b":"8","g":"","\u0068":"i"} "#;
        let object = Object::parse(text).unwrap().unwrap();
        assert!(object.raw("a").is_none() && object.word("a").is_none());
        assert_eq!(
            object.integer("b"),
            Some(8),
            "of a repeated key the last one counts"
        );
        assert_eq!(object.text("c").unwrap(), "x\ty");
        assert_eq!(object.list("d").unwrap().len(), 2);
        assert!(object.list("e").is_none() && object.object("d").is_none());
        assert!(object.object("e").unwrap().flag("f") && !object.flag("e"));
        assert!(object.word("g").is_none() && object.word("z").is_none());
        assert_eq!(object.word("h").unwrap(), "i");
        assert!(Object::parse("[1]").unwrap().is_none());
        assert!(Object::parse("{").is_err() && Object::parse("{} x").is_err());
    }

    #[test]
    fn an_instant_comes_in_seconds_or_milliseconds() {
        for word in [
            "1750000000",
            "1750000000000",
            "1750000000.9",
            "1.75e9",
            " 1750000000 ",
        ] {
            assert_eq!(
                instant(word),
                Some(Timestamp::from_millis(1_750_000_000_000)),
                "{word}"
            );
        }
        for word in ["", "0", "-5", "soon", "NaN", "99999999999999999"] {
            assert_eq!(instant(word), None, "{word}");
        }
    }
}
