//! Everything that is secret: what seals credentials at rest, what people prove themselves with, and the
//! tokens that the hub hands out. Nothing here is ever logged.

pub mod access;
pub mod keyring;
pub mod media;
pub mod password;
pub mod second_factor;
pub mod token;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

pub use self::access::{AccessClaims, AccessTokens};
pub use self::keyring::{Keyring, SealError};
pub use self::media::MediaTokens;
pub use self::password::Passwords;

/// A key for one purpose, made of a master secret so that one use says nothing about another.
pub fn derive_key(master: &[u8], purpose: &str) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(mac(
        master,
        &[b"command-center/", purpose.as_bytes(), b"/v1"],
    ))
}

/// HMAC-SHA256 over the concatenation of `parts`.
pub fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length, so the error can't happen; an empty key would still be a key.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_is_the_published_one() {
        // RFC 4231, test case 2.
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(
            hex::encode(mac(b"Jefe", &[b"what do ya want ", b"for nothing?"])),
            expected
        );
    }

    #[test]
    fn purposes_do_not_share_a_key() {
        assert_ne!(
            *derive_key(b"master", "media"),
            *derive_key(b"master", "bus")
        );
    }
}
