//! Whom a first message goes to, as the client writes it.

use actors::model::contact::{Identity, IdentityKind};

use crate::http::error::{ApiError, ApiResult, Code};

/// Digits of a phone number with its country code (E.164).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// A business-scoped user id without its country.
const USER_ID: std::ops::RangeInclusive<usize> = 1..=128;

/// The identity that `to` or `recipient` names.
pub fn of(to: Option<&str>, recipient: Option<&str>) -> ApiResult<Identity> {
    let refuse = |field: &str, why: &str| ApiError::of(Code::InvalidMessage).field(field, why);
    match (to, recipient) {
        (Some(to), _) => phone(to).ok_or_else(|| {
            refuse(
                "to",
                "must be a phone number with + and country code, such as +4917012345678",
            )
        }),
        (None, Some(recipient)) => {
            user(recipient).ok_or_else(|| refuse("recipient", "must be a user id such as US.1A2B"))
        }
        (None, None) => Err(refuse("to", "is missing")),
    }
}

fn phone(text: &str) -> Option<Identity> {
    let text = text.trim();
    let is_punctuation = |letter: char| matches!(letter, ' ' | '-' | '(' | ')' | '.' | '/');
    let rest = text.strip_prefix('+').unwrap_or(text);
    if rest
        .chars()
        .any(|letter| !letter.is_ascii_digit() && !is_punctuation(letter))
    {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let is_whole = PHONE_DIGITS.contains(&digits.len()) && !digits.starts_with('0');
    is_whole.then_some(Identity {
        kind: IdentityKind::Phone,
        value: digits,
    })
}

fn user(text: &str) -> Option<Identity> {
    let text = text.trim();
    let (country, rest) = text.split_once('.')?;
    let is_country = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_id = USER_ID.contains(&rest.len())
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    (is_country && is_id).then(|| Identity {
        kind: IdentityKind::UserId,
        value: text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_recipient_is_read_as_people_write_it() {
        for written in ["+49 170 1234567", "491701234567", "+49 (170) 123-4567"] {
            let identity = of(Some(written), None).unwrap();
            assert_eq!(identity.value, "491701234567", "{written}");
        }
        let user = of(None, Some("US.1A2B")).unwrap();
        assert_eq!(
            (user.kind, user.value.as_str()),
            (IdentityKind::UserId, "US.1A2B")
        );
        let both = of(Some("+491701234567"), Some("US.1A2B")).unwrap();
        assert_eq!(both.kind, IdentityKind::Phone);
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for to in ["", "0170 1234567", "+49", "call me", "+4917012345678901234"] {
            assert!(of(Some(to), None).is_err(), "{to}");
        }
        for recipient in ["", "US", "us.1A", "US.", "US.a b", "USA.1"] {
            assert!(of(None, Some(recipient)).is_err(), "{recipient}");
        }
        assert!(of(None, None).is_err());
    }
}
