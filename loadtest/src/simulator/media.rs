//! Files on the provider's side: uploaded by the business or sent by customers, given out by an address that
//! lives five minutes.

use std::collections::{HashMap, VecDeque};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use rand::Rng;
use serde_json::{Value, json};

use super::{signature, wamid};

/// An address to download from works this long.
pub const ADDRESS_MS: i64 = 5 * 60 * 1000;
/// All files together; the oldest go first.
const MAX_BYTES: usize = 256 * 1024 * 1024;
/// Addresses of one file that work at the same time.
const MAX_ADDRESSES: usize = 8;

/// A stored file.
#[derive(Clone, Debug)]
pub struct Medium {
    pub id: String,
    /// The number it belongs to.
    pub phone_number_id: String,
    pub mime_type: String,
    pub filename: Option<String>,
    pub bytes: Bytes,
    addresses: Vec<(String, i64)>,
}

impl Medium {
    /// The digest as webhooks carry it.
    pub fn sha256_base64(&self) -> String {
        STANDARD.encode(signature::digest(&self.bytes))
    }

    /// The answer to `GET /{media-id}`.
    pub fn described(&self, url: &str) -> Value {
        json!({
            "messaging_product": "whatsapp",
            "url": url,
            "mime_type": self.mime_type,
            "sha256": hex::encode(signature::digest(&self.bytes)),
            "file_size": self.bytes.len(),
            "id": self.id,
        })
    }
}

/// All files.
#[derive(Debug, Default)]
pub struct Shelf {
    files: HashMap<String, Medium>,
    order: VecDeque<String>,
    total: usize,
}

impl Shelf {
    /// Keeps a file and returns its id.
    pub fn put(
        &mut self,
        rng: &mut impl Rng,
        phone_number_id: &str,
        mime_type: &str,
        filename: Option<String>,
        bytes: Bytes,
    ) -> String {
        let id = wamid::object_id(rng);
        self.total += bytes.len();
        self.files.insert(
            id.clone(),
            Medium {
                id: id.clone(),
                phone_number_id: phone_number_id.to_owned(),
                mime_type: mime_type.to_owned(),
                filename,
                bytes,
                addresses: Vec::new(),
            },
        );
        self.order.push_back(id.clone());
        while self.total > MAX_BYTES
            && let Some(oldest) = self.order.pop_front()
        {
            self.remove(&oldest);
        }
        id
    }

    /// A file.
    pub fn get(&self, id: &str) -> Option<&Medium> {
        self.files.get(id)
    }

    /// Forgets a file.
    pub fn remove(&mut self, id: &str) -> bool {
        let removed = self.files.remove(id);
        if let Some(medium) = &removed {
            self.total -= medium.bytes.len();
        }
        removed.is_some()
    }

    /// A fresh path for a download.
    pub fn address(&mut self, rng: &mut impl Rng, id: &str, now_ms: i64) -> Option<String> {
        let medium = self.files.get_mut(id)?;
        let secret = format!("{:016x}{:016x}", rng.random::<u64>(), rng.random::<u64>());
        if medium.addresses.len() >= MAX_ADDRESSES {
            medium.addresses.remove(0);
        }
        medium.addresses.push((secret.clone(), now_ms + ADDRESS_MS));
        Some(format!("/media/{id}/{secret}"))
    }

    /// The file behind an address, while the address lives.
    pub fn at_address(&self, id: &str, secret: &str, now_ms: i64) -> Option<&Medium> {
        self.files.get(id).filter(|medium| {
            medium
                .addresses
                .iter()
                .any(|(known, until)| known == secret && now_ms < *until)
        })
    }
}

/// What a business may upload: MIME type and largest size.
pub fn upload_limit(mime_type: &str) -> Option<usize> {
    const MB: usize = 1024 * 1024;
    let plain = mime_type.split(';').next().unwrap_or_default().trim();
    Some(match plain {
        "audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg" => 16 * MB,
        "image/jpeg" | "image/png" => 5 * MB,
        "image/webp" => 500 * 1024,
        "video/mp4" | "video/3gpp" => 16 * MB,
        "text/plain"
        | "application/pdf"
        | "application/msword"
        | "application/vnd.ms-excel"
        | "application/vnd.ms-powerpoint"
        | "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        | "application/vnd.openxmlformats-officedocument.presentationml.presentation" => 100 * MB,
        _ => return None,
    })
}

/// A small file of each kind, for customers who attach nothing of their own: MIME type, name, bytes.
pub fn sample(kind: &str) -> (&'static str, &'static str, &'static [u8]) {
    match kind {
        "image" => (
            "image/jpeg",
            "tent.jpg",
            include_bytes!("../../demo/media/tent.jpg"),
        ),
        "video" => (
            "video/mp4",
            "zip.mp4",
            include_bytes!("../../demo/media/zip.mp4"),
        ),
        "voice" | "audio" => (
            "audio/ogg; codecs=opus",
            "voice.ogg",
            include_bytes!("../../demo/media/voice.ogg"),
        ),
        "sticker" => (
            "image/webp",
            "sticker.webp",
            include_bytes!("../../demo/media/sticker.webp"),
        ),
        _ => (
            "application/pdf",
            "invoice.pdf",
            include_bytes!("../../demo/media/invoice.pdf"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn an_address_works_for_five_minutes() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut shelf = Shelf::default();
        let id = shelf.put(&mut rng, "1", "image/png", None, Bytes::from_static(b"png"));
        let path = shelf.address(&mut rng, &id, 0).expect("it is there");
        let secret = path.rsplit('/').next().expect("a path");
        assert!(shelf.at_address(&id, secret, ADDRESS_MS - 1).is_some());
        assert!(shelf.at_address(&id, secret, ADDRESS_MS).is_none());
        assert!(shelf.at_address(&id, "guess", 0).is_none());
    }

    #[test]
    fn samples_are_small_and_real() {
        for (kind, magic) in [
            ("image", &b"\xff\xd8\xff"[..]),
            ("voice", b"OggS"),
            ("sticker", b"RIFF"),
            ("document", b"%PDF"),
        ] {
            let (_, name, bytes) = sample(kind);
            assert!(bytes.starts_with(magic), "{name}");
            assert!(bytes.len() < 60 * 1024, "{name}");
        }
    }
}
