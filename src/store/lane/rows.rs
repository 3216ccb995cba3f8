//! The message rows of a batch: locked together, told of together.

use std::collections::HashMap;
use std::sync::Arc;

use actors::event::{Audience, Envelope};
use actors::model::conversation::Conversation;
use actors::model::ids::OrganizationId;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;

use super::super::attempt::Tell;
use super::super::db::{Conn, refused};
use super::super::kept::{kept, run};
use super::super::message::{self, MessageRow};
use super::super::schema::messages;
use super::super::{conversation, event};
use crate::lock_all;

/// The rows of these ids, locked in the order of their ids on PostgreSQL; SQLite has one writer anyway.
pub(super) async fn lock(conn: &mut Conn, ids: Vec<i64>) -> Result<Vec<MessageRow>, StoreError> {
    let (first, last) = message::span(&ids);
    lock_all!(
        conn,
        messages::table
            .filter(messages::id.eq_any(&ids))
            .filter(messages::id.between(first, last))
            .order(messages::id)
            .select(MessageRow::as_select())
    )
}

/// Numbers and writes rows whose status changed, and stores the events that tell of them, in the same order.
/// What an actor decides on is read after the organization's numbers are taken: nobody changes it until they are
/// stored, so no list row goes back behind one that was told before.
pub(super) async fn tell(
    conn: &mut Conn,
    organization: i64,
    rows: Vec<MessageRow>,
    how: Tell,
) -> Result<Vec<Arc<Envelope>>, StoreError> {
    let mut ids: Vec<i64> = rows.iter().map(|row| row.conversation_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let views = message::views(conn, rows.clone()).await?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let first = event::take_seqs(conn, organization, count).await?;
    let threads: HashMap<i64, Conversation> = conversation::load(conn, organization, &ids)
        .await?
        .into_iter()
        .map(|thread| (thread.id.0, thread))
        .collect();
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
        news.push(News {
            id: row.id,
            seq,
            status: row.status,
            error: row.error,
            provider_id: row.provider_id,
        });
        envelopes.push(Arc::new(Envelope {
            organization: OrganizationId(organization),
            seq,
            at: now,
            audience: Audience::Everyone,
            event: how(Arc::new(view)),
            row: shown,
        }));
    }
    save(conn, news).await?;
    event::store(conn, &envelopes).await?;
    Ok(envelopes)
}

/// Finds each row by its id, in its partition only. (Told between which the ids lie, as elsewhere, the planner reads all
/// rows between: six times as long.)
const SAVE: &str = "UPDATE messages AS m SET seq = v.seq, status = v.status, error = v.error, \
    provider_id = v.provider_id FROM UNNEST($1, $2, $3, $4, $5) \
    AS v (id, seq, status, error, provider_id) WHERE m.id = v.id";

/// What changes on a row.
struct News {
    id: i64,
    seq: i64,
    status: String,
    error: Option<String>,
    provider_id: Option<String>,
}

async fn save(conn: &mut Conn, news: Vec<News>) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(object) => object
            .spawn_blocking(move |c| {
                for row in news {
                    let update = diesel::update(messages::table.find(row.id)).set((
                        messages::seq.eq(row.seq),
                        messages::status.eq(row.status),
                        messages::error.eq(row.error),
                        messages::provider_id.eq(row.provider_id),
                    ));
                    run(update, c)?;
                }
                Ok(())
            })
            .await
            .map_err(refused),
        Conn::Postgres(object) => {
            let ids: Vec<i64> = news.iter().map(|row| row.id).collect();
            let seqs: Vec<i64> = news.iter().map(|row| row.seq).collect();
            let (mut statuses, mut errors, mut provider_ids) = (Vec::new(), Vec::new(), Vec::new());
            for row in news {
                statuses.push(row.status);
                errors.push(row.error);
                provider_ids.push(row.provider_id);
            }
            let save = diesel::sql_query(SAVE)
                .bind::<Array<BigInt>, _>(ids)
                .bind::<Array<BigInt>, _>(seqs)
                .bind::<Array<Text>, _>(statuses)
                .bind::<Array<Nullable<Text>>, _>(errors)
                .bind::<Array<Nullable<Text>>, _>(provider_ids);
            kept(save)
                .execute(&mut **object)
                .await
                .map(drop)
                .map_err(refused)
        }
    }
}
