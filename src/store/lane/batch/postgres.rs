//! A batch on PostgreSQL: one statement per table for all of it, and statements that don't need each other's
//! answers on their way at once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use actors::model::conversation::ConversationState;
use actors::ports::store::{Appended, InboundAppend, StoreError};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamp as SqlTimestamp};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::join;

use super::super::keys::{Claimed, Key, claim_all, give_back, keys_of};
use super::super::sieve::{Results, Sieve, now_of, quoted};
use super::{Rows, conversation_ids};
use crate::store::Store;
use crate::store::bulk::Together;
use crate::store::db::refused;
use crate::store::message::{self, Quotes};
use crate::store::pipeline::{Pipeline, begin, both};
use crate::store::schema::{conversations, organizations};

/// Appends all in a transaction that waits for two answers: one for the locks, one for the rows and the commit.
pub(super) async fn commit(
    store: &Store,
    appends: &[Arc<InboundAppend>],
) -> Result<Results, StoreError> {
    let mut conn = store.committer_db().read().await?;
    let quotes = message::quotes(&mut conn, &quoted(appends.iter().map(AsRef::as_ref))).await?;
    let pipeline = Pipeline::on(conn)?;
    let done = append(pipeline.conn()?, store, appends, quotes).await;
    pipeline.end(done).await
}

async fn append(
    c: &AsyncPgConnection,
    store: &Store,
    appends: &[Arc<InboundAppend>],
    quotes: Quotes,
) -> Result<(Results, Together), StoreError> {
    // The server works in the order of sending: no key is stored before the conversations are locked, and the
    // organizations' numbers are taken last.
    let (begun, versions, claimed, numbers) = join!(
        begin(c),
        lock_versions(c, appends),
        claim_all(c, keys_of(appends), now_of(appends)),
        lock_numbers(c, organizations_of(appends)),
    );
    begun?;
    let mut sieve = Sieve::current(appends, &versions?);
    let (claimed, mut numbers) = both(claimed, numbers)?;
    settle(c, &mut sieve, claimed).await?;
    let mut rows = Rows {
        quotes,
        ..Rows::default()
    };
    number(&mut sieve, &mut numbers, 1, |append, seq| {
        rows.add(store, append, seq)
    })?;
    let last = match sieve.is_empty() {
        true => Together::default(),
        false => write(rows, numbers),
    };
    Ok((sieve.into_results(), last))
}

/// Leaves out what was stored before. Keys of messages that are not stored after all (that is rare) are given back.
pub(in crate::store::lane) async fn settle(
    c: &AsyncPgConnection,
    sieve: &mut Sieve<'_>,
    mut claimed: Claimed,
) -> Result<(), StoreError> {
    let wanted: HashSet<Key> = sieve.keys().into_iter().collect();
    let stale = claimed.new.difference(&wanted).cloned().collect();
    give_back(c, stale).await?;
    claimed.new.retain(|key| wanted.contains(key));
    sieve.settle(&claimed);
    Ok(())
}

/// Numbers what is to be stored, `each` numbers a message, and counts the organizations' last numbers up.
pub(in crate::store::lane) fn number(
    sieve: &mut Sieve<'_>,
    numbers: &mut BTreeMap<i64, i64>,
    each: i64,
    mut add: impl FnMut(&InboundAppend, i64) -> Result<Appended, StoreError>,
) -> Result<(), StoreError> {
    for (organization, count) in sieve.counts(each) {
        let last = numbers.get_mut(&organization).ok_or(StoreError::NotFound)?;
        sieve.number(organization, *last + 1, each, &mut add)?;
        *last += count;
    }
    Ok(())
}

fn write(rows: Rows, numbers: BTreeMap<i64, i64>) -> Together {
    let mut together = Together::default();
    together.insert(rows.messages);
    together.insert(rows.media);
    together.insert(rows.jobs);
    together.insert(rows.moves);
    together.insert(rows.events);
    save_states(&mut together, &rows.states);
    save_numbers(&mut together, numbers);
    together
}

/// Whose messages these are.
pub(in crate::store::lane) fn organizations_of(appends: &[Arc<InboundAppend>]) -> BTreeSet<i64> {
    let organizations = appends.iter().map(|append| append.key.organization.0);
    organizations.collect()
}

/// The last number of each of these organizations, locked.
pub(in crate::store::lane) async fn lock_numbers(
    c: &AsyncPgConnection,
    organizations: BTreeSet<i64>,
) -> Result<BTreeMap<i64, i64>, StoreError> {
    let query = organizations::table
        .filter(organizations::id.eq_any(organizations))
        .order(organizations::id)
        .select((organizations::id, organizations::last_seq))
        // Whoever stores a row that refers to the organization holds a lock that only this one gets along with.
        .for_no_key_update();
    let mut shared = c;
    let found: Vec<(i64, i64)> = query.load(&mut shared).await.map_err(refused)?;
    Ok(found.into_iter().collect())
}

