//! Who a contact is: phone variants, business-scoped ids, changes of number.

use crate::model::contact::Identity;
use crate::model::inbound::Effect;
use crate::testing::build::{inbound, inbound_of, phone, user_id};
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{ANN, Scene, names, stored};

pub async fn variants_of_a_phone_number_are_one_contact(on: &dyn Fixture) {
    let variants = [
        ("5511987654321", "551187654321"),
        ("5215512345678", "525512345678"),
        ("5491123456789", "541123456789"),
    ];
    let scene = Scene::set(on).await;
    for (one, other) in variants {
        let (first, _) = stored(scene.receive(inbound(one, "hello")).await);
        let (second, receipt) = stored(scene.receive(inbound(other, "again")).await);
        assert_eq!(
            second.conversation.id, first.conversation.id,
            "{one} {other}"
        );
        assert_eq!(names(&receipt.envelopes).last(), Some(&"message.received"));
        assert_eq!(second.conversation.contact.phone.as_deref(), Some(one));
        assert_eq!(second.conversation.unread, 2);
    }
}

pub async fn a_contact_may_have_no_phone_number(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let hidden = || inbound_of(vec![user_id("US.1A2B")], "hello").named("Bea");
    let (first, _) = stored(scene.receive(hidden()).await);
    let contact = &first.conversation.contact;
    assert_eq!(
        (contact.phone.as_deref(), contact.user_id.as_deref()),
        (None, Some("US.1A2B"))
    );
    let (second, _) = stored(scene.receive(hidden()).await);
    assert_eq!(second.conversation.id, first.conversation.id);
    assert_eq!(second.identities, [user_id("US.1A2B")]);
}

pub async fn a_contact_with_two_identities_is_found_by_either(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let both = inbound(ANN, "hello").also(user_id("US.1A"));
    let (first, _) = stored(scene.receive(both).await);
    for identities in [vec![phone(ANN)], vec![user_id("US.1A")]] {
        let (again, _) = stored(scene.receive(inbound_of(identities.clone(), "again")).await);
        assert_eq!(
            again.conversation.id, first.conversation.id,
            "{identities:?}"
        );
        let loaded = scene.state_of(&identities).await;
        assert_eq!(
            loaded.conversation.id, first.conversation.id,
            "{identities:?}"
        );
    }
    // The actor that stands for the user id only finds the row by its key as well.
    let key = scene.key(&[user_id("US.1A")]);
    let loaded = scene
        .store
        .load_conversation(&key, &[])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(loaded.conversation.id, first.conversation.id);
    // An identity that is learned later leads here as well.
    let later = inbound_of(
        vec![user_id("US.2B"), user_id("US.1A")],
        "from a linked account",
    );
    scene.receive(later).await;
    let (known, _) = stored(
        scene
            .receive(inbound_of(vec![user_id("US.2B")], "me again"))
            .await,
    );
    assert_eq!(known.conversation.id, first.conversation.id);
}

pub async fn two_contacts_are_not_merged_by_a_message_that_names_both(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let (ann, _) = stored(scene.receive(inbound(ANN, "hello")).await);
    let (bea, _) = stored(
        scene
            .receive(inbound_of(vec![user_id("US.9")], "hello"))
            .await,
    );
    assert_ne!(ann.conversation.id, bea.conversation.id);
    let both = inbound_of(vec![user_id("US.9"), phone(ANN)], "who am I?");
    let (state, _) = stored(scene.receive(both).await);
    assert_eq!(
        state.conversation.id, ann.conversation.id,
        "the phone number decides"
    );
    let bea_still = scene.state_of(&[user_id("US.9")]).await;
    assert_eq!(bea_still.conversation.id, bea.conversation.id);
}

pub async fn a_new_profile_name_is_told(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.receive(inbound(ANN, "hello").named("Ann")).await;
    let (state, receipt) = stored(scene.receive(inbound(ANN, "hi").named("Ann B.")).await);
    assert_eq!(
        names(&receipt.envelopes),
        ["contact.updated", "message.received"]
    );
    assert_eq!(state.conversation.contact.name.as_deref(), Some("Ann B."));
}

pub async fn a_new_number_keeps_the_conversation(on: &dyn Fixture) {
    const NEW: &str = "491709999999";
    let scene = Scene::set(on).await;
    let (first, _) = stored(scene.receive(inbound(ANN, "hello")).await);
    let renumber = Effect::Renumber {
        to: vec![phone(NEW)],
    };
    let notice = inbound(ANN, "Ann changed the number").effect(renumber);
    let (state, receipt) = stored(scene.receive(notice).await);
    assert_eq!(
        names(&receipt.envelopes),
        ["contact.updated", "message.received"]
    );
    assert_eq!(state.conversation.unread, 1, "a notice is nothing to read");
    let (after, _) = stored(scene.receive(inbound(NEW, "it's me")).await);
    assert_eq!(after.conversation.id, first.conversation.id);
    assert_eq!(after.conversation.contact.phone.as_deref(), Some(NEW));
    let values: Vec<&str> = after.identities.iter().map(|i| i.value.as_str()).collect();
    assert!(values.contains(&NEW) && values.contains(&ANN), "{values:?}");
    assert_eq!(scene.thread(first.conversation.id).await.len(), 3);
}

pub async fn each_number_of_ours_has_its_own_conversation(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let (one, _) = stored(scene.receive(inbound(ANN, "hello")).await);
    let other = scene.tenant.other_session;
    let (two, receipt) = stored(scene.receive_at(other, inbound(ANN, "hello there")).await);
    assert_ne!(one.conversation.id, two.conversation.id);
    assert_eq!(one.conversation.contact.id, two.conversation.contact.id);
    assert_eq!(
        names(&receipt.envelopes),
        ["conversation.created", "message.received"]
    );
}

pub async fn a_first_message_to_somebody_opens_a_conversation(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let to: Vec<Identity> = vec![phone(ANN)];
    let opened = scene.store.open_conversation(&scene.key(&to), &to).await;
    let (state, receipt) = opened.unwrap();
    assert_eq!(
        names(&receipt.envelopes),
        ["contact.created", "conversation.created"]
    );
    assert_eq!(state.conversation.window_expires_at, None);
    assert_eq!(state.conversation.unread, 0);
    let again = scene.store.open_conversation(&scene.key(&to), &to).await;
    let (same, receipt) = again.unwrap();
    assert_eq!(
        (same.conversation.id, receipt.envelopes.len()),
        (state.conversation.id, 0)
    );
    let (answered, _) = stored(scene.receive(inbound(ANN, "hi")).await);
    assert_eq!(answered.conversation.id, state.conversation.id);
    let located = scene
        .store
        .locate_conversation(scene.tenant.organization, state.conversation.id);
    let key = located.await.unwrap().unwrap();
    let loaded = scene
        .store
        .load_conversation(&key, &[])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(loaded.conversation.id, state.conversation.id);
}
