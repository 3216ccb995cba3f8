//! Group commit: what arrives within a few milliseconds goes into one transaction. Nothing waits for company:
//! while one batch commits, the next gathers. The plain case (a known contact says something) is a handful of
//! statements for the whole batch; everything else goes one by one through [`single`] in a transaction of its
//! own, so that a strange message can not spoil its neighbours.

mod batch;
mod single;

use actors::model::contact::Identity;
use actors::model::inbound::{Effect, InboundMessage};
use actors::ports::store::{Appended, InboundAppend, StoreError};
use tokio::sync::{mpsc, oneshot};

use super::{Store, WeakStore};
use crate::in_tx;

/// Messages that wait for the next batch; more senders wait in line.
const QUEUE: usize = 4096;
/// Messages of one transaction; above some hundred little is gained.
const BATCH: usize = 512;

/// The way to the committer.
pub(super) type Inlet = mpsc::Sender<Pending>;

/// A message that waits for its commit.
pub(super) struct Pending {
    append: InboundAppend,
    reply: oneshot::Sender<Result<Appended, StoreError>>,
}

/// The two ends of the committer's queue.
pub(super) fn queue() -> (Inlet, mpsc::Receiver<Pending>) {
    mpsc::channel(QUEUE)
}

/// Commits batch after batch until the store is gone.
pub(super) async fn commit_batches(store: WeakStore, mut queue: mpsc::Receiver<Pending>) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        let Some(store) = store.upgrade() else {
            return;
        };
        metrics::histogram!("group_commit_size").record(batch.len() as f64);
        commit(&store, std::mem::take(&mut batch)).await;
    }
}

async fn commit(store: &Store, batch: Vec<Pending>) {
    let (plain, special): (Vec<_>, Vec<_>) = batch
        .into_iter()
        .partition(|pending| is_plain(&pending.append));
    let mut alone = special;
    if !plain.is_empty() {
        let appends: Vec<&InboundAppend> = plain.iter().map(|pending| &pending.append).collect();
        match in_tx!(store.db(), |conn| {
            batch::append(conn, store, &appends).await
        }) {
            Ok(results) => {
                for (pending, result) in plain.into_iter().zip(results) {
                    match result {
                        Some(result) => answer(pending, result),
                        None => alone.push(pending),
                    }
                }
            }
            Err(StoreError::Unavailable(cause)) => {
                for pending in plain {
                    answer(pending, Err(StoreError::Unavailable(cause.clone())));
                }
            }
            Err(error) => {
                tracing::warn!(%error, messages = plain.len(), "a batch failed; its messages go one by one");
                alone.extend(plain);
            }
        }
    }
    for pending in alone {
        let append = &pending.append;
        let result = in_tx!(store.db(), |conn| {
            single::append(conn, store, append).await
        });
        answer(pending, result);
    }
}

fn answer(pending: Pending, result: Result<Appended, StoreError>) {
    // Nobody waits any more when the asking actor died; the row is there all the same.
    let _ = pending.reply.send(result);
}

/// Whether a message takes the short way: the conversation is known, and nothing about the contact is new.
fn is_plain(append: &InboundAppend) -> bool {
    let InboundAppend { state, message, .. } = append;
    let Some(state) = state else {
        return false;
    };
    message.effect == Effect::Plain
        && is_known_as(&state.conversation.contact, message)
        && message
            .identities
            .iter()
            .all(|identity| knows(&state.identities, identity))
}

fn is_known_as(contact: &actors::model::contact::ContactBrief, message: &InboundMessage) -> bool {
    let same = |news: &Option<String>, known: &Option<String>| news.is_none() || news == known;
    same(&message.profile_name, &contact.name) && same(&message.username, &contact.username)
}

fn knows(identities: &[Identity], identity: &Identity) -> bool {
    identities
        .iter()
        .any(|known| known == identity || known.lookup_key() == identity.lookup_key())
}

impl Store {
    pub(super) async fn append(&self, append: InboundAppend) -> Result<Appended, StoreError> {
        let (reply, answer) = oneshot::channel();
        let pending = Pending { append, reply };
        let gone = || StoreError::Unavailable("the store is closing".to_owned());
        self.inlet().send(pending).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}
