//! A batch on SQLite: single-row statements, prepared once, in one blocking call.

use std::collections::HashMap;
use std::sync::Arc;

use actors::ports::store::{InboundAppend, StoreError};
use diesel::prelude::*;
use diesel::result::Error;

use super::super::keys::claim_each;
use super::super::sieve::{Results, Sieve, now_of, quoted};
use super::{Rows, conversation_ids};
use crate::insert_each;
use crate::store::Store;
use crate::store::kept::{kept, run};
use crate::store::message::{Quoted, Quotes};
use crate::store::schema::{
    conversations, events, jobs, media, messages, organizations, queue_moves,
};

/// Appends all.
pub(super) fn append(
    c: &mut SqliteConnection,
    store: &Store,
    appends: &[Arc<InboundAppend>],
) -> QueryResult<Results> {
    let mut sieve = Sieve::current(appends, &mut versions(c, appends)?);
    sieve.settle(&claim_each(c, sieve.keys(), now_of(appends))?);
    if sieve.is_empty() {
        return Ok(sieve.into_results());
    }
    let mut rows = Rows {
        quotes: quotes(c, &quoted(appends.iter().map(AsRef::as_ref)))?,
        ..Rows::default()
    };
    for (organization, count) in sieve.counts(1) {
        let taken = kept(
            diesel::update(organizations::table.find(organization))
                .set(organizations::last_seq.eq(organizations::last_seq + count))
                .returning(organizations::last_seq),
        );
        let last: i64 = taken.get_result(c)?;
        sieve
            .number(organization, last - count + 1, 1, |append, seq| {
                rows.add(store, append, seq)
            })
            .map_err(wrapped)?;
    }
    write(c, rows)?;
    Ok(sieve.into_results())
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

fn quotes(c: &mut SqliteConnection, wanted: &[(i64, &str)]) -> QueryResult<Quotes> {
    let mut quotes = Quotes::new();
    for (session, provider_id) in wanted {
        let line: Option<Quoted> = messages::table
            .filter(messages::session_id.eq(session))
            .filter(messages::provider_id.eq(provider_id))
            .select((
                messages::conversation_id,
                messages::id,
                messages::text,
                messages::direction,
            ))
            .first(c)
            .optional()?;
        if let Some(line) = line {
            quotes.insert((*session, (*provider_id).to_owned()), line);
        }
    }
    Ok(quotes)
}

fn write(c: &mut SqliteConnection, rows: Rows) -> QueryResult<()> {
    insert_each!(c, messages::table, rows.messages)?;
    insert_each!(c, media::table, rows.media)?;
    insert_each!(c, jobs::table, rows.jobs)?;
    insert_each!(c, queue_moves::table, rows.moves)?;
    for state in rows.states {
        let view = &state.conversation;
        let update = diesel::update(conversations::table.find(view.id.0)).set((
            conversations::seq.eq(state.version),
            conversations::status.eq(view.status.as_str()),
            conversations::unread.eq(i64::from(view.unread)),
            conversations::last_message_id.eq(view.last_message.as_ref().map(|last| last.id.0)),
            conversations::last_inbound_provider_id.eq(&state.last_inbound_provider_id),
            conversations::window_expires_at.eq(view.window_expires_at.map(|at| at.naive())),
            conversations::updated_at.eq(view.updated_at.naive()),
            conversations::waiting_since.eq(view.waiting_since.map(|at| at.naive())),
            conversations::opened_at.eq(Some(view.opened_at.naive())),
            conversations::first_reply_at.eq(view.first_reply_at.map(|at| at.naive())),
        ));
        run(update, c)?;
    }
    insert_each!(c, events::table, rows.events)
}

fn wrapped(error: StoreError) -> Error {
    Error::SerializationError(Box::new(error))
}
