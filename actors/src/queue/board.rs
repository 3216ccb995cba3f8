//! What the lines of an organization are decided on: its teams, its agents with what each has in hand, and its open
//! conversations in the order in which they are given out. Plain data: it asks nobody and tells nobody.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use crate::model::agent::{Agent, AgentStatus};
use crate::model::conversation::{ConversationChange, ConversationStatus, Priority};
use crate::model::hours::{Calendar, Hours};
use crate::model::ids::{ConversationId, SessionId, TagId, TeamId, UserId};
use crate::model::queue::{
    Floor, Move, MoveKind, QueueNews, QueueTeam, Route, Standing, Strategy, moves, seconds,
};
use crate::model::sla::Deadline;
use crate::model::user::UserBrief;
use crate::queue::crew::Crew;
use crate::queue::traffic::Series;
use crate::time::Timestamp;

/// How long an agent may be away from the dashboard before those who wait for them go to others.
const GRACE: Duration = Duration::from_secs(60);
/// How long after a node began to keep the lines nobody is blamed for what they did not accept.
const SETTLE: Duration = Duration::from_secs(5);
/// Conversations of one line that are looked through for one that somebody can take.
const MOST_LOOKED_AT: usize = 5_000;

/// Where a conversation waits: in its team's line, or, without a team, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Line {
    Team(TeamId),
    Number(SessionId),
}

/// A conversation's place in its line: by hurry, then by how long the contact waits, then by age.
type Place = (Reverse<Priority>, i64, ConversationId);

/// Something to be done with a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub conversation: ConversationId,
    /// How it stood when that was decided.
    pub seq: i64,
    pub change: ConversationChange,
    /// Who gets it.
    pub to: Option<UserId>,
    /// Who did not accept it.
    pub missed_by: Option<UserId>,
}

/// What an agent has in hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hand {
    /// Their open conversations.
    pub(super) open: u32,
    /// Those of them that they have not accepted yet.
    offers: u32,
    /// Those that are about to be theirs.
    kept: u32,
    /// When they were given something last, by the turn.
    pub(super) turn: u64,
}

impl Hand {
    /// What they have, or are about to get.
    pub(super) const fn load(self) -> u32 {
        self.open + self.kept
    }

    /// Whether nothing waits to be accepted by them, or is about to.
    pub(super) const fn is_free(self) -> bool {
        self.offers == 0 && self.kept == 0
    }
}

/// The board.
#[derive(Default)]
pub struct Board {
    pub(super) teams: BTreeMap<TeamId, QueueTeam>,
    pub(super) agents: HashMap<UserId, Agent>,
    pub(super) open: HashMap<ConversationId, Standing>,
    lines: HashMap<Line, BTreeSet<Place>>,
    /// Of everybody who was ever given something since this node began.
    hands: HashMap<UserId, Hand>,
    /// Conversations that are being written at the moment, and for whom a place is kept meanwhile.
    held: HashMap<ConversationId, Option<UserId>>,
    turn: u64,
    pub(super) numbers: BTreeMap<SessionId, TeamId>,
    pub(super) calendars: HashMap<TeamId, Calendar>,
    /// What is owed in open conversations.
    pub(super) owed: HashMap<ConversationId, Vec<Deadline>>,
    /// When something is to be said of it.
    pub(super) pressed: BTreeSet<(Timestamp, ConversationId)>,
    /// Who was told that nobody is at work, and since when nobody is.
    pub(super) excused: HashMap<ConversationId, Timestamp>,
    pub(super) arrivals: HashMap<TeamId, Series>,
    pub(super) taken: HashMap<TeamId, Series>,
    pub(super) replies: HashMap<UserId, Series>,
    /// What the lines did themselves and is not counted yet: in which minute it was is told by its event.
    uncounted: HashMap<ConversationId, Vec<(i64, Move)>>,
    head: i64,
    /// When this node began to keep the lines.
    began: Option<Timestamp>,
}

