//! Messages of known conversations on PostgreSQL, a column per parameter for all of them, and what the other kinds there share
//! with them: the organizations' numbers, and what messages change of conversations.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actors::model::conversation::ConversationState;
use actors::ports::store::{Appended, InboundAppend, StoreError};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamp as SqlTimestamp};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::super::sieve::Sieve;
use super::Rows;
use crate::store::Store;
use crate::store::bulk::Together;
use crate::store::db::refused;
use crate::store::message::Quotes;
use crate::store::schema::organizations;

/// Numbers the messages that are to be stored, and makes what is written of them.
pub(in crate::store::lane) fn append(
    store: &Store,
    sieve: &mut Sieve<'_>,
    quotes: Quotes,
    numbers: &mut BTreeMap<i64, i64>,
) -> Result<Together, StoreError> {
    let mut rows = Rows {
        quotes,
        ..Rows::default()
    };
    number(sieve, numbers, 1, |append, seq| {
        rows.add(store, append, seq)
    })?;
    Ok(rows.together())
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

impl Rows {
    fn together(self) -> Together {
        let mut together = Together::default();
        together.insert(self.messages);
        together.insert(self.media);
        together.insert(self.jobs);
        together.insert(self.moves);
        together.insert(self.events);
        save_states(&mut together, &self.states);
        together
    }
}

/// The last number of each of these organizations, locked.
pub(in crate::store::lane) async fn lock_numbers(
    c: &AsyncPgConnection,
    organizations: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, i64>, StoreError> {
    if organizations.is_empty() {
        return Ok(BTreeMap::new());
    }
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
pub(in crate::store::lane) fn save_numbers(numbers: BTreeMap<i64, i64>) -> Together {
    let mut together = Together::default();
    if numbers.is_empty() {
        return together;
    }
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
    together
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
