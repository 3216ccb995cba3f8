//! Group commit: what arrives within a few milliseconds goes into one transaction. Nothing waits for company:
//! while one batch commits, the next gathers. The plain cases (a known contact says something, a new one says
//! hello, an agent answers, a conversation is given to somebody, the provider takes a message or tells how far it came)
//! are a handful of statements for the whole batch; everything else goes one by one in a transaction of its own, so that a strange message can not spoil its neighbours.

mod attempts;
mod batch;
mod changes;
mod drafts;
mod ends;
mod inlet;
mod keys;
mod newcomers;
mod rows;
mod sieve;
mod single;
mod statuses;
mod telling;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::model::contact::Identity;
use actors::model::ids::{OrganizationId, SessionId};
use actors::model::inbound::{Effect, InboundMessage};
use actors::model::status::StatusUpdate;
use actors::ports::store::{
    Appended, Begun, ChangeWrite, InboundAppend, OutboundAppend, Queued, Raised, Receipt,
    StoreError,
};
use actors::trail;
use actors::{fault, figure};
use futures_util::FutureExt;
use tokio::sync::oneshot;
use tracing::Span;

pub(super) use self::attempts::{Begin, Settle};
use self::changes::Changed;
pub(super) use self::ends::Aside;
use self::ends::{Ends, go_alone};
use self::inlet::Refused;
pub(super) use self::keys::claim;
use super::{Store, WeakStore};
use crate::in_tx;

/// Entries of one batch; above some hundred little is gained.
const BATCH: usize = 512;

/// Nothing was stored for so long though something waits: no batch that the database gets done takes that.
pub(super) const STUCK: Duration = Duration::from_secs(3);

/// How long whoever comes meanwhile waits for it to move again before he is refused.
const HOPE: Duration = Duration::from_millis(200);

/// Whose line something waits in. Attempts have one of their own: their organization is not known before they are read,
/// and the dispatcher's hands bound them.
type Whose = Option<OrganizationId>;

/// The way to the committer.
pub(super) type Inlet = inlet::Inlet<Whose, Pending>;

/// Who waits for an answer, and the span in which the log tells of what they wait for.
pub(super) struct Reply<T> {
    to: oneshot::Sender<Result<T, StoreError>>,
    span: Span,
}

/// What waits for its commit.
pub(super) enum Pending {
    Message(Arc<InboundAppend>, Reply<Appended>),
    Status(Box<News>, Reply<Raised>),
    Draft(Arc<OutboundAppend>, Reply<Queued>),
    Change(Box<ChangeWrite>, Reply<Changed>),
    Begin(Begin, Reply<Begun>),
    Settle(Box<Settle>, Reply<Receipt>),
}

impl Pending {
    fn whose(&self) -> Whose {
        match self {
            Self::Message(append, _) => Some(append.key.organization),
            Self::Status(news, _) => Some(news.organization),
            Self::Draft(append, _) => Some(append.state.organization),
            Self::Change(write, _) => Some(write.state.organization),
            Self::Begin(..) | Self::Settle(..) => None,
        }
    }
}

/// What the provider says of a message that a number sent.
pub(super) struct News {
    organization: OrganizationId,
    session: SessionId,
    update: StatusUpdate,
}

/// Where the committer takes its batches from.
pub(super) type Outlet = inlet::Outlet<Whose, Pending>;

/// The two ends of the committer's queue.
pub(super) fn queue() -> (Inlet, Outlet) {
    inlet::lines()
}

/// Commits batch after batch until the store is gone: one at a time, so that the next one grows meanwhile. (Two
/// at a time took PostgreSQL half as many messages per batch, and a third more time for each.)
pub(super) async fn commit_batches(store: WeakStore, mut queue: Outlet) {
    loop {
        let batch = queue.take(BATCH).await;
        if batch.is_empty() {
            return;
        }
        let Some(store) = store.upgrade() else {
            return;
        };
        let taken = Instant::now();
        fault::at(fault::BATCH_TAKEN);
        metrics::histogram!(figure::GROUP_COMMIT_SIZE).record(batch.len() as f64);
        // A batch that panics is refused (its replies are dropped); the next one goes on.
        let ends = Ends::of(&store);
        let done = AssertUnwindSafe(Batch::of(batch).commit(&store, &ends)).catch_unwind();
        if done.await.is_err() {
            tracing::error!("a batch panicked; nothing of what was under way is stored");
        }
        metrics::histogram!(figure::GROUP_COMMIT_SECONDS).record(taken.elapsed().as_secs_f64());
        // While nobody waits for the next batch this thread may as well sync.
        let is_idle = store.commits_waiting() == 0;
        let ends = ends.into_inner();
        store.committer_db().when_it_lasts(ends, is_idle).await;
    }
}