impl Board {
    /// The board of what is in the database. Whose turn it is, what is being written and who answered is taken over
    /// from the board before.
    pub fn of(floor: Floor, before: Self, now: Timestamp) -> Self {
        let carried = before.hands.into_iter().map(|(user, hand)| {
            let carried = Hand {
                open: 0,
                offers: 0,
                ..hand
            };
            (user, carried)
        });
        let mut board = Self {
            began: before.began.or(Some(now)),
            hands: carried.collect(),
            turn: before.turn,
            held: before.held,
            replies: before.replies,
            excused: before.excused,
            head: floor.head,
            ..Self::default()
        };
        for team in floor.teams {
            let id = team.team.id;
            let calendar = team.hours.as_ref().and_then(Hours::calendar);
            board
                .calendars
                .extend(calendar.map(|calendar| (id, calendar)));
            board
                .numbers
                .extend(team.sessions.iter().map(|session| (*session, id)));
            board.teams.insert(id, team);
        }
        board.agents = floor
            .agents
            .into_iter()
            .map(|agent| (agent.id, agent))
            .collect();
        for moved in floor.moves {
            board.count(moved.team, moved.kind, moved.at, moved.count);
        }
        for standing in floor.standings {
            board.place(standing);
        }
        board
    }

    /// Up to which event everything is in it.
    pub const fn head(&self) -> i64 {
        self.head
    }

    /// Whether something happens in some line without anybody doing it.
    pub fn works_by_itself(&self) -> bool {
        self.teams.values().any(QueueTeam::works_by_itself)
    }

    /// Takes in what happened, in whatever order it comes.
    pub fn take(&mut self, news: QueueNews, now: Timestamp) {
        for agent in news.agents {
            self.agents.insert(agent.id, agent);
        }
        for (user, at) in news.replies {
            self.replies.entry(user).or_default().add(at, 1);
        }
        for standing in news.standings {
            self.note(standing, now);
        }
    }

    /// Takes in how a conversation stands, unless that is known better. What it does to a line counts in the minute in
    /// which it was stored, as in the database, and not in that in which this node hears of it.
    pub fn note(&mut self, standing: Standing, now: Timestamp) {
        let at = standing.moved_at.unwrap_or(now);
        if let Some(owed) = self.uncounted.remove(&standing.conversation) {
            let (told, later): (Vec<_>, Vec<_>) =
                owed.into_iter().partition(|(seq, _)| *seq <= standing.seq);
            self.count_all(told.into_iter().map(|(_, made)| made), at);
            if !later.is_empty() {
                self.uncounted.insert(standing.conversation, later);
            }
        }
        if let Some(made) = self.advance(standing) {
            self.count_all(made, at);
        }
    }

    /// Takes in what came of a step of the lines themselves, which says how the conversation stands, but not since when.
    pub fn foresee(&mut self, standing: Standing) {
        let (id, seq) = (standing.conversation, standing.seq);
        if let Some(made) = self.advance(standing)
            && !made.is_empty()
        {
            let owed = self.uncounted.entry(id).or_default();
            owed.extend(made.into_iter().map(|made| (seq, made)));
        }
    }

    /// Puts a conversation where it stands now, and says what that is to the lines; None when it is no news.
    fn advance(&mut self, standing: Standing) -> Option<Vec<Move>> {
        let known = self.open.get(&standing.conversation);
        // Nothing older than what was loaded is news.
        let newest = known.map_or(self.head, |known| known.seq);
        if standing.seq <= newest {
            return None;
        }
        // What was not open and is somebody's was theirs before: it came back.
        let came_back = known.is_none() && standing.assignee.is_some();
        let made = match came_back {
            true => Vec::new(),
            false => moves(known, &standing),
        };
        self.place(standing);
        Some(made)
    }

    /// Whether nothing happened to the conversation since the step was decided.
    pub fn is_unmoved(&self, step: &Step) -> bool {
        let standing = self.open.get(&step.conversation);
        standing.is_some_and(|standing| standing.seq == step.seq)
    }

    /// Somebody let a conversation pass: they are given nothing more, whatever the database still says.
    pub fn miss(&mut self, user: UserId) {
        if let Some(agent) = self.agents.get_mut(&user)
            && agent.state == AgentStatus::Online
        {
            agent.state = AgentStatus::Away;
        }
    }

    /// A conversation is not there any more.
    pub fn forget(&mut self, conversation: ConversationId) {
        self.uncounted.remove(&conversation);
        self.remove(conversation);
    }

    fn count_all(&mut self, made: impl IntoIterator<Item = Move>, at: Timestamp) {
        for one in made {
            self.count(one.team, one.kind, at, 1);
        }
    }

    fn count(&mut self, team: TeamId, kind: MoveKind, at: Timestamp, count: u32) {
        let series = match kind {
            MoveKind::Arrived => &mut self.arrivals,
            MoveKind::Taken => &mut self.taken,
            MoveKind::Left => return,
        };
        series.entry(team).or_default().add(at, count);
    }

