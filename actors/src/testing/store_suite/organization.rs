//! Nothing of one organization reaches another.

use crate::model::conversation::ConversationChange;
use crate::model::status::MessageStatus;
use crate::ports::store::{Queued, Raised, StoreError};
use crate::testing::build::{draft, inbound, phone, status};
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{ANN, Scene, accepted, go, queued, stored};

pub async fn nobody_sees_another_organizations_rows(on: &dyn Fixture) {
    let (a, b) = (Scene::set(on).await, Scene::set(on).await);
    let state = a.with_ann().await;
    let id = state.conversation.id;
    let located = b
        .store
        .locate_conversation(b.tenant.organization, id)
        .await
        .unwrap();
    assert_eq!(located, None);
    let loaded = b
        .store
        .load_conversation(&b.key(&[phone(ANN)]), &[phone(ANN)])
        .await
        .unwrap();
    assert!(loaded.is_none());
    assert_eq!(b.events().await.len(), 0);
    let change = ConversationChange {
        read: true,
        ..Default::default()
    };
    let foreign = b.change(&state, &change, &b.agent(), None).await;
    assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
    assert_eq!(a.anns().await.conversation.unread, 1);
}

pub async fn the_same_phone_number_is_two_contacts_in_two_organizations(on: &dyn Fixture) {
    let (a, b) = (Scene::set(on).await, Scene::set(on).await);
    let message = inbound(ANN, "to both").build();
    let (at_a, _) = stored(a.receive(message.clone()).await);
    let (at_b, _) = stored(b.receive(message).await);
    assert_ne!(at_a.conversation.id, at_b.conversation.id);
    assert_ne!(at_a.conversation.contact.id, at_b.conversation.contact.id);
    assert_eq!((a.events().await.len(), b.events().await.len()), (3, 3));
}

pub async fn a_status_of_another_organization_is_not_matched(on: &dyn Fixture) {
    let (a, b) = (Scene::set(on).await, Scene::set(on).await);
    a.with_ann().await;
    let (message, job) = a.queue(draft("hi")).await;
    let parcel = go(a
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap());
    let attempt = parcel.attempt;
    let settle = a
        .store
        .settle_attempt(job.id, message.id, attempt, accepted("wamid.1"), None);
    settle.await.unwrap();
    let mut news = status("wamid.1", MessageStatus::Read, b.now());
    news.attempt = Some(attempt.to_string());
    let raised = b.hear(news).await;
    assert!(matches!(raised, Raised::Kept), "{raised:?}");
    assert_eq!(a.message(&message).await.status, MessageStatus::Sent);
}

pub async fn an_idempotency_key_belongs_to_its_organization(on: &dyn Fixture) {
    let (a, b) = (Scene::set(on).await, Scene::set(on).await);
    a.with_ann().await;
    b.with_ann().await;
    let (at_a, _) = queued(a.say(draft("hi").key("k")).await);
    let (at_b, _) = queued(b.say(draft("other").key("k")).await);
    assert_ne!(at_a.id, at_b.id);
    assert!(matches!(
        a.say(draft("hi").key("k")).await,
        Queued::Repeated(_)
    ));
}

pub async fn each_organization_counts_for_itself(on: &dyn Fixture) {
    let (a, b) = (Scene::set(on).await, Scene::set(on).await);
    for line in 0..4 {
        a.receive(inbound(ANN, &format!("{line}"))).await;
        b.receive(inbound(ANN, &format!("{line}"))).await;
    }
    // `events` holds both to be numbered from 1 without a hole.
    assert_eq!((a.events().await.len(), b.events().await.len()), (6, 6));
}
