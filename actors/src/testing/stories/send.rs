//! A message goes over the edge: one POST per attempt, and each end is recorded.

use super::{pass, seconds, settle, stage};
use crate::model::ids::{ConversationId, MessageId};
use crate::model::status::MessageStatus::{Delivered, Failed, Queued, Sending, Sent, Unknown};
use crate::ports::provider::ProviderError;
use crate::testing::build::status;
use crate::testing::{Fault, Stage, draft};

const ANN: &str = "491701234567";

async fn send(stage: &Stage, to: ConversationId, text: &str) -> MessageId {
    let sent = stage.hub.send(&stage.agent(), to, draft(text).into()).await;
    sent.unwrap().id
}

#[actix::test]
async fn a_message_is_sent_and_told() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    let message = send(&stage, id, "hi").await;
    settle().await;
    let posts = stage.provider.posts();
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].parcel.to[0].value, ANN);
    let sent = stage.store.message(message);
    assert_eq!(sent.status, Sent);
    assert_eq!(
        sent.provider_id,
        Some(format!("wamid.{}", posts[0].parcel.attempt))
    );
    let told = stage.bus.published();
    let names: Vec<&str> = told[3..].iter().map(|event| event.event.name()).collect();
    assert_eq!(names, ["message.queued", "message.sent"]);
    assert_eq!(stage.store.jobs(), 0);
}

#[actix::test]
async fn the_attempt_is_committed_before_the_post() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    let gate = stage.provider.faults.hold("send");
    let message = send(&stage, id, "hi").await;
    settle().await;
    assert_eq!(stage.provider.posts().len(), 1);
    assert_eq!(stage.store.message(message).status, Sending);
    gate.open();
    settle().await;
    assert_eq!(stage.store.message(message).status, Sent);
}

#[actix::test]
async fn a_conversation_has_one_message_on_the_way_and_others_do_not_wait_for_it() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let bob = stage.conversation("4930111").await;
    let gate = stage.provider.faults.hold("send");
    for text in ["one", "two", "three"] {
        send(&stage, ann, text).await;
    }
    send(&stage, bob, "to bob").await;
    settle().await;
    assert_eq!(stage.provider.bodies(), ["one", "to bob"]);
    gate.open();
    settle().await;
    assert_eq!(stage.provider.bodies(), ["one", "to bob", "two", "three"]);
}

#[actix::test]
async fn a_passing_error_is_tried_again_and_later_messages_wait_for_their_turn() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    stage.provider.will([
        Err(ProviderError::Unreachable("no route".to_owned())),
        Err(ProviderError::Unreachable("no route".to_owned())),
    ]);
    let first = send(&stage, id, "one").await;
    settle().await;
    assert_eq!(stage.store.message(first).status, Queued);
    send(&stage, id, "two").await;
    pass(seconds(30)).await;
    assert_eq!(stage.provider.bodies(), ["one", "one", "one", "two"]);
    assert_eq!(stage.store.message(first).status, Sent);
}

#[actix::test]
async fn a_passing_error_that_stays_fails_with_advice() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    let down = || Err(ProviderError::Unreachable("no route".to_owned()));
    stage.provider.will((0..20).map(|_| down()));
    let message = send(&stage, id, "hi").await;
    pass(seconds(3600)).await;
    let failed = stage.store.message(message);
    assert_eq!(failed.status, Failed);
    assert!(failed.error.is_some_and(|error| !error.advice.is_empty()));
    assert!(stage.provider.posts().len() < 10);
    assert_eq!(stage.store.jobs(), 0);
}

#[actix::test]
async fn a_refusal_fails_at_once() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    stage.provider.will_refuse(131_026);
    let message = send(&stage, id, "hi").await;
    pass(seconds(60)).await;
    let failed = stage.store.message(message);
    assert_eq!(
        (failed.status, failed.error.map(|error| error.code)),
        (Failed, Some(131_026))
    );
    assert_eq!(stage.provider.posts().len(), 1);
}

#[actix::test]
async fn a_lost_answer_is_unknown_until_a_status_tells() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    stage
        .provider
        .will([Err(ProviderError::Unclear("reset".to_owned()))]);
    let message = send(&stage, id, "hi").await;
    pass(seconds(3600)).await;
    assert_eq!(stage.store.message(message).status, Unknown);
    assert_eq!(stage.provider.posts().len(), 1, "no second POST in doubt");
    let mut news = status("wamid.x", Delivered, stage.now());
    news.attempt = Some(stage.provider.posts()[0].parcel.attempt.to_string());
    let raised = stage
        .hub
        .raise_status(stage.organization, stage.session, news);
    raised.await.unwrap();
    assert_eq!(stage.store.message(message).status, Delivered);
}

#[actix::test]
async fn a_provider_that_never_answers_is_in_doubt() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    let _gate = stage.provider.faults.hold("send");
    let message = send(&stage, id, "hi").await;
    pass(seconds(75)).await;
    assert_eq!(stage.store.message(message).status, Unknown);
    pass(seconds(600)).await;
    assert_eq!(stage.provider.posts().len(), 1);
}

#[actix::test]
async fn a_panic_in_a_post_is_in_doubt_and_touches_no_other() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let bob = stage.conversation("4930111").await;
    let gate = stage.provider.faults.hold("send");
    let fine = send(&stage, bob, "to bob").await;
    settle().await;
    stage.provider.faults.fail("send", 1, Fault::Panic);
    // Bob's call entered the gate first and takes the fault when it is opened.
    gate.open();
    let after = send(&stage, ann, "to ann").await;
    pass(seconds(300)).await;
    assert_eq!(stage.store.message(fine).status, Unknown);
    assert_eq!(stage.store.message(after).status, Sent);
    assert_eq!(stage.provider.posts().len(), 2);
    assert_eq!(stage.store.jobs(), 0);
}

#[actix::test]
async fn the_end_is_recorded_although_the_store_stumbles() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    stage
        .store
        .faults
        .fail("settle_attempt", 3, Fault::Unavailable);
    let message = send(&stage, id, "hi").await;
    pass(seconds(10)).await;
    assert_eq!(stage.store.message(message).status, Sent);
    assert_eq!(stage.provider.posts().len(), 1);
}

#[actix::test]
async fn an_end_that_can_not_be_recorded_is_a_doubt_and_no_second_post() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    stage
        .store
        .faults
        .fail("settle_attempt", 100, Fault::Unavailable);
    let message = send(&stage, id, "hi").await;
    pass(seconds(300)).await;
    stage.store.faults.heal();
    pass(seconds(300)).await;
    assert_eq!(stage.store.message(message).status, Unknown);
    assert_eq!(stage.provider.posts().len(), 1);
}

#[actix::test]
async fn nothing_is_posted_while_attempts_can_not_be_recorded() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    stage
        .store
        .faults
        .fail("begin_attempt", 10, Fault::Unavailable);
    let message = send(&stage, id, "hi").await;
    pass(seconds(5)).await;
    assert!(stage.provider.posts().is_empty());
    pass(seconds(60)).await;
    assert_eq!(stage.store.message(message).status, Sent);
    assert_eq!(stage.provider.posts().len(), 1);
}
