//! One WhatsApp number. Owns its send lines and rates; hands one message after the other to the provider and
//! records how each POST ended. Talks to the store and the provider; never to a conversation.

mod away;
pub mod line;
pub mod pace;
mod post;

use std::sync::Arc;
use std::time::Duration;

use actix::fut::wrap_future;
use actix::{
    Actor as ActixActor, ActorContext, ActorFutureExt, AsyncContext, AtomicResponse, Context,
    Handler, Message as ActixMessage, ResponseFuture, SpawnHandle, Supervised,
};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument, Span};

use crate::figure;
use crate::hub::{Hub, HubError, Right};
use crate::model::ids::{ConversationId, JobId, MessageId, SessionId};
use crate::model::job::{MAX_HOLD, PutOff};
use crate::model::outbound::Priority;
use crate::model::session::{HealthState, SessionState};
use crate::ports::store::StoreError;
use crate::session::away::{Away, MOST_READ};
use crate::session::line::{Lines, OLD, Waiting};
use crate::session::pace::{Flow, Pairs, Slots, Step, TokenBucket};
use crate::session::post::{Landing, Signal};
use crate::time::Timestamp;

/// Places for POSTs of one number: its rate at up to 400 ms each, within these bounds. Who is not answered loses his.
const PLACES: (usize, usize) = (32, 256);
/// How long a message may wait in line: its POST has to end before the dispatcher's claim does.
const MAX_IN_LINE: Duration = Duration::from_secs(35);
/// When whoever waited so long lines up again.
const LINE_UP_AGAIN: Duration = Duration::from_millis(500);
/// When settings are read again that could not be read.
const RELOAD: Duration = Duration::from_secs(5);
/// How long reading them may take.
const STORE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the actor of a number that does not exist stays.
const GONE: Duration = Duration::from_secs(1);
/// How long reading who waits may take, and when it is tried again.
const PUT_OFF_TIMEOUT: Duration = Duration::from_secs(5);
const READ_AGAIN: Duration = Duration::from_millis(200);
/// Who waits for a message that is out when the line goes elsewhere gives it so long to end.
const OUT: Duration = Duration::from_secs(3);
/// What a number may send when its settings can't be read.
const DEFAULT_RATE: u32 = 80;
const AN_EARLIER_ONE: &str = "an earlier message of the conversation goes first";

/// Sends a queued message when its turn comes.
#[derive(ActixMessage)]
#[rtype(result = "Delivered")]
pub struct Deliver {
    pub job: JobId,
    pub conversation: ConversationId,
    pub message: MessageId,
    pub priority: Priority,
    pub tries: i32,
    /// In which the log tells of it.
    pub span: Span,
}

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// The row tells how it ended, and the job is settled: gone, or due again then.
    Settled { again_at: Option<Timestamp> },
    /// Nothing was tried: the job is to be claimed again then.
    Later { at: Timestamp, reason: &'static str },
    /// Whoever sent it died on it, or was restarted while it waited.
    Died,
}

/// Tells what the number's settings and health are.
#[derive(ActixMessage)]
#[rtype(result = "Result<Arc<SessionState>, HubError>")]
pub struct Describe;

/// The settings changed: read them again.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Refresh;

/// Another node sends for this number from now on: what waits goes back to the database.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Yield;

/// This node sends for the number from now on.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Resume;

