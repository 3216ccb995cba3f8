//! Which node sends for which number.

use crate::model::ids::SessionId;
use crate::model::job::{After, MAX_HOLD};
use crate::model::node::Lease;
use crate::ports::store::Begun;
use crate::testing::build::draft;
use crate::testing::store_suite::Fixture;
use crate::testing::store_suite::scene::{LONG, Scene, go};

pub async fn one_node_at_a_time_sends_for_a_number(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let (store, session) = (&scene.store, scene.tenant.session);
    let (first, second) = (on.node().await, on.node().await);
    assert!(store.take_line(first, session).await.unwrap().is_some());
    assert_eq!(store.take_line(second, session).await.unwrap(), None);
    // Another number is another line.
    let other = scene.tenant.other_session;
    assert!(store.take_line(second, other).await.unwrap().is_some());
}

pub async fn whoever_has_a_line_keeps_its_epoch(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let (store, session) = (&scene.store, scene.tenant.session);
    let node = on.node().await;
    let epoch = store.take_line(node, session).await.unwrap();
    assert_eq!(store.take_line(node, session).await.unwrap(), epoch);
}

pub async fn a_dead_nodes_line_is_taken_under_a_higher_epoch(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let (store, session) = (&scene.store, scene.tenant.session);
    let (first, second) = (on.node().await, on.node().await);
    let before = store.take_line(first, session).await.unwrap();
    on.bury(first).await;
    let after = store.take_line(second, session).await.unwrap();
    assert!(after > before, "{after:?} {before:?}");
    // It comes back and finds its place taken.
    assert_eq!(store.take_line(first, session).await.unwrap(), None);
}

pub async fn a_line_that_was_given_up_is_free(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let (store, session) = (&scene.store, scene.tenant.session);
    let (first, second) = (on.node().await, on.node().await);
    let before = store.take_line(first, session).await.unwrap();
    // Who does not hold it gives nothing up.
    store.release_lines(second, &[session]).await.unwrap();
    assert_eq!(store.take_line(second, session).await.unwrap(), None);
    store.release_lines(first, &[session]).await.unwrap();
    assert!(store.take_line(second, session).await.unwrap() > before);
}

pub async fn only_messages_of_ones_lines_are_claimed(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    scene.say(draft("hello")).await;
    let (store, session) = (&scene.store, scene.tenant.session);
    assert!(store.waiting_lines().await.unwrap().contains(&session));
    let claim = async |lines: &[SessionId]| {
        let mut jobs = store.claim_jobs(1000, LONG, Some(lines)).await.unwrap();
        jobs.retain(|job| job.organization == scene.tenant.organization);
        jobs.len()
    };
    assert_eq!(claim(&[]).await, 0);
    assert_eq!(claim(&[scene.tenant.other_session]).await, 0);
    let due = store.next_job_at(Some(&[session])).await.unwrap();
    assert!(due.is_some_and(|at| at <= scene.now()), "{due:?}");
    assert_eq!(claim(&[session]).await, 1);
    assert_eq!(claim(&[session]).await, 0);
}

pub async fn an_attempt_needs_the_lease_that_holds(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    scene.with_ann().await;
    let (message, job) = scene.queue(draft("hello")).await;
    let (store, session) = (&scene.store, scene.tenant.session);
    let (first, second) = (on.node().await, on.node().await);
    let lease = async |life| Lease {
        life,
        epoch: store.take_line(life, session).await.unwrap().unwrap(),
    };
    let stale = lease(first).await;
    on.bury(first).await;
    let holds = lease(second).await;
    let refused = store.begin_attempt(job.id, message.id, Some(stale)).await;
    assert!(matches!(refused, Ok(Begun::Elsewhere)), "{refused:?}");
    let begun = store.begin_attempt(job.id, message.id, Some(holds)).await;
    go(begun.unwrap());
}

pub async fn messages_that_were_put_off_are_known(on: &dyn Fixture) {
    let scene = Scene::set(on).await;
    let (store, session) = (&scene.store, scene.tenant.session);
    scene.with_ann().await;
    scene.say(draft("first")).await;
    let known = async || {
        let put_off = store.put_off(session, 10).await.unwrap();
        let told = put_off.iter().map(|one| (one.job, one.until));
        told.collect::<Vec<_>>()
    };
    let due = known().await;
    assert_eq!(due.len(), 1);
    let job = scene.claim().await.pop().unwrap();
    assert_eq!(due[0].0, job.id);
    assert_eq!(known().await, [], "in hand");
    let until = scene.now() + LONG;
    let reason = || "the line is full".to_owned();
    let later = After::Later {
        at: until,
        reason: reason(),
    };
    store.finish_job(&job, later).await.unwrap();
    assert_eq!(known().await, [(job.id, until)]);
    let other = scene.tenant.other_session;
    assert_eq!(store.put_off(other, 10).await.unwrap(), []);
    assert_eq!(store.put_off(session, 0).await.unwrap(), []);

    scene.say(draft("second")).await;
    let job = scene.claim().await.pop().unwrap();
    let again = |at| After::Retry {
        at,
        reason: reason(),
    };
    store.finish_job(&job, again(until)).await.unwrap();
    assert_eq!(known().await.len(), 1, "nobody waits so long for it");
    scene.say(draft("third")).await;
    let job = scene.claim().await.pop().unwrap();
    let soon = scene.now() + MAX_HOLD / 2;
    store.finish_job(&job, again(soon)).await.unwrap();
    assert_eq!(known().await[0], (job.id, soon));
}
