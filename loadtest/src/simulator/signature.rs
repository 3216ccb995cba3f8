//! `X-Hub-Signature-256`: what proves to a receiver that a webhook comes from the provider.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The header's value for these exact bytes.
pub fn sign(app_secret: &str, body: &[u8]) -> String {
    let mut header = String::with_capacity(71);
    header.push_str("sha256=");
    header.push_str(&hex::encode(hmac_sha256(app_secret.as_bytes(), body)));
    header
}

/// SHA-256 of a file, as media answers carry it.
pub fn digest(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length, so this can't fail; an empty digest would be refused by every receiver.
    Hmac::<Sha256>::new_from_slice(key).map_or_else(
        |_| Vec::new(),
        |mut mac| {
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_rfc_4231() {
        assert_eq!(
            sign("Jefe", b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
