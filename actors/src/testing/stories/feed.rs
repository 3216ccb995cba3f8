//! Sockets hear what they look at: in order, once, and no more than that.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{newcomers, pass, seconds, settle, stage};
use crate::event::Envelope;
use crate::feed::{Dismiss, Expel, Publish};
use crate::model::conversation::Conversation;
use crate::model::ids::{ApiKeyId, UserId};
use crate::model::quarantine::{QuarantineSource, Quarantined};
use crate::model::session::HealthState;
use crate::model::user::{Role, UserBrief, Who};
use crate::ports::store::{JobStore, Receipt, SessionStore};
use crate::testing::{Stage, TestSocket, draft, inbound};

const ANN: &str = "491701234567";

fn cursor_of(frame: &Value) -> i64 {
    let cursor = frame["cursor"].as_str().unwrap();
    cursor.split('.').next_back().unwrap().parse().unwrap()
}

async fn quarantine(stage: &Stage) {
    let entry = Quarantined {
        organization: stage.organization,
        session: None,
        source: QuarantineSource::Webhook,
        reason: "not JSON".to_owned(),
        tries: 1,
        payload: Vec::new(),
    };
    stage
        .hub
        .announce(stage.store.quarantine(entry).await.unwrap());
}

#[actix::test]
async fn a_socket_hears_the_conversation_it_looks_at_and_no_other() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let (socket, cursor) = stage.socket().await;
    assert_eq!(cursor.seq, 3);
    socket
        .subscribe(&[&format!("conversation:{ann}")], None)
        .await;
    let bob = stage.conversation("4930111").await;
    stage.receive(inbound(ANN, "second")).await.unwrap();
    let by = stage.agent();
    stage
        .hub
        .send(&by, ann, draft("an answer").into())
        .await
        .unwrap();
    stage
        .hub
        .send(&by, bob, draft("to bob").into())
        .await
        .unwrap();
    settle().await;
    let frames = socket.take();
    assert_eq!(frames[0]["type"], "subscribed");
    let types: Vec<&str> = frames[1..]
        .iter()
        .flat_map(|frame| frame["events"].as_array().unwrap())
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        types,
        ["message.received", "message.queued", "message.sent"]
    );
    let first = &frames[1]["events"][0];
    assert_eq!(first["data"]["text"], "second");
    assert_eq!(first["data"]["seq"], first["seq"]);
    let last = frames.last().unwrap();
    let events = last["events"].as_array().unwrap();
    assert!(cursor_of(last) >= events[events.len() - 1]["seq"].as_i64().unwrap());
    socket.unsubscribe(&[&format!("conversation:{ann}")]).await;
    stage.receive(inbound(ANN, "third")).await.unwrap();
    settle().await;
    assert_eq!(socket.take_seqs(), [] as [i64; 0]);
}

#[actix::test]
async fn the_firehose_tells_every_event_once_also_to_those_who_look_twice() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let who = Who::ApiKey(ApiKeyId(7));
    let joined = TestSocket::join(stage.feed(), stage.organization, who, Role::Supervisor);
    let (socket, _) = joined.await.unwrap();
    let topics = ["firehose", "sessions", &format!("conversation:{ann}")];
    socket.subscribe(&topics, None).await;
    for number in 0..20 {
        stage
            .receive(inbound(ANN, &number.to_string()))
            .await
            .unwrap();
        stage
            .receive(inbound(&format!("49301{number}"), "hello"))
            .await
            .unwrap();
    }
    let health = stage
        .store
        .set_health(stage.session, HealthState::Limited, None);
    stage.hub.announce(health.await.unwrap());
    settle().await;
    let all: Vec<i64> = (4..=stage.events().await.last().unwrap().seq).collect();
    assert_eq!(socket.take_seqs(), all);
}

#[actix::test]
async fn topics_that_a_role_may_not_see_are_refused() {
    let stage = stage();
    let (agent, _) = stage.socket().await;
    agent
        .subscribe(&["inbox", "firehose", "weather", "sessions"], None)
        .await;
    settle().await;
    let answer = agent.take_type("subscribed").remove(0);
    assert_eq!(answer["topics"], serde_json::json!(["inbox", "sessions"]));
    assert_eq!(
        answer["refused"],
        serde_json::json!(["firehose", "weather"])
    );
    let (supervisor, _) = stage.socket_of(Role::Supervisor).await;
    supervisor.subscribe(&["firehose"], None).await;
    settle().await;
    let answer = supervisor.take_type("subscribed").remove(0);
    assert_eq!(answer["refused"], serde_json::json!([]));
}

