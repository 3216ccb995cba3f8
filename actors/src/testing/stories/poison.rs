//! A message that kills its actor is put aside, and takes nobody along.

use futures_util::future::{join, join_all};

use super::{settle, stage};
use crate::hub::HubError;
use crate::model::quarantine::QuarantineSource;
use crate::testing::{Fault, draft, inbound};

const ANN: &str = "491701234567";

#[actix::test]
async fn messages_in_line_survive_a_panic() {
    let stage = stage();
    stage.conversation(ANN).await;
    stage.store.faults.fail("append_inbound", 1, Fault::Panic);
    let answers = join_all((0..6).map(|n| stage.receive(inbound(ANN, &n.to_string())))).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(stage.store.thread(stage.row_of(ANN).id).len(), 7);
    assert!(stage.store.quarantined(stage.organization).is_empty());
}

#[actix::test]
async fn a_message_that_kills_three_times_is_put_aside_and_the_others_go_on() {
    let stage = stage();
    stage.conversation(ANN).await;
    stage.store.faults.poison("boom");
    let poison = inbound(ANN, "boom").id("wamid.boom");
    let (put_aside, after) =
        join(stage.receive(poison), stage.receive(inbound(ANN, "after"))).await;
    put_aside.unwrap();
    after.unwrap();
    stage
        .receive(inbound("4930111", "another conversation"))
        .await
        .unwrap();
    let thread = stage.store.thread(stage.row_of(ANN).id);
    assert_eq!(
        thread.last().and_then(|line| line.text.as_deref()),
        Some("after")
    );
    let entries = stage.store.quarantined(stage.organization);
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].source, entries[0].tries),
        (QuarantineSource::Webhook, 3)
    );
    assert!(
        entries[0].payload.get().contains("wamid.boom"),
        "it can be replayed"
    );
    let told = stage.bus.published();
    let names: Vec<&str> = told.iter().map(|event| event.event.name()).collect();
    assert!(names.contains(&"quarantine.added"), "{names:?}");
}

#[actix::test]
async fn many_poison_messages_do_not_take_innocent_ones_along() {
    let stage = stage();
    stage.conversation(ANN).await;
    stage.store.faults.poison("boom");
    let receive = |number: usize| {
        let text = if number.is_multiple_of(2) {
            "boom".to_owned()
        } else {
            number.to_string()
        };
        stage.receive(inbound(ANN, &text))
    };
    let answers = join_all((0..20).map(receive)).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(stage.store.quarantined(stage.organization).len(), 10);
    assert_eq!(stage.store.thread(stage.row_of(ANN).id).len(), 11);
}

#[actix::test]
async fn a_poison_message_is_offered_again_when_it_can_not_be_put_aside() {
    let stage = stage();
    stage.store.faults.poison("boom");
    stage.store.faults.fail("quarantine", 1, Fault::Unavailable);
    let message = inbound(ANN, "boom");
    let refused = stage.receive(message.clone()).await;
    assert!(
        matches!(refused, Err(HubError::Unavailable(_))),
        "{refused:?}"
    );
    stage.receive(message).await.unwrap();
    assert_eq!(stage.store.quarantined(stage.organization).len(), 1);
}

#[actix::test]
async fn a_send_without_a_key_is_not_repeated_behind_the_agents_back() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    let by = stage.agent();
    stage.store.faults.fail("append_outbound", 1, Fault::Panic);
    let keyless = stage.hub.send(&by, id, draft("hi").into()).await;
    assert_eq!(keyless.unwrap_err(), HubError::Busy);
    stage.store.faults.fail("append_outbound", 1, Fault::Panic);
    stage
        .hub
        .send(&by, id, draft("with a key").key("k").into())
        .await
        .unwrap();
    settle().await;
    assert_eq!(stage.provider.bodies(), ["with a key"]);
}

#[actix::test]
async fn a_send_that_keeps_killing_is_refused() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    stage.store.faults.poison("boom");
    let sent = stage
        .hub
        .send(&stage.agent(), id, draft("boom").key("k").into())
        .await;
    assert!(matches!(sent, Err(HubError::Broken(_))), "{sent:?}");
    stage.receive(inbound(ANN, "still here")).await.unwrap();
}
