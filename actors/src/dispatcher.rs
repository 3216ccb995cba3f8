//! This node's hands: claims due jobs, runs a bounded number at a time, and records what became of each.
//! Woken by the commit that left a job; polls only as a fallback. Knows nothing about what jobs do: messages
//! go to their number's actor, everything else to the worker port.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::fut::wrap_future;
use actix::{
    Actor as ActixActor, ActorFutureExt, AsyncContext, Context, Handler, Message as ActixMessage,
    ResponseFuture, SpawnHandle, Supervised,
};
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit, oneshot};
use tracing::{Instrument, Span};

use crate::hub::{Hub, Right};
use crate::model::ids::{OrganizationId, SessionId};
use crate::model::job::{After, Job, Task};
use crate::ports::store::{Receipt, StoreError};
use crate::session::{Deliver, Delivered};
use crate::time::Timestamp;
use crate::{fault, figure};

/// Jobs in hand at a time; messages waiting for their number's turn count as well: up to some
/// 900 of a number that is not answered, and a few such must not keep all hands. The way to the committer has as much room.
const MAX_IN_HAND: usize = 4096;
/// Jobs that are claimed at a time.
const MAX_CLAIM: usize = 1024;
/// Fewer free hands than this do not pay a trip to the database.
const MIN_CLAIM: usize = 16;
/// How long a claim holds; a job that takes longer may be claimed by another node.
const LEASE: Duration = Duration::from_secs(120);
/// A job that runs longer is given up for this time.
const JOB_TIMEOUT: Duration = Duration::from_secs(105);
/// The fallback when no commit wakes the dispatcher: other nodes' jobs whose lease ended.
const POLL: Duration = Duration::from_secs(5);
/// Jobs that the worker does at a time; each may hold a file.
const MAX_AT_WORK: usize = 128;
/// Jobs of the worker in hand at a time: the other hands stay for messages.
const MAX_FOR_WORK: usize = 512;
/// Of both, what one organization may have: the others' work does not wait for all that it has.
const MAX_OF_ONE: usize = MAX_FOR_WORK / 4 * 3;
const MAX_AT_WORK_OF_ONE: usize = MAX_AT_WORK / 4 * 3;
/// How long a job waits for the worker, and when it is asked for again if that was not enough.
const NO_HAND: Duration = Duration::from_secs(5);
/// A job that kills whoever does it is given up after so many tries.
const MAX_DEATHS: i32 = 3;
/// The wait after a claim that got nothing although something is due: the database's clock may be behind ours.
const NOTHING_YET: Duration = Duration::from_millis(50);
/// How often what became of a job is recorded before its lease has to bring it back, and the first wait between.
const FINISH_TRIES: u32 = 5;
const FINISH_AGAIN: Duration = Duration::from_millis(100);
/// The wait after the database refused.
const TROUBLE: Duration = Duration::from_secs(1);

/// There are due jobs.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Wake;

/// Claim no more; answers when the jobs in hand are done.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Drain;

/// Messages wait for a number whose line this node should take.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct LineWaits(pub SessionId);

/// Who owns what may have changed: look after the numbers' lines.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Tend;

#[derive(ActixMessage)]
#[rtype(result = "()")]
struct Finished {
    /// Whose work it was; None: a message, or there was no hand for it.
    worked_for: Option<OrganizationId>,
    /// When it is due again.
    again_at: Option<Timestamp>,
}

/// The actor.
pub struct Dispatcher {
    hub: Hub,
    in_hand: usize,
    /// Those in hand that are for the worker, and what lets them to it.
    for_work: usize,
    workplaces: Arc<Semaphore>,
    /// The same of each organization.
    of: HashMap<OrganizationId, Share>,
    /// What an earlier life of this node claimed was given back.
    released: bool,
    claiming: bool,
    /// Somebody woke us while a claim was on its way.
    woken: bool,
    alarm: Option<SpawnHandle>,
    /// When the alarm rings, and what is due again and came back since the database was asked last.
    alarm_at: Option<Timestamp>,
    again_at: Option<Timestamp>,
    /// Lines are being looked after.
    tending: bool,
    drained: Option<Vec<oneshot::Sender<()>>>,
}

impl Dispatcher {
    /// The dispatcher of `hub`'s node.
    pub fn new(hub: Hub) -> Self {
        Self {
            hub,
            in_hand: 0,
            for_work: 0,
            workplaces: Arc::new(Semaphore::const_new(MAX_AT_WORK)),
            of: HashMap::new(),
            released: false,
            claiming: false,
            woken: false,
            alarm: None,
            alarm_at: None,
            again_at: None,
            tending: false,
            drained: None,
        }
    }

