//! Webhook bodies as the real provider writes them: valid JSON, but not the JSON that a serialiser would write
//! again. Escaped slashes, `\u` escapes, keys in any order and keys nobody documented.

use rand::Rng;
use rand::seq::SliceRandom;
use serde_json::{Map, Value, json};

/// How unusual a body is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    pub escape_slashes: bool,
    pub escape_unicode: bool,
    pub shuffle_keys: bool,
    pub unknown_keys: bool,
}

impl Style {
    /// One of the sixteen styles.
    pub fn random(rng: &mut impl Rng) -> Self {
        Self {
            escape_slashes: rng.random(),
            escape_unicode: rng.random(),
            shuffle_keys: rng.random(),
            unknown_keys: rng.random_bool(0.25),
        }
    }
}

/// The envelope around some changes of one business account each.
pub fn envelope<'a>(changes: impl Iterator<Item = (&'a str, &'a Value)>) -> Value {
    let mut entries: Vec<(String, Vec<Value>)> = Vec::new();
    for (account, change) in changes {
        match entries.last_mut() {
            Some((last, list)) if last == account => list.push(change.clone()),
            _ => entries.push((account.to_owned(), vec![change.clone()])),
        }
    }
    let entries: Vec<Value> = entries
        .into_iter()
        .map(|(id, changes)| json!({"id": id, "changes": changes}))
        .collect();
    json!({"object": "whatsapp_business_account", "entry": entries})
}

/// The bytes of a body in a style.
pub fn encode(body: &Value, style: Style, rng: &mut impl Rng) -> Vec<u8> {
    let mut out = String::with_capacity(1024);
    if style.unknown_keys {
        let mut body = body.clone();
        add_unknown_keys(&mut body);
        write_value(&mut out, &body, style, rng);
    } else {
        write_value(&mut out, body, style, rng);
    }
    out.into_bytes()
}

fn add_unknown_keys(body: &mut Value) {
    let Some(entries) = body.get_mut("entry").and_then(Value::as_array_mut) else {
        return;
    };
    for entry in entries {
        let Some(changes) = entry.get_mut("changes").and_then(Value::as_array_mut) else {
            continue;
        };
        for value in changes
            .iter_mut()
            .filter_map(|change| change.get_mut("value"))
        {
            for list in ["messages", "statuses"] {
                if let Some(item) = value.get_mut(list).and_then(|list| list.get_mut(0)) {
                    item["from_logical_id"] = "81230000001".into();
                    item["delivery_hints"] = json!({"region": null, "path": ["edge/3", 2.5]});
                }
            }
        }
    }
}

fn write_value(out: &mut String, value: &Value, style: Style, rng: &mut impl Rng) {
    match value {
        Value::String(text) => write_text(out, text, style),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(out, item, style, rng);
            }
            out.push(']');
        }
        Value::Object(map) => write_object(out, map, style, rng),
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
    }
}

fn write_object(out: &mut String, map: &Map<String, Value>, style: Style, rng: &mut impl Rng) {
    let mut keys: Vec<&String> = map.keys().collect();
    if style.shuffle_keys {
        keys.shuffle(rng);
    }
    out.push('{');
    for (index, key) in keys.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_text(out, key, style);
        out.push(':');
        write_value(out, &map[key], style, rng);
    }
    out.push('}');
}

fn write_text(out: &mut String, text: &str, style: Style) {
    use std::fmt::Write;

    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '/' if style.escape_slashes => out.push_str("\\/"),
            c if (c as u32) < 0x20 || (style.escape_unicode && !c.is_ascii()) => {
                let mut units = [0_u16; 2];
                for unit in c.encode_utf16(&mut units) {
                    // Writing to a String can't fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn every_style_means_the_same() {
        let body = envelope(
            [(
                "200",
                &json!({"field": "messages", "value": {"text": "a/b \"ü\" 👍🏽\n\u{1}", "n": [1, -2.5, null, true]}}),
            )]
            .into_iter(),
        );
        let mut rng = StdRng::seed_from_u64(3);
        for bits in 0..8_u8 {
            let style = Style {
                escape_slashes: bits & 1 > 0,
                escape_unicode: bits & 2 > 0,
                shuffle_keys: bits & 4 > 0,
                unknown_keys: false,
            };
            let bytes = encode(&body, style, &mut rng);
            let again: Value = serde_json::from_slice(&bytes).expect("JSON");
            assert_eq!(again, body, "{style:?}");
            assert_eq!(style.escape_unicode, bytes.is_ascii(), "{style:?}");
        }
    }

    #[test]
    fn changes_of_one_account_share_an_entry() {
        let change = json!({"field": "messages"});
        let body = envelope([("1", &change), ("1", &change), ("2", &change)].into_iter());
        assert_eq!(
            body["entry"][0]["changes"].as_array().map(Vec::len),
            Some(2)
        );
        assert_eq!(body["entry"][1]["id"], "2");
    }
}
