//! Who comes back hears what was missed, in order, once; what is lost on the way is read from the store.

use futures_util::future::join_all;

use super::{newcomers, pass, seconds, settle, stage};
use crate::event::Cursor;
use crate::model::user::Role;
use crate::ports::store::EventStore;
use crate::testing::{Fault, Stage, TestSocket, draft, inbound};

const ANN: &str = "491701234567";

async fn say(stage: &Stage, count: usize) {
    for number in 0..count {
        stage
            .receive(inbound(ANN, &number.to_string()))
            .await
            .unwrap();
    }
}

async fn head(stage: &Stage) -> Cursor {
    stage.store.head(stage.organization).await.unwrap()
}

/// A supervisor's socket that hears everything after `since`.
async fn firehose(stage: &Stage, since: Option<Cursor>) -> TestSocket {
    let (socket, _) = stage.socket_of(Role::Supervisor).await;
    socket.subscribe(&["firehose"], since).await;
    socket
}

#[actix::test]
async fn missed_events_come_in_order_and_once_before_live_ones() {
    let stage = stage();
    stage.conversation(ANN).await;
    let since = head(&stage).await;
    say(&stage, 10).await;
    let gate = stage.store.faults.hold("events_since");
    let socket = firehose(&stage, Some(since)).await;
    // These come while the missed ones are read.
    say(&stage, 5).await;
    settle().await;
    assert_eq!(socket.take_seqs(), [] as [i64; 0]);
    gate.open();
    settle().await;
    say(&stage, 5).await;
    settle().await;
    assert_eq!(socket.take_seqs(), (4..=23).collect::<Vec<i64>>());
}

#[actix::test]
async fn who_missed_little_is_told_from_memory() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let (_other, _) = stage.socket().await;
    let since = head(&stage).await;
    say(&stage, 10).await;
    let (socket, _) = stage.socket().await;
    let topics = ["inbox", &format!("conversation:{ann}")];
    socket.subscribe(&topics, Some(since)).await;
    let frames = {
        settle().await;
        socket.take()
    };
    let types: Vec<&str> = frames
        .iter()
        .map(|frame| frame["type"].as_str().unwrap())
        .collect();
    assert_eq!(types, ["subscribed", "rows", "events", "beat"]);
    assert_eq!(frames[0]["cursor"], since.to_string());
    assert_eq!(frames[2]["events"].as_array().unwrap().len(), 10);
    assert_eq!(frames[3]["cursor"], head(&stage).await.to_string());
    assert_eq!(stage.store.faults.calls("events_since"), 0);
}

#[actix::test]
async fn who_opens_a_conversation_while_rows_wait_is_told_from_memory() {
    let stage = stage();
    let (socket, _) = stage.socket().await;
    socket.subscribe(&["inbox"], None).await;
    let all = newcomers(&stage, 1200).await;
    let last = all.envelopes.last().unwrap().row.as_ref().unwrap().id;
    stage.hub.announce(all);
    settle().await;
    let rows = socket.take_type("rows").remove(0);
    let since: Cursor = rows["cursor"].as_str().unwrap().parse().unwrap();
    assert_eq!(since.seq, 1501, "rows hold it back");
    let topic = format!("conversation:{last}");
    socket.subscribe(&[&topic], Some(since)).await;
    settle().await;
    assert_eq!(socket.take_seqs(), [3599, 3600]);
    assert_eq!(stage.store.faults.calls("events_since"), 0);
}

#[actix::test]
async fn a_row_is_told_to_a_socket_that_catches_up_as_well() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let long_ago = head(&stage).await;
    say(&stage, 2000).await;
    let (socket, _) = stage.socket().await;
    socket.subscribe(&["inbox"], None).await;
    say(&stage, 100).await;
    pass(seconds(1)).await;
    say(&stage, 1).await;
    settle().await;
    socket.take();
    // This one waits a moment; meanwhile the socket begins to catch up on something else.
    stage.receive(inbound("4930111", "hi")).await.unwrap();
    settle().await;
    let gate = stage.store.faults.hold("events_since");
    let topic = format!("conversation:{ann}");
    socket.subscribe(&[&topic], Some(long_ago)).await;
    pass(seconds(1)).await;
    let rows = socket.take_rows();
    assert_eq!(
        rows,
        [serde_json::to_value(stage.row_of("4930111")).unwrap()]
    );
    gate.open();
    settle().await;
    assert_eq!(socket.take_rows().len(), 0);
}

