//! Messages of a number that were sent away and come back, so that those of a conversation that follow wait for them.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::model::ids::{ConversationId, JobId};
use crate::model::outbound::Priority;
use crate::session::pace::Step;
use crate::time::Timestamp;

/// Who is not back so long after its time ended otherwise: given up, or sent by another node.
const GRACE: Duration = Duration::from_secs(15);
/// When whoever waits for one that is late asks again.
const LATE: Duration = Duration::from_secs(1);
/// Messages that are remembered; the order of further ones is not kept.
const MOST: usize = 50_000;
/// How often room is made.
const SWEEP: Duration = Duration::from_secs(10);

/// Who is away, by conversation.
#[derive(Debug, Default)]
pub struct Away {
    of: HashMap<ConversationId, BTreeMap<JobId, Gone>>,
    count: usize,
    swept: Timestamp,
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
        if self.count >= MOST && now.since(self.swept) >= SWEEP {
            self.swept = now;
            self.of.retain(|_, gone| {
                gone.retain(|_, gone| now < gone.until + GRACE);
                !gone.is_empty()
            });
            self.count = self.of.values().map(BTreeMap::len).sum();
        }
        if self.count >= MOST {
            return;
        }
        let gone = self.of.entry(conversation).or_default();
        if gone.insert(job, Gone { priority, until }).is_none() {
            self.count += 1;
        }
    }

    /// A message is back, or its turn has come: until when it has to wait for an earlier one of its conversation that is
    /// away, and does not go after it.
    pub fn comes(
        &mut self,
        conversation: ConversationId,
        job: JobId,
        priority: Priority,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let gone = self.of.get_mut(&conversation)?;
        let before = gone.len();
        gone.remove(&job);
        gone.retain(|_, gone| now < gone.until + GRACE);
        self.count -= before - gone.len();
        let earlier = gone
            .range(..job)
            .find(|(_, gone)| gone.priority <= priority);
        let until = earlier.map(|(_, earlier)| earlier.until.max(now + LATE));
        if gone.is_empty() {
            self.of.remove(&conversation);
        }
        until
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

    #[test]
    fn later_ones_of_the_conversation_wait_until_the_first_is_back() {
        let mut away = Away::default();
        let bot = Priority::Bot;
        away.goes(ANN, JobId(5), bot, at(10), at(0));
        assert_eq!(away.comes(BEN, JobId(7), bot, at(1)), None);
        assert_eq!(
            away.comes(ANN, JobId(4), bot, at(1)),
            None,
            "an earlier one"
        );
        assert_eq!(away.comes(ANN, JobId(7), bot, at(1)), Some(at(10)));
        away.goes(ANN, JobId(7), bot, at(10), at(1));
        assert_eq!(away.comes(ANN, JobId(8), bot, at(12)), Some(at(13)), "late");
        assert_eq!(away.comes(ANN, JobId(5), bot, at(12)), None);
        assert_eq!(away.comes(ANN, JobId(8), bot, at(12)), Some(at(13)));
        assert_eq!(away.comes(ANN, JobId(7), bot, at(12)), None);
        assert_eq!(away.comes(ANN, JobId(8), bot, at(12)), None);
        assert_eq!((away.count, away.of.len()), (0, 0));
    }

    #[test]
    fn whoever_goes_first_anyway_waits_for_nobody_behind() {
        let mut away = Away::default();
        away.goes(ANN, JobId(5), Priority::Bot, at(10), at(0));
        assert_eq!(away.comes(ANN, JobId(7), Priority::Agent, at(1)), None);
        let broadcast = away.comes(ANN, JobId(7), Priority::Broadcast, at(1));
        assert_eq!(broadcast, Some(at(10)));
    }

    #[test]
    fn nobody_waits_for_ever_for_one_that_does_not_come() {
        let mut away = Away::default();
        away.goes(ANN, JobId(5), Priority::Agent, at(10), at(0));
        let waits = |away: &mut Away, now| away.comes(ANN, JobId(7), Priority::Agent, now);
        assert_eq!(waits(&mut away, at(24)), Some(at(25)));
        assert_eq!(waits(&mut away, at(25)), None);
        assert_eq!(away.count, 0);
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut away = Away::default();
        for job in 0..2 * MOST as i64 {
            away.goes(ANN, JobId(job), Priority::Bot, at(10), at(0));
        }
        assert_eq!(away.count, MOST);
        away.goes(BEN, JobId(1), Priority::Bot, at(60), at(40));
        assert_eq!((away.count, away.of.len()), (1, 1));
    }
}
