//! Several nodes on one store.

use std::time::Duration;

use actix_rt::Arbiter;

use crate::cluster::placement;
use crate::hub::{Hub, HubError};
use crate::model::conversation::{
    ConversationChange, ConversationKey, ConversationStatus, TeamBrief,
};
use crate::model::ids::{ConversationId, TeamId};
use crate::model::node::{Membership, Notice, Peer, Request};
use crate::ports::provider::ProviderError;
use crate::ports::store::LineStore;
use crate::session::Describe;
use crate::testing::build::{draft, inbound, phone};
use crate::testing::stories::{pass, seconds, settle, stage};
use crate::testing::{Fault, Stage};

const ANN: &str = "491701234567";

/// Two nodes: the stage's hub and another, of the lives 1 and 2.
fn pair() -> (Stage, Hub) {
    let stage = stage();
    let second = stage.start_again();
    stage.peers.join(1, &stage.hub);
    stage.peers.join(2, &second);
    (stage, second)
}

/// An agent says something through that node.
async fn say(stage: &Stage, through: &Hub, id: ConversationId, text: &str) {
    let by = stage.agent();
    let said = through.send(&by, id, draft(text).into()).await;
    said.unwrap();
}

/// Two nodes, one of which holds the number's line: a message has gone out in that conversation.
async fn pair_that_sends() -> (Stage, Hub, ConversationId) {
    let (stage, second) = pair();
    let digits = contact_of(&stage, 1);
    let id = stage.conversation(&digits).await;
    say(&stage, &stage.hub, id, "first").await;
    settle().await;
    (stage, second, id)
}

fn node(life: i64) -> Peer {
    Peer { number: life, life }
}

/// A phone number whose conversation belongs to that node.
fn contact_of(stage: &Stage, life: i64) -> String {
    let numbers = (0..).map(|number| format!("4917012345{number:02}"));
    let belongs = |digits: &String| {
        let key = ConversationKey::of(stage.organization, stage.session, &[phone(digits)]);
        let place = placement::of_conversation(&key.unwrap());
        placement::owner(place, &[node(1), node(2)]) == Some(node(life))
    };
    numbers.into_iter().find(belongs).unwrap()
}

fn line_owner(stage: &Stage) -> i64 {
    let place = placement::of_line(stage.session);
    placement::owner(place, &[node(1), node(2)]).unwrap().life
}

#[actix_rt::test]
async fn a_message_is_taken_in_by_the_node_that_owns_its_conversation() {
    let (stage, second) = pair();
    let (ours, theirs) = (contact_of(&stage, 1), contact_of(&stage, 2));
    stage.conversation(&ours).await;
    assert_eq!(stage.peers.asked().len(), 0);
    stage.conversation(&theirs).await;
    assert!(matches!(
        stage.peers.asked()[..],
        [(2, Request::Receive { .. })]
    ));
    assert_eq!(stage.hub.conversations(), 1);
    assert_eq!(second.conversations(), 1);
}

#[actix_rt::test]
async fn whoever_owns_a_conversation_decides_and_the_asking_node_answers() {
    let (stage, _second) = pair();
    let theirs = contact_of(&stage, 2);
    let id = stage.conversation(&theirs).await;
    let by = stage.agent();
    let sent = stage
        .hub
        .send(&by, id, draft("hello").into())
        .await
        .unwrap();
    assert_eq!(sent.text.as_deref(), Some("hello"));
    let view = stage.hub.change(&by, id, close()).await.unwrap();
    assert_eq!(view.status, ConversationStatus::Closed);
    stage.hub.mark_read(&by, id).await.unwrap();
    let missing = stage
        .hub
        .send(&by, ConversationId(7), draft("hello").into());
    assert_eq!(missing.await.unwrap_err(), crate::hub::HubError::NotFound);
}

