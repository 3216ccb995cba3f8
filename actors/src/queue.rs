//! The waiting lines of one organization: gives what waits to agents who have room for it, takes back what they do not
//! accept, and tells supervisors once a second how each line fares. One actor for all teams of an organization, because
//! an agent of two teams has one capacity. Decides on a board that it loads from the database and keeps up with what it
//! hears; each step is a conditional change of a conversation, so a second activation gives nothing away twice. Never
//! writes by itself, never asks the provider.

mod away;
mod board;
mod crew;
mod deadlines;
mod figures;
mod traffic;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use actix::{
    Actor as ActixActor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler,
    Message as ActixMessage, ResponseActFuture, Supervised, WrapFuture,
};
use tokio::time::Instant;

use self::board::{Board, Step};
use crate::figure;
use crate::hub::{Hub, HubError};
use crate::model::conversation::{Conversation, ConversationStatus};
use crate::model::ids::{OrganizationId, TeamId, UserId};
use crate::model::queue::{Floor, QueueFigures, QueueNews, SERIES, Standing};
use crate::model::sla::{Press, Stage};
use crate::model::user::Actor;
use crate::ports::store::StoreError;
use crate::time::Timestamp;

/// How often it looks at what is overdue, and tells its figures.
pub const TICK: Duration = Duration::from_secs(1);
/// How often it looks whether something happened that it did not hear of.
const CHECK: Duration = Duration::from_secs(30);
/// How long the database may take.
const STORE_TIMEOUT: Duration = Duration::from_secs(10);
/// Conversations that are being written at a time.
const MOST_AT_ONCE: usize = 16;
/// News that are kept while the board is loaded.
const MOST_EARLY: usize = 10_000;
/// How long lines that give nothing out are kept after somebody looked at them.
const UNWATCHED: Duration = Duration::from_secs(60);

/// Something happened.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Hear(pub QueueNews);

/// Somebody began to watch: tell all figures once more.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Watch;

/// How the lines fare.
#[derive(ActixMessage)]
#[rtype(result = "Result<Vec<QueueFigures>, HubError>")]
pub struct Ask;

/// The actor.
pub struct Queues {
    hub: Hub,
    organization: OrganizationId,
    /// None until it is loaded.
    board: Option<Board>,
    loading: bool,
    /// The teams' rules changed since what is known was read: nothing is given out by the old ones.
    awaits_rules: bool,
    /// They changed while they were being read.
    again: bool,
    /// Loaded board or not: what came while it was being loaded.
    early: Vec<QueueNews>,
    /// Something was not heard: load again.
    stale: bool,
    at_once: usize,
    /// What failed waits for the next tick.
    failed: Vec<Step>,
    told: HashMap<Option<TeamId>, QueueFigures>,
    checked_at: Instant,
    ticked_at: Instant,
    watched_at: Instant,
}

type Loaded = Result<(Floor, Option<Vec<(UserId, Timestamp)>>), HubError>;

impl Queues {
    /// The lines of `organization`.
    pub fn new(hub: Hub, organization: OrganizationId) -> Self {
        Self {
            hub,
            organization,
            board: None,
            loading: false,
            awaits_rules: false,
            again: false,
            early: Vec::new(),
            stale: false,
            at_once: 0,
            failed: Vec::new(),
            told: HashMap::new(),
            checked_at: Instant::now(),
            ticked_at: Instant::now(),
            watched_at: Instant::now(),
        }
    }

    fn load(&mut self, ctx: &mut Context<Self>) {
        if self.loading {
            return;
        }
        self.loading = true;
        self.stale = false;
        self.again = false;
        self.checked_at = Instant::now();
        let is_first = self.board.is_none();
        let read = read(self.hub.clone(), self.organization, is_first);
        ctx.spawn(read.into_actor(self).map(|loaded, queues, ctx| {
            queues.loading = false;
            queues.take_floor(loaded, ctx);
        }));
    }

    fn take_floor(&mut self, loaded: Loaded, ctx: &mut Context<Self>) {
        let early = std::mem::take(&mut self.early);
        let now = self.hub.now();
        match loaded {
            Ok((floor, replies)) => {
                let mut board = Board::of(floor, self.board.take().unwrap_or_default(), now);
                // A board that was there before counted them when they came.
                let known: Option<HashSet<_>> = replies.map(|all| all.into_iter().collect());
                for mut news in early {
                    news.replies
                        .retain(|reply| known.as_ref().is_some_and(|all| !all.contains(reply)));
                    board.take(news, now);
                }
                board.take(answered(known.into_iter().flatten()), now);
                self.board = Some(board);
                if self.again {
                    return self.load(ctx);
                }
                self.awaits_rules = false;
                self.work(ctx);
            }
            Err(error) => {
                tracing::warn!(%error, organization.id = %self.organization, "the lines can't be loaded now");
                self.stale = true;
            }
        }
    }

