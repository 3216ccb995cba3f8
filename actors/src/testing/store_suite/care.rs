//! How people take care of a conversation: whose it is, how urgent, asleep until when, who waits, whom a note calls.

use std::time::Duration;

use crate::event::{Audience, Event};
use crate::model::conversation::{ConversationChange, ConversationStatus, Priority};
use crate::model::job::Task;
use crate::testing::build::{draft, inbound};
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{ANN, Scene, names, queued};
use crate::time::Timestamp;

const HOUR: Duration = Duration::from_secs(3600);

fn asleep_until(until: Option<Timestamp>) -> ConversationChange {
    ConversationChange {
        status: Some(ConversationStatus::Snoozed),
        snoozed_until: until,
        ..Default::default()
    }
}

fn woken(until: Timestamp) -> ConversationChange {
    ConversationChange {
        wake: Some(until),
        ..Default::default()
    }
}

pub async fn team_tags_and_priority_stay_whatever_the_contact_says(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let audited = on.audit(&scene.tenant).await.len();
    let [first, second] = scene.tenant.tags;
    let change = ConversationChange {
        team: Some(Some(scene.tenant.team.clone())),
        priority: Some(Priority::Urgent),
        add_tags: vec![second, first, second],
        ..Default::default()
    };
    let changed = scene.change(&state, &change, &scene.agent(), None).await;
    let view = changed.unwrap().0.conversation;
    assert_eq!(view.team.as_ref(), Some(&scene.tenant.team));
    assert_eq!(view.priority, Priority::Urgent);
    assert_eq!(view.tags, [first, second]);
    assert!(on.audit(&scene.tenant).await.len() > audited);

    scene.receive(inbound(ANN, "well?")).await;
    scene.say(draft("here we are")).await;
    let now = scene.anns().await.conversation.clone();
    assert_eq!(
        (now.team, now.priority, now.tags),
        (view.team, view.priority, view.tags)
    );
}

pub async fn tags_come_and_go(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let [first, second] = scene.tenant.tags;
    let by = scene.agent();
    let add = |tags| ConversationChange {
        add_tags: tags,
        ..Default::default()
    };
    let both = add(vec![first, second]);
    let state = scene.change(&state, &both, &by, None).await.unwrap().0;
    assert!(!both.changes(&state.conversation), "they are there");
    let swap = ConversationChange {
        add_tags: vec![second],
        remove_tags: vec![first],
        ..Default::default()
    };
    scene.change(&state, &swap, &by, None).await.unwrap();
    assert_eq!(scene.anns().await.conversation.tags, [second]);
}

pub async fn participants_come_and_go(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let jo = scene.tenant.user.id;
    let join = ConversationChange {
        add_participants: vec![jo, jo],
        ..Default::default()
    };
    let by = scene.agent();
    let state = scene.change(&state, &join, &by, None).await.unwrap().0;
    assert_eq!(state.conversation.participants, [jo]);
    scene.receive(inbound(ANN, "well?")).await;
    scene.say(draft("here we are")).await;
    let state = scene.anns().await;
    assert_eq!(state.conversation.participants, [jo]);
    assert!(!join.changes(&state.conversation), "they take part");
    let leave = ConversationChange {
        remove_participants: vec![jo],
        ..Default::default()
    };
    let (_, receipt) = scene.change(&state, &leave, &by, None).await.unwrap();
    assert_eq!(names(&receipt.envelopes), ["conversation.updated"]);
    assert_eq!(scene.anns().await.conversation.participants, []);
}

pub async fn a_snoozed_conversation_wakes_at_its_alarm(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let id = state.conversation.id;
    // Due already, so that the alarm can be claimed.
    let until = Timestamp::from_millis((scene.now() - HOUR).millis());
    let alarm = Task::WakeConversation {
        conversation: id,
        until,
    };
    let snooze = asleep_until(Some(until));
    let by = scene.agent();
    let slept = scene
        .change(&state, &snooze, &by, Some(alarm.clone()))
        .await;
    let state = slept.unwrap().0;
    assert_eq!(state.conversation.snoozed_until, Some(until));
    let stored = scene.anns().await;
    assert_eq!(stored.conversation, state.conversation);
    let tasks: Vec<Task> = scene
        .claim()
        .await
        .into_iter()
        .map(|job| job.task)
        .collect();
    assert_eq!(tasks, [alarm]);

    let wake = woken(until);
    assert!(wake.changes(&state.conversation));
    let (state, receipt) = scene.change(&state, &wake, &by, None).await.unwrap();
    assert_eq!(state.conversation.status, ConversationStatus::Open);
    assert_eq!(state.conversation.snoozed_until, None);
    assert_eq!(names(&receipt.envelopes), ["conversation.updated"]);
}

