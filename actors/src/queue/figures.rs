//! What supervisors watch, read off the board.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::agent::Agent;
use crate::model::ids::{TeamId, UserId};
use crate::model::queue::{AgentFigures, QueueFigures, SERIES, Standing};
use crate::model::sla::Stage;
use crate::queue::board::Board;
use crate::queue::traffic::Series;
use crate::time::Timestamp;

#[derive(Default)]
struct Count {
    waiting: u32,
    longest_wait_since: Option<Timestamp>,
    serving: u32,
    unanswered: u32,
    at_risk: u32,
    breached: u32,
    open: HashMap<UserId, u32>,
}

impl Board {
    /// How all lines fare, that of no team last.
    pub fn figures(&self, now: Timestamp) -> Vec<QueueFigures> {
        let mut counts: BTreeMap<Option<TeamId>, Count> = BTreeMap::new();
        for standing in self.open.values() {
            // Of a team that is out of use, nobody is in charge.
            let team = standing.team.filter(|team| self.teams.contains_key(team));
            self.count_in(counts.entry(team).or_default(), standing, now);
        }
        let teams = self.teams.keys().copied().map(Some).chain([None]);
        teams
            .map(|team| {
                let count = counts.remove(&team).unwrap_or_default();
                self.figures_of(team, &count, now)
            })
            .collect()
    }

    fn count_in(&self, count: &mut Count, standing: &Standing, now: Timestamp) {
        match standing.assignee {
            None => {
                count.waiting += 1;
                if let Some(since) = standing.waiting_since {
                    let longest = count.longest_wait_since.map_or(since, |old| old.min(since));
                    count.longest_wait_since = Some(longest);
                }
            }
            Some(user) => {
                count.serving += 1;
                *count.open.entry(user).or_default() += 1;
            }
        }
        count.unanswered += u32::from(standing.waiting_since.is_some());
        let deadlines = self.deadlines_of(standing.conversation);
        let stages = deadlines.iter().filter_map(|one| one.stage(now));
        match stages.max() {
            Some(Stage::Breached) => count.breached += 1,
            Some(Stage::Warning) => count.at_risk += 1,
            None => {}
        }
    }

    fn figures_of(&self, id: Option<TeamId>, count: &Count, now: Timestamp) -> QueueFigures {
        let team = id.and_then(|id| self.teams.get(&id));
        let series = |all: &HashMap<TeamId, Series>| {
            let one = id.and_then(|id| all.get(&id));
            one.map_or_else(|| vec![0; SERIES], |one| one.until(now))
        };
        let calendar = id.and_then(|id| self.calendars.get(&id));
        let is_open = calendar.is_none_or(|calendar| calendar.is_open(now));
        let opens_at = calendar
            .filter(|_| !is_open)
            .and_then(|calendar| calendar.opens_at(now));
        let members = team.into_iter().flat_map(|team| &team.members);
        let people: BTreeSet<UserId> = members.chain(count.open.keys()).copied().collect();
        let agents = people.iter().filter_map(|user| self.agents.get(user));
        QueueFigures {
            team: team.map(|team| team.team.clone()),
            at: now,
            waiting: count.waiting,
            longest_wait_since: count.longest_wait_since,
            serving: count.serving,
            unanswered: count.unanswered,
            at_risk: count.at_risk,
            breached: count.breached,
            is_open,
            opens_at,
            arrivals: series(&self.arrivals),
            taken: series(&self.taken),
            agents: agents.map(|agent| self.agent(agent, count, now)).collect(),
        }
    }

    fn agent(&self, agent: &Agent, count: &Count, now: Timestamp) -> AgentFigures {
        let replies = self.replies.get(&agent.id);
        AgentFigures {
            id: agent.id,
            name: agent.name.clone(),
            state: agent.state,
            reason: agent.reason,
            since: agent.since,
            capacity: agent.capacity,
            open: self.hand(agent.id).open,
            open_here: count.open.get(&agent.id).copied().unwrap_or(0),
            replies: replies.map_or(0, |series| series.sum_until(now)),
        }
    }
}

/// Whether two looks show the same, apart from when they were.
pub fn is_same(one: &QueueFigures, other: &QueueFigures) -> bool {
    let mut other = other.clone();
    other.at = one.at;
    *one == other
}
