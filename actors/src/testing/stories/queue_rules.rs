//! Teams change their rules while conversations come: what is given out is given out by the rules that hold.

use super::queue::{ANA, SUPPORT, brief, holder, office, stand, team, waiting};
use super::settle;
use crate::model::agent::AgentStatus;
use crate::model::queue::{QueueNews, QueueTeam, Strategy};
use crate::testing::Stage;

/// The team's rules are these from now on, and whoever keeps its line hears that there are others.
fn change(stage: &Stage, rules: QueueTeam) {
    assert_eq!(rules.team, brief(SUPPORT));
    stage.store.set_team(stage.organization, rules);
    let news = QueueNews {
        teams: true,
        ..QueueNews::default()
    };
    stage.hub.heed_queue_news(stage.organization, news);
}

#[actix_rt::test]
async fn nothing_is_given_out_by_old_rules_while_the_changed_ones_are_read() {
    let stage = office(team(Strategy::RoundRobin)).await;
    stand(&stage, ANA, AgentStatus::Online, 9);
    settle().await;
    let gate = stage.store.faults.hold("load_floor");
    change(&stage, team(Strategy::Manual));
    settle().await;
    let id = waiting(&stage, 0).await;
    assert_eq!(holder(&stage, id), None, "the rules are not known yet");
    gate.open();
    settle().await;
    assert_eq!(holder(&stage, id), None, "it is taken by hand");
    change(&stage, team(Strategy::RoundRobin));
    settle().await;
    assert_eq!(holder(&stage, id), Some(ANA), "and given out again");
}
