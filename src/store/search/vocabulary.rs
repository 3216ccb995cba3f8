//! On SQLite: the words that the index has. FTS5's way to find what begins like a word is to gather all messages that have
//! such a word, which takes a second where a million do. The words themselves are few: they are looked up, and each is
//! gone through from the newest message on, until there are enough.

use std::collections::BTreeSet;

use actors::ports::store::StoreError;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel_async::RunQueryDsl;

use super::entry::Entry;
use super::words::Term;
use crate::store::db::{Sqlite, boxed, refused};
use crate::store::kept::{kept, run};

/// Words that one search goes through: each is a way through the index of its own, with a page of each of its parts.
const MOST: usize = 1000;
/// Words that are looked at together whether they are still said.
const PAGE: i64 = 500;

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

/// Whether a word is still said.
#[derive(QueryableByName)]
struct Looked {
    #[diesel(sql_type = Text)]
    word: String,
    #[diesel(sql_type = Bool)]
    is_said: bool,
}

/// Notes the words of these entries.
pub(super) fn learn(entries: &[Entry], c: &mut SqliteConnection) -> QueryResult<()> {
    const LEARN: &str = "INSERT OR IGNORE INTO search_words SELECT value FROM json_each($1)";
    let words = entries.iter().flat_map(|entry| entry.words.split(' '));
    let words: BTreeSet<&str> = words.filter(|word| !word.starts_with('_')).collect();
    if words.is_empty() {
        return Ok(());
    }
    run(diesel::sql_query(LEARN).bind::<Text, _>(list(words)), c)
}

/// What the index has to have for each of these, joined; None if no message can have one of them.
pub(super) async fn expression(
    c: &mut Sqlite,
    terms: &[Term],
) -> Result<Option<String>, StoreError> {
    const BEGINNING: &str = "SELECT word FROM search_words WHERE word >= $1 AND word < $2 LIMIT $3";
    let beginnings = terms.iter().filter(|term| term.is_prefix).count();
    let most = MOST / beginnings.max(1);
    let mut all = Vec::new();
    for term in terms {
        if !term.is_prefix {
            all.push(format!("\"{}\"", term.text));
            continue;
        }
        let end = format!("{}{}", term.text, char::MAX);
        let query = diesel::sql_query(BEGINNING)
            .bind::<Text, _>(&term.text)
            .bind::<Text, _>(end)
            .bind::<BigInt, _>(i64::try_from(most).unwrap_or(i64::MAX) + 1);
        let found: Vec<Word> = boxed(kept(query).load(c)).await.map_err(refused)?;
        match found.len() {
            0 => return Ok(None),
            count if count > most => all.push(format!("\"{}\"*", term.text)),
            _ => {
                let words: Vec<String> = found.into_iter().map(|found| found.word).collect();
                all.push(format!("(\"{}\")", words.join("\" OR \"")));
            }
        }
    }
    Ok(Some(all.join(" AND ")))
}

/// Which of the words behind `after` no message has any more, and the last word that was looked at; None: there are no more.
pub(super) async fn unsaid(
    c: &mut Sqlite,
    after: &str,
) -> Result<(Vec<String>, Option<String>), StoreError> {
    const PAGE_OF_WORDS: &str = "SELECT word, EXISTS ( \
            SELECT 1 FROM message_search WHERE message_search MATCH '\"' || word || '\"' \
        ) AS is_said FROM search_words WHERE word > $1 ORDER BY word LIMIT $2";
    let query = diesel::sql_query(PAGE_OF_WORDS)
        .bind::<Text, _>(after)
        .bind::<BigInt, _>(PAGE);
    let found: Vec<Looked> = boxed(kept(query).load(c)).await.map_err(refused)?;
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count == PAGE);
    let last = found.last().map(|looked| looked.word.clone());
    let unsaid = found.into_iter().filter(|looked| !looked.is_said);
    let unsaid = unsaid.map(|looked| looked.word).collect();
    Ok((unsaid, last.filter(|_| is_full)))
}

/// Forgets those of these words that no message has.
pub(super) fn forget(words: &[String], c: &mut SqliteConnection) -> QueryResult<()> {
    const FORGET: &str = "DELETE FROM search_words WHERE word IN (SELECT value FROM json_each($1)) \
        AND NOT EXISTS (SELECT 1 FROM message_search WHERE message_search MATCH '\"' || word || '\"')";
    let words = list(words.iter().map(String::as_str));
    run(diesel::sql_query(FORGET).bind::<Text, _>(words), c)
}

/// As JSON.
fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    serde_json::Value::from(words).to_string()
}
