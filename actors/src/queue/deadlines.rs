//! What is owed to the contacts of open conversations, and by when.

use crate::model::conversation::ConversationChange;
use crate::model::ids::{ConversationId, TeamId};
use crate::model::queue::Standing;
use crate::model::sla::{Deadline, Press, Stage};
use crate::queue::board::{Board, Step};
use crate::time::Timestamp;

impl Board {
    /// Whose hours hold for it: those of its team, or of the team that its number belongs to.
    pub(super) fn team_of(&self, standing: &Standing) -> Option<TeamId> {
        let number = || self.numbers.get(&standing.session).copied();
        standing.team.or_else(number)
    }

    /// What is owed in a conversation.
    pub(super) fn deadlines_of(&self, conversation: ConversationId) -> &[Deadline] {
        self.owed.get(&conversation).map_or(&[], Vec::as_slice)
    }

    /// Works out what is owed in a conversation that is put on the board. Once: hours take long to reckon with.
    pub(super) fn owe(&mut self, standing: &Standing) {
        // What somebody has without a team was promised by none.
        let team = standing.team.and_then(|id| self.teams.get(&id));
        let Some(team) = team.filter(|team| team.sla.is_set()) else {
            return;
        };
        let calendar = self.calendars.get(&team.team.id);
        let from = team.promised_at;
        let deadlines = team.sla.deadlines(standing, calendar, from);
        if let Some(at) = next(&deadlines, standing) {
            self.pressed.insert((at, standing.conversation));
        }
        if !deadlines.is_empty() {
            self.owed.insert(standing.conversation, deadlines);
        }
    }

    /// Nothing is owed in a conversation that leaves the board.
    pub(super) fn settle(&mut self, standing: &Standing) {
        let owed = self.owed.remove(&standing.conversation);
        if let Some(at) = owed.and_then(|deadlines| next(&deadlines, standing)) {
            self.pressed.remove(&(at, standing.conversation));
        }
    }

    /// What is to be said of deadlines that are near by now, at most `limit`.
    pub fn pressing(&self, now: Timestamp, limit: usize) -> Vec<Step> {
        let due = self.pressed.iter().take_while(|(at, _)| *at <= now);
        let free = due.filter_map(|(_, id)| self.free(*id));
        let steps = free.filter_map(|standing| self.press(standing, now));
        steps.take(limit).collect()
    }

    fn press(&self, standing: &Standing, now: Timestamp) -> Option<Step> {
        let deadlines = self.deadlines_of(standing.conversation);
        let news = deadlines.iter().filter(|deadline| {
            let next = deadline.next(&standing.sla);
            next.is_some_and(|at| at <= now)
        });
        let marks = news.filter_map(|deadline| Some(deadline.mark(deadline.stage(now)?)));
        let marks: Vec<_> = marks.collect();
        let is_late = marks.iter().any(|mark| mark.stage == Stage::Breached);
        let team = standing.team.and_then(|id| self.teams.get(&id));
        let escalation = team
            .and_then(|team| team.sla.escalation.as_ref())
            .filter(|_| is_late);
        let other = escalation.and_then(|it| self.teams.get(&it.team_id?));
        let press = Press {
            priority: escalation.and_then(|it| it.priority),
            team: other.map(|team| team.team.clone()),
            marks,
        };
        (!press.marks.is_empty()).then(|| Step {
            conversation: standing.conversation,
            seq: standing.seq,
            to: None,
            missed_by: None,
            change: ConversationChange {
                press: Some(press),
                ..ConversationChange::default()
            },
        })
    }
}

/// When something is to be said of deadlines next.
fn next(deadlines: &[Deadline], standing: &Standing) -> Option<Timestamp> {
    let next = deadlines.iter().filter_map(|one| one.next(&standing.sla));
    next.min()
}
