//! What lines are loaded from agrees with what was stored, and each way into a line and out of it is kept.

use crate::model::conversation::{ConversationChange, ConversationState, ConversationStatus};
use crate::model::queue::{MoveKind, Route, Standing};
use crate::testing::build::{draft, inbound};
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{ANN, Scene};

fn to_team(scene: &Scene<'_>) -> ConversationChange {
    ConversationChange {
        team: Some(Some(scene.tenant.team.clone())),
        ..Default::default()
    }
}

fn give(scene: &Scene<'_>, state: &ConversationState) -> ConversationChange {
    ConversationChange {
        route: Some(Route {
            from: state.conversation.team.as_ref().map(|team| team.id),
            team: scene.tenant.team.clone(),
            to: Some(scene.tenant.user.clone()),
            until: Some(scene.now() + std::time::Duration::from_secs(60)),
        }),
        ..Default::default()
    }
}

async fn kinds(scene: &Scene<'_>) -> Vec<MoveKind> {
    let floor = scene.store.load_floor(scene.tenant.organization).await;
    let moves = floor.unwrap().moves.into_iter();
    let team = scene.tenant.team.id;
    let mut moves: Vec<_> = moves.filter(|one| one.team == team).collect();
    moves.sort_by_key(|one| one.at);
    let kinds = moves.into_iter().flat_map(|one| {
        let count = usize::try_from(one.count).unwrap();
        std::iter::repeat_n(one.kind, count)
    });
    kinds.collect()
}

fn count(kinds: &[MoveKind], kind: MoveKind) -> usize {
    kinds.iter().filter(|one| **one == kind).count()
}

pub async fn open_conversations_stand_on_the_floor_as_they_are_shown(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let organization = scene.tenant.organization;
    let floor = scene.store.load_floor(organization).await.unwrap();
    assert_eq!(floor.standings, [Standing::of(&state.conversation)]);
    assert_eq!(
        floor.head,
        scene.store.floor_head(organization).await.unwrap()
    );
    let by = scene.agent();
    let change = give(&scene, &state);
    let given = scene.change(&state, &change, &by, None).await.unwrap().0;
    let floor = scene.store.load_floor(organization).await.unwrap();
    let standing = Standing::of(&given.conversation);
    assert_eq!(standing.assignee, Some(scene.tenant.user.id));
    assert_eq!(
        standing.reserved_until,
        change.route.and_then(|route| route.until)
    );
    assert_eq!(floor.standings, [standing]);
    let close = ConversationChange {
        status: Some(ConversationStatus::Closed),
        ..Default::default()
    };
    scene.change(&given, &close, &by, None).await.unwrap();
    let floor = scene.store.load_floor(organization).await.unwrap();
    assert_eq!(floor.standings, []);
}

pub async fn each_way_into_a_line_and_out_of_it_is_kept(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let by = scene.agent();
    let state = scene.change(&state, &to_team(&scene), &by, None).await;
    let state = state.unwrap().0;
    assert_eq!(kinds(&scene).await, [MoveKind::Arrived]);
    let change = give(&scene, &state);
    let given = scene.change(&state, &change, &by, None).await.unwrap().0;
    assert_eq!(count(&kinds(&scene).await, MoveKind::Taken), 1);
    let back = ConversationChange {
        release: Some(scene.tenant.user.id),
        ..Default::default()
    };
    let state = scene.change(&given, &back, &by, None).await.unwrap().0;
    assert_eq!(state.conversation.assignee, None);
    let close = ConversationChange {
        status: Some(ConversationStatus::Closed),
        ..Default::default()
    };
    scene.change(&state, &close, &by, None).await.unwrap();
    let all = kinds(&scene).await;
    assert_eq!(
        (count(&all, MoveKind::Arrived), count(&all, MoveKind::Left)),
        (2, 1)
    );
    // The contact writes again: it waits again.
    let more = inbound(ANN, "one more thing").at(scene.now());
    scene.receive(more).await;
    assert_eq!(count(&kinds(&scene).await, MoveKind::Arrived), 3);
    // What changes nothing about the line is no move.
    let before = kinds(&scene).await.len();
    scene.receive(inbound(ANN, "and another")).await;
    scene.say(draft("yes?")).await;
    assert_eq!(kinds(&scene).await.len(), before);
}

pub async fn what_waits_no_longer_is_not_given_away(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let by = scene.agent();
    let change = give(&scene, &state);
    let given = scene.change(&state, &change, &by, None).await.unwrap().0;
    assert!(!change.changes(&given.conversation), "somebody has it");
    let elsewhere = scene
        .change(
            &given,
            &ConversationChange {
                assignee: Some(None),
                team: Some(None),
                ..Default::default()
            },
            &by,
            None,
        )
        .await
        .unwrap()
        .0;
    assert_eq!(elsewhere.conversation.reserved_until, None);
    let from_team = ConversationChange {
        route: Some(Route {
            from: Some(scene.tenant.team.id),
            ..change.route.unwrap()
        }),
        ..Default::default()
    };
    assert!(
        !from_team.changes(&elsewhere.conversation),
        "it left the team"
    );
}

pub async fn an_answer_takes_what_was_reserved(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let change = give(&scene, &state);
    scene
        .change(&state, &change, &scene.agent(), None)
        .await
        .unwrap();
    scene.say(draft("hello").by(&scene.tenant.user)).await;
    let state = scene.anns().await;
    assert_eq!(state.conversation.reserved_until, None);
    assert_eq!(
        state.conversation.assignee.as_ref(),
        Some(&scene.tenant.user)
    );
    let organization = scene.tenant.organization;
    let since = scene.now() - std::time::Duration::from_secs(3600);
    let replies = scene
        .store
        .replies_since(organization, since)
        .await
        .unwrap();
    let users: Vec<_> = replies.into_iter().map(|(user, _)| user).collect();
    assert_eq!(users, [scene.tenant.user.id]);
}
