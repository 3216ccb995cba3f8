//! A message of ours is queued once, and each attempt ends in one way.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use crate::event::Event;
use crate::model::conversation::ConversationStatus;
use crate::model::ids::MessageId;
use crate::model::job::{Job, Task};
use crate::model::message::{Direction, Failure, Message};
use crate::model::outbound::{Outcome, Priority};
use crate::model::status::MessageStatus::{
    self, Failed, Queued as InLine, Read, Sending, Sent, Unknown,
};
use crate::ports::store::{Begun, OutboundAppend, Queued, StoreError};
use crate::testing::build::{draft, inbound, phone, status};
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{ANN, Scene, accepted, go, names, queued, stored, told};

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
    let parcel = go(scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap());
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

/// Whoever asks second with a key hears of it, in whichever conversation, stored together or alone.
pub async fn the_same_key_at_once_is_used_once(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let said = inbound(ANN, "hello").at(scene.now()).build();
    let quoted = said.provider_id.clone();
    scene.receive(said).await;
    let bob = inbound("4917012399", "hello").at(scene.now());
    let mut bobs = stored(scene.receive(bob).await).0;
    for n in 0..20 {
        let key = format!("k{n}");
        let plain = draft("to Bob").key(&key);
        let special = draft("to Ann").answering(&quoted).key(&key);
        let (one, other) = futures_util::join!(
            scene.say_on(Arc::clone(&bobs), plain),
            scene.say_on(scene.anns().await, special),
        );
        let answers = [one.unwrap(), other.unwrap()];
        let used = |answer: &Queued| matches!(answer, Queued::Stored { .. });
        assert_eq!(
            answers.iter().filter(|answer| used(answer)).count(),
            1,
            "{answers:?}"
        );
        let refused = |answer: &Queued| matches!(answer, Queued::KeyReused);
        assert!(answers.iter().any(refused), "{answers:?}");
        if let Queued::Stored { state, .. } = &answers[0] {
            bobs = Arc::clone(state);
        }
    }
}

