//! Opaque tokens: 256 random bits that mean nothing by themselves. The database keeps only their SHA-256,
//! which is enough because nobody can guess the input.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What every API key begins with, so that a leaked one is recognised.
pub const API_KEY_PREFIX: &str = "wcc_";
/// How much of an API key is kept to recognise it in lists.
const SHOWN: usize = API_KEY_PREFIX.len() + 6;
const BYTES: usize = 32;

/// The system gave no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no randomness")]
pub struct NoRandomness;

/// What is stored of a token.
pub type TokenHash = Vec<u8>;

/// A token that was just made and is about to be handed out; the only copy.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([REDACTED])")
    }
}

impl Token {
    /// A fresh token (refresh, reset, invitation).
    pub fn new() -> Result<Self, NoRandomness> {
        Self::with_prefix("")
    }

    /// A fresh API key (`wcc_…`).
    pub fn api_key() -> Result<Self, NoRandomness> {
        Self::with_prefix(API_KEY_PREFIX)
    }

    /// The text to hand out.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What to store.
    pub fn hash(&self) -> TokenHash {
        hash(&self.0)
    }

    /// The beginning by which a person recognises an API key.
    pub fn shown_prefix(&self) -> String {
        self.0.chars().take(SHOWN).collect()
    }

    fn with_prefix(prefix: &str) -> Result<Self, NoRandomness> {
        let mut bytes = Zeroizing::new([0_u8; BYTES]);
        getrandom::fill(&mut *bytes).map_err(|_| NoRandomness)?;
        let text = URL_SAFE_NO_PAD.encode(*bytes);
        Ok(Self(Zeroizing::new(format!("{prefix}{text}"))))
    }
}

/// What is stored of the token `text`.
pub fn hash(text: &str) -> TokenHash {
    Sha256::digest(text.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_is_found_again_by_its_hash() {
        let token = Token::api_key().unwrap();
        assert!(token.expose().starts_with(API_KEY_PREFIX) && token.expose().len() == 47);
        assert_eq!(hash(token.expose()), token.hash());
        assert_ne!(
            Token::new().unwrap().expose(),
            Token::new().unwrap().expose()
        );
        assert!(!format!("{token:?}").contains(token.expose()));
    }
}