/// Writes the last number of each organization.
pub(in crate::store::lane) fn save_numbers(together: &mut Together, numbers: BTreeMap<i64, i64>) {
    let (ids, last): (Vec<i64>, Vec<i64>) = numbers.into_iter().unzip();
    let text = |places: &str| {
        format!(
            "UPDATE organizations AS o SET last_seq = v.last_seq \
            FROM UNNEST({places}) AS v (id, last_seq) WHERE o.id = v.id"
        )
    };
    together.update(2, text, move |statement| {
        statement
            .bind::<Array<BigInt>, _>(ids)
            .bind::<Array<BigInt>, _>(last)
    });
}

async fn lock_versions(
    c: &AsyncPgConnection,
    appends: &[Arc<InboundAppend>],
) -> Result<HashMap<i64, i64>, StoreError> {
    let query = conversations::table
        .filter(conversations::id.eq_any(conversation_ids(appends)))
        .order(conversations::id)
        .select((conversations::id, conversations::seq))
        .for_update();
    let mut shared = c;
    let found: Vec<(i64, i64)> = query.load(&mut shared).await.map_err(refused)?;
    Ok(found.into_iter().collect())
}

/// Writes what messages change of their conversations.
pub(in crate::store::lane) fn save_states(
    together: &mut Together,
    states: &[Arc<ConversationState>],
) {
    if states.is_empty() {
        return;
    }
    let text = |places: &str| {
        format!(
            "UPDATE conversations AS c SET seq = v.seq, status = v.status, unread = v.unread, \
            last_message_id = v.last_message_id, \
            last_inbound_provider_id = v.last_inbound_provider_id, \
            window_expires_at = v.window_expires_at, updated_at = v.updated_at, \
            waiting_since = v.waiting_since, opened_at = v.opened_at, \
            first_reply_at = v.first_reply_at \
            FROM UNNEST({places}) AS v (id, seq, status, unread, last_message_id, \
            last_inbound_provider_id, window_expires_at, updated_at, waiting_since, opened_at, \
            first_reply_at) WHERE c.id = v.id"
        )
    };
    let states = states.to_vec();
    together.update(11, text, move |statement| {
        let of = |read: fn(&ConversationState) -> i64| -> Vec<i64> {
            states.iter().map(|state| read(state)).collect()
        };
        let last = states.iter().map(|state| {
            let last = state.conversation.last_message.as_ref();
            last.map(|last| last.id.0)
        });
        let last: Vec<Option<i64>> = last.collect();
        let inbound = states
            .iter()
            .map(|state| state.last_inbound_provider_id.clone());
        let inbound: Vec<Option<String>> = inbound.collect();
        let windows = states.iter().map(|state| {
            let window = state.conversation.window_expires_at;
            window.map(|at| at.naive())
        });
        let windows: Vec<Option<NaiveDateTime>> = windows.collect();
        let waiting = states.iter().map(|state| {
            let since = state.conversation.waiting_since;
            since.map(|at| at.naive())
        });
        let waiting: Vec<Option<NaiveDateTime>> = waiting.collect();
        let opened = states.iter().map(|state| state.conversation.opened_at);
        let opened: Vec<NaiveDateTime> = opened.map(|at| at.naive()).collect();
        let replied = states.iter().map(|state| {
            let at = state.conversation.first_reply_at;
            at.map(|at| at.naive())
        });
        let replied: Vec<Option<NaiveDateTime>> = replied.collect();
        let updated = states
            .iter()
            .map(|state| state.conversation.updated_at.naive());
        let updated: Vec<NaiveDateTime> = updated.collect();
        let statuses = states
            .iter()
            .map(|state| state.conversation.status.as_str());
        let statuses: Vec<&'static str> = statuses.collect();
        statement
            .bind::<Array<BigInt>, _>(of(|state| state.conversation.id.0))
            .bind::<Array<BigInt>, _>(of(|state| state.version))
            .bind::<Array<Text>, _>(statuses)
            .bind::<Array<BigInt>, _>(of(|state| i64::from(state.conversation.unread)))
            .bind::<Array<Nullable<BigInt>>, _>(last)
            .bind::<Array<Nullable<Text>>, _>(inbound)
            .bind::<Array<Nullable<SqlTimestamp>>, _>(windows)
            .bind::<Array<SqlTimestamp>, _>(updated)
            .bind::<Array<Nullable<SqlTimestamp>>, _>(waiting)
            .bind::<Array<SqlTimestamp>, _>(opened)
            .bind::<Array<Nullable<SqlTimestamp>>, _>(replied)
    });
}
