//! Supervision that survives a panic. In actix 0.13 a panicking handler kills its actor for good, and
//! `actix::Supervisor` does not bring it back. A [`Guard`] polls the actor's context, catches the panic,
//! waits, and restarts the context: address, mailbox and queued messages stay; `restarting()` drops the
//! state. The message that was being handled is gone: its sender sees `MailboxError::Closed`.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use actix::dev::{ContextFut, channel};
use actix::{Actor, Addr, Context, Supervised};
use actix_rt::ArbiterHandle;
use tokio::time::{Instant, Sleep, sleep};

use crate::figure;

/// The longest wait before a restart.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// How often and how fast a panicking actor is restarted.
#[derive(Clone, Copy, Debug)]
pub struct RestartPolicy {
    /// The wait before the first restart; doubles with each further one within the window.
    pub backoff: Duration,
    /// More restarts than this within the window end the actor.
    pub limit: u32,
    /// The time over which restarts are counted.
    pub window: Duration,
}

impl Default for RestartPolicy {
    /// Five restarts a minute, from 20 ms on.
    fn default() -> Self {
        Self {
            backoff: Duration::from_millis(20),
            limit: 5,
            window: Duration::from_secs(60),
        }
    }
}

/// Why a guarded actor ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It stopped itself, or nobody holds its address any more.
    Stopped,
    /// It panicked too often.
    GaveUp,
}

/// Starts `make`'s actor under guard on `arbiter`; its mailbox holds `capacity` messages besides one per
/// sender. `on_exit` runs once when it ends. None when the arbiter is gone.
pub fn start<A, F, E>(
    arbiter: &ArbiterHandle,
    capacity: usize,
    policy: RestartPolicy,
    make: F,
    on_exit: E,
) -> Option<Addr<A>>
where
    A: Actor<Context = Context<A>> + Supervised,
    F: FnOnce(&mut Context<A>) -> A + Send + 'static,
    E: FnOnce(Exit) + Send + Unpin + 'static,
{
    let (sender, receiver) = channel::channel(capacity);
    let started = arbiter.spawn_fn(move || {
        let mut ctx = Context::with_receiver(receiver);
        let actor = make(&mut ctx);
        let guard = Guard {
            context: Some(Box::pin(ctx.into_future(actor))),
            pause: None,
            policy,
            restarts: 0,
            window_start: Instant::now(),
            on_exit: Some(on_exit),
        };
        actix_rt::spawn(guard);
    });
    started.then(|| Addr::new(sender))
}

type Running<A> = Pin<Box<ContextFut<A, Context<A>>>>;

struct Guard<A: Actor<Context = Context<A>>, E> {
    context: Option<Running<A>>,
    pause: Option<Pin<Box<Sleep>>>,
    policy: RestartPolicy,
    restarts: u32,
    window_start: Instant,
    on_exit: Option<E>,
}

impl<A, E> Guard<A, E>
where
    A: Actor<Context = Context<A>> + Supervised,
    E: FnOnce(Exit),
{
    /// Notes a panic; true when the actor may be restarted after `self.pause`.
    fn note(&mut self, panic: &(dyn Any + Send)) -> bool {
        let now = Instant::now();
        if now.duration_since(self.window_start) > self.policy.window {
            self.restarts = 0;
            self.window_start = now;
        }
        self.restarts += 1;
        let actor = std::any::type_name::<A>();
        metrics::counter!(figure::ACTOR_RESTARTS_TOTAL, "actor" => actor).increment(1);
        let may_restart = self.restarts <= self.policy.limit;
        tracing::error!(
            actor,
            panic = reason(panic),
            restarts = self.restarts,
            may_restart,
            "an actor panicked"
        );
        if may_restart {
            let wait = self
                .policy
                .backoff
                .saturating_mul(1 << (self.restarts - 1).min(16))
                .min(MAX_BACKOFF);
            self.pause = Some(Box::pin(sleep(wait)));
        }
        may_restart
    }

    fn finish(&mut self, exit: Exit) -> Poll<()> {
        // Dropping a context polls its actor once more, so that may panic as well.
        let context = self.context.take();
        if catch_unwind(AssertUnwindSafe(|| drop(context))).is_err() {
            tracing::error!(
                actor = std::any::type_name::<A>(),
                "an actor panicked while it was dropped"
            );
        }
        if let Some(on_exit) = self.on_exit.take() {
            on_exit(exit);
        }
        Poll::Ready(())
    }
}

impl<A, E> Future for Guard<A, E>
where
    A: Actor<Context = Context<A>> + Supervised,
    E: FnOnce(Exit) + Unpin,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<()> {
        let guard = self.get_mut();
        loop {
            if let Some(pause) = guard.pause.as_mut() {
                if pause.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                guard.pause = None;
                let Some(context) = guard.context.as_mut() else {
                    return guard.finish(Exit::Stopped);
                };
                match catch_unwind(AssertUnwindSafe(|| context.as_mut().get_mut().restart())) {
                    Ok(true) => {}
                    Ok(false) => return guard.finish(Exit::Stopped),
                    Err(panic) if guard.note(panic.as_ref()) => continue,
                    Err(_) => return guard.finish(Exit::GaveUp),
                }
            }
            let Some(context) = guard.context.as_mut() else {
                return guard.finish(Exit::Stopped);
            };
            match catch_unwind(AssertUnwindSafe(|| context.as_mut().poll(cx))) {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(())) => return guard.finish(Exit::Stopped),
                Err(panic) if guard.note(panic.as_ref()) => {}
                Err(_) => return guard.finish(Exit::GaveUp),
            }
        }
    }
}

fn reason(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("not a text")
}
