//! Whom a changed conversation is about: who has it, who takes part in it, and who did until then. They are few, and they
//! hear of it at once, however much else changes in the list.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::feed::lists::{CONFLATION, rest_of};
use crate::model::conversation::{Conversation, ConversationStatus};
use crate::model::ids::{ConversationId, UserId};

/// What changed since it was told last.
#[derive(Default)]
pub struct Concerns {
    /// The latest state of each, by person.
    changed: HashMap<UserId, HashMap<ConversationId, Arc<Conversation>>>,
    /// When somebody was told in particular.
    told_at: HashMap<UserId, Instant>,
    /// Whom open conversations are about, as far as they changed here.
    involved: HashMap<ConversationId, Vec<UserId>>,
}

impl Concerns {
    /// A conversation changed.
    pub fn note(&mut self, row: &Arc<Conversation>) {
        let holder = row.assignee.as_ref().map(|user| user.id);
        let mut named: Vec<UserId> = holder.into_iter().collect();
        named.extend(&row.participants);
        let before = match row.status {
            ConversationStatus::Open if !named.is_empty() => {
                self.involved.insert(row.id, named.clone())
            }
            _ => self.involved.remove(&row.id),
        };
        named.extend(before.into_iter().flatten());
        for user in named {
            let theirs = self.changed.entry(user).or_default();
            let known = theirs.get(&row.id).map_or(i64::MIN, |known| known.seq);
            // A row that was read to repair a hole may be newer than the event that it came with.
            if row.seq >= known {
                theirs.insert(row.id, Arc::clone(row));
            }
        }
    }

    /// How long the first of them has to wait who are to be told something; everybody was told of rows at `told_at`.
    pub fn wait(&self, told_at: Option<Instant>) -> Option<Duration> {
        let people = self.changed.keys();
        people.map(|user| self.wait_of(*user, told_at)).min()
    }

    fn wait_of(&self, user: UserId, told_at: Option<Instant>) -> Duration {
        rest_of(CONFLATION, self.told_at.get(&user).copied().max(told_at))
    }

    /// What those are to be told whose time it is.
    pub fn take_due(
        &mut self,
        told_at: Option<Instant>,
    ) -> HashMap<UserId, Vec<Arc<Conversation>>> {
        let people = self.changed.keys().copied();
        let due = people.filter(|user| self.wait_of(*user, told_at).is_zero());
        let due: Vec<UserId> = due.collect();
        let now = Instant::now();
        self.told_at
            .retain(|_, at| now.duration_since(*at) < CONFLATION);
        self.told_at.extend(due.iter().map(|user| (*user, now)));
        due.into_iter()
            .filter_map(|user| Some((user, rows(self.changed.remove(&user)?))))
            .collect()
    }

    /// What all are to be told.
    pub fn take(&mut self) -> HashMap<UserId, Vec<Arc<Conversation>>> {
        let changed = std::mem::take(&mut self.changed);
        changed
            .into_iter()
            .map(|(user, theirs)| (user, rows(theirs)))
            .collect()
    }
}

fn rows(theirs: HashMap<ConversationId, Arc<Conversation>>) -> Vec<Arc<Conversation>> {
    theirs.into_values().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::Stage;

    #[actix::test]
    async fn who_took_part_until_now_is_named_once_more() {
        let stage = Stage::set();
        stage.conversation("491701234567").await;
        let row = stage.row_of("491701234567");
        let taking_part = |seq, participants: &[UserId]| {
            let row = Conversation {
                seq,
                participants: participants.to_vec(),
                ..row.clone()
            };
            Arc::new(row)
        };
        let (ana, bob) = (UserId(1), UserId(2));
        let mut concerns = Concerns::default();
        let mut told = |row| {
            concerns.note(&row);
            concerns.take().into_keys().collect::<BTreeSet<UserId>>()
        };
        assert_eq!(told(taking_part(4, &[ana, bob])), [ana, bob].into());
        assert_eq!(told(taking_part(5, &[bob])), [ana, bob].into());
        assert_eq!(told(taking_part(6, &[bob])), [bob].into());
        assert_eq!(told(taking_part(7, &[])), [bob].into());
        assert_eq!(told(taking_part(8, &[])), [].into());
    }
}
