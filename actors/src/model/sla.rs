//! Service levels: within which time a team answers and solves, and what happens when it does not.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::model::conversation::{Conversation, ConversationStatus, Priority, TeamBrief};
use crate::model::hours::Calendar;
use crate::model::ids::TeamId;
use crate::model::queue::{Standing, seconds};
use crate::time::Timestamp;

/// What a team promises; all null: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Sla {
    /// Seconds within which a contact gets the first answer after the conversation was opened; null: like any other.
    pub first_reply_seconds: Option<u32>,
    /// Seconds within which a contact who waits is answered.
    pub reply_seconds: Option<u32>,
    /// Seconds within which an opened conversation is closed. Looked at while it is open, not while it is pending or
    /// asleep; but the time goes on.
    pub resolution_seconds: Option<u32>,
    /// Only time within the team's hours counts.
    #[serde(default)]
    pub in_hours: bool,
    /// What happens to a conversation that is late; null: it is only marked.
    pub escalation: Option<Escalation>,
}

impl Sla {
    /// Whether there is any goal.
    pub const fn is_set(&self) -> bool {
        self.first_reply_seconds.is_some()
            || self.reply_seconds.is_some()
            || self.resolution_seconds.is_some()
    }

    /// The longest of the times.
    pub fn longest(&self) -> Option<Duration> {
        let times = [
            self.first_reply_seconds,
            self.reply_seconds,
            self.resolution_seconds,
        ];
        seconds(times.into_iter().flatten().max())
    }

    /// What is owed to the contact of an open conversation, and by when. The time counts from `from` at the earliest.
    pub fn deadlines(
        &self,
        standing: &Standing,
        calendar: Option<&Calendar>,
        from: Option<Timestamp>,
    ) -> Vec<Deadline> {
        let reply = standing.waiting_since.and_then(|since| {
            let first = self.first_reply_seconds.filter(|_| !standing.is_replied);
            let goal = match standing.is_replied {
                true => Goal::Reply,
                false => Goal::FirstReply,
            };
            Some((goal, since, first.or(self.reply_seconds)?))
        });
        let resolution = self
            .resolution_seconds
            .map(|time| (Goal::Resolution, standing.opened_at, time));
        let calendar = calendar.filter(|_| self.in_hours);
        let owed = reply.into_iter().chain(resolution);
        owed.filter_map(|(goal, since, time)| {
            let begin = from.map_or(since, |from| from.max(since));
            let after = |time: Duration| match calendar {
                Some(calendar) => calendar.add(begin, time),
                None => Some(begin + time),
            };
            let time = seconds(Some(time))?;
            Some(Deadline {
                goal,
                since,
                warn_at: after(time * 3 / 4)?,
                due_at: after(time)?,
            })
        })
        .collect()
    }
}

/// What happens to a conversation that is late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Escalation {
    /// It is at least this urgent from then on.
    pub priority: Option<Priority>,
    /// Whose it is from then on, and nobody's.
    pub team_id: Option<TeamId>,
}

/// What a team promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    FirstReply,
    Reply,
    Resolution,
}

impl Goal {
    /// The name used in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstReply => "first_reply",
            Self::Reply => "reply",
            Self::Resolution => "resolution",
        }
    }

    /// The goal of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::FirstReply, Self::Reply, Self::Resolution]
            .into_iter()
            .find(|goal| goal.as_str() == name)
    }
}

/// How near a deadline is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Three quarters of the time are gone.
    Warning,
    Breached,
}

/// By when something is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    pub goal: Goal,
    /// Since when the contact waits, or the conversation is open: which promise it is.
    pub since: Timestamp,
    pub warn_at: Timestamp,
    pub due_at: Timestamp,
}

impl Deadline {
    /// How near it is; None: not near.
    pub fn stage(&self, now: Timestamp) -> Option<Stage> {
        match now {
            now if now >= self.due_at => Some(Stage::Breached),
            now if now >= self.warn_at => Some(Stage::Warning),
            _ => None,
        }
    }

    /// The mark of that stage.
    pub const fn mark(&self, stage: Stage) -> SlaMark {
        SlaMark {
            goal: self.goal,
            stage,
            since: self.since,
            due_at: self.due_at,
        }
    }

    /// When something is to be said of it, beyond what `marks` say; None: everything was said.
    pub fn next(&self, marks: &[SlaMark]) -> Option<Timestamp> {
        let known = marks.iter().filter(|mark| self.is_of(mark));
        match known.map(|mark| mark.stage).max() {
            None => Some(self.warn_at),
            Some(Stage::Warning) => Some(self.due_at),
            Some(Stage::Breached) => None,
        }
    }

    fn is_of(&self, mark: &SlaMark) -> bool {
        (mark.goal, mark.since) == (self.goal, self.since)
    }
}

/// A promise to the contact of a conversation that is nearly due, or was not kept. It goes when the contact is
/// answered, or the conversation closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SlaMark {
    pub goal: Goal,
    pub stage: Stage,
    /// When the time began.
    pub since: Timestamp,
    pub due_at: Timestamp,
}

impl SlaMark {
    /// Whether it still holds.
    pub fn holds(&self, conversation: &Conversation) -> bool {
        match self.goal {
            Goal::FirstReply | Goal::Reply => conversation.waiting_since == Some(self.since),
            Goal::Resolution => {
                conversation.opened_at == self.since
                    && conversation.status != ConversationStatus::Closed
            }
        }
    }
}

/// What becomes of a conversation whose deadlines are near.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Press {
    pub marks: Vec<SlaMark>,
    /// With a mark that is new and says that it is late.
    pub priority: Option<Priority>,
    /// Likewise.
    pub team: Option<TeamBrief>,
}

impl Press {
    /// Marks what still holds and is news.
    pub fn apply(&self, conversation: &mut Conversation) {
        let mut is_late = false;
        for mark in &self.marks {
            if !mark.holds(conversation) {
                continue;
            }
            let same = |known: &SlaMark| (known.goal, known.since) == (mark.goal, mark.since);
            let known = conversation.sla.iter().find(|known| same(known));
            if known.is_some_and(|known| known.stage >= mark.stage) {
                continue;
            }
            is_late |= mark.stage == Stage::Breached;
            conversation.sla.retain(|known| !same(known));
            conversation.sla.push(*mark);
        }
        if !is_late {
            return;
        }
        if let Some(priority) = self.priority {
            conversation.priority = conversation.priority.max(priority);
        }
        if let Some(team) = &self.team
            && conversation.team.as_ref() != Some(team)
        {
            conversation.team = Some(team.clone());
            conversation.assignee = None;
            conversation.reserved_until = None;
        }
    }
}

/// What a change made late, or nearly.
pub fn news<'a>(
    before: &'a Conversation,
    after: &'a Conversation,
) -> impl Iterator<Item = &'a SlaMark> {
    let after = after.sla.iter();
    after.filter(|mark| !before.sla.contains(mark))
}

/// The event of a change.
pub fn event(before: &Conversation, after: Arc<Conversation>) -> Event {
    match news(before, &after).map(|mark| mark.stage).max() {
        None => Event::ConversationUpdated(after),
        Some(Stage::Warning) => Event::SlaWarned(after),
        Some(Stage::Breached) => Event::SlaBreached(after),
    }
}
