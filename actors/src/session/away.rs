//! Messages of a number that were sent away and come back, so that those of a conversation that follow wait for them.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::model::ids::{ConversationId, JobId};
use crate::model::outbound::Priority;
use crate::session::pace::Step;
use crate::time::Timestamp;

/// Who is not back so long after its time ended otherwise: given up, or sent by another node. A dispatcher that could not
/// put it back has it until its claim ends.
const GRACE: Duration = Duration::from_secs(130);
/// When whoever waits for one that is late asks again: soon at first.
const LATE: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];
const LATE_FOR_LONG: Duration = Duration::from_secs(10);
/// Messages that are remembered; the order of further ones is not kept.
const MOST: usize = 50_000;
/// Of broadcasts, which must not take the room of what people say.
const MOST_BROADCASTS: usize = MOST / 2;
/// So many of a conversation are counted.
const MOST_AHEAD: usize = 10;
/// How often room is made.
const SWEEP: Duration = Duration::from_secs(10);

/// So many are read when the number begins.
pub const MOST_READ: u32 = 10_000;

/// Who is away, by conversation.
#[derive(Debug, Default)]
pub struct Away {
    of: HashMap<ConversationId, BTreeMap<JobId, Gone>>,
    count: usize,
    swept: Timestamp,
}

/// An earlier message of the conversation is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Until then at least.
    pub until: Timestamp,
    /// How many are away that go first; more are not counted than can be sent within a minute.
    pub ahead: usize,
}

#[derive(Clone, Copy, Debug)]
struct Gone {
    priority: Priority,
    until: Timestamp,
}

impl Away {
    /// A message comes back at `until`.
    pub fn goes(
        &mut self,
        conversation: ConversationId,
        job: JobId,
        priority: Priority,
        until: Timestamp,
        now: Timestamp,
    ) {
        let most = match priority {
            Priority::Agent | Priority::Bot => MOST,
            Priority::Broadcast => MOST_BROADCASTS,
        };
        if self.count >= most && now.since(self.swept) >= SWEEP {
            self.swept = now;
            self.of.retain(|_, gone| {
                gone.retain(|_, gone| now < gone.until + GRACE);
                !gone.is_empty()
            });
            self.count = self.of.values().map(BTreeMap::len).sum();
        }
        if self.count >= most {
            return;
        }
        let gone = self.of.entry(conversation).or_default();
        if gone.insert(job, Gone { priority, until }).is_none() {
            self.count += 1;
        }
    }

    /// A message is back, or its turn has come: whether it has to wait for earlier ones of its conversation that are away,
    /// and do not go after it.
    pub fn comes(
        &mut self,
        conversation: ConversationId,
        job: JobId,
        priority: Priority,
        now: Timestamp,
    ) -> Option<Behind> {
        let gone = self.of.get_mut(&conversation)?;
        let before = gone.len();
        gone.remove(&job);
        let is_lost = |gone: &Gone| now >= gone.until + GRACE;
        while let Some(first) = gone.first_entry().filter(|first| is_lost(first.get())) {
            first.remove();
        }
        self.count -= before - gone.len();
        let mut earlier = gone.range(..job).map(|(_, gone)| gone);
        let first = earlier.find(|gone| gone.priority <= priority && !is_lost(gone));
        let behind = first.map(|first| {
            let more = earlier.filter(|gone| gone.priority <= priority);
            let late = LATE[usize::from(now.since(first.until) >= LATE_FOR_LONG)];
            Behind {
                until: first.until.max(now + late),
                ahead: 1 + more.take(MOST_AHEAD - 1).count(),
            }
        });
        if gone.is_empty() {
            self.of.remove(&conversation);
        }
        behind
    }

    /// All are somebody else's.
    pub fn clear(&mut self) {
        self.of.clear();
        self.count = 0;
    }

    /// The clock was set.
    pub fn follow(&mut self, step: Step) {
        self.swept = step.of(self.swept);
        for gone in self.of.values_mut().flat_map(BTreeMap::values_mut) {
            gone.until = step.of(gone.until);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: ConversationId = ConversationId(1);
    const BEN: ConversationId = ConversationId(2);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn until(
        away: &mut Away,
        conversation: ConversationId,
        job: i64,
        priority: Priority,
        now: i64,
    ) -> Option<Timestamp> {
        let behind = away.comes(conversation, JobId(job), priority, at(now));
        behind.map(|behind| behind.until)
    }

    #[test]
    fn later_ones_of_the_conversation_wait_until_the_first_is_back() {
        let mut away = Away::default();
        let bot = Priority::Bot;
        away.goes(ANN, JobId(5), bot, at(10), at(0));
        assert_eq!(until(&mut away, BEN, 7, bot, 1), None);
        assert_eq!(until(&mut away, ANN, 4, bot, 1), None, "an earlier one");
        assert_eq!(until(&mut away, ANN, 7, bot, 1), Some(at(10)));
        away.goes(ANN, JobId(7), bot, at(10), at(1));
        assert_eq!(until(&mut away, ANN, 8, bot, 12), Some(at(13)), "late");
        let behind = away.comes(ANN, JobId(8), bot, at(1));
        assert_eq!(behind.map(|behind| behind.ahead), Some(2));
        assert_eq!(until(&mut away, ANN, 5, bot, 12), None);
        assert_eq!(until(&mut away, ANN, 8, bot, 12), Some(at(13)));
        assert_eq!(until(&mut away, ANN, 7, bot, 12), None);
        assert_eq!(until(&mut away, ANN, 8, bot, 12), None);
        assert_eq!((away.count, away.of.len()), (0, 0));
    }

    #[test]
    fn whoever_goes_first_anyway_waits_for_nobody_behind() {
        let mut away = Away::default();
        away.goes(ANN, JobId(5), Priority::Bot, at(10), at(0));
        assert_eq!(until(&mut away, ANN, 7, Priority::Agent, 1), None);
        let broadcast = until(&mut away, ANN, 7, Priority::Broadcast, 1);
        assert_eq!(broadcast, Some(at(10)));
    }

    #[test]
    fn nobody_waits_for_ever_for_one_that_does_not_come() {
        let mut away = Away::default();
        away.goes(ANN, JobId(5), Priority::Agent, at(10), at(0));
        away.goes(ANN, JobId(6), Priority::Agent, at(500), at(0));
        let mut waits = |now| until(&mut away, ANN, 7, Priority::Agent, now);
        assert_eq!([waits(15), waits(100)], [Some(at(16)), Some(at(105))]);
        assert_eq!(waits(140), Some(at(500)), "for the next one");
        assert_eq!(waits(630), None);
        assert_eq!(away.count, 0);
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut away = Away::default();
        for job in 0..2 * MOST as i64 {
            away.goes(ANN, JobId(job), Priority::Bot, at(10), at(0));
        }
        assert_eq!(away.count, MOST);
        away.goes(BEN, JobId(1), Priority::Bot, at(300), at(200));
        assert_eq!((away.count, away.of.len()), (1, 1));
        for job in 0..2 * MOST as i64 {
            away.goes(ANN, JobId(job), Priority::Broadcast, at(300), at(200));
        }
        assert_eq!(away.count, MOST_BROADCASTS);
    }
}
