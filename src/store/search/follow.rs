//! The follower that indexes what was said. It reads the events of each organization behind a cursor of its own: their
//! numbers rise with the commits, so nothing that is committed late can be skipped, as it would be by ids, which are made
//! before. What no event tells of (messages of before the index, imported histories, a tail of events that is not kept any
//! more) it goes through from the newest to the oldest. One round is one transaction of bounded size: cursor and index
//! move together, and on PostgreSQL one node at a time has the turn. On SQLite what happened is read beside the writer, which
//! everybody waits for; what changes in between an event tells of that comes later, and what is removed meanwhile is not shown, and goes
//! with the next sweep.

use std::collections::BTreeMap;
use std::time::Duration;

use actors::model::ids::MessageId;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use diesel_async::RunQueryDsl;
use diesel_async::pooled_connection::deadpool::Pool;

use super::change::{Change, known};
use super::entry::SourceRow;
use super::{slice, vocabulary};
use crate::store::db::{Conn, Db, Sqlite, blocking_tx, boxed, refused};
use crate::store::kept::{kept, run};
use crate::store::schema::{events, messages, search_cursors, search_walks};
use crate::store::{Store, message};
use crate::{in_tx, insert_all, with_conn};

/// Events that one round reads, and messages of the past.
const EVENTS: i64 = 2000;
const PAST: i64 = 500;
/// The same on SQLite: whoever writes waits until a round is written.
const EVENTS_OF_SQLITE: i64 = 500;
const PAST_OF_SQLITE: i64 = 250;
/// Conversations of the past that one round goes through.
const WALKS: i64 = 100;
/// Entries that are removed at a time.
const PAGE: i64 = 5000;
/// Pages of words of which it is looked whether they are still said, at a time: 20 to 50 µs for each word.
const PAGES_OF_WORDS: usize = 40;
/// Nodes that index take turns: who comes second leaves it to the first.
const TURN: &str = "SELECT pg_try_advisory_xact_lock(4815162344) AS yes";
/// Organizations of which events are not indexed.
const BEHIND: &str = "SELECT o.id AS organization, o.last_seq AS head, coalesce(c.seq, 0) AS done \
    FROM organizations AS o LEFT JOIN search_cursors AS c ON c.organization_id = o.id \
    WHERE o.last_seq > coalesce(c.seq, 0) ORDER BY o.id";

/// Notes that an organization's events are read up to `seq`; written out for each database.
macro_rules! cursor_at {
    ($organization:expr, $seq:expr) => {
        diesel::insert_into(search_cursors::table)
            .values((
                search_cursors::organization_id.eq($organization),
                search_cursors::seq.eq($seq),
            ))
            .on_conflict(search_cursors::organization_id)
            .do_update()
            .set(search_cursors::seq.eq($seq))
    };
}

/// Forgets walks that came to their end; written out for each database, like the next.
macro_rules! walks_ended {
    ($walks:expr) => {
        diesel::delete(search_walks::table.filter(search_walks::id.eq_any($walks)))
    };
}

/// Notes that a walk came to the message `before`.
macro_rules! walk_at {
    ($walk:expr, $before:expr) => {
        diesel::update(search_walks::table.find($walk)).set(search_walks::before.eq($before))
    };
}

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    /// Messages that were looked at.
    pub messages: usize,
    /// There is more to do at once.
    pub more: bool,
    /// How old the oldest event was that was not indexed.
    pub lag: Duration,
}

/// Messages that no event tells of.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = search_walks)]
pub(crate) struct WalkRow {
    pub id: i64,
    /// None: all of them.
    pub conversation_id: Option<i64>,
    /// The last id that was looked at.
    pub before: i64,
}

impl WalkRow {
    /// All messages of a conversation.
    pub fn of(store: &Store, conversation: i64) -> Self {
        Self {
            id: store.next_id(),
            conversation_id: Some(conversation),
            before: i64::MAX,
        }
    }
}

