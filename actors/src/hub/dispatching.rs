//! The dispatcher of a hub: woken when there are jobs, and begun anew when the thread that it lived on has ended.

use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use actix::Addr;

use super::{Hub, tireless};
use crate::dispatcher::{Dispatcher, Drain, Wake};
use crate::guard;
use crate::session::Yield;

const DISPATCHER_MAILBOX: usize = 1024;

impl Hub {
    /// There are jobs that are due.
    pub fn wake_dispatcher(&self) {
        let Some(dispatcher) = self.dispatcher() else {
            return;
        };
        if !self.inner.dispatcher_woken.swap(true, Ordering::AcqRel) {
            dispatcher.do_send(Wake);
        }
    }

    /// Stops taking new jobs and waits until those in hand are done, at most `limit`.
    pub async fn drain(&self, limit: Duration) {
        self.inner.draining.store(true, Ordering::Release);
        // What waits for its number's turn goes back, or it would be under way when the threads end.
        self.inner
            .sessions
            .each(|_, session| session.do_send(Yield));
        // One whose thread has ended has nothing in hand.
        let Some(dispatcher) = self.known_dispatcher().clone() else {
            return;
        };
        let drained = tokio::time::timeout(limit, dispatcher.send(Drain)).await;
        if !matches!(drained, Ok(Ok(()))) {
            tracing::warn!("some jobs were still running; another start takes them up again");
        }
    }

    /// Whether this node ends.
    pub(crate) fn is_draining(&self) -> bool {
        self.inner.draining.load(Ordering::Acquire)
    }

    pub(crate) fn dispatcher_sleeps(&self) {
        self.inner.dispatcher_woken.store(false, Ordering::Release);
    }

    /// Has the dispatcher begin anew if the thread that it lived on has ended: jobs may fall due that nobody wakes it for.
    pub fn keep_dispatching(&self) {
        let _ = self.dispatcher();
    }

    fn known_dispatcher(&self) -> MutexGuard<'_, Option<Addr<Dispatcher>>> {
        // Never left half-changed.
        let known = self.inner.dispatcher.lock();
        known.unwrap_or_else(PoisonError::into_inner)
    }

    /// The dispatcher, which begins anew when the thread that it lived on has ended. The jobs that it had in hand ended with
    /// it, but for messages that a number on another thread has: the row's status says that they are on their way.
    pub(crate) fn dispatcher(&self) -> Option<Addr<Dispatcher>> {
        let mut known = self.known_dispatcher();
        if !known.as_ref().is_some_and(Addr::connected) {
            self.dispatcher_sleeps();
            *known = self.inner.arbiters.start(&"dispatcher", |arbiter| {
                let hub = self.clone();
                guard::start(
                    arbiter,
                    DISPATCHER_MAILBOX,
                    tireless(),
                    move |_| Dispatcher::new(hub),
                    |_| {},
                )
            });
        }
        known.clone()
    }
}