#[actix::test]
async fn catching_up_on_something_else_promises_no_rows_that_wait() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let long_ago = head(&stage).await;
    say(&stage, 2100).await;
    let (socket, _) = stage.socket().await;
    socket.subscribe(&["inbox"], None).await;
    say(&stage, 1).await;
    settle().await;
    let mut told = head(&stage).await;
    // The contact is no row; its conversation's waits for its turn.
    told.seq += 1;
    stage.receive(inbound("4930111", "hi")).await.unwrap();
    socket.take();
    let topic = format!("conversation:{ann}");
    socket.subscribe(&[&topic], Some(long_ago)).await;
    settle().await;
    let frames = socket.take();
    let last = frames.last().unwrap();
    assert_eq!(last["type"], "beat");
    assert_eq!(last["cursor"], told.to_string());
    pass(seconds(1)).await;
    let rows = socket.take_type("rows").remove(0);
    assert_eq!(rows["cursor"], head(&stage).await.to_string());
}

#[actix::test]
async fn a_place_ahead_of_all_is_foreign_also_beside_other_topics() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let bob = stage.conversation("4930111").await;
    let (socket, cursor) = stage.socket().await;
    let topic = |id| format!("conversation:{id}");
    socket.subscribe(&[&topic(bob)], None).await;
    let ahead = Cursor {
        seq: cursor.seq + 40,
        ..cursor
    };
    socket.subscribe(&[&topic(ann)], Some(ahead)).await;
    settle().await;
    assert_eq!(socket.take_type("reload").len(), 1);
    say(&stage, 2).await;
    settle().await;
    assert_eq!(socket.take_seqs().len(), 2);
}

#[actix::test]
async fn what_is_looked_at_already_is_not_read_again() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let long_ago = head(&stage).await;
    say(&stage, 2100).await;
    let (socket, _) = stage.socket().await;
    let topic = format!("conversation:{ann}");
    socket.subscribe(&[&topic], None).await;
    socket.subscribe(&[&topic], Some(long_ago)).await;
    settle().await;
    assert_eq!(socket.take_type("subscribed").len(), 2);
    assert_eq!(stage.store.faults.calls("events_since"), 0);
}

#[actix::test]
async fn rows_that_were_missed_come_once_in_their_latest_state() {
    let stage = stage();
    stage.conversation(ANN).await;
    stage.conversation("4930111").await;
    let since = head(&stage).await;
    say(&stage, 10).await;
    let (socket, _) = stage.socket().await;
    socket.subscribe(&["inbox"], Some(since)).await;
    settle().await;
    let frames = socket.take();
    assert_eq!(frames[1]["type"], "rows");
    let rows = frames[1]["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0], serde_json::to_value(stage.row_of(ANN)).unwrap());
    let last = frames.last().unwrap();
    assert_eq!(
        (last["type"].as_str(), last["cursor"].as_str()),
        (Some("beat"), Some("1.16"))
    );
}

#[actix::test]
async fn every_frame_names_a_place_from_which_nothing_is_lost() {
    let stage = stage();
    stage.conversation(ANN).await;
    let since = head(&stage).await;
    say(&stage, 500).await;
    let (socket, _) = stage.socket_of(Role::Owner).await;
    socket.subscribe(&["inbox", "firehose"], Some(since)).await;
    settle().await;
    let (mut told, mut rows) = (since.seq, false);
    for frame in socket.take() {
        let cursor: Cursor = frame["cursor"].as_str().unwrap().parse().unwrap();
        rows |= frame["type"] == "rows";
        for event in frame["events"].as_array().into_iter().flatten() {
            assert_eq!(event["seq"], told + 1);
            told += 1;
        }
        assert!(
            cursor.seq <= told,
            "{} is named, {told} was told",
            cursor.seq
        );
        assert!(rows || cursor == since, "rows were not told yet");
    }
    assert_eq!(told, 503);
}

#[actix::test]
async fn a_place_that_is_the_head_misses_nothing() {
    let stage = stage();
    stage.conversation(ANN).await;
    let socket = firehose(&stage, Some(head(&stage).await)).await;
    settle().await;
    assert_eq!(socket.take().len(), 1);
    assert_eq!(stage.store.faults.calls("events_since"), 0);
}

#[actix::test]
async fn a_new_topic_with_a_place_does_not_repeat_the_others() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let since = head(&stage).await;
    let (socket, _) = stage.socket().await;
    let topic = format!("conversation:{ann}");
    socket.subscribe(&[&topic], None).await;
    say(&stage, 5).await;
    settle().await;
    assert_eq!(socket.take_seqs(), [4, 5, 6, 7, 8]);
    socket.subscribe(&["sessions"], Some(since)).await;
    socket.subscribe(&[&topic], Some(since)).await;
    say(&stage, 2).await;
    settle().await;
    assert_eq!(socket.take_seqs(), [9, 10]);
}

