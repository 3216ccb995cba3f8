//! What a node does every few minutes: it makes partitions ahead and removes what is kept no longer, the files of old
//! messages from the object store as well. Several nodes may do it at once; what one did the other finds done.

use std::mem::take;
use std::time::Duration;

use actors::time::Timestamp;
use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::objects::Objects;
use crate::store::{LOOK_AT_SIZES, SWEEP, SpentFile, Store};

/// Objects that are removed at the same time.
const AT_ONCE: usize = 8;

/// Goes on until it is aborted. `kept`: how long messages are, if not for ever.
pub(super) async fn run(store: Store, objects: Objects, kept: Option<Duration>) {
    let mut ticks = tokio::time::interval(SWEEP);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut word = String::new();
    loop {
        ticks.tick().await;
        let now = Timestamp::now();
        if let Err(error) = store.check_clock(now).await {
            tracing::error!(%error, "nothing old is removed, and no partition is made");
            continue;
        }
        if let Err(error) = store.extend_partitions(kept, now).await {
            tracing::warn!(%error, "partitions can't be made ahead now");
        }
        if let Some(kept) = kept
            && let Err(error) = expire(&store, &objects, kept, now).await
        {
            tracing::warn!(
                error = format!("{error:#}"),
                "old messages can't be removed now"
            );
        }
        match store.forget_unsaid(take(&mut word)).await {
            Ok(last) => word = last,
            Err(error) => tracing::warn!(%error, "words that nobody said can't be forgotten now"),
        }
        match store.sweep(now).await {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "old rows were removed"),
            Err(error) => tracing::warn!(%error, "old rows can't be removed now"),
        }
    }
}

/// Keeps what PostgreSQL knows of its tables' sizes near the truth while they grow, and dead rows few; goes on until it is
/// aborted.
pub(super) async fn keep_statistics(store: Store) {
    if store.is_embedded() {
        return;
    }
    let mut ticks = tokio::time::interval(LOOK_AT_SIZES);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = store.analyze_grown().await {
            tracing::debug!(%error, "tables can't be analyzed now");
        }
        if let Err(error) = store.vacuum_littered().await {
            tracing::debug!(%error, "tables can't be vacuumed now");
        }
    }
}

/// Removes the messages that are older than `kept`, their files first: a message without its file can be explained, a
/// file that no row names would lie there for ever.
pub async fn expire(
    store: &Store,
    objects: &Objects,
    kept: Duration,
    now: Timestamp,
) -> anyhow::Result<()> {
    let border = store.spent_messages(kept, now).await?;
    loop {
        let files = store.spent_files(border).await?;
        if files.is_empty() {
            break;
        }
        remove(objects, &files).await?;
        store.forget_files(&files).await?;
    }
    store.drop_messages(border).await?;
    Ok(())
}

async fn remove(objects: &Objects, files: &[SpentFile]) -> anyhow::Result<()> {
    let keys: Vec<String> = files
        .iter()
        .filter_map(|file| file.object_key.clone())
        .collect();
    let removals = stream::iter(keys).map(|key| {
        let objects = objects.clone();
        async move { objects.delete(&key).await }
    });
    let done: Result<(), _> = removals.buffer_unordered(AT_ONCE).try_collect().await;
    done.context("a file can't be removed")
}
