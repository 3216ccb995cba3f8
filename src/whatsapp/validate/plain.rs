//! Texts, files, locations, contact cards and reactions. Each check returns what a person reads.

use serde_json::Value;

use super::finding::Findings;

const MAX_BODY: usize = 4096;
const MAX_CAPTION: usize = 1024;
const MAX_FILENAME: usize = 240;
const MAX_PLACE: usize = 1000;
const MAX_CARDS: usize = 257;
const MAX_NAME: usize = 512;
/// An emoji may be a family of people with skin tones: some dozen bytes.
const MAX_EMOJI: usize = 64;
/// Besides `formatted_name` the provider wants one of them.
const NAME_PARTS: [&str; 5] = ["first_name", "last_name", "middle_name", "prefix", "suffix"];

pub fn text(path: &str, text: &Value, findings: &mut Findings) -> Option<String> {
    findings.flag(&format!("{path}.preview_url"), text.get("preview_url"));
    let body = findings.needed(&format!("{path}.body"), text.get("body"), MAX_BODY);
    Some(body.to_owned())
}

/// A file, by the id of an upload or by a public address; never both.
pub fn file(kind: &str, file: &Value, findings: &mut Findings) -> Option<String> {
    let path = |key: &str| format!("{kind}.{key}");
    let there = |key: &str| file.get(key).filter(|value| !value.is_null());
    match (there("id"), there("link")) {
        (Some(Value::String(_)), None) => {}
        (None, Some(Value::String(link))) => findings.link(&path("link"), link, &["https"]),
        (Some(_), Some(_)) => findings.add(&path("link"), "must not stand beside id"),
        (None, None) => findings.add(&path("id"), "is missing"),
        (Some(_), None) => findings.add(&path("id"), "must be a text"),
        (None, Some(_)) => findings.add(&path("link"), "must be a text"),
    }
    if there("filename").is_some() && kind != "document" {
        findings.add(&path("filename"), "is possible for documents only");
    }
    findings.optional(&path("filename"), there("filename"), MAX_FILENAME);
    if there("voice").is_some() && kind != "audio" {
        findings.add(&path("voice"), "is possible for audio only");
    }
    findings.flag(&path("voice"), there("voice"));
    if there("caption").is_some() && matches!(kind, "audio" | "sticker") {
        findings.add(&path("caption"), "is not possible for this type");
    }
    let caption = findings.optional(&path("caption"), there("caption"), MAX_CAPTION);
    caption.filter(|text| !text.is_empty()).map(str::to_owned)
}

pub fn location(location: &Value, findings: &mut Findings) -> Option<String> {
    for (key, most) in [("latitude", 90.0), ("longitude", 180.0)] {
        let number = match location.get(key) {
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            _ => None,
        };
        // Also refuses what is no number: no comparison with it is true.
        if !number.is_some_and(|number: f64| number.abs() <= most) {
            findings.add(
                &format!("location.{key}"),
                format!("must be a number from -{most} to {most}"),
            );
        }
    }
    let name = findings.optional("location.name", location.get("name"), MAX_PLACE);
    let address = findings.optional("location.address", location.get("address"), MAX_PLACE);
    name.or(address)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

pub fn contacts(cards: &Value, findings: &mut Findings) -> Option<String> {
    let mut names = Vec::new();
    for (at, card) in findings
        .list("contacts", Some(cards), MAX_CARDS)
        .iter()
        .enumerate()
    {
        let path = format!("contacts.{at}.name");
        let Some(name) = card.get("name").and_then(Value::as_object) else {
            findings.add(&path, "is missing");
            continue;
        };
        let full = name.get("formatted_name");
        names.push(findings.needed(&format!("{path}.formatted_name"), full, MAX_NAME));
        let has_part = NAME_PARTS.iter().any(|part| {
            let part = name.get(*part).and_then(Value::as_str);
            part.is_some_and(|text| !text.trim().is_empty())
        });
        if !has_part {
            findings.add(
                &path,
                "needs a first_name or another part besides formatted_name",
            );
        }
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// The message that it is put on is checked by the caller.
pub fn reaction(reaction: &Value, findings: &mut Findings) -> Option<String> {
    match reaction.get("emoji") {
        Some(Value::String(emoji)) if emoji.len() <= MAX_EMOJI => {
            Some(emoji.clone()).filter(|emoji| !emoji.is_empty())
        }
        _ => {
            findings.add(
                "reaction.emoji",
                "must be an emoji, or empty to take it away",
            );
            None
        }
    }
}
