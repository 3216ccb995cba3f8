//! What waits finds an agent with room: one each, in order, back into the line when nobody accepts, on any node.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use super::{pass, seconds, settle, stage};
use crate::cluster::placement;
use crate::hub::Hub;
use crate::model::agent::{Agent, AgentStatus, StatusReason};
use crate::model::conversation::{
    Conversation, ConversationChange, ConversationStatus, Priority, TeamBrief,
};
use crate::model::ids::{ConversationId, TagId, TeamId, UserId};
use crate::model::node::{Membership, Peer};
use crate::model::queue::{QueueFigures, QueueTeam, Routing, Strategy};
use crate::model::sla::Sla;
use crate::model::user::{Actor, Role};
use crate::testing::build::{draft, inbound};
use crate::testing::{Fault, Stage};

pub(super) const SUPPORT: TeamId = TeamId(70);
pub(super) const SALES: TeamId = TeamId(71);
pub(super) const ANA: UserId = UserId(1);
const BEN: UserId = UserId(2);

pub(super) fn brief(id: TeamId) -> TeamBrief {
    TeamBrief {
        id,
        name: format!("Team {}", id.0),
    }
}

/// A team of Ana and Ben that gives its conversations out.
pub(super) fn team(strategy: Strategy) -> QueueTeam {
    QueueTeam {
        team: brief(SUPPORT),
        routing: Routing {
            strategy,
            accept_seconds: None,
            overflow_team_id: None,
            overflow_seconds: None,
            skill_seconds: None,
        },
        members: vec![ANA, BEN],
        sessions: Vec::new(),
        sla: Sla::default(),
        promised_at: None,
        hours: None,
        away_message: None,
        away_since: None,
    }
}

/// How that agent stands from now on.
pub(super) fn stand(stage: &Stage, id: UserId, state: AgentStatus, capacity: u32) {
    skilled(stage, id, state, capacity, &[]);
}

/// The same, with what they are good at.
pub(super) fn skilled(
    stage: &Stage,
    id: UserId,
    state: AgentStatus,
    capacity: u32,
    skills: &[TagId],
) {
    let agent = Agent {
        id,
        name: format!("Agent {}", id.0),
        status: state,
        state,
        reason: None,
        since: stage.now(),
        capacity,
        skills: skills.to_vec(),
    };
    let told = stage.store.set_agent(stage.organization, agent);
    stage.hub.announce(told);
}

/// A stage with that team, of which nobody is there.
pub(super) async fn office(team: QueueTeam) -> Stage {
    let stage = stage();
    stand(&stage, ANA, AgentStatus::Offline, 2);
    stand(&stage, BEN, AgentStatus::Offline, 2);
    stage.store.set_team(stage.organization, team);
    stage.hub.tend_queues(HashSet::new()).await.unwrap();
    settle().await;
    stage
}

/// A conversation that waits in the team's line.
pub(super) async fn waiting(stage: &Stage, number: u32) -> ConversationId {
    let id = stage.conversation(&digits(number)).await;
    move_to(stage, id, SUPPORT).await;
    settle().await;
    id
}

pub(super) fn digits(number: u32) -> String {
    format!("4917012345{number:02}")
}

async fn move_to(stage: &Stage, id: ConversationId, team: TeamId) {
    let change = ConversationChange {
        team: Some(Some(brief(team))),
        ..Default::default()
    };
    let changed = stage.hub.change(&stage.agent(), id, change).await;
    changed.unwrap();
}

pub(super) fn row(stage: &Stage, id: ConversationId) -> Conversation {
    let rows = stage.store.conversations(stage.organization);
    rows.into_iter().find(|row| row.id == id).unwrap()
}

pub(super) fn holder(stage: &Stage, id: ConversationId) -> Option<UserId> {
    row(stage, id).assignee.map(|user| user.id)
}

pub(super) async fn figures(hub: &Hub, stage: &Stage, team: Option<TeamId>) -> QueueFigures {
    let all = hub.queues(stage.organization).await.unwrap();
    let mut all = all.into_iter();
    all.find(|one| one.team.as_ref().map(|team| team.id) == team)
        .unwrap()
}

