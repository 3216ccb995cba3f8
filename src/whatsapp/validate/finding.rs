//! What is wrong, collected, and the checks that all types share.

use reqwest::Url;
use serde_json::Value;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Where, as a path into the message (`interactive.action.buttons.0.reply.title`).
    pub field: String,
    /// What, in words that go on after the field's name.
    pub message: String,
}

impl Invalid {
    /// A finding.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

/// More findings help nobody.
const MAX_FINDINGS: usize = 20;
const MAX_LINK: usize = 2048;

/// All that is wrong with one message.
#[derive(Debug, Default)]
pub struct Findings(Vec<Invalid>);

impl Findings {
    /// Notes a finding.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        if self.0.len() < MAX_FINDINGS {
            self.0.push(Invalid::new(field, message));
        }
    }

    /// The findings in their order.
    pub fn into_list(self) -> Vec<Invalid> {
        self.0
    }

    /// A text that must be there, of 1 to `most` characters.
    pub fn needed<'v>(&mut self, field: &str, value: Option<&'v Value>, most: usize) -> &'v str {
        match value {
            Some(Value::String(text)) if !text.trim().is_empty() => self.sized(field, text, most),
            None | Some(Value::Null) => {
                self.add(field, "is missing");
                ""
            }
            Some(Value::String(_)) => {
                self.add(field, "must not be empty");
                ""
            }
            Some(_) => {
                self.add(field, "must be a text");
                ""
            }
        }
    }

    /// A text that may be absent, of at most `most` characters.
    pub fn optional<'v>(
        &mut self,
        field: &str,
        value: Option<&'v Value>,
        most: usize,
    ) -> Option<&'v str> {
        match value? {
            Value::Null => None,
            Value::String(text) => Some(self.sized(field, text, most)),
            _ => {
                self.add(field, "must be a text");
                None
            }
        }
    }

    fn sized<'v>(&mut self, field: &str, text: &'v str, most: usize) -> &'v str {
        let length = text.chars().count();
        if length > most {
            self.add(
                field,
                format!("is {length} characters long; {most} are allowed"),
            );
        }
        text
    }

    /// A yes or no that may be absent.
    pub fn flag(&mut self, field: &str, value: Option<&Value>) {
        if !matches!(value, None | Some(Value::Null | Value::Bool(_))) {
            self.add(field, "must be true or false");
        }
    }

    /// An address that starts with one of `schemes`.
    pub fn link(&mut self, field: &str, link: &str, schemes: &[&str]) {
        let valid =
            Url::parse(link).is_ok_and(|url| url.has_host() && schemes.contains(&url.scheme()));
        if link.len() > MAX_LINK || !valid {
            self.add(field, format!("must be an address ({}://…)", schemes[0]));
        }
    }

    /// A list of at least one and at most `most` elements.
    pub fn list<'v>(&mut self, field: &str, value: Option<&'v Value>, most: usize) -> &'v [Value] {
        match value {
            Some(Value::Array(list)) if (1..=most).contains(&list.len()) => list,
            Some(Value::Array(list)) => {
                let there = list.len();
                self.add(
                    field,
                    format!("has {there} elements; 1 to {most} are allowed"),
                );
                &[]
            }
            None | Some(Value::Null) => {
                self.add(field, "is missing");
                &[]
            }
            Some(_) => {
                self.add(field, "must be a list");
                &[]
            }
        }
    }
}
