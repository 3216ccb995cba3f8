//! This node's feed: who looks at what, and the way from a committed event to their sockets. Keeps each
//! organization's events in `seq` order, repairs holes from the store, conflates list rows, and cuts sockets
//! that do not drain. Never decides anything, never writes to the store.

pub mod channel;
pub mod frame;
pub mod seat;
pub mod sequence;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::fut::wrap_future;
use actix::{
    Actor as ActixActor, ActorFutureExt, AsyncContext, Context, Handler, Message as ActixMessage,
    Recipient, ResponseActFuture, Supervised,
};

use crate::event::{Cursor, Envelope};
use crate::feed::channel::Channel;
use crate::feed::seat::{Cut, Frame, Seat, SocketId, Topic};
use crate::hub::{HubError, Ports};
use crate::model::ids::OrganizationId;
use crate::model::user::{Role, Who};
use crate::ports::store::StoreError;

/// How often sockets hear where the stream stands.
const BEAT: Duration = Duration::from_secs(10);
/// How often the store is asked whether an event was lost on the way here.
const CHECK: Duration = Duration::from_secs(2);
/// How long a hole may close by itself: commits of one batch arrive by several ways.
const GRACE: Duration = Duration::from_millis(150);
/// List rows of one conversation are told at most once in this time.
const CONFLATION: Duration = Duration::from_millis(100);
/// Events read from the store at a time.
const PAGE: u32 = 1000;
/// A client that missed more loads again.
const MAX_MISSED: usize = 5000;
/// Topics of one socket.
const MAX_TOPICS: usize = 64;

/// Events that were committed, by this node or by others.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Publish(pub Vec<Arc<Envelope>>);

/// An authenticated socket takes its seat; answers where the stream stands.
#[derive(ActixMessage)]
#[rtype(result = "Result<Cursor, HubError>")]
pub struct Join {
    pub socket: SocketId,
    pub organization: OrganizationId,
    pub who: Who,
    pub role: Role,
    pub peer: Recipient<Frame>,
    pub connection: Arc<dyn Cut>,
}

/// A socket looks at more; answered with a `subscribed` frame, then what was missed since `since`.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Subscribe {
    pub socket: SocketId,
    pub topics: Vec<String>,
    pub since: Option<Cursor>,
}

/// A socket looks away.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Unsubscribe {
    pub socket: SocketId,
    pub topics: Vec<String>,
}

/// A socket is gone.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Leave(pub SocketId);

/// A person may see less from now on (disabled, other role, logged out): their sockets are closed.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Expel {
    pub organization: OrganizationId,
    pub who: Who,
}

/// The node stops: say goodbye to all sockets and close them.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Dismiss;

#[derive(ActixMessage)]
#[rtype(result = "()")]
struct Flush(OrganizationId);

/// What a socket missed, and the number of the last event read.
type Missed = (Vec<Arc<Envelope>>, i64);

/// The actor.
pub struct Feed {
    ports: Ports,
    channels: HashMap<OrganizationId, Channel>,
    seats: HashMap<SocketId, Seat>,
}

impl Feed {
    /// An empty feed.
    pub fn new(ports: Ports) -> Self {
        Self {
            ports,
            channels: HashMap::new(),
            seats: HashMap::new(),
        }
    }

    fn schedule_flush(&mut self, organization: OrganizationId, ctx: &mut Context<Self>) {
        let Some(channel) = self.channels.get_mut(&organization) else {
            return;
        };
        if channel.has_news() && !channel.flush_scheduled {
            channel.flush_scheduled = true;
            // Behind what is in the mailbox already: events of one batch share a frame.
            ctx.notify(Flush(organization));
        }
        if channel.has_hole() && !channel.repairing {
            channel.repairing = true;
            ctx.run_later(GRACE, move |feed, ctx| feed.repair(organization, ctx));
        }
    }

