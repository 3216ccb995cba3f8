//! Who comes from another node, which may be ahead of this one.

use super::{settle, stage};
use crate::model::user::Role;
use crate::ports::store::EventStore;
use crate::testing::inbound;

const ANN: &str = "491701234567";

#[actix::test]
async fn who_comes_from_a_node_that_is_ahead_while_others_catch_up_hears_all() {
    let stage = stage();
    stage.conversation(ANN).await;
    let head = async || stage.store.head(stage.organization).await.unwrap();
    let since = head().await;
    stage.receive(inbound(ANN, "missed")).await.unwrap();
    let gate = stage.store.faults.hold_answer("events_since");
    let (first, _) = stage.socket_of(Role::Supervisor).await;
    first.subscribe(&["firehose"], Some(since)).await;
    settle().await;
    // It was read already when the other node stored and told this.
    let receipt = stage.store_elsewhere(inbound(ANN, "there")).await;
    let ahead = head().await;
    let (second, _) = stage.socket_of(Role::Supervisor).await;
    second.subscribe(&["firehose"], Some(ahead)).await;
    gate.open();
    settle().await;
    stage.hub.announce(receipt);
    stage.receive(inbound(ANN, "here")).await.unwrap();
    settle().await;
    for (socket, from) in [(first, since), (second, ahead)] {
        let frames = socket.take();
        let is_reload = |frame: &serde_json::Value| frame["type"] == "reload";
        assert!(!frames.iter().any(is_reload), "{frames:?}");
        let events = frames
            .iter()
            .filter_map(|frame| frame["events"].as_array())
            .flatten();
        let seqs: Vec<i64> = events.map(|event| event["seq"].as_i64().unwrap()).collect();
        let all: Vec<i64> = (from.seq + 1..=ahead.seq + 1).collect();
        assert_eq!(seqs, all);
    }
}