/// The actor.
pub struct Session {
    hub: Hub,
    id: SessionId,
    state: Option<Arc<SessionState>>,
    /// There is no such number (any more).
    gone: bool,
    /// It is about to leave, or to read its settings again.
    leaving: bool,
    reloading: bool,
    lines: Lines,
    bucket: TokenBucket,
    pairs: Pairs,
    flow: Flow,
    /// One per priority.
    slots: [Slots; 3],
    /// Messages that have to come back before others of their conversations.
    away: Away,
    /// The provider asked for a pause until then.
    paused_until: Option<Timestamp>,
    /// What the clock said last, and when that was.
    seen: (Timestamp, Instant),
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
            gone: false,
            leaving: false,
            reloading: false,
            lines: Lines::default(),
            bucket: bucket(DEFAULT_RATE, now),
            pairs: Pairs::default(),
            flow: Flow::default(),
            slots: Default::default(),
            away: Away::default(),
            paused_until: None,
            seen: (now, Instant::now()),
            alarm: None,
        }
    }

    /// What the clock says. When it was set, all that has to wait waits as long as before.
    fn now(&mut self) -> Timestamp {
        let (now, looked) = (self.hub.now(), Instant::now());
        let (seen, at) = std::mem::replace(&mut self.seen, (now, looked));
        if let Some(step) = Step::between(seen + (looked - at), now) {
            tracing::warn!(session.id = %self.id, ?step, "the clock was set");
            self.bucket.follow(step);
            self.pairs.follow(step);
            self.slots.iter_mut().for_each(|slots| slots.follow(step));
            self.away.follow(step);
            self.paused_until = self.paused_until.map(|until| step.of(until));
        }
        now
    }

    fn take_settings(
        &mut self,
        loaded: &Result<Arc<SessionState>, HubError>,
        ctx: &mut Context<Self>,
    ) {
        match loaded {
            Ok(state) => {
                if self.state.as_ref().is_none_or(|old| old.rate != state.rate) {
                    self.bucket = bucket(state.rate, self.hub.now());
                    self.slots = Default::default();
                }
                self.state = Some(Arc::clone(state));
                self.gone = false;
            }
            Err(HubError::NotFound) => {
                self.state = None;
                self.gone = true;
                if !std::mem::replace(&mut self.leaving, true) {
                    Self::leave_when_unused(ctx);
                }
            }
            Err(error) => {
                tracing::warn!(session.id = %self.id, %error, "the number's settings can't be read");
                if !std::mem::replace(&mut self.reloading, true) {
                    ctx.run_later(RELOAD, |actor, ctx| {
                        actor.reloading = false;
                        actor.load_settings(ctx);
                    });
                }
            }
        }
    }

    /// Reads the settings while the mailbox waits.
    fn load_settings(&mut self, ctx: &mut Context<Self>) {
        let load = load(self.hub.clone(), self.id);
        ctx.wait(
            wrap_future::<_, Self>(load)
                .map(|loaded, actor, ctx| actor.take_settings(&loaded, ctx)),
        );
    }

    fn take_away(&mut self, read: &[PutOff]) {
        let now = self.now();
        for one in read {
            // One that is due comes soon.
            let (conversation, until) = (one.conversation, one.until.max(now));
            self.away
                .goes(conversation, one.job, one.priority, until, now);
        }
    }

    /// Anybody may ask for numbers that do not exist; their actors must not pile up.
    fn leave_when_unused(ctx: &mut Context<Self>) {
        ctx.run_later(GONE, |actor, ctx| {
            let unused = actor.lines.waiting() == 0 && actor.lines.on_the_way() == 0;
            if !actor.gone {
                actor.leaving = false;
            } else if unused && actor.hub.retire_session(actor.id) {
                ctx.stop();
            } else {
                Self::leave_when_unused(ctx);
            }
        });
    }

    fn rate(&self) -> u32 {
        self.state.as_ref().map_or(DEFAULT_RATE, |state| state.rate)
    }

    fn places(&self) -> usize {
        let (least, most) = PLACES;
        (self.rate() as usize * 2 / 5).clamp(least, most)
    }

    /// Sends as many as rates and bounds allow, and sets the alarm for the rest.
    fn pump(&mut self, ctx: &mut Context<Self>) {
        let (now, looked) = (self.now(), Instant::now());
        if self.hub.is_draining() {
            // Another start, or another node, has more time for them.
            self.give_up_lines("this node ends");
        }
        for waiting in self.lines.expire(now) {
            self.send_back(waiting, now + LINE_UP_AGAIN, "the line is long", now);
        }
        if let Some(until) = self.paused_until.filter(|until| now < *until) {
            for waiting in self.lines.clear() {
                self.send_back(waiting, until, "the provider asked for a pause", now);
            }
        }
        for _ in 0..self.lines.take_places(looked) {
            self.flow.note_place(OLD);
        }
        let mut free = self.places().saturating_sub(self.lines.places_held());
        while self.lines.waiting() > 0 {
            if free == 0 {
                if let Some(wait) = self.lines.next_place_in(looked) {
                    self.wake_in(ctx, wait);
                }
                return;
            }
            if let Err(wait) = self.bucket.take(now) {
                return self.wake_in(ctx, wait);
            }
            let Some(waiting) = self.lines.take_next(looked) else {
                self.bucket.put_back();
                return;
            };
            match self.wait_of(&waiting, now) {
                None => {
                    free -= 1;
                    self.post(waiting, ctx);
                }
                Some((at, reason)) => {
                    self.bucket.put_back();
                    self.lines.release(waiting.conversation, looked);
                    self.send_back(waiting, at, reason, now);
                }
            }
        }
    }

    /// When somebody comes back for whom the line had no room.
    fn slot(&mut self, priority: Priority, now: Timestamp) -> Timestamp {
        let (places, rate) = (self.places(), self.rate());
        let flow = self.flow.per_second(places, self.lines.crowd(), rate);
        let ahead = self.lines.ahead_of(priority);
        let slots = match priority {
            Priority::Agent => &mut self.slots[0],
            Priority::Bot => &mut self.slots[1],
            Priority::Broadcast => &mut self.slots[2],
        };
        slots.take(now, ahead, flow, rate)
    }

    /// Until when a message whose turn has come has to wait all the same, and why.
    fn wait_of(&mut self, waiting: &Waiting, now: Timestamp) -> Option<(Timestamp, &'static str)> {
        let Waiting {
            conversation,
            job,
            priority,
            ..
        } = *waiting;
        if let Some(until) = self.behind(conversation, job, priority, now) {
            return Some((until, AN_EARLIER_ONE));
        }
        let wait = self.pairs.take(conversation, now).err()?;
        Some((now + wait, "this contact got many messages just now"))
    }

    /// Until when a message waits for earlier ones of its conversation that are away: as long as they take, or it would be
    /// claimed and put back for each of them.
    fn behind(
        &mut self,
        conversation: ConversationId,
        job: JobId,
        priority: Priority,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let behind = self.away.comes(conversation, job, priority, now)?;
        let wait = self.pairs.wait_for(conversation, behind.ahead + 1, now);
        Some(behind.until.max(now + wait))
    }

    /// The line goes to somebody else, in the order in which it should go on.
    fn give_up_lines(&mut self, reason: &'static str) {
        let now = self.now();
        for waiting in self.lines.clear() {
            let (conversation, job, priority) =
                (waiting.conversation, waiting.job, waiting.priority);
            let at = match self.behind(conversation, job, priority, now) {
                Some(at) => at,
                // The one before is out still.
                None if self.lines.is_busy(conversation) => now + OUT,
                None => now,
            };
            self.send_back(waiting, at, reason, now);
        }
    }

    /// A message comes back then, and those of its conversation that follow wait for it.
    fn send_back(&mut self, waiting: Waiting, at: Timestamp, reason: &'static str, now: Timestamp) {
        let (conversation, job) = (waiting.conversation, waiting.job);
        self.away.goes(conversation, job, waiting.priority, at, now);
        waiting.come_back(at, reason);
    }

    fn post(&mut self, waiting: Waiting, ctx: &mut Context<Self>) {
        let stopped = post::refusal(self.state.as_deref(), self.gone);
        let (conversation, job, priority) = (waiting.conversation, waiting.job, waiting.priority);
        // A task of its own: neither its panic nor ours may tear the others' POSTs off.
        let span = tracing::debug_span!(
            parent: &waiting.span,
            "send",
            message.id = %waiting.message,
            attempt.id = Empty,
        );
        let post = post::post(self.hub.clone(), self.id, waiting, stopped);
        let landing = actix_rt::spawn(post.instrument(span));
        ctx.spawn(
            wrap_future::<_, Self>(landing).map(move |landing, actor, ctx| {
                let landing = landing.unwrap_or(Landing::NOTHING);
                let now = actor.now();
                // While the whole number pauses nobody could overtake it.
                let is_soon = |at: &Timestamp| at.since(now) <= MAX_HOLD;
                let pauses = matches!(landing.signal, Signal::SlowDown(_));
                if let Some(at) = landing.back_at.filter(|at| pauses || is_soon(at)) {
                    actor.away.goes(conversation, job, priority, at, now);
                }
                actor.land(conversation, landing.signal, ctx);
            }),
        );
    }

    fn land(&mut self, conversation: ConversationId, signal: Signal, ctx: &mut Context<Self>) {
        if let Some((took, had_place)) = self.lines.release(conversation, Instant::now()) {
            self.flow.note_landing(took);
            if had_place {
                self.flow.note_place(took.min(OLD));
            }
        }
        match signal {
            Signal::None => {}
            Signal::SlowDown(pause) => {
                metrics::counter!(figure::NUMBER_PAUSES_TOTAL).increment(1);
                let until = self.now() + pause;
                self.paused_until = self.paused_until.max(Some(until));
            }
            Signal::Stop { health, reason } => self.stop_sending(health, reason, ctx),
        }
        self.pump(ctx);
    }

    fn stop_sending(&mut self, health: HealthState, reason: String, ctx: &mut Context<Self>) {
        metrics::counter!(figure::NUMBER_STOPS_TOTAL, "health" => health.as_str()).increment(1);
        tracing::warn!(session.id = %self.id, health = health.as_str(), "the provider refuses this number");
        if let Some(state) = &mut self.state {
            Arc::make_mut(state).health = health;
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
        // Together: who asks for the number waits for it.
        let (hub, id) = (self.hub.clone(), self.id);
        let settings = load(hub.clone(), id);
        let away = async move {
            match hub.right_to(id) {
                // Whoever sends for it knows.
                Right::Nobodys => Vec::new(),
                Right::Alone | Right::Held(_) => put_off(hub, id).await,
            }
        };
        let both = async move { tokio::join!(settings, away) };
        ctx.wait(
            wrap_future::<_, Self>(both).map(|(loaded, away), actor, ctx| {
                actor.take_settings(&loaded, ctx);
                actor.take_away(&away);
            }),
        );
    }
}

