//! What a message is found by: its words, and marks that tell whose it is and of which kind. A mark is a word that begins
//! with an underscore, which no word of a text does.

use std::collections::{BTreeSet, HashMap};

use actors::model::ids::{ConversationId, OrganizationId, SessionId, UserId};
use actors::model::message::{Author, Direction, Message};
use actors::ports::store::StoreError;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::words::words;
use crate::store::db::Conn;
use crate::store::field;
use crate::store::schema::{media, messages};
use crate::with_conn;

/// Different words of one message that count.
const MOST_WORDS: usize = 2000;

/// The columns of a message that matter here.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub(super) struct SourceRow {
    pub id: i64,
    pub organization_id: i64,
    conversation_id: i64,
    session_id: i64,
    direction: String,
    kind: String,
    text: Option<String>,
    author: Option<String>,
    has_media: bool,
    hidden: bool,
    revoked_at: Option<chrono::NaiveDateTime>,
}

/// A message as the index has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub message: i64,
    pub organization: i64,
    /// Words and marks, each once, with spaces between.
    pub words: String,
}

/// The entries of these rows; none for those that nobody may find.
pub(super) async fn entries(conn: &mut Conn, rows: &[SourceRow]) -> Result<Vec<Entry>, StoreError> {
    let with_media = rows.iter().filter(|row| row.has_media);
    let with_media: Vec<Option<i64>> = with_media.map(|row| Some(row.id)).collect();
    let mut names: HashMap<i64, Vec<String>> = HashMap::new();
    if !with_media.is_empty() {
        let found: Vec<(Option<i64>, Option<String>)> = with_conn!(conn, |c| media::table
            .filter(media::message_id.eq_any(&with_media))
            .filter(media::filename.is_not_null())
            .select((media::message_id, media::filename))
            .load(c)
            .await)?;
        for (message, name) in found {
            if let (Some(message), Some(name)) = (message, name) {
                names.entry(message).or_default().push(name);
            }
        }
    }
    let entries = rows.iter().filter_map(|row| {
        let names = names.get(&row.id).map_or(&[][..], Vec::as_slice);
        entry(row, names).transpose()
    });
    entries.collect()
}

/// None if the message is to be found by nobody: a reaction, what was taken back, what has no words.
fn entry(row: &SourceRow, names: &[String]) -> Result<Option<Entry>, StoreError> {
    if row.hidden || row.revoked_at.is_some() {
        return Ok(None);
    }
    let mut found = BTreeSet::new();
    for text in row.text.iter().chain(names) {
        found.extend(words(text).into_iter().map(|word| word.text));
    }
    if found.is_empty() {
        return Ok(None);
    }
    let mut all: Vec<String> = found.into_iter().take(MOST_WORDS).collect();
    all.extend([
        of_organization(OrganizationId(row.organization_id)),
        of_conversation(ConversationId(row.conversation_id)),
        of_session(SessionId(row.session_id)),
        mark('d', &row.direction),
        of_kind(&row.kind),
    ]);
    let author: Option<Author> = field::read_opt(row.author.as_deref())?;
    let user = author.and_then(|author| author.id?.parse::<UserId>().ok());
    all.extend(user.map(of_author));
    Ok(Some(Entry {
        message: row.id,
        organization: row.organization_id,
        words: all.join(" "),
    }))
}

/// The texts of a message that are searched.
pub(super) fn texts(message: &Message) -> impl Iterator<Item = &str> {
    let names = message.media.iter();
    let names = names.filter_map(|file| file.filename.as_deref());
    message.text.as_deref().into_iter().chain(names)
}

pub(super) fn of_organization(id: OrganizationId) -> String {
    mark('o', &format!("{:x}", id.0))
}

pub(super) fn of_conversation(id: ConversationId) -> String {
    mark('c', &format!("{:x}", id.0))
}

pub(super) fn of_session(id: SessionId) -> String {
    mark('s', &format!("{:x}", id.0))
}

pub(super) fn of_author(id: UserId) -> String {
    mark('u', &format!("{:x}", id.0))
}

pub(super) fn of_direction(direction: Direction) -> String {
    mark('d', direction.as_str())
}

/// The provider may name kinds as it likes.
pub(super) fn of_kind(kind: &str) -> String {
    mark('t', kind)
}

fn mark(of: char, what: &str) -> String {
    let plain = what.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = plain.map(|letter| letter.to_ascii_lowercase()).collect();
    format!("_{of}{plain}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn row(text: &str) -> SourceRow {
        SourceRow {
            id: 7,
            organization_id: 1,
            conversation_id: 2,
            session_id: 31,
            direction: "note".to_owned(),
            kind: "text".to_owned(),
            text: Some(text.to_owned()),
            author: Some(format!(
                r#"{{"type": "user", "id": "{}", "name": "Jo"}}"#,
                UserId(10)
            )),
            has_media: false,
            hidden: false,
            revoked_at: None,
        }
    }

    #[test]
    fn a_message_is_found_by_its_words_its_files_and_its_marks() {
        let entry = entry(&row("the cat, THE hat"), &["Rechnung_März.pdf".to_owned()]);
        assert_eq!(
            entry.unwrap().unwrap().words,
            "cat hat marz pdf rechnung the _o1 _c2 _s1f _dnote _ttext _ua"
        );
    }

    #[test]
    fn no_text_can_say_a_mark() {
        let entry = entry(&row("_o2 _dinbound o'_c3"), &[]).unwrap().unwrap();
        assert_eq!(
            entry.words,
            "c3 dinbound o o2 _o1 _c2 _s1f _dnote _ttext _ua"
        );
        assert_eq!(of_kind("Odd' | kind:*_"), "_toddkind");
    }

    #[test]
    fn what_has_no_words_or_is_not_shown_is_not_there() {
        assert_eq!(entry(&row("🎉"), &[]).unwrap(), None);
        let revoked = SourceRow {
            revoked_at: Some(chrono::NaiveDateTime::default()),
            ..row("said")
        };
        let hidden = SourceRow {
            hidden: true,
            ..row("👍 ok")
        };
        assert_eq!(entry(&revoked, &[]).unwrap(), None);
        assert_eq!(entry(&hidden, &[]).unwrap(), None);
    }
}
