//! Teams' waiting lines: what stands in them, by which rules it is given out, and the figures that supervisors watch.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::conversation::rules::WINDOW;
use crate::model::agent::{Agent, AgentStatus, StatusReason};
use crate::model::conversation::{Conversation, ConversationStatus, Priority, TeamBrief};
use crate::model::hours::Hours;
use crate::model::ids::{ConversationId, SessionId, TagId, TeamId, UserId};
use crate::model::sla::{Sla, SlaMark};
use crate::model::user::UserBrief;
use crate::time::Timestamp;

/// How a team's conversations find their agents.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Agents take the next one themselves.
    #[default]
    Manual,
    /// To whoever was not given one for longest.
    RoundRobin,
    /// To whoever has the fewest open.
    LeastLoaded,
    /// To whoever can do what it needs, and of these to whoever has the fewest open. It needs those of its tags that are
    /// a skill of somebody in the team.
    SkillThenLoad,
}

impl Strategy {
    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::RoundRobin => "round_robin",
            Self::LeastLoaded => "least_loaded",
            Self::SkillThenLoad => "skill_then_load",
        }
    }

    /// The strategy of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Manual,
            Self::RoundRobin,
            Self::LeastLoaded,
            Self::SkillThenLoad,
        ]
        .into_iter()
        .find(|strategy| strategy.as_str() == name)
    }
}

/// By which rules a team's conversations are given out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Routing {
    pub strategy: Strategy,
    /// Seconds within which an agent has to accept what they were given, else it goes to somebody else and they are
    /// away, and they are given one at a time; null: what is given is theirs at once.
    pub accept_seconds: Option<u32>,
    /// Whose agents take as well when a contact has waited for `overflow_seconds`.
    pub overflow_team_id: Option<TeamId>,
    pub overflow_seconds: Option<u32>,
    /// With `skill_then_load`: when a contact has waited for so long, whoever is there and can do most of what it needs;
    /// null: it waits until whoever in the team can do most of it is there and has room.
    #[serde(default)]
    pub skill_seconds: Option<u32>,
}

/// A team as its line needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueTeam {
    pub team: TeamBrief,
    pub routing: Routing,
    pub sla: Sla,
    /// No promise counts from before; None: since ever.
    pub promised_at: Option<Timestamp>,
    pub hours: Option<Hours>,
    /// What a contact is told who writes while the team is closed.
    pub away_message: Option<String>,
    /// Who wrote before is not told; None: since ever.
    pub away_since: Option<Timestamp>,
    pub members: Vec<UserId>,
    /// Numbers whose conversations are this team's.
    pub sessions: Vec<SessionId>,
}

impl QueueTeam {
    /// Whether something happens in its line without anybody doing it.
    pub fn works_by_itself(&self) -> bool {
        self.routing.strategy != Strategy::Manual
            || !self.sessions.is_empty()
            || self.sla.is_set()
            || self.away_message.is_some()
    }
}

/// How a conversation stands, as far as lines and loads need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub conversation: ConversationId,
    /// A higher one replaces a lower.
    pub seq: i64,
    /// When it came to stand so; None when that is not known, as in the answer to a change.
    #[serde(default)]
    pub moved_at: Option<Timestamp>,
    pub session: SessionId,
    pub status: ConversationStatus,
    pub team: Option<TeamId>,
    pub assignee: Option<UserId>,
    pub priority: Priority,
    pub waiting_since: Option<Timestamp>,
    pub reserved_until: Option<Timestamp>,
    #[serde(default)]
    pub opened_at: Timestamp,
    /// Somebody answered since it was opened.
    #[serde(default)]
    pub is_replied: bool,
    /// When the contact wrote last.
    #[serde(default)]
    pub wrote_at: Option<Timestamp>,
    #[serde(default)]
    pub sla: Vec<SlaMark>,
    #[serde(default)]
    pub tags: Vec<TagId>,
}

impl Standing {
    /// How this conversation stands.
    pub fn of(view: &Conversation) -> Self {
        Self {
            conversation: view.id,
            seq: view.seq,
            moved_at: None,
            session: view.session_id,
            status: view.status,
            team: view.team.as_ref().map(|team| team.id),
            assignee: view.assignee.as_ref().map(|user| user.id),
            priority: view.priority,
            waiting_since: view.waiting_since,
            reserved_until: view.reserved_until,
            opened_at: view.opened_at,
            is_replied: view.first_reply_at.is_some(),
            // Their window is counted from it.
            wrote_at: view.window_expires_at.map(|end| end - WINDOW),
            sla: view.sla.clone(),
            tags: view.tags.clone(),
        }
    }

