//! Jobs are claimed by one at a time, with counted tries; what can't be done lies in quarantine.

use std::time::Duration;

use crate::event::Audience;
use crate::model::job::{After, Job};
use crate::model::quarantine::{QuarantineSource, Quarantined};
use crate::model::status::MessageStatus;
use crate::testing::build::{draft, inbound};
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{ANN, Scene, go, names, told};

/// An organization with one job that is due: a file to be fetched.
async fn with_a_job(on: &dyn Fixture) -> Scene<'_> {
    let scene = Scene::set(on).await;
    scene.receive(inbound(ANN, "look").with_image("m1")).await;
    scene
}

fn one(mut jobs: Vec<Job>) -> Job {
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    jobs.remove(0)
}

pub async fn a_job_is_claimed_once_and_its_tries_are_counted(on: &dyn Fixture) {
    let scene = with_a_job(on).await;
    let job = one(scene.claim().await);
    assert_eq!(
        (job.tries, job.organization),
        (1, scene.tenant.organization)
    );
    assert_eq!(scene.claim().await, []);
}

pub async fn an_ended_lease_gives_the_job_to_the_next(on: &dyn Fixture) {
    let scene = with_a_job(on).await;
    let first = one(scene.claim_for(Duration::ZERO).await);
    let second = one(scene.claim().await);
    assert_eq!((second.id, second.tries), (first.id, 2));
}

pub async fn whoever_lost_the_lease_ends_nothing(on: &dyn Fixture) {
    let scene = with_a_job(on).await;
    let lost = one(scene.claim_for(Duration::ZERO).await);
    let held = one(scene.claim_for(Duration::ZERO).await);
    scene.store.finish_job(&lost, After::Done).await.unwrap();
    let job = one(scene.claim().await);
    assert_eq!(
        (job.id, job.tries),
        (held.id, 3),
        "the job was done by somebody who lost it"
    );
    scene.store.finish_job(&job, After::Done).await.unwrap();
    scene.store.finish_job(&job, After::Done).await.unwrap();
}

pub async fn a_retry_waits_for_its_time(on: &dyn Fixture) {
    let scene = with_a_job(on).await;
    let job = one(scene.claim().await);
    let retry = |at| After::Retry {
        at,
        reason: "not yet".to_owned(),
    };
    let later = scene.now() + Duration::from_secs(60);
    scene.store.finish_job(&job, retry(later)).await.unwrap();
    assert_eq!(scene.claim().await, []);

    let scene = with_a_job(on).await;
    let job = one(scene.claim().await);
    scene
        .store
        .finish_job(&job, retry(scene.now()))
        .await
        .unwrap();
    let again = one(scene.claim().await);
    assert_eq!((again.id, again.tries), (job.id, 2));
}

pub async fn waiting_is_not_a_try(on: &dyn Fixture) {
    let scene = with_a_job(on).await;
    for _ in 0..3 {
        let job = one(scene.claim().await);
        assert_eq!(job.tries, 1);
        let later = After::Later {
            at: scene.now(),
            reason: "the line is full".to_owned(),
        };
        scene.store.finish_job(&job, later).await.unwrap();
    }
}

pub async fn a_done_job_is_gone(on: &dyn Fixture) {
    let scene = with_a_job(on).await;
    let job = one(scene.claim_for(Duration::ZERO).await);
    scene.store.finish_job(&job, After::Done).await.unwrap();
    assert_eq!(scene.claim().await, []);
    assert!(on.quarantined(&scene.tenant).await.is_empty());
}

pub async fn a_job_given_up_lies_in_quarantine(on: &dyn Fixture) {
    let scene = with_a_job(on).await;
    let job = one(scene.claim_for(Duration::ZERO).await);
    let give_up = After::GiveUp {
        reason: "the file is gone".to_owned(),
    };
    let receipt = scene.store.finish_job(&job, give_up).await.unwrap();
    assert_eq!(names(&receipt.envelopes)[..1], ["quarantine.added"]);
    assert_eq!(receipt.envelopes[0].audience, Audience::Admins);
    assert_eq!(on.quarantined(&scene.tenant).await, ["the file is gone"]);
    assert_eq!(scene.claim().await, []);
}

pub async fn a_message_given_up_does_not_stay_queued(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let give_up = || After::GiveUp {
        reason: "the actor dies on it".to_owned(),
    };
    let (message, job) = scene.queue(draft("poison")).await;
    let receipt = scene.store.finish_job(&job, give_up()).await.unwrap();
    assert_eq!(told(&receipt).status, MessageStatus::Failed);
    let failed = scene.message(&message).await;
    assert_eq!(failed.status, MessageStatus::Failed);
    assert!(failed.error.is_some());

    let (message, job) = scene.queue(draft("maybe sent")).await;
    go(scene
        .store
        .begin_attempt(job.id, message.id, None)
        .await
        .unwrap());
    scene.store.finish_job(&job, give_up()).await.unwrap();
    assert_eq!(scene.message(&message).await.status, MessageStatus::Unknown);
    assert_eq!(on.quarantined(&scene.tenant).await.len(), 2);
}

pub async fn released_jobs_are_due_again(on: &dyn Fixture) {
    let scene = with_a_job(on).await;
    let job = one(scene.claim().await);
    assert_eq!(scene.claim().await, []);
    scene.store.release_jobs().await.unwrap();
    let again = one(scene.claim().await);
    assert_eq!((again.id, again.tries), (job.id, 2));
}

pub async fn the_next_job_is_known(on: &dyn Fixture) {
    let scene = with_a_job(on).await;
    let next = scene.store.next_job_at(None).await.unwrap().unwrap();
    assert!(next <= scene.now());
    scene.claim().await;
    let next = scene.store.next_job_at(None).await.unwrap();
    let now = scene.now();
    assert!(
        next.is_some_and(|at| at > now),
        "a claim moves the job to the end of its lease"
    );
}

pub async fn what_is_put_aside_is_told_to_admins(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let entry = Quarantined {
        organization: scene.tenant.organization,
        session: Some(scene.tenant.session),
        source: QuarantineSource::Webhook,
        reason: "not JSON".to_owned(),
        tries: 1,
        payload: b"{\xff".to_vec(),
    };
    let receipt = scene.store.quarantine(entry).await.unwrap();
    assert_eq!(names(&receipt.envelopes), ["quarantine.added"]);
    assert_eq!(receipt.envelopes[0].audience, Audience::Admins);
    assert_eq!(on.quarantined(&scene.tenant).await, ["not JSON"]);
    let events = scene.events().await;
    assert_eq!(
        events.last().unwrap().audience,
        Audience::Admins,
        "also when it is read later"
    );
}
