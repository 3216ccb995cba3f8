//! On SQLite: the words that the index has. Its own way to find what begins like a word is to gather all messages that have
//! such a word, which takes a second where a million do. The words themselves are few: they are looked up, and each is
//! gone through from the newest message on, until there are enough.

use std::collections::BTreeSet;

use actors::ports::store::StoreError;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;

use super::entry::Entry;
use super::words::Term;
use crate::store::db::{Sqlite, boxed, refused};
use crate::store::kept::{kept, run};

/// Words of one beginning that are gone through: each is a way through the index of its own.
const MOST: usize = 1000;

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
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

/// What the index has to have for a word that is looked for; None if no message can have it.
pub(super) async fn expression(c: &mut Sqlite, term: &Term) -> Result<Option<String>, StoreError> {
    const BEGINNING: &str = "SELECT word FROM search_words WHERE word >= $1 AND word < $2 LIMIT $3";
    if !term.is_prefix {
        return Ok(Some(format!("\"{}\"", term.text)));
    }
    let end = format!("{}{}", term.text, char::MAX);
    let limit = i64::try_from(MOST).unwrap_or(i64::MAX) + 1;
    let query = diesel::sql_query(BEGINNING)
        .bind::<Text, _>(&term.text)
        .bind::<Text, _>(end)
        .bind::<BigInt, _>(limit);
    let found: Vec<Word> = boxed(kept(query).load(c)).await.map_err(refused)?;
    Ok(match found.len() {
        0 => None,
        count if count > MOST => Some(format!("\"{}\"*", term.text)),
        _ => {
            let words: Vec<String> = found.into_iter().map(|found| found.word).collect();
            Some(format!("(\"{}\")", words.join("\" OR \"")))
        }
    })
}

/// The words that no message has any more.
pub(super) async fn unsaid(c: &mut Sqlite) -> Result<Vec<String>, StoreError> {
    const UNSAID: &str = "SELECT word FROM search_words \
        WHERE word NOT IN (SELECT term FROM search_vocabulary WHERE doc > 0)";
    let query = diesel::sql_query(UNSAID);
    let found: Vec<Word> = boxed(query.load(c)).await.map_err(refused)?;
    Ok(found.into_iter().map(|found| found.word).collect())
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