#[actix::test]
async fn what_is_for_admins_reaches_admins_only() {
    let stage = stage();
    let (agent, start) = stage.socket().await;
    let (supervisor, _) = stage.socket_of(Role::Supervisor).await;
    let (admin, _) = stage.socket_of(Role::Admin).await;
    agent.subscribe(&["sessions"], None).await;
    supervisor.subscribe(&["firehose"], None).await;
    admin.subscribe(&["sessions"], None).await;
    quarantine(&stage).await;
    let health = stage
        .store
        .set_health(stage.session, HealthState::Limited, None);
    stage.hub.announce(health.await.unwrap());
    settle().await;
    assert_eq!(agent.take_seqs(), [2]);
    assert_eq!(supervisor.take_seqs(), [2]);
    assert_eq!(admin.take_seqs(), [1, 2]);
    // The same holds for what is read later.
    let (late, _) = stage.socket().await;
    late.subscribe(&["sessions"], Some(start)).await;
    settle().await;
    assert_eq!(late.take_seqs(), [2]);
}

#[actix::test]
async fn many_changes_of_a_conversation_are_one_row() {
    let stage = stage();
    stage.conversation(ANN).await;
    let (socket, _) = stage.socket().await;
    socket.subscribe(&["inbox"], None).await;
    stage.receive(inbound(ANN, "first")).await.unwrap();
    settle().await;
    let first = socket.take_rows();
    assert_eq!(first.len(), 1, "the first change is told at once");
    for number in 0..100 {
        stage
            .receive(inbound(ANN, &number.to_string()))
            .await
            .unwrap();
    }
    settle().await;
    assert_eq!(
        socket.take_rows(),
        [] as [Value; 0],
        "those that follow wait"
    );
    pass(seconds(1)).await;
    let rows = socket.take_rows();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["last_message"]["text"], "99");
    assert_eq!(rows[0], serde_json::to_value(stage.row_of(ANN)).unwrap());
}

