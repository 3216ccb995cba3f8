//! One client's connection. Owns who the client proved to be and what keeps the connection honest: the first
//! frame's deadline, the pace of frames, pings, and the look whether the log-in still is valid. Events come
//! from the feed; nothing is decided and nothing is stored here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::fut::wrap_future;
use actix::{
    Actor as ActixActor, ActorContext, ActorFutureExt, AsyncContext, Handler, StreamHandler,
};
use actix_web_actors::ws::{CloseCode, CloseReason, Message, ProtocolError, WebsocketContext};
use actors::event::Cursor;
use actors::feed::seat::{Cut, Frame, SocketId};
use actors::feed::{Join, Leave, Subscribe, Unsubscribe};
use actors::figure;
use actors::hub::HubError;
use actors::model::ids::ConversationId;
use actors::model::presence::{Activity, Whereabouts};
use actors::model::user::{UserBrief, Who};
use actors::time::Timestamp;
use tracing::Instrument;

use super::allowance::{Pace, Place};
use super::command::{self, Command};
use super::connection::Scissors;
use super::frame_guard::Tripped;
use super::member::{self, Member, Standing, Topics};
use crate::http::error::Code;
use crate::http::pressure::Spare;
use crate::http::state::App;

/// Frames of the feed that may wait for a client that reads slowly; beyond that it is cut.
const MAILBOX: usize = 64;
/// How long a client may take to say who it is.
const AUTH_DEADLINE: Duration = Duration::from_secs(10);
const PING: Duration = Duration::from_secs(10);
/// A client that says nothing for this long, not even a pong, is gone.
const SILENCE: Duration = Duration::from_secs(25);
/// How often the log-in is looked at (SECURITY rows 12 and 21).
const CHECK: Duration = Duration::from_secs(5);
/// How long a client may take to take its leave after the hub's close frame.
const LINGER: Duration = Duration::from_secs(1);
/// Store and feed answer within this, or the client hears that the hub is busy.
const ANSWER: Duration = Duration::from_secs(10);

/// Why the hub closes, as clients see it (DESIGN section 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Farewell(u16, &'static str);

const NOT_TEXT: Farewell = Farewell(1003, "text only");
const BROKEN: Farewell = Farewell(1002, "not a websocket frame");
const TOO_FAST: Farewell = Farewell(1008, "too many frames");
const TOO_MANY: Farewell = Farewell(1008, "too many sockets");
const TOO_LARGE: Farewell = Farewell(1009, "frame too large");
const RESTART: Farewell = Farewell(1012, "restart");
const LATE: Farewell = Farewell(4000, "auth timeout");
const NO_ACCESS: Farewell = Farewell(4001, "access changed");

/// What `look` finds; None when it takes too long. It goes on to its end even if the connection ends meanwhile: a query of
/// SQLite may not be dropped on a worker's thread.
async fn to_its_end<T: 'static>(look: impl Future<Output = T> + 'static) -> Option<T> {
    let look = actix_web::rt::spawn(look.in_current_span());
    tokio::time::timeout(ANSWER, look).await.ok()?.ok()
}

/// The actor.
pub struct AgentSocket {
    app: App,
    id: SocketId,
    connection: Arc<Scissors>,
    tripped: Tripped,
    pace: Pace,
    heard_at: Instant,
    member: Option<Member>,
    /// The person is at a conversation, as they said.
    is_present: bool,
    /// Where the first subscription begins.
    since: Option<Cursor>,
    closing: bool,
    /// Given up once it is known who this is.
    as_stranger: Option<Place>,
    as_person: Option<Place>,
    _as_address: Place,
}

type Context = WebsocketContext<AgentSocket>;

impl AgentSocket {
    /// A socket of somebody yet unknown, counted at its address twice: as any and as a stranger's.
    pub fn new(
        app: App,
        id: SocketId,
        connection: Scissors,
        tripped: Tripped,
        places: (Place, Place),
    ) -> Self {
        let now = Instant::now();
        Self {
            app,
            id,
            connection: Arc::new(connection),
            tripped,
            pace: Pace::new(now),
            heard_at: now,
            member: None,
            is_present: false,
            since: None,
            closing: false,
            as_stranger: Some(places.1),
            as_person: None,
            _as_address: places.0,
        }
    }

