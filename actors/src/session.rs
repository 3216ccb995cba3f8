//! One WhatsApp number. Owns its send lines and rates; hands one message after the other to the provider and
//! records how each POST ended. Talks to the store and the provider; never to a conversation.

pub mod line;
pub mod pace;
mod post;

use std::sync::Arc;
use std::time::Duration;

use actix::fut::wrap_future;
use actix::{
    Actor as ActixActor, ActorFutureExt, AsyncContext, AtomicResponse, Context, Handler,
    Message as ActixMessage, ResponseFuture, SpawnHandle, Supervised,
};
use tokio::sync::oneshot;

use crate::hub::{Hub, HubError};
use crate::model::ids::{ConversationId, JobId, MessageId, SessionId};
use crate::model::outbound::Priority;
use crate::model::session::{HealthState, SessionState};
use crate::session::line::{Lines, Waiting};
use crate::session::pace::{Pairs, TokenBucket};
use crate::session::post::{Landing, Signal};
use crate::time::Timestamp;

/// Messages that may wait in a number's lines; more stay in the database.
const MAX_WAITING: usize = 256;
/// POSTs of one number at the same time: 80 per second at up to 400 ms each.
const MAX_ON_THE_WAY: usize = 32;
/// When a full line is asked again.
const FULL_LINE_RETRY: Duration = Duration::from_millis(500);
/// What a number may send when its settings can't be read.
const DEFAULT_RATE: u32 = 80;

/// Sends a queued message when its turn comes.
#[derive(ActixMessage)]
#[rtype(result = "Delivered")]
pub struct Deliver {
    pub job: JobId,
    pub conversation: ConversationId,
    pub message: MessageId,
    pub priority: Priority,
    pub tries: i32,
}

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// The row tells how it ended, and the job is settled.
    Settled,
    /// Nothing was tried: the job is to be claimed again then.
    Later { at: Timestamp, reason: &'static str },
}

/// Tells what the number's settings and health are.
#[derive(ActixMessage)]
#[rtype(result = "Result<Arc<SessionState>, HubError>")]
pub struct Describe;

/// The settings changed: read them again.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Refresh;

/// The actor.
pub struct Session {
    hub: Hub,
    id: SessionId,
    state: Option<Arc<SessionState>>,
    lines: Lines,
    bucket: TokenBucket,
    pairs: Pairs,
    /// The provider asked for a pause until then.
    paused_until: Option<Timestamp>,
    alarm: Option<SpawnHandle>,
}

impl Session {
    /// The actor of number `id`.
    pub fn new(hub: Hub, id: SessionId) -> Self {
        let now = hub.now();
        Self {
            hub,
            id,
            state: None,
            lines: Lines::default(),
            bucket: bucket(DEFAULT_RATE, now),
            pairs: Pairs::default(),
            paused_until: None,
            alarm: None,
        }
    }

    fn take_settings(&mut self, state: Arc<SessionState>) {
        if self.state.as_ref().is_none_or(|old| old.rate != state.rate) {
            self.bucket = bucket(state.rate, self.hub.now());
        }
        self.state = Some(state);
    }

    /// Sends as many as rates and bounds allow, and sets the alarm for the rest.
    fn pump(&mut self, ctx: &mut Context<Self>) {
        let now = self.hub.now();
        if let Some(until) = self.paused_until.filter(|until| now < *until) {
            return self.wake_in(ctx, until.since(now));
        }
        self.paused_until = None;
        while self.lines.on_the_way() < MAX_ON_THE_WAY && self.lines.waiting() > 0 {
            if let Err(wait) = self.bucket.take(now) {
                return self.wake_in(ctx, wait);
            }
            let Some(waiting) = self.lines.take_next() else {
                self.bucket.put_back();
                return;
            };
            if let Err(wait) = self.pairs.take(waiting.conversation, now) {
                self.bucket.put_back();
                self.lines.release(waiting.conversation);
                let later = Delivered::Later {
                    at: now + wait,
                    reason: "this contact got many messages just now",
                };
                // The dispatcher may have given up waiting; the job's lease brings it back.
                let _ = waiting.done.send(later);
                continue;
            }
            self.post(waiting, ctx);
        }
    }

    fn post(&mut self, waiting: Waiting, ctx: &mut Context<Self>) {
        let stopped = self.state.as_ref().and_then(|state| post::refusal(state));
        let landing = post::post(self.hub.ports().clone(), waiting, stopped);
        ctx.spawn(
            wrap_future::<_, Self>(landing).map(|landing, actor, ctx| actor.land(landing, ctx)),
        );
    }

