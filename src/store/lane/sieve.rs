//! Which messages of a batch are still to be stored, and what is known already of the others.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use actors::ports::store::{Appended, InboundAppend, StoreError};
use actors::time::Timestamp;

use super::keys::{Claimed, Key, key_of};
use super::kind;
use crate::store::contact_identity::keys_of;

/// What became of each message of a batch.
pub(super) type Results = kind::Results<Appended>;

/// What names a contact: the organization and a lookup key.
pub(super) type Name = (i64, String);

/// The messages of a batch, those still to be stored apart.
pub(super) struct Sieve<'a> {
    appends: &'a [Arc<InboundAppend>],
    results: Results,
    /// Indexes, in the order of arrival.
    fresh: Vec<usize>,
}

impl<'a> Sieve<'a> {
    /// Those of which nothing is known yet: none is to be stored.
    pub fn none(appends: &'a [Arc<InboundAppend>]) -> Self {
        let mut results: Results = Vec::new();
        results.resize_with(appends.len(), || None);
        Self {
            appends,
            results,
            fresh: Vec::new(),
        }
    }

    /// Those whose conversation is as the sender believed it to be. They take its version: whatever else the batch has for
    /// it is decided anew, even when a message was stored before.
    pub fn current(appends: &'a [Arc<InboundAppend>], versions: &mut HashMap<i64, i64>) -> Self {
        let mut sieve = Self::none(appends);
        for (index, append) in appends.iter().enumerate() {
            let Some(state) = &append.state else { continue };
            let id = state.conversation.id.0;
            // Two of one conversation in a batch (it lives on two nodes): the second decides anew.
            if takes(versions, id, state.version) {
                sieve.fresh.push(index);
            } else {
                sieve.results[index] = Some(Err(StoreError::Conflict));
            }
        }
        sieve
    }

    /// Those of contacts that nobody knows yet, and that answer nothing; the rest is to go one by one.
    pub fn strangers(appends: &'a [Arc<InboundAppend>], known: &HashSet<Name>) -> Self {
        let mut sieve = Self::none(appends);
        let mut taken: HashSet<Name> = HashSet::new();
        for (index, append) in appends.iter().enumerate() {
            let names = names_of(append);
            // Of several first messages of one contact, one makes the contact; the others are decided anew.
            let is_new = !names.is_empty()
                && names
                    .iter()
                    .all(|name| !known.contains(name) && !taken.contains(name));
            if is_new && append.message.reply_to.is_none() {
                taken.extend(names);
                sieve.fresh.push(index);
            }
        }
        sieve
    }

    /// Leaves those out whose key was stored before, and those to be done one by one that a placeholder announced.
    pub fn settle(&mut self, claimed: &Claimed) {
        let (appends, results) = (self.appends, &mut self.results);
        let mut seen = HashSet::new();
        self.fresh.retain(|index| {
            let key = key_of(&appends[*index]);
            if claimed.announced.contains(&key) {
                return false;
            }
            let is_new = claimed.new.contains(&key) && seen.insert(key);
            if !is_new {
                results[*index] = Some(Ok(Appended::Duplicate));
            }
            is_new
        });
    }

    /// Whether nothing is to be stored.
    pub const fn is_empty(&self) -> bool {
        self.fresh.is_empty()
    }

    /// The keys of those to be stored.
    pub fn keys(&self) -> Vec<Key> {
        self.fresh
            .iter()
            .map(|index| key_of(&self.appends[*index]))
            .collect()
    }

    /// How many numbers each organization needs, at `each` per message.
    pub fn counts(&self, each: i64) -> BTreeMap<i64, i64> {
        let mut counts = BTreeMap::new();
        for index in &self.fresh {
            let organization = self.appends[*index].key.organization.0;
            *counts.entry(organization).or_default() += each;
        }
        counts
    }

    /// Makes the rows of one organization's messages, numbered from `first`, `each` numbers a message.
    pub fn number(
        &mut self,
        organization: i64,
        first: i64,
        each: i64,
        mut add: impl FnMut(&InboundAppend, i64) -> Result<Appended, StoreError>,
    ) -> Result<(), StoreError> {
        let mut seq = first;
        for index in &self.fresh {
            let append = &self.appends[*index];
            if append.key.organization.0 == organization {
                self.results[*index] = Some(Ok(add(append, seq)?));
                seq += each;
            }
        }
        Ok(())
    }

    /// What became of all.
    pub fn into_results(self) -> Results {
        self.results
    }
}

/// Whether the conversation is as its sender believed it to be, and nobody else in the batch took it.
pub(super) fn takes(versions: &mut HashMap<i64, i64>, conversation: i64, version: i64) -> bool {
    let is_current = versions.get(&conversation) == Some(&version);
    if is_current {
        versions.remove(&conversation);
    }
    is_current
}

/// What names a contact inside its organization.
pub(super) fn names_of(append: &InboundAppend) -> Vec<Name> {
    keys_of(&append.message.identities)
        .into_iter()
        .map(|key| (append.key.organization.0, key))
        .collect()
}

/// The lines that messages answer.
pub(super) fn quoted<'a>(
    appends: impl IntoIterator<Item = &'a InboundAppend>,
) -> Vec<(i64, &'a str)> {
    appends
        .into_iter()
        .filter_map(|append| Some((append.key.session.0, append.message.reply_to.as_deref()?)))
        .collect()
}

/// When a batch arrived.
pub(super) fn now_of(appends: &[Arc<InboundAppend>]) -> Timestamp {
    appends
        .first()
        .map_or_else(Timestamp::now, |append| append.received_at)
}
