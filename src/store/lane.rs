//! Group commit: what arrives within a few milliseconds goes into one transaction. What customers and agents say does not
//! wait for company: while one batch commits, the next gathers. The plain cases (a known contact says something, a new one says
//! hello, an agent answers, a conversation is given to somebody, the provider takes a message or tells how far it came)
//! are a handful of statements for the whole batch; everything else goes one by one in a transaction of its own, so that a strange message can not spoil its neighbours.

mod attempts;
mod batch;
mod changes;
mod drafts;
mod ends;
mod inlet;
mod keys;
mod kind;
mod newcomers;
mod postgres;
mod rows;
mod sieve;
mod single;
mod statuses;
mod telling;

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::model::contact::Identity;
use actors::model::ids::{OrganizationId, SessionId};
use actors::model::inbound::{Effect, InboundMessage};
use actors::model::message::AuthorKind;
use actors::model::status::StatusUpdate;
use actors::model::user::Who;
use actors::ports::store::{
    Appended, Begun, ChangeWrite, InboundAppend, OutboundAppend, Queued, Raised, Receipt,
    StoreError,
};
use actors::trail;
use actors::{fault, figure};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use tokio::sync::oneshot;
use tracing::Span;

pub(super) use self::attempts::{Begin, Settle};
use self::attempts::{Begins, Settles};
use self::batch::Known;
use self::changes::{Changed, Changes};
use self::drafts::Drafts;
pub(super) use self::ends::Aside;
use self::ends::{Ends, go_alone};
use self::inlet::{Hurry, Refused, Taken};
pub(super) use self::keys::claim;
use self::kind::{Group, Kind, Part};
use self::newcomers::Newcomers;
use self::postgres::Entries;
use self::statuses::Statuses;
use super::{Store, WeakStore};
use crate::in_tx;

/// A batch takes long after that. Sooner there would be more of them, and later others wait: beside ten times as much of another
/// organization (`loadtest drill f-33`) acks took 17.8 ms (p99) without it, 14.9 with 3 ms and 12.5 with one.
const BESIDE: Duration = Duration::from_millis(1);

/// Entries of one batch; above some hundred little is gained.
const BATCH: usize = 512;

/// Nothing was stored for so long though something waits: no batch that the database gets done takes that.
pub(super) const STUCK: Duration = Duration::from_secs(3);

