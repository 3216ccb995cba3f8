//! What people change about a conversation, and how a number fares.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::future::join_all;

use crate::event::{Audience, Event};
use crate::model::conversation::{
    ConversationChange, ConversationState, ConversationStatus, Priority,
};
use crate::model::job::Task;
use crate::model::session::HealthState;
use crate::model::sla::{Goal, Press, SlaMark, Stage};
use crate::ports::store::{ChangeWrite, Receipt, StoreError};
use crate::testing::build::{draft, inbound, phone};
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{ANN, LONG, Scene, names};

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

pub async fn many_changes_at_once_are_each_made_or_refused(on: &dyn Fixture) {
    const CONTACTS: usize = 12;
    let scene = Scene::set(on).await;
    let mut states = Vec::new();
    for contact in 0..CONTACTS {
        let digits = format!("4917000001{contact:02}");
        scene.receive(inbound(&digits, "hello")).await;
        states.push(scene.state_of(&[phone(&digits)]).await);
    }
    let before = scene.events().await.len();
    let assign = ConversationChange {
        assignee: Some(Some(scene.tenant.user.clone())),
        ..Default::default()
    };
    let urgent = ConversationChange {
        priority: Some(Priority::Urgent),
        ..Default::default()
    };
    let by = scene.agent();
    // Two of each conversation, decided on the same row: one of them is made.
    let both = states
        .iter()
        .flat_map(|state| [(state, &assign), (state, &urgent)]);
    let tries = both.map(|(state, change)| scene.change(state, change, &by, None));
    let done = join_all(tries).await;
    for two in done.chunks(2) {
        let made = two.iter().filter(|one| one.is_ok()).count();
        assert_eq!(made, 1, "{two:?}");
        let refused = two.iter().find_map(|one| one.as_ref().err());
        assert!(matches!(refused, Some(StoreError::Conflict)), "{two:?}");
    }
    // Each is told once, under a number of its own, and is what is stored.
    let events = scene.events().await;
    assert_eq!(events.len(), before + CONTACTS);
    for (after, _) in done.into_iter().flatten() {
        let key = scene.key(&after.identities);
        let found = scene.store.load_conversation(&key, &after.identities).await;
        assert_eq!(found.unwrap().unwrap().conversation, after.conversation);
    }
    let told: HashSet<_> = events[before..]
        .iter()
        .filter_map(|event| event.event.conversation())
        .collect();
    assert_eq!(told.len(), CONTACTS);
}

pub async fn a_late_promise_stays_until_the_contact_is_answered(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let by = scene.agent();
    let due_at = scene.now();
    let mark = |stage, state: &ConversationState| SlaMark {
        goal: Goal::FirstReply,
        stage,
        since: state.conversation.waiting_since.unwrap(),
        due_at,
    };
    let press = |mark| ConversationChange {
        press: Some(Press {
            marks: vec![mark],
            priority: Some(Priority::High),
            team: Some(scene.tenant.team.clone()),
        }),
        ..Default::default()
    };
    let warned = press(mark(Stage::Warning, &state));
    let (warned, receipt) = scene.change(&state, &warned, &by, None).await.unwrap();
    assert_eq!(names(&receipt.envelopes), ["conversation.sla_warning"]);
    assert_eq!(warned.conversation.team, None);
    let late = press(mark(Stage::Breached, &state));
    let (after, receipt) = scene.change(&warned, &late, &by, None).await.unwrap();
    assert_eq!(names(&receipt.envelopes), ["conversation.sla_breached"]);
    // Whoever was away reads them again as what they were.
    let kept = scene.events().await;
    assert_eq!(
        names(&kept[kept.len() - 2..]),
        ["conversation.sla_warning", "conversation.sla_breached"]
    );
    assert_eq!(after.conversation.sla, [mark(Stage::Breached, &state)]);
    assert_eq!(after.conversation.priority, Priority::High);
    assert_eq!(after.conversation.team, Some(scene.tenant.team.clone()));
    assert_eq!(scene.anns().await.conversation, after.conversation);
    let floor = scene.store.load_floor(scene.tenant.organization).await;
    assert_eq!(floor.unwrap().standings[0].sla, after.conversation.sla);
    // What waits since another time is another promise.
    assert!(!late.changes(&after.conversation));
    scene.say(draft("hello")).await;
    let answered = scene.anns().await;
    assert_eq!(answered.conversation.sla, []);
    assert!(answered.conversation.first_reply_at.is_some());
    assert!(!late.changes(&answered.conversation));
    scene
        .receive(inbound(ANN, "and now?").at(scene.now() + LONG))
        .await;
    assert_eq!(scene.anns().await.conversation.sla, []);
    // Closed and opened again it begins anew.
    let close = to(ConversationStatus::Closed);
    scene
        .change(&*scene.anns().await, &close, &by, None)
        .await
        .unwrap();
    let again = inbound(ANN, "hello?").at(scene.now() + 2 * LONG);
    scene.receive(again).await;
    let opened = scene.anns().await.conversation.clone();
    assert_eq!(opened.first_reply_at, None);
    assert!(opened.opened_at > answered.conversation.opened_at);
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