#[actix::test]
async fn two_subscriptions_while_catching_up_tell_nothing_twice() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let bob = stage.conversation("4930111").await;
    let since = head(&stage).await;
    say(&stage, 3).await;
    stage
        .hub
        .send(&stage.agent(), bob, draft("hi").note().into())
        .await
        .unwrap();
    let gate = stage.store.faults.hold("events_since");
    let (socket, _) = stage.socket().await;
    socket
        .subscribe(&[&format!("conversation:{bob}")], Some(since))
        .await;
    socket
        .subscribe(&[&format!("conversation:{ann}")], Some(since))
        .await;
    settle().await;
    gate.open();
    settle().await;
    assert_eq!(socket.take_seqs(), [7, 8, 9, 10]);
    // And one that reaches further back than the reading that is under way.
    let (socket, _) = stage.socket().await;
    let gate = stage.store.faults.hold("events_since");
    let later = Cursor { seq: 8, ..since };
    socket
        .subscribe(&[&format!("conversation:{bob}")], Some(later))
        .await;
    settle().await;
    socket
        .subscribe(&[&format!("conversation:{ann}")], Some(since))
        .await;
    gate.open();
    settle().await;
    assert_eq!(socket.take_seqs(), [7, 8, 9, 10]);
}

#[actix::test]
async fn a_crowd_that_comes_back_together_asks_once() {
    let stage = stage();
    stage.conversation(ANN).await;
    let since = head(&stage).await;
    say(&stage, 50).await;
    let gate = stage.store.faults.hold("events_since");
    let sockets = join_all((0..100).map(|_| firehose(&stage, Some(since)))).await;
    settle().await;
    gate.open();
    settle().await;
    for socket in &sockets {
        assert_eq!(socket.take_seqs().len(), 50);
    }
    let reads = stage.store.faults.calls("events_since");
    assert!(reads <= 3, "{reads} readings");
}

#[actix::test]
async fn what_is_no_longer_known_has_to_be_loaded_again() {
    let stage = stage();
    stage.conversation(ANN).await;
    let since = head(&stage).await;
    say(&stage, 10).await;
    stage.store.forget_events(stage.organization, 8);
    let now = head(&stage).await;
    let places = [
        (since, "too much was missed"),
        (
            Cursor { epoch: 99, seq: 5 },
            "the cursor is from another time",
        ),
        (
            Cursor {
                seq: 1_000_000,
                ..now
            },
            "the cursor is from another time",
        ),
    ];
    for (since, reason) in places {
        let socket = firehose(&stage, Some(since)).await;
        settle().await;
        let reloads = socket.take_type("reload");
        assert_eq!(reloads.len(), 1, "{since}");
        assert_eq!(reloads[0]["reason"], reason);
        stage.receive(inbound(ANN, "live")).await.unwrap();
        settle().await;
        assert_eq!(
            socket.take_seqs(),
            [head(&stage).await.seq],
            "live again after {since}"
        );
    }
}