/// How long whoever comes meanwhile waits for it to move again before he is refused.
const HOPE: Duration = Duration::from_millis(200);
/// How long a batch may take on PostgreSQL, which ends each of its statements after 30 s: later than that the server stands
/// still, and everybody else's batches with it.
const PATIENCE: Duration = Duration::from_secs(40);

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

    /// What a customer or an agent says is to be seen at once.
    const fn hurry(&self) -> Hurry {
        match self {
            Self::Message(..) | Self::Draft(..) => Hurry::Now,
            Self::Status(..) | Self::Change(..) | Self::Begin(..) | Self::Settle(..) => Hurry::Soon,
        }
    }

    /// Whether a person waits for it.
    fn is_of_person(&self) -> bool {
        match self {
            Self::Draft(append, _) => append.draft.author.kind == AuthorKind::User,
            Self::Change(write, _) => matches!(write.by.who, Who::User(_)),
            Self::Message(..) | Self::Status(..) | Self::Begin(..) | Self::Settle(..) => false,
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
/// at a time took PostgreSQL half as many messages per batch, and a third more time for each.) Whoever is not in one that
/// takes long, since somebody in it has much to do or waits for a lock, goes beside it on PostgreSQL.
pub(super) async fn commit_batches(store: WeakStore, mut queue: Outlet) {
    let (mut main, mut beside): (Option<Running>, Option<Running>) = (None, None);
    loop {
        let from = match (&main, &beside) {
            (None, _) => Some(inlet::From::All),
            (Some(Running { beside: None, .. }), _) | (Some(_), Some(_)) => None,
            // Attempts may be of anybody who is in the other one.
            (
                Some(Running {
                    beside: Some(at), ..
                }),
                None,
            ) => Some(inlet::From::Beside(*at, None)),
        };
        tokio::select! {
            biased;
            end = ended(&mut main) => end.free(&mut queue),
            end = ended(&mut beside) => end.free(&mut queue),
            taken = queue.take(BATCH, from.unwrap_or(inlet::From::All)), if from.is_some() => {
                let (Some(taken), Some(store)) = (taken, store.upgrade()) else {
                    break;
                };
                // Whoever met a lock may meet it again: attempts, which never go beside, do not wait for that.
                let goes_beside = main.is_some() || beside.is_none() && taken.is_apart;
                let slot = if goes_beside { &mut beside } else { &mut main };
                *slot = Some(Running::start(store, taken));
            }
        }
    }
    // What is under way ends.
    while main.is_some() || beside.is_some() {
        tokio::select! {
            _ = ended(&mut main) => {}
            _ = ended(&mut beside) => {}
        }
    }
}

/// A batch under way.
struct Running {
    keys: HashSet<Whose>,
    /// From when on others go beside it; None: they wait.
    beside: Option<tokio::time::Instant>,
    /// Whether it met a lock that was held for too long.
    done: LocalBoxFuture<'static, bool>,
}

/// A batch that ended.
#[derive(Default)]
struct Ended {
    keys: HashSet<Whose>,
    met_a_lock: bool,
}

impl Ended {
    /// The others of those who were in it may go on.
    fn free(self, queue: &mut Outlet) {
        queue.free(&self.keys);
        queue.part(&self.keys, self.met_a_lock);
    }
}

impl Running {
    fn start(store: Store, taken: Taken<Whose, Pending>) -> Self {
        let Taken { keys, entries, .. } = taken;
        let is_alone = store.is_embedded();
        Self {
            keys,
            beside: (!is_alone).then(|| tokio::time::Instant::now() + BESIDE),
            done: commit(store, entries).boxed_local(),
        }
    }
}

/// Waits until the batch ends, for ever when there is none.
async fn ended(slot: &mut Option<Running>) -> Ended {
    let met_a_lock = match slot {
        Some(running) => (&mut running.done).await,
        None => std::future::pending().await,
    };
    let keys = slot.take().map(|ended| ended.keys).unwrap_or_default();
    Ended { keys, met_a_lock }
}

async fn commit(store: Store, batch: Vec<Pending>) -> bool {
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
    // While nothing in a hurry waits for the next batch this thread may as well sync.
    let is_calm = !store.inlet().is_urgent();
    let met_a_lock = ends.met_a_lock();
    let ends = ends.into_inner();
    store.committer_db().when_it_lasts(ends, is_calm).await;
    met_a_lock
}

/// What waited for the same commit, by what it is.
#[derive(Default)]
struct Batch {
    newcomers: Group<Newcomers>,
    known: Group<Known>,
    statuses: Group<Statuses>,
    drafts: Group<Drafts>,
    changes: Group<Changes>,
    begins: Group<Begins>,
    settles: Group<Settles>,
    /// Messages that are neither plain nor a first hello.
    strange: Vec<(Arc<InboundAppend>, Reply<Appended>)>,
}

impl Batch {
    fn of(all: Vec<Pending>) -> Self {
        let mut batch = Self::default();
        for pending in all {
            match pending {
                Pending::Message(append, reply) => batch.add_message(append, reply),
                Pending::Status(news, reply) => batch.statuses.add(news, reply),
                Pending::Draft(append, reply) => batch.drafts.add(append, reply),
                Pending::Change(write, reply) => batch.changes.add(write, reply),
                // Nobody would make the POST: begun, it would be a doubt for ever.
                Pending::Begin(_, reply) if reply.to.is_closed() => {}
                Pending::Begin(begin, reply) => batch.begins.add(begin, reply),
                Pending::Settle(settle, reply) => batch.settles.add(settle, reply),
            }
        }
        batch
    }

    fn add_message(&mut self, append: Arc<InboundAppend>, reply: Reply<Appended>) {
        if is_plain(&append) {
            self.known.add(append, reply);
        } else if append.state.is_none() && append.message.effect == Effect::Plain {
            self.newcomers.add(append, reply);
        } else {
            self.strange.push((append, reply));
        }
    }

    async fn commit(self, store: &Store, ends: &Ends) {
        // In the order in which they are numbered: what is told in another one has to wait for the rest.
        let parts = [
            self.begins.part(),
            self.statuses.part(),
            self.settles.part(),
            self.newcomers.part(),
            self.known.part(),
            self.drafts.part(),
            self.changes.part(),
        ];
        commit_together(store, parts.into_iter().flatten().collect(), ends).await;
        go_alone(store, self.strange, Known::alone);
    }
}

/// All parts in one transaction: each begins, writes the pages that they share (or locks the organizations' numbers) and is
/// flushed for itself otherwise.
async fn commit_together(store: &Store, mut parts: Vec<Box<dyn Part>>, ends: &Ends) {
    if parts.is_empty() {
        return;
    }
    let done = match store.is_embedded() {
        true => in_tx!(store.committer_db(), |conn| {
            for part in &mut parts {
                part.on_sqlite(conn, store).await?;
            }
            Ok(())
        }),
        false => commit_on_postgres(store, &mut parts).await,
    };
    let is_for_all = match &done {
        Ok(()) => true,
        // A database that is not to be had, or a disk that fails, is so for each of them.
        Err(StoreError::Unavailable(cause)) => !cause.contains("deadlock"),
        Err(_) => false,
    };
    if is_for_all || parts.len() == 1 {
        for part in parts {
            part.end(store, ends, done.clone());
        }
        return;
    }
    // What is wrong with one of them is no harm to the others.
    tracing::warn!(result = ?done, "a batch failed; its kinds are stored one after the other");
    let mut gone = None;
    for mut part in parts {
        let done = match (&gone, store.is_embedded()) {
            // The next one would wait as long for nothing.
            (Some(error), _) => Err(StoreError::clone(error)),
            (None, true) => in_tx!(store.committer_db(), |conn| {
                part.on_sqlite(conn, store).await
            }),
            (None, false) => commit_on_postgres(store, std::slice::from_mut(&mut part)).await,
        };
        if let Err(error @ StoreError::Unavailable(_)) = &done {
            gone = Some(error.clone());
        }
        part.end(store, ends, done);
    }
}

async fn commit_on_postgres(store: &Store, parts: &mut [Box<dyn Part>]) -> Result<(), StoreError> {
    let mut entries = Entries::default();
    for part in parts.iter() {
        part.show(&mut entries);
    }
    let commit = postgres::commit(store, store.committer_db(), entries);
    // Left in the middle, its connection is closed; what was committed without an answer is found when it is repeated.
    let mut outcomes = tokio::time::timeout(PATIENCE, commit)
        .await
        .map_err(|_| StoreError::Unavailable("the database does not answer".to_owned()))??;
    for part in parts {
        part.take(&mut outcomes);
    }
    Ok(())
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

    /// Refuses whoever comes while nothing is stored and nothing will be soon, before anything else is done for them: a
    /// question on the way there would wait for the same database.
    pub async fn expect_room(&self) -> Result<(), StoreError> {
        match self.progress().has_room_soon(HOPE).await {
            true => Ok(()),
            false => Err(refuse_standing()),
        }
    }

    /// [`Store::line_up`] for what comes from outside: while nothing is stored it is refused soon, and comes again.
    async fn line_up_if_it_moves<R>(
        &self,
        pending: impl FnOnce(Reply<R>) -> Pending,
    ) -> Result<R, StoreError> {
        let Some(_place) = self.progress().enter_soon(HOPE).await else {
            return Err(refuse_standing());
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
        let (whose, hurry) = (pending.whose(), pending.hurry());
        let is_person = pending.is_of_person();
        let waits = self.inlet().push(whose, pending, hurry, is_person);
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

fn refuse_standing() -> StoreError {
    metrics::counter!(figure::DB_REFUSED_TOTAL).increment(1);
    StoreError::Unavailable("nothing is stored at the moment".to_owned())
}

fn too_much() -> StoreError {
    StoreError::Unavailable("too much waits to be stored".to_owned())
}

fn closing() -> StoreError {
    StoreError::Unavailable("the store is closing".to_owned())
}
