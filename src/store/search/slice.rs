//! On PostgreSQL the index is cut into slices: some thousand messages of an organization that follow each other by
//! their ids. Each word lies there with its slice before it, so a search reads one slice after the other, from the newest,
//! and stops when it has enough: a word that is in every message costs as much as one slice, however many there are.

use actors::ports::store::StoreError;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::entry::{Entry, of_organization};
use crate::store::db::refused;
use crate::store::kept::kept;
use actors::model::ids::OrganizationId;

/// Messages of a slice that is full: what comes before or behind them gets one of its own.
const FULL: i64 = 8192;
/// What comes in between makes a slice grow up to here; then it becomes two.
const TOO_FULL: i64 = 2 * FULL;
/// The slice from which on all ids are.
const FIRST: i64 = 0;

/// The words of a row, each with its slice: exactly as the index has it.
pub(super) const TOKENS: &str = "array_to_tsvector(string_to_array(slice::TEXT || '.' || \
    replace(words, ' ', ' ' || slice::TEXT || '.'), ' '))";

/// Some messages that follow each other.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
struct Slice {
    #[diesel(sql_type = BigInt)]
    id: i64,
    /// Up to the next one's, all ids belong to it.
    #[diesel(sql_type = BigInt)]
    first_id: i64,
    #[diesel(sql_type = BigInt)]
    low_id: i64,
    #[diesel(sql_type = BigInt)]
    high_id: i64,
    #[diesel(sql_type = BigInt)]
    messages: i64,
}

/// The slices of an organization, by their ids' order.
struct Slices {
    all: Vec<Slice>,
    /// The number of the next new one.
    next: i64,
    /// The numbers of those that are not in the database as they are here.
    changed: Vec<i64>,
}

impl Slices {
    /// The slice of a message that is there already.
    fn of(&self, message: i64) -> Option<i64> {
        let at = self.at(message)?;
        self.all.get(at).map(|slice| slice.id)
    }

    fn at(&self, message: i64) -> Option<usize> {
        let behind = self.all.partition_point(|slice| slice.first_id <= message);
        behind.checked_sub(1)
    }

    /// Takes a message in that is not there yet; gives its slice.
    fn take(&mut self, message: i64) -> i64 {
        let Some(at) = self.at(message) else {
            return self.add(0, FIRST.min(message), message);
        };
        let slice = &mut self.all[at];
        let (first, low) = (slice.first_id, slice.low_id);
        if slice.messages >= FULL && message > slice.high_id {
            return self.add(at + 1, message, message);
        }
        if slice.messages >= FULL && message < low {
            slice.first_id = low;
            let id = slice.id;
            self.note(id);
            return self.add(at, first, message);
        }
        slice.low_id = low.min(message);
        slice.high_id = slice.high_id.max(message);
        slice.messages += 1;
        let id = slice.id;
        self.note(id);
        id
    }

    fn add(&mut self, at: usize, first_id: i64, message: i64) -> i64 {
        let id = self.next;
        self.next += 1;
        let slice = Slice {
            id,
            first_id,
            low_id: message,
            high_id: message,
            messages: 1,
        };
        self.all.insert(at, slice);
        self.note(id);
        id
    }

    fn note(&mut self, id: i64) {
        if !self.changed.contains(&id) {
            self.changed.push(id);
        }
    }

    /// Makes two of a slice that has these messages; gives the new one's number and its first message.
    fn split(&mut self, id: i64, messages: &[i64]) -> Option<(i64, i64)> {
        let at = self.all.iter().position(|slice| slice.id == id)?;
        let (lower, upper) = messages.split_at(messages.len() / 2);
        let (first, high) = (*upper.first()?, *upper.last()?);
        let count = |part: &[i64]| i64::try_from(part.len()).unwrap_or(i64::MAX);
        let slice = &mut self.all[at];
        slice.high_id = *lower.last()?;
        slice.messages = count(lower);
        self.note(id);
        let new = self.add(at + 1, first, first);
        let slice = &mut self.all[at + 1];
        slice.high_id = high;
        slice.messages = count(upper);
        Some((new, first))
    }
}

