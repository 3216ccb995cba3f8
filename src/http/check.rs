//! What people type into forms, looked at in one place: all that is wrong is told at once.

use secrecy::{ExposeSecret, SecretString};

use super::error::{ApiError, ApiResult, Code, FieldError};
use crate::secret::password::{LONGEST, SHORTEST};

const LONGEST_NAME: usize = 100;
const LONGEST_SHORT_NAME: usize = 60;
const LONGEST_EMAIL: usize = 254;
/// As RFC 5646 advises for tags.
const LONGEST_LANGUAGE: usize = 35;
/// The longest credential that a provider hands out, with room to spare.
const LONGEST_SECRET: usize = 4096;

/// Gathers what is wrong with a form.
#[derive(Default)]
pub struct Check {
    errors: Vec<FieldError>,
}

/// Spaces, and characters that only join others or give a direction (Unicode's Default_Ignorable_Code_Point, without the rare).
fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(
            letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{3164}'
        )
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(letter, '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}')
        || matches!(letter, '\u{e0000}'..='\u{e0fff}')
}

impl Check {
    /// A name for people to read, without spaces around it.
    pub fn name(&mut self, field: &str, text: &str) -> String {
        self.line(field, text, LONGEST_NAME)
    }

    /// The name of something at hand, which stands in menus: short, without spaces around it.
    pub fn short_name(&mut self, field: &str, text: &str) -> String {
        self.line(field, text, LONGEST_SHORT_NAME)
    }

    fn line(&mut self, field: &str, text: &str, most: usize) -> String {
        let name = text.trim();
        let fits = (1..=most).contains(&name.chars().count());
        if !fits || name.chars().any(char::is_control) {
            self.refuse(
                field,
                format!("must have 1 to {most} characters on one line"),
            );
        } else if name.chars().all(is_invisible) {
            self.refuse(field, "must have characters that can be seen");
        }
        name.to_owned()
    }

    /// An e-mail in small letters; whether somebody reads it is not known.
    pub fn email(&mut self, field: &str, text: &str) -> String {
        let email = normal_email(text);
        let (name, domain) = email.rsplit_once('@').unwrap_or_default();
        let is_plain = |text: &str| {
            !text.is_empty()
                && !text
                    .chars()
                    .any(|c| c.is_whitespace() || c.is_control() || c == '@')
        };
        if email.len() > LONGEST_EMAIL || !is_plain(name) || !is_plain(domain) {
            self.refuse(field, "must be an e-mail address");
        }
        email
    }

    /// A language tag, or `system`; which languages there are is the pages' business.
    pub fn language(&mut self, field: &str, text: &str) {
        let fits = (2..=LONGEST_LANGUAGE).contains(&text.len());
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !fits || !text.bytes().all(is_plain) {
            self.refuse(field, "must be a language tag, or `system`");
        }
    }

    /// A new password.
    pub fn password(&mut self, field: &str, password: &SecretString) {
        let password = password.expose_secret();
        if password.chars().count() < SHORTEST || password.len() > LONGEST {
            self.refuse(
                field,
                format!("must have at least {SHORTEST} characters and at most {LONGEST} bytes"),
            );
        }
    }

    /// An id of the provider's: digits.
    pub fn provider_id(&mut self, field: &str, text: &str) -> String {
        let id = text.trim();
        if !(1..=32).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            self.refuse(field, "must be the number that WhatsApp shows, digits only");
        }
        id.to_owned()
    }

    /// A credential of the provider's.
    pub fn credential(&mut self, field: &str, secret: &SecretString) -> SecretString {
        let text = secret.expose_secret().trim();
        let fits = (1..=LONGEST_SECRET).contains(&text.len());
        if !fits || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            self.refuse(field, "must be copied as WhatsApp shows it, without spaces");
        }
        SecretString::from(text.to_owned())
    }

    /// Says that a field is not valid.
    pub fn refuse(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError {
            field: field.to_owned(),
            message: message.into(),
        });
    }

    /// All was well, or all that was not.
    pub fn finish(self) -> ApiResult<()> {
        if self.errors.is_empty() {
            return Ok(());
        }
        Err(ApiError::of(Code::ValidationFailed).fields(self.errors))
    }
}

/// How an e-mail is kept and looked for.
pub fn normal_email(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_email_is_small_and_has_two_sides() {
        let mut check = Check::default();
        assert_eq!(check.email("email", " Ann@Example.COM "), "ann@example.com");
        check.finish().unwrap();
        for wrong in [
            "",
            "ann",
            "@example.com",
            "ann@",
            "a b@c.d",
            "a@b@c",
            "a@b\n.c",
        ] {
            let mut check = Check::default();
            check.email("email", wrong);
            assert!(check.finish().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let mut check = Check::default();
        check.name("name", "  ");
        check.password("password", &"short".to_owned().into());
        check.provider_id("phone_number_id", "+49 170");
        let refused = check.finish().unwrap_err();
        assert_eq!(refused.code(), Code::ValidationFailed);
    }
}