    fn obey(&mut self, text: &str, ctx: &mut Context) {
        let command = match serde_json::from_str(text) {
            Ok(command) => command,
            Err(_) => return ctx.text(command::error("invalid_frame")),
        };
        match command {
            Command::Auth { token, since } => self.authenticate(token, since, ctx),
            Command::Ping => ctx.text(command::PONG),
            _ if self.member.is_none() => ctx.text(command::error(Code::Unauthorized.as_str())),
            Command::Subscribe { topics, since } => self.subscribe(topics, since, ctx),
            Command::Presence {
                conversation,
                activity,
            } => {
                let activity = activity.unwrap_or(Activity::Viewing);
                self.attend(conversation.map(|conversation| (conversation, activity)));
            }
            Command::Unsubscribe { topics } => self.tell_feed(
                Unsubscribe {
                    socket: self.id,
                    topics,
                },
                ctx,
            ),
        }
    }

    fn authenticate(&mut self, token: String, since: Option<Cursor>, ctx: &mut Context) {
        let look = to_its_end(member::identify(self.app.clone(), token));
        // Nothing else is heard meanwhile: what follows counts on the answer.
        ctx.wait(wrap_future::<_, Self>(look).map(move |found, socket, ctx| {
            match found.unwrap_or(Err(Code::Busy)) {
                Ok(member) => match &socket.member {
                    None => socket.join(member, since, ctx),
                    Some(known) if known.is_same(&member) => {
                        socket.member = Some(member);
                        ctx.text(command::AUTHENTICATED);
                    }
                    Some(_) => socket.close(NO_ACCESS, ctx),
                },
                Err(Code::Unauthorized) => {
                    ctx.text(command::error(Code::Unauthorized.as_str()));
                    socket.close(NO_ACCESS, ctx);
                }
                Err(code) => ctx.text(command::error(code.as_str())),
            }
        }));
    }

    fn join(&mut self, member: Member, since: Option<Cursor>, ctx: &mut Context) {
        let Some(feed) = self.app.hub.feed().cloned() else {
            return self.close(RESTART, ctx);
        };
        let actor = member.actor();
        let place = self
            .app
            .sockets
            .allowance
            .person(actor.organization, actor.who);
        let Some(place) = place else {
            return self.close(TOO_MANY, ctx);
        };
        let join = Join {
            socket: self.id,
            organization: actor.organization,
            who: actor.who,
            role: actor.role,
            // The feed keeps this one: a mailbox is bounded only for senders that are kept.
            peer: ctx.address().recipient(),
            connection: Arc::clone(&self.connection) as Arc<dyn Cut>,
        };
        let joined = tokio::time::timeout(ANSWER, feed.send(join));
        ctx.wait(
            wrap_future::<_, Self>(joined).map(move |joined, socket, ctx| {
                match joined {
                    Ok(Ok(Ok(cursor))) => {
                        socket.as_stranger = None;
                        socket.as_person = Some(place);
                        socket.member = Some(member);
                        socket.since = since;
                        ctx.text(command::ready(cursor));
                    }
                    Ok(Ok(Err(HubError::NotFound))) => socket.close(NO_ACCESS, ctx),
                    // The seat may come later: give it back.
                    _ => {
                        socket.leave();
                        ctx.text(command::error(Code::Unavailable.as_str()));
                        socket.close(RESTART, ctx);
                    }
                }
            }),
        );
    }

    fn subscribe(&mut self, topics: Vec<String>, since: Option<Cursor>, ctx: &mut Context) {
        let Some(member) = &self.member else { return };
        let since = since.or(self.since.take());
        let check = member::check_topics(self.app.store.clone(), member.organization(), topics);
        let check = to_its_end(check);
        ctx.wait(
            wrap_future::<_, Self>(check).map(move |checked, socket, ctx| match checked {
                Some(Some(Topics { allowed, refused })) => {
                    let watches = allowed.iter().any(|topic| topic.starts_with("queue:"));
                    socket.tell_feed(
                        Subscribe {
                            socket: socket.id,
                            topics: allowed,
                            refused,
                            since,
                        },
                        ctx,
                    );
                    if watches && let Some(member) = &socket.member {
                        // How they fare comes within a second.
                        socket.app.hub.watch_queues(member.organization());
                    }
                }
                _ => ctx.text(command::error(Code::Unavailable.as_str())),
            }),
        );
    }

    /// Says where the person is. A program is nowhere.
    fn attend(&mut self, at: Option<(ConversationId, Activity)>) {
        let Some(member) = &self.member else { return };
        let actor = member.actor();
        let Who::User(id) = actor.who else { return };
        // Where they were is taken back once, rather than shown until it is too old.
        let at = at.filter(|_| self.app.pressure.has_room_for(Spare::Presence));
        if at.is_none() && !self.is_present {
            return;
        }
        self.is_present = at.is_some();
        self.app.hub.tell_whereabouts(Whereabouts {
            organization: actor.organization,
            seat: self.app.hub.seat_key(self.id),
            user: UserBrief {
                id,
                name: actor.name.clone(),
            },
            at,
        });
    }

