//! A person who writes to a number, and the names by which WhatsApp knows them.

use serde::{Deserialize, Serialize};

use crate::model::ids::ContactId;
use crate::time::Timestamp;

/// A contact in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Contact {
    pub id: ContactId,
    /// The name given by an agent, else the profile name.
    pub name: Option<String>,
    /// E.164 digits without `+`, when known.
    pub phone: Option<String>,
    /// The business-scoped user id, when known.
    pub user_id: Option<String>,
    /// The WhatsApp username, when the contact has one.
    pub username: Option<String>,
    /// When the contact asked not to get marketing messages.
    pub opted_out_at: Option<Timestamp>,
    pub identities: Vec<Identity>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A contact as a conversation shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ContactBrief {
    pub id: ContactId,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub user_id: Option<String>,
    pub username: Option<String>,
}

/// The kinds of names under which WhatsApp addresses a person.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// A phone number (`wa_id` digits).
    Phone,
    /// A business-scoped user id (`US.1A2B`).
    UserId,
    /// A linked identity of paired devices.
    Lid,
}

impl IdentityKind {
    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::UserId => "user_id",
            Self::Lid => "lid",
        }
    }
}

/// One name under which WhatsApp addresses a person.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
pub struct Identity {
    pub kind: IdentityKind,
    /// As WhatsApp wrote it.
    pub value: String,
}

impl Identity {
    /// The key by which variants of the same identity are found: phone variants of Brazil (ninth digit),
    /// Mexico (`521`) and Argentina (`549`) fold to one (CLOUD_API section 6).
    pub fn lookup_key(&self) -> String {
        match self.kind {
            IdentityKind::Phone => format!("phone:{}", fold_phone(&self.value)),
            kind => format!("{}:{}", kind.as_str(), self.value),
        }
    }
}

/// The digits of a phone number with the national variants folded away.
pub fn fold_phone(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let folded = match (digits.get(..2), digits.len()) {
        // 55 + two digits of area + 9 + eight digits: the ninth digit may be missing.
        (Some("55"), 13) if digits.as_bytes()[4] == b'9' => Some((4, 5)),
        (Some("52"), 13) if digits.as_bytes()[2] == b'1' => Some((2, 3)),
        (Some("54"), 13) if digits.as_bytes()[2] == b'9' => Some((2, 3)),
        _ => None,
    };
    match folded {
        Some((end, start)) => format!("{}{}", &digits[..end], &digits[start..]),
        None => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn national_variants_of_a_number_share_one_key() {
        let cases = [
            ("+55 11 98765-4321", "551187654321"),
            ("5215512345678", "525512345678"),
            ("5491123456789", "541123456789"),
            ("491701234567", "491701234567"),
        ];
        for (written, key) in cases {
            assert_eq!(fold_phone(written), key);
            assert_eq!(fold_phone(key), key);
        }
    }
}