/// What waited for the same commit, by what it is.
#[derive(Default)]
struct Batch {
    messages: Vec<(Arc<InboundAppend>, Reply<Appended>)>,
    statuses: Vec<(Box<News>, Reply<Raised>)>,
    drafts: Vec<(Arc<OutboundAppend>, Reply<Queued>)>,
    changes: Vec<(Box<ChangeWrite>, Reply<Changed>)>,
    begins: Vec<(Begin, Reply<Begun>)>,
    settles: Vec<(Box<Settle>, Reply<Receipt>)>,
}

impl Batch {
    fn of(all: Vec<Pending>) -> Self {
        let mut batch = Self::default();
        for pending in all {
            match pending {
                Pending::Message(append, reply) => batch.messages.push((append, reply)),
                Pending::Status(news, reply) => batch.statuses.push((news, reply)),
                Pending::Draft(append, reply) => batch.drafts.push((append, reply)),
                Pending::Change(write, reply) => batch.changes.push((write, reply)),
                Pending::Begin(begin, reply) => batch.begins.push((begin, reply)),
                Pending::Settle(settle, reply) => batch.settles.push((settle, reply)),
            }
        }
        batch
    }

    async fn commit(self, store: &Store, ends: &Ends) {
        // Behind pointers: the compiler looks at each one alone.
        tokio::join!(
            commit_messages(store, self.messages, ends).boxed_local(),
            commit_statuses(store, self.statuses, ends).boxed_local(),
            commit_drafts(store, self.drafts, ends).boxed_local(),
            commit_changes(store, self.changes, ends).boxed_local(),
            commit_begins(store, self.begins, ends).boxed_local(),
            commit_settles(store, self.settles, ends).boxed_local(),
        );
    }
}

async fn commit_messages(
    store: &Store,
    messages: Vec<(Arc<InboundAppend>, Reply<Appended>)>,
    ends: &Ends,
) {
    let each = |store: Store, append: Arc<InboundAppend>| async move {
        in_tx!(store.db(), |conn| {
            single::append(conn, &store, &append).await
        })
    };
    let (plain, special): (Vec<_>, Vec<_>) = messages
        .into_iter()
        .partition(|(append, _)| is_plain(append));
    let (first, alone): (Vec<_>, Vec<_>) = special
        .into_iter()
        .partition(|(append, _)| append.state.is_none() && append.message.effect == Effect::Plain);
    if !first.is_empty() {
        let appends: Vec<Arc<InboundAppend>> =
            first.iter().map(|(append, _)| Arc::clone(append)).collect();
        let done = newcomers::commit(store, &appends).await;
        ends.add(store, first, done, each);
    }
    if !plain.is_empty() {
        let appends: Vec<Arc<InboundAppend>> =
            plain.iter().map(|(append, _)| Arc::clone(append)).collect();
        let done = batch::commit(store, appends).await;
        ends.add(store, plain, done, each);
    }
    go_alone(store, alone, each);
}

async fn commit_statuses(store: &Store, statuses: Vec<(Box<News>, Reply<Raised>)>, ends: &Ends) {
    if statuses.is_empty() {
        return;
    }
    let news: Vec<&News> = statuses.iter().map(|(news, _)| &**news).collect();
    let done = in_tx!(store.committer_db(), |conn| {
        statuses::raise(conn, &news).await
    });
    ends.add(store, statuses, done, |store, news| async move {
        let News {
            organization,
            session,
            update,
        } = &*news;
        store.raise(*organization, *session, update).await
    });
}

async fn commit_drafts(
    store: &Store,
    drafts: Vec<(Arc<OutboundAppend>, Reply<Queued>)>,
    ends: &Ends,
) {
    if drafts.is_empty() {
        return;
    }
    let appends: Vec<Arc<OutboundAppend>> = drafts
        .iter()
        .map(|(append, _)| Arc::clone(append))
        .collect();
    let done = in_tx!(store.committer_db(), |conn| {
        drafts::queue(conn, store, &appends).await
    });
    ends.add(store, drafts, done, |store, append| async move {
        store.queue(&append).await
    });
}

async fn commit_changes(
    store: &Store,
    changes: Vec<(Box<ChangeWrite>, Reply<Changed>)>,
    ends: &Ends,
) {
    if changes.is_empty() {
        return;
    }
    let writes: Vec<&ChangeWrite> = changes.iter().map(|(write, _)| &**write).collect();
    let done = in_tx!(store.committer_db(), |conn| {
        changes::write(conn, store, &writes).await
    });
    let done = done.map(|results| results.into_iter().map(Some).collect());
    ends.add(store, changes, done, |store, write| async move {
        let alone = in_tx!(store.db(), |conn| {
            changes::write(conn, &store, &[&*write]).await
        })?;
        alone
            .into_iter()
            .next()
            .unwrap_or(Err(StoreError::Conflict))
    });
}

