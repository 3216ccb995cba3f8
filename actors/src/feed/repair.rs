//! How the feed notices that events were lost on the way here, and reads them from the store.

use std::sync::Arc;
use std::time::Duration;

use actix::fut::wrap_future;
use actix::{ActorFutureExt, AsyncContext, Context};

use crate::event::{Cursor, Envelope};
use crate::feed::{CHECK, Feed, PAGE};
use crate::figure;
use crate::model::ids::OrganizationId;
use crate::ports::store::StoreError;

/// How long a hole may close by itself: commits of one batch arrive by several ways.
const GRACE: Duration = Duration::from_millis(150);
/// Events came just now: what was lost before them shows. Short, because what was lost after them is looked for at the next
/// check only.
const LATELY: Duration = Duration::from_millis(300);
/// Checks after which a stream without sockets is closed: people who reload a page come back at once.
const LINGER: u32 = 20;

/// What lies after a place: the events, or the head when they are no longer kept.
enum Found {
    Events(Vec<Arc<Envelope>>),
    Gone(Cursor),
}

impl Feed {
    /// Looks after a stream that lacks events, once they had the time to come by themselves.
    pub(super) fn heal(&mut self, organization: OrganizationId, ctx: &mut Context<Self>) {
        if let Some(channel) = self.channels.get_mut(&organization)
            && channel.is_behind()
            && !channel.repairing
        {
            channel.repairing = true;
            ctx.run_later(GRACE, move |feed, ctx| feed.repair(organization, ctx));
        }
    }

    /// Reads what is missing from the store, if it is still missing.
    fn repair(&mut self, organization: OrganizationId, ctx: &mut Context<Self>) {
        let Some(channel) = self.channels.get_mut(&organization) else {
            return;
        };
        if !channel.is_behind() {
            channel.repairing = false;
            return;
        }
        metrics::counter!(figure::FEED_HOLES_REPAIRED_TOTAL).increment(1);
        let (store, head) = (Arc::clone(&self.ports.store), channel.head());
        let read = async move {
            Ok(match store.events_since(organization, head, PAGE).await? {
                Some(events) => Found::Events(events),
                None => Found::Gone(store.head(organization).await?),
            })
        };
        ctx.spawn(
            wrap_future::<_, Self>(read)
                .map(move |found, feed, ctx| feed.close_hole(organization, found, ctx)),
        );
    }

    fn close_hole(
        &mut self,
        organization: OrganizationId,
        found: Result<Found, StoreError>,
        ctx: &mut Context<Self>,
    ) {
        let Some(channel) = self.channels.get_mut(&organization) else {
            return;
        };
        let mut again = None;
        match found {
            Ok(Found::Events(events)) => {
                let full = events.len() >= PAGE as usize;
                for event in events {
                    channel.take(event);
                }
                // After a page that was not full, what is missing is not committed yet: give it time.
                again = channel
                    .is_behind()
                    .then_some(if full { Duration::ZERO } else { CHECK });
            }
            Ok(Found::Gone(end)) => {
                channel.skip_to(end.seq);
                self.tell_to_reload(organization, "the tail is no longer kept");
            }
            Err(error) => {
                tracing::warn!(%error, "a hole in the feed can't be repaired now");
                again = Some(CHECK);
            }
        }
        if let Some(channel) = self.channels.get_mut(&organization) {
            channel.repairing = again.is_some();
        }
        if let Some(wait) = again {
            ctx.run_later(wait, move |feed, ctx| feed.repair(organization, ctx));
        }
        self.schedule_flush(organization, ctx);
    }

    /// Notices events whose announcement was lost altogether, and closes streams that nobody looks at.
    pub(super) fn check(&mut self, ctx: &mut Context<Self>) {
        let mut idle = Vec::new();
        for (id, channel) in &mut self.channels {
            let organization = *id;
            if channel.is_empty() {
                channel.idle_checks += 1;
                if channel.idle_checks > LINGER {
                    idle.push(organization);
                }
                continue;
            }
            // Where events come, a lost one shows as a hole; one that was lost since the last one came does not yet.
            let moved = channel.moved.take();
            let moved = moved.is_some_and(|at| at.elapsed() < LATELY) && !channel.torn;
            // A hole may be one because the database lost its end.
            if moved || channel.checking || !channel.is_open() {
                continue;
            }
            channel.checking = true;
            let told = channel.head();
            let store = Arc::clone(&self.ports.store);
            let head = async move { store.head(organization).await };
            ctx.spawn(wrap_future::<_, Self>(head).map(move |head, feed, ctx| {
                let Some(channel) = feed.channels.get_mut(&organization) else {
                    return;
                };
                channel.checking = false;
                let Ok(head) = head else {
                    return;
                };
                // Another server may have taken over that lacks what the last one stored at its end: it gives the same numbers
                // to other events.
                if head.epoch != channel.epoch() || head.seq < told || channel.torn {
                    tracing::warn!(%organization, told, head = head.seq, "the database lost events that were told");
                    channel.begin_again_at(head);
                    feed.tell_to_reload(organization, "the database was restored");
                    return;
                }
                channel.known = channel.known.max(head.seq);
                feed.heal(organization, ctx);
            }));
        }
        for organization in idle {
            self.close_channel(organization, ctx);
        }
    }

    fn close_channel(&mut self, organization: OrganizationId, ctx: &mut Context<Self>) {
        self.channels.remove(&organization);
        let bus = Arc::clone(&self.ports.bus);
        let unwatch = async move { bus.unwatch(organization).await };
        ctx.spawn(wrap_future::<_, Self>(unwatch).map(move |(), feed, ctx| {
            // Somebody may have come meanwhile, and their wish may have gone out before this one.
            if feed.channels.contains_key(&organization) {
                let bus = Arc::clone(&feed.ports.bus);
                ctx.spawn(wrap_future(async move { bus.watch(organization).await }));
            }
        }));
    }
}
