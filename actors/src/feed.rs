//! This node's feed: who looks at what, and the way from a committed event to their sockets. Keeps each
//! organization's events in `seq` order, repairs holes from the store, conflates list rows, and cuts sockets
//! that do not drain. Never decides anything, never writes to the store.

mod catch_up;
mod channel;
mod concerns;
mod encode;
pub mod frame;
mod lists;
pub mod own;
pub mod presence;
mod queue;
mod repair;
pub mod seat;
mod seating;
mod sequence;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::{
    Actor as ActixActor, AsyncContext, Context, Handler, Message as ActixMessage, Recipient,
    Supervised,
};

use crate::event::{Cursor, Envelope};
use crate::feed::channel::Channel;
use crate::feed::lists::CONFLATION;
pub use crate::feed::queue::{Census, Present, TellQueue};
use crate::feed::seat::{Cut, Frame, Seat, SocketId};
use crate::figure;
use crate::hub::{HubError, Ports};
use crate::model::ids::OrganizationId;
use crate::model::user::{Role, Who};
use crate::trail::{self, Trail};

/// How often sockets hear where the stream stands.
const BEAT: Duration = Duration::from_secs(10);
/// How often the store is asked whether an event was lost on the way here: with what it takes to read it, nobody is told
/// later than two seconds after it was stored.
const CHECK: Duration = Duration::from_millis(1500);
/// Events read from the store at a time.
const PAGE: u32 = 1000;
/// Topics of one socket.
const MAX_TOPICS: usize = 64;

/// Events that were committed, by this node or by others.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Publish {
    pub envelopes: Vec<Arc<Envelope>>,
    /// For the log; empty for those of other nodes.
    pub trail: Trail,
}

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
    /// What the socket's own look refused already; told along with what is refused here.
    pub refused: Vec<String>,
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

/// The actor.
pub struct Feed {
    ports: Ports,
    channels: HashMap<OrganizationId, Channel>,
    seats: HashMap<SocketId, Seat>,
    /// Sockets whose seat is being prepared: they may leave, or lose their rights, before they have it.
    joining: HashMap<SocketId, (OrganizationId, Who)>,
    /// The node stops: nobody may join any more.
    closing: bool,
}

impl Feed {
    /// An empty feed.
    pub fn new(ports: Ports) -> Self {
        Self {
            ports,
            channels: HashMap::new(),
            seats: HashMap::new(),
            joining: HashMap::new(),
            closing: false,
        }
    }

    fn schedule_flush(&mut self, organization: OrganizationId, ctx: &mut Context<Self>) {
        if let Some(channel) = self.channels.get_mut(&organization)
            && channel.has_news()
            && !channel.flush_scheduled
        {
            channel.flush_scheduled = true;
            // Behind what is in the mailbox already: events of one batch share a frame.
            ctx.notify(Flush(organization));
        }
    }

    /// Tells what waits. Whoever names a cursor has to do this first: a cursor says that all up to it was told.
    fn flush(&mut self, organization: OrganizationId, ctx: &mut Context<Self>) {
        let Some(channel) = self.channels.get_mut(&organization) else {
            return;
        };
        let mut refused = Vec::new();
        if channel.has_news() {
            let now = self.ports.clock.now();
            refused = channel.flush_events(&self.seats, self.ports.media.as_ref(), now);
        }
        // The first change after a pause is told at once, those that follow share the next row.
        if channel.rows_wait() == Some(Duration::ZERO) {
            refused.extend(channel.flush_rows(&self.seats));
        }
        if let Some(wait) = channel.rows_wait()
            && !channel.rows_scheduled
        {
            channel.rows_scheduled = true;
            // Rows that may not wait as long can come meanwhile.
            ctx.run_later(wait.min(CONFLATION), move |feed, ctx| {
                if let Some(channel) = feed.channels.get_mut(&organization) {
                    channel.rows_scheduled = false;
                }
                feed.flush(organization, ctx);
            });
        }
        self.cut(&refused);
    }

    fn beat(&mut self, ctx: &mut Context<Self>) {
        let organizations: Vec<OrganizationId> = self.channels.keys().copied().collect();
        for organization in organizations {
            self.flush(organization, ctx);
        }
        let mut refused = Vec::new();
        for (socket, seat) in &self.seats {
            // A socket that catches up hears of its place when it is there.
            if let Some(channel) = self.channels.get(&seat.organization)
                && !seat.catching_up
                && !seat.write(frame::beat(channel.cursor_for(seat)))
            {
                refused.push(*socket);
            }
        }
        self.cut(&refused);
    }