#[actix_rt::test]
async fn what_waits_is_given_to_whoever_has_the_fewest_until_all_are_full() {
    let stage = office(team(Strategy::LeastLoaded)).await;
    stand(&stage, ANA, AgentStatus::Online, 2);
    stand(&stage, BEN, AgentStatus::Online, 1);
    let mut ids = Vec::new();
    for number in 0..4 {
        ids.push(waiting(&stage, number).await);
    }
    let mut loads: BTreeMap<Option<UserId>, u32> = BTreeMap::new();
    for id in &ids {
        *loads.entry(holder(&stage, *id)).or_default() += 1;
    }
    let wanted = [(None, 1), (Some(ANA), 2), (Some(BEN), 1)];
    assert_eq!(loads, BTreeMap::from(wanted));
    // Whoever closes one has room again.
    let last = ids
        .iter()
        .find(|id| holder(&stage, **id).is_none())
        .unwrap();
    let first = ids.iter().find(|id| holder(&stage, **id) == Some(ANA));
    let close = ConversationChange {
        status: Some(ConversationStatus::Closed),
        ..Default::default()
    };
    let by = stage.agent();
    let closed = stage.hub.change(&by, *first.unwrap(), close);
    closed.await.unwrap();
    settle().await;
    assert_eq!(holder(&stage, *last), Some(ANA));
}

#[actix_rt::test]
async fn nobody_is_given_anything_who_is_not_online_or_not_of_the_team() {
    let stage = office(team(Strategy::RoundRobin)).await;
    stand(&stage, ANA, AgentStatus::Away, 9);
    stand(&stage, BEN, AgentStatus::Busy, 9);
    stand(&stage, UserId(3), AgentStatus::Online, 9);
    let id = waiting(&stage, 0).await;
    pass(seconds(5)).await;
    assert_eq!(holder(&stage, id), None);
    stand(&stage, BEN, AgentStatus::Online, 9);
    settle().await;
    assert_eq!(holder(&stage, id), Some(BEN));
}

#[actix_rt::test]
async fn a_team_whose_agents_take_by_hand_gives_nothing_out() {
    let stage = office(team(Strategy::Manual)).await;
    stand(&stage, ANA, AgentStatus::Online, 9);
    let id = waiting(&stage, 0).await;
    pass(seconds(5)).await;
    assert_eq!(holder(&stage, id), None);
}

#[actix_rt::test]
async fn agents_take_turns() {
    let stage = office(team(Strategy::RoundRobin)).await;
    stand(&stage, ANA, AgentStatus::Online, 9);
    stand(&stage, BEN, AgentStatus::Online, 9);
    let mut holders = Vec::new();
    for number in 0..4 {
        let id = waiting(&stage, number).await;
        holders.push(holder(&stage, id).unwrap());
    }
    assert_eq!(holders, [ANA, BEN, ANA, BEN]);
}

#[actix_rt::test]
async fn what_hurries_goes_first_and_then_whoever_waits_longest() {
    let stage = office(team(Strategy::RoundRobin)).await;
    let (first, second, urgent) = (
        waiting(&stage, 0).await,
        waiting(&stage, 1).await,
        waiting(&stage, 2).await,
    );
    let hurry = ConversationChange {
        priority: Some(Priority::Urgent),
        ..Default::default()
    };
    let changed = stage.hub.change(&stage.agent(), urgent, hurry).await;
    changed.unwrap();
    stand(&stage, ANA, AgentStatus::Online, 1);
    settle().await;
    assert_eq!(holder(&stage, urgent), Some(ANA));
    stand(&stage, ANA, AgentStatus::Online, 2);
    settle().await;
    assert_eq!(holder(&stage, first), Some(ANA));
    assert_eq!(holder(&stage, second), None);
}

#[actix_rt::test]
async fn what_is_not_accepted_goes_to_somebody_else_and_who_let_it_pass_is_away() {
    let mut rules = team(Strategy::RoundRobin);
    rules.routing.accept_seconds = Some(20);
    let stage = office(rules).await;
    stand(&stage, ANA, AgentStatus::Online, 9);
    let id = waiting(&stage, 0).await;
    let given = row(&stage, id);
    assert_eq!(given.assignee.unwrap().id, ANA);
    assert!(
        given
            .reserved_until
            .is_some_and(|until| until > stage.now())
    );
    stand(&stage, BEN, AgentStatus::Online, 9);
    pass(seconds(19)).await;
    assert_eq!(holder(&stage, id), Some(ANA));
    pass(seconds(3)).await;
    assert_eq!(holder(&stage, id), Some(BEN));
    let shown = figures(&stage.hub, &stage, Some(SUPPORT)).await;
    let ana = shown.agents.iter().find(|agent| agent.id == ANA).unwrap();
    assert_eq!(ana.state, AgentStatus::Away);
    assert_eq!(ana.reason, Some(StatusReason::Missed));
    // One at a time.
    let next = waiting(&stage, 1).await;
    assert_eq!(holder(&stage, next), None);
    // Who says something has accepted it.
    let ben = crate::model::user::UserBrief {
        id: BEN,
        name: "Agent 2".to_owned(),
    };
    let by = Actor {
        role: Role::Agent,
        ..crate::testing::build::actor(stage.organization, &ben, Role::Agent)
    };
    let said = stage.hub.send(&by, id, draft("hello").by(&ben).into());
    said.await.unwrap();
    assert_eq!(row(&stage, id).reserved_until, None);
    settle().await;
    assert_eq!(holder(&stage, next), Some(BEN));
    pass(seconds(60)).await;
    assert_eq!(holder(&stage, next), None, "he let the second one pass");
    assert_eq!(holder(&stage, id), Some(BEN));
}