#[actix::test]
async fn a_flood_of_rows_is_told_in_portions_and_to_the_end() {
    let stage = stage();
    let (socket, _) = stage.socket().await;
    socket.subscribe(&["inbox"], None).await;
    stage.hub.announce(newcomers(&stage, 1200).await);
    pass(seconds(2)).await;
    let frames = socket.take_type("rows");
    let sizes: Vec<usize> = frames
        .iter()
        .map(|f| f["rows"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [500, 500, 200]);
    // A place between the portions names nothing that was not told.
    assert_eq!(cursor_of(&frames[0]), 500 * 3 + 1);
    assert_eq!(cursor_of(&frames[2]), 3600);
}

#[actix::test]
async fn what_is_about_somebody_does_not_wait_behind_what_others_do() {
    let stage = stage();
    let (ana, _) = stage.socket().await;
    ana.subscribe(&["inbox"], None).await;
    let id = stage.user.id;
    let colleague = Who::User(UserId(id.0 + 1));
    let bob = TestSocket::join(stage.feed(), stage.organization, colleague, Role::Agent).await;
    let bob = bob.unwrap().0;
    bob.subscribe(&["inbox"], None).await;
    let mut all = newcomers(&stage, 1200).await;
    let hers = give_last(&mut all, id);
    stage.hub.announce(all);
    settle().await;
    let told = ana.take_rows();
    assert_eq!(told.len(), 501, "the first portion, and hers");
    assert_eq!(told.last().unwrap()["id"], hers);
    assert_eq!(bob.take_rows().len(), 500);
}

/// The last conversation of these is given to somebody; its id.
fn give_last(all: &mut Receipt, id: UserId) -> String {
    let last = all.envelopes.last_mut().unwrap();
    let mut row = Conversation::clone(last.row.as_ref().unwrap());
    row.assignee = Some(UserBrief {
        id,
        name: "Ana".to_owned(),
    });
    let conversation = row.id.to_string();
    *last = Arc::new(Envelope {
        row: Some(Arc::new(row)),
        ..Envelope::clone(last)
    });
    conversation
}

#[actix::test]
async fn the_more_people_look_the_longer_a_list_waits_but_not_what_is_given() {
    let stage = stage();
    let (ana, _) = stage.socket().await;
    ana.subscribe(&["inbox"], None).await;
    let id = stage.user.id;
    let mut others = Vec::new();
    for number in 1..=400 {
        let colleague = Who::User(UserId(id.0 + number));
        let joined = TestSocket::join(stage.feed(), stage.organization, colleague, Role::Agent);
        let (socket, _) = joined.await.unwrap();
        socket.subscribe(&["inbox"], None).await;
        others.push(socket);
    }
    stage.receive(inbound("4917100", "hi")).await.unwrap();
    settle().await;
    let told = |socket: &TestSocket| socket.take_rows().len();
    assert!(others.iter().all(|socket| told(socket) == 1), "the first");
    assert_eq!(told(&ana), 1);

    let mut next = stage.store_elsewhere(inbound("4917101", "hi")).await;
    let hers = give_last(&mut next, id);
    stage.hub.announce(next);
    pass(Duration::from_millis(110)).await;
    let early = ana.take_rows();
    assert_eq!(early.len(), 1);
    assert_eq!(early[0]["id"], hers);
    assert!(others.iter().all(|socket| told(socket) == 0));

    pass(Duration::from_millis(200)).await;
    assert!(others.iter().all(|socket| told(socket) == 1));
    assert_eq!(told(&ana), 1, "as everybody's");
}

#[actix::test]
async fn a_cursor_never_names_what_was_not_told() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let bob = stage.conversation("4930111").await;
    let (socket, _) = stage.socket().await;
    let topics = [
        "inbox",
        &format!("conversation:{ann}"),
        &format!("conversation:{bob}"),
    ];
    socket.subscribe(&topics, None).await;
    stage.receive(inbound(ANN, "first")).await.unwrap();
    settle().await;
    socket.take();
    // Within the pause of the rows: events are told, rows are not.
    let head = stage.events().await.last().unwrap().seq;
    stage.receive(inbound(ANN, "one")).await.unwrap();
    stage.receive(inbound("4930111", "two")).await.unwrap();
    settle().await;
    let frames = socket.take();
    assert!(!frames.is_empty());
    for frame in &frames {
        assert_eq!(frame["type"], "events");
        assert_eq!(
            cursor_of(frame),
            head,
            "the rows of these events still wait"
        );
    }
    pass(seconds(1)).await;
    let frames = socket.take();
    assert_eq!(frames[0]["type"], "rows");
    assert_eq!(cursor_of(&frames[0]), head + 2);
}

#[actix::test]
async fn events_of_one_batch_share_a_frame_and_a_cursor() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let bob = stage.conversation("4930111").await;
    let (socket, _) = stage.socket().await;
    let topics = [
        &format!("conversation:{ann}")[..],
        &format!("conversation:{bob}"),
    ];
    socket.subscribe(&topics, None).await;
    let mut all = Receipt::default();
    for number in 0..10 {
        let digits = if number % 2 == 0 { ANN } else { "4930111" };
        let receipt = stage
            .store_elsewhere(inbound(digits, &number.to_string()))
            .await;
        all.envelopes.extend(receipt.envelopes);
    }
    stage.hub.announce(all);
    settle().await;
    let frames = socket.take_type("events");
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0]["events"].as_array().unwrap().len(), 10);
}

#[actix::test]
async fn files_get_an_address() {
    let stage = stage();
    let (socket, _) = stage.socket_of(Role::Owner).await;
    socket.subscribe(&["firehose"], None).await;
    stage
        .receive(inbound(ANN, "look").with_image("m1"))
        .await
        .unwrap();
    settle().await;
    let frames = socket.take_type("events");
    let events = frames
        .iter()
        .flat_map(|frame| frame["events"].as_array().unwrap());
    let message = events
        .into_iter()
        .find(|event| event["type"] == "message.received")
        .unwrap();
    let media = &message["data"]["media"][0];
    let url = format!(
        "/media/{}/{}",
        stage.organization,
        media["id"].as_str().unwrap()
    );
    assert_eq!(media["url"], url);
}

#[actix::test]
async fn a_beat_tells_the_place_each_ten_seconds() {
    let stage = stage();
    let (socket, _) = stage.socket().await;
    socket.subscribe(&["inbox"], None).await;
    stage.receive(inbound(ANN, "hello")).await.unwrap();
    settle().await;
    socket.take();
    pass(seconds(31)).await;
    let beats: Vec<i64> = socket.take_type("beat").iter().map(cursor_of).collect();
    assert_eq!(beats, [3, 3, 3]);
}