#[actix_rt::test]
async fn what_a_command_does_not_name_stays_and_what_it_takes_away_goes_on_any_node() {
    let (stage, _second) = pair();
    let id = stage.conversation(&contact_of(&stage, 2)).await;
    let by = stage.agent();
    let team = TeamBrief {
        id: TeamId(1),
        name: "Support".to_owned(),
    };
    let give = ConversationChange {
        assignee: Some(Some(stage.user.clone())),
        team: Some(Some(team.clone())),
        ..Default::default()
    };
    stage.hub.change(&by, id, give).await.unwrap();
    let view = stage.hub.change(&by, id, close()).await.unwrap();
    assert_eq!(view.assignee.as_ref(), Some(&stage.user));
    assert_eq!(view.team.as_ref(), Some(&team));
    let take = ConversationChange {
        assignee: Some(None),
        ..Default::default()
    };
    let view = stage.hub.change(&by, id, take).await.unwrap();
    assert_eq!((view.assignee, view.team), (None, Some(team)));
    assert!(
        stage.peers.asked().len() >= 4,
        "all of it was done elsewhere"
    );
}

#[actix_rt::test]
async fn an_owner_that_does_not_answer_costs_half_a_second_once() {
    let (stage, _second) = pair();
    let theirs = contact_of(&stage, 2);
    stage.peers.silence(2);
    let begun = tokio::time::Instant::now();
    let id = stage.conversation(&theirs).await;
    assert!(begun.elapsed() < seconds(1), "{:?}", begun.elapsed());
    let begun = tokio::time::Instant::now();
    let by = stage.agent();
    stage.hub.change(&by, id, close()).await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(100));
    assert_eq!(stage.peers.asked().len(), 1);
    // It may be well again: it is asked again after a while.
    pass(seconds(4)).await;
    let _ = stage
        .receive(inbound(&theirs, "again").at(stage.now()))
        .await;
    assert_eq!(stage.peers.asked().len(), 2);
}

#[actix_rt::test]
async fn an_owner_that_is_at_it_is_waited_for() {
    let (stage, second) = pair();
    let theirs = contact_of(&stage, 2);
    let gate = stage.store.faults.hold("append_inbound");
    let message = inbound(&theirs, "patience").at(stage.now());
    let received = stage.receive(message);
    let opened = async {
        pass(seconds(3)).await;
        gate.open();
    };
    let (received, ()) = tokio::join!(received, opened);
    received.unwrap();
    assert_eq!(stage.peers.asked().len(), 1);
    assert_eq!((stage.hub.conversations(), second.conversations()), (0, 1));
    // For ever would be too long, and to do it once more would not make it better.
    let gate = stage.store.faults.hold("append_inbound");
    let message = inbound(&theirs, "too long").at(stage.now());
    let received = stage.receive(message).await;
    assert!(matches!(received, Err(HubError::Unavailable(_))));
    assert_eq!(stage.hub.conversations(), 0);
    gate.open();
}

#[actix_rt::test]
async fn a_late_owner_and_the_asking_node_have_the_effect_of_one() {
    let (stage, second) = pair();
    let theirs = contact_of(&stage, 2);
    let id = stage.conversation(&theirs).await;
    stage.peers.silence(2);
    let by = stage.agent();
    let sent = stage.hub.send(&by, id, draft("once").into()).await.unwrap();
    stage.hub.change(&by, id, close()).await.unwrap();
    let open = ConversationChange {
        status: Some(ConversationStatus::Open),
        ..Default::default()
    };
    stage.hub.change(&by, id, open).await.unwrap();
    // What lay in the sleeper's mailbox is done when it wakes.
    for (_, request) in stage.peers.asked() {
        second.serve(request).await.unwrap();
    }
    let row = stage.row_of(&theirs);
    assert_eq!(row.status, ConversationStatus::Open);
    let lines = stage.store.thread(id);
    let said = lines
        .iter()
        .filter(|line| line.text.as_deref() == Some("once"));
    assert_eq!(said.map(|line| line.id).collect::<Vec<_>>(), [sent.id]);
}

#[actix_rt::test]
async fn what_a_node_can_not_do_any_more_that_stops_the_asking_one_does() {
    let stage = stage();
    let arbiter = Arbiter::new();
    let second = stage.start_on(&arbiter.handle());
    stage.peers.join(1, &stage.hub);
    stage.peers.join(2, &second);
    arbiter.stop();
    arbiter.join().unwrap();
    // The others don't know yet, and what still lives of it answers them.
    let theirs = contact_of(&stage, 2);
    let id = stage.conversation(&theirs).await;
    say(&stage, &stage.hub, id, "hello").await;
    assert!(stage.peers.asked().len() >= 2);
    assert_eq!(stage.hub.conversations(), 1);
}