pub async fn a_later_snooze_outlives_an_earlier_alarm(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let (early, late) = (scene.now() + HOUR, scene.now() + 2 * HOUR);
    let by = scene.agent();
    let snooze = asleep_until(Some(early));
    let alarm = |until| Task::WakeConversation {
        conversation: state.conversation.id,
        until,
    };
    let slept = scene.change(&state, &snooze, &by, Some(alarm(early))).await;
    let slept = slept.unwrap().0;
    assert!(scene.claim().await.is_empty(), "it is not time yet");
    let snooze = asleep_until(Some(late));
    let longer = scene.change(&slept, &snooze, &by, Some(alarm(late))).await;
    let longer = longer.unwrap().0;
    assert!(!woken(early).changes(&longer.conversation));
    assert!(woken(late).changes(&longer.conversation));
}

pub async fn a_snoozed_conversation_wakes_when_the_contact_writes(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    let until = scene.now() + HOUR;
    let snooze = asleep_until(Some(until));
    scene
        .change(&state, &snooze, &scene.agent(), None)
        .await
        .unwrap();
    scene.receive(inbound(ANN, "are you there?")).await;
    let now = scene.anns().await;
    assert_eq!(now.conversation.status, ConversationStatus::Open);
    assert_eq!(now.conversation.snoozed_until, None);
    // An alarm of old finds nobody asleep.
    assert!(!woken(until).changes(&now.conversation));
}

pub async fn a_contact_waits_from_the_first_message_to_the_answer(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let asked_at = scene.now() - HOUR;
    scene.receive(inbound(ANN, "hello").at(asked_at)).await;
    let waiting = || async { scene.anns().await.conversation.waiting_since };
    let since = waiting().await;
    assert_eq!(since, Some(asked_at));
    scene.receive(inbound(ANN, "hello?").at(scene.now())).await;
    assert_eq!(waiting().await, since, "the first message counts");
    scene.say(draft("no idea").note()).await;
    assert_eq!(waiting().await, since, "a note is no answer");
    scene.say(draft("here we are")).await;
    assert_eq!(waiting().await, None);
    scene.receive(inbound(ANN, "thanks").at(scene.now())).await;
    assert!(waiting().await.is_some());
}

pub async fn closing_ends_the_waiting(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let state = scene.with_ann().await;
    assert!(state.conversation.waiting_since.is_some());
    let close = ConversationChange {
        status: Some(ConversationStatus::Closed),
        ..Default::default()
    };
    scene
        .change(&state, &close, &scene.agent(), None)
        .await
        .unwrap();
    assert_eq!(scene.anns().await.conversation.waiting_since, None);
}

pub async fn a_note_calls_a_colleague_who_alone_hears_it(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let jo = scene.tenant.user.id;
    let said = scene.say(draft("@Jo, can you?").note().calling(jo)).await;
    let (note, receipt) = queued(said);
    assert_eq!(
        names(&receipt.envelopes),
        ["note.created", "user.mentioned"]
    );
    let [created, mentioned] = &receipt.envelopes[..] else {
        panic!("{receipt:?}");
    };
    assert_eq!(created.audience, Audience::Everyone);
    assert_eq!(mentioned.audience, Audience::User(jo));
    assert_eq!(mentioned.event, Event::UserMentioned(note));
    // Whoever comes back hears the same.
    let events = scene.events().await;
    let last = events.last().unwrap();
    assert_eq!(
        (&last.event, last.audience),
        (&mentioned.event, mentioned.audience)
    );
}

pub async fn whom_a_note_calls_takes_part_from_then_on(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let jo = scene.tenant.user.id;
    let said = scene.say(draft("@Jo, can you?").note().calling(jo)).await;
    let (_, receipt) = queued(said);
    // The row comes with the note: nobody has to ask.
    for envelope in &receipt.envelopes {
        assert_eq!(envelope.row.as_ref().unwrap().participants, [jo]);
    }
    scene.say(draft("@Jo?").note().calling(jo)).await;
    assert_eq!(scene.anns().await.conversation.participants, [jo]);
}
