//! Seals credentials for the database: XChaCha20-Poly1305, with the place where the value lies as associated
//! data, so that a sealed value moved to another row or organization does not open. The first byte names the
//! key, so keys can be changed while old values still open.

use std::fmt;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::config::secrets::Secrets;

const NONCE_BYTES: usize = 24;

/// Why a value can't be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Changed, moved from elsewhere, or sealed with a key that is not there (any more).
    #[error("a stored secret can't be opened with the present ENCRYPTION_KEY")]
    Unreadable,
    /// The system gave no randomness, or the cipher refused.
    #[error("a secret can't be sealed")]
    Unsealable,
}

/// The keys that seal and open; cheap to clone.
#[derive(Clone)]
pub struct Keyring(Arc<Vec<XChaCha20Poly1305>>);

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({} keys)", self.0.len())
    }
}

impl Keyring {
    /// The keys of the configuration: the newest seals, all open.
    pub fn new(secrets: &Secrets) -> Self {
        // Kept oldest first, so that a key keeps its number when newer ones are put before it.
        let keys = secrets.encryption_keys.iter().rev();
        Self(Arc::new(
            keys.map(|key| XChaCha20Poly1305::new((&**key).into()))
                .collect(),
        ))
    }

    /// Seals `plain` for the place `aad` (`{organization}/{row id}/{column}`).
    pub fn seal(&self, aad: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let cipher = self.0.last().ok_or(SealError::Unsealable)?;
        let version = u8::try_from(self.0.len()).map_err(|_| SealError::Unsealable)?;
        let mut nonce = [0_u8; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| SealError::Unsealable)?;
        let payload = Payload {
            msg: plain,
            aad: aad.as_bytes(),
        };
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::Unsealable)?;
        Ok([&[version], &nonce[..], &sealed].concat())
    }

    /// Opens what [`Keyring::seal`] made for the same place.
    pub fn open(&self, aad: &str, blob: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (&version, rest) = blob.split_first().ok_or(SealError::Unreadable)?;
        let (nonce, sealed) = rest
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(SealError::Unreadable)?;
        let index = usize::from(version)
            .checked_sub(1)
            .ok_or(SealError::Unreadable)?;
        let cipher = self.0.get(index).ok_or(SealError::Unreadable)?;
        let payload = Payload {
            msg: sealed,
            aad: aad.as_bytes(),
        };
        let plain = cipher.decrypt(&XNonce::from(*nonce), payload);
        plain.map(Zeroizing::new).map_err(|_| SealError::Unreadable)
    }

    /// Whether `blob` was sealed with an older key than the newest, and should be sealed again.
    pub fn is_outdated(&self, blob: &[u8]) -> bool {
        blob.first().map(|&version| usize::from(version)) != Some(self.0.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use secrecy::SecretString;

    fn keyring(seeds: &[u8]) -> Keyring {
        let keys = seeds.iter().map(|&seed| Zeroizing::new([seed; 32]));
        Keyring::new(&Secrets {
            jwt_secret: SecretString::from(String::new()),
            encryption_keys: keys.collect(),
        })
    }

    #[test]
    fn a_secret_opens_only_where_it_was_put() {
        let keyring = keyring(&[1]);
        let blob = keyring.seal("org_a/ses_1/access_token", b"EAAG").unwrap();
        assert!(!blob.windows(4).any(|part| part == b"EAAG"));
        assert_eq!(
            &**keyring.open("org_a/ses_1/access_token", &blob).unwrap(),
            b"EAAG"
        );
        for elsewhere in [
            "org_b/ses_1/access_token",
            "org_a/ses_2/access_token",
            "org_a/ses_1/app_secret",
        ] {
            assert_eq!(keyring.open(elsewhere, &blob), Err(SealError::Unreadable));
        }
    }

    #[test]
    fn a_changed_or_cut_blob_does_not_open() {
        let keyring = keyring(&[1]);
        let blob = keyring.seal("place", b"value").unwrap();
        for at in 0..blob.len() {
            let mut changed = blob.clone();
            changed[at] ^= 1;
            assert!(keyring.open("place", &changed).is_err(), "byte {at}");
            assert!(keyring.open("place", &blob[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn old_values_open_after_a_new_key_came() {
        let old = keyring(&[1]);
        let blob = old.seal("place", b"value").unwrap();
        let both = keyring(&[2, 1]);
        assert_eq!(&**both.open("place", &blob).unwrap(), b"value");
        assert!(both.is_outdated(&blob));
        let renewed = both.seal("place", b"value").unwrap();
        assert!(!both.is_outdated(&renewed));
        assert!(old.open("place", &renewed).is_err());
    }

    #[test]
    fn the_same_value_never_looks_the_same() {
        let keyring = keyring(&[1]);
        assert_ne!(
            keyring.seal("p", b"v").unwrap(),
            keyring.seal("p", b"v").unwrap()
        );
    }
}