#[actix_rt::test]
async fn who_let_one_pass_is_given_nothing_more_even_if_nobody_else_is_there() {
    let mut rules = team(Strategy::LeastLoaded);
    rules.routing.accept_seconds = Some(10);
    let stage = office(rules).await;
    stand(&stage, ANA, AgentStatus::Online, 9);
    let id = waiting(&stage, 0).await;
    assert_eq!(holder(&stage, id), Some(ANA));
    // Looked at as often as she could get it again.
    for _ in 0..200 {
        pass(Duration::from_millis(100)).await;
        if holder(&stage, id).is_none() {
            break;
        }
    }
    assert_eq!(holder(&stage, id), None);
    pass(seconds(30)).await;
    assert_eq!(holder(&stage, id), None);
}

#[actix_rt::test]
async fn what_a_colleague_says_accepts_nothing() {
    let mut rules = team(Strategy::RoundRobin);
    rules.routing.accept_seconds = Some(10);
    let stage = office(rules).await;
    stand(&stage, ANA, AgentStatus::Online, 9);
    let id = waiting(&stage, 0).await;
    let colleague = stage.agent();
    let said = draft("We got your message").by(&stage.user);
    stage.hub.send(&colleague, id, said.into()).await.unwrap();
    assert!(row(&stage, id).reserved_until.is_some());
    let strangers = ConversationChange {
        accept: Some(BEN),
        ..Default::default()
    };
    let changed = stage.hub.change(&colleague, id, strangers).await.unwrap();
    assert!(changed.reserved_until.is_some(), "it is not his");
    pass(seconds(12)).await;
    assert_eq!(holder(&stage, id), None);
}

#[actix_rt::test]
async fn what_comes_back_to_its_agent_is_no_arrival() {
    let stage = office(team(Strategy::RoundRobin)).await;
    stand(&stage, ANA, AgentStatus::Online, 9);
    let id = waiting(&stage, 0).await;
    let by = stage.agent();
    for _ in 0..3 {
        let close = ConversationChange {
            status: Some(ConversationStatus::Closed),
            ..Default::default()
        };
        stage.hub.change(&by, id, close).await.unwrap();
        let again = inbound(&digits(0), "one more").at(stage.now());
        stage.receive(again).await.unwrap();
        settle().await;
    }
    assert_eq!(holder(&stage, id), Some(ANA));
    let shown = figures(&stage.hub, &stage, Some(SUPPORT)).await;
    let sum = |series: &[u32]| series.iter().sum::<u32>();
    assert_eq!((sum(&shown.arrivals), sum(&shown.taken)), (1, 1));
}

#[actix_rt::test]
async fn what_an_agent_left_behind_goes_to_those_who_are_there() {
    let stage = office(team(Strategy::RoundRobin)).await;
    stand(&stage, ANA, AgentStatus::Online, 9);
    let id = waiting(&stage, 0).await;
    assert_eq!(holder(&stage, id), Some(ANA));
    stand(&stage, BEN, AgentStatus::Online, 9);
    stand(&stage, ANA, AgentStatus::Offline, 9);
    pass(seconds(30)).await;
    assert_eq!(holder(&stage, id), Some(ANA), "she may be back at once");
    pass(seconds(33)).await;
    assert_eq!(holder(&stage, id), Some(BEN));
}

#[actix_rt::test]
async fn conversations_of_a_number_are_its_teams() {
    let mut rules = team(Strategy::RoundRobin);
    let stage = stage();
    rules.sessions = vec![stage.session];
    stage.store.set_team(stage.organization, rules);
    stage.hub.tend_queues(HashSet::new()).await.unwrap();
    let id = stage.conversation(&digits(0)).await;
    settle().await;
    assert_eq!(row(&stage, id).team, Some(brief(SUPPORT)));
    assert_eq!(holder(&stage, id), None);
    stand(&stage, ANA, AgentStatus::Online, 9);
    settle().await;
    assert_eq!(holder(&stage, id), Some(ANA));
    let next = stage.conversation(&digits(1)).await;
    settle().await;
    let given = row(&stage, next);
    assert_eq!(
        (given.team, given.assignee.map(|user| user.id)),
        (Some(brief(SUPPORT)), Some(ANA))
    );
}

