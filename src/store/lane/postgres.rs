//! A batch on PostgreSQL: all kinds in one transaction. They ask at the same time and wait for the same answers, so that the
//! organizations' rows are locked once, for one way there and back, and one flush makes all of it last.
//!
//! Locks are taken in one order, which whoever does something alone keeps as well: conversations, keys, messages (those to be sent
//! and sent, then those that statuses are about: the provider names none of the former yet), and the organizations' numbers last.

mod asked;
mod talk;
mod ticks;

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::ports::store::{
    Appended, Begun, ChangeWrite, InboundAppend, OutboundAppend, Queued, Raised, Receipt,
    StoreError,
};

use self::asked::Asked;
use self::talk::Talk;
use self::ticks::Ticks;
use super::News;
use super::attempts::{Begin, Settle};
use super::batch::postgres::save_numbers;
use super::changes::Changed;
use super::kind::Results;
use super::sieve::quoted;
use crate::store::Store;
use crate::store::bulk::Together;
use crate::store::db::Db;
use crate::store::message::{self, Quotes};
use crate::store::pipeline::Pipeline;

/// What waits for the same commit, by kind.
#[derive(Clone, Copy, Default)]
pub(super) struct Entries<'a> {
    pub newcomers: &'a [Arc<InboundAppend>],
    pub known: &'a [Arc<InboundAppend>],
    pub statuses: &'a [Box<News>],
    pub drafts: &'a [Arc<OutboundAppend>],
    pub changes: &'a [Box<ChangeWrite>],
    pub begins: &'a [Begin],
    pub settles: &'a [Box<Settle>],
}

/// What became of it.
#[derive(Default)]
pub(super) struct Outcomes {
    pub newcomers: Results<Appended>,
    pub known: Results<Appended>,
    pub statuses: Results<Raised>,
    pub drafts: Results<Queued>,
    pub changes: Results<Changed>,
    pub begins: Results<Begun>,
    pub settles: Results<Receipt>,
}

/// The last number of each organization.
type Numbers = BTreeMap<i64, i64>;

/// Stores all of it in one transaction. Two answers are waited for, one for the locks and one for what is written and the commit;
/// answers to sends and changes of tags or people take one more, statuses two. So does, each, what is rare: quoted lines, messages that
/// come again, keys that are given back.
pub(super) async fn commit(
    store: &Store,
    db: &Db,
    entries: Entries<'_>,
) -> Result<Outcomes, StoreError> {
    let mut pipeline = Pipeline::on(db.read().await?)?;
    let quotes = quoted(entries.known.iter().map(AsRef::as_ref));
    let quotes = message::quotes(pipeline.whole()?, &quotes).await?;
    let done = store_all(&mut pipeline, store, entries, quotes).await;
    pipeline.end(done).await
}

async fn store_all(
    pipeline: &mut Pipeline,
    store: &Store,
    entries: Entries<'_>,
    quotes: Quotes,
) -> Result<(Outcomes, Vec<Together>), StoreError> {
    let mut talk = Talk::of(store, &entries);
    let mut asked = Asked::of(pipeline.conn()?, &entries, &talk).await?;
    talk.sift(pipeline, &mut asked).await?;
    let mut ticks = Ticks::of(pipeline, store, &entries, &mut asked).await?;
    let mut shown = match asked.shown.take() {
        Some(shown) => shown,
        None => ticks.look(pipeline.conn()?, &talk).await?,
    };

    let before = shown.numbers.clone();
    let mut last = Vec::new();
    // Ticks first: the rows of what is told behind them show them.
    ticks.number(&entries, &mut shown, &mut last)?;
    talk.number(store, quotes, &mut shown, &mut last)?;
    let mut numbers = shown.numbers;
    numbers.retain(|organization, number| before.get(organization) != Some(number));
    last.push(save_numbers(numbers));
    let mut outcomes = Outcomes::default();
    ticks.tell(&mut outcomes);
    talk.tell(&mut outcomes);
    Ok((outcomes, last))
}
