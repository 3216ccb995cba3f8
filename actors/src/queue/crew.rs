//! Those of a team who can take something now, and which of them a conversation is for.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::model::agent::Agent;
use crate::model::ids::{TagId, UserId};
use crate::model::queue::{QueueTeam, Standing, Strategy, seconds};
use crate::queue::board::Board;
use crate::time::Timestamp;

/// The crew of a team at a moment; there is always somebody in it.
pub struct Crew<'a> {
    board: &'a Board,
    team: &'a QueueTeam,
    able: Vec<&'a Agent>,
    /// What somebody in the team can do, whether they are there or not.
    skills: BTreeSet<TagId>,
}

impl<'a> Crew<'a> {
    /// Who can take something now; None when nobody can, or nobody is to be given anything.
    pub fn of(board: &'a Board, team: &'a QueueTeam) -> Option<Self> {
        if team.routing.strategy == Strategy::Manual {
            return None;
        }
        let members = || {
            team.members
                .iter()
                .filter_map(|user| board.agents.get(user))
        };
        // What has to be accepted comes one at a time: nobody can accept twenty within half a minute.
        let offers = team.routing.accept_seconds.is_some();
        let able: Vec<&Agent> = members()
            .filter(|agent| board.has_room(agent))
            .filter(|agent| !offers || board.is_free(agent.id))
            .collect();
        let skills = match team.routing.strategy {
            Strategy::SkillThenLoad if !able.is_empty() => {
                members().flat_map(|agent| &agent.skills).copied().collect()
            }
            _ => BTreeSet::new(),
        };
        (!able.is_empty()).then_some(Self {
            board,
            team,
            able,
            skills,
        })
    }

    /// What a conversation needs: those of its tags that somebody in the team is good at.
    pub fn needs(&self, standing: &Standing) -> Vec<TagId> {
        let tags = standing.tags.iter().copied();
        tags.filter(|tag| self.skills.contains(tag)).collect()
    }

    /// Who gets a conversation with these needs; None when it is to wait for somebody who can do more of them than
    /// anybody who could take it now.
    pub fn choose(
        &self,
        standing: &Standing,
        needs: &[TagId],
        now: Timestamp,
    ) -> Option<&'a Agent> {
        let able = self.able.iter().copied();
        match self.team.routing.strategy {
            Strategy::Manual => None,
            Strategy::RoundRobin => able.min_by_key(|agent| (self.turn(agent.id), agent.id)),
            Strategy::LeastLoaded => able.min_by_key(|agent| self.burden(agent)),
            Strategy::SkillThenLoad => {
                let met = |agent: &Agent| {
                    let met = needs.iter().filter(|need| agent.skills.contains(need));
                    met.count()
                };
                let best = able.min_by_key(|agent| (Reverse(met(agent)), self.burden(agent)))?;
                let is_enough = !self.may_wait(standing, now) || {
                    // Nobody can do more than this, whether they are there or not.
                    let members = self.team.members.iter();
                    let members = members.filter_map(|user| self.board.agents.get(user));
                    members.map(met).max() == Some(met(best))
                };
                is_enough.then_some(best)
            }
        }
    }

    /// Whether there is still time for somebody who can do more of what it needs.
    pub fn may_wait(&self, standing: &Standing, now: Timestamp) -> bool {
        let since = standing.waiting_since.unwrap_or(standing.opened_at);
        seconds(self.team.routing.skill_seconds).is_none_or(|time| since + time > now)
    }

    fn burden(&self, agent: &Agent) -> (u32, u64, UserId) {
        (self.board.load(agent.id), self.turn(agent.id), agent.id)
    }

    fn turn(&self, user: UserId) -> u64 {
        self.board.turns.get(&user).copied().unwrap_or(0)
    }
}
