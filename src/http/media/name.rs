//! Names of files: as people gave them, made harmless, and as an answer's header tells them.

use actors::model::message::Media;

/// Letters of a name that are kept.
const LONGEST: usize = 200;
/// What a browser shows without running any of it; everything else is saved.
const SHOWN: [&str; 13] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "video/mp4",
    "video/3gpp",
    "video/webm",
    "audio/aac",
    "audio/amr",
    "audio/mpeg",
    "audio/mp4",
    "audio/ogg",
    "audio/webm",
];

/// The last piece of a path, without letters that steer or hide something; None when nothing is left.
pub fn clean(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let letters = last.chars().filter(|letter| !is_unruly(*letter));
    let cleaned: String = letters.take(LONGEST).collect();
    let cleaned = cleaned.trim().trim_matches('.').to_owned();
    (!cleaned.is_empty()).then_some(cleaned)
}

/// Content type and disposition of a file.
pub fn shown(media: &Media) -> (String, String) {
    let essence = media.mime_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let is_shown = SHOWN.contains(&essence.as_str());
    let place = if is_shown { "inline" } else { "attachment" };
    let mime_type = match essence.as_str() {
        // A type that a browser might read as a page stays unnamed.
        _ if is_shown => essence,
        "application/pdf" | "text/plain" => essence,
        _ => "application/octet-stream".to_owned(),
    };
    let name = media.filename.as_deref().and_then(clean);
    let disposition = match name {
        Some(name) => format!("{place}; filename*=UTF-8''{}", percent_encoded(&name)),
        None => place.to_owned(),
    };
    (mime_type, disposition)
}

/// Controls, and the marks that turn the direction of writing: `gpj.exe` must not look like `exe.jpg`.
fn is_unruly(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{061c}')
        || ('\u{202a}'..='\u{202e}').contains(&letter)
        || ('\u{2066}'..='\u{2069}').contains(&letter)
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use actors::model::ids::MediaId;
    use actors::model::message::MediaState;

    fn media(mime_type: &str, filename: Option<&str>) -> Media {
        Media {
            id: MediaId(1),
            mime_type: mime_type.to_owned(),
            filename: filename.map(str::to_owned),
            size: Some(1),
            state: MediaState::Stored,
            url: None,
            voice: false,
            animated: false,
            error: None,
        }
    }

    #[test]
    fn a_name_is_data_and_never_a_path() {
        let cases = [
            ("../../etc/passwd", Some("passwd")),
            ("C:\\fakepath\\invoice.pdf", Some("invoice.pdf")),
            ("photo\u{202e}gpj.exe", Some("photogpj.exe")),
            ("a\0b\r\nc.txt", Some("abc.txt")),
            ("Rechnung für Zoë.pdf", Some("Rechnung für Zoë.pdf")),
            ("..", None),
            ("", None),
        ];
        for (given, kept) in cases {
            assert_eq!(clean(given).as_deref(), kept, "{given:?}");
        }
        assert!(clean(&"x".repeat(4096)).is_some_and(|name| name.len() == LONGEST));
    }

    #[test]
    fn only_pictures_sound_and_film_are_shown() {
        for shown_type in ["image/png", "audio/ogg; codecs=opus", "video/mp4"] {
            let (_, disposition) = shown(&media(shown_type, None));
            assert_eq!(disposition, "inline", "{shown_type}");
        }
        for saved in [
            "image/svg+xml",
            "text/html",
            "application/xhtml+xml",
            "text/xml",
            "application/x-whatever",
        ] {
            let (mime_type, disposition) = shown(&media(saved, Some("a\"b\r\n.html")));
            assert_eq!(mime_type, "application/octet-stream", "{saved}");
            assert_eq!(disposition, "attachment; filename*=UTF-8''a%22b.html");
        }
        let (mime_type, disposition) = shown(&media("application/pdf", None));
        assert_eq!(
            (mime_type.as_str(), disposition.as_str()),
            ("application/pdf", "attachment")
        );
    }
}
