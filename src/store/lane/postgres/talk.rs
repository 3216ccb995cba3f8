//! What a batch does to conversations: messages of customers and of agents, and changes.

use std::collections::{BTreeSet, HashSet};

use actors::ports::store::StoreError;
use actors::time::Timestamp;

use super::super::batch::postgres::append;
use super::super::changes::Changing;
use super::super::drafts::{Queue, give_back};
use super::super::keys::{self, keys_of};
use super::super::newcomers;
use super::super::sieve::{Sieve, now_of};
use super::asked::{Asked, Shown};
use super::{Entries, Outcomes};
use crate::store::Store;
use crate::store::bulk::Together;
use crate::store::message::Quotes;
use crate::store::outbound::IdempotencyRow;
use crate::store::pipeline::Pipeline;

/// What may still be stored of it, and what became of the rest.
pub(super) struct Talk<'a> {
    entries: Entries<'a>,
    greeting: Sieve<'a>,
    saying: Sieve<'a>,
    queue: Queue<'a>,
    changing: Changing<'a>,
    /// Whose numbers it takes.
    organizations: BTreeSet<i64>,
    /// Messages whose ticks the rows of changed conversations show.
    last_lines: Vec<i64>,
}

impl<'a> Talk<'a> {
    /// Before anything is known of it.
    pub fn of(store: &'a Store, entries: &Entries<'a>) -> Self {
        let queue = Queue::of(store, entries.drafts);
        let changing = Changing::of(entries.changes);
        let said = entries.newcomers.iter().chain(entries.known);
        let mut organizations: BTreeSet<i64> =
            said.map(|append| append.key.organization.0).collect();
        organizations.extend(queue.organizations());
        organizations.extend(changing.organizations());
        Self {
            entries: *entries,
            greeting: Sieve::none(entries.newcomers),
            saying: Sieve::none(entries.known),
            organizations,
            queue,
            last_lines: changing.last_messages(),
            changing,
        }
    }

    /// Those that are to be there already.
    pub fn conversations(&self) -> HashSet<i64> {
        let known = self.entries.known.iter();
        let known = known.filter_map(|append| append.state.as_ref());
        let mut ids: HashSet<i64> = known.map(|state| state.conversation.id.0).collect();
        ids.extend(self.queue.conversations());
        ids.extend(self.changing.conversations());
        ids
    }

    pub const fn organizations(&self) -> &BTreeSet<i64> {
        &self.organizations
    }

    /// The keys of what customers say.
    pub fn keys(&self) -> Vec<keys::Key> {
        let mut keys = keys_of(self.entries.newcomers);
        keys.extend(keys_of(self.entries.known));
        keys
    }

    /// When that arrived.
    pub fn now(&self) -> Timestamp {
        let Entries {
            newcomers, known, ..
        } = self.entries;
        now_of(if known.is_empty() { newcomers } else { known })
    }

    /// The keys of drafts and of changes; no two of them are the same.
    pub fn idempotency_keys(&self) -> Vec<IdempotencyRow> {
        let mut rows = self.queue.keys();
        rows.extend(self.changing.keys());
        rows
    }

    pub fn last_lines(&self) -> &[i64] {
        &self.last_lines
    }

    /// Whether tags or people of a conversation change: they may have to be waited for.
    pub fn has_notes(&self) -> bool {
        self.changing.has_notes()
    }

    /// Leaves out what was stored before, and what was decided on a conversation that is another by now. Of two for one
    /// conversation the first is stored.
    pub async fn sift(
        &mut self,
        pipeline: &mut Pipeline,
        asked: &mut Asked,
    ) -> Result<(), StoreError> {
        let Asked {
            versions,
            names,
            claimed,
            free,
            ..
        } = asked;
        let c = pipeline.conn()?;
        self.greeting = Sieve::strangers(self.entries.newcomers, names);
        self.saying = Sieve::current(self.entries.known, versions);
        // Keys of what is not stored after all (that is rare) are given back.
        let greeted: HashSet<keys::Key> = self.greeting.keys().into_iter().collect();
        let said: HashSet<keys::Key> = self.saying.keys().into_iter().collect();
        let is_stale = |key: &&keys::Key| !greeted.contains(*key) && !said.contains(*key);
        let stale: Vec<keys::Key> = claimed.new.iter().filter(is_stale).cloned().collect();
        keys::give_back(c, stale).await?;
        self.greeting.settle(claimed);
        claimed.new.retain(|key| !greeted.contains(key));
        self.saying.settle(claimed);

        self.queue.leave_out_stale(versions);
        self.changing.leave_out_stale(versions);
        let mut wanted = self.queue.wanted();
        wanted.extend(self.changing.wanted());
        give_back(c, free, &wanted).await?;
        self.queue.leave_out_used(free);
        self.changing.leave_out_used(free);
        self.changing.make(pipeline.whole()?).await
    }

    /// Numbers what is to be stored, and makes what is written of it.
    pub fn number(
        &mut self,
        store: &Store,
        quotes: Quotes,
        shown: &mut Shown,
        last: &mut Vec<Together>,
    ) -> Result<(), StoreError> {
        let Shown { numbers, ticks, .. } = shown;
        self.changing.show(ticks);
        last.push(newcomers::number(store, &mut self.greeting, numbers)?);
        last.push(append(store, &mut self.saying, quotes, numbers)?);
        last.push(self.queue.number_all(numbers)?);
        last.push(self.changing.number_all(store, numbers)?);
        Ok(())
    }

    /// Tells what became of all.
    pub fn tell(self, outcomes: &mut Outcomes) {
        outcomes.newcomers = self.greeting.into_results();
        outcomes.known = self.saying.into_results();
        outcomes.drafts = self.queue.results;
        outcomes.changes = self.changing.results;
    }
}
