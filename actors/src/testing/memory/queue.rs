//! Teams' lines: who may be given what.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::event::Event;
use crate::model::agent::{Agent, AgentStatus, StatusReason};
use crate::model::conversation::ConversationStatus;
use crate::model::ids::{OrganizationId, UserId};
use crate::model::message::AuthorKind;
use crate::model::queue::{Floor, Moved, QueueTeam, Standing, moves};
use crate::ports::store::Receipt;
use crate::testing::memory::MemoryStore;
use crate::testing::memory::tables::Tables;
use crate::time::Timestamp;

impl Tables {
    pub fn organizations_with_lines(&self) -> Vec<OrganizationId> {
        let teams = self.teams.iter().filter(|(_, team)| team.works_by_itself());
        let teams = teams.map(|(organization, _)| *organization);
        teams.collect::<BTreeSet<_>>().into_iter().collect()
    }

    pub fn load_floor(&self, organization: OrganizationId) -> Floor {
        let standings = self.conversations.iter().filter(|(_, row)| {
            row.organization == organization && row.status == ConversationStatus::Open
        });
        Floor {
            head: self.organizations[&organization].last_seq,
            teams: of(&self.teams, organization),
            agents: of(&self.agents, organization),
            standings: standings
                .map(|(id, _)| Standing::of(&self.view(*id)))
                .collect(),
            moves: of(&self.moves, organization),
        }
    }

    pub fn replies_since(
        &self,
        organization: OrganizationId,
        since: Timestamp,
    ) -> Vec<(UserId, Timestamp)> {
        let rows = self.messages.values();
        let ours =
            rows.filter(|row| row.organization == organization && row.message.created_at >= since);
        let replies = ours.filter_map(|row| {
            let author = row.message.author.as_ref()?;
            let id = author.id.as_deref()?.parse().ok()?;
            (author.kind == AuthorKind::User).then_some((id, row.message.created_at))
        });
        replies.collect()
    }

    pub fn note_missed(&mut self, organization: OrganizationId, user: UserId) -> Receipt {
        let agent = self.agents.iter_mut().map(|(_, agent)| agent);
        let mut receipt = Receipt::default();
        let Some(agent) = agent.into_iter().find(|agent| agent.id == user) else {
            return receipt;
        };
        agent.status = AgentStatus::Away;
        agent.state = AgentStatus::Away;
        agent.reason = Some(StatusReason::Missed);
        let told = Event::AgentUpdated(Arc::new(agent.clone()));
        let seq = self.next_seq(organization);
        self.tell(organization, seq, told, None, &mut receipt);
        receipt
    }

    pub fn note_moves(
        &mut self,
        organization: OrganizationId,
        before: Option<&Standing>,
        after: &Standing,
    ) {
        let at = self.now;
        let made = moves(before, after).into_iter().map(|one| {
            let moved = Moved {
                team: one.team,
                kind: one.kind,
                at,
                count: 1,
            };
            (organization, moved)
        });
        self.moves.extend(made);
    }
}

fn of<T: Clone>(rows: &[(OrganizationId, T)], organization: OrganizationId) -> Vec<T> {
    let ours = rows.iter().filter(|(of, _)| *of == organization);
    ours.map(|(_, row)| row.clone()).collect()
}

impl MemoryStore {
    /// A team, or what it is from now on; tells nobody.
    pub fn set_team(&self, organization: OrganizationId, team: QueueTeam) {
        let mut tables = self.tables();
        tables
            .teams
            .retain(|(_, known)| known.team.id != team.team.id);
        tables.teams.push((organization, team));
    }

    /// How an agent stands from now on; gives what is to be told.
    pub fn set_agent(&self, organization: OrganizationId, agent: Agent) -> Receipt {
        let mut tables = self.tables();
        tables.agents.retain(|(_, known)| known.id != agent.id);
        tables.agents.push((organization, agent.clone()));
        let mut receipt = Receipt::default();
        let seq = tables.next_seq(organization);
        let told = Event::AgentUpdated(Arc::new(agent));
        tables.tell(organization, seq, told, None, &mut receipt);
        receipt
    }
}
