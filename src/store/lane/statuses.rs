//! Many statuses in one transaction: the highest of each message counts, the steps between are not told.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use actors::event::{Envelope, Event};
use actors::model::status::{MessageStatus, ProviderFault};
use actors::policy;
use actors::ports::store::{Raised, Receipt, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::super::db::{Conn, refused};
use super::super::kept::kept;
use super::super::message::{MessageRow, lately};
use super::super::schema::messages;
use super::super::{Store, field};
use super::kind::{Kind, Results};
use super::postgres::{Entries, Outcomes};
use super::{News, rows};

type Key = (i64, String);

/// What the provider says of messages that it knows by its id.
pub(super) struct Statuses;

impl Kind for Statuses {
    type Entry = Box<News>;
    type Done = Raised;

    async fn on_sqlite(
        conn: &mut Conn,
        _store: &Store,
        entries: &[Box<News>],
    ) -> Result<Results<Raised>, StoreError> {
        let rows = find_each(conn, entries).await?;
        let mut rise = Rise::of(entries, rows)?;
        for (organization, group) in std::mem::take(&mut rise.raised) {
            let (indexes, rows): (Vec<usize>, Vec<MessageRow>) = group.into_iter().unzip();
            let told = rows::tell(conn, organization, rows, Event::MessageStatusChanged).await?;
            rise.note(indexes, told);
        }
        Ok(rise.results)
    }

    fn among<'e, 'a>(entries: &'e mut Entries<'a>) -> &'e mut &'a [Box<News>] {
        &mut entries.statuses
    }

    fn of(outcomes: &mut Outcomes) -> &mut Results<Raised> {
        &mut outcomes.statuses
    }

    async fn alone(store: Store, news: Box<News>) -> Result<Raised, StoreError> {
        let (organization, session) = (news.organization, news.session);
        store.raise(organization, session, &news.update).await
    }
}

/// What becomes of statuses, and of the messages that they are about.
pub(super) struct Rise {
    /// A None's message is not known by the provider's id, or the batch writes something else of it.
    pub results: Results<Raised>,
    /// By organization: the messages that rise, each with the index of the status that speaks for it.
    pub raised: BTreeMap<i64, Vec<(usize, MessageRow)>>,
}

impl Rise {
    /// `rows` are the messages that the news are about.
    pub fn of(news: &[Box<News>], rows: Vec<MessageRow>) -> Result<Self, StoreError> {
        let mut results: Results<Raised> = Vec::new();
        results.resize_with(news.len(), || None);
        let mut rows: HashMap<Key, MessageRow> = rows
            .into_iter()
            .filter(|row| !row.hidden)
            .filter_map(|row| Some(((row.session_id, row.provider_id.clone()?), row)))
            .collect();
        // Who raised a message last speaks for it.
        let mut speakers: BTreeMap<i64, (usize, Key)> = BTreeMap::new();
        for (index, news) in news.iter().enumerate() {
            let key = key_of(news);
            let Some(row) = rows.get_mut(&key) else {
                continue;
            };
            results[index] = Some(Ok(Raised::Unchanged));
            if !row.status()?.rises_to(news.update.status) {
                continue;
            }
            row.status = news.update.status.as_str().to_owned();
            row.error = match news.update.status {
                MessageStatus::Failed => {
                    let fault = news.update.error.clone().unwrap_or_else(no_reason);
                    Some(field::write(&policy::failure(&fault))?)
                }
                // A proof of delivery takes an earlier failure back.
                _ => None,
            };
            speakers.insert(row.id, (index, key));
        }
        let mut raised: BTreeMap<i64, Vec<(usize, MessageRow)>> = BTreeMap::new();
        for (index, key) in speakers.into_values() {
            if let Some(row) = rows.remove(&key) {
                let group = raised.entry(row.organization_id).or_default();
                group.push((index, row));
            }
        }
        Ok(Self { results, raised })
    }

    /// Notes what was told of the messages that rose.
    pub fn note(&mut self, indexes: Vec<usize>, told: Vec<Arc<Envelope>>) {
        for (index, envelope) in indexes.into_iter().zip(told) {
            self.results[index] = Some(Ok(Raised::Changed(Receipt {
                envelopes: vec![envelope],
                jobs: false,
            })));
        }
    }
}

/// What is shown when the provider names no reason.
fn no_reason() -> ProviderFault {
    ProviderFault {
        code: 0,
        title: "WhatsApp could not deliver the message".to_owned(),
        details: None,
    }
}

fn key_of(news: &News) -> Key {
    (news.session.0, news.update.provider_id.clone())
}

async fn find_each(conn: &mut Conn, news: &[Box<News>]) -> Result<Vec<MessageRow>, StoreError> {
    let object = conn.sqlite()?;
    let keys: Vec<Key> = news.iter().map(|news| key_of(news)).collect();
    object
        .spawn_blocking(move |c| {
            let mut rows = Vec::with_capacity(keys.len());
            for (session, provider_id) in keys {
                let row: Option<MessageRow> = diesel::RunQueryDsl::first(
                    messages::table
                        .filter(messages::session_id.eq(session))
                        .filter(messages::provider_id.eq(provider_id))
                        .select(MessageRow::as_select()),
                    c,
                )
                .optional()?;
                rows.extend(row);
            }
            Ok(rows)
        })
        .await
        .map_err(refused)
}

/// The ids of the messages that the news are about, on PostgreSQL.
pub(super) async fn find_all(
    c: &AsyncPgConnection,
    news: &[Box<News>],
) -> Result<Vec<i64>, StoreError> {
    if news.is_empty() {
        return Ok(Vec::new());
    }
    let (sessions, ids): (Vec<i64>, Vec<String>) = news.iter().map(|news| key_of(news)).unzip();
    let find = diesel::sql_query(FIND)
        .bind::<Array<BigInt>, _>(sessions)
        .bind::<Array<Text>, _>(ids)
        .bind::<BigInt, _>(lately());
    let mut shared = c;
    let found: Vec<IdRow> = kept(find).load(&mut shared).await.map_err(refused)?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// One probe of the index per message, whatever the planner believes about a young table. Old messages go one by one.
const FIND: &str = "SELECT hit.id FROM UNNEST($1, $2) AS v (s, p) CROSS JOIN LATERAL \
    (SELECT m.id FROM messages AS m WHERE m.session_id = v.s AND m.provider_id = v.p AND m.id >= $3 \
    LIMIT 1) AS hit";
