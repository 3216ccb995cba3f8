//! Who answers a contact that writes while nobody is at work: one place decides, so that two never do.

use std::collections::HashMap;
use std::time::Duration;

use crate::model::agent::AgentStatus;
use crate::model::ids::{ConversationId, TeamId};
use crate::model::json::Json;
use crate::model::message::{Author, AuthorKind};
use crate::model::outbound::{Draft, Priority};
use crate::model::queue::Standing;
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
        let teams = self.teams.iter().filter_map(|(id, team)| {
            let text = team.away_message.as_ref()?;
            let closed_since = self.calendars.get(id)?.closed_since(now)?;
            let from = closed_since.max(team.away_since.unwrap_or(closed_since));
            Some((*id, (text, closed_since, from)))
        });
        let closed: HashMap<TeamId, (&String, Timestamp, Timestamp)> = teams.collect();
        self.excused
            .retain(|_, since| closed.values().any(|(_, closed, _)| closed == since));
        if closed.is_empty() {
            return Vec::new();
        }
        let excuses = self.open.values().filter_map(|standing| {
            let (text, closed_since, from) = *closed.get(&self.team_of(standing)?)?;
            let known = self.excused.contains_key(&standing.conversation);
            let away = self.answerer(standing, from, now) == Answerer::Away;
            (away && !known).then(|| Excuse {
                conversation: standing.conversation,
                text: text.clone(),
                closed_since,
            })
        });
        excuses.collect()
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
    /// nobody is, to whoever wrote just now and after closing time (or after the hours were made such).
    fn answerer(&self, standing: &Standing, from: Timestamp, now: Timestamp) -> Answerer {
        let holder = standing.assignee.and_then(|user| self.agents.get(&user));
        let is_there = holder
            .is_some_and(|agent| matches!(agent.state, AgentStatus::Online | AgentStatus::Busy));
        let wrote = standing
            .wrote_at
            .filter(|_| standing.waiting_since.is_some());
        let just_now = wrote.is_some_and(|at| at >= from && at + LATE > now);
        match just_now && !is_there {
            true => Answerer::Away,
            false => Answerer::Agent,
        }
    }
}
