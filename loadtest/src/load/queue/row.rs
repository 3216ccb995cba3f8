//! A conversation's row, as far as lines need it, read out of frames without reading all of them.

use std::borrow::Cow;

use memchr::memmem;
use serde::Deserialize;
use serde_json::Deserializer;

/// What the numbers of this tool's contacts begin with.
const COUNTRY: &str = "1999";

/// A row.
#[derive(Debug, Deserialize)]
pub struct Row<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    pub seq: i64,
    #[serde(borrow, default)]
    status: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    assignee: Option<Named<'a>>,
    #[serde(borrow, default)]
    contact: Option<Contact<'a>>,
    #[serde(borrow, default)]
    reserved_until: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
struct Contact<'a> {
    #[serde(borrow, default)]
    phone: Option<Cow<'a, str>>,
}

impl Row<'_> {
    /// Who has it.
    pub fn assignee(&self) -> Option<&str> {
        self.assignee.as_ref().map(|user| user.id.as_ref())
    }

    /// Whether somebody has to do something.
    pub fn is_open(&self) -> bool {
        self.status.as_deref() == Some("open")
    }

    /// Whether who has it must accept it yet.
    pub const fn is_offer(&self) -> bool {
        self.reserved_until.is_some()
    }

    /// Which contact of this tool wrote it.
    pub fn number(&self) -> Option<u64> {
        let phone = self.contact.as_ref()?.phone.as_deref()?;
        let digits = phone.trim_start_matches('+').strip_prefix(COUNTRY)?;
        digits.parse().ok()
    }
}

/// Finds the rows of one agent's conversations.
pub struct Finder(memmem::Finder<'static>);

impl Finder {
    /// Of this user's.
    pub fn of(user: &str) -> Self {
        let needle = format!(r#""assignee":{{"id":"{user}""#);
        Self(memmem::Finder::new(needle.as_bytes()).into_owned())
    }

    /// Calls `take` for each of their rows in a frame.
    pub fn rows(&self, frame: &str, mut take: impl FnMut(Row<'_>)) {
        const BEGIN: &str = r#"{"id":"cnv_"#;
        for hit in self.0.find_iter(frame.as_bytes()) {
            let Some(begin) = frame.get(..hit).and_then(|before| before.rfind(BEGIN)) else {
                continue;
            };
            let mut reader = Deserializer::from_str(&frame[begin..]);
            if let Ok(row) = Row::deserialize(&mut reader) {
                take(row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: &str = r#"{"type":"rows","cursor":"1.9","rows":[{"id":"cnv_1","seq":7,"contact":{"id":"con_1","phone":"19990000042"},"status":"open","assignee":{"id":"usr_b","name":"B"},"reserved_until":null},{"id":"cnv_2","seq":8,"contact":{"id":"con_2","phone":"19990000043"},"status":"open","assignee":{"id":"usr_a","name":"A"},"team":{"id":"team_1","name":"T"},"reserved_until":"2026-01-01T00:00:00Z"}]}"#;

    #[test]
    fn an_agent_finds_its_own_rows() {
        let mut seen = Vec::new();
        Finder::of("usr_a").rows(FRAME, |row| {
            seen.push((row.id.to_string(), row.seq, row.number(), row.is_offer()));
            assert_eq!(row.assignee(), Some("usr_a"));
            assert!(row.is_open());
        });
        assert_eq!(seen, [("cnv_2".to_owned(), 8, Some(43), true)]);
        Finder::of("usr_b").rows(FRAME, |row| assert!(!row.is_offer()));
        Finder::of("usr").rows(FRAME, |_| panic!("nobody's"));
    }
}