    fn tell_feed<M>(&self, message: M, ctx: &mut Context)
    where
        M: actix::Message<Result = ()> + Send + 'static,
        actors::feed::Feed: Handler<M>,
    {
        let feed = self.app.hub.feed();
        if feed.is_none_or(|feed| feed.try_send(message).is_err()) {
            ctx.text(command::error(Code::Busy.as_str()));
        }
    }

    fn check(&mut self, ctx: &mut Context) {
        let Some(member) = self.member.clone() else {
            return;
        };
        let app = self.app.clone();
        let look = to_its_end(async move { member.look(&app, Timestamp::now()).await });
        ctx.spawn(wrap_future::<_, Self>(look).map(|standing, socket, ctx| {
            if matches!(standing, Some(Standing::Gone)) {
                socket.close(NO_ACCESS, ctx);
            }
        }));
    }

    fn beat(&mut self, ctx: &mut Context) {
        if self.heard_at.elapsed() > SILENCE {
            self.connection.cut();
            return ctx.stop();
        }
        ctx.ping(b"");
    }

    /// Says goodbye; the connection ends when the client answers, or soon anyway.
    fn close(&mut self, Farewell(code, reason): Farewell, ctx: &mut Context) {
        if self.closing {
            return;
        }
        self.closing = true;
        self.leave();
        metrics::counter!(figure::SOCKETS_CLOSED_TOTAL, "code" => code.to_string()).increment(1);
        ctx.close(Some(CloseReason {
            code: CloseCode::from(code),
            description: Some(reason.to_owned()),
        }));
        ctx.run_later(LINGER, |_, ctx| ctx.stop());
    }

    fn leave(&mut self) {
        self.attend(None);
        self.member = None;
        if let Some(feed) = self.app.hub.feed() {
            // Must arrive, so it may exceed the mailbox's bound: there is one per socket.
            feed.do_send(Leave(self.id));
        }
    }
}

impl ActixActor for AgentSocket {
    type Context = Context;

    fn started(&mut self, ctx: &mut Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        ctx.run_later(AUTH_DEADLINE, |socket, ctx| {
            if socket.member.is_none() {
                socket.close(LATE, ctx);
            }
        });
        ctx.run_interval(PING, |socket, ctx| socket.beat(ctx));
        ctx.run_interval(CHECK, |socket, ctx| socket.check(ctx));
    }

    fn stopped(&mut self, _: &mut Context) {
        if !self.closing {
            self.leave();
        }
    }
}

impl Handler<Frame> for AgentSocket {
    type Result = ();

    fn handle(&mut self, frame: Frame, ctx: &mut Context) {
        match frame {
            _ if self.closing => {}
            Frame::Text(text) => ctx.text(text),
            Frame::Close { code, reason } => self.close(Farewell(code, reason), ctx),
        }
    }
}

impl StreamHandler<Result<Message, ProtocolError>> for AgentSocket {
    fn handle(&mut self, message: Result<Message, ProtocolError>, ctx: &mut Context) {
        if self.closing {
            if matches!(message, Ok(Message::Close(_))) {
                ctx.stop();
            }
            return;
        }
        let now = Instant::now();
        self.heard_at = now;
        if !self.pace.allows(now) {
            return self.close(TOO_FAST, ctx);
        }
        match message {
            Ok(Message::Text(text)) => self.obey(&text, ctx),
            Ok(Message::Ping(bytes)) => ctx.pong(&bytes),
            Ok(Message::Pong(_) | Message::Nop) => {}
            Ok(Message::Binary(_)) => self.close(NOT_TEXT, ctx),
            // Pieces could add up to anything.
            Ok(Message::Continuation(_)) => self.close(TOO_LARGE, ctx),
            Ok(Message::Close(reason)) => {
                ctx.close(reason);
                ctx.stop();
            }
            Err(_) if self.tripped.get() => self.close(TOO_LARGE, ctx),
            Err(ProtocolError::Overflow) => self.close(TOO_LARGE, ctx),
            Err(_) => self.close(BROKEN, ctx),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[actix_web::test]
    async fn a_look_goes_on_when_nobody_waits_for_it_any_more() {
        let (done, waits) = tokio::sync::oneshot::channel();
        let look = to_its_end(async move {
            tokio::task::yield_now().await;
            done.send(()).unwrap();
        });
        let mut look = Box::pin(look);
        assert!(futures_util::poll!(&mut look).is_pending());
        drop(look);
        waits.await.unwrap();
    }
}
