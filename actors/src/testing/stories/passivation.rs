//! Idle actors leave, and no message falls between.

use std::time::Duration;

use futures_util::future::join_all;

use super::{pass, seconds, settle, stage};
use crate::conversation::IDLE;
use crate::model::ids::SessionId;
use crate::testing::{Fault, draft, inbound};

const ANN: &str = "491701234567";

#[actix::test]
async fn an_idle_conversation_leaves_and_comes_back() {
    let stage = stage();
    stage.conversation(ANN).await;
    assert_eq!(stage.hub.conversations(), 1);
    pass(IDLE + seconds(1)).await;
    assert_eq!(stage.hub.conversations(), 0);
    stage.receive(inbound(ANN, "me again")).await.unwrap();
    assert_eq!(stage.hub.conversations(), 1);
    assert_eq!(stage.row_of(ANN).unread, 2);
}

#[actix::test]
async fn a_conversation_in_use_stays() {
    let stage = stage();
    stage.conversation(ANN).await;
    for _ in 0..4 {
        pass(IDLE * 2 / 3).await;
        stage.receive(inbound(ANN, "still here")).await.unwrap();
    }
    assert_eq!(stage.hub.conversations(), 1);
    let loads = stage.store.faults.calls("load_conversation");
    assert_eq!(loads, 1, "the state was kept");
}

#[actix::test]
async fn no_message_falls_between_while_actors_leave() {
    const CONTACTS: usize = 40;
    let stage = stage();
    let digits = |number: usize| format!("49170{number:07}");
    join_all((0..CONTACTS).map(|n| stage.receive(inbound(&digits(n), "hello")))).await;
    // Around the instant at which they leave, each is written to at another moment.
    pass(IDLE - Duration::from_millis(CONTACTS as u64 / 2)).await;
    let write = async |number: usize| {
        pass(Duration::from_millis(number as u64)).await;
        stage.receive(inbound(&digits(number), "again")).await
    };
    let answers = join_all((0..CONTACTS).map(write)).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    for number in 0..CONTACTS {
        assert_eq!(stage.row_of(&digits(number)).unread, 2, "contact {number}");
    }
}

#[actix::test]
async fn actors_of_numbers_that_do_not_exist_do_not_pile_up() {
    let stage = stage();
    let by = stage.agent();
    let to = vec![crate::testing::build::phone(ANN)];
    for number in 0..50 {
        let draft = draft("hi").into();
        let sent = stage
            .hub
            .open_and_send(&by, SessionId(number), to.clone(), draft)
            .await;
        assert_eq!(sent.unwrap_err(), crate::hub::HubError::NotFound);
    }
    pass(seconds(3)).await;
    assert_eq!(stage.hub.sessions(), 0);
}

#[actix::test]
async fn a_number_whose_settings_could_not_be_read_reads_them_later() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    stage
        .store
        .faults
        .fail("load_session", 2, Fault::Unavailable);
    let refused = stage.hub.send(&stage.agent(), id, draft("hi").into()).await;
    assert!(refused.is_err());
    pass(seconds(20)).await;
    stage
        .hub
        .send(&stage.agent(), id, draft("hi").into())
        .await
        .unwrap();
    settle().await;
    assert_eq!(stage.provider.bodies(), ["hi"]);
}