/// Writes the entries of one organization; those of `known` messages are there already, in another shape.
pub(super) async fn write(
    c: &mut AsyncPgConnection,
    organization: i64,
    entries: Vec<Entry>,
    known: &[i64],
) -> Result<(), StoreError> {
    let mut slices = load(c, organization).await?;
    let (mut messages, mut places, mut words) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        let old = known.contains(&entry.message);
        let place = match slices.of(entry.message).filter(|_| old) {
            Some(place) => place,
            None => slices.take(entry.message),
        };
        messages.push(entry.message);
        places.push(place);
        words.push(entry.words);
    }
    const WRITE: &str = "INSERT INTO message_search (message_id, organization_id, slice, words) \
        SELECT m, $2, s, w FROM UNNEST($1, $3, $4) AS v (m, s, w) \
        ON CONFLICT (message_id) DO UPDATE SET slice = excluded.slice, words = excluded.words \
        WHERE (message_search.slice, message_search.words) <> (excluded.slice, excluded.words)";
    let query = diesel::sql_query(WRITE)
        .bind::<Array<BigInt>, _>(messages)
        .bind::<BigInt, _>(organization)
        .bind::<Array<BigInt>, _>(places)
        .bind::<Array<Text>, _>(words);
    kept(query).execute(c).await.map_err(refused)?;
    let full = slices.all.iter().filter(|slice| slice.messages > TOO_FULL);
    let full: Vec<i64> = full.map(|slice| slice.id).collect();
    for id in full {
        split(c, organization, &mut slices, id).await?;
    }
    save(c, organization, &slices).await
}

async fn load(c: &mut AsyncPgConnection, organization: i64) -> Result<Slices, StoreError> {
    const LOAD: &str = "SELECT id, first_id, low_id, high_id, messages FROM search_slices \
        WHERE organization_id = $1 ORDER BY first_id";
    let query = diesel::sql_query(LOAD).bind::<BigInt, _>(organization);
    let all: Vec<Slice> = kept(query).load(c).await.map_err(refused)?;
    // Whoever writes here has the turn.
    const NEXT: &str = "SELECT coalesce(max(id), 0) + 1 AS id FROM search_slices";
    let next: Id = kept(diesel::sql_query(NEXT))
        .get_result(c)
        .await
        .map_err(refused)?;
    Ok(Slices {
        all,
        next: next.id,
        changed: Vec::new(),
    })
}

async fn save(
    c: &mut AsyncPgConnection,
    organization: i64,
    slices: &Slices,
) -> Result<(), StoreError> {
    // From above: one that gives room below it moves before another takes that.
    const SAVE: &str = "INSERT INTO search_slices (id, organization_id, first_id, low_id, high_id, messages) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET first_id = excluded.first_id, \
        low_id = excluded.low_id, high_id = excluded.high_id, messages = excluded.messages";
    let changed = slices.all.iter().rev();
    for slice in changed.filter(|slice| slices.changed.contains(&slice.id)) {
        let query = diesel::sql_query(SAVE)
            .bind::<BigInt, _>(slice.id)
            .bind::<BigInt, _>(organization)
            .bind::<BigInt, _>(slice.first_id)
            .bind::<BigInt, _>(slice.low_id)
            .bind::<BigInt, _>(slice.high_id)
            .bind::<BigInt, _>(slice.messages);
        kept(query).execute(c).await.map_err(refused)?;
    }
    Ok(())
}