async fn commit_begins(store: &Store, mut begins: Vec<(Begin, Reply<Begun>)>, ends: &Ends) {
    // Nobody would make the POST: begun, it would be a doubt for ever.
    begins.retain(|(_, reply)| !reply.to.is_closed());
    if begins.is_empty() {
        return;
    }
    let all: Vec<Begin> = begins.iter().map(|(begin, _)| *begin).collect();
    let done = in_tx!(store.committer_db(), |conn| {
        attempts::begin(conn, store, &all).await
    });
    ends.add(store, begins, done, |store, begin| async move {
        store.begin(begin).await
    });
}

async fn commit_settles(store: &Store, settles: Vec<(Box<Settle>, Reply<Receipt>)>, ends: &Ends) {
    if settles.is_empty() {
        return;
    }
    let all: Vec<&Settle> = settles.iter().map(|(settle, _)| &**settle).collect();
    let done = in_tx!(store.committer_db(), |conn| {
        attempts::settle(conn, &all).await
    });
    ends.add(store, settles, done, |store, settle| async move {
        store.settle(&settle).await
    });
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
        self.line_up_if_it_moves(|reply| Pending::Message(Arc::new(append), reply))
            .await
    }

    pub(super) async fn raise_with_others(
        &self,
        organization: OrganizationId,
        session: SessionId,
        update: StatusUpdate,
    ) -> Result<Raised, StoreError> {
        let news = Box::new(News {
            organization,
            session,
            update,
        });
        self.line_up_if_it_moves(|reply| Pending::Status(news, reply))
            .await
    }

    pub(super) async fn queue_with_others(
        &self,
        append: OutboundAppend,
    ) -> Result<Queued, StoreError> {
        if !drafts::is_plain(&append) {
            return self.queue(&append).await;
        }
        self.line_up_if_it_moves(|reply| Pending::Draft(Arc::new(append), reply))
            .await
    }

    pub(super) async fn change_with_others(
        &self,
        write: ChangeWrite,
    ) -> Result<Changed, StoreError> {
        self.line_up_if_it_moves(|reply| Pending::Change(Box::new(write), reply))
            .await
    }

    pub(super) async fn begin_with_others(&self, begin: Begin) -> Result<Begun, StoreError> {
        self.line_up(|reply| Pending::Begin(begin, reply)).await
    }

    pub(super) async fn settle_with_others(&self, settle: Settle) -> Result<Receipt, StoreError> {
        if !settle.is_plain() {
            return self.settle(&settle).await;
        }
        self.line_up(|reply| Pending::Settle(Box::new(settle), reply))
            .await
    }

    /// [`Store::line_up`] for what comes from outside: while nothing is stored it is refused soon, and comes again.
    async fn line_up_if_it_moves<R>(
        &self,
        pending: impl FnOnce(Reply<R>) -> Pending,
    ) -> Result<R, StoreError> {
        let Some(_place) = self.progress().enter_soon(HOPE).await else {
            metrics::counter!(figure::DB_REFUSED_TOTAL).increment(1);
            return Err(standing());
        };
        let done = self.line_up(pending).await;
        if !matches!(done, Err(StoreError::Unavailable(_))) {
            self.progress().note(Instant::now());
        }
        done
    }

    /// Waits for the commit of what `pending` makes.
    async fn line_up<R>(&self, pending: impl FnOnce(Reply<R>) -> Pending) -> Result<R, StoreError> {
        let (to, answer) = oneshot::channel();
        let span = trail::carry(tracing::debug_span!("commit"));
        let pending = pending(Reply { to, span });
        let waits = self.inlet().push(pending.whose(), pending);
        waits.map_err(|refused| match refused {
            Refused::Full => too_much(),
            Refused::Closed => closing(),
        })?;
        answer.await.map_err(|_| closing())?
    }

    /// How much waits for the next batch.
    pub fn commits_waiting(&self) -> usize {
        self.inlet().len()
    }
}

fn standing() -> StoreError {
    StoreError::Unavailable("nothing is stored at the moment".to_owned())
}

fn too_much() -> StoreError {
    StoreError::Unavailable("too much waits to be stored".to_owned())
}

fn closing() -> StoreError {
    StoreError::Unavailable("the store is closing".to_owned())
}