    fn land(&mut self, landing: Landing, ctx: &mut Context<Self>) {
        self.lines.release(landing.conversation);
        self.hub.announce(landing.receipt);
        let _ = landing.done.send(landing.delivered);
        match landing.signal {
            Signal::None => {}
            Signal::SlowDown(pause) => self.paused_until = Some(self.hub.now() + pause),
            Signal::Stop { health, reason } => self.stop_sending(health, reason, ctx),
        }
        self.pump(ctx);
    }

    fn stop_sending(&mut self, health: HealthState, reason: String, ctx: &mut Context<Self>) {
        tracing::warn!(session.id = %self.id, health = health.as_str(), "the provider refuses this number");
        if let Some(state) = &self.state {
            self.state = Some(Arc::new(SessionState {
                health,
                ..SessionState::clone(state)
            }));
        }
        let (hub, id) = (self.hub.clone(), self.id);
        ctx.spawn(wrap_future(async move {
            match hub.store().set_health(id, health, Some(reason)).await {
                Ok(receipt) => hub.announce(receipt),
                Err(error) => {
                    tracing::error!(session.id = %id, %error, "the number's health was not stored")
                }
            }
        }));
    }

    fn wake_in(&mut self, ctx: &mut Context<Self>, wait: Duration) {
        if let Some(alarm) = self.alarm.take() {
            ctx.cancel_future(alarm);
        }
        self.alarm = Some(ctx.run_later(wait, |actor, ctx| {
            actor.alarm = None;
            actor.pump(ctx);
        }));
    }
}

impl ActixActor for Session {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let (hub, id) = (self.hub.clone(), self.id);
        let load = async move { hub.store().load_session(id).await };
        ctx.wait(wrap_future::<_, Self>(load).map(|loaded, actor, _| match loaded {
            Ok(Some(state)) => actor.take_settings(Arc::new(state)),
            Ok(None) => {}
            Err(error) => tracing::warn!(session.id = %actor.id, %error, "the number's settings can't be read"),
        }));
    }
}

impl Supervised for Session {
    fn restarting(&mut self, _: &mut Self::Context) {
        // Those in line are told "later" by their dropped channels; rates start full, which the provider's
        // own limits bound.
        *self = Self::new(self.hub.clone(), self.id);
    }
}

impl Handler<Deliver> for Session {
    type Result = ResponseFuture<Delivered>;

    fn handle(&mut self, message: Deliver, ctx: &mut Self::Context) -> Self::Result {
        let retry_at = self.hub.now() + FULL_LINE_RETRY;
        if self.lines.waiting() >= MAX_WAITING {
            let later = Delivered::Later {
                at: retry_at,
                reason: "the number's line is full",
            };
            return Box::pin(std::future::ready(later));
        }
        let (done, ended) = oneshot::channel();
        let Deliver {
            job,
            conversation,
            message,
            priority,
            tries,
        } = message;
        self.lines.push(
            priority,
            Waiting {
                job,
                message,
                conversation,
                tries,
                done,
            },
        );
        self.pump(ctx);
        Box::pin(async move {
            ended.await.unwrap_or(Delivered::Later {
                at: retry_at,
                reason: "the number's actor was restarted",
            })
        })
    }
}

impl Handler<Describe> for Session {
    type Result = AtomicResponse<Self, Result<Arc<SessionState>, HubError>>;

    fn handle(&mut self, _: Describe, _: &mut Self::Context) -> Self::Result {
        let (hub, id, known) = (self.hub.clone(), self.id, self.state.clone());
        let describe = async move {
            match known {
                Some(state) => Ok(state),
                None => Ok(Arc::new(
                    hub.store()
                        .load_session(id)
                        .await?
                        .ok_or(HubError::NotFound)?,
                )),
            }
        };
        AtomicResponse::new(Box::pin(wrap_future::<_, Self>(describe).map(
            |described, actor, _| {
                if let Ok(state) = &described {
                    actor.take_settings(Arc::clone(state));
                }
                described
            },
        )))
    }
}

impl Handler<Refresh> for Session {
    type Result = ();

    fn handle(&mut self, _: Refresh, ctx: &mut Self::Context) {
        self.state = None;
        self.started(ctx);
    }
}

fn bucket(rate: u32, now: Timestamp) -> TokenBucket {
    TokenBucket::new(f64::from(rate), f64::from(rate), now)
}