    /// Gives out what waits, a few at a time.
    fn work(&mut self, ctx: &mut Context<Self>) {
        if self.awaits_rules || !self.hub.owns_queues(self.organization) {
            return;
        }
        let now = self.hub.now();
        while self.at_once < MOST_AT_ONCE {
            let step = self.board.as_ref().and_then(|board| board.next(now));
            let Some(step) = step else { return };
            self.take_step(step, ctx);
        }
    }

    fn take_step(&mut self, step: Step, ctx: &mut Context<Self>) {
        let Some(board) = &mut self.board else { return };
        board.hold(&step);
        self.at_once += 1;
        let (hub, by) = (self.hub.clone(), Actor::hub(self.organization));
        let (id, change) = (step.conversation, step.change.clone());
        let changed = async move { hub.change(&by, id, change).await };
        ctx.spawn(changed.into_actor(self).map(|changed, queues, ctx| {
            queues.at_once -= 1;
            queues.took_step(step, changed, ctx);
        }));
    }

    fn took_step(
        &mut self,
        step: Step,
        changed: Result<Conversation, HubError>,
        ctx: &mut Context<Self>,
    ) {
        let now = self.hub.now();
        let Some(board) = &mut self.board else { return };
        match changed {
            Ok(view) => {
                if let Some(press) = &step.change.press {
                    count_late(press, &view);
                }
                let standing = Standing::of(&view);
                if let Some(since) = view
                    .waiting_since
                    .filter(|_| step.to.is_some() && standing.assignee == step.to)
                {
                    let waited = now.since(since).as_secs_f64();
                    metrics::histogram!(figure::QUEUE_WAIT_SECONDS).record(waited);
                }
                let is_missed = view.assignee.is_none() && view.status == ConversationStatus::Open;
                board.foresee(standing);
                if board.is_unmoved(&step) {
                    // Nothing came of it, and nothing explains that: not again at once.
                    return self.failed.push(step);
                }
                board.release(step.conversation);
                if let Some(user) = step.missed_by.filter(|_| is_missed) {
                    board.miss(user);
                    self.miss(user, ctx);
                }
            }
            Err(HubError::NotFound) => {
                board.release(step.conversation);
                board.forget(step.conversation);
            }
            Err(error) => {
                tracing::debug!(%error, conversation.id = %step.conversation, "a conversation can't be given out now");
                self.failed.push(step);
            }
        }
        self.work(ctx);
    }

    /// Whoever missed one is given nothing more until they say that they are there.
    fn miss(&mut self, user: UserId, ctx: &mut Context<Self>) {
        metrics::counter!(figure::QUEUE_MISSED_TOTAL).increment(1);
        let (hub, organization) = (self.hub.clone(), self.organization);
        let noted = async move {
            let noted = hub.store().note_missed(organization, user).await;
            if let Ok(receipt) = noted.inspect_err(|error| {
                tracing::warn!(%error, user.id = %user, "that somebody missed a conversation can't be noted");
            }) {
                hub.announce(receipt);
            }
        };
        ctx.spawn(noted.into_actor(self));
    }

    fn tick(&mut self, ctx: &mut Context<Self>) {
        if !self.hub.owns_queues(self.organization) || self.is_idle() {
            // They belong to another node now, or to nobody.
            if self.at_once == 0 && self.hub.retire_queues(self.organization) {
                ctx.stop();
            }
            return;
        }
        let slept = self.ticked_at.elapsed() > 4 * TICK;
        self.ticked_at = Instant::now();
        if slept {
            // The process stood still: nothing that it knows may hold any more.
            return self.load(ctx);
        }
        if self.stale || self.board.is_none() {
            self.load(ctx);
        } else if self.checked_at.elapsed() >= CHECK {
            self.check(ctx);
        }
        let Some(board) = &mut self.board else { return };
        for step in self.failed.drain(..) {
            board.release(step.conversation);
        }
        let room = MOST_AT_ONCE.saturating_sub(self.at_once);
        let overdue = board.overdue(self.hub.now());
        for step in overdue.into_iter().take(room) {
            self.take_step(step, ctx);
        }
        self.work(ctx);
        self.press(ctx);
        self.excuse(ctx);
        self.tell();
    }

    /// Says which deadlines are near, after what waits was given out.
    fn press(&mut self, ctx: &mut Context<Self>) {
        let room = MOST_AT_ONCE.saturating_sub(self.at_once);
        let Some(board) = &self.board else { return };
        for step in board.pressing(self.hub.now(), room) {
            self.take_step(step, ctx);
        }
    }

    /// Tells contacts that nobody is at work.
    fn excuse(&mut self, ctx: &mut Context<Self>) {
        let Some(board) = &mut self.board else { return };
        let mut excuses = board.excuses(self.hub.now());
        excuses.truncate(MOST_AT_ONCE);
        for excuse in &excuses {
            board.excuse(excuse);
        }
        for excuse in excuses {
            let (hub, by) = (self.hub.clone(), Actor::hub(self.organization));
            let id = excuse.conversation;
            let told = async move { hub.send(&by, id, excuse.draft()).await };
            ctx.spawn(told.into_actor(self).map(move |told, queues, _| {
                let Err(error) = told else { return };
                tracing::warn!(%error, conversation.id = %id, "a contact can't be told that nobody is at work");
                let passes = matches!(error, HubError::Busy | HubError::Unavailable(_));
                if let Some(board) = queues.board.as_mut().filter(|_| passes) {
                    board.forget_excuse(id);
                }
            }));
        }
    }