    /// Reads what is missing from the store, if it is still missing.
    fn repair(&mut self, organization: OrganizationId, ctx: &mut Context<Self>) {
        let Some(channel) = self.channels.get_mut(&organization) else {
            return;
        };
        if !channel.has_hole() && !channel.lags {
            channel.repairing = false;
            return;
        }
        channel.repairing = true;
        metrics::counter!("feed_holes_repaired_total").increment(1);
        let (store, head) = (Arc::clone(&self.ports.store), channel.head());
        let read = async move {
            let events = store.events_since(organization, head, PAGE).await?;
            let end = store.head(organization).await?;
            Ok::<_, StoreError>((events, end))
        };
        ctx.spawn(wrap_future::<_, Self>(read).map(move |read, feed, ctx| {
            let Some(channel) = feed.channels.get_mut(&organization) else {
                return;
            };
            channel.repairing = false;
            channel.lags = false;
            match read {
                Ok((Some(events), end)) => {
                    for event in events {
                        channel.take(event);
                    }
                    channel.lags = channel.head() < end.seq;
                }
                Ok((None, end)) => {
                    channel.skip_to(end.seq);
                    feed.tell_to_reload(organization, "the tail is no longer kept");
                }
                Err(error) => tracing::warn!(%error, "a hole in the feed can't be repaired now"),
            }
            feed.schedule_flush(organization, ctx);
        }));
    }

    /// Notices events whose announcement was lost altogether.
    fn check_heads(&mut self, ctx: &mut Context<Self>) {
        for organization in self.channels.keys().copied() {
            let store = Arc::clone(&self.ports.store);
            let head = async move { store.head(organization).await };
            ctx.spawn(wrap_future::<_, Self>(head).map(move |head, feed, ctx| {
                let Some(channel) = feed.channels.get_mut(&organization) else {
                    return;
                };
                if let Ok(head) = head
                    && head.seq > channel.head()
                    && !channel.repairing
                {
                    channel.lags = true;
                    channel.repairing = true;
                    ctx.run_later(GRACE, move |feed, ctx| feed.repair(organization, ctx));
                }
            }));
        }
    }

    fn flush(&mut self, organization: OrganizationId) {
        let Some(channel) = self.channels.get_mut(&organization) else {
            return;
        };
        channel.flush_scheduled = false;
        let refused = channel.flush_events(&self.seats, self.ports.media.as_ref());
        self.cut(&refused);
    }

    fn flush_rows(&mut self) {
        let mut refused = Vec::new();
        for channel in self.channels.values_mut() {
            refused.extend(channel.flush_rows(&self.seats));
        }
        self.cut(&refused);
    }

    fn beat(&mut self) {
        let mut refused = Vec::new();
        for (socket, seat) in &self.seats {
            if let Some(channel) = self.channels.get(&seat.organization) {
                let text = frame::beat(channel.cursor_for(seat));
                // A socket that catches up hears of its place when it is there.
                if !seat.catching_up && seat.peer.try_send(Frame::Text(text)).is_err() {
                    refused.push(*socket);
                }
            }
        }
        self.cut(&refused);
    }

    fn tell_to_reload(&mut self, organization: OrganizationId, reason: &'static str) {
        let Some(channel) = self.channels.get(&organization) else {
            return;
        };
        let text = frame::reload(reason, channel.cursor());
        let members = self
            .seats
            .iter()
            .filter(|(_, seat)| seat.organization == organization);
        let refused: Vec<SocketId> = members
            .filter(|(_, seat)| seat.peer.try_send(Frame::Text(text.clone())).is_err())
            .map(|(socket, _)| *socket)
            .collect();
        self.cut(&refused);
    }

    /// Ends sockets that do not drain; their clients come back with a cursor.
    fn cut(&mut self, refused: &[SocketId]) {
        for socket in refused {
            if let Some(seat) = self.leave(*socket) {
                metrics::counter!("sockets_cut_total", "reason" => "too_slow").increment(1);
                tracing::info!(socket = socket.0, "a socket that does not drain was cut");
                seat.connection.cut();
            }
        }
    }

    fn leave(&mut self, socket: SocketId) -> Option<Seat> {
        let seat = self.seats.remove(&socket)?;
        metrics::gauge!("sockets").set(self.seats.len() as f64);
        if let Some(channel) = self.channels.get_mut(&seat.organization) {
            channel.forget(socket);
            if channel.is_empty() {
                self.channels.remove(&seat.organization);
                let (bus, organization) = (Arc::clone(&self.ports.bus), seat.organization);
                actix_rt::spawn(async move { bus.unwatch(organization).await });
            }
        }
        Some(seat)
    }

    fn send(&mut self, socket: SocketId, text: bytestring::ByteString) {
        let refused = self
            .seats
            .get(&socket)
            .is_some_and(|seat| seat.peer.try_send(Frame::Text(text)).is_err());
        if refused {
            self.cut(&[socket]);
        }
    }

