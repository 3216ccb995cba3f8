//! Who answers a contact that writes while nobody is at work: one place decides, so that two never do.

use std::time::Duration;

use crate::model::agent::AgentStatus;
use crate::model::ids::ConversationId;
use crate::model::json::Json;
use crate::model::message::{Author, AuthorKind};
use crate::model::outbound::{Draft, Priority};
use crate::model::queue::{QueueTeam, Standing};
use crate::queue::board::Board;
use crate::time::Timestamp;

/// How late it still makes sense to say that nobody is there.
const LATE: Duration = Duration::from_secs(15 * 60);

/// Who answers a contact who just wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answerer {
    /// A person, now or when they come to it.
    Agent,
    /// The hub says that nobody is at work.
    Away,
}

/// What a contact is told, and since when nobody is at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excuse {
    pub conversation: ConversationId,
    pub text: String,
    pub closed_since: Timestamp,
}

impl Excuse {
    /// The message. It is said once per contact and closing time, whoever says it: its key sees to that.
    pub fn draft(&self) -> Draft {
        let since = self.closed_since.millis();
        Draft {
            author: Author {
                kind: AuthorKind::System,
                id: None,
                name: None,
            },
            // No client's key has such a character.
            client_key: Some(format!("away\u{b7}{}\u{b7}{since}", self.conversation)),
            fingerprint: None,
            priority: Priority::Bot,
            kind: "text".to_owned(),
            text: Some(self.text.clone()),
            content: Json::from(serde_json::json!({"body": self.text})),
            media: Vec::new(),
            reply_to: None,
            note: false,
            mentions: Vec::new(),
        }
    }
}

impl Board {
    /// The contacts that are to be told that nobody is at work, and were not yet.
    pub fn excuses(&mut self, now: Timestamp) -> Vec<Excuse> {
        let closed: Vec<(&QueueTeam, Timestamp)> = self
            .teams
            .values()
            .filter(|team| team.away_message.is_some())
            .filter_map(|team| {
                let calendar = self.calendars.get(&team.team.id)?;
                Some((team, calendar.closed_since(now)?))
            })
            .collect();
        self.excused
            .retain(|_, since| closed.iter().any(|(_, closed)| closed == since));
        let mut excuses = Vec::new();
        for (team, closed_since) in closed {
            let theirs = |standing: &&Standing| self.team_of(standing) == Some(team.team.id);
            for standing in self.open.values().filter(theirs) {
                let known = self.excused.contains_key(&standing.conversation);
                if known || self.answerer(standing, closed_since, now) == Answerer::Agent {
                    continue;
                }
                excuses.extend(team.away_message.clone().map(|text| Excuse {
                    conversation: standing.conversation,
                    text,
                    closed_since,
                }));
            }
        }
        excuses
    }

    /// The contact was told, or will not be.
    pub fn excuse(&mut self, excuse: &Excuse) {
        let Excuse {
            conversation,
            closed_since,
            ..
        } = excuse;
        self.excused.insert(*conversation, *closed_since);
    }

    /// The contact could not be told now.
    pub fn forget_excuse(&mut self, conversation: ConversationId) {
        self.excused.remove(&conversation);
    }

    /// Who answers while the team is closed: an agent who has the conversation and is there, else the hub says that
    /// nobody is, to whoever wrote just now and after closing time.
    fn answerer(&self, standing: &Standing, closed_since: Timestamp, now: Timestamp) -> Answerer {
        let holder = standing.assignee.and_then(|user| self.agents.get(&user));
        let is_there = holder
            .is_some_and(|agent| matches!(agent.state, AgentStatus::Online | AgentStatus::Busy));
        let wrote = standing
            .wrote_at
            .filter(|_| standing.waiting_since.is_some());
        let just_now = wrote.is_some_and(|at| at >= closed_since && at + LATE > now);
        match just_now && !is_there {
            true => Answerer::Away,
            false => Answerer::Agent,
        }
    }
}
