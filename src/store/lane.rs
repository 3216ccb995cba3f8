//! Group commit: what arrives within a few milliseconds goes into one transaction. Nothing waits for company:
//! while one batch commits, the next gathers. The plain cases (a known contact says something, a new one says
//! hello, the provider tells how far a message came) are a handful of statements for the whole batch; everything else goes one by
//! one in a transaction of its own, so that a strange message can not spoil its neighbours.

mod batch;
mod keys;
mod newcomers;
mod sieve;
mod single;
mod statuses;

use std::sync::Arc;
use std::time::Instant;

use actors::figure;
use actors::model::contact::Identity;
use actors::model::ids::{OrganizationId, SessionId};
use actors::model::inbound::{Effect, InboundMessage};
use actors::model::status::StatusUpdate;
use actors::ports::store::{Appended, InboundAppend, Raised, StoreError};
use tokio::sync::{mpsc, oneshot};

use super::{Store, WeakStore};
use crate::in_tx;

/// What waits for the next batch; more senders wait in line.
const QUEUE: usize = 4096;
/// Entries of one batch; above some hundred little is gained.
const BATCH: usize = 512;

/// The way to the committer.
pub(super) type Inlet = mpsc::Sender<Pending>;
type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What waits for its commit.
pub(super) enum Pending {
    Message(Arc<InboundAppend>, Reply<Appended>),
    Status(Box<News>, Reply<Raised>),
}

/// What the provider says of a message that a number sent.
pub(super) struct News {
    organization: OrganizationId,
    session: SessionId,
    update: StatusUpdate,
}

/// Where the committer takes its batches from.
pub(super) type Outlet = mpsc::Receiver<Pending>;

/// The two ends of the committer's queue.
pub(super) fn queue() -> (Inlet, Outlet) {
    mpsc::channel(QUEUE)
}

/// Commits batch after batch until the store is gone: one at a time, so that the next one grows meanwhile. (Two
/// at a time took PostgreSQL half as many messages per batch, and a third more time for each.)
pub(super) async fn commit_batches(store: WeakStore, mut queue: Outlet) {
    loop {
        let mut batch = Vec::with_capacity(BATCH);
        if queue.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let Some(store) = store.upgrade() else {
            return;
        };
        let taken = Instant::now();
        metrics::histogram!(figure::GROUP_COMMIT_SIZE).record(batch.len() as f64);
        let (mut messages, mut statuses) = (Vec::new(), Vec::new());
        for pending in batch.drain(..) {
            match pending {
                Pending::Message(append, reply) => messages.push((append, reply)),
                Pending::Status(news, reply) => statuses.push((news, reply)),
            }
        }
        tokio::join!(
            commit_messages(&store, messages),
            commit_statuses(&store, statuses)
        );
        metrics::histogram!(figure::GROUP_COMMIT_SECONDS).record(taken.elapsed().as_secs_f64());
    }
}

async fn commit_messages(store: &Store, messages: Vec<(Arc<InboundAppend>, Reply<Appended>)>) {
    let (plain, special): (Vec<_>, Vec<_>) = messages
        .into_iter()
        .partition(|(append, _)| is_plain(append));
    let (first, mut alone): (Vec<_>, Vec<_>) = special
        .into_iter()
        .partition(|(append, _)| append.state.is_none() && append.message.effect == Effect::Plain);
    if !first.is_empty() {
        let appends: Vec<Arc<InboundAppend>> =
            first.iter().map(|(append, _)| Arc::clone(append)).collect();
        let done = in_tx!(store.db(), |conn| {
            newcomers::append(conn, store, &appends).await
        });
        alone.extend(share_out(first, done));
    }
    if !plain.is_empty() {
        let appends: Vec<Arc<InboundAppend>> =
            plain.iter().map(|(append, _)| Arc::clone(append)).collect();
        let done = batch::commit(store, appends).await;
        alone.extend(share_out(plain, done));
    }
    for (append, reply) in alone {
        let result = in_tx!(store.db(), |conn| {
            single::append(conn, store, &append).await
        });
        answer(reply, result);
    }
}

async fn commit_statuses(store: &Store, statuses: Vec<(Box<News>, Reply<Raised>)>) {
    if statuses.is_empty() {
        return;
    }
    let news: Vec<&News> = statuses.iter().map(|(news, _)| &**news).collect();
    let done = in_tx!(store.db(), |conn| { statuses::raise(conn, &news).await });
    for (news, reply) in share_out(statuses, done) {
        let News {
            organization,
            session,
            update,
        } = &*news;
        let result = store.raise(*organization, *session, update).await;
        answer(reply, result);
    }
}

/// Answers what the batch decided; gives back what has to go one by one.
fn share_out<T, R>(
    batch: Vec<(T, Reply<R>)>,
    done: Result<Vec<Option<Result<R, StoreError>>>, StoreError>,
) -> Vec<(T, Reply<R>)> {
    let mut alone = Vec::new();
    match done {
        Ok(results) => {
            for ((entry, reply), result) in batch.into_iter().zip(results) {
                match result {
                    Some(result) => answer(reply, result),
                    None => alone.push((entry, reply)),
                }
            }
        }
        // Two that wait for each other: one by one they hold less, and find their way past each other.
        Err(StoreError::Unavailable(cause)) if !cause.contains("deadlock") => {
            for (_, reply) in batch {
                answer(reply, Err(StoreError::Unavailable(cause.clone())));
            }
        }
        Err(error) => {
            tracing::warn!(%error, entries = batch.len(), "a batch failed; its entries go one by one");
            alone = batch;
        }
    }
    alone
}

fn answer<R>(reply: Reply<R>, result: Result<R, StoreError>) {
    // Nobody waits any more when the asking actor died; the row is there all the same.
    let _ = reply.send(result);
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
        let pending = Pending::Message(Arc::new(append), reply);
        self.inlet().send(pending).await.map_err(|_| closing())?;
        answer.await.map_err(|_| closing())?
    }

    pub(super) async fn raise_with_others(
        &self,
        organization: OrganizationId,
        session: SessionId,
        update: StatusUpdate,
    ) -> Result<Raised, StoreError> {
        let (reply, answer) = oneshot::channel();
        let news = Box::new(News {
            organization,
            session,
            update,
        });
        let pending = Pending::Status(news, reply);
        self.inlet().send(pending).await.map_err(|_| closing())?;
        answer.await.map_err(|_| closing())?
    }

    /// How much waits for the next batch.
    pub fn commits_waiting(&self) -> usize {
        let inlet = self.inlet();
        inlet.max_capacity().saturating_sub(inlet.capacity())
    }
}

fn closing() -> StoreError {
    StoreError::Unavailable("the store is closing".to_owned())
}
