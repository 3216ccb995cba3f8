//! Jobs are done, tried again, given up, and found when nobody told of them.

use super::{pass, seconds, settle, stage};
use crate::model::ids::OrganizationId;
use crate::model::job::{After, Task};
use crate::model::quarantine::QuarantineSource;
use crate::testing::{Fault, Stage, draft};

fn check(stage: &Stage) -> Task {
    Task::CheckSession {
        session: stage.session,
    }
}

/// Leaves a job, and wakes the dispatcher.
fn leave_job(stage: &Stage) {
    stage.store.add_job(stage.organization, check(stage));
    stage.hub.wake_dispatcher();
}

#[actix::test]
async fn a_job_is_done_once() {
    let stage = stage();
    leave_job(&stage);
    pass(seconds(600)).await;
    assert_eq!(stage.worker.jobs().len(), 1);
    assert_eq!(stage.store.jobs(), 0);
}

#[actix::test]
async fn a_job_that_nobody_told_of_is_found() {
    let stage = stage();
    settle().await;
    stage.store.add_job(stage.organization, check(&stage));
    pass(seconds(6)).await;
    assert_eq!(stage.worker.jobs().len(), 1);
}

#[actix::test]
async fn a_retry_waits_for_its_time() {
    let stage = stage();
    let at = stage.now() + seconds(30);
    stage.worker.will([After::Retry {
        at,
        reason: "not yet".to_owned(),
    }]);
    leave_job(&stage);
    pass(seconds(29)).await;
    assert_eq!(stage.worker.jobs().len(), 1);
    pass(seconds(2)).await;
    let tries: Vec<i32> = stage.worker.jobs().iter().map(|job| job.tries).collect();
    assert_eq!(tries, [1, 2]);
    assert_eq!(stage.store.jobs(), 0);
}

#[actix::test]
async fn a_job_is_given_up_at_the_end_of_its_schedule() {
    let stage = stage();
    let now = stage.now();
    stage.worker.will((0..100).map(|_| After::Retry {
        at: now,
        reason: "no luck".to_owned(),
    }));
    leave_job(&stage);
    pass(seconds(600)).await;
    assert_eq!(
        stage.worker.jobs().len(),
        check(&stage).schedule().len() + 1
    );
    let entries = stage.store.quarantined(stage.organization);
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].source, QuarantineSource::Job);
    assert_eq!(stage.store.jobs(), 0);
}

#[actix::test]
async fn a_job_that_kills_is_given_up_after_three_tries() {
    let stage = stage();
    stage.worker.faults.fail("run", 100, Fault::Panic);
    leave_job(&stage);
    pass(seconds(600)).await;
    assert_eq!(stage.worker.jobs().len(), 3);
    assert_eq!(stage.store.quarantined(stage.organization).len(), 1);
    stage.worker.faults.heal();
    leave_job(&stage);
    settle().await;
    assert_eq!(stage.worker.jobs().len(), 4, "others go on");
}

#[actix::test]
async fn a_job_that_hangs_is_tried_again() {
    let stage = stage();
    let gate = stage.worker.faults.hold("run");
    leave_job(&stage);
    pass(seconds(118)).await;
    assert_eq!(
        stage.worker.jobs().len(),
        2,
        "it was given up and tried again"
    );
    gate.open();
    pass(seconds(60)).await;
    assert_eq!(stage.store.jobs(), 0);
}

#[actix::test]
async fn a_store_that_refuses_claims_is_asked_again_gently() {
    let stage = stage();
    settle().await;
    let before = stage.store.faults.calls("claim_jobs");
    stage.store.faults.fail("claim_jobs", 5, Fault::Unavailable);
    leave_job(&stage);
    for _ in 0..50 {
        stage.hub.wake_dispatcher();
        settle().await;
    }
    let asked = stage.store.faults.calls("claim_jobs") - before;
    assert!(asked <= 52, "{asked} claims");
    pass(seconds(10)).await;
    assert_eq!(stage.worker.jobs().len(), 1);
}

#[actix::test]
async fn many_jobs_are_done_a_bounded_number_at_a_time() {
    let stage = stage();
    let gate = stage.worker.faults.hold("run");
    for _ in 0..700 {
        stage.store.add_job(stage.organization, check(&stage));
    }
    leave_job(&stage);
    settle().await;
    let at_once = stage.worker.jobs().len();
    assert_eq!(at_once, 96, "a quarter is for other organizations");
    stage.store.add_job(OrganizationId(77), check(&stage));
    stage.hub.wake_dispatcher();
    settle().await;
    assert_eq!(stage.worker.jobs().len(), 97, "another one does not wait");
    gate.open();
    settle().await;
    let soon = stage.worker.jobs().len();
    assert!(soon > 300, "only {soon} although the worker was free");
    pass(seconds(20)).await;
    assert_eq!(stage.worker.jobs().len(), 702);
    assert!(
        stage.worker.jobs().iter().all(|job| job.tries == 1),
        "waiting is no try"
    );
}

#[actix::test]
async fn draining_finishes_what_is_in_hand_and_takes_no_more() {
    let stage = stage();
    let gate = stage.worker.faults.hold("run");
    leave_job(&stage);
    settle().await;
    let hub = stage.hub.clone();
    let drained = actix_rt::spawn(async move { hub.drain(seconds(20)).await });
    settle().await;
    leave_job(&stage);
    assert!(!drained.is_finished());
    gate.open();
    settle().await;
    assert!(drained.is_finished());
    pass(seconds(60)).await;
    assert_eq!((stage.worker.jobs().len(), stage.store.jobs()), (1, 1));
}

#[actix::test]
async fn draining_does_not_wait_for_ever() {
    let stage = stage();
    let _gate = stage.worker.faults.hold("run");
    leave_job(&stage);
    settle().await;
    let start = tokio::time::Instant::now();
    stage.hub.drain(seconds(20)).await;
    assert_eq!(start.elapsed().as_secs(), 20);
}

#[actix::test]
async fn what_an_earlier_life_claimed_is_given_back_at_the_start() {
    tokio::time::pause();
    let stage = Stage::set();
    let id = stage.conversation("4930111").await;
    // An earlier life took the job and died.
    stage.hub.drain(seconds(1)).await;
    stage
        .hub
        .send(&stage.agent(), id, draft("hi").into())
        .await
        .unwrap();
    let store = stage.store.as_ref();
    let lease = seconds(100_000);
    let claimed = crate::ports::store::JobStore::claim_jobs(store, 10, lease, None).await;
    assert_eq!(claimed.unwrap().len(), 1);
    let _next_life = stage.start_again();
    settle().await;
    assert_eq!(stage.provider.bodies(), ["hi"]);
}
