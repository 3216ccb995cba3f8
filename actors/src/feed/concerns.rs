//! Whom a changed conversation is about: who has it, who had it until then, and who takes part in it. They are few, and they
//! hear of it at once, however much else changes in the list.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::conversation::{Conversation, ConversationStatus};
use crate::model::ids::{ConversationId, UserId};

/// What changed since it was told last.
#[derive(Default)]
pub struct Concerns {
    /// The latest state of each, by person.
    changed: HashMap<UserId, HashMap<ConversationId, Arc<Conversation>>>,
    /// Who has which open conversation, as far as it changed here.
    holders: HashMap<ConversationId, UserId>,
}

impl Concerns {
    /// A conversation changed.
    pub fn note(&mut self, row: &Arc<Conversation>) {
        let holder = row.assignee.as_ref().map(|user| user.id);
        let keeps = holder.filter(|_| row.status == ConversationStatus::Open);
        let before = match keeps {
            Some(user) => self.holders.insert(row.id, user),
            None => self.holders.remove(&row.id),
        };
        let named = holder.into_iter().chain(before);
        for user in named.chain(row.participants.iter().copied()) {
            let theirs = self.changed.entry(user).or_default();
            let known = theirs.get(&row.id).map_or(i64::MIN, |known| known.seq);
            // A row that was read to repair a hole may be newer than the event that it came with.
            if row.seq >= known {
                theirs.insert(row.id, Arc::clone(row));
            }
        }
    }

    /// Whether nobody is to be told anything.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// What is to be told now, by person.
    pub fn take(&mut self) -> HashMap<UserId, Vec<Arc<Conversation>>> {
        let changed = std::mem::take(&mut self.changed);
        let rows = |theirs: HashMap<_, Arc<Conversation>>| theirs.into_values().collect();
        changed
            .into_iter()
            .map(|(user, theirs)| (user, rows(theirs)))
            .collect()
    }
}