    fn claim(&mut self, ctx: &mut Context<Self>) {
        if self.drained.is_some() {
            return;
        }
        let most = MAX_IN_HAND.saturating_sub(self.in_hand).min(MAX_CLAIM);
        if self.claiming || most < MIN_CLAIM {
            self.woken = true;
            return;
        }
        self.claiming = true;
        self.woken = false;
        self.again_at = None;
        let hub = self.hub.clone();
        let limit = u32::try_from(most).unwrap_or(u32::MAX);
        let claim = async move {
            let lines = hub.cluster().lines();
            let lines = lines.as_deref();
            let jobs = hub.store().claim_jobs(limit, LEASE, lines).await?;
            if !jobs.is_empty() {
                fault::at(fault::JOBS_CLAIMED);
            }
            let next = if jobs.len() < most {
                hub.store().next_job_at(lines).await?
            } else {
                Some(hub.now())
            };
            Ok((jobs, next))
        };
        ctx.spawn(wrap_future::<_, Self>(claim).map(Self::take));
    }

    fn take(
        claimed: Result<(Vec<Job>, Option<Timestamp>), StoreError>,
        actor: &mut Self,
        ctx: &mut Context<Self>,
    ) {
        actor.claiming = false;
        let wait = match claimed {
            Ok((jobs, next)) => {
                let least = if jobs.is_empty() {
                    NOTHING_YET
                } else {
                    Duration::ZERO
                };
                for job in jobs {
                    actor.start_job(job, ctx);
                }
                let next = next.into_iter().chain(actor.again_at).min();
                let wait = next.map_or(POLL, |at| at.since(actor.hub.now()).min(POLL));
                if actor.woken {
                    Duration::ZERO
                } else {
                    wait.max(least)
                }
            }
            Err(error) => {
                tracing::warn!(%error, "jobs can't be claimed");
                TROUBLE
            }
        };
        if wait.is_zero() {
            return actor.claim(ctx);
        }
        actor.wake_in(wait, ctx);
    }

    fn wake_in(&mut self, wait: Duration, ctx: &mut Context<Self>) {
        if let Some(alarm) = self.alarm.take() {
            ctx.cancel_future(alarm);
        }
        self.alarm_at = Some(self.hub.now() + wait);
        self.alarm = Some(ctx.run_later(wait, |actor, ctx| {
            actor.alarm = None;
            actor.alarm_at = None;
            actor.claim(ctx);
        }));
    }

    /// A job that was in hand is due again then: nobody else tells.
    fn expect(&mut self, at: Timestamp, ctx: &mut Context<Self>) {
        self.again_at = Some(self.again_at.map_or(at, |known| known.min(at)));
        let rings_later = self.alarm_at.is_some_and(|alarm_at| at < alarm_at);
        if !self.claiming && rings_later {
            let wait = at.since(self.hub.now()).max(NOTHING_YET);
            self.wake_in(wait, ctx);
        }
    }

    /// Whether the organization may have one more of the worker's jobs in hand.
    fn has_hand_for(&self, organization: OrganizationId) -> bool {
        let theirs = self.of.get(&organization).map_or(0, |share| share.in_hand);
        self.for_work < MAX_FOR_WORK && theirs < MAX_OF_ONE
    }

    fn start_job(&mut self, job: Job, ctx: &mut Context<Self>) {
        self.in_hand += 1;
        let for_work = !matches!(job.task, Task::SendMessage { .. });
        metrics::gauge!(figure::JOBS_IN_HAND).set(self.in_hand as f64);
        if job.tries == 1 {
            let age = match for_work {
                true => metrics::histogram!(figure::JOB_AGE_SECONDS, "kind" => "work"),
                false => metrics::histogram!(figure::JOB_AGE_SECONDS, "kind" => "message"),
            };
            // What was left for later is not late before its time.
            let due = job.task.due(job.created_at);
            age.record(self.hub.now().since(due).as_secs_f64());
        }
        let hand = !for_work || self.has_hand_for(job.organization);
        let worked_for = (for_work && hand).then_some(job.organization);
        let mut places = Vec::new();
        if let Some(organization) = worked_for {
            self.for_work += 1;
            let share = self.of.entry(organization).or_default();
            share.in_hand += 1;
            places = vec![Arc::clone(&share.places), Arc::clone(&self.workplaces)];
        }
        let (hub, me) = (self.hub.clone(), ctx.address());
        let span = tracing::debug_span!("job", job.id = %job.id, kind = job.task.name());
        actix_rt::spawn(async move {
            let after = if hand {
                // A task of its own: a panicking job must not take the others with it.
                let run = run(hub.clone(), job.clone(), places).instrument(span);
                let run = actix_rt::spawn(run);
                let died = |_| Ran::After(died(&job, hub.now(), "the job panicked"));
                run.await.unwrap_or_else(died)
            } else {
                Ran::After(no_hand(hub.now()))
            };
            let again_at = match after {
                Ran::Settled { again_at } => again_at,
                Ran::After(after) => {
                    let again_at = match &after {
                        After::Later { at, .. } | After::Retry { at, .. } => Some(*at),
                        After::Done | After::GiveUp { .. } => None,
                    };
                    finish(&hub, &job, after).await;
                    again_at
                }
            };
            me.do_send(Finished {
                worked_for,
                again_at,
            });
        });
    }
}

