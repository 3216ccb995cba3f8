//! What comes later may change an earlier line.

use crate::event::Event;
use crate::model::inbound::{Effect, InboundMessage};
use crate::model::message::ReactionBy;
use crate::ports::store::Appended;
use crate::testing::build::inbound;
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{ANN, Scene, stored, told};

pub async fn a_placeholder_becomes_the_real_message(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let ghost = inbound(ANN, "unsupported")
        .id("wamid.g")
        .effect(Effect::Placeholder);
    let (state, receipt) = stored(scene.receive(ghost.clone()).await);
    let placeholder = told(&receipt);
    let real = inbound(ANN, "the real text").id("wamid.g");
    let (state_after, receipt) = stored(scene.receive(real.clone()).await);
    let message = told(&receipt);
    assert_eq!(message.id, placeholder.id);
    assert_eq!(
        (message.kind.as_str(), message.text.as_deref()),
        ("text", Some("the real text"))
    );
    assert!(message.seq > placeholder.seq);
    assert_eq!(scene.thread(state.conversation.id).await.len(), 1);
    assert_eq!(
        state_after.conversation.unread, 1,
        "it is one message, not two"
    );
    let last = state_after.conversation.last_message.clone().unwrap();
    assert_eq!(last.text.as_deref(), Some("the real text"));
    assert!(matches!(scene.receive(real).await, Appended::Duplicate));
    assert!(matches!(scene.receive(ghost).await, Appended::Duplicate));
}

pub async fn a_late_placeholder_is_ignored(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let (state, _) = stored(scene.receive(inbound(ANN, "real").id("wamid.g")).await);
    let ghost = inbound(ANN, "unsupported")
        .id("wamid.g")
        .effect(Effect::Placeholder);
    assert!(matches!(scene.receive(ghost).await, Appended::Duplicate));
    let thread = scene.thread(state.conversation.id).await;
    assert_eq!(thread.len(), 1);
    assert_eq!(thread[0].text.as_deref(), Some("real"));
    assert_eq!(scene.events().await.len(), 3);
}

fn reaction(target: &str, emoji: Option<&str>) -> InboundMessage {
    let effect = Effect::Reaction {
        target: target.to_owned(),
        emoji: emoji.map(str::to_owned),
    };
    inbound(ANN, emoji.unwrap_or_default())
        .effect(effect)
        .build()
}

pub async fn a_reaction_is_shown_on_its_target_and_not_in_the_thread(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let (state, receipt) = stored(scene.receive(inbound(ANN, "hello").id("wamid.t")).await);
    let target = told(&receipt);
    for (emoji, expected) in [
        (Some("👍"), vec!["👍"]),
        (Some("❤️"), vec!["❤️"]),
        (None, vec![]),
    ] {
        let (state, receipt) = stored(scene.receive(reaction("wamid.t", emoji)).await);
        let last = receipt.envelopes.last().unwrap();
        assert!(
            matches!(last.event, Event::MessageUpdated(_)),
            "{:?}",
            last.event
        );
        let told = told(&receipt);
        assert_eq!(told.id, target.id);
        let shown: Vec<&str> = told.reactions.iter().map(|r| r.emoji.as_str()).collect();
        assert_eq!(shown, expected);
        assert!(
            told.reactions
                .iter()
                .all(|reaction| reaction.by == ReactionBy::Contact)
        );
        assert_eq!(state.conversation.unread, 1);
        assert_eq!(
            state.conversation.last_message.as_ref().unwrap().id,
            target.id
        );
    }
    assert_eq!(scene.thread(state.conversation.id).await.len(), 1);
    let again = reaction("wamid.t", Some("🎉"));
    stored(scene.receive(again.clone()).await);
    assert!(matches!(scene.receive(again).await, Appended::Duplicate));
}

pub async fn a_reaction_to_an_unknown_message_is_a_line_of_its_own(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    stored(scene.receive(reaction("wamid.before.us", Some("👍"))).await);
    let thread = scene.thread(state.conversation.id).await;
    assert_eq!(thread.len(), 2);
    assert_eq!(thread[1].kind, "reaction");
}

pub async fn an_edit_replaces_the_text(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let (state, receipt) = stored(scene.receive(inbound(ANN, "helo").id("wamid.t")).await);
    let target = told(&receipt);
    let edit = Effect::Edit {
        target: "wamid.t".to_owned(),
    };
    let (_, receipt) = stored(
        scene
            .receive(inbound(ANN, "hello").effect(edit.clone()))
            .await,
    );
    let message = told(&receipt);
    assert_eq!(
        (message.id, message.text.as_deref()),
        (target.id, Some("hello"))
    );
    assert!(message.edited_at.is_some());
    stored(scene.receive(inbound(ANN, "hello!").effect(edit)).await);
    let thread = scene.thread(state.conversation.id).await;
    assert_eq!(thread.len(), 1);
    assert_eq!(thread[0].text.as_deref(), Some("hello!"));
    assert_eq!(scene.anns().await.conversation.unread, 1);
}

pub async fn a_revoked_message_is_marked(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let (state, receipt) = stored(scene.receive(inbound(ANN, "oops").id("wamid.t")).await);
    let target = told(&receipt);
    let revoke = Effect::Revoke {
        target: "wamid.t".to_owned(),
    };
    let (_, receipt) = stored(scene.receive(inbound(ANN, "").effect(revoke)).await);
    let message = told(&receipt);
    assert_eq!(message.id, target.id);
    assert!(message.revoked_at.is_some());
    assert_eq!(scene.thread(state.conversation.id).await.len(), 1);
}