#[actix_rt::test]
async fn conversations_move_to_a_node_that_joins() {
    let stage = stage();
    stage.peers.join(1, &stage.hub);
    let (ours, theirs) = (contact_of(&stage, 1), contact_of(&stage, 2));
    stage.conversation(&ours).await;
    stage.conversation(&theirs).await;
    assert_eq!(stage.hub.conversations(), 2);
    let second = stage.start_again();
    stage.peers.join(2, &second);
    settle().await;
    assert_eq!(stage.hub.conversations(), 1);
}

#[actix_rt::test]
async fn one_node_sends_for_a_number_whoever_queues_the_message() {
    let (stage, second) = pair();
    for life in [1, 2] {
        let digits = contact_of(&stage, life);
        let id = stage.conversation(&digits).await;
        say(&stage, &stage.hub, id, "hello").await;
    }
    settle().await;
    assert_eq!(stage.provider.posts().len(), 2);
    let owner = line_owner(&stage);
    let held = |hub: &Hub| hub.report().lines;
    let (owns, other) = match owner {
        1 => (held(&stage.hub), held(&second)),
        _ => (held(&second), held(&stage.hub)),
    };
    assert_eq!((owns, other), (vec![stage.session], vec![]));
    let waits = Notice::LineWaits {
        session: stage.session,
    };
    assert!(stage.peers.told().contains(&(owner, waits)));
}

#[actix_rt::test]
async fn a_node_that_starts_sends_nothing_of_the_others() {
    let stage = stage();
    stage.peers.join(1, &stage.hub);
    let id = stage.conversation(ANN).await;
    // Nobody sends: what is queued waits for the node that owns the line.
    stage.store.faults.fail("take_line", 9, Fault::Unavailable);
    say(&stage, &stage.hub, id, "hello").await;
    let newcomer = stage.start_among(Membership {
        me: node(2),
        owners: vec![node(1)],
        live: vec![node(1)],
    });
    settle().await;
    assert_eq!(newcomer.report().lines, []);
    assert_eq!(stage.provider.posts().len(), 0);
}

#[actix_rt::test]
async fn a_dead_nodes_line_is_taken_over() {
    let (stage, second, id) = pair_that_sends().await;
    let dead = line_owner(&stage);
    stage.store.set_node(dead, true);
    stage.peers.leave(dead);
    let survivor = if dead == 1 { &second } else { &stage.hub };
    say(&stage, survivor, id, "second").await;
    settle().await;
    assert_eq!(stage.provider.posts().len(), 2);
    assert_eq!(survivor.report().lines, [stage.session]);
}

#[actix_rt::test]
async fn whoever_takes_a_line_over_knows_who_is_away_now_and_not_who_was() {
    let (stage, second, id) = pair_that_sends().await;
    let owner = line_owner(&stage);
    let (before, after) = match owner {
        1 => (&stage.hub, &second),
        _ => (&second, &stage.hub),
    };
    // Its actor of the number is there, and sends nothing.
    let loan = after.session(stage.session).unwrap();
    loan.addr().send(Describe).await.unwrap().unwrap();
    let unreachable = || ProviderError::Unreachable("no route".to_owned());
    stage
        .provider
        .will([Err(unreachable()), Err(unreachable())]);
    say(&stage, before, id, "second").await;
    // Tried a second time, and due again some seconds later.
    pass(seconds(3)).await;
    assert_eq!(stage.provider.bodies(), ["first", "second", "second"]);
    stage.store.set_node(owner, true);
    stage.peers.leave(owner);
    let start = tokio::time::Instant::now();
    say(&stage, after, id, "third").await;
    pass(seconds(20)).await;
    let bodies = stage.provider.bodies();
    assert_eq!(bodies[3..], ["second", "third"]);
    let waited = stage.provider.posts()[4].at - start;
    assert!(waited < seconds(8), "it waited for {waited:?}");
}

#[actix_rt::test]
async fn a_node_that_was_taken_for_dead_sends_nothing() {
    let (stage, second, id) = pair_that_sends().await;
    let sleeper = line_owner(&stage);
    // It knows nothing of it: it still believes that the line is its own.
    stage.store.set_node(sleeper, true);
    let heir = if sleeper == 1 { 2 } else { 1 };
    let taken = LineStore::take_line(stage.store.as_ref(), heir, stage.session);
    assert!(taken.await.unwrap().is_some());
    let asleep = if sleeper == 1 { &stage.hub } else { &second };
    say(&stage, asleep, id, "second").await;
    settle().await;
    assert_eq!(stage.provider.posts().len(), 1);
    assert_eq!(asleep.report().lines, []);
}