    /// Whether somebody has to take it.
    pub fn is_waiting(&self) -> bool {
        self.status == ConversationStatus::Open && self.assignee.is_none()
    }

    /// The team in whose line it waits.
    pub fn line(&self) -> Option<TeamId> {
        self.team.filter(|_| self.is_waiting())
    }
}

/// What happened in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    /// A conversation came into the line.
    Arrived,
    /// Somebody has it now.
    Taken,
    /// It left without somebody: closed, asleep, another team's.
    Left,
}

impl MoveKind {
    /// The name used in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Taken => "taken",
            Self::Left => "left",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Arrived, Self::Taken, Self::Left]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// A conversation that came into a team's line, or left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub team: TeamId,
    pub kind: MoveKind,
    /// Who took it.
    pub user: Option<UserId>,
}

/// What a change of a conversation is to the lines. Whatever a team gets that nobody had is counted as arrived, even
/// when somebody has it at once.
pub fn moves(before: Option<&Standing>, after: &Standing) -> Vec<Move> {
    let (old, new) = (before.and_then(Standing::line), after.line());
    let was_somebodys = before.is_some_and(|before| before.assignee.is_some());
    let is_open = after.status == ConversationStatus::Open;
    let taker = after.assignee.filter(|_| is_open && !was_somebodys);
    let one = |team, kind, user| Move { team, kind, user };
    let mut moves = Vec::new();
    match (taker, after.team) {
        (Some(user), Some(team)) => {
            if let Some(old) = old.filter(|old| *old != team) {
                moves.push(one(old, MoveKind::Left, None));
            }
            if old != Some(team) {
                moves.push(one(team, MoveKind::Arrived, None));
            }
            moves.push(one(team, MoveKind::Taken, Some(user)));
        }
        _ if old != new => {
            moves.extend(old.map(|team| one(team, MoveKind::Left, None)));
            moves.extend(new.map(|team| one(team, MoveKind::Arrived, None)));
        }
        _ => {}
    }
    moves
}

/// Moves that were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    pub team: TeamId,
    pub kind: MoveKind,
    /// When, to the minute.
    pub at: Timestamp,
    /// How often in that minute.
    pub count: u32,
}

/// An organization's teams, agents and open conversations, as they are in the database.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Floor {
    /// All events up to here are in it; later ones may be.
    pub head: i64,
    pub teams: Vec<QueueTeam>,
    pub agents: Vec<Agent>,
    /// Of open conversations.
    pub standings: Vec<Standing>,
    /// Of the last [`SERIES`] minutes.
    pub moves: Vec<Moved>,
}

/// Minutes that the figures go back.
pub const SERIES: usize = 60;

/// What happened that lines have to know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueNews {
    pub standings: Vec<Standing>,
    pub agents: Vec<Agent>,
    /// Who answered a contact, and when.
    pub replies: Vec<(UserId, Timestamp)>,
    /// Teams changed.
    pub teams: bool,
}

impl QueueNews {
    /// Whether there is nothing to know.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How a team's line fares; `team` null: conversations of no team, which nobody is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QueueFigures {
    pub team: Option<TeamBrief>,
    /// When that was.
    pub at: Timestamp,
    /// Open conversations that nobody has.
    pub waiting: u32,
    /// Since when the contact waits that waits longest, of those that nobody has.
    pub longest_wait_since: Option<Timestamp>,
    /// Open conversations that somebody has.
    pub serving: u32,
    /// Of all open ones, those whose contact waits for an answer.
    pub unanswered: u32,
    /// Open ones that used up three quarters of the time for a reply or for a solution.
    pub at_risk: u32,
    /// Open ones that are late.
    pub breached: u32,
    /// Whether the team is at work, by its hours.
    #[serde(default = "always")]
    pub is_open: bool,
    /// When it opens again; null while it is open.
    #[serde(default)]
    pub opens_at: Option<Timestamp>,
    /// Conversations that came into the line, by minute; the last is the minute of `at`. Empty for what has no team: it
    /// stands in no line.
    pub arrivals: Vec<u32>,
    /// Conversations that somebody took, by minute.
    pub taken: Vec<u32>,
    /// The members, and whoever else has open conversations here. Only supervisors see them.
    pub agents: Vec<AgentFigures>,
}