impl ActixActor for Dispatcher {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        if self.released {
            // Restarted after a panic: what is in hand is being done.
            return self.claim(ctx);
        }
        self.released = true;
        let hub = self.hub.clone();
        let release = async move { hub.store().release_jobs().await };
        ctx.wait(wrap_future::<_, Self>(release).map(|released, actor, ctx| {
            if let Err(error) = released {
                tracing::warn!(%error, "jobs of an earlier life wait for their lease");
            }
            actor.claim(ctx);
        }));
    }
}

impl Supervised for Dispatcher {
    fn restarting(&mut self, _: &mut Self::Context) {
        // The jobs in hand are tasks of their own: they go on and report.
        self.claiming = false;
        self.tending = false;
        self.alarm = None;
        self.alarm_at = None;
    }
}

impl Handler<LineWaits> for Dispatcher {
    type Result = ();

    fn handle(&mut self, LineWaits(session): LineWaits, ctx: &mut Self::Context) {
        if self.drained.is_some() || self.hub.right_to(session) != Right::Nobodys {
            return self.claim(ctx);
        }
        let hub = self.hub.clone();
        ctx.spawn(wrap_future(async move {
            // The next look after the lines tries again.
            if let Err(error) = hub.take_line(session).await {
                tracing::debug!(session.id = %session, %error, "a number's line can't be taken now");
            }
        }));
    }
}

impl Handler<Tend> for Dispatcher {
    type Result = ();

    fn handle(&mut self, _: Tend, ctx: &mut Self::Context) {
        if std::mem::replace(&mut self.tending, true) {
            return;
        }
        let hub = self.hub.clone();
        let settle = async move { hub.settle_lines().await };
        ctx.spawn(wrap_future::<_, Self>(settle).map(|settled, actor, _| {
            actor.tending = false;
            if let Err(error) = settled {
                tracing::debug!(%error, "the numbers' lines can't be looked after now");
            }
        }));
    }
}

impl Handler<Wake> for Dispatcher {
    type Result = ();

    fn handle(&mut self, _: Wake, ctx: &mut Self::Context) {
        self.hub.dispatcher_sleeps();
        self.claim(ctx);
    }
}

impl Handler<Finished> for Dispatcher {
    type Result = ();

    fn handle(&mut self, done: Finished, ctx: &mut Self::Context) {
        self.in_hand = self.in_hand.saturating_sub(1);
        metrics::gauge!(figure::JOBS_IN_HAND).set(self.in_hand as f64);
        if let Some(organization) = done.worked_for {
            self.for_work = self.for_work.saturating_sub(1);
            if let Some(share) = self.of.get_mut(&organization) {
                share.in_hand = share.in_hand.saturating_sub(1);
                if share.in_hand == 0 {
                    self.of.remove(&organization);
                }
            }
        }
        if self.in_hand == 0
            && let Some(waiting) = self.drained.as_mut()
        {
            for done in waiting.drain(..) {
                // The caller may have given up waiting.
                let _ = done.send(());
            }
        } else if self.woken {
            self.claim(ctx);
        }
        if let Some(at) = done.again_at.filter(|_| self.drained.is_none()) {
            self.expect(at, ctx);
        }
    }
}

impl Handler<Drain> for Dispatcher {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Drain, _: &mut Self::Context) -> Self::Result {
        let (done, drained) = oneshot::channel();
        let waiting = self.drained.get_or_insert_default();
        if self.in_hand == 0 {
            let _ = done.send(());
        } else {
            waiting.push(done);
        }
        Box::pin(async move {
            let _ = drained.await;
        })
    }
}

/// What became of a job.
enum Ran {
    /// Its row says so already: it is gone, or due again then.
    Settled { again_at: Option<Timestamp> },
    /// To be recorded.
    After(After),
}