#[actix_rt::test]
async fn a_node_that_stood_still_before_its_post_does_not_make_it() {
    let (stage, second, id) = pair_that_sends().await;
    let owner = line_owner(&stage);
    let asleep = if owner == 1 { &stage.hub } else { &second };
    let gate = stage.store.faults.hold_answer("begin_attempt");
    say(&stage, asleep, id, "second").await;
    // No heartbeat of the others came meanwhile.
    pass(seconds(4)).await;
    gate.open();
    settle().await;
    assert_eq!(stage.provider.bodies(), ["first"]);
    // One does, and the line is its own still.
    stage.peers.join(owner, asleep);
    pass(seconds(4)).await;
    assert_eq!(stage.provider.bodies(), ["first", "second"]);
}

#[actix_rt::test]
async fn lines_go_back_when_the_others_gave_a_node_up() {
    let (stage, second, _) = pair_that_sends().await;
    let owner = if line_owner(&stage) == 1 {
        &stage.hub
    } else {
        &second
    };
    owner.start_over();
    settle().await;
    assert_eq!(owner.report().lines, []);
    assert_eq!(owner.conversations(), 0);
}

#[actix_rt::test]
async fn a_line_that_can_not_be_taken_now_is_taken_later() {
    let (stage, _second) = pair();
    let digits = contact_of(&stage, 1);
    let id = stage.conversation(&digits).await;
    stage.store.faults.fail("take_line", 1, Fault::Unavailable);
    say(&stage, &stage.hub, id, "hello").await;
    settle().await;
    assert_eq!(stage.provider.posts().len(), 0);
    // The next heartbeat looks after the lines.
    stage.peers.join(1, &stage.hub);
    settle().await;
    assert_eq!(stage.provider.posts().len(), 1);
}

/// A node that sends for a number which belongs to one that is about to join, with what the newcomer's life is.
async fn sends_until_its_owner_comes() -> (Stage, ConversationId, i64) {
    let stage = stage();
    let owner = line_owner(&stage);
    stage.peers.join(3 - owner, &stage.hub);
    let id = stage.conversation(ANN).await;
    say(&stage, &stage.hub, id, "first").await;
    settle().await;
    assert_eq!(stage.hub.report().lines, [stage.session]);
    (stage, id, owner)
}

#[actix_rt::test]
async fn a_line_that_can_not_be_given_back_now_is_given_back_later() {
    let (stage, id, owner) = sends_until_its_owner_comes().await;
    stage
        .store
        .faults
        .fail("release_lines", 1, Fault::Unavailable);
    let second = stage.start_again();
    stage.peers.join(owner, &second);
    settle().await;
    say(&stage, &second, id, "second").await;
    settle().await;
    assert_eq!(stage.provider.posts().len(), 1);
    for _heartbeat in 0..2 {
        stage.peers.join(owner, &second);
        settle().await;
    }
    assert_eq!(second.report().lines, [stage.session]);
    assert_eq!(stage.provider.posts().len(), 2);
}

#[actix_rt::test]
async fn a_line_of_before_a_node_was_taken_for_dead_is_given_back() {
    let (stage, id, owner) = sends_until_its_owner_comes().await;
    stage.hub.start_over();
    settle().await;
    assert_eq!(stage.hub.report().lines, []);
    let second = stage.start_again();
    stage.peers.join(owner, &second);
    settle().await;
    say(&stage, &second, id, "second").await;
    settle().await;
    assert_eq!(second.report().lines, [stage.session]);
    assert_eq!(stage.provider.posts().len(), 2);
}

fn close() -> ConversationChange {
    ConversationChange {
        status: Some(ConversationStatus::Closed),
        ..Default::default()
    }
}

#[actix_rt::test]
async fn a_node_that_is_alone_asks_nobody() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    say(&stage, &stage.hub, id, "hello").await;
    settle().await;
    assert_eq!(stage.provider.posts().len(), 1);
    assert_eq!(stage.store.faults.calls("take_line"), 0);
    assert_eq!(stage.peers.asked().len(), 0);
}
