//! Who is at a conversation is seen by those who look at it, on every node, and by nobody for longer than it is true.

use serde_json::Value;

use super::{pass, seconds, settle, stage};
use crate::feed::presence::GONE_AFTER;
use crate::hub::Hub;
use crate::model::ids::{ConversationId, UserId};
use crate::model::presence::{Activity, Whereabouts};
use crate::model::user::{Role, UserBrief, Who};
use crate::testing::{Stage, TestSocket};

const ANN: &str = "491701234567";

fn topic(conversation: ConversationId) -> String {
    format!("conversation:{conversation}")
}

/// Somebody at that hub who looks at the conversation.
async fn onlooker(stage: &Stage, hub: &Hub, id: ConversationId, user: i64) -> TestSocket {
    let feed = hub.feed().unwrap();
    let who = Who::User(UserId(user));
    let joined = TestSocket::join(feed, stage.organization, who, Role::Agent).await;
    let socket = joined.unwrap().0;
    socket.subscribe(&[&topic(id)], None).await;
    settle().await;
    socket
}

/// The person at that socket says where they are.
fn say(
    stage: &Stage,
    hub: &Hub,
    socket: &TestSocket,
    user: i64,
    at: Option<(ConversationId, Activity)>,
) {
    hub.tell_whereabouts(Whereabouts {
        organization: stage.organization,
        seat: hub.seat_key(socket.id),
        user: UserBrief {
            id: UserId(user),
            name: format!("Agent {user}"),
        },
        at,
    });
}

/// Who is there by the last frame, each with what they do; None when nothing was told.
fn people(socket: &TestSocket) -> Option<Vec<(String, String)>> {
    let frames = socket.take_type("presence");
    let people = frames.last()?["people"].as_array().unwrap();
    let text = |person: &Value, key: &str| person[key].as_str().unwrap().to_owned();
    let one = |person: &Value| (text(person, "name"), text(person, "activity"));
    Some(people.iter().map(one).collect())
}

fn pairs(list: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
    let one = |(name, does): &(&str, &str)| ((*name).to_owned(), (*does).to_owned());
    Some(list.iter().map(one).collect())
}

#[actix::test]
async fn whoever_looks_at_a_conversation_sees_who_else_is_there_and_writes() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let bob = stage.conversation("4930111").await;
    let first = onlooker(&stage, &stage.hub, ann, 1).await;
    let elsewhere = onlooker(&stage, &stage.hub, bob, 3).await;
    assert_eq!(people(&first), None, "nobody said anything yet");
    say(
        &stage,
        &stage.hub,
        &first,
        1,
        Some((ann, Activity::Viewing)),
    );
    settle().await;
    assert_eq!(people(&first), pairs(&[("Agent 1", "viewing")]));

    // Who comes later is told at once.
    let second = onlooker(&stage, &stage.hub, ann, 2).await;
    assert_eq!(people(&second), pairs(&[("Agent 1", "viewing")]));
    say(
        &stage,
        &stage.hub,
        &second,
        2,
        Some((ann, Activity::Writing)),
    );
    settle().await;
    let both = pairs(&[("Agent 1", "viewing"), ("Agent 2", "writing")]);
    assert_eq!(people(&first), both);
    assert_eq!(people(&second), both);

    // A reminder tells nobody anything; a step to another conversation tells both.
    say(
        &stage,
        &stage.hub,
        &second,
        2,
        Some((ann, Activity::Writing)),
    );
    settle().await;
    assert_eq!(people(&first), None);
    assert_eq!(people(&elsewhere), None);
    say(
        &stage,
        &stage.hub,
        &second,
        2,
        Some((bob, Activity::Viewing)),
    );
    settle().await;
    assert_eq!(people(&first), pairs(&[("Agent 1", "viewing")]));
    assert_eq!(people(&elsewhere), pairs(&[("Agent 2", "viewing")]));
    say(&stage, &stage.hub, &second, 2, None);
    settle().await;
    assert_eq!(people(&elsewhere), pairs(&[]));
}

#[actix::test]
async fn whoever_is_not_heard_of_any_more_is_gone() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let first = onlooker(&stage, &stage.hub, ann, 1).await;
    let second = onlooker(&stage, &stage.hub, ann, 2).await;
    say(
        &stage,
        &stage.hub,
        &first,
        1,
        Some((ann, Activity::Viewing)),
    );
    say(
        &stage,
        &stage.hub,
        &second,
        2,
        Some((ann, Activity::Writing)),
    );
    pass(GONE_AFTER - seconds(3)).await;
    say(
        &stage,
        &stage.hub,
        &first,
        1,
        Some((ann, Activity::Viewing)),
    );
    settle().await;
    first.take();
    pass(seconds(6)).await;
    assert_eq!(people(&first), pairs(&[("Agent 1", "viewing")]));
}

#[actix::test]
async fn two_windows_of_one_person_are_one_person() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let window = onlooker(&stage, &stage.hub, ann, 1).await;
    let other = onlooker(&stage, &stage.hub, ann, 1).await;
    say(
        &stage,
        &stage.hub,
        &window,
        1,
        Some((ann, Activity::Viewing)),
    );
    say(
        &stage,
        &stage.hub,
        &other,
        1,
        Some((ann, Activity::Writing)),
    );
    settle().await;
    assert_eq!(people(&window), pairs(&[("Agent 1", "writing")]));
    say(&stage, &stage.hub, &other, 1, None);
    settle().await;
    assert_eq!(people(&window), pairs(&[("Agent 1", "viewing")]));
}

#[actix::test]
async fn people_of_other_nodes_are_seen_as_well() {
    let stage = stage();
    let second = stage.start_again();
    stage.peers.join(1, &stage.hub);
    stage.peers.join(2, &second);
    let ann = stage.conversation(ANN).await;
    let here = onlooker(&stage, &stage.hub, ann, 1).await;
    let there = onlooker(&stage, &second, ann, 2).await;
    say(&stage, &second, &there, 2, Some((ann, Activity::Writing)));
    settle().await;
    assert_eq!(people(&here), pairs(&[("Agent 2", "writing")]));
    say(&stage, &stage.hub, &here, 1, Some((ann, Activity::Viewing)));
    settle().await;
    let both = pairs(&[("Agent 1", "viewing"), ("Agent 2", "writing")]);
    assert_eq!(people(&there), both);
}

#[actix::test]
async fn nobody_of_another_organization_is_seen() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let ours = onlooker(&stage, &stage.hub, ann, 1).await;
    let others = stage.store.add_organization();
    let feed = stage.hub.feed().unwrap();
    let who = Who::User(UserId(9));
    let joined = TestSocket::join(feed, others, who, Role::Agent).await;
    let spy = joined.unwrap().0;
    stage.hub.tell_whereabouts(Whereabouts {
        organization: others,
        seat: stage.hub.seat_key(spy.id),
        user: UserBrief {
            id: UserId(9),
            name: "Spy".to_owned(),
        },
        at: Some((ann, Activity::Viewing)),
    });
    settle().await;
    assert_eq!(people(&ours), None);
}