#[derive(QueryableByName)]
struct Behind {
    #[diesel(sql_type = BigInt)]
    organization: i64,
    #[diesel(sql_type = BigInt)]
    head: i64,
    #[diesel(sql_type = BigInt)]
    done: i64,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// What the next events of each organization tell of, read and not yet written.
#[derive(Default)]
struct News {
    done: Indexed,
    /// Organizations, and up to which event they are read.
    cursors: Vec<(i64, i64)>,
    /// Events were gone before they were read.
    is_torn: bool,
    change: Change,
}

/// What the walks come to next, read and not yet written.
#[derive(Default)]
struct Past {
    /// Messages that were looked at.
    messages: usize,
    /// There may be more.
    more: bool,
    change: Change,
    /// Walks that came to their end.
    ended: Vec<i64>,
    /// The walk that did not, and the last message that was looked at.
    reached: Option<(i64, i64)>,
}

/// Whether a message that is indexed already is indexed anew.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Made,
    Changed,
}

/// What an event says about a message's words.
fn told_by(kind: &str) -> Option<Told> {
    match kind {
        // A message that was sent by the number's own app is told of as sent only.
        "message.received" | "message.queued" | "message.sent" | "note.created" => Some(Told::Made),
        "message.updated" => Some(Told::Changed),
        _ => None,
    }
}

impl Store {
    /// Indexes what happened since the last round, and then some of the past. None: another node has the turn.
    pub async fn index_messages(&self) -> Result<Option<Indexed>, StoreError> {
        // Mostly there is nothing to do, and then SQLite's one writer is not asked for.
        if self.is_all_indexed().await? {
            return Ok(Some(Indexed::default()));
        }
        if let Db::Sqlite { writer, .. } = self.db() {
            return self.index_embedded(writer).await.map(Some);
        }
        in_tx!(self.db(), |conn| {
            if let Conn::Postgres(object) = conn {
                let turn = kept(diesel::sql_query(TURN)).get_result(&mut **object);
                let turn: Answer = boxed(turn).await.map_err(refused)?;
                if !turn.yes {
                    return Ok(None);
                }
            }
            let news = read_news(conn, EVENTS).await?;
            if news.is_torn {
                self.walk_all(conn).await?;
            }
            let mut done = news.done;
            news.change.write(conn).await?;
            for (organization, seq) in news.cursors {
                with_conn!(conn, |c| cursor_at!(organization, seq).execute(c).await)?;
            }
            if !done.more {
                let past = read_past(conn, PAST).await?;
                done.add(&past);
                past.write(conn).await?;
            }
            Ok(Some(done))
        })
    }

    /// A round on SQLite. It need not last at once: what a power cut takes is indexed again.
    async fn index_embedded(&self, writer: &Pool<Sqlite>) -> Result<Indexed, StoreError> {
        let news = read_news(&mut self.db().read().await?, EVENTS_OF_SQLITE).await?;
        if news.is_torn {
            in_tx!(self.db(), |conn| { self.walk_all(conn).await })?;
        }
        let mut done = news.done;
        if !news.cursors.is_empty() {
            self.db().check()?;
            blocking_tx(writer, move |c| news.write(c)).await?;
        }
        if !done.more {
            let past = read_past(&mut self.db().read().await?, PAST_OF_SQLITE).await?;
            done.add(&past);
            if past.more {
                self.db().check()?;
                blocking_tx(writer, move |c| past.write_embedded(c)).await?;
            }
        }
        Ok(done)
    }

    async fn is_all_indexed(&self) -> Result<bool, StoreError> {
        let mut conn = self.db().read().await?;
        Ok(behind(&mut conn).await?.is_empty() && !has_past(&mut conn).await?)
    }

    /// Everything is gone through once more.
    async fn walk_all(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let begun: i64 = with_conn!(conn, |c| search_walks::table
            .filter(search_walks::conversation_id.is_null())
            .filter(search_walks::before.eq(i64::MAX))
            .count()
            .get_result(c)
            .await)?;
        if begun > 0 {
            return Ok(());
        }
        let walk = WalkRow {
            id: self.next_id(),
            conversation_id: None,
            before: i64::MAX,
        };
        insert_all!(conn, search_walks::table, vec![walk])
    }

