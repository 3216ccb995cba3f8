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
pub const OLD: Duration = Duration::from_secs(1);
/// As many of one number may be on the way without a place.
const MAX_SILENT: usize = 256;

/// A message that waits for its turn.
#[derive(Debug)]
pub struct Waiting {
    pub job: JobId,
    pub message: MessageId,
    pub conversation: ConversationId,
    pub priority: Priority,
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

    /// Whether the conversation has a message on the way.
    pub fn is_busy(&self, conversation: ConversationId) -> bool {
        self.busy.contains_key(&conversation)
    }

    /// How many of them hold a place.
    pub fn places_held(&self) -> usize {
        self.busy.values().filter(|one| one.has_place).count()
    }

    /// How many are on the way, when no more may lose their places.
    pub fn crowd(&self) -> Option<usize> {
        let silent = self.busy.len() - self.places_held();
        (silent >= MAX_SILENT).then_some(self.busy.len())
    }

    /// Takes their places from those that are not answered; gives from how many.
    pub fn take_places(&mut self, now: Instant) -> usize {
        let silent = self.busy.len() - self.places_held();
        let old = |one: &&mut OnTheWay| one.has_place && now - one.since >= OLD;
        let old = self.busy.values_mut().filter(old);
        let taken = old.take(MAX_SILENT.saturating_sub(silent));
        taken.map(|one| one.has_place = false).count()
    }

    /// How long until somebody's place can be taken; None when so many have lost theirs that nobody's is.
    pub fn next_place_in(&self, now: Instant) -> Option<Duration> {
        if self.crowd().is_some() {
            return None;
        }
        let placed = self.busy.values().filter(|one| one.has_place);
        let oldest = placed.map(|one| one.since).min()?;
        Some((oldest + OLD).saturating_duration_since(now))
    }

    /// Whether the line has no room for a message of that conversation; a full one does not close the others. Half of
    /// the room is for those who need not wait for a message of their own conversation.
    pub fn is_full(&self, priority: Priority, conversation: ConversationId) -> bool {
        let line = self.of(priority);
        if line.len() < MAX_WAITING / 2 {
            return false;
        }
        let waits_for_own =
            self.is_busy(conversation) || line.iter().any(|one| one.conversation == conversation);
        waits_for_own || line.len() >= MAX_WAITING
    }

    /// How many wait in that line and in those that go first.
    pub fn ahead_of(&self, priority: Priority) -> usize {
        let lines = [Priority::Agent, Priority::Bot, Priority::Broadcast].into_iter();
        let ahead = lines.filter(|line| *line <= priority);
        ahead.map(|line| self.of(line).len()).sum()
    }

    /// Lines up: behind all others, but before later ones of the same conversation.
    pub fn push(&mut self, waiting: Waiting) {
        let line = match waiting.priority {
            Priority::Agent => &mut self.agent,
            Priority::Bot => &mut self.bot,
            Priority::Broadcast => &mut self.broadcast,
        };
        let is_later =
            |one: &Waiting| one.conversation == waiting.conversation && one.job > waiting.job;
        let place = line.iter().position(is_later).unwrap_or(line.len());
        line.insert(place, waiting);
    }