/// What comes at once may be stored together: nobody gets another one's answer, and what is odd about one message
/// stays with that one.
pub async fn many_at_once_each_get_their_own_end(on: &dyn Fixture) {
    const MANY: usize = 24;
    let scene = Scene::set(on).await;
    let phone_of = |n: usize| format!("4917012300{n:02}");
    let mut states = Vec::new();
    for n in 0..MANY {
        let hello = inbound(&phone_of(n), "hello").at(scene.now());
        states.push(stored(scene.receive(hello).await).0);
    }
    // The last two ask with one key and one body, in one conversation.
    let says = (0..=MANY).map(|n| {
        let (n, key) = (n.min(MANY - 1), format!("k{}", n.min(MANY - 1)));
        let said = draft(&format!("answer {n}")).key(&key);
        scene.say_on(Arc::clone(&states[n]), said)
    });
    let said = join_all(says).await;
    let (mut messages, mut again) = (Vec::new(), 0);
    for (n, answer) in said.into_iter().enumerate() {
        match answer {
            Ok(Queued::Stored { message, .. }) => {
                let wanted = format!("answer {}", n.min(MANY - 1));
                assert_eq!(message.text.as_deref(), Some(wanted.as_str()));
                messages.push(message);
            }
            Ok(Queued::Repeated(_)) | Err(StoreError::Conflict) if n >= MANY - 1 => again += 1,
            other => panic!("{n}: {other:?}"),
        }
    }
    assert_eq!((messages.len(), again), (MANY, 1));

    let mut jobs: HashMap<MessageId, Job> = HashMap::new();
    for job in scene.claim().await {
        let Task::SendMessage { message, .. } = job.task else {
            panic!("{job:?}");
        };
        jobs.insert(message, job);
    }
    let store = scene.store.as_ref();
    // One is begun by two at once: the second finds it in doubt.
    let begins = messages.iter().chain([&messages[0]]);
    let begun =
        join_all(begins.map(|message| store.begin_attempt(jobs[&message.id].id, message.id, None)));
    let (mut parcels, mut doubts) = (Vec::new(), 0);
    for answer in begun.await {
        match answer.unwrap() {
            Begun::Go(parcel) => parcels.push(parcel),
            Begun::InDoubt(_) => doubts += 1,
            Begun::Settled | Begun::Elsewhere => panic!("nothing is settled yet"),
        }
    }
    assert_eq!((parcels.len(), doubts), (MANY, 1));
    for parcel in &parcels {
        let message = messages.iter().find(|message| message.id == parcel.message);
        let contact = states
            .iter()
            .find(|state| state.conversation.id == parcel.conversation);
        assert_eq!(parcel.content, message.unwrap().content);
        assert_eq!(parcel.to, contact.unwrap().identities);
    }

    // One was read before the answer came, one fails, the others are taken.
    let wamid = |message: &Message| format!("wamid.{}", message.text.as_deref().unwrap());
    let (read, failed) = (&messages[1], &messages[2]);
    scene.hear(status(&wamid(read), Read, scene.now())).await;
    let settles = parcels.iter().map(|parcel| {
        let message = messages.iter().find(|message| message.id == parcel.message);
        let message = message.unwrap();
        let outcome = match message.id == failed.id {
            true => Outcome::Unknown,
            false => accepted(&wamid(message)),
        };
        store.settle_attempt(
            jobs[&message.id].id,
            message.id,
            parcel.attempt,
            outcome,
            None,
        )
    });
    for settled in join_all(settles).await {
        settled.unwrap();
    }
    for message in &messages {
        let now = scene.message(message).await;
        let wanted = match message.id {
            id if id == read.id => Read,
            id if id == failed.id => Unknown,
            _ => Sent,
        };
        assert_eq!(now.status, wanted, "{:?}", message.text);
        if wanted != Unknown {
            assert_eq!(now.provider_id, Some(wamid(message)));
        }
    }
    assert_eq!(scene.claim_for(Duration::ZERO).await, []);
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
    let first = go(scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap());
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

    let second = go(scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap());
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
    go(scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap());
    // The node dies here; after the lease another one takes the job.
    let Begun::InDoubt(receipt) = scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap()
    else {
        panic!("a second POST would be made");
    };
    assert_eq!(told(&receipt).status, Unknown);
    let third = scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap();
    assert!(matches!(third, Begun::Settled), "{third:?}");
    assert_eq!(scene.message(&message).await.status, Unknown);
}

pub async fn what_was_put_in_doubt_and_surely_not_sent_failed(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let (message, job) = scene.queue(draft("hi")).await;
    let begin = || scene.store.begin_attempt(job.id, message.id, None);
    let parcel = go(begin().await.unwrap());
    // Another node takes this one for dead, which lives and hears of the provider that it did not take the message.
    begin().await.unwrap();
    let (outcome, at) = (Outcome::Requeued, Some(scene.now()));
    let settle = scene
        .store
        .settle_attempt(job.id, message.id, parcel.attempt, outcome, at);
    assert_eq!(told(&settle.await.unwrap()).status, Failed);
    assert_eq!(scene.message(&message).await.status, Failed);
    assert_eq!(scene.claim_for(Duration::ZERO).await, []);
}

pub async fn an_answer_after_a_doubt_still_counts(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let (message, job) = scene.queue(draft("hi")).await;
    let parcel = go(scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap());
    scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap();
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
    let parcel = go(scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap());
    let outcome = accepted("wamid.1");
    let settle = scene
        .store
        .settle_attempt(job.id, message.id, parcel.attempt, outcome, None);
    settle.await.unwrap();
    let again = scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap();
    assert!(matches!(again, Begun::Settled), "{again:?}");
    assert_eq!(scene.message(&message).await.status, Sent);
}
