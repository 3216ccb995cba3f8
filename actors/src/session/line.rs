//! Who waits to be sent from a number: one line per priority, one message of a conversation at a time.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::Span;

use crate::model::ids::{ConversationId, JobId, MessageId};
use crate::model::outbound::Priority;
use crate::session::Delivered;
use crate::time::Timestamp;

/// Messages that may wait in one line; more stay in the database. Far fewer than the dispatcher has hands: a slow
/// number must not keep them all.
const MAX_WAITING: usize = 128;
/// After that a POST is not answered as others are: it keeps its conversation, but not its place.
const OLD: Duration = Duration::from_secs(1);

/// A message that waits for its turn.
#[derive(Debug)]
pub struct Waiting {
    pub job: JobId,
    pub message: MessageId,
    pub conversation: ConversationId,
    /// How often the job was claimed, this time included.
    pub tries: i32,
    /// When the dispatcher's claim would end before the message is sent.
    pub expires_at: Timestamp,
    /// Where the dispatcher hears how it ended.
    pub done: oneshot::Sender<Delivered>,
    /// In which the log tells of it.
    pub span: Span,
}

impl Waiting {
    /// Has to line up again then.
    pub fn come_back(self, at: Timestamp, reason: &'static str) {
        // The dispatcher may have given up waiting; the job's lease brings it back.
        let _ = self.done.send(Delivered::Later { at, reason });
    }
}

/// The waiting lines of one number.
#[derive(Debug, Default)]
pub struct Lines {
    agent: VecDeque<Waiting>,
    bot: VecDeque<Waiting>,
    broadcast: VecDeque<Waiting>,
    /// Conversations with a message on the way: the provider does not keep the order of two at once.
    busy: HashMap<ConversationId, OnTheWay>,
}

/// A message that is on the way.
#[derive(Clone, Copy, Debug)]
struct OnTheWay {
    since: Instant,
    has_place: bool,
}

