//! Those of a team who can take something now, and which of them a conversation is for.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::model::agent::{Agent, AgentStatus};
use crate::model::ids::TagId;
use crate::model::queue::{QueueTeam, Standing, Strategy, seconds};
use crate::queue::board::{Board, Hand};
use crate::time::Timestamp;

/// The crew of a team at a moment; there is always somebody in it.
pub struct Crew<'a> {
    board: &'a Board,
    team: &'a QueueTeam,
    able: Vec<(&'a Agent, Hand)>,
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
        let able: Vec<(&Agent, Hand)> = members()
            .filter(|agent| agent.state == AgentStatus::Online)
            .map(|agent| (agent, board.hand(agent.id)))
            .filter(|(agent, hand)| hand.load() < agent.capacity)
            .filter(|(_, hand)| !offers || hand.is_free())
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
        let burden = |agent: &Agent, hand: Hand| (hand.load(), hand.turn, agent.id);
        let best = match self.team.routing.strategy {
            Strategy::Manual => None,
            Strategy::RoundRobin => able.min_by_key(|(agent, hand)| (hand.turn, agent.id)),
            Strategy::LeastLoaded => able.min_by_key(|(agent, hand)| burden(agent, *hand)),
            Strategy::SkillThenLoad => {
                let met = |agent: &Agent| {
                    let met = needs.iter().filter(|need| agent.skills.contains(need));
                    met.count()
                };
                let best =
                    able.min_by_key(|(agent, hand)| (Reverse(met(agent)), burden(agent, *hand)))?;
                let is_enough = !self.may_wait(standing, now) || {
                    // Nobody can do more than this, whether they are there or not.
                    let members = self.team.members.iter();
                    let members = members.filter_map(|user| self.board.agents.get(user));
                    members.map(met).max() == Some(met(best.0))
                };
                is_enough.then_some(best)
            }
        };
        best.map(|(agent, _)| agent)
    }

    /// Whether there is still time for somebody who can do more of what it needs.
    pub fn may_wait(&self, standing: &Standing, now: Timestamp) -> bool {
        let since = standing.waiting_since.unwrap_or(standing.opened_at);
        seconds(self.team.routing.skill_seconds).is_none_or(|time| since + time > now)
    }
}