/// What an organization has of the worker.
struct Share {
    in_hand: usize,
    places: Arc<Semaphore>,
}

impl Default for Share {
    fn default() -> Self {
        Self {
            in_hand: 0,
            places: Arc::new(Semaphore::const_new(MAX_AT_WORK_OF_ONE)),
        }
    }
}

/// A place of each, in this order.
async fn take_places(all: &[Arc<Semaphore>]) -> Result<Vec<SemaphorePermit<'_>>, AcquireError> {
    let mut taken = Vec::with_capacity(all.len());
    for places in all {
        taken.push(places.acquire().await?);
    }
    Ok(taken)
}

/// Does the job, when there is a place for it.
async fn run(hub: Hub, job: Job, places: Vec<Arc<Semaphore>>) -> Ran {
    let Task::SendMessage {
        session,
        conversation,
        message,
        priority,
    } = job.task
    else {
        tracing::debug!(tries = job.tries, "a job begins");
        let Ok(_taken) = tokio::time::timeout(NO_HAND, take_places(&places)).await else {
            return Ran::After(no_hand(hub.now()));
        };
        let work = hub.ports().worker.run(&job);
        return Ran::After(match tokio::time::timeout(JOB_TIMEOUT, work).await {
            // The worker says "retry"; the schedule says for how long.
            Ok(After::Retry { at, reason }) if tries_left(&job) => After::Retry { at, reason },
            Ok(After::Retry { reason, .. }) => After::GiveUp { reason },
            Ok(after) => after,
            Err(_) => again(&job, hub.now(), "the job took too long"),
        });
    };
    tracing::debug!(message.id = %message, tries = job.tries, "a job begins");
    let Some(loan) = hub.session(session) else {
        return Ran::After(again(
            &job,
            hub.now(),
            "the number's actor can't be started",
        ));
    };
    let deliver = Deliver {
        job: job.id,
        conversation,
        message,
        priority,
        tries: job.tries,
        span: Span::current(),
    };
    match loan.addr().send(deliver).await {
        Ok(Delivered::Settled { again_at }) => Ran::Settled { again_at },
        Ok(Delivered::Later { at, reason }) => Ran::After(After::Later {
            at,
            reason: reason.to_owned(),
        }),
        Ok(Delivered::Died) | Err(_) => {
            let reason = "the number's actor died on this message";
            Ran::After(died(&job, hub.now(), reason))
        }
    }
}

/// Once more without having been tried.
fn no_hand(now: Timestamp) -> After {
    After::Later {
        at: now + NO_HAND,
        reason: "too many jobs at once".to_owned(),
    }
}

/// Once more after whoever did it died, but not for ever.
fn died(job: &Job, now: Timestamp, reason: &str) -> After {
    if job.tries < MAX_DEATHS {
        return again(job, now, reason);
    }
    After::GiveUp {
        reason: reason.to_owned(),
    }
}

/// Once more after the schedule's next wait; given up when the schedule is at its end.
fn again(job: &Job, now: Timestamp, reason: &str) -> After {
    let step = usize::try_from(job.tries.max(1) - 1).unwrap_or(usize::MAX);
    match job.task.schedule().get(step) {
        Some(wait) => After::Retry {
            at: now + *wait,
            reason: reason.to_owned(),
        },
        None => After::GiveUp {
            reason: reason.to_owned(),
        },
    }
}

fn tries_left(job: &Job) -> bool {
    usize::try_from(job.tries).is_ok_and(|tries| tries <= job.task.schedule().len())
}

async fn finish(hub: &Hub, job: &Job, after: After) {
    metrics::counter!(figure::JOBS_FINISHED_TOTAL, "kind" => job.task.name(), "end" => match after {
        After::Done => "done",
        After::Retry { .. } => "retry",
        After::Later { .. } => "later",
        After::GiveUp { .. } => "given_up",
    })
    .increment(1);
    let mut wait = FINISH_AGAIN;
    for _ in 1..FINISH_TRIES {
        match hub.store().finish_job(job, after.clone()).await {
            Err(StoreError::Unavailable(_) | StoreError::Conflict) => {
                tokio::time::sleep(wait).await;
                wait *= 3;
            }
            finished => return announce(hub, job, finished),
        }
    }
    announce(hub, job, hub.store().finish_job(job, after).await);
}

fn announce(hub: &Hub, job: &Job, finished: Result<Receipt, StoreError>) {
    match finished {
        Ok(receipt) => hub.announce(receipt),
        Err(error) => {
            tracing::warn!(job = %job.id, kind = job.task.name(), %error, "the job's lease will bring it back")
        }
    }
}