    /// Reads what the socket missed, until it stands where the others do.
    fn catch_up(
        &mut self,
        socket: SocketId,
        from: i64,
        mut missed: Vec<Arc<Envelope>>,
        ctx: &mut Context<Self>,
    ) {
        let Some(seat) = self.seats.get(&socket) else {
            return;
        };
        let (store, organization) = (Arc::clone(&self.ports.store), seat.organization);
        let read = async move {
            let mut last = from;
            loop {
                let Some(page) = store.events_since(organization, last, PAGE).await? else {
                    return Ok(None);
                };
                let full = page.len() >= PAGE as usize;
                last = page.last().map_or(last, |event| event.seq);
                missed.extend(page);
                if missed.len() > MAX_MISSED {
                    return Ok(None);
                }
                if !full {
                    return Ok(Some((missed, last)));
                }
            }
        };
        ctx.spawn(wrap_future::<_, Self>(read).map(
            move |read: Result<Option<Missed>, StoreError>, feed, ctx| match read {
                Ok(Some((missed, last))) => {
                    let head = feed.channels.get(&organization).map_or(last, Channel::head);
                    if head > last {
                        // Others were told more meanwhile.
                        return feed.catch_up(socket, last, missed, ctx);
                    }
                    feed.tell_missed(socket, &missed, last);
                }
                Ok(None) => feed.give_up_catching_up(socket, "too much was missed"),
                Err(error) => {
                    tracing::warn!(%error, "missed events can't be read");
                    feed.give_up_catching_up(socket, "missed events can't be read");
                }
            },
        ));
    }

    fn tell_missed(&mut self, socket: SocketId, missed: &[Arc<Envelope>], last: i64) {
        let Some(seat) = self.seats.get_mut(&socket) else {
            return;
        };
        let Some(channel) = self.channels.get(&seat.organization) else {
            return;
        };
        seat.catching_up = false;
        seat.floor = last;
        let cursor = Cursor {
            seq: last,
            ..channel.cursor()
        };
        let texts = channel::missed_frames(seat, missed, cursor, self.ports.media.as_ref());
        for text in texts {
            self.send(socket, text);
        }
    }

    fn give_up_catching_up(&mut self, socket: SocketId, reason: &'static str) {
        let Some(seat) = self.seats.get_mut(&socket) else {
            return;
        };
        let Some(channel) = self.channels.get(&seat.organization) else {
            return;
        };
        seat.catching_up = false;
        seat.floor = channel.head();
        let text = frame::reload(reason, channel.cursor());
        self.send(socket, text);
    }
}

impl ActixActor for Feed {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.run_interval(BEAT, |feed, _| feed.beat());
        ctx.run_interval(CHECK, |feed, ctx| feed.check_heads(ctx));
        ctx.run_interval(CONFLATION, |feed, _| feed.flush_rows());
    }
}

impl Supervised for Feed {
    fn restarting(&mut self, _: &mut Self::Context) {
        // Sockets without a seat would wait for nothing: cut them, they come back with their cursors.
        for seat in self.seats.values() {
            seat.connection.cut();
        }
        *self = Self::new(self.ports.clone());
    }
}

impl Handler<Publish> for Feed {
    type Result = ();

    fn handle(&mut self, Publish(envelopes): Publish, ctx: &mut Self::Context) {
        for envelope in envelopes {
            let organization = envelope.organization;
            if let Some(channel) = self.channels.get_mut(&organization) {
                channel.take(envelope);
                self.schedule_flush(organization, ctx);
            }
        }
    }
}

impl Handler<Flush> for Feed {
    type Result = ();

    fn handle(&mut self, Flush(organization): Flush, _: &mut Self::Context) {
        self.flush(organization);
    }
}

impl Handler<Join> for Feed {
    type Result = ResponseActFuture<Self, Result<Cursor, HubError>>;

    fn handle(&mut self, join: Join, _: &mut Self::Context) -> Self::Result {
        let organization = join.organization;
        let watched = self.channels.contains_key(&organization);
        // Opened before the head is read: what is published meanwhile is kept.
        self.channels
            .entry(organization)
            .or_insert_with(Channel::opening)
            .expected += 1;
        let (store, bus) = (Arc::clone(&self.ports.store), Arc::clone(&self.ports.bus));
        let open = async move {
            if !watched {
                bus.watch(organization).await;
            }
            store.head(organization).await
        };
        Box::pin(wrap_future::<_, Self>(open).map(move |head, feed, ctx| {
            let channel = feed
                .channels
                .entry(organization)
                .or_insert_with(Channel::opening);
            channel.expected = channel.expected.saturating_sub(1);
            let head = match head {
                Ok(head) => head,
                Err(error) => {
                    if channel.is_empty() {
                        feed.channels.remove(&organization);
                    }
                    return Err(error.into());
                }
            };
            channel.open_at(head);
            let cursor = channel.cursor();
            let seat = Seat {
                organization,
                who: join.who,
                role: join.role,
                peer: join.peer,
                connection: join.connection,
                topics: Vec::new(),
                catching_up: false,
                floor: 0,
            };
            channel.add(join.socket);
            feed.seats.insert(join.socket, seat);
            metrics::gauge!("sockets").set(feed.seats.len() as f64);
            feed.schedule_flush(organization, ctx);
            Ok(cursor)
        }))
    }
}

