//! A conversation takes in what comes, in order, whatever the store does.

use futures_util::future::join_all;

use super::{pass, seconds, settle, stage};
use crate::conversation::rules::WINDOW;
use crate::hub::HubError;
use crate::model::conversation::{ConversationChange, ConversationStatus};
use crate::model::job::Task;
use crate::model::message::Message;
use crate::testing::{Fault, Stage, draft, inbound};

const ANN: &str = "491701234567";

fn bodies(stage: &Stage) -> Vec<String> {
    let thread = stage.store.thread(stage.row_of(ANN).id);
    thread
        .into_iter()
        .filter_map(|line: Message| line.text)
        .collect()
}

#[actix::test]
async fn messages_of_a_conversation_keep_their_order() {
    let stage = stage();
    let said: Vec<String> = (0..60).map(|number| number.to_string()).collect();
    let receive = |text: &String| stage.receive(inbound(ANN, text));
    for result in join_all(said.iter().map(receive)).await {
        result.unwrap();
    }
    assert_eq!(bodies(&stage), said);
    assert_eq!(
        stage.bus.published().len(),
        said.len() + 2,
        "each event is announced once"
    );
}

#[actix::test]
async fn a_conflict_is_decided_anew_and_not_for_ever() {
    let stage = stage();
    stage.conversation(ANN).await;
    stage
        .store
        .faults
        .fail("append_inbound", 3, Fault::Conflict);
    stage.receive(inbound(ANN, "through")).await.unwrap();
    stage
        .store
        .faults
        .fail("append_inbound", 100, Fault::Conflict);
    let refused = stage.receive(inbound(ANN, "not through")).await;
    assert_eq!(refused, Err(HubError::Busy));
    stage.store.faults.heal();
    stage.receive(inbound(ANN, "again")).await.unwrap();
    assert_eq!(bodies(&stage), ["hello", "through", "again"]);
}

#[actix::test]
async fn what_another_node_stored_is_not_overwritten() {
    let stage = stage();
    stage.conversation(ANN).await;
    for number in 0..5 {
        stage
            .store_elsewhere(inbound(ANN, &format!("there {number}")))
            .await;
        stage
            .receive(inbound(ANN, &format!("here {number}")))
            .await
            .unwrap();
    }
    assert_eq!(bodies(&stage).len(), 11);
    assert_eq!(stage.row_of(ANN).unread, 11);
}

#[actix::test]
async fn an_unreachable_store_is_told_and_a_repetition_is_harmless() {
    let stage = stage();
    let message = inbound(ANN, "hello");
    for fault in [Fault::Unavailable, Fault::AnswerLost] {
        stage.store.faults.fail("append_inbound", 1, fault);
        let refused = stage.receive(message.clone()).await;
        assert!(
            matches!(refused, Err(HubError::Unavailable(_))),
            "{refused:?}"
        );
    }
    // The last one was stored after all.
    stage.receive(message).await.unwrap();
    assert_eq!(bodies(&stage), ["hello"]);
    assert_eq!(stage.events().await.len(), 3);
}

#[actix::test]
async fn a_store_that_hangs_blocks_nobody_for_good() {
    let stage = stage();
    stage.conversation(ANN).await;
    let gate = stage.store.faults.hold("append_inbound");
    let stuck = stage.receive(inbound(ANN, "stuck")).await;
    assert!(matches!(stuck, Err(HubError::Unavailable(_))), "{stuck:?}");
    gate.open();
    stage.receive(inbound(ANN, "next")).await.unwrap();
    assert_eq!(bodies(&stage), ["hello", "next"]);
}

#[actix::test]
async fn one_hot_conversation_does_not_take_all_the_memory() {
    let stage = stage();
    stage.conversation(ANN).await;
    let gate = stage.store.faults.hold("append_inbound");
    let crowd = join_all((0..3000).map(|n| stage.receive(inbound(ANN, &n.to_string()))));
    let (answers, ()) = futures_util::future::join(crowd, async {
        settle().await;
        gate.open();
    })
    .await;
    let busy = answers
        .iter()
        .filter(|answer| **answer == Err(HubError::Busy))
        .count();
    assert!(busy > 1000, "only {busy} were asked to come later");
    let stored = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(bodies(&stage).len(), stored + 1);
    // Others were not held back, and this one is open again.
    stage.receive(inbound(ANN, "later")).await.unwrap();
}

#[actix::test]
async fn a_message_outside_the_window_is_refused_before_anything_is_stored() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    let by = stage.agent();
    stage
        .hub
        .send(&by, id, draft("in time").into())
        .await
        .unwrap();
    pass(WINDOW).await;
    let late = stage.hub.send(&by, id, draft("late").into()).await;
    assert_eq!(late.unwrap_err(), HubError::WindowClosed);
    stage
        .hub
        .send(&by, id, draft("a note").note().into())
        .await
        .unwrap();
    stage
        .hub
        .send(&by, id, draft("a template").template().into())
        .await
        .unwrap();
    stage.store.opt_out(stage.row_of(ANN).contact.id);
    let unwanted = stage
        .hub
        .send(&by, id, draft("an offer").template().into())
        .await;
    assert_eq!(unwanted.unwrap_err(), HubError::OptedOut);
}

