//! The feed's memory: pages, bodies, a tail that ends somewhere, numbers without a hole.

use std::collections::HashSet;

use futures_util::future::join_all;

use crate::event::Event;
use crate::model::ids::MessageId;
use crate::testing::build::inbound;
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{ANN, Scene};

pub async fn events_are_read_in_pages(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    for number in 0..10 {
        scene.receive(inbound(ANN, &format!("line {number}"))).await;
    }
    let all = scene.events().await;
    let (mut pages, mut last) = (Vec::new(), 0);
    loop {
        let page = scene
            .store
            .events_since(scene.tenant.organization, last, 5)
            .await;
        let page = page.unwrap().unwrap();
        assert!(page.len() <= 5);
        let Some(event) = page.last() else {
            break;
        };
        last = event.seq;
        pages.extend(page);
    }
    assert_eq!(pages, all);
}

pub async fn bodies_are_as_the_rows_are_now(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    scene.receive(inbound(ANN, "newest").named("Ann B.")).await;
    let events = scene.events().await;
    let thread = scene.thread(state.conversation.id).await;
    let now = scene.anns().await;
    for event in &events {
        match &event.event {
            Event::MessageReceived(message) => {
                let line = thread.iter().find(|line| line.id == message.id);
                assert_eq!(line, Some(message.as_ref()));
            }
            Event::ConversationCreated(view) => assert_eq!(**view, now.conversation),
            Event::ContactCreated(contact) | Event::ContactUpdated(contact) => {
                assert_eq!(contact.name.as_deref(), Some("Ann B."));
            }
            other => panic!("{other:?}"),
        }
        if event.event.message().is_some() {
            assert_eq!(
                event.row.as_deref(),
                Some(&now.conversation),
                "list rows are joined too"
            );
        }
    }
}

pub async fn an_empty_tail_is_no_lost_tail(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let organization = scene.tenant.organization;
    let start = scene.store.head(organization).await.unwrap();
    assert_eq!(start.seq, 0);
    let nothing = scene.store.events_since(organization, 0, 10).await.unwrap();
    assert_eq!(nothing, Some(Vec::new()));
    scene.with_ann().await;
    let head = scene.store.head(organization).await.unwrap();
    assert_eq!((head.seq, head.epoch), (3, start.epoch));
    let nothing = scene
        .store
        .events_since(organization, head.seq, 10)
        .await
        .unwrap();
    assert_eq!(nothing, Some(Vec::new()));
}

pub async fn a_lost_tail_is_said(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let organization = scene.tenant.organization;
    for number in 0..5 {
        scene.receive(inbound(ANN, &format!("line {number}"))).await;
    }
    let head = scene.store.head(organization).await.unwrap().seq;
    on.forget_events(&scene.tenant, 4).await;
    for lost in [0, 3] {
        let page = scene
            .store
            .events_since(organization, lost, 100)
            .await
            .unwrap();
        assert_eq!(page, None, "since {lost}");
    }
    let kept = scene
        .store
        .events_since(organization, 4, 100)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.first().map(|event| event.seq), Some(5));
    on.forget_events(&scene.tenant, head).await;
    let page = scene
        .store
        .events_since(organization, head - 1, 100)
        .await
        .unwrap();
    assert_eq!(page, None, "all are gone");
    let page = scene
        .store
        .events_since(organization, head, 100)
        .await
        .unwrap();
    assert_eq!(page, Some(Vec::new()), "nothing was missed");
    assert_eq!(scene.store.head(organization).await.unwrap().seq, head);
}

pub async fn concurrent_writers_leave_no_hole_and_no_double(on: &dyn Fixture) {
    const CONTACTS: usize = 12;
    const LINES: usize = 8;
    let scene = Scene::set(on).await;
    let write = async |contact: usize| {
        let digits = format!("4917000000{contact:02}");
        for line in 0..LINES {
            scene.receive(inbound(&digits, &format!("{line}"))).await;
        }
    };
    join_all((0..CONTACTS).map(write)).await;
    let events = scene.events().await;
    assert_eq!(events.len(), CONTACTS * (LINES + 2));
    let ids: HashSet<MessageId> = events
        .iter()
        .filter_map(|event| event.event.message())
        .map(|message| message.id)
        .collect();
    assert_eq!(ids.len(), CONTACTS * LINES);
    // Within each conversation the lines stand in the order in which they came.
    let mut seen: std::collections::HashMap<_, usize> = std::collections::HashMap::new();
    for message in events.iter().filter_map(|event| event.event.message()) {
        let next = seen.entry(message.conversation_id).or_default();
        assert_eq!(message.text, Some(next.to_string()));
        *next += 1;
    }
    assert_eq!(seen.len(), CONTACTS);
}

pub async fn many_first_messages_at_once_make_one_contact(on: &dyn Fixture) {
    const LINES: usize = 8;
    let scene = Scene::set(on).await;
    let write = async |line: usize| scene.receive(inbound(ANN, &format!("{line}"))).await;
    join_all((0..LINES).map(write)).await;
    let names = scene.names().await;
    let count = |name| names.iter().filter(|held| **held == name).count();
    assert_eq!(count("contact.created"), 1);
    assert_eq!(count("conversation.created"), 1);
    assert_eq!(count("message.received"), LINES);
    let unread = scene.anns().await.conversation.unread;
    assert_eq!(unread, i32::try_from(LINES).unwrap());
}