impl Lines {
    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.agent.len() + self.bot.len() + self.broadcast.len()
    }

    /// How many are on the way.
    pub fn on_the_way(&self) -> usize {
        self.busy.len()
    }

    /// How many of them hold a place.
    pub fn places_held(&self) -> usize {
        self.busy.values().filter(|one| one.has_place).count()
    }

    /// Takes their places from those that are not answered; gives how long each had it.
    pub fn take_places(&mut self, now: Instant) -> Vec<Duration> {
        let old = |one: &&mut OnTheWay| one.has_place && now - one.since >= OLD;
        let old = self.busy.values_mut().filter(old);
        old.map(|one| {
            one.has_place = false;
            now - one.since
        })
        .collect()
    }

    /// How long until somebody's place can be taken.
    pub fn next_place_in(&self, now: Instant) -> Option<Duration> {
        let placed = self.busy.values().filter(|one| one.has_place);
        let oldest = placed.map(|one| one.since).min()?;
        Some((oldest + OLD).saturating_duration_since(now))
    }

    /// Whether the line has no room for a message of that conversation; a full one does not close the others. Half of
    /// the room is for those who need not wait for a message of their own conversation.
    pub fn is_full(&self, priority: Priority, conversation: ConversationId) -> bool {
        let room = match self.busy.contains_key(&conversation) {
            true => MAX_WAITING / 2,
            false => MAX_WAITING,
        };
        self.of(priority).len() >= room
    }

    /// How many wait in that line and in those that go first.
    pub fn ahead_of(&self, priority: Priority) -> usize {
        let lines = [Priority::Agent, Priority::Bot, Priority::Broadcast].into_iter();
        let ahead = lines.filter(|line| *line <= priority);
        ahead.map(|line| self.of(line).len()).sum()
    }

    /// Lines up.
    pub fn push(&mut self, priority: Priority, waiting: Waiting) {
        match priority {
            Priority::Agent => self.agent.push_back(waiting),
            Priority::Bot => self.bot.push_back(waiting),
            Priority::Broadcast => self.broadcast.push_back(waiting),
        }
    }

    /// Sends those away whose claims end soon: the oldest stand in front.
    pub fn expire(&mut self, now: Timestamp) -> Vec<Waiting> {
        let mut expired = Vec::new();
        for line in [&mut self.agent, &mut self.bot, &mut self.broadcast] {
            while line.front().is_some_and(|first| first.expires_at <= now) {
                expired.extend(line.pop_front());
            }
        }
        expired
    }

    /// Sends everybody away.
    pub fn clear(&mut self) -> Vec<Waiting> {
        let lines = [&mut self.agent, &mut self.bot, &mut self.broadcast];
        lines.into_iter().flat_map(std::mem::take).collect()
    }

    const fn of(&self, priority: Priority) -> &VecDeque<Waiting> {
        match priority {
            Priority::Agent => &self.agent,
            Priority::Bot => &self.bot,
            Priority::Broadcast => &self.broadcast,
        }
    }

    /// The next one whose conversation has none on the way; that conversation is busy from now on.
    pub fn take_next(&mut self, now: Instant) -> Option<Waiting> {
        for line in [&mut self.agent, &mut self.bot, &mut self.broadcast] {
            let free = line
                .iter()
                .position(|waiting| !self.busy.contains_key(&waiting.conversation));
            if let Some(waiting) = free.and_then(|index| line.remove(index)) {
                let on_the_way = OnTheWay {
                    since: now,
                    has_place: true,
                };
                self.busy.insert(waiting.conversation, on_the_way);
                return Some(waiting);
            }
        }
        None
    }

    /// The conversation's message landed; gives how long it had a place, unless it had none any more.
    pub fn release(&mut self, conversation: ConversationId, now: Instant) -> Option<Duration> {
        let landed = self.busy.remove(&conversation)?;
        landed.has_place.then(|| now - landed.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(conversation: i64, message: i64) -> Waiting {
        Waiting {
            job: JobId(message),
            message: MessageId(message),
            conversation: ConversationId(conversation),
            tries: 1,
            expires_at: Timestamp::from_millis(message),
            done: oneshot::channel().0,
            span: Span::none(),
        }
    }

    fn next(lines: &mut Lines) -> Option<i64> {
        lines
            .take_next(Instant::now())
            .map(|waiting| waiting.message.0)
    }

    #[test]
    fn agents_go_before_bots_before_broadcasts() {
        let mut lines = Lines::default();
        lines.push(Priority::Broadcast, waiting(1, 1));
        lines.push(Priority::Bot, waiting(2, 2));
        lines.push(Priority::Agent, waiting(3, 3));
        assert_eq!(
            [next(&mut lines), next(&mut lines), next(&mut lines)],
            [Some(3), Some(2), Some(1)]
        );
    }

    #[test]
    fn one_conversation_keeps_its_order_and_does_not_hold_the_others_back() {
        let mut lines = Lines::default();
        for (conversation, message) in [(1, 1), (1, 2), (2, 3)] {
            lines.push(Priority::Agent, waiting(conversation, message));
        }
        assert_eq!(
            [next(&mut lines), next(&mut lines), next(&mut lines)],
            [Some(1), Some(3), None]
        );
        lines.release(ConversationId(1), Instant::now());
        assert_eq!(next(&mut lines), Some(2));
    }

    #[test]
    fn who_is_not_answered_keeps_the_conversation_and_not_the_place() {
        let mut lines = Lines::default();
        for (conversation, message) in [(1, 1), (1, 2), (2, 3)] {
            lines.push(Priority::Agent, waiting(conversation, message));
        }
        let start = Instant::now();
        lines.take_next(start);
        let later = start + OLD / 2;
        lines.take_next(later);
        assert_eq!(lines.next_place_in(later), Some(OLD / 2));
        assert_eq!(lines.take_places(start + OLD), [OLD]);
        assert_eq!((lines.places_held(), lines.on_the_way()), (1, 2));
        assert_eq!(next(&mut lines), None, "the order is kept");
        assert_eq!(lines.release(ConversationId(1), start + OLD * 2), None);
        assert_eq!(lines.release(ConversationId(2), start + OLD), Some(OLD / 2));
    }

    #[test]
    fn a_full_line_does_not_close_the_others() {
        let mut lines = Lines::default();
        for message in 0..128 {
            lines.push(Priority::Broadcast, waiting(message, message));
        }
        let new = ConversationId(1000);
        assert!(lines.is_full(Priority::Broadcast, new) && !lines.is_full(Priority::Agent, new));
        assert_eq!(lines.ahead_of(Priority::Agent), 0);
        assert_eq!(lines.ahead_of(Priority::Broadcast), 128);
    }

    #[test]
    fn who_waits_for_the_own_conversation_leaves_room_for_the_others() {
        let mut lines = Lines::default();
        let (busy, other) = (ConversationId(1), ConversationId(2));
        for message in 0..=64 {
            assert!(!lines.is_full(Priority::Agent, busy));
            lines.push(Priority::Agent, waiting(busy.0, message));
            next(&mut lines);
        }
        assert!(lines.is_full(Priority::Agent, busy) && !lines.is_full(Priority::Agent, other));
    }

    #[test]
    fn who_waited_too_long_is_sent_away() {
        let mut lines = Lines::default();
        for message in 1..=4 {
            lines.push(Priority::Bot, waiting(message, message));
        }
        let expired = lines.expire(Timestamp::from_millis(2));
        assert_eq!(expired.len(), 2);
        assert_eq!(
            (lines.waiting(), lines.clear().len(), lines.waiting()),
            (2, 2, 0)
        );
    }
}
