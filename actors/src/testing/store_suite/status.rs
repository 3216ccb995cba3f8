//! What the provider tells of our messages: in any order, repeated, early.

use crate::event::Event;
use crate::model::message::Message;
use crate::model::outbound::Outcome;
use crate::model::status::MessageStatus::{self, Delivered, Failed, Played, Read, Sent};
use crate::ports::store::Raised;
use crate::testing::build::{draft, inbound, status};
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{ANN, Scene, accepted, go, told};

/// A message that the provider accepted under `wamid`.
async fn sent(scene: &Scene<'_>, wamid: &str) -> Message {
    let (_, receipt) = scene.send(draft(wamid), accepted(wamid)).await;
    Message::clone(&told(&receipt))
}

pub async fn the_status_never_falls_whatever_the_order(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let steps = [Sent, Delivered, Read, Played];
    for (number, order) in permutations(&steps).into_iter().enumerate() {
        let wamid = format!("wamid.{number}");
        let message = sent(&scene, &wamid).await;
        let mut highest = Sent;
        for step in order {
            let raised = scene.hear(status(&wamid, step, scene.now())).await;
            let rises = highest.rises_to(step);
            assert_eq!(
                matches!(raised, Raised::Changed(_)),
                rises,
                "{highest:?} {step:?}"
            );
            highest = if rises { step } else { highest };
            assert_eq!(scene.message(&message).await.status, highest);
        }
        assert_eq!(highest, Played);
    }
}

pub async fn a_failure_gives_way_to_a_proof_of_delivery_only(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let orders: [(&[MessageStatus], MessageStatus); 5] = [
        (&[Failed], Failed),
        (&[Failed, Sent], Failed),
        (&[Failed, Delivered], Delivered),
        (&[Delivered, Failed], Delivered),
        (&[Read, Failed, Delivered], Read),
    ];
    for (number, (order, end)) in orders.into_iter().enumerate() {
        let wamid = format!("wamid.{number}");
        let message = sent(&scene, &wamid).await;
        for step in order {
            scene.hear(status(&wamid, *step, scene.now())).await;
        }
        let message = scene.message(&message).await;
        assert_eq!(message.status, end, "{order:?}");
        assert_eq!(message.error.is_some(), end == Failed, "{order:?}");
    }
}

pub async fn a_status_is_matched_by_the_attempt(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let (message, job) = scene.queue(draft("hi")).await;
    let parcel = go(scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap());
    let unknown = Outcome::Unknown;
    let settle = scene
        .store
        .settle_attempt(job.id, message.id, parcel.attempt, unknown, None);
    settle.await.unwrap();
    let mut news = status("wamid.learned", Delivered, scene.now());
    news.attempt = Some(parcel.attempt.to_string());
    let raised = scene.hear(news).await;
    assert!(matches!(raised, Raised::Changed(_)), "{raised:?}");
    let known = scene.message(&message).await;
    assert_eq!(
        (known.status, known.provider_id.as_deref()),
        (Delivered, Some("wamid.learned"))
    );
    // From now on the provider's id alone is enough.
    let raised = scene.hear(status("wamid.learned", Read, scene.now())).await;
    assert!(matches!(raised, Raised::Changed(_)), "{raised:?}");
    assert_eq!(scene.message(&message).await.status, Read);
}

pub async fn a_status_that_overtakes_the_answer_is_kept(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let (message, job) = scene.queue(draft("hi")).await;
    let parcel = go(scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap());
    for step in [Delivered, Sent] {
        let raised = scene.hear(status("wamid.fast", step, scene.now())).await;
        assert!(matches!(raised, Raised::Kept), "{raised:?}");
    }
    let outcome = accepted("wamid.fast");
    let settle = scene
        .store
        .settle_attempt(job.id, message.id, parcel.attempt, outcome, None);
    let last = told(&settle.await.unwrap());
    assert_eq!((last.id, last.status), (message.id, Delivered));
    assert_eq!(scene.message(&message).await.status, Delivered);
}

pub async fn an_early_failure_is_kept_with_its_reason(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let (message, job) = scene.queue(draft("hi")).await;
    let parcel = go(scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap());
    scene.hear(status("wamid.fast", Failed, scene.now())).await;
    let outcome = accepted("wamid.fast");
    let settle = scene
        .store
        .settle_attempt(job.id, message.id, parcel.attempt, outcome, None);
    settle.await.unwrap();
    let message = scene.message(&message).await;
    assert_eq!(message.status, Failed);
    assert_eq!(message.error.map(|error| error.code), Some(131_026));
}

pub async fn a_repeated_status_tells_nothing(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    sent(&scene, "wamid.1").await;
    let news = status("wamid.1", Delivered, scene.now());
    assert!(matches!(scene.hear(news.clone()).await, Raised::Changed(_)));
    let before = scene.events().await.len();
    assert!(matches!(scene.hear(news).await, Raised::Unchanged));
    assert_eq!(scene.events().await.len(), before);
}

pub async fn a_status_leaves_the_conversations_version(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    sent(&scene, "wamid.1").await;
    let before = scene.anns().await;
    scene.hear(status("wamid.1", Read, scene.now())).await;
    assert_eq!(scene.anns().await.version, before.version);
    // So an actor that decided before the tick is not refused.
    let queued = scene.say_on(before, draft("and this")).await;
    assert!(queued.is_ok(), "{queued:?}");
}

pub async fn a_status_shows_in_the_list_row(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    sent(&scene, "wamid.1").await;
    let before = scene.anns().await.conversation.seq;
    let Raised::Changed(receipt) = scene.hear(status("wamid.1", Read, scene.now())).await else {
        panic!("nothing changed");
    };
    let event = receipt.envelopes.last().unwrap();
    assert!(matches!(event.event, Event::MessageStatusChanged(_)));
    let row = event.row.as_ref().unwrap();
    assert_eq!(row.last_message.as_ref().unwrap().status, Read);
    assert!(
        row.seq > before,
        "a list keeps the row with the higher number"
    );
    // A tick of a message that is not the last line leaves that line alone.
    scene.receive(inbound(ANN, "thanks")).await;
    sent(&scene, "wamid.2").await;
    scene.receive(inbound(ANN, "bye")).await;
    scene.hear(status("wamid.2", Delivered, scene.now())).await;
    let last = scene
        .anns()
        .await
        .conversation
        .last_message
        .clone()
        .unwrap();
    assert_eq!(last.text.as_deref(), Some("bye"));
}

fn permutations(of: &[MessageStatus]) -> Vec<Vec<MessageStatus>> {
    if of.len() <= 1 {
        return vec![of.to_vec()];
    }
    let mut all = Vec::new();
    for (index, first) in of.iter().enumerate() {
        let mut rest = of.to_vec();
        rest.remove(index);
        for mut tail in permutations(&rest) {
            tail.insert(0, *first);
            all.push(tail);
        }
    }
    all
}