    fn place(&mut self, standing: Standing) {
        self.remove(standing.conversation);
        if standing.status != ConversationStatus::Open {
            return;
        }
        match standing.assignee {
            Some(user) => {
                let hand = self.hands.entry(user).or_default();
                hand.open += 1;
                hand.offers += u32::from(standing.reserved_until.is_some());
            }
            None => {
                let line = self.lines.entry(line_of(&standing)).or_default();
                line.insert(place_of(&standing));
            }
        }
        self.owe(&standing);
        self.open.insert(standing.conversation, standing);
    }

    fn remove(&mut self, conversation: ConversationId) {
        let Some(standing) = self.open.remove(&conversation) else {
            return;
        };
        self.settle(&standing);
        if let Some(user) = standing.assignee {
            let hand = self.hands.entry(user).or_default();
            hand.open = hand.open.saturating_sub(1);
            let offered = u32::from(standing.reserved_until.is_some());
            hand.offers = hand.offers.saturating_sub(offered);
        } else if let Some(line) = self.lines.get_mut(&line_of(&standing)) {
            line.remove(&place_of(&standing));
            if line.is_empty() {
                self.lines.remove(&line_of(&standing));
            }
        }
    }

    /// A step is on its way: nobody else decides on the conversation, and a place is kept for who gets it.
    pub fn hold(&mut self, step: &Step) {
        self.held.insert(step.conversation, step.to);
        if let Some(user) = step.to {
            self.turn += 1;
            let hand = self.hands.entry(user).or_default();
            hand.kept += 1;
            hand.turn = self.turn;
        }
    }

    /// A step was done, or will not be.
    pub fn release(&mut self, conversation: ConversationId) {
        if let Some(Some(user)) = self.held.remove(&conversation) {
            let hand = self.hands.entry(user).or_default();
            hand.kept = hand.kept.saturating_sub(1);
        }
    }

    /// What is to be given out next; None when nothing waits that somebody could take.
    pub fn next(&self, now: Timestamp) -> Option<Step> {
        let of_number = self.numbers.iter().find_map(|(number, team)| {
            let line = self.lines.get(&Line::Number(*number))?;
            let first = line.iter().find_map(|place| self.free(place.2))?;
            let team = self.teams.get(team)?;
            let crew = Crew::of(self, team);
            let agent = crew.and_then(|crew| crew.choose(first, &crew.needs(first), now));
            Some(self.give(first, team, agent, now))
        });
        let of_team = || self.teams.values().find_map(|team| self.next_of(team, now));
        of_number.or_else(of_team)
    }

    fn next_of(&self, team: &QueueTeam, now: Timestamp) -> Option<Step> {
        let line = self.lines.get(&Line::Team(team.team.id))?;
        let of_team = self.match_up(line, team, now, |_| true);
        let of_other = || {
            let after = seconds(team.routing.overflow_seconds)?;
            let other = self.teams.get(&team.routing.overflow_team_id?)?;
            self.match_up(line, other, now, |standing| {
                let since = standing.waiting_since;
                since.is_some_and(|since| since + after <= now)
            })
        };
        of_team.or_else(of_other)
    }

    /// The first of a line that somebody of `team` can take.
    fn match_up(
        &self,
        line: &BTreeSet<Place>,
        team: &QueueTeam,
        now: Timestamp,
        may_go: impl Fn(&Standing) -> bool,
    ) -> Option<Step> {
        let mut free = line
            .iter()
            .filter_map(|place| self.free(place.2))
            .peekable();
        // What is being written is in the line as well, and mostly alone in it.
        free.peek()?;
        let crew = Crew::of(self, team)?;
        let able = free.filter(|standing| may_go(standing));
        // Needs for which those who are there are not enough.
        let mut unmet: HashSet<Vec<TagId>> = HashSet::new();
        for standing in able.take(MOST_LOOKED_AT) {
            let needs = crew.needs(standing);
            if crew.may_wait(standing, now) && unmet.contains(&needs) {
                continue;
            }
            if let Some(agent) = crew.choose(standing, &needs, now) {
                return Some(self.give(standing, team, Some(agent), now));
            }
            unmet.insert(needs);
        }
        None
    }

    pub(super) fn free(&self, conversation: ConversationId) -> Option<&Standing> {
        let standing = self.open.get(&conversation)?;
        (!self.held.contains_key(&conversation)).then_some(standing)
    }