async fn split(
    c: &mut AsyncPgConnection,
    organization: i64,
    slices: &mut Slices,
    id: i64,
) -> Result<(), StoreError> {
    let everything = format!("'{id}.{}'", of_organization(OrganizationId(organization)));
    // By the words' index; by the ids' a slice of a small organization could lie between all messages of the others.
    let text = format!(
        "SELECT message_id AS id FROM message_search WHERE {TOKENS} @@ $1::tsquery ORDER BY message_id + 0"
    );
    let query = diesel::sql_query(text).bind::<Text, _>(&everything);
    let there: Vec<Id> = query.load(c).await.map_err(refused)?;
    let there: Vec<i64> = there.into_iter().map(|row| row.id).collect();
    let Some((new, first)) = slices.split(id, &there) else {
        return Ok(());
    };
    let text = format!(
        "UPDATE message_search SET slice = $1 WHERE {TOKENS} @@ $2::tsquery AND message_id + 0 >= $3"
    );
    let query = diesel::sql_query(text)
        .bind::<BigInt, _>(new)
        .bind::<Text, _>(&everything)
        .bind::<BigInt, _>(first);
    query.execute(c).await.map_err(refused)?;
    Ok(())
}

/// The slices that may have messages of an organization from `floor` to before `before`, the newest first.
pub(super) async fn between(
    c: &mut AsyncPgConnection,
    organization: i64,
    floor: i64,
    before: i64,
) -> Result<Vec<i64>, StoreError> {
    const BETWEEN: &str = "SELECT id FROM search_slices WHERE organization_id = $1 AND first_id < $2 \
        AND low_id < $2 AND high_id >= $3 ORDER BY first_id DESC";
    let query = diesel::sql_query(BETWEEN)
        .bind::<BigInt, _>(organization)
        .bind::<BigInt, _>(before)
        .bind::<BigInt, _>(floor);
    let found: Vec<Id> = kept(query).load(c).await.map_err(refused)?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Forgets the slices of which all messages are before `border`.
pub(super) async fn forget(c: &mut AsyncPgConnection, border: i64) -> Result<(), StoreError> {
    let query = diesel::sql_query("DELETE FROM search_slices WHERE high_id < $1");
    let query = query.bind::<BigInt, _>(border);
    query.execute(c).await.map(drop).map_err(refused)
}

/// A number of a message or a slice.
#[derive(QueryableByName)]
pub(super) struct Id {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn none() -> Slices {
        Slices {
            all: Vec::new(),
            next: 1,
            changed: Vec::new(),
        }
    }

    /// Each message is in the slice that its id says, and the slices count right.
    fn check(slices: &Slices, places: &[(i64, i64)]) {
        for (message, place) in places {
            assert_eq!(slices.of(*message), Some(*place), "{message}");
        }
        for slice in &slices.all {
            let own = places.iter().filter(|(_, place)| *place == slice.id);
            let own: Vec<i64> = own.map(|(message, _)| *message).collect();
            assert_eq!(slice.messages, own.len() as i64);
            assert_eq!(Some(&slice.low_id), own.iter().min());
            assert_eq!(Some(&slice.high_id), own.iter().max());
        }
    }

    #[test]
    fn what_comes_in_order_fills_one_slice_after_the_other() {
        for backwards in [false, true] {
            let mut slices = none();
            let ids = 1..=FULL * 3;
            let ids: Vec<i64> = match backwards {
                true => ids.rev().collect(),
                false => ids.collect(),
            };
            let places: Vec<_> = ids.iter().map(|id| (*id, slices.take(*id))).collect();
            assert_eq!(slices.all.len(), 3);
            check(&slices, &places);
        }
    }

    #[test]
    fn what_comes_late_finds_its_slice() {
        let mut slices = none();
        let mut places: Vec<_> = (1..=FULL * 2)
            .map(|id| (id * 10, slices.take(id * 10)))
            .collect();
        for id in [15, FULL * 10 + 5, FULL * 20 + 1, 3] {
            places.push((id, slices.take(id)));
        }
        check(&slices, &places);
        assert_eq!(slices.of(15), slices.of(10));
    }

    #[test]
    fn a_slice_that_grew_too_full_becomes_two() {
        let mut slices = none();
        let id = slices.take(0);
        for message in 1..100 {
            slices.take(message);
        }
        let all: Vec<i64> = (0..100).collect();
        let (new, first) = slices.split(id, &all).unwrap();
        let places: Vec<_> = all
            .iter()
            .map(|message| (*message, if *message < first { id } else { new }))
            .collect();
        check(&slices, &places);
        assert_eq!((first, slices.all.len()), (50, 2));
    }
}
