//! What a file is, by its first bytes; what the client says is believed only where bytes can't tell.

/// How many bytes are looked at.
pub const HEAD: usize = 512;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    pub mime_type: &'static str,
    /// A WebP that moves.
    pub animated: bool,
}

/// Office files look alike from outside: the ending tells them apart.
const OFFICE: [(&str, &str); 6] = [
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("doc", "application/msword"),
    ("xls", "application/vnd.ms-excel"),
    ("ppt", "application/vnd.ms-powerpoint"),
];

/// What the file with these first bytes is; `declared` and `filename` are the client's words.
pub fn sniff(head: &[u8], declared: &str, filename: Option<&str>) -> Kind {
    let declared = declared.split(';').next().unwrap_or_default();
    let declared = declared.trim().to_ascii_lowercase();
    let mime_type = picture(head)
        .or_else(|| container(head, &declared))
        .or_else(|| sound(head))
        .or_else(|| document(head, filename))
        .or_else(|| text(head, &declared, filename))
        .unwrap_or("application/octet-stream");
    Kind {
        mime_type,
        animated: mime_type == "image/webp" && is_animated(head),
    }
}

fn picture(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        Some("image/gif")
    } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

/// Containers hold sound or film; which, the brand or else the client tells.
fn container(head: &[u8], declared: &str) -> Option<&'static str> {
    let is_sound = declared.starts_with("audio/");
    if head.get(4..8) == Some(b"ftyp") {
        return Some(match head.get(8..11).unwrap_or_default() {
            b"M4A" | b"M4B" => "audio/mp4",
            b"3gp" | b"3g2" => "video/3gpp",
            b"qt " => "video/quicktime",
            b"avi" | b"hei" | b"mif" => "application/octet-stream",
            _ if is_sound => "audio/mp4",
            _ => "video/mp4",
        });
    }
    if head.starts_with(b"OggS") {
        return Some(match declared {
            "video/ogg" => "video/ogg",
            _ => "audio/ogg",
        });
    }
    if head.starts_with(b"\x1a\x45\xdf\xa3") {
        return Some(if is_sound { "audio/webm" } else { "video/webm" });
    }
    None
}

fn sound(head: &[u8]) -> Option<&'static str> {
    match head {
        [b'#', b'!', b'A', b'M', b'R', ..] => Some("audio/amr"),
        [b'I', b'D', b'3', ..] => Some("audio/mpeg"),
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Some("audio/aac"),
        [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 => Some("audio/mpeg"),
        [b'R', b'I', b'F', b'F', ..] if head.get(8..12) == Some(b"WAVE") => Some("audio/wav"),
        _ => None,
    }
}

fn document(head: &[u8], filename: Option<&str>) -> Option<&'static str> {
    let office = |endings: &[&str]| {
        let ending = ending(filename);
        let known = OFFICE
            .iter()
            .find(|(name, _)| *name == ending && endings.contains(name));
        known.map(|(_, mime_type)| *mime_type)
    };
    if head.starts_with(b"%PDF-") {
        Some("application/pdf")
    } else if head.starts_with(b"PK\x03\x04") {
        Some(office(&["docx", "xlsx", "pptx"]).unwrap_or("application/zip"))
    } else if head.starts_with(b"\xd0\xcf\x11\xe0") {
        Some(office(&["doc", "xls", "ppt"]).unwrap_or("application/octet-stream"))
    } else {
        None
    }
}

/// Plain text; markup that a browser would run is only bytes to us.
fn text(head: &[u8], declared: &str, filename: Option<&str>) -> Option<&'static str> {
    let is_text = match std::str::from_utf8(head) {
        Ok(text) => !text.contains('\0'),
        // Cut in the middle of a letter.
        Err(error) => error.error_len().is_none() && !head.contains(&0),
    };
    let looks_like_markup = head.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    if !is_text || head.is_empty() || looks_like_markup {
        return None;
    }
    match (declared, ending(filename).as_str()) {
        ("text/csv", _) | (_, "csv") => Some("text/csv"),
        ("text/plain", _) | (_, "txt") => Some("text/plain"),
        _ => None,
    }
}

fn ending(filename: Option<&str>) -> String {
    let ending = filename.and_then(|name| name.rsplit_once('.'));
    ending.map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase())
}

fn is_animated(head: &[u8]) -> bool {
    head.get(12..16) == Some(b"VP8X") && head.get(20).is_some_and(|flags| flags & 0x02 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let cases: &[(&[u8], &str, &str, &str)] = &[
            (b"\xff\xd8\xff\xe0", "text/html", "x.html", "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n", "", "", "image/png"),
            (b"\0\0\0\x18ftypmp42", "", "", "video/mp4"),
            (b"\0\0\0\x18ftypisom", "audio/mp4", "", "audio/mp4"),
            (b"\0\0\0\x18ftypM4A ", "video/mp4", "", "audio/mp4"),
            (b"\0\0\0\x18ftyp3gp4", "", "", "video/3gpp"),
            (b"OggS\0\x02", "audio/ogg; codecs=opus", "", "audio/ogg"),
            (
                b"\x1a\x45\xdf\xa3",
                "audio/webm;codecs=opus",
                "",
                "audio/webm",
            ),
            (b"ID3\x03", "", "", "audio/mpeg"),
            (b"\xff\xfb\x90", "", "", "audio/mpeg"),
            (b"\xff\xf1\x50", "", "", "audio/aac"),
            (b"#!AMR\n", "", "", "audio/amr"),
            (b"%PDF-1.7", "image/png", "a.png", "application/pdf"),
            (b"PK\x03\x04", "", "b.zip", "application/zip"),
            (b"PK\x03\x04", "", "B.DOCX", OFFICE[0].1),
            (b"\xd0\xcf\x11\xe0", "", "b.xls", "application/vnd.ms-excel"),
            (b"hello", "text/plain", "", "text/plain"),
            (b"a;b\n", "application/octet-stream", "a.csv", "text/csv"),
        ];
        for (head, declared, name, expected) in cases {
            let kind = sniff(head, declared, Some(name));
            assert_eq!(kind.mime_type, *expected, "{declared} {name}");
        }
    }

    #[test]
    fn what_a_browser_would_run_is_only_bytes() {
        let cases: &[(&[u8], &str, &str)] = &[
            (b"<svg onload=alert(1)>", "image/svg+xml", "a.svg"),
            (b"<svg onload=alert(1)>", "image/png", "a.png"),
            (b"  <!doctype html>", "text/plain", "a.txt"),
            (b"hello", "text/html", "a.html"),
            (b"MZ\x90\0", "image/jpeg", "a.jpg"),
            (b"", "image/jpeg", "a.jpg"),
        ];
        for (head, declared, name) in cases {
            let kind = sniff(head, declared, Some(name));
            assert_eq!(kind.mime_type, "application/octet-stream", "{name}");
        }
    }

    #[test]
    fn a_moving_sticker_is_told_from_a_still_one() {
        let mut head = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0".to_vec();
        assert!(sniff(&head, "", None).animated);
        head[20] = 0x10;
        let still = sniff(&head, "", None);
        assert_eq!((still.mime_type, still.animated), ("image/webp", false));
    }
}