    /// Removes the entries of messages before `border`, which are gone.
    pub(in crate::store) async fn forget_words(&self, border: MessageId) -> Result<(), StoreError> {
        const OLD: &str = "DELETE FROM message_search WHERE message_id IN ( \
            SELECT message_id FROM message_search WHERE message_id < $1 ORDER BY message_id LIMIT $2)";
        const OLD_OF_SQLITE: &str = "DELETE FROM message_search WHERE rowid IN ( \
            SELECT rowid FROM message_search WHERE rowid < $1 ORDER BY rowid LIMIT $2)";
        loop {
            let gone = in_tx!(self.db(), |conn| {
                let text = match conn {
                    Conn::Sqlite(_) => OLD_OF_SQLITE,
                    Conn::Postgres(_) => OLD,
                };
                with_conn!(conn, |c| diesel::sql_query(text)
                    .bind::<BigInt, _>(border.0)
                    .bind::<BigInt, _>(PAGE)
                    .execute(c)
                    .await)
            })?;
            if i64::try_from(gone).unwrap_or(0) < PAGE {
                break;
            }
        }
        match &mut self.db().read().await? {
            Conn::Sqlite(_) => Ok(()),
            Conn::Postgres(object) => slice::forget(object, border.0).await,
        }
    }

    /// Forgets words that no message has any more: looks at twenty thousand behind the word `after`, and says where to go on.
    /// There are none on PostgreSQL.
    pub async fn forget_unsaid(&self, mut after: String) -> Result<String, StoreError> {
        let Db::Sqlite { writer, .. } = self.db() else {
            return Ok(after);
        };
        for _ in 0..PAGES_OF_WORDS {
            let mut conn = self.db().read().await?;
            let (unsaid, last) = vocabulary::unsaid(conn.sqlite()?, &after).await?;
            drop(conn);
            if !unsaid.is_empty() {
                blocking_tx(writer, move |c| vocabulary::forget(&unsaid, c)).await?;
            }
            match last {
                Some(last) => after = last,
                None => return Ok(String::new()),
            }
        }
        Ok(after)
    }
}

impl Indexed {
    /// Goes on with the past, when all that is new is done.
    const fn add(&mut self, past: &Past) {
        self.messages += past.messages;
        self.more = past.more;
    }
}

impl Past {
    async fn write(self, conn: &mut Conn) -> Result<(), StoreError> {
        self.change.write(conn).await?;
        if !self.ended.is_empty() {
            with_conn!(conn, |c| walks_ended!(&self.ended).execute(c).await)?;
        }
        if let Some((walk, before)) = self.reached {
            with_conn!(conn, |c| walk_at!(walk, before).execute(c).await)?;
        }
        Ok(())
    }

    /// [`Past::write`] on SQLite.
    fn write_embedded(self, c: &mut SqliteConnection) -> QueryResult<()> {
        self.change.replace(c)?;
        for walk in self.ended {
            run(walks_ended!([walk]), c)?;
        }
        match self.reached {
            Some((walk, before)) => run(walk_at!(walk, before), c),
            None => Ok(()),
        }
    }
}

impl News {
    /// Writes it on SQLite.
    fn write(self, c: &mut SqliteConnection) -> QueryResult<()> {
        self.change.replace(c)?;
        self.cursors
            .into_iter()
            .try_for_each(|(organization, seq)| run(cursor_at!(organization, seq), c))
    }
}

/// Reads what the next events of each organization tell of: `room` of them at most.
async fn read_news(conn: &mut Conn, mut room: i64) -> Result<News, StoreError> {
    let mut all = behind(conn).await?;
    let now = Timestamp::now();
    // Where it begins changes, so that nobody comes last for ever when all that is to be done is too much.
    let turns = usize::try_from(now.millis()).unwrap_or(0) % all.len().max(1);
    all.rotate_left(turns);
    let mut news = News::default();
    let mut told: BTreeMap<i64, Told> = BTreeMap::new();
    for of in all {
        if room == 0 {
            news.done.more = true;
            break;
        }
        let page = page(conn, &of, room).await?;
        let count = i64::try_from(page.len()).unwrap_or(room);
        room -= count;
        let mut next = of.done + count;
        if let Some(began) = whole(&page, of.done) {
            news.done.lag = news.done.lag.max(now.since(began));
        } else {
            // The tail is not kept any more. What its events told of was committed before, so a walk sees it.
            news.is_torn = true;
            next = of.head;
        }
        for (_, _, kind, message) in page {
            if let Some((message, how)) = message.zip(told_by(&kind)) {
                let known = told.entry(message).or_insert(how);
                *known = how.max(*known);
            }
        }
        news.done.more |= next < of.head;
        news.cursors.push((of.organization, next));
    }
    (news.done.messages, news.change) = read_told(conn, told).await?;
    Ok(news)
}

