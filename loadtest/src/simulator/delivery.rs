//! Webhooks on their way out: signed, in order within a chat, repeated until the receiver says 200.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rand::Rng;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::core::Core;
use super::world::{ChatKey, Subscription};
use super::{signature, wire};

/// Chats share this many lanes; each lane keeps order.
const LANES: usize = 16;
/// Webhooks waiting in one lane.
const LANE_CAPACITY: usize = 8_192;
/// Webhooks waiting for their next try, all lanes together.
const MAX_RETRYING: usize = 20_000;
/// The longest pause between two tries, in simulated time.
const MAX_PAUSE_MS: u64 = 60_000;

/// A change for one receiver.
#[derive(Debug)]
pub struct Delivery {
    pub subscription: Arc<Subscription>,
    pub change: Value,
}

/// Room for webhooks that wait for another try.
#[derive(Clone)]
pub struct Retries(Arc<Semaphore>);

impl Default for Retries {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_RETRYING)))
    }
}

/// A signed body, ready to be posted again and again.
#[derive(Clone)]
struct Signed {
    subscription: Arc<Subscription>,
    body: Bytes,
    signature: String,
    changes: u64,
}

/// The lanes' two ends.
pub fn lanes() -> (Vec<mpsc::Sender<Delivery>>, Vec<mpsc::Receiver<Delivery>>) {
    (0..LANES).map(|_| mpsc::channel(LANE_CAPACITY)).unzip()
}

/// The lane of a chat.
pub fn lane_of(key: &ChatKey) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    usize::try_from(hasher.finish() % LANES as u64).unwrap_or(0)
}

/// Posts what comes through one lane, one webhook at a time.
pub async fn run_lane(core: Arc<Core>, mut receiver: mpsc::Receiver<Delivery>) {
    let mut carried = None;
    loop {
        let first = match carried.take() {
            Some(delivery) => delivery,
            None => match receiver.recv().await {
                Some(delivery) => delivery,
                None => return,
            },
        };
        let mut batch = vec![first];
        let limit = core.world().behaviour.batch.max(1);
        while batch.len() < limit
            && let Ok(next) = receiver.try_recv()
        {
            if next.subscription == batch[0].subscription {
                batch.push(next);
            } else {
                carried = Some(next);
                break;
            }
        }
        deliver(&core, &batch).await;
    }
}

/// Posts a body that somebody made by hand, signed for a subscription.
pub fn post_raw(core: &Arc<Core>, subscription: Arc<Subscription>, body: Bytes) {
    core.world().counters.pending += 1;
    let signed = sign(subscription, body, 1);
    let task_core = Arc::clone(core);
    core.spawn(async move {
        if !post(&task_core, &signed).await {
            retry(&task_core, signed);
        }
    });
}

async fn deliver(core: &Arc<Core>, batch: &[Delivery]) {
    let (signed, hold_back, twice) = {
        let mut world = core.world();
        let world = &mut *world;
        let style = if world.behaviour.varied_bodies {
            wire::Style::random(&mut world.rng)
        } else {
            wire::Style::default()
        };
        let account = batch[0].subscription.business_account_id.as_str();
        let envelope = wire::envelope(batch.iter().map(|delivery| (account, &delivery.change)));
        let body = Bytes::from(wire::encode(&envelope, style, &mut world.rng));
        let hold_back = world
            .rng
            .random_bool(world.behaviour.reorder.clamp(0.0, 1.0));
        let twice = world
            .rng
            .random_bool(world.behaviour.duplicate.clamp(0.0, 1.0));
        let subscription = Arc::clone(&batch[0].subscription);
        (
            sign(subscription, body, batch.len() as u64),
            hold_back,
            twice,
        )
    };
    if twice {
        core.world().counters.pending += signed.changes;
        post_later(core, signed.clone(), 400);
    }
    if hold_back {
        post_later(core, signed, 700);
    } else if !post(core, &signed).await {
        retry(core, signed);
    }
}

fn sign(subscription: Arc<Subscription>, body: Bytes, changes: u64) -> Signed {
    Signed {
        signature: signature::sign(&subscription.app_secret, &body),
        subscription,
        body,
        changes,
    }
}

fn post_later(core: &Arc<Core>, signed: Signed, within_ms: u64) {
    let ms = core.world().rng.random_range(50..within_ms);
    let task_core = Arc::clone(core);
    core.spawn(async move {
        tokio::time::sleep(task_core.pause(ms)).await;
        if !post(&task_core, &signed).await {
            retry(&task_core, signed);
        }
    });
}

/// One try; true when the receiver said 200.
async fn post(core: &Core, signed: &Signed) -> bool {
    let timeout = Duration::from_millis(core.world().behaviour.webhook_timeout_ms.max(1));
    let answer = core
        .client
        .post(&signed.subscription.callback_url)
        .header("Content-Type", "application/json")
        .header("X-Hub-Signature-256", &signed.signature)
        .body(signed.body.clone())
        .timeout(timeout)
        .send()
        .await;
    let taken = matches!(&answer, Ok(answer) if answer.status() == 200);
    let mut world = core.world();
    if taken {
        world.counters.delivered += signed.changes;
        world.counters.pending = world.counters.pending.saturating_sub(signed.changes);
    } else {
        world.counters.refused += 1;
        drop(world);
        match answer {
            Ok(answer) => {
                tracing::debug!(status = answer.status().as_u16(), "a webhook was refused")
            }
            Err(error) => tracing::debug!(%error, "a webhook could not be delivered"),
        }
    }
    taken
}

/// Tries again with growing pauses, until 200, the last try or no room.
fn retry(core: &Arc<Core>, signed: Signed) {
    let Ok(permit) = Arc::clone(&core.retries.0).try_acquire_owned() else {
        let mut world = core.world();
        world.counters.overflowed += signed.changes;
        world.counters.pending = world.counters.pending.saturating_sub(signed.changes);
        return;
    };
    core.spawn(keep_trying(Arc::clone(core), signed, permit));
}

async fn keep_trying(core: Arc<Core>, signed: Signed, _room: OwnedSemaphorePermit) {
    let (mut ms, limit) = {
        let world = core.world();
        (world.behaviour.retry_first_ms, world.behaviour.retry_limit)
    };
    for _ in 0..limit {
        tokio::time::sleep(core.pause(ms)).await;
        if post(&core, &signed).await {
            return;
        }
        ms = ms.saturating_mul(2).min(MAX_PAUSE_MS);
    }
    let mut world = core.world();
    world.counters.given_up += signed.changes;
    world.counters.pending = world.counters.pending.saturating_sub(signed.changes);
}