#[actix_rt::test]
async fn who_waits_too_long_is_taken_by_another_team() {
    let mut rules = team(Strategy::RoundRobin);
    rules.routing.overflow_team_id = Some(SALES);
    rules.routing.overflow_seconds = Some(60);
    let stage = office(rules).await;
    let other = QueueTeam {
        team: brief(SALES),
        members: vec![UserId(3)],
        ..team(Strategy::RoundRobin)
    };
    stage.store.set_team(stage.organization, other);
    stand(&stage, UserId(3), AgentStatus::Online, 9);
    pass(seconds(31)).await;
    let id = waiting(&stage, 0).await;
    pass(seconds(55)).await;
    assert_eq!(holder(&stage, id), None);
    pass(seconds(10)).await;
    let taken = row(&stage, id);
    assert_eq!(taken.team, Some(brief(SALES)));
    assert_eq!(taken.assignee.map(|user| user.id), Some(UserId(3)));
}

#[actix_rt::test]
async fn figures_tell_how_a_line_fares() {
    let mut rules = team(Strategy::RoundRobin);
    rules.sla.reply_seconds = Some(100);
    let stage = office(rules).await;
    let began = stage.now();
    let (first, _) = (waiting(&stage, 0).await, waiting(&stage, 1).await);
    pass(seconds(80)).await;
    let shown = figures(&stage.hub, &stage, Some(SUPPORT)).await;
    assert_eq!((shown.waiting, shown.serving, shown.unanswered), (2, 0, 2));
    assert_eq!((shown.at_risk, shown.breached), (2, 0));
    assert!(shown.longest_wait_since.unwrap().since(began) < seconds(1));
    assert_eq!(shown.arrivals.iter().sum::<u32>(), 2);
    stand(&stage, ANA, AgentStatus::Online, 1);
    settle().await;
    pass(seconds(30)).await;
    let shown = figures(&stage.hub, &stage, Some(SUPPORT)).await;
    assert_eq!((shown.waiting, shown.serving), (1, 1));
    assert_eq!((shown.at_risk, shown.breached), (0, 2));
    assert_eq!(shown.taken.iter().sum::<u32>(), 1);
    assert_eq!(holder(&stage, first), Some(ANA));
    let ana = crate::model::user::UserBrief {
        id: ANA,
        name: "Agent 1".to_owned(),
    };
    let by = crate::testing::build::actor(stage.organization, &ana, Role::Agent);
    let said = stage.hub.send(&by, first, draft("hello").by(&ana).into());
    said.await.unwrap();
    settle().await;
    let shown = figures(&stage.hub, &stage, Some(SUPPORT)).await;
    assert_eq!((shown.unanswered, shown.breached), (1, 1));
    let agent = shown.agents.iter().find(|agent| agent.id == ANA).unwrap();
    assert_eq!((agent.open, agent.open_here, agent.replies), (1, 1, 1));
    // A node that begins tells the same.
    let again = stage.start_again();
    assert_eq!(
        without_time(figures(&again, &stage, Some(SUPPORT)).await),
        without_time(shown)
    );
}

fn without_time(figures: QueueFigures) -> QueueFigures {
    QueueFigures {
        at: crate::time::Timestamp::default(),
        ..figures
    }
}

#[actix_rt::test]
async fn supervisors_who_watch_a_line_see_it_change_within_a_second_and_agents_not_each_other() {
    let stage = office(team(Strategy::Manual)).await;
    let (supervisor, _) = stage.socket_of(Role::Supervisor).await;
    let (agent, _) = stage.socket_of(Role::Agent).await;
    let topic = format!("queue:{SUPPORT}");
    for socket in [&supervisor, &agent] {
        socket.subscribe(&[&topic], None).await;
    }
    stage.hub.watch_queues(stage.organization);
    pass(seconds(2)).await;
    let waits = |frames: Vec<serde_json::Value>| {
        let frame = frames.last().cloned().unwrap();
        let agents = frame["queue"]["agents"].as_array().unwrap().len();
        (frame["queue"]["waiting"].as_u64().unwrap(), agents)
    };
    assert_eq!(waits(supervisor.take_type("queue")), (0, 2));
    assert_eq!(waits(agent.take_type("queue")), (0, 0));
    waiting(&stage, 0).await;
    pass(Duration::from_millis(1100)).await;
    assert_eq!(waits(supervisor.take_type("queue")), (1, 2));
    // Whatever happens, once a second.
    for number in 1..20 {
        waiting(&stage, number).await;
    }
    pass(seconds(1)).await;
    let frames = supervisor.take_type("queue");
    assert!((1..=2).contains(&frames.len()), "{}", frames.len());
    assert_eq!(waits(frames), (20, 2));
    // Nothing changes, nothing is told.
    pass(seconds(5)).await;
    supervisor.take_type("queue");
    pass(seconds(20)).await;
    assert!(
        supervisor.take_type("queue").len() <= 1,
        "a minute may have passed"
    );
}

