//! A disabled number, and files.

use super::{settle, stage};
use crate::hub::HubError;
use crate::model::job::Task;
use crate::testing::{draft, inbound};

const ANN: &str = "491701234567";

#[actix::test]
async fn a_disabled_number_sends_nothing_but_still_listens() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    stage
        .store
        .change_session(stage.session, |session| session.enabled = false);
    stage.hub.refresh_session(stage.session);
    let refused = stage.hub.send(&stage.agent(), id, draft("hi").into()).await;
    assert_eq!(refused.unwrap_err(), HubError::SessionDisabled);
    stage.receive(inbound(ANN, "anybody there?")).await.unwrap();
    assert_eq!(stage.row_of(ANN).unread, 2);
    settle().await;
    assert!(stage.provider.posts().is_empty());
}

#[actix::test]
async fn a_message_that_names_nobody_is_refused() {
    let stage = stage();
    let nobody = crate::testing::build::inbound_of(Vec::new(), "who?");
    let refused = stage.receive(nobody).await;
    assert!(matches!(refused, Err(HubError::Invalid(_))), "{refused:?}");
}

#[actix::test]
async fn a_file_is_fetched_by_a_job() {
    let stage = stage();
    stage
        .receive(inbound(ANN, "look").with_image("m1"))
        .await
        .unwrap();
    settle().await;
    let jobs = stage.worker.jobs();
    assert_eq!(jobs.len(), 1);
    assert!(matches!(jobs[0].task, Task::FetchMedia { .. }), "{jobs:?}");
}