    fn give(
        &self,
        standing: &Standing,
        team: &QueueTeam,
        agent: Option<&Agent>,
        now: Timestamp,
    ) -> Step {
        let route = Route {
            from: standing.team,
            team: team.team.clone(),
            to: agent.map(|agent| UserBrief {
                id: agent.id,
                name: agent.name.clone(),
            }),
            until: agent
                .and_then(|_| seconds(team.routing.accept_seconds))
                .map(|time| now + time),
        };
        Step {
            conversation: standing.conversation,
            seq: standing.seq,
            to: agent.map(|agent| agent.id),
            missed_by: None,
            change: ConversationChange {
                route: Some(route),
                ..ConversationChange::default()
            },
        }
    }

    /// What an agent has in hand.
    pub(super) fn hand(&self, user: UserId) -> Hand {
        self.hands.get(&user).copied().unwrap_or_default()
    }

    /// What has to go back into its line: not accepted in time, or left by somebody who is gone.
    pub fn overdue(&self, now: Timestamp) -> Vec<Step> {
        let held = |standing: &&Standing| !self.held.contains_key(&standing.conversation);
        let steps = self.open.values().filter(held).filter_map(|standing| {
            let user = standing.assignee?;
            let (change, missed_by) = match standing.reserved_until {
                Some(until) if until <= now => {
                    let change = ConversationChange {
                        end_reservation: Some(until),
                        ..ConversationChange::default()
                    };
                    // While nobody kept the lines nobody could accept.
                    let asked = self.began.is_some_and(|began| until > began + SETTLE);
                    (change, asked.then_some(user))
                }
                _ if self.is_left(standing, user, now) => {
                    let change = ConversationChange {
                        release: Some(user),
                        ..ConversationChange::default()
                    };
                    (change, None)
                }
                _ => return None,
            };
            Some(Step {
                conversation: standing.conversation,
                seq: standing.seq,
                change,
                to: None,
                missed_by,
            })
        });
        steps.collect()
    }

    /// Whether the contact waits for somebody who is gone, while the team gives its conversations out.
    fn is_left(&self, standing: &Standing, user: UserId, now: Timestamp) -> bool {
        let team = standing.team.and_then(|team| self.teams.get(&team));
        let gives = team.is_some_and(|team| team.routing.strategy != Strategy::Manual);
        let is_gone = self
            .agents
            .get(&user)
            .is_some_and(|agent| agent.state == AgentStatus::Offline && agent.since + GRACE <= now);
        gives && is_gone && standing.waiting_since.is_some()
    }
}

fn line_of(standing: &Standing) -> Line {
    standing
        .team
        .map_or(Line::Number(standing.session), Line::Team)
}

fn place_of(standing: &Standing) -> Place {
    // Who does not wait comes last.
    let since = standing.waiting_since.map_or(i64::MAX, Timestamp::millis);
    (Reverse(standing.priority), since, standing.conversation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::queue::tests;

    const MINUTE_MS: i64 = 60_000;
    const TEAM: TeamId = TeamId(7);

    /// How the conversation stands in the team's line by its change `seq`.
    fn standing(seq: i64, assignee: Option<UserId>, moved_at: Option<Timestamp>) -> Standing {
        Standing {
            seq,
            moved_at,
            assignee,
            ..tests::standing(Some(TEAM.0), None, ConversationStatus::Open)
        }
    }

    #[test]
    fn moves_count_in_the_minute_in_which_they_were_stored() {
        let minute = |minute: i64| Timestamp::from_millis(minute * MINUTE_MS);
        let end_of = |before: i64| Some(Timestamp::from_millis(before * MINUTE_MS - 1));
        let counted = |series: &HashMap<TeamId, Series>| {
            let shown = series.get(&TEAM).map(|series| series.until(minute(100)));
            shown.map_or_else(Vec::new, |shown| shown[57..].to_vec())
        };
        let mut board = Board::default();
        board.note(standing(1, None, end_of(99)), minute(99));
        assert_eq!(counted(&board.arrivals), [1, 0, 0]);
        // What the line did itself counts by its event, which comes once or twice, before or after the answer.
        let given = |at| standing(2, Some(UserId(1)), at);
        board.foresee(given(None));
        assert!(counted(&board.taken).is_empty());
        for _ in 0..2 {
            board.note(given(end_of(100)), minute(100));
            assert_eq!(counted(&board.taken), [0, 1, 0]);
            board.foresee(given(None));
        }
        // An event of before does not count it, one of after does.
        board.foresee(standing(4, None, None));
        board.foresee(standing(5, Some(UserId(2)), None));
        board.note(standing(3, Some(UserId(1)), end_of(99)), minute(100));
        assert_eq!(counted(&board.taken), [0, 1, 0]);
        board.note(standing(6, Some(UserId(2)), end_of(101)), minute(100));
        assert_eq!(counted(&board.taken), [0, 1, 1]);
    }
}