#[actix::test]
async fn a_socket_that_does_not_read_is_cut_and_others_do_not_notice() {
    let stage = stage();
    let (slow, _) = stage.socket_of(Role::Owner).await;
    let (fine, _) = stage.socket_of(Role::Owner).await;
    for socket in [&slow, &fine] {
        socket.subscribe(&["firehose"], None).await;
    }
    settle().await;
    let _gate = slow.stop_reading().await;
    for number in 0..200 {
        stage
            .receive(inbound(ANN, &number.to_string()))
            .await
            .unwrap();
        settle().await;
    }
    assert!(slow.is_cut());
    assert!(!fine.is_cut());
    assert_eq!(fine.take_seqs().len(), 202);
}

#[actix::test]
async fn who_loses_access_is_closed_at_once_even_on_the_way_in() {
    let stage = stage();
    let (socket, _) = stage.socket().await;
    socket.subscribe(&["inbox"], None).await;
    settle().await;
    socket.take();
    let gate = stage.store.faults.hold("head");
    let expel = Expel {
        organization: stage.organization,
        who: Who::User(stage.user.id),
    };
    let (late, ()) = futures_util::future::join(
        TestSocket::join(stage.feed(), stage.organization, expel.who, Role::Agent),
        async {
            settle().await;
            stage.feed().send(expel).await.unwrap();
            gate.open();
        },
    )
    .await;
    assert!(late.is_err());
    settle().await;
    assert_eq!(socket.take(), [serde_json::json!({ "close": 4001 })]);
    stage.receive(inbound(ANN, "hello")).await.unwrap();
    settle().await;
    assert!(socket.take().is_empty());
}

#[actix::test]
async fn the_end_of_the_node_is_told() {
    let stage = stage();
    let (socket, _) = stage.socket().await;
    socket.subscribe(&["inbox"], None).await;
    for number in 0..3 {
        stage
            .receive(inbound(ANN, &number.to_string()))
            .await
            .unwrap();
    }
    stage.feed().send(Dismiss).await.unwrap();
    settle().await;
    let frames = socket.take();
    let last = &frames[frames.len() - 2..];
    assert_eq!(last[0]["type"], "goodbye");
    assert_eq!(last[1]["close"], 1012);
    assert_eq!(
        cursor_of(&frames[frames.len() - 3]),
        5,
        "nothing was left untold"
    );
    let who = Who::User(stage.user.id);
    let late = TestSocket::join(stage.feed(), stage.organization, who, Role::Agent).await;
    assert!(late.is_err());
}

#[actix::test]
async fn other_organizations_hear_nothing() {
    let stage = stage();
    let other = stage.store.add_organization();
    let who = Who::User(stage.user.id);
    let joined = TestSocket::join(stage.feed(), other, who, Role::Owner).await;
    let (socket, _) = joined.unwrap();
    let ann = stage.conversation(ANN).await;
    socket
        .subscribe(&["firehose", "inbox", &format!("conversation:{ann}")], None)
        .await;
    stage.receive(inbound(ANN, "secret")).await.unwrap();
    pass(seconds(5)).await;
    assert_eq!(socket.take_seqs(), [] as [i64; 0]);
}

#[actix::test]
async fn the_bus_carries_an_organization_only_while_somebody_looks() {
    let stage = stage();
    assert!(stage.bus.watched().is_empty());
    let (socket, _) = stage.socket().await;
    assert_eq!(stage.bus.watched(), [stage.organization]);
    socket.leave().await;
    pass(seconds(10)).await;
    let (back, _) = stage.socket().await;
    pass(seconds(120)).await;
    assert_eq!(
        stage.bus.watched(),
        [stage.organization],
        "somebody came back"
    );
    back.leave().await;
    pass(seconds(120)).await;
    assert!(stage.bus.watched().is_empty());
}

#[actix::test]
async fn a_feed_that_nobody_watches_keeps_nothing() {
    let stage = stage();
    for number in 0..50 {
        stage
            .receive(inbound(ANN, &number.to_string()))
            .await
            .unwrap();
    }
    pass(seconds(60)).await;
    assert_eq!(stage.store.faults.calls("head"), 0);
    assert_eq!(stage.store.faults.calls("events_since"), 0);
    stage
        .feed()
        .send(Publish {
            envelopes: Vec::new(),
            trail: Default::default(),
        })
        .await
        .unwrap();
}
