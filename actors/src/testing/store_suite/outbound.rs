//! A message of ours is queued once, and each attempt ends in one way.

use std::time::Duration;

use crate::event::Event;
use crate::model::conversation::ConversationStatus;
use crate::model::job::Task;
use crate::model::message::{Direction, Failure};
use crate::model::outbound::{Outcome, Priority};
use crate::model::status::MessageStatus::{self, Failed, Queued as InLine, Sending, Sent, Unknown};
use crate::ports::store::{Begun, OutboundAppend, Queued, StoreError};
use crate::testing::build::{draft, inbound, phone};
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{ANN, Scene, accepted, go, names, queued, told};

pub async fn a_message_is_queued_with_its_job(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let first = inbound(ANN, "a question").build();
    scene.receive(first.clone()).await;
    let state = scene.anns().await;
    let append = OutboundAppend {
        state: state.clone(),
        draft: draft("an answer")
            .answering(&first.provider_id)
            .key("k1")
            .build(),
        status: ConversationStatus::Pending,
        now: scene.now(),
    };
    let queued = scene.store.append_outbound(append).await.unwrap();
    let Queued::Stored {
        message,
        state: after,
        receipt,
    } = queued
    else {
        panic!("{queued:?}");
    };
    assert_eq!(names(&receipt.envelopes), ["message.queued"]);
    assert!(receipt.jobs, "the dispatcher has to be woken");
    assert_eq!(
        (message.direction, message.status),
        (Direction::Outbound, InLine)
    );
    assert_eq!(message.client_key.as_deref(), Some("k1"));
    let quoted = message.reply_to.clone().unwrap();
    assert_eq!(quoted.text.as_deref(), Some("a question"));
    assert!(after.version > state.version);
    assert_eq!(after.conversation.status, ConversationStatus::Pending);
    let last = after.conversation.last_message.clone().unwrap();
    assert_eq!((last.id, last.status), (message.id, InLine));
    let row = receipt.envelopes[0].row.as_ref().unwrap();
    assert_eq!(row.last_message, Some(last));

    let job = scene.claim().await.remove(0);
    let task = Task::SendMessage {
        session: scene.tenant.session,
        conversation: state.conversation.id,
        message: message.id,
        priority: Priority::Agent,
    };
    assert_eq!(job.task, task);
    let parcel = go(scene.store.begin_attempt(job.id, message.id).await.unwrap());
    assert_eq!(parcel.to, [phone(ANN)]);
    assert_eq!(parcel.reply_to, Some(first.provider_id));
    assert_eq!(parcel.content, message.content);
    assert_eq!(parcel.session, scene.tenant.session);
    assert_eq!(scene.message(&message).await.status, Sending);
}

pub async fn the_same_key_and_body_is_the_same_message(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let (message, _) = queued(scene.say(draft("once").key("k")).await);
    let before = scene.events().await.len();
    match scene.say(draft("once").key("k")).await {
        Queued::Repeated(same) => assert_eq!(same.id, message.id),
        other => panic!("{other:?}"),
    }
    assert_eq!(scene.events().await.len(), before);
    assert_eq!(scene.claim().await.len(), 1);
}

pub async fn the_same_key_with_another_body_is_refused(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    queued(scene.say(draft("one").key("k")).await);
    let other = scene.say(draft("another").key("k")).await;
    assert!(matches!(other, Queued::KeyReused), "{other:?}");
    assert_eq!(scene.thread(state.conversation.id).await.len(), 2);
}

pub async fn a_note_has_no_job(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let (note, receipt) = queued(scene.say(draft("he is nice").note()).await);
    assert_eq!(
        (note.direction, note.status),
        (Direction::Note, MessageStatus::Received)
    );
    assert_eq!(names(&receipt.envelopes), ["note.created"]);
    assert!(!receipt.jobs);
    assert_eq!(scene.claim().await, []);
    assert_eq!(scene.thread(state.conversation.id).await.len(), 2);
}

pub async fn a_stale_version_does_not_queue_nor_burn_the_key(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let stale = scene.with_ann().await;
    scene.receive(inbound(ANN, "wait")).await;
    let before = scene.events().await.len();
    let refused = scene.say_on(stale, draft("here").key("k")).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(scene.events().await.len(), before);
    assert_eq!(scene.claim().await, []);
    queued(scene.say(draft("here").key("k")).await);
}

pub async fn an_uploaded_file_goes_with_its_message(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let file = on.upload(&scene.tenant).await;
    let (message, _) = queued(scene.say(draft("look").media(vec![file])).await);
    let held: Vec<_> = message.media.iter().map(|media| media.id).collect();
    assert_eq!(held, [file]);
    assert_eq!(scene.message(&message).await.media, message.media);
}