/// Whether some of the past is to be gone through.
async fn has_past(conn: &mut Conn) -> Result<bool, StoreError> {
    let walk: Option<i64> = with_conn!(conn, |c| search_walks::table
        .order(search_walks::id)
        .select(search_walks::id)
        .first(c)
        .await
        .optional())?;
    Ok(walk.is_some())
}

async fn behind(conn: &mut Conn) -> Result<Vec<Behind>, StoreError> {
    with_conn!(conn, |c| kept(diesel::sql_query(BEHIND)).load(c).await)
}

/// Number, time, kind and message of an organization's next events.
type EventLine = (i64, NaiveDateTime, String, Option<i64>);

async fn page(conn: &mut Conn, of: &Behind, room: i64) -> Result<Vec<EventLine>, StoreError> {
    with_conn!(conn, |c| events::table
        .filter(events::organization_id.eq(of.organization))
        .filter(events::seq.gt(of.done))
        .order(events::seq)
        .limit(room)
        .select((events::seq, events::at, events::kind, events::message_id))
        .load(c)
        .await)
}

/// When the first event of a page came; None if the page is not all that follows on the event `done`.
fn whole(page: &[EventLine], done: i64) -> Option<Timestamp> {
    let ((first, at, ..), (last, ..)) = page.first().zip(page.last())?;
    let count = i64::try_from(page.len()).ok()?;
    (*first == done + 1 && *last == done + count).then(|| Timestamp::from(*at))
}

/// Reads the messages that events told of; gives how many, and what changes by them.
async fn read_told(
    conn: &mut Conn,
    told: BTreeMap<i64, Told>,
) -> Result<(usize, Change), StoreError> {
    let ids: Vec<i64> = told.keys().copied().collect();
    let known = known(conn, &ids).await?;
    let wanted = told.into_iter();
    let wanted = wanted.filter(|(id, news)| *news == Told::Changed || !known.contains(id));
    let ids: Vec<i64> = wanted.map(|(id, _)| id).collect();
    if ids.is_empty() {
        return Ok((0, Change::default()));
    }
    let (first, last) = message::span(&ids);
    let rows: Vec<SourceRow> = with_conn!(conn, |c| messages::table
        .filter(messages::id.eq_any(&ids))
        .filter(messages::id.between(first, last))
        .order(messages::id)
        .select(SourceRow::as_select())
        .load(c)
        .await)?;
    Ok((ids.len(), Change::of(conn, &ids, &known, rows).await?))
}

/// Reads what the walks come to next: `most` messages.
async fn read_past(conn: &mut Conn, most: i64) -> Result<Past, StoreError> {
    let walks: Vec<WalkRow> = with_conn!(conn, |c| search_walks::table
        .order(search_walks::id)
        .limit(WALKS)
        .select(WalkRow::as_select())
        .load(c)
        .await)?;
    let mut past = Past {
        more: !walks.is_empty(),
        ..Past::default()
    };
    // Two walks may come to the same message.
    let mut rows: BTreeMap<i64, SourceRow> = BTreeMap::new();
    let mut room = most;
    for walk in walks {
        let page: Vec<SourceRow> = with_conn!(conn, |c| {
            let mut query = messages::table
                .filter(messages::id.lt(walk.before))
                .order(messages::id.desc())
                .limit(room)
                .select(SourceRow::as_select())
                .into_boxed();
            if let Some(conversation) = walk.conversation_id {
                query = query.filter(messages::conversation_id.eq(conversation));
            }
            query.load(c).await
        })?;
        let count = i64::try_from(page.len()).unwrap_or(room);
        let last = page.last().map(|row| row.id);
        rows.extend(page.into_iter().map(|row| (row.id, row)));
        if let Some(last) = last.filter(|_| count == room) {
            past.reached = Some((walk.id, last));
            break;
        }
        past.ended.push(walk.id);
        room -= count;
    }
    let ids: Vec<i64> = rows.keys().copied().collect();
    past.messages = ids.len();
    // Those that are there already may have changed in a tail that was lost.
    let known = known(conn, &ids).await?;
    past.change = Change::of(conn, &ids, &known, rows.into_values().rev().collect()).await?;
    Ok(past)
}
