//! A batch on SQLite: single-row statements, prepared once, in one blocking call.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use actors::ports::store::{InboundAppend, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel::result::Error;

use super::{Key, PLACEHOLDER, Results, Rows, Sieve, conversation_ids, now_of};
use crate::store::Store;
use crate::store::message::Quotes;
use crate::store::schema::{
    conversations, dedup_keys, events, jobs, media, messages, organizations,
};

/// Appends all.
pub(super) fn append(
    c: &mut SqliteConnection,
    store: &Store,
    appends: &[Arc<InboundAppend>],
) -> QueryResult<Results> {
    let mut sieve = Sieve::current(appends, &versions(c, appends)?);
    let announced = announced(c, &sieve.keys())?;
    sieve.drop_announced(&announced);
    let new = insert_keys(c, sieve.keys(), now_of(appends))?;
    sieve.keep_new(&new);
    if sieve.fresh.is_empty() {
        return Ok(sieve.results);
    }
    let mut rows = Rows {
        quotes: quotes(c, &sieve.quoted())?,
        ..Rows::default()
    };
    for (organization, indexes) in sieve.by_organization() {
        let count = i64::try_from(indexes.len()).unwrap_or(i64::MAX);
        let last: i64 = diesel::update(organizations::table.find(organization))
            .set(organizations::last_seq.eq(organizations::last_seq + count))
            .returning(organizations::last_seq)
            .get_result(c)?;
        sieve
            .number(store, &mut rows, indexes, last - count + 1)
            .map_err(wrapped)?;
    }
    write(c, rows)?;
    Ok(sieve.results)
}

fn versions(
    c: &mut SqliteConnection,
    appends: &[Arc<InboundAppend>],
) -> QueryResult<HashMap<i64, i64>> {
    let mut found = HashMap::new();
    for id in conversation_ids(appends) {
        let version: Option<i64> = conversations::table
            .find(id)
            .select(conversations::seq)
            .first(c)
            .optional()?;
        found.extend(version.map(|version| (id, version)));
    }
    Ok(found)
}

pub(super) fn announced(c: &mut SqliteConnection, keys: &[Key]) -> QueryResult<HashSet<Key>> {
    let mut found = HashSet::new();
    for (session, id) in keys {
        let mark = format!("{id}{PLACEHOLDER}");
        let hit: Option<i64> = dedup_keys::table
            .find((session, mark))
            .select(dedup_keys::session_id)
            .first(c)
            .optional()?;
        if hit.is_some() {
            found.insert((*session, id.clone()));
        }
    }
    Ok(found)
}

pub(super) fn insert_keys(
    c: &mut SqliteConnection,
    keys: Vec<Key>,
    now: Timestamp,
) -> QueryResult<HashSet<Key>> {
    let mut new = HashSet::new();
    for key in keys {
        let stored = diesel::insert_into(dedup_keys::table)
            .values((
                dedup_keys::session_id.eq(key.0),
                dedup_keys::key.eq(&key.1),
                dedup_keys::created_at.eq(now.naive()),
            ))
            .on_conflict_do_nothing()
            .execute(c)?;
        if stored > 0 {
            new.insert(key);
        }
    }
    Ok(new)
}

fn quotes(c: &mut SqliteConnection, wanted: &[(i64, &str)]) -> QueryResult<Quotes> {
    let mut quotes = Quotes::new();
    for (session, provider_id) in wanted {
        let line: Option<(i64, Option<String>, String)> = messages::table
            .filter(messages::session_id.eq(session))
            .filter(messages::provider_id.eq(provider_id))
            .select((messages::id, messages::text, messages::direction))
            .first(c)
            .optional()?;
        if let Some(line) = line {
            quotes.insert((*session, (*provider_id).to_owned()), line);
        }
    }
    Ok(quotes)
}

fn write(c: &mut SqliteConnection, rows: Rows) -> QueryResult<()> {
    for row in rows.messages {
        diesel::insert_into(messages::table)
            .values(row)
            .execute(c)?;
    }
    for row in rows.media {
        diesel::insert_into(media::table).values(row).execute(c)?;
    }
    for row in rows.jobs {
        diesel::insert_into(jobs::table).values(row).execute(c)?;
    }
    for state in rows.states {
        let view = &state.conversation;
        diesel::update(conversations::table.find(view.id.0))
            .set((
                conversations::seq.eq(state.version),
                conversations::status.eq(view.status.as_str()),
                conversations::unread.eq(i64::from(view.unread)),
                conversations::last_message_id.eq(view.last_message.as_ref().map(|last| last.id.0)),
                conversations::last_inbound_provider_id.eq(&state.last_inbound_provider_id),
                conversations::window_expires_at.eq(view.window_expires_at.map(|at| at.naive())),
                conversations::updated_at.eq(view.updated_at.naive()),
            ))
            .execute(c)?;
    }
    for row in rows.events {
        diesel::insert_into(events::table).values(row).execute(c)?;
    }
    Ok(())
}

fn wrapped(error: StoreError) -> Error {
    Error::SerializationError(Box::new(error))
}