impl Supervised for Session {
    fn restarting(&mut self, _: &mut Self::Context) {
        // Those in line hear of it by their dropped channels; rates start full, which the provider's own limits
        // bound.
        *self = Self::new(self.hub.clone(), self.id);
    }
}

impl Handler<Deliver> for Session {
    type Result = ResponseFuture<Delivered>;

    fn handle(&mut self, message: Deliver, ctx: &mut Self::Context) -> Self::Result {
        let now = self.now();
        let Deliver {
            job,
            conversation,
            message,
            priority,
            tries,
            span,
        } = message;
        let earlier = self.behind(conversation, job, priority, now);
        let later = match earlier {
            Some(until) => Some((until, AN_EARLIER_ONE)),
            None if self.lines.is_full(priority, conversation) => {
                Some((self.slot(priority, now), "the number's line is full"))
            }
            None => None,
        };
        if let Some((at, reason)) = later {
            self.away.goes(conversation, job, priority, at, now);
            return Box::pin(std::future::ready(Delivered::Later { at, reason }));
        }
        let (done, ended) = oneshot::channel();
        self.lines.push(Waiting {
            job,
            message,
            conversation,
            priority,
            tries,
            expires_at: now + MAX_IN_LINE,
            done,
            span,
        });
        self.pump(ctx);
        Box::pin(async move { ended.await.unwrap_or(Delivered::Died) })
    }
}