const fn always() -> bool {
    true
}

impl QueueFigures {
    /// What everybody may see of it.
    pub fn without_agents(&self) -> Self {
        Self {
            team: self.team.clone(),
            arrivals: self.arrivals.clone(),
            taken: self.taken.clone(),
            agents: Vec::new(),
            ..*self
        }
    }
}

/// How an agent fares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AgentFigures {
    pub id: UserId,
    pub name: String,
    pub state: AgentStatus,
    pub reason: Option<StatusReason>,
    /// Since when `state` holds.
    pub since: Timestamp,
    pub capacity: u32,
    /// Open conversations that they have, of all teams.
    pub open: u32,
    /// Those of this team.
    pub open_here: u32,
    /// Answers to contacts within the last 60 minutes, in all teams.
    pub replies: u32,
}

/// What a line does with a conversation that waits; nothing when it waits no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Whose it has to be still; None: nobody's.
    pub from: Option<TeamId>,
    /// Whose it is from now on.
    pub team: TeamBrief,
    /// Who has it from now on; None: it waits on.
    pub to: Option<UserBrief>,
    /// Until when they may accept it.
    pub until: Option<Timestamp>,
}

impl Route {
    /// Does it, if the conversation still waits where it did.
    pub fn apply(&self, conversation: &mut Conversation) {
        let standing = Standing::of(conversation);
        if !standing.is_waiting() || standing.team != self.from {
            return;
        }
        conversation.team = Some(self.team.clone());
        if let Some(user) = &self.to {
            conversation.assignee = Some(user.clone());
            conversation.reserved_until = self.until;
        }
    }
}

/// The seconds of a setting.
pub fn seconds(setting: Option<u32>) -> Option<Duration> {
    setting.map(|seconds| Duration::from_secs(u64::from(seconds)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A conversation that stands so, and nothing else is to say of it.
    pub(crate) fn standing(
        team: Option<i64>,
        assignee: Option<i64>,
        status: ConversationStatus,
    ) -> Standing {
        Standing {
            conversation: ConversationId(1),
            seq: 1,
            moved_at: None,
            session: SessionId(1),
            status,
            team: team.map(TeamId),
            assignee: assignee.map(UserId),
            priority: Priority::Normal,
            waiting_since: None,
            reserved_until: None,
            opened_at: Timestamp::default(),
            is_replied: false,
            wrote_at: None,
            sla: Vec::new(),
            tags: Vec::new(),
        }
    }

    #[test]
    fn each_change_of_a_line_is_a_move() {
        use ConversationStatus::{Closed, Open, Snoozed};
        use MoveKind::{Arrived, Left, Taken};
        let kinds = |before: Option<&Standing>, after: &Standing| -> Vec<(i64, MoveKind)> {
            let moves = moves(before, after).into_iter();
            moves.map(|one| (one.team.0, one.kind)).collect()
        };
        let waiting = standing(Some(7), None, Open);
        let nobodys = standing(None, None, Open);
        let taken = standing(Some(7), Some(1), Open);
        assert_eq!(kinds(None, &waiting), [(7, Arrived)]);
        assert_eq!(kinds(Some(&nobodys), &waiting), [(7, Arrived)]);
        assert_eq!(kinds(Some(&waiting), &taken), [(7, Taken)]);
        assert_eq!(kinds(Some(&nobodys), &taken), [(7, Arrived), (7, Taken)]);
        let elsewhere = standing(Some(8), Some(1), Open);
        assert_eq!(
            kinds(Some(&waiting), &elsewhere),
            [(7, Left), (8, Arrived), (8, Taken)]
        );
        assert_eq!(
            kinds(Some(&waiting), &standing(Some(8), None, Open)),
            [(7, Left), (8, Arrived)]
        );
        for status in [Closed, Snoozed] {
            let gone = standing(Some(7), None, status);
            assert_eq!(kinds(Some(&waiting), &gone), [(7, Left)]);
            assert_eq!(kinds(Some(&gone), &waiting), [(7, Arrived)]);
        }
        // From one agent to another it is in no line.
        assert_eq!(kinds(Some(&taken), &standing(Some(7), Some(2), Open)), []);
        assert_eq!(kinds(Some(&taken), &waiting), [(7, Arrived)]);
        assert_eq!(kinds(Some(&taken), &taken), []);
        assert_eq!(kinds(None, &nobodys), []);
    }
}