    /// Everybody in the organization has to load again, and hears everything from here on.
    fn tell_to_reload(&mut self, organization: OrganizationId, reason: &'static str) {
        let members: Vec<SocketId> = self
            .channels
            .get(&organization)
            .map(|channel| channel.members().collect())
            .unwrap_or_default();
        for socket in members {
            self.give_up_catching_up(socket, reason);
        }
    }

    /// Ends sockets that do not drain; their clients come back with a cursor.
    fn cut(&mut self, refused: &[SocketId]) {
        for socket in refused {
            if let Some(seat) = self.leave(*socket) {
                metrics::counter!(figure::SOCKETS_CUT_TOTAL, "reason" => "too_slow").increment(1);
                tracing::info!(socket = socket.0, "a socket that does not drain was cut");
                seat.connection.cut();
            }
        }
    }

    fn leave(&mut self, socket: SocketId) -> Option<Seat> {
        self.joining.remove(&socket);
        let seat = self.seats.remove(&socket)?;
        open_sockets(seat.who).decrement(1.0);
        if let Some(channel) = self.channels.get_mut(&seat.organization) {
            channel.forget(socket, &seat);
        }
        Some(seat)
    }

    fn send(&mut self, socket: SocketId, text: bytestring::ByteString) {
        if self
            .seats
            .get(&socket)
            .is_some_and(|seat| !seat.write(text))
        {
            self.cut(&[socket]);
        }
    }
}

/// The figure of open sockets of that kind.
fn open_sockets(who: Who) -> metrics::Gauge {
    match who {
        Who::User(_) => metrics::gauge!(figure::SOCKETS, "who" => "person"),
        Who::ApiKey(_) | Who::System => metrics::gauge!(figure::SOCKETS, "who" => "program"),
    }
}

impl ActixActor for Feed {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.run_interval(BEAT, Self::beat);
        ctx.run_interval(CHECK, |feed, ctx| {
            feed.check(ctx);
            feed.look_who_left();
        });
    }
}

impl Supervised for Feed {
    fn restarting(&mut self, _: &mut Self::Context) {
        // Sockets without a seat would wait for nothing: cut them, they come back with their cursors.
        for seat in self.seats.values() {
            open_sockets(seat.who).decrement(1.0);
            seat.connection.cut();
        }
        *self = Self::new(self.ports.clone());
    }
}

impl Handler<Publish> for Feed {
    type Result = ();

    fn handle(&mut self, message: Publish, ctx: &mut Self::Context) {
        let Publish {
            envelopes,
            mut trail,
        } = message;
        for envelope in envelopes {
            let organization = envelope.organization;
            let span = trail.take(&envelope);
            if let Some(channel) = self.channels.get_mut(&organization) {
                channel.follow(envelope.seq, span);
                channel.take(envelope);
                self.schedule_flush(organization, ctx);
                self.heal(organization, ctx);
            } else {
                let (_entered, seq) = (span.enter(), envelope.seq);
                tracing::debug!(
                    seq,
                    message.id = trail::message_of(&envelope),
                    "no socket of this node looks"
                );
            }
        }
    }
}

impl Handler<Flush> for Feed {
    type Result = ();

    fn handle(&mut self, Flush(organization): Flush, ctx: &mut Self::Context) {
        if let Some(channel) = self.channels.get_mut(&organization) {
            channel.flush_scheduled = false;
        }
        self.flush(organization, ctx);
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
        let Expel { organization, who } = message;
        self.joining
            .retain(|_, joining| *joining != (organization, who));
        let theirs = |seat: &Seat| seat.organization == organization && seat.who == who;
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
        self.closing = true;
        self.joining.clear();
        // Nobody shall have to ask for what waits here.
        let now = self.ports.clock.now();
        let mut refused = Vec::new();
        for channel in self.channels.values_mut() {
            refused.extend(channel.flush_events(&self.seats, self.ports.media.as_ref(), now));
            refused.extend(channel.flush_all_rows(&self.seats));
        }
        self.cut(&refused);
        let sockets: Vec<SocketId> = self.seats.keys().copied().collect();
        for (index, socket) in sockets.iter().enumerate() {
            // Spread the return of many clients over some seconds.
            let text = frame::goodbye(200 + (index as u64 * 7) % 5000);
            let Some(seat) = self.leave(*socket) else {
                continue;
            };
            let close = Frame::Close {
                code: 1012,
                reason: "restart",
            };
            if !seat.write(text) || seat.peer.try_send(close).is_err() {
                seat.connection.cut();
            }
        }
    }
}
