//! The kinds of what waits for a commit. A batch has a group of each, and all groups share a transaction.

use actors::ports::store::StoreError;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::Reply;
use super::ends::Ends;
use super::postgres::{Entries, Outcomes};
use super::telling::Telling;
use crate::store::Store;
use crate::store::db::Conn;

/// What became of each entry of a group; a None is to go one by one.
pub(super) type Results<R> = Vec<Option<Result<R, StoreError>>>;

/// One kind of what waits for a commit.
pub(super) trait Kind: 'static {
    /// What waits.
    type Entry: Send + Sync + 'static;
    /// What whoever waits is answered.
    type Done: Telling + Send + Sync + 'static;

    /// Does all inside a transaction of SQLite.
    fn on_sqlite(
        conn: &mut Conn,
        store: &Store,
        entries: &[Self::Entry],
    ) -> impl Future<Output = Result<Results<Self::Done>, StoreError>> + Send;

    /// Where this kind's are among all entries of a batch on PostgreSQL.
    fn among<'e, 'a>(entries: &'e mut Entries<'a>) -> &'e mut &'a [Self::Entry];

    /// What became of this kind's.
    fn of(outcomes: &mut Outcomes) -> &mut Results<Self::Done>;

    /// Does one in a transaction of its own.
    fn alone(
        store: Store,
        entry: Self::Entry,
    ) -> impl Future<Output = Result<Self::Done, StoreError>> + Send;
}

/// What a batch has of one kind, and what became of it.
pub(super) struct Group<K: Kind> {
    entries: Vec<K::Entry>,
    replies: Vec<Reply<K::Done>>,
    done: Results<K::Done>,
}

impl<K: Kind> Default for Group<K> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            replies: Vec::new(),
            done: Vec::new(),
        }
    }
}

impl<K: Kind> Group<K> {
    pub fn add(&mut self, entry: K::Entry, reply: Reply<K::Done>) {
        self.entries.push(entry);
        self.replies.push(reply);
    }

    /// As a part of a batch; None when there is nothing of its kind.
    pub fn part(self) -> Option<Box<dyn Part>> {
        match self.entries.is_empty() {
            true => None,
            false => Some(Box::new(self)),
        }
    }
}

/// A group of any kind.
pub(super) trait Part: Send + Sync {
    /// Does all inside a transaction of SQLite that is not committed yet.
    fn on_sqlite<'a>(
        &'a mut self,
        conn: &'a mut Conn,
        store: &'a Store,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Puts itself among the entries of a batch on PostgreSQL.
    fn show<'a>(&'a self, entries: &mut Entries<'a>);

    /// Takes what became of it there.
    fn take(&mut self, outcomes: &mut Outcomes);

    /// Has all told and answered, now that it is `committed` or not.
    fn end(self: Box<Self>, store: &Store, ends: &Ends, committed: Result<(), StoreError>);
}

impl<K: Kind> Part for Group<K> {
    fn on_sqlite<'a>(
        &'a mut self,
        conn: &'a mut Conn,
        store: &'a Store,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        async {
            self.done = K::on_sqlite(conn, store, &self.entries).await?;
            Ok(())
        }
        .boxed()
    }

    fn show<'a>(&'a self, entries: &mut Entries<'a>) {
        *K::among(entries) = &self.entries;
    }

    fn take(&mut self, outcomes: &mut Outcomes) {
        self.done = std::mem::take(K::of(outcomes));
    }

    fn end(self: Box<Self>, store: &Store, ends: &Ends, committed: Result<(), StoreError>) {
        let Self {
            entries,
            replies,
            done,
        } = *self;
        let entries = entries.into_iter().zip(replies).collect();
        ends.add(store, entries, committed.map(|()| done), K::alone);
    }
}
