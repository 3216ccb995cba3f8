//! A contact's message is stored once, in order, with everything that follows from it.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::conversation::rules::{self, WINDOW};
use crate::event::Event;
use crate::model::conversation::{ConversationChange, ConversationStatus};
use crate::model::inbound::Effect;
use crate::model::job::Task;
use crate::model::message::{Direction, MediaState};
use crate::model::status::MessageStatus;
use crate::ports::store::{Appended, InboundAppend, StoreError};
use crate::testing::build::{inbound, phone};
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{ANN, Scene, names, stored, told};

pub async fn a_first_message_makes_contact_and_conversation_in_order(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let (state, receipt) = stored(scene.receive(inbound(ANN, "hello").named("Ann")).await);
    assert_eq!(
        names(&receipt.envelopes),
        [
            "contact.created",
            "conversation.created",
            "message.received"
        ]
    );
    let seqs: Vec<i64> = receipt.envelopes.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, [1, 2, 3]);
    assert_eq!(scene.events().await.len(), 3);

    let view = &state.conversation;
    assert_eq!(view.contact.name.as_deref(), Some("Ann"));
    assert_eq!(view.contact.phone.as_deref(), Some(ANN));
    assert_eq!((view.unread, view.status), (1, ConversationStatus::Open));
    let last = view.last_message.as_ref().unwrap();
    assert_eq!(last.text.as_deref(), Some("hello"));

    let message = told(&receipt);
    assert_eq!((message.seq, message.direction), (3, Direction::Inbound));
    assert_eq!(
        (last.id, message.status),
        (message.id, MessageStatus::Received)
    );
    let row = receipt.envelopes[2].row.as_ref().unwrap();
    assert_eq!((row.id, row.seq, row.unread), (view.id, 3, 1));
    assert_eq!(scene.thread(view.id).await, [message.as_ref().clone()]);
    let loaded = scene.anns().await;
    assert_eq!(loaded.version, state.version);
    assert_eq!(loaded.conversation, state.conversation);
}

pub async fn a_duplicate_is_stored_once(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let message = inbound(ANN, "hello");
    stored(scene.receive(message.clone()).await);
    assert!(matches!(scene.receive(message).await, Appended::Duplicate));
    assert_eq!(scene.events().await.len(), 3);
    assert_eq!(scene.anns().await.conversation.unread, 1);
}

pub async fn the_same_message_many_times_at_once_is_stored_once(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let message = inbound(ANN, "once");
    let answers = join_all((0..8).map(|_| scene.receive(message.clone()))).await;
    let stored = |answer: &&Appended| matches!(answer, Appended::Stored { .. });
    assert_eq!(answers.iter().filter(stored).count(), 1);
    assert_eq!(scene.events().await.len(), 4);
}

pub async fn a_stale_version_is_refused_and_leaves_nothing(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let stale = scene.with_ann().await;
    scene.receive(inbound(ANN, "meanwhile")).await;
    let before = scene.events().await.len();
    let late = inbound(ANN, "late").build();
    let append = InboundAppend {
        key: scene.key(&late.identities),
        reception: rules::receive(Some(&stale.conversation), &late),
        state: Some(stale),
        message: late.clone().into(),
        received_at: scene.now(),
    };
    let refused = scene.store.append_inbound(append).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(scene.events().await.len(), before);
    // The dedup key was not used up.
    stored(scene.receive(late).await);
    assert_eq!(scene.events().await.len(), before + 1);
}

pub async fn an_absent_state_is_refused_when_the_row_exists(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let next = inbound(ANN, "next").build();
    let append = InboundAppend {
        key: scene.key(&next.identities),
        state: None,
        reception: rules::receive(None, &next),
        message: next.into(),
        received_at: scene.now(),
    };
    let refused = scene.store.append_inbound(append).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(scene.events().await.len(), 3);
}

pub async fn unread_counts_what_the_contact_says(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    scene.receive(inbound(ANN, "two")).await;
    let last = inbound(ANN, "three").build();
    scene.receive(last.clone()).await;
    scene
        .receive(inbound(ANN, "changed").effect(Effect::System))
        .await;
    let state = scene.anns().await;
    assert_eq!(state.conversation.unread, 3);
    assert_eq!(state.last_inbound_provider_id, Some(last.provider_id));
}

pub async fn an_old_message_does_not_shorten_the_window(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let now = scene.now();
    scene.receive(inbound(ANN, "new").at(now)).await;
    scene
        .receive(inbound(ANN, "old").at(now - WINDOW / 2))
        .await;
    let window = scene.anns().await.conversation.window_expires_at;
    assert_eq!(window, Some(now + WINDOW));
}

pub async fn a_closed_conversation_opens_again(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let close = ConversationChange {
        status: Some(ConversationStatus::Closed),
        ..Default::default()
    };
    let by = scene.agent();
    let closed = scene.change(&state, &close, &by, None).await;
    assert_eq!(
        closed.unwrap().0.conversation.status,
        ConversationStatus::Closed
    );
    let (state, _) = stored(scene.receive(inbound(ANN, "again")).await);
    assert_eq!(state.conversation.status, ConversationStatus::Open);
}

pub async fn files_are_noted_and_left_to_be_fetched(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let (_, receipt) = stored(scene.receive(inbound(ANN, "look").with_image("m1")).await);
    assert!(receipt.jobs, "the dispatcher has to be woken");
    let message = told(&receipt);
    assert_eq!(message.media.len(), 1);
    let media = &message.media[0];
    assert_eq!(media.state, MediaState::Pending);
    assert_eq!(media.mime_type, "image/jpeg");
    let tasks: Vec<Task> = scene
        .claim()
        .await
        .into_iter()
        .map(|job| job.task)
        .collect();
    let fetch = Task::FetchMedia {
        session: scene.tenant.session,
        message: message.id,
        media: media.id,
    };
    assert_eq!(tasks, [fetch]);
}

pub async fn an_echo_is_outbound_and_opens_no_window(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let echo = inbound(ANN, "from the phone").effect(Effect::Echo);
    let (state, receipt) = stored(scene.receive(echo).await);
    let message = told(&receipt);
    assert_eq!(message.direction, Direction::Outbound);
    assert_eq!(message.status, MessageStatus::Sent);
    assert_eq!(state.conversation.unread, 0);
    assert_eq!(state.conversation.window_expires_at, None);
    assert_eq!(state.last_inbound_provider_id, None);
    let last = receipt.envelopes.last().unwrap();
    assert!(matches!(last.event, Event::MessageSent(_)));
    assert!(!receipt.jobs, "nothing is to be sent");
}

pub async fn a_quotation_names_the_line_it_answers(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let first = inbound(ANN, "a question").build();
    let (_, receipt) = stored(scene.receive(first.clone()).await);
    let asked = told(&receipt);
    let next = inbound(ANN, "still waiting").answering(&first.provider_id);
    let (_, receipt) = stored(scene.receive(next).await);
    let quoted = told(&receipt).reply_to.clone().unwrap();
    assert_eq!(quoted.id, Some(asked.id));
    assert_eq!(quoted.text.as_deref(), Some("a question"));
    let unknown = inbound(ANN, "and this").answering("wamid.nobody.knows");
    let (_, receipt) = stored(scene.receive(unknown).await);
    let quoted = told(&receipt).reply_to.clone().unwrap();
    assert_eq!(
        (quoted.id, quoted.provider_id.as_str()),
        (None, "wamid.nobody.knows")
    );
    let state = Arc::new(scene.state_of(&[phone(ANN)]).await);
    assert_eq!(state.conversation.unread, 3);
}
