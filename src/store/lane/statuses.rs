//! Many statuses in one transaction: the highest of each message counts, the steps between are not told.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use actors::event::{Audience, Envelope, Event};
use actors::model::conversation::Conversation;
use actors::model::ids::OrganizationId;
use actors::model::status::{MessageStatus, ProviderFault};
use actors::policy;
use actors::ports::store::{Raised, Receipt, StoreError};
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;

use super::super::db::{Conn, refused};
use super::super::kept::kept;
use super::super::message::{self, MessageRow};
use super::super::schema::messages;
use super::super::{conversation, event, field};
use super::News;

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
        let told = tell(conn, organization, rows).await?;
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

/// Everything is read before the organization's numbers are taken, so that others wait shortly.
async fn tell(
    conn: &mut Conn,
    organization: i64,
    rows: Vec<MessageRow>,
) -> Result<Vec<Arc<Envelope>>, StoreError> {
    let mut ids: Vec<i64> = rows.iter().map(|row| row.conversation_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let threads: HashMap<i64, Conversation> = conversation::load(conn, organization, &ids)
        .await?
        .into_iter()
        .map(|thread| (thread.id.0, thread))
        .collect();
    let views = message::views(conn, rows.clone()).await?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let first = event::take_seqs(conn, organization, count).await?;
    let now = Timestamp::now();
    let mut envelopes = Vec::with_capacity(rows.len());
    let mut news = Vec::with_capacity(rows.len());
    for ((seq, row), mut view) in (first..).zip(rows).zip(views) {
        view.seq = seq;
        let shown = threads.get(&row.conversation_id).and_then(|thread| {
            let last = thread.last_message.as_ref()?;
            (last.id == view.id).then(|| {
                let mut thread = thread.clone();
                thread.seq = seq;
                if let Some(last) = &mut thread.last_message {
                    last.status = view.status;
                }
                Arc::new(thread)
            })
        });
        news.push((row.id, seq, row.status, row.error));
        envelopes.push(Arc::new(Envelope {
            organization: OrganizationId(organization),
            seq,
            at: now,
            audience: Audience::Everyone,
            event: Event::MessageStatusChanged(Arc::new(view)),
            row: shown,
        }));
    }
    save(conn, news).await?;
    event::store(conn, &envelopes).await?;
    Ok(envelopes)
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
                .bind::<Array<Text>, _>(ids);
            let found: Vec<IdRow> = kept(find).load(&mut **object).await.map_err(refused)?;
            let ids: Vec<i64> = found.into_iter().map(|row| row.id).collect();
            messages::table
                .filter(messages::id.eq_any(ids))
                .order(messages::id)
                .select(MessageRow::as_select())
                .for_update()
                .load(&mut **object)
                .await
                .map_err(refused)
        }
    }
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// One probe of the index per message, whatever the planner believes about a young table.
const FIND: &str = "SELECT hit.id FROM UNNEST($1, $2) AS v (s, p) CROSS JOIN LATERAL \
    (SELECT m.id FROM messages AS m WHERE m.session_id = v.s AND m.provider_id = v.p LIMIT 1) AS hit";

const SAVE: &str = "UPDATE messages AS m SET seq = v.seq, status = v.status, error = v.error \
    FROM UNNEST($1, $2, $3, $4) AS v (id, seq, status, error) WHERE m.id = v.id";

async fn save(
    conn: &mut Conn,
    news: Vec<(i64, i64, String, Option<String>)>,
) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(object) => object
            .spawn_blocking(move |c| {
                for (id, seq, status, error) in news {
                    let update = diesel::update(messages::table.find(id)).set((
                        messages::seq.eq(seq),
                        messages::status.eq(status),
                        messages::error.eq(error),
                    ));
                    diesel::RunQueryDsl::execute(kept(update), c)?;
                }
                Ok(())
            })
            .await
            .map_err(refused),
        Conn::Postgres(object) => {
            let ids: Vec<i64> = news.iter().map(|(id, ..)| *id).collect();
            let seqs: Vec<i64> = news.iter().map(|(_, seq, ..)| *seq).collect();
            let (statuses, errors): (Vec<String>, Vec<Option<String>>) = news
                .into_iter()
                .map(|(.., status, error)| (status, error))
                .unzip();
            let save = diesel::sql_query(SAVE)
                .bind::<Array<BigInt>, _>(ids)
                .bind::<Array<BigInt>, _>(seqs)
                .bind::<Array<Text>, _>(statuses)
                .bind::<Array<Nullable<Text>>, _>(errors);
            kept(save)
                .execute(&mut **object)
                .await
                .map(drop)
                .map_err(refused)
        }
    }
}