impl Handler<Subscribe> for Feed {
    type Result = ();

    fn handle(&mut self, message: Subscribe, ctx: &mut Self::Context) {
        let Subscribe {
            socket,
            topics,
            since,
        } = message;
        let Some(seat) = self.seats.get_mut(&socket) else {
            return;
        };
        let Some(channel) = self.channels.get_mut(&seat.organization) else {
            return;
        };
        let (mut accepted, mut refused) = (Vec::new(), Vec::new());
        for name in topics {
            let topic = name
                .parse::<Topic>()
                .ok()
                .filter(|topic| seat.may_watch(topic));
            match topic {
                Some(topic) if seat.topics.contains(&topic) => accepted.push(name),
                Some(topic) if seat.topics.len() < MAX_TOPICS => {
                    channel.watch(socket, &topic);
                    seat.topics.push(topic);
                    accepted.push(name);
                }
                _ => refused.push(name),
            }
        }
        let cursor = channel.cursor();
        // What comes live is what is numbered above this; lower events in the outbox are in the snapshot.
        let missed_from =
            since.filter(|since| since.epoch == cursor.epoch && since.seq < cursor.seq);
        let stale =
            since.is_some_and(|since| since.epoch != cursor.epoch || since.seq > cursor.seq);
        seat.catching_up |= missed_from.is_some();
        match frame::subscribed(&accepted, &refused, cursor) {
            Ok(text) => self.send(socket, text),
            Err(error) => tracing::error!(%error, "an answer can't be written"),
        }
        if let Some(since) = missed_from {
            self.catch_up(socket, since.seq, Vec::new(), ctx);
        } else if stale {
            self.give_up_catching_up(socket, "the cursor is from another time");
        }
    }
}

impl Handler<Unsubscribe> for Feed {
    type Result = ();

    fn handle(&mut self, message: Unsubscribe, _: &mut Self::Context) {
        let Some(seat) = self.seats.get_mut(&message.socket) else {
            return;
        };
        let Some(channel) = self.channels.get_mut(&seat.organization) else {
            return;
        };
        for topic in message
            .topics
            .iter()
            .filter_map(|name| name.parse::<Topic>().ok())
        {
            seat.topics.retain(|held| *held != topic);
            channel.unwatch(message.socket, &topic);
        }
    }
}

impl Handler<Leave> for Feed {
    type Result = ();

    fn handle(&mut self, Leave(socket): Leave, _: &mut Self::Context) {
        self.leave(socket);
    }
}

impl Handler<Expel> for Feed {
    type Result = ();

    fn handle(&mut self, message: Expel, _: &mut Self::Context) {
        let theirs =
            |seat: &Seat| seat.organization == message.organization && seat.who == message.who;
        let sockets: Vec<SocketId> = self
            .seats
            .iter()
            .filter(|(_, seat)| theirs(seat))
            .map(|(socket, _)| *socket)
            .collect();
        for socket in sockets {
            if let Some(seat) = self.leave(socket)
                && seat
                    .peer
                    .try_send(Frame::Close {
                        code: 4001,
                        reason: "access changed",
                    })
                    .is_err()
            {
                seat.connection.cut();
            }
        }
    }
}

impl Handler<Dismiss> for Feed {
    type Result = ();

    fn handle(&mut self, _: Dismiss, _: &mut Self::Context) {
        let sockets: Vec<SocketId> = self.seats.keys().copied().collect();
        for (index, socket) in sockets.iter().enumerate() {
            // Spread the return of many clients over some seconds.
            let text = frame::goodbye(200 + (index as u64 * 7) % 5000);
            let Some(seat) = self.leave(*socket) else {
                continue;
            };
            let told = seat.peer.try_send(Frame::Text(text)).is_ok()
                && seat
                    .peer
                    .try_send(Frame::Close {
                        code: 1012,
                        reason: "restart",
                    })
                    .is_ok();
            if !told {
                seat.connection.cut();
            }
        }
    }
}