#[actix::test]
async fn what_another_node_stored_counts_for_a_refusal() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    let by = stage.agent();
    pass(WINDOW).await;
    // This actor remembers a closed window and an open conversation.
    stage
        .receive(inbound(ANN, "late").at(stage.now() - WINDOW))
        .await
        .unwrap();
    stage
        .store_elsewhere(inbound(ANN, "hello?").at(stage.now()))
        .await;
    stage
        .hub
        .send(&by, id, draft("here we are").into())
        .await
        .unwrap();
    let neighbour = stage.start_again();
    let to = |status| ConversationChange {
        status: Some(status),
        ..Default::default()
    };
    neighbour
        .change(&by, id, to(ConversationStatus::Closed))
        .await
        .unwrap();
    let opened = stage
        .hub
        .change(&by, id, to(ConversationStatus::Open))
        .await
        .unwrap();
    assert_eq!(opened.status, ConversationStatus::Open);
    assert_eq!(stage.row_of(ANN).status, ConversationStatus::Open);
}

#[actix::test]
async fn the_same_key_sends_once() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    let by = stage.agent();
    let send = |text: &str| stage.hub.send(&by, id, draft(text).key("k").into());
    let (one, two) = (send("once").await.unwrap(), send("once").await.unwrap());
    assert_eq!(one.id, two.id);
    assert_eq!(send("other").await.unwrap_err(), HubError::KeyReused);
    settle().await;
    assert_eq!(stage.provider.bodies(), ["once"]);
}

#[actix::test]
async fn a_first_message_opens_the_conversation() {
    let stage = stage();
    let by = stage.agent();
    let to = vec![crate::testing::build::phone(ANN)];
    let send = |text: &str| {
        let draft = draft(text).template().into();
        stage
            .hub
            .open_and_send(&by, stage.session, to.clone(), draft)
    };
    stage
        .store
        .faults
        .fail("open_conversation", 1, Fault::Conflict);
    let first = send("hello").await.unwrap();
    let second = send("again").await.unwrap();
    assert_eq!(first.conversation_id, second.conversation_id);
    settle().await;
    assert_eq!(stage.provider.bodies(), ["hello", "again"]);
    let closed = stage
        .hub
        .send(&by, first.conversation_id, draft("free").into())
        .await;
    assert_eq!(closed.unwrap_err(), HubError::WindowClosed);
}

#[actix::test]
async fn a_change_is_made_on_what_is_stored_now() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    stage.store_elsewhere(inbound(ANN, "meanwhile")).await;
    let close = ConversationChange {
        status: Some(ConversationStatus::Closed),
        ..Default::default()
    };
    let view = stage
        .hub
        .change(&stage.agent(), id, close.clone())
        .await
        .unwrap();
    assert_eq!(view.status, ConversationStatus::Closed);
    let events = stage.events().await.len();
    stage.hub.change(&stage.agent(), id, close).await.unwrap();
    assert_eq!(stage.events().await.len(), events, "nothing changed");
    assert_eq!(stage.store.audit(stage.organization).len(), 1);
    stage.receive(inbound(ANN, "hello?")).await.unwrap();
    assert_eq!(stage.row_of(ANN).status, ConversationStatus::Open);
}

#[actix::test]
async fn looking_clears_unread_and_tells_the_contact_once() {
    let stage = stage();
    stage
        .receive(inbound(ANN, "hello").id("wamid.a"))
        .await
        .unwrap();
    let id = stage.row_of(ANN).id;
    stage.hub.mark_read(&stage.agent(), id).await.unwrap();
    stage.hub.mark_read(&stage.agent(), id).await.unwrap();
    settle().await;
    assert_eq!(stage.row_of(ANN).unread, 0);
    let tasks: Vec<Task> = stage
        .worker
        .jobs()
        .into_iter()
        .map(|job| job.task)
        .collect();
    let told = Task::MarkRead {
        session: stage.session,
        provider_id: "wamid.a".to_owned(),
        typing: false,
    };
    assert_eq!(tasks, [told]);
    stage.hub.show_typing(&stage.agent(), id).await.unwrap();
    assert_eq!(
        stage.provider.marked_read(),
        [(stage.session, "wamid.a".to_owned(), true)]
    );
}

#[actix::test]
async fn nobody_reaches_another_organizations_conversation_or_number() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    let mut stranger = stage.agent();
    stranger.organization = stage.store.add_organization();
    let hub = &stage.hub;
    let sent = hub.send(&stranger, id, draft("hi").into()).await;
    assert_eq!(sent.unwrap_err(), HubError::NotFound);
    assert_eq!(hub.mark_read(&stranger, id).await, Err(HubError::NotFound));
    // Nor learns how it fares.
    stage
        .store
        .change_session(stage.session, |session| session.enabled = false);
    hub.refresh_session(stage.session);
    let to = vec![crate::testing::build::phone(ANN)];
    let opened = hub
        .open_and_send(&stranger, stage.session, to, draft("hi").into())
        .await;
    assert_eq!(opened.unwrap_err(), HubError::NotFound);
    pass(seconds(1)).await;
    assert!(stage.provider.posts().is_empty());
}