    /// Sends those away whose claims end soon.
    pub fn expire(&mut self, now: Timestamp) -> Vec<Waiting> {
        let is_over = |one: &Waiting| one.expires_at <= now;
        let mut expired = Vec::new();
        for line in [&mut self.agent, &mut self.bot, &mut self.broadcast] {
            while let Some(place) = line.iter().position(is_over) {
                expired.extend(line.remove(place));
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

    /// The conversation's message landed; gives how long it was on the way, and whether it had its place to the end.
    pub fn release(
        &mut self,
        conversation: ConversationId,
        now: Instant,
    ) -> Option<(Duration, bool)> {
        let landed = self.busy.remove(&conversation)?;
        Some((now - landed.since, landed.has_place))
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
            priority: Priority::Agent,
            tries: 1,
            expires_at: Timestamp::from_millis(message),
            done: oneshot::channel().0,
            span: Span::none(),
        }
    }

    fn of(priority: Priority, waiting: Waiting) -> Waiting {
        Waiting {
            priority,
            ..waiting
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
        lines.push(of(Priority::Broadcast, waiting(1, 1)));
        lines.push(of(Priority::Bot, waiting(2, 2)));
        lines.push(waiting(3, 3));
        assert_eq!(
            [next(&mut lines), next(&mut lines), next(&mut lines)],
            [Some(3), Some(2), Some(1)]
        );
    }

    #[test]
    fn one_conversation_keeps_its_order_and_does_not_hold_the_others_back() {
        let mut lines = Lines::default();
        for (conversation, message) in [(1, 1), (1, 2), (2, 3)] {
            lines.push(waiting(conversation, message));
        }
        assert_eq!(
            [next(&mut lines), next(&mut lines), next(&mut lines)],
            [Some(1), Some(3), None]
        );
        lines.release(ConversationId(1), Instant::now());
        assert_eq!(next(&mut lines), Some(2));
    }

    #[test]
    fn who_comes_back_stands_before_later_ones_of_the_conversation() {
        let mut lines = Lines::default();
        for (conversation, message) in [(2, 3), (1, 5), (2, 6), (1, 4)] {
            lines.push(waiting(conversation, message));
        }
        let order: Vec<i64> = lines.clear().iter().map(|one| one.message.0).collect();
        assert_eq!(order, [3, 4, 5, 6]);
    }

    #[test]
    fn who_is_not_answered_keeps_the_conversation_and_not_the_place() {
        let mut lines = Lines::default();
        for (conversation, message) in [(1, 1), (1, 2), (2, 3)] {
            lines.push(waiting(conversation, message));
        }
        let start = Instant::now();
        lines.take_next(start);
        let later = start + OLD / 2;
        lines.take_next(later);
        assert_eq!(lines.next_place_in(later), Some(OLD / 2));
        assert_eq!(lines.take_places(start + OLD), 1);
        assert_eq!((lines.places_held(), lines.on_the_way()), (1, 2));
        assert_eq!(next(&mut lines), None, "the order is kept");
        let end = start + OLD;
        let landed = lines.release(ConversationId(1), end);
        assert_eq!(landed, Some((OLD, false)));
        let landed = lines.release(ConversationId(2), end);
        assert_eq!(landed, Some((OLD / 2, true)));
    }

    #[test]
    fn only_so_many_lose_their_places() {
        let mut lines = Lines::default();
        let start = Instant::now();
        for message in 0..300 {
            lines.push(waiting(message, message));
            lines.take_next(start);
        }
        assert_eq!(lines.take_places(start + OLD), MAX_SILENT);
        assert_eq!(lines.places_held(), 300 - MAX_SILENT);
        assert_eq!(lines.next_place_in(start + OLD), None);
        lines.release(ConversationId(7), start + OLD);
        lines.release(ConversationId(8), start + OLD);
        assert_eq!(lines.next_place_in(start + OLD), Some(Duration::ZERO));
    }

    #[test]
    fn a_full_line_does_not_close_the_others() {
        let mut lines = Lines::default();
        for message in 0..128 {
            lines.push(of(Priority::Broadcast, waiting(message, message)));
        }
        let new = ConversationId(1000);
        assert!(lines.is_full(Priority::Broadcast, new) && !lines.is_full(Priority::Agent, new));
        assert_eq!(lines.ahead_of(Priority::Agent), 0);
        assert_eq!(lines.ahead_of(Priority::Broadcast), 128);
    }

    #[test]
    fn who_waits_for_the_own_conversation_leaves_room_for_the_others() {
        let mut lines = Lines::default();
        let (hot, other) = (ConversationId(1), ConversationId(2));
        for message in 0..64 {
            assert!(!lines.is_full(Priority::Agent, hot));
            lines.push(waiting(hot.0, message));
        }
        assert!(lines.is_full(Priority::Agent, hot) && !lines.is_full(Priority::Agent, other));
    }

    #[test]
    fn who_waited_too_long_is_sent_away() {
        let mut lines = Lines::default();
        for message in 1..=4 {
            lines.push(of(Priority::Bot, waiting(message, message)));
        }
        let expired = lines.expire(Timestamp::from_millis(2));
        assert_eq!(expired.len(), 2);
        assert_eq!(
            (lines.waiting(), lines.clear().len(), lines.waiting()),
            (2, 2, 0)
        );
    }
}
