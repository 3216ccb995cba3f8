//! The seal on a webhook: `X-Hub-Signature-256: sha256=<hex of HMAC-SHA256(app secret, raw body)>`.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The header that carries the seal; the older `X-Hub-Signature` (SHA-1) is never looked at.
pub const HEADER: &str = "X-Hub-Signature-256";
const PREFIX: &str = "sha256=";

/// The webhook does not come from the owner of the app secret, or it was changed on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not match")]
pub struct BadSignature;

/// Checks the seal over the raw bytes, in constant time. A hub without a secret believes nobody.
pub fn verify(secret: &SecretString, body: &[u8], header: &str) -> Result<(), BadSignature> {
    let digits = header.trim().strip_prefix(PREFIX).ok_or(BadSignature)?;
    let mut seal = [0_u8; 32];
    hex::decode_to_slice(digits, &mut seal).map_err(|_| BadSignature)?;
    mac(secret, body)?
        .verify_slice(&seal)
        .map_err(|_| BadSignature)
}

/// The header that belongs to `body`, for simulators and tests.
pub fn sign(secret: &SecretString, body: &[u8]) -> Result<String, BadSignature> {
    let seal = mac(secret, body)?.finalize().into_bytes();
    Ok(format!("{PREFIX}{}", hex::encode(seal)))
}

fn mac(secret: &SecretString, body: &[u8]) -> Result<Hmac<Sha256>, BadSignature> {
    let key = secret.expose_secret().as_bytes();
    if key.is_empty() {
        return Err(BadSignature);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| BadSignature)?;
    mac.update(body);
    Ok(mac)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[test]
    fn the_seal_is_the_hmac_of_the_raw_bytes() {
        // The second test case of RFC 4231.
        let header = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let body = b"what do ya want for nothing?";
        assert_eq!(sign(&secret("Jefe"), body).unwrap(), header);
        assert_eq!(verify(&secret("Jefe"), body, header), Ok(()));
        let shouted = format!("sha256={}", header[7..].to_uppercase());
        assert_eq!(verify(&secret("Jefe"), body, &shouted), Ok(()));
    }

    #[test]
    fn a_changed_body_another_key_and_a_broken_header_are_refused() {
        let body = br#"{"url":"https:\/\/example.com"}"#;
        let header = sign(&secret("right"), body).unwrap();
        assert_eq!(verify(&secret("right"), body, &header), Ok(()));
        let rewritten = br#"{"url":"https://example.com"}"#;
        assert_eq!(
            verify(&secret("right"), rewritten, &header),
            Err(BadSignature)
        );
        assert_eq!(verify(&secret("wrong"), body, &header), Err(BadSignature));
        let bare = &header[7..];
        let legacy = format!("sha1={bare}");
        let short = &header[..header.len() - 2];
        let long = format!("{header}00");
        for broken in ["", "sha256=", "sha256=zz", bare, &legacy, short, &long] {
            assert_eq!(
                verify(&secret("right"), body, broken),
                Err(BadSignature),
                "{broken}"
            );
        }
    }

    #[test]
    fn without_a_secret_nothing_is_believed() {
        assert_eq!(sign(&secret(""), b"{}"), Err(BadSignature));
        let with_empty_key =
            "sha256=0d6b9d8ac8c0cd1d0a6a3d5a4f0e3fbd7c1b5a3a1f8e3f3e8e3b2d1c0b9a8f7e";
        assert_eq!(
            verify(&secret(""), b"{}", with_empty_key),
            Err(BadSignature)
        );
    }
}
