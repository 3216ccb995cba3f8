//! What people change about a conversation, and how a number fares.

use std::sync::Arc;

use crate::event::{Audience, Event};
use crate::model::conversation::{ConversationChange, ConversationStatus};
use crate::model::job::Task;
use crate::model::session::HealthState;
use crate::ports::store::{ChangeWrite, Receipt, StoreError};
use crate::testing::build::{draft, inbound};
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{ANN, Scene, names};

fn to(status: ConversationStatus) -> ConversationChange {
    ConversationChange {
        status: Some(status),
        ..Default::default()
    }
}

pub async fn a_change_is_told_and_audited(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let before = on.audit(&scene.tenant).await.len();
    let close = to(ConversationStatus::Closed);
    let changed = scene.change(&state, &close, &scene.agent(), None).await;
    let (after, receipt) = changed.unwrap();
    assert_eq!(names(&receipt.envelopes), ["conversation.updated"]);
    let Event::ConversationUpdated(view) = &receipt.envelopes[0].event else {
        panic!("{receipt:?}");
    };
    assert_eq!(view.status, ConversationStatus::Closed);
    assert_eq!(view.seq, receipt.envelopes[0].seq);
    assert_eq!(receipt.envelopes[0].row.as_ref(), Some(view));
    assert!(after.version > state.version);
    assert_eq!(scene.anns().await.conversation, after.conversation);

    let audit = on.audit(&scene.tenant).await;
    assert_eq!(audit.len(), before + 1);
    let line = audit.last().unwrap();
    assert_eq!(line.subject, state.conversation.id.to_string());
    assert_eq!(line.actor, scene.tenant.user.name);
}

pub async fn a_change_of_a_stale_row_is_refused(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let stale = scene.with_ann().await;
    scene.receive(inbound(ANN, "wait")).await;
    let (events, audit) = (
        scene.events().await.len(),
        on.audit(&scene.tenant).await.len(),
    );
    let close = to(ConversationStatus::Closed);
    let refused = scene.change(&stale, &close, &scene.agent(), None).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(scene.events().await.len(), events);
    assert_eq!(on.audit(&scene.tenant).await.len(), audit);
    assert_eq!(
        scene.anns().await.conversation.status,
        ConversationStatus::Open
    );
}

pub async fn an_assignee_comes_and_goes(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let assign = ConversationChange {
        assignee: Some(Some(scene.tenant.user.clone())),
        ..Default::default()
    };
    let by = scene.agent();
    let (state, _) = scene.change(&state, &assign, &by, None).await.unwrap();
    assert_eq!(
        state.conversation.assignee.as_ref(),
        Some(&scene.tenant.user)
    );
    let drop = ConversationChange {
        assignee: Some(None),
        ..Default::default()
    };
    let (state, _) = scene.change(&state, &drop, &by, None).await.unwrap();
    assert_eq!(state.conversation.assignee, None);
    // A message that comes in leaves the assignee alone.
    let (state, _) = scene.change(&state, &assign, &by, None).await.unwrap();
    scene.receive(inbound(ANN, "hello?")).await;
    let now = scene.anns().await;
    assert_eq!(now.conversation.assignee, state.conversation.assignee);
}

pub async fn reading_clears_unread_and_leaves_its_job(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let read = ConversationChange {
        read: true,
        ..Default::default()
    };
    let task = Task::MarkRead {
        session: scene.tenant.session,
        provider_id: state.last_inbound_provider_id.clone().unwrap(),
        typing: false,
    };
    let by = scene.agent();
    let changed = scene.change(&state, &read, &by, Some(task.clone())).await;
    let (after, receipt) = changed.unwrap();
    assert_eq!(after.conversation.unread, 0);
    assert!(receipt.jobs);
    assert_eq!(receipt.envelopes[0].row.as_ref().unwrap().unread, 0);
    let tasks: Vec<Task> = scene
        .claim()
        .await
        .into_iter()
        .map(|job| job.task)
        .collect();
    assert_eq!(tasks, [task]);
    // An answer of ours does not make it unread again.
    scene.say(draft("here we are")).await;
    assert_eq!(scene.anns().await.conversation.unread, 0);
}

pub async fn health_is_stored_and_told(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let session = scene.tenant.session;
    let loaded = scene.store.load_session(session).await.unwrap().unwrap();
    assert!(loaded.enabled);
    assert_eq!(loaded.organization, scene.tenant.organization);
    let reason = Some("the access token expired".to_owned());
    let set = scene
        .store
        .set_health(session, HealthState::TokenInvalid, reason.clone());
    let receipt = set.await.unwrap();
    assert_eq!(names(&receipt.envelopes), ["session.updated"]);
    assert_eq!(receipt.envelopes[0].audience, Audience::Everyone);
    let Event::SessionUpdated(view) = &receipt.envelopes[0].event else {
        panic!("{receipt:?}");
    };
    assert_eq!(
        (view.health.state, &view.health.reason),
        (HealthState::TokenInvalid, &reason)
    );
    assert_eq!(view.verify_token, None, "secrets do not travel with events");
    let loaded = scene.store.load_session(session).await.unwrap().unwrap();
    assert_eq!(loaded.health, HealthState::TokenInvalid);
    let other = scene.store.load_session(scene.tenant.other_session).await;
    assert_eq!(other.unwrap().unwrap().health, HealthState::Ok);
    let nobody = crate::model::ids::SessionId(1);
    assert!(scene.store.load_session(nobody).await.unwrap().is_none());
}

pub async fn a_change_that_comes_twice_is_made_once(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let write = |state, status| ChangeWrite {
        state,
        change: to(status),
        by: scene.agent(),
        task: None,
        once: Some("hub-1-1".to_owned()),
    };
    let close = write(state, ConversationStatus::Closed);
    let closed = scene.store.change_conversation(close).await.unwrap().0;
    let open = to(ConversationStatus::Open);
    let opened = scene.change(&closed, &open, &scene.agent(), None).await;
    let opened = Arc::new(opened.unwrap().0);
    let lines = on.audit(&scene.tenant).await.len();

    // A node that slept wakes and does what was done meanwhile.
    let again = write(Arc::clone(&opened), ConversationStatus::Closed);
    let (now, receipt) = scene.store.change_conversation(again).await.unwrap();
    assert_eq!(receipt, Receipt::default());
    assert_eq!(now.conversation, opened.conversation);
    assert_eq!(on.audit(&scene.tenant).await.len(), lines);
}
