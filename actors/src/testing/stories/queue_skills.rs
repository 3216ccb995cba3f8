//! What needs somebody who can do it waits for them, for as long as its team says.

use super::queue::{ANA, SUPPORT, brief, digits, figures, office, row, skilled, team};
use super::{pass, seconds, settle};
use crate::model::agent::AgentStatus;
use crate::model::conversation::ConversationChange;
use crate::model::ids::{ConversationId, TagId, UserId};
use crate::model::queue::{QueueTeam, Routing, Strategy};
use crate::testing::Stage;

const BEN: UserId = UserId(2);
const SPANISH: TagId = TagId(1);
const REFUNDS: TagId = TagId(2);
/// A tag that nobody is good at.
const VIP: TagId = TagId(3);

fn by_skill(skill_seconds: Option<u32>) -> QueueTeam {
    let plain = team(Strategy::SkillThenLoad);
    QueueTeam {
        routing: Routing {
            skill_seconds,
            ..plain.routing
        },
        ..plain
    }
}

/// A conversation with these tags that waits in the team's line.
async fn tagged(stage: &Stage, number: u32, tags: &[TagId]) -> ConversationId {
    let id = stage.conversation(&digits(number)).await;
    let change = ConversationChange {
        team: Some(Some(brief(SUPPORT))),
        add_tags: tags.to_vec(),
        ..Default::default()
    };
    stage.hub.change(&stage.agent(), id, change).await.unwrap();
    settle().await;
    id
}

fn holder(stage: &Stage, id: ConversationId) -> Option<UserId> {
    row(stage, id).assignee.map(|user| user.id)
}

#[actix_rt::test]
async fn it_goes_to_whoever_can_do_all_that_it_needs_and_has_least() {
    let stage = office(by_skill(None)).await;
    skilled(&stage, ANA, AgentStatus::Online, 3, &[SPANISH]);
    skilled(&stage, BEN, AgentStatus::Online, 3, &[SPANISH, REFUNDS]);
    settle().await;
    // Ben alone can do both; a tag that is nobody's skill is no need.
    let both = tagged(&stage, 0, &[SPANISH, REFUNDS, VIP]).await;
    assert_eq!(holder(&stage, both), Some(BEN));
    // Both can do it, and Ana has less.
    let spanish = tagged(&stage, 1, &[SPANISH]).await;
    assert_eq!(holder(&stage, spanish), Some(ANA));
    let plain = tagged(&stage, 2, &[VIP]).await;
    // As much each: whoever was not given one for longest.
    assert_eq!(holder(&stage, plain), Some(BEN));
}

#[actix_rt::test]
async fn what_nobody_there_can_do_waits_and_lets_others_pass() {
    let stage = office(by_skill(None)).await;
    skilled(&stage, ANA, AgentStatus::Online, 3, &[]);
    skilled(&stage, BEN, AgentStatus::Offline, 3, &[REFUNDS]);
    settle().await;
    let refund = tagged(&stage, 0, &[REFUNDS]).await;
    let other = tagged(&stage, 1, &[]).await;
    assert_eq!(holder(&stage, refund), None);
    assert_eq!(holder(&stage, other), Some(ANA));
    let waiting = figures(&stage.hub, &stage, Some(SUPPORT)).await.waiting;
    assert_eq!(waiting, 1);
    // Who can do it comes.
    skilled(&stage, BEN, AgentStatus::Online, 3, &[REFUNDS]);
    settle().await;
    assert_eq!(holder(&stage, refund), Some(BEN));
}

#[actix_rt::test]
async fn after_the_teams_time_it_goes_to_whoever_can_do_most_of_it() {
    let stage = office(by_skill(Some(30))).await;
    skilled(&stage, ANA, AgentStatus::Online, 3, &[SPANISH]);
    skilled(&stage, BEN, AgentStatus::Offline, 3, &[SPANISH, REFUNDS]);
    settle().await;
    let both = tagged(&stage, 0, &[SPANISH, REFUNDS]).await;
    pass(seconds(29)).await;
    assert_eq!(holder(&stage, both), None);
    pass(seconds(2)).await;
    assert_eq!(holder(&stage, both), Some(ANA));
}

#[actix_rt::test]
async fn what_nobody_can_do_all_of_goes_to_whoever_can_do_most() {
    let stage = office(by_skill(None)).await;
    skilled(&stage, ANA, AgentStatus::Online, 3, &[SPANISH]);
    skilled(&stage, BEN, AgentStatus::Online, 3, &[REFUNDS]);
    settle().await;
    let both = tagged(&stage, 0, &[SPANISH, REFUNDS]).await;
    assert!(holder(&stage, both).is_some(), "it would wait for ever");
}