    /// Whether nothing is given out here, and nobody looks.
    fn is_idle(&self) -> bool {
        let board = self.board.as_ref();
        self.watched_at.elapsed() > UNWATCHED && board.is_some_and(|board| !board.works_by_itself())
    }

    /// Looks whether the database knows of more than was heard here.
    fn check(&mut self, ctx: &mut Context<Self>) {
        self.checked_at = Instant::now();
        let Some(board) = &self.board else { return };
        let (hub, organization, known) = (self.hub.clone(), self.organization, board.head());
        let head = async move { hub.store().floor_head(organization).await };
        ctx.spawn(head.into_actor(self).map(move |head, queues, ctx| {
            if head.is_ok_and(|head| head != known) {
                queues.load(ctx);
            }
        }));
    }

    /// Tells of the lines that look otherwise than a second ago.
    fn tell(&mut self) {
        let Some(board) = &self.board else { return };
        for figures in board.figures(self.hub.now()) {
            let team = figures.team.as_ref().map(|team| team.id);
            let known = self.told.get(&team);
            if known.is_some_and(|known| figures::is_same(known, &figures)) {
                continue;
            }
            self.hub.tell_queue(self.organization, figures.clone());
            self.told.insert(team, figures);
        }
    }
}

/// Reads the board's content; who answered only for a new one.
async fn read(hub: Hub, organization: OrganizationId, with_replies: bool) -> Loaded {
    let reading = async {
        let replies = match with_replies {
            true => {
                let hour = Duration::from_secs(60 * SERIES as u64);
                let since = hub.now() - hour;
                Some(hub.store().replies_since(organization, since).await?)
            }
            false => None,
        };
        let floor = hub.store().load_floor(organization).await?;
        Ok::<_, StoreError>((floor, replies))
    };
    let read = tokio::time::timeout(STORE_TIMEOUT, reading).await;
    Ok(read.map_err(|_| HubError::Unavailable("no answer in time".to_owned()))??)
}

/// Counts the promises that were not kept, as far as the conversation says so now.
fn count_late(press: &Press, view: &Conversation) {
    let late = press
        .marks
        .iter()
        .filter(|mark| mark.stage == Stage::Breached);
    for mark in late.filter(|mark| view.sla.contains(mark)) {
        metrics::counter!(figure::SLA_BREACHED_TOTAL, "goal" => mark.goal.as_str()).increment(1);
    }
}

fn answered(replies: impl Iterator<Item = (UserId, Timestamp)>) -> QueueNews {
    QueueNews {
        replies: replies.collect(),
        ..QueueNews::default()
    }
}

impl ActixActor for Queues {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.load(ctx);
        ctx.run_interval(TICK, Self::tick);
    }
}

impl Supervised for Queues {
    fn restarting(&mut self, _: &mut Self::Context) {
        *self = Self::new(self.hub.clone(), self.organization);
    }
}

impl Handler<Hear> for Queues {
    type Result = ();

    fn handle(&mut self, Hear(news): Hear, ctx: &mut Self::Context) {
        let is_changed = news.teams;
        self.awaits_rules |= is_changed;
        if self.loading {
            self.again |= is_changed;
            // What is being loaded may be older.
            self.stale |= is_changed || self.early.len() >= MOST_EARLY;
            if self.early.len() < MOST_EARLY {
                self.early.push(news.clone());
            }
        }
        let now = self.hub.now();
        if let Some(board) = &mut self.board {
            board.take(news, now);
            self.work(ctx);
        }
        if is_changed {
            self.load(ctx);
        }
    }
}

impl Handler<Watch> for Queues {
    type Result = ();

    fn handle(&mut self, _: Watch, _: &mut Self::Context) {
        self.told.clear();
        self.watched_at = Instant::now();
    }
}

impl Handler<Ask> for Queues {
    /// Not an atomic one: the board may be being loaded meanwhile, and holds SQLite's only writer until it is.
    type Result = ResponseActFuture<Self, Result<Vec<QueueFigures>, HubError>>;

    fn handle(&mut self, _: Ask, _: &mut Self::Context) -> Self::Result {
        let now = self.hub.now();
        self.watched_at = Instant::now();
        if let Some(board) = &self.board {
            let known = std::future::ready(Ok(board.figures(now)));
            return Box::pin(known.into_actor(self));
        }
        let read = read(self.hub.clone(), self.organization, true);
        Box::pin(read.into_actor(self).map(move |loaded: Loaded, _, _| {
            let (floor, replies) = loaded?;
            let mut board = Board::of(floor, Board::default(), now);
            board.take(answered(replies.into_iter().flatten()), now);
            Ok(board.figures(now))
        }))
    }
}