pub async fn an_accepted_attempt_is_sent_and_its_job_gone(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let (message, receipt) = scene.send(draft("hi"), accepted("wamid.1")).await;
    let sent = told(&receipt);
    assert!(matches!(receipt.envelopes[0].event, Event::MessageSent(_)));
    assert_eq!((sent.id, sent.status), (message.id, Sent));
    assert_eq!(sent.provider_id.as_deref(), Some("wamid.1"));
    assert!(sent.seq > message.seq);
    assert_eq!(scene.message(&message).await, *sent);
    assert_eq!(scene.claim_for(Duration::ZERO).await, []);
}

pub async fn a_failed_attempt_tells_why(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let failure = Failure {
        code: 131_026,
        title: "Undeliverable".to_owned(),
        advice: "Ask the contact to update WhatsApp.".to_owned(),
    };
    let (_, receipt) = scene
        .send(draft("hi"), Outcome::Failed(failure.clone()))
        .await;
    let failed = told(&receipt);
    assert_eq!(
        (failed.status, failed.error.clone()),
        (Failed, Some(failure))
    );
    assert_eq!(scene.message(&failed).await, *failed);
    let row = receipt.envelopes.last().unwrap().row.clone().unwrap();
    assert_eq!(row.last_message.as_ref().unwrap().status, Failed);
}

pub async fn a_requeued_attempt_comes_back_when_it_is_due(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let (message, job) = scene.queue(draft("hi")).await;
    let first = go(scene.store.begin_attempt(job.id, message.id).await.unwrap());
    let later = scene.now() + Duration::from_secs(7200);
    let settle = |attempt, at| {
        let outcome = Outcome::Requeued;
        scene
            .store
            .settle_attempt(job.id, message.id, attempt, outcome, Some(at))
    };
    settle(first.attempt, later).await.unwrap();
    assert_eq!(scene.message(&message).await.status, InLine);
    assert_eq!(scene.claim().await, [], "it is not due yet");

    let second = go(scene.store.begin_attempt(job.id, message.id).await.unwrap());
    assert_ne!(
        second.attempt, first.attempt,
        "each POST has an attempt of its own"
    );
    settle(second.attempt, scene.now()).await.unwrap();
    let again = scene.claim().await;
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].id, again[0].tries), (job.id, 2));
}

pub async fn an_unclear_attempt_is_unknown(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let (_, receipt) = scene.send(draft("hi"), Outcome::Unknown).await;
    let unclear = told(&receipt);
    assert_eq!(unclear.status, Unknown);
    assert_eq!(scene.message(&unclear).await.status, Unknown);
    assert_eq!(scene.claim_for(Duration::ZERO).await, []);
}

pub async fn a_second_begin_after_a_crash_is_in_doubt(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let (message, job) = scene.queue(draft("hi")).await;
    go(scene.store.begin_attempt(job.id, message.id).await.unwrap());
    // The node dies here; after the lease another one takes the job.
    let Begun::InDoubt(receipt) = scene.store.begin_attempt(job.id, message.id).await.unwrap()
    else {
        panic!("a second POST would be made");
    };
    assert_eq!(told(&receipt).status, Unknown);
    let third = scene.store.begin_attempt(job.id, message.id).await.unwrap();
    assert!(matches!(third, Begun::Settled), "{third:?}");
    assert_eq!(scene.message(&message).await.status, Unknown);
}

pub async fn an_answer_after_a_doubt_still_counts(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let (message, job) = scene.queue(draft("hi")).await;
    let parcel = go(scene.store.begin_attempt(job.id, message.id).await.unwrap());
    scene.store.begin_attempt(job.id, message.id).await.unwrap();
    let outcome = accepted("wamid.late");
    let settle = scene
        .store
        .settle_attempt(job.id, message.id, parcel.attempt, outcome, None);
    assert_eq!(told(&settle.await.unwrap()).status, Sent);
    let known = scene.message(&message).await;
    assert_eq!(
        (known.status, known.provider_id.as_deref()),
        (Sent, Some("wamid.late"))
    );
}

pub async fn a_settled_message_is_not_begun_again(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let (message, job) = scene.queue(draft("hi")).await;
    let parcel = go(scene.store.begin_attempt(job.id, message.id).await.unwrap());
    let outcome = accepted("wamid.1");
    let settle = scene
        .store
        .settle_attempt(job.id, message.id, parcel.attempt, outcome, None);
    settle.await.unwrap();
    let again = scene.store.begin_attempt(job.id, message.id).await.unwrap();
    assert!(matches!(again, Begun::Settled), "{again:?}");
    assert_eq!(scene.message(&message).await.status, Sent);
}
