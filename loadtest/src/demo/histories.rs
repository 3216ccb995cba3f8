//! The 60 conversations that the demo begins with.

use serde::Deserialize;
use serde_json::Value;

const FILE: &str = include_str!("../../demo/histories.json");

/// A conversation so far.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoHistory {
    /// Place in the list of contacts.
    pub contact: usize,
    /// Place in the list of numbers.
    pub number: usize,
    /// `open`, `pending` or `closed`.
    pub status: String,
    pub entries: Vec<DemoEntry>,
}

/// One entry, the oldest first.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoEntry {
    /// `inbound`, `outbound` or `note`.
    pub direction: String,
    /// The message type of the Cloud API; `text` for notes.
    pub kind: String,
    /// What a person reads.
    pub text: Option<String>,
    /// The Cloud API's object of that type.
    pub content: Value,
    pub minutes_ago: i64,
    /// The provider's id; the same at the hub and at the simulator. Notes have none.
    pub provider_id: Option<String>,
    /// A file in `demo/media`.
    pub media: Option<String>,
    /// An emoji from the other side.
    pub reaction: Option<String>,
    /// `sent`, `delivered`, `read`, `played` or `failed` (outbound).
    pub status: Option<String>,
    /// `{code, title}` of one that failed.
    pub error: Option<Value>,
    /// Place of the quoted entry in this list.
    pub reply_to: Option<usize>,
}

/// All of them.
pub fn histories() -> Vec<DemoHistory> {
    serde_json::from_str(FILE).unwrap_or_default()
}

/// The bytes of a file in `demo/media`, with its MIME type.
pub fn media(name: &str) -> Option<(&'static str, &'static [u8])> {
    Some(match name {
        "boot.jpg" => ("image/jpeg", include_bytes!("../../demo/media/boot.jpg")),
        "invoice.pdf" => (
            "application/pdf",
            include_bytes!("../../demo/media/invoice.pdf"),
        ),
        "map.png" => ("image/png", include_bytes!("../../demo/media/map.png")),
        "mountain.webp" => (
            "image/webp",
            include_bytes!("../../demo/media/mountain.webp"),
        ),
        "return-slip.pdf" => (
            "application/pdf",
            include_bytes!("../../demo/media/return-slip.pdf"),
        ),
        "sizes.png" => ("image/png", include_bytes!("../../demo/media/sizes.png")),
        "sticker.webp" => (
            "image/webp",
            include_bytes!("../../demo/media/sticker.webp"),
        ),
        "tent.jpg" => ("image/jpeg", include_bytes!("../../demo/media/tent.jpg")),
        "voice.ogg" => (
            "audio/ogg; codecs=opus",
            include_bytes!("../../demo/media/voice.ogg"),
        ),
        "voice-long.ogg" => (
            "audio/ogg; codecs=opus",
            include_bytes!("../../demo/media/voice-long.ogg"),
        ),
        "whistle.mp3" => ("audio/mpeg", include_bytes!("../../demo/media/whistle.mp3")),
        "zip.jpg" => ("image/jpeg", include_bytes!("../../demo/media/zip.jpg")),
        "zip.mp4" => ("video/mp4", include_bytes!("../../demo/media/zip.mp4")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_histories_are_sixty_and_show_every_kind() {
        let parsed: Result<Vec<DemoHistory>, _> = serde_json::from_str(FILE);
        let histories = parsed.expect("the file is valid");
        assert_eq!(histories.len(), 60);
        let kinds: HashSet<&str> = histories
            .iter()
            .flat_map(|history| &history.entries)
            .map(|entry| entry.kind.as_str())
            .collect();
        for kind in [
            "text",
            "image",
            "video",
            "audio",
            "document",
            "sticker",
            "location",
            "contacts",
            "interactive",
            "button",
            "template",
            "order",
            "unsupported",
        ] {
            assert!(kinds.contains(kind), "{kind}");
        }
    }

    #[test]
    fn every_history_is_in_order_and_points_at_what_exists() {
        let mut chats = HashSet::new();
        let mut ids = HashSet::new();
        for history in histories() {
            let contact = history.contact;
            assert!(contact < 200 && history.number < 2, "{contact}");
            assert!(chats.insert((contact, history.number)), "{contact} twice");
            assert!((4..=25).contains(&history.entries.len()), "{contact}");
            assert!(matches!(
                history.status.as_str(),
                "open" | "pending" | "closed"
            ));
            assert!(
                history
                    .entries
                    .windows(2)
                    .all(|pair| pair[0].minutes_ago >= pair[1].minutes_ago),
                "{contact}"
            );
            for (index, entry) in history.entries.iter().enumerate() {
                assert!(
                    entry.reply_to.is_none_or(|quoted| quoted < index),
                    "{contact}/{index}"
                );
                assert!(
                    entry
                        .media
                        .as_deref()
                        .is_none_or(|name| media(name).is_some()),
                    "{contact}/{index}"
                );
                assert_eq!(
                    entry.provider_id.is_none(),
                    entry.direction == "note",
                    "{contact}/{index}"
                );
                assert!(
                    entry.provider_id.iter().all(|id| ids.insert(id.clone())),
                    "{contact}/{index}"
                );
            }
        }
    }
}