#[actix::test]
async fn a_place_that_another_node_named_first_is_no_foreign_place() {
    let stage = stage();
    stage.conversation(ANN).await;
    let (_keeps_the_stream_open, _) = stage.socket().await;
    // Stored, told by the other node, not yet known here.
    let receipt = stage.store_elsewhere(inbound(ANN, "there")).await;
    let ahead = head(&stage).await;
    let socket = firehose(&stage, Some(ahead)).await;
    stage.hub.announce(receipt);
    stage.receive(inbound(ANN, "here")).await.unwrap();
    settle().await;
    let frames = socket.take();
    assert!(
        frames.iter().all(|frame| frame["type"] != "reload"),
        "{frames:?}"
    );
    let events = frames
        .iter()
        .filter_map(|frame| frame["events"].as_array())
        .flatten();
    let seqs: Vec<i64> = events.map(|event| event["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, [ahead.seq + 1]);
}

#[actix::test]
async fn a_store_that_fails_while_somebody_catches_up_is_asked_again_for_a_while() {
    let stage = stage();
    stage.conversation(ANN).await;
    let since = head(&stage).await;
    say(&stage, 3).await;
    let faults = &stage.store.faults;
    faults.fail("events_since", 3, Fault::Unavailable);
    let socket = firehose(&stage, Some(since)).await;
    pass(seconds(4)).await;
    assert_eq!(socket.take_seqs(), [] as [i64; 0]);
    pass(seconds(2)).await;
    assert_eq!(socket.take_seqs(), [4, 5, 6], "nothing is missed");
    assert_eq!(socket.take_type("reload").len(), 0);

    faults.fail("events_since", 1_000, Fault::Unavailable);
    let late = firehose(&stage, Some(since)).await;
    let mut crowd = Vec::new();
    for _ in 0..20 {
        crowd.push(firehose(&stage, Some(since)).await);
        settle().await;
    }
    pass(seconds(10)).await;
    assert_eq!(
        late.take_type("reload").len(),
        0,
        "a crowd makes no difference"
    );
    pass(seconds(15)).await;
    assert_eq!(
        late.take_type("reload").len(),
        1,
        "it loads again, perhaps elsewhere"
    );
}

#[actix::test]
async fn a_hole_is_read_from_the_store() {
    let stage = stage();
    stage.conversation(ANN).await;
    let socket = firehose(&stage, None).await;
    // The announcement of this one is lost.
    stage.store_elsewhere(inbound(ANN, "lost")).await;
    stage.receive(inbound(ANN, "after")).await.unwrap();
    settle().await;
    assert_eq!(socket.take_seqs(), [] as [i64; 0], "order is kept");
    pass(seconds(1)).await;
    assert_eq!(socket.take_seqs(), [4, 5]);
}

#[actix::test]
async fn announcements_in_any_order_and_repeated_are_told_in_order_and_once() {
    let stage = stage();
    stage.conversation(ANN).await;
    let socket = firehose(&stage, None).await;
    let mut receipts = Vec::new();
    for number in 0..6 {
        receipts.push(
            stage
                .store_elsewhere(inbound(ANN, &number.to_string()))
                .await,
        );
    }
    for index in [2, 0, 2, 5, 1, 0, 4, 3, 3] {
        stage.hub.announce(receipts[index].clone());
    }
    settle().await;
    assert_eq!(socket.take_seqs(), (4..=9).collect::<Vec<i64>>());
    assert_eq!(
        stage.store.faults.calls("events_since"),
        0,
        "the hole closed by itself"
    );
}

#[actix::test]
async fn a_loss_that_nothing_follows_is_noticed() {
    let stage = stage();
    stage.conversation(ANN).await;
    let socket = firehose(&stage, None).await;
    for number in 0..2500 {
        stage
            .store_elsewhere(inbound(ANN, &number.to_string()))
            .await;
    }
    pass(seconds(5)).await;
    assert_eq!(socket.take_seqs().len(), 2500);
}

#[actix::test]
async fn a_repair_that_fails_is_tried_again() {
    let stage = stage();
    stage.conversation(ANN).await;
    let socket = firehose(&stage, None).await;
    stage
        .store
        .faults
        .fail("events_since", 2, Fault::Unavailable);
    stage.store_elsewhere(inbound(ANN, "lost")).await;
    stage.receive(inbound(ANN, "after")).await.unwrap();
    pass(seconds(10)).await;
    assert_eq!(socket.take_seqs(), [4, 5]);
}

#[actix::test]
async fn a_hole_whose_tail_is_gone_is_a_reload_for_all() {
    let stage = stage();
    stage.conversation(ANN).await;
    let socket = firehose(&stage, None).await;
    stage.store_elsewhere(inbound(ANN, "lost")).await;
    stage.store_elsewhere(inbound(ANN, "lost too")).await;
    stage.store.forget_events(stage.organization, 5);
    stage.receive(inbound(ANN, "after")).await.unwrap();
    pass(seconds(2)).await;
    assert_eq!(socket.take_type("reload").len(), 1);
    stage.receive(inbound(ANN, "live")).await.unwrap();
    settle().await;
    assert_eq!(socket.take_seqs(), [7]);
}

#[actix::test]
async fn what_comes_while_missed_events_are_read_is_not_read_as_well() {
    let stage = stage();
    stage.conversation(ANN).await;
    let since = head(&stage).await;
    say(&stage, 10).await;
    let gate = stage.store.faults.hold_answer("events_since");
    let socket = firehose(&stage, Some(since)).await;
    settle().await;
    // What was read does not have these, and others are told of them meanwhile.
    say(&stage, 5).await;
    gate.open();
    settle().await;
    assert_eq!(socket.take_seqs(), (4..=18).collect::<Vec<i64>>());
    assert_eq!(stage.store.faults.calls("events_since"), 1);
}

#[actix::test]
async fn a_database_that_lost_its_end_is_a_reload_for_all() {
    let stage = stage();
    stage.conversation(ANN).await;
    let socket = firehose(&stage, None).await;
    say(&stage, 3).await;
    settle().await;
    assert_eq!(socket.take_seqs(), [4, 5, 6]);
    stage.store.lose_events(stage.organization, 2);
    pass(seconds(3)).await;
    assert_eq!(socket.take_type("reload").len(), 1);
    stage.store_elsewhere(inbound(ANN, "another")).await;
    pass(seconds(3)).await;
    assert_eq!(socket.take_seqs(), [5]);
}

#[actix::test]
async fn a_lost_end_is_noticed_beside_a_hole() {
    let stage = stage();
    stage.conversation(ANN).await;
    let socket = firehose(&stage, None).await;
    say(&stage, 3).await;
    let faults = &stage.store.faults;
    faults.fail("events_since", 1, Fault::Unavailable);
    stage.store_elsewhere(inbound(ANN, "lost")).await;
    stage.receive(inbound(ANN, "after")).await.unwrap();
    settle().await;
    stage.store.lose_events(stage.organization, 4);
    pass(seconds(5)).await;
    assert_eq!(socket.take_type("reload").len(), 1);
}

#[actix::test]
async fn a_number_that_comes_twice_for_different_events_is_a_reload_for_all() {
    let stage = stage();
    stage.conversation(ANN).await;
    let socket = firehose(&stage, None).await;
    say(&stage, 3).await;
    pass(seconds(1)).await;
    assert_eq!(socket.take_seqs(), [4, 5, 6]);
    stage.store.lose_events(stage.organization, 2);
    // They hide that the head went back.
    for text in ["another", "one more", "and on"] {
        let receipt = stage.store_elsewhere(inbound(ANN, text)).await;
        stage.hub.announce(receipt);
    }
    pass(seconds(3)).await;
    assert_eq!(socket.take_type("reload").len(), 1);
    say(&stage, 1).await;
    settle().await;
    assert_eq!(socket.take_seqs().last(), Some(&8));
}

#[actix::test]
async fn a_busy_stream_is_not_read_again_and_again() {
    let stage = stage();
    stage.conversation(ANN).await;
    let socket = firehose(&stage, None).await;
    for number in 0..300 {
        stage
            .receive(inbound(ANN, &number.to_string()))
            .await
            .unwrap();
        pass(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(socket.take_seqs().len(), 300);
    assert_eq!(stage.store.faults.calls("events_since"), 0);
    assert!(
        stage.store.faults.calls("head") <= 2,
        "where events come, losses show as holes"
    );
}
