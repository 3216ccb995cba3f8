//! Many statuses in one transaction: the highest of each message counts, the steps between are not told.

use std::collections::{BTreeMap, HashMap};

use actors::event::Event;
use actors::model::status::{MessageStatus, ProviderFault};
use actors::policy;
use actors::ports::store::{Raised, Receipt, StoreError};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;

use super::super::db::{Conn, refused};
use super::super::field;
use super::super::kept::kept;
use super::super::message::{MessageRow, lately};
use super::super::schema::messages;
use super::{News, rows};

type Key = (i64, String);

/// Raises all; a None is to go one by one (its message is not known by the provider's id).
pub(super) async fn raise(
    conn: &mut Conn,
    news: &[&News],
) -> Result<Vec<Option<Result<Raised, StoreError>>>, StoreError> {
    let mut results: Vec<Option<Result<Raised, StoreError>>> = Vec::new();
    results.resize_with(news.len(), || None);
    let mut rows: HashMap<Key, MessageRow> = lock_rows(conn, news)
        .await?
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
    let mut by_organization: BTreeMap<i64, Vec<(usize, MessageRow)>> = BTreeMap::new();
    for (index, key) in speakers.into_values() {
        if let Some(row) = rows.remove(&key) {
            let group = by_organization.entry(row.organization_id).or_default();
            group.push((index, row));
        }
    }
    for (organization, group) in by_organization {
        let (indexes, rows): (Vec<usize>, Vec<MessageRow>) = group.into_iter().unzip();
        let told = rows::tell(conn, organization, rows, Event::MessageStatusChanged).await?;
        for (index, envelope) in indexes.into_iter().zip(told) {
            results[index] = Some(Ok(Raised::Changed(Receipt {
                envelopes: vec![envelope],
                jobs: false,
            })));
        }
    }
    Ok(results)
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

async fn lock_rows(conn: &mut Conn, news: &[&News]) -> Result<Vec<MessageRow>, StoreError> {
    match conn {
        Conn::Sqlite(object) => {
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
        Conn::Postgres(object) => {
            let (sessions, ids): (Vec<i64>, Vec<String>) =
                news.iter().map(|news| key_of(news)).unzip();
            let find = diesel::sql_query(FIND)
                .bind::<Array<BigInt>, _>(sessions)
                .bind::<Array<Text>, _>(ids)
                .bind::<BigInt, _>(lately());
            let found: Vec<IdRow> = kept(find).load(&mut **object).await.map_err(refused)?;
            let ids: Vec<i64> = found.into_iter().map(|row| row.id).collect();
            rows::lock(conn, ids).await
        }
    }
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