#[actix_rt::test]
async fn lines_are_kept_where_they_give_out_or_somebody_looks() {
    let stage = office(team(Strategy::Manual)).await;
    waiting(&stage, 0).await;
    assert_eq!(stage.hub.lines(), 0);
    assert_eq!(figures(&stage.hub, &stage, Some(SUPPORT)).await.waiting, 1);
    assert_eq!(stage.hub.lines(), 1);
    pass(seconds(62)).await;
    assert_eq!(stage.hub.lines(), 0);
    // Whoever watches is told from now on.
    let watched = HashSet::from([stage.organization]);
    stage.hub.tend_queues(watched).await.unwrap();
    settle().await;
    assert_eq!(stage.hub.lines(), 1);
}

#[actix_rt::test]
async fn lines_that_give_out_are_kept_for_good() {
    let stage = office(team(Strategy::RoundRobin)).await;
    pass(seconds(120)).await;
    assert_eq!(stage.hub.lines(), 1);
}

#[actix_rt::test]
async fn a_database_that_fails_for_a_while_keeps_nobody_waiting_for_good() {
    let stage = office(team(Strategy::RoundRobin)).await;
    let id = waiting(&stage, 0).await;
    // The step fails twice, and so does the look at the database meanwhile.
    let faults = &stage.store.faults;
    faults.fail("change_conversation", 2, Fault::Unavailable);
    faults.fail("load_floor", 2, Fault::Unavailable);
    stand(&stage, ANA, AgentStatus::Online, 9);
    settle().await;
    assert_eq!(holder(&stage, id), None);
    pass(seconds(3)).await;
    assert_eq!(holder(&stage, id), Some(ANA));
}

fn node(life: i64) -> Peer {
    Peer { number: life, life }
}

fn members(me: i64) -> Membership {
    Membership {
        me: node(me),
        owners: vec![node(1), node(2)],
        live: vec![node(1), node(2)],
    }
}

#[actix_rt::test]
async fn one_node_keeps_the_lines_and_hears_of_what_happens_on_the_others() {
    let stage = stage();
    let second = stage.start_again();
    stage.peers.join(1, &stage.hub);
    stage.peers.join(2, &second);
    stage.hub.join(members(1), Instant::now());
    second.join(members(2), Instant::now());
    let place = placement::of_queues(stage.organization);
    let owner = placement::owner(place, &[node(1), node(2)]).unwrap().life;
    // Everything happens on the other node.
    let (keeper, other) = match owner {
        1 => (&stage.hub, &second),
        _ => (&second, &stage.hub),
    };
    stage
        .store
        .set_team(stage.organization, team(Strategy::RoundRobin));
    for agent in [ANA, BEN] {
        stand(&stage, agent, AgentStatus::Offline, 99);
    }
    keeper.tend_queues(HashSet::new()).await.unwrap();
    settle().await;
    let mut ids = Vec::new();
    for number in 0..6 {
        let message = inbound(&digits(number), "hello").at(stage.now());
        let taken = other.receive(stage.organization, stage.session, message.into());
        taken.await.unwrap();
        let id = stage.row_of(&digits(number)).id;
        let change = ConversationChange {
            team: Some(Some(brief(SUPPORT))),
            ..Default::default()
        };
        other.change(&stage.agent(), id, change).await.unwrap();
        ids.push(id);
    }
    settle().await;
    assert_eq!(figures(other, &stage, Some(SUPPORT)).await.waiting, 6);
    stand(&stage, ANA, AgentStatus::Online, 99);
    stand(&stage, BEN, AgentStatus::Online, 99);
    settle().await;
    for id in &ids {
        assert!(holder(&stage, *id).is_some());
    }
    let told = figures(other, &stage, Some(SUPPORT)).await;
    assert_eq!((told.waiting, told.serving), (0, 6));
}
