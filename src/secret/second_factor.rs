//! A second proof besides the password: codes of authenticator apps (RFC 6238: SHA-1, six digits, a new one every
//! thirty seconds), and recovery codes for whoever lost theirs.

use std::fmt;

use actors::time::Timestamp;
use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use super::token::{self, NoRandomness, TokenHash};

/// Under which name authenticator apps list the code.
const ISSUER: &str = "Command Center";
const DIGITS: usize = 6;
const STEP_SECONDS: u64 = 30;
/// Steps that a phone's clock may be off, either way.
const DRIFT: u16 = 1;
const SEED_BYTES: usize = 20;

/// Recovery codes that somebody has at first.
pub const RECOVERY_CODES: usize = 10;
/// 80 random bits: nobody finds the input of a stored hash.
const RECOVERY_LETTERS: usize = 16;
/// None that looks like another; 32 of them, so that five bits name one.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The secret can't be used or shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret of a second factor: {0}")]
pub struct BadSeed(String);

/// The secret that the hub shares with somebody's authenticator app.
#[derive(Clone)]
pub struct Seed(Zeroizing<Vec<u8>>);

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed([REDACTED])")
    }
}

/// How a seed gets into an app.
pub struct ShownSeed {
    /// To be typed in.
    pub secret: String,
    /// `otpauth://…`
    pub url: String,
    /// The address as a picture to be scanned.
    pub qr: String,
}

impl Seed {
    /// A fresh secret.
    pub fn new() -> Result<Self, NoRandomness> {
        let mut bytes = Zeroizing::new(vec![0_u8; SEED_BYTES]);
        getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Self(bytes))
    }

    /// One that was stored.
    pub const fn of(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// What is to be sealed.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// What is shown once, to whom it belongs.
    pub fn show(&self, account: &str) -> Result<ShownSeed, BadSeed> {
        // A colon would end the name in the address.
        let totp = self.totp(&account.replace(':', "_"))?;
        let url = totp.to_url().map_err(bad)?;
        let qr = QRBuilder::new(url.as_bytes()).build().map_err(bad)?;
        Ok(ShownSeed {
            secret: totp.secret().to_base32(),
            qr: SvgBuilder::default().to_str(&qr),
            url,
        })
    }

    /// The step whose code is `code`, among those that count at `now`.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Result<Option<i64>, BadSeed> {
        let seconds = u64::try_from(now.millis() / 1000).unwrap_or_default();
        let step = self.totp("")?.check(code, seconds);
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }

    fn totp(&self, account: &str) -> Result<Totp, BadSeed> {
        let secret: &[u8] = &self.0;
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS as u8)
            .with_step_duration(STEP_SECONDS)
            .with_skew(DRIFT)
            .with_secret(secret)
            .with_issuer(Some(ISSUER))
            .with_account_name(account)
            .build()
            .map_err(bad)
    }
}

fn bad(error: impl fmt::Display) -> BadSeed {
    BadSeed(error.to_string())
}

/// What somebody typed to prove themselves.
pub enum Proof {
    /// Of an authenticator app.
    Code(SecretString),
    /// A recovery code, as it is stored.
    Recovery(TokenHash),
}

impl Proof {
    /// Reads it as people type it, with or without spaces and lines; None for what can be neither.
    pub fn read(typed: &SecretString) -> Option<Self> {
        let letters = plain(typed.expose_secret());
        match letters.len() {
            DIGITS if letters.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(Self::Code(SecretString::from(letters.to_string())))
            }
            RECOVERY_LETTERS => Some(Self::Recovery(token::hash(&letters))),
            _ => None,
        }
    }
}

/// A recovery code that was just made; the only copy.
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    /// As many as somebody has at first.
    pub fn set() -> Result<Vec<Self>, NoRandomness> {
        (0..RECOVERY_CODES).map(|_| Self::new()).collect()
    }

    fn new() -> Result<Self, NoRandomness> {
        let mut bytes = Zeroizing::new([0_u8; RECOVERY_LETTERS]);
        getrandom::fill(&mut *bytes).map_err(|_| NoRandomness)?;
        let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
        Ok(Self(Zeroizing::new(bytes.iter().map(letter).collect())))
    }

    /// As people copy it: in groups of four.
    pub fn shown(&self) -> String {
        let groups: Vec<&str> = (0..RECOVERY_LETTERS)
            .step_by(4)
            .map(|at| &self.0[at..at + 4])
            .collect();
        groups.join("-")
    }

    /// What to store.
    pub fn hash(&self) -> TokenHash {
        token::hash(&self.0)
    }
}

/// The letters and digits alone, small, and none that is mistaken for another.
fn plain(typed: &str) -> Zeroizing<String> {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric);
    let known = letters.map(|letter| match letter.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        letter => letter,
    });
    // What is longer can't be right, and is not looked at.
    Zeroizing::new(known.take(RECOVERY_LETTERS + 1).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn published() -> Seed {
        Seed::of(Zeroizing::new(b"12345678901234567890".to_vec()))
    }

    #[test]
    fn codes_are_the_published_ones() {
        // RFC 6238, appendix B, the last six of eight digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let now = Timestamp::from_millis(seconds * 1000);
            let step = published().step_of(code, now).unwrap();
            assert_eq!(step, Some(seconds / 30), "{code}");
        }
    }

    #[test]
    fn a_clock_may_be_off_by_one_step_and_no_more() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        for (seconds, known) in [
            (29, true),
            (59, true),
            (89, true),
            (119, false),
            (120, false),
        ] {
            let step = published().step_of("287082", at(seconds)).unwrap();
            assert_eq!(step.is_some(), known, "{seconds}");
        }
        assert_eq!(published().step_of("", at(59)).unwrap(), None);
        assert_eq!(published().step_of("28708", at(59)).unwrap(), None);
    }

    #[test]
    fn a_seed_is_shown_in_three_ways_and_never_by_accident() {
        let seed = published();
        let shown = seed.show("ann:x@example.com").unwrap();
        assert_eq!(shown.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let url = &shown.url;
        assert!(
            url.starts_with("otpauth://totp/Command%20Center:ann_x"),
            "{url}"
        );
        assert!(url.contains(&shown.secret), "{url}");
        assert!(shown.qr.starts_with("<svg"), "{}", shown.qr);
        assert_eq!(format!("{seed:?}"), "Seed([REDACTED])");
    }

    #[test]
    fn a_recovery_code_is_known_again_however_it_is_typed() {
        let set = RecoveryCode::set().unwrap();
        assert_eq!(set.len(), RECOVERY_CODES);
        let code = &set[0];
        let shown = code.shown();
        assert_eq!(shown.len(), 19);
        let typed = [
            shown.clone(),
            shown.to_uppercase(),
            shown.replace('-', " "),
            shown.replace('0', "O").replace('1', "l"),
        ];
        for typed in typed {
            let proof = Proof::read(&typed.clone().into());
            let Some(Proof::Recovery(hash)) = proof else {
                panic!("{typed}");
            };
            assert_eq!(hash, code.hash(), "{typed}");
        }
        assert!(matches!(
            Proof::read(&" 123 456 ".to_owned().into()),
            Some(Proof::Code(code)) if code.expose_secret() == "123456"
        ));
        for neither in ["", "12345", "12345a", "1234567", &"a".repeat(500)] {
            assert!(
                Proof::read(&neither.to_owned().into()).is_none(),
                "{neither}"
            );
        }
    }
}