impl Handler<Describe> for Session {
    type Result = AtomicResponse<Self, Result<Arc<SessionState>, HubError>>;

    fn handle(&mut self, _: Describe, _: &mut Self::Context) -> Self::Result {
        if let Some(state) = &self.state {
            let known = std::future::ready(Ok(Arc::clone(state)));
            return AtomicResponse::new(Box::pin(wrap_future(known)));
        }
        let load = load(self.hub.clone(), self.id);
        AtomicResponse::new(Box::pin(wrap_future::<_, Self>(load).map(
            |loaded, actor, ctx| {
                actor.take_settings(&loaded, ctx);
                loaded
            },
        )))
    }
}

impl Handler<Refresh> for Session {
    type Result = ();

    fn handle(&mut self, _: Refresh, ctx: &mut Self::Context) {
        self.load_settings(ctx);
    }
}

impl Handler<Resume> for Session {
    type Result = ();

    fn handle(&mut self, _: Resume, ctx: &mut Self::Context) {
        // What was known is of the time before.
        self.away.clear();
        let read = put_off(self.hub.clone(), self.id);
        ctx.wait(wrap_future::<_, Self>(read).map(|read, actor, _| actor.take_away(&read)));
    }
}

impl Handler<Yield> for Session {
    type Result = ();

    fn handle(&mut self, _: Yield, _: &mut Self::Context) {
        self.give_up_lines(post::ELSEWHERE);
        self.away.clear();
    }
}

/// Which of the number's messages wait in the database, put there by an earlier life or another node.
async fn put_off(hub: Hub, id: SessionId) -> Vec<PutOff> {
    let read = async {
        loop {
            match hub.store().put_off(id, MOST_READ).await {
                Err(StoreError::Unavailable(_)) => tokio::time::sleep(READ_AGAIN).await,
                read => return read,
            }
        }
    };
    match tokio::time::timeout(PUT_OFF_TIMEOUT, read).await {
        Ok(Ok(read)) => read,
        _ => {
            // They are sent all the same.
            tracing::warn!(session.id = %id, "which messages wait can't be read: later ones may overtake them");
            Vec::new()
        }
    }
}

async fn load(hub: Hub, id: SessionId) -> Result<Arc<SessionState>, HubError> {
    let loaded = tokio::time::timeout(STORE_TIMEOUT, hub.store().load_session(id)).await;
    let loaded = loaded.map_err(|_| HubError::Unavailable("no answer in time".to_owned()))?;
    loaded?.map(Arc::new).ok_or(HubError::NotFound)
}

/// Full of a quarter of a second's messages only: two bursts in a row must not exceed the provider's limit by
/// much.
fn bucket(rate: u32, now: Timestamp) -> TokenBucket {
    let rate = f64::from(rate.max(1));
    TokenBucket::new((rate / 4.0).max(5.0), rate, now)
}
