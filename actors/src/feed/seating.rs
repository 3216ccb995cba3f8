//! How a socket takes its seat and says what it looks at.

use std::sync::Arc;

use actix::fut::wrap_future;
use actix::{ActorFutureExt, Handler, ResponseActFuture};

use crate::event::Cursor;
use crate::feed::channel::Channel;
use crate::feed::seat::{Held, Seat, SocketId, Topic};
use crate::feed::{Feed, Join, MAX_TOPICS, Subscribe, Unsubscribe, frame, open_sockets};
use crate::hub::HubError;
use crate::model::ids::ConversationId;

impl Handler<Join> for Feed {
    type Result = ResponseActFuture<Self, Result<Cursor, HubError>>;

    fn handle(&mut self, join: Join, _: &mut Self::Context) -> Self::Result {
        if self.closing {
            return Box::pin(wrap_future(std::future::ready(Err(HubError::Busy))));
        }
        let organization = join.organization;
        self.joining.insert(join.socket, (organization, join.who));
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
            let wanted = feed.joining.remove(&join.socket).is_some();
            channel.open_at(head?);
            if !wanted {
                return Err(HubError::NotFound);
            }
            feed.flush(organization, ctx);
            let cursor = feed.seat(join);
            feed.heal(organization, ctx);
            Ok(cursor)
        }))
    }
}

impl Feed {
    fn seat(&mut self, join: Join) -> Cursor {
        let Join {
            socket,
            organization,
            who,
            role,
            peer,
            connection,
        } = join;
        let channel = self
            .channels
            .entry(organization)
            .or_insert_with(Channel::opening);
        channel.add(socket);
        let seat = Seat {
            organization,
            who,
            role,
            peer,
            connection,
            topics: Vec::new(),
            catching_up: false,
            floor: channel.head(),
        };
        let cursor = channel.cursor();
        self.seats.insert(socket, seat);
        open_sockets(who).increment(1.0);
        cursor
    }

    /// Whether one of these topics is new to the socket.
    fn opens(&self, socket: SocketId, topics: &[String]) -> bool {
        let seat = self.seats.get(&socket);
        let is_held = |topic: &Topic| seat.is_some_and(|seat| seat.held(topic).is_some());
        let mut topics = topics.iter().filter_map(|name| name.parse().ok());
        topics.any(|topic| !is_held(&topic))
    }

    /// Adds those topics that the socket may look at, and answers which.
    fn look_at(
        &mut self,
        socket: SocketId,
        topics: Vec<String>,
        mut refused: Vec<String>,
        told: i64,
    ) {
        let Some(seat) = self.seats.get_mut(&socket) else {
            return;
        };
        let Some(channel) = self.channels.get_mut(&seat.organization) else {
            return;
        };
        let (mut accepted, mut opened) = (Vec::new(), Vec::new());
        for name in topics {
            let topic = name.parse::<Topic>().ok();
            match topic.filter(|topic| seat.may_watch(topic)) {
                // What it looks at already it has been told.
                Some(topic) if seat.held(&topic).is_some() => accepted.push(name),
                Some(topic) if seat.topics.len() < MAX_TOPICS => {
                    channel.watch(socket, seat.who, &topic);
                    if let Topic::Conversation(id) = topic {
                        opened.push(id);
                    }
                    seat.topics.push(Held { topic, told });
                    accepted.push(name);
                }
                _ => refused.push(name),
            }
        }
        // Not the head: what was missed has not been told yet.
        let place = channel.cursor_for(seat).seq.min(seat.owed_from());
        match frame::subscribed(&accepted, &refused, channel.at(place)) {
            Ok(text) => self.send(socket, text),
            Err(error) => tracing::error!(%error, "an answer can't be written"),
        }
        self.greet(socket, &opened);
    }

    /// Tells a socket who is at the conversations that it began to look at.
    fn greet(&mut self, socket: SocketId, conversations: &[ConversationId]) {
        let Some(seat) = self.seats.get(&socket) else {
            return;
        };
        let Some(channel) = self.channels.get(&seat.organization) else {
            return;
        };
        let there = conversations
            .iter()
            .map(|id| (*id, channel.attendance.people(*id)));
        let texts: Vec<_> = there
            .filter(|(_, people)| !people.is_empty())
            .filter_map(|(id, people)| frame::presence(id, &people).ok())
            .collect();
        for text in texts {
            self.send(socket, text);
        }
    }
}

impl Handler<Subscribe> for Feed {
    type Result = ();

    fn handle(&mut self, message: Subscribe, ctx: &mut Self::Context) {
        let Subscribe {
            socket,
            topics,
            refused,
            since,
        } = message;
        let Some(organization) = self.seats.get(&socket).map(|seat| seat.organization) else {
            return;
        };
        // What waits belongs to those who looked before; from here on nothing lies below the head.
        self.flush(organization, ctx);
        let Some(head) = self.channels.get(&organization).map(Channel::cursor) else {
            return;
        };
        let stale = since.is_some_and(|since| since.epoch != head.epoch);
        // A place that lies ahead comes from a node that was faster, or from nowhere: the store knows.
        let missed_from = since.filter(|since| !stale && since.seq != head.seq);
        // What it holds it has been told.
        let opens = self.opens(socket, &topics);
        let missed_from = missed_from.filter(|_| opens);
        let (Some(seat), Some(channel)) = (
            self.seats.get_mut(&socket),
            self.channels.get(&organization),
        ) else {
            return;
        };
        // Of the topics that it holds it heard everything live, until here.
        if !seat.catching_up {
            seat.told_events(head.seq);
        }
        let end = channel.cursor_for(seat);
        let end = if seat.topics.is_empty() { head } else { end };
        // Whoever opens a conversation lacks nothing else.
        let opened: Option<Vec<_>> = topics.iter().map(|name| conversation_in(name)).collect();
        let at_hand = missed_from
            .filter(|_| !seat.catching_up)
            .and_then(|since| channel.recent_since(since.seq, opened.as_deref()));
        seat.catching_up |= missed_from.is_some() && at_hand.is_none();
        let told = missed_from.map_or(head.seq, |since| since.seq);
        self.look_at(socket, topics, refused, told);
        if stale {
            self.give_up_catching_up(socket, "the cursor is from another time");
        } else if let Some(missed) = at_hand {
            self.tell_recent(socket, &missed, end);
        } else if missed_from.is_some() {
            self.catch_up(organization, ctx);
        }
    }
}

/// The conversation that a topic names, if it names one.
fn conversation_in(topic: &str) -> Option<ConversationId> {
    match topic.parse().ok()? {
        Topic::Conversation(id) => Some(id),
        _ => None,
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
            seat.topics.retain(|held| held.topic != topic);
            channel.unwatch(message.socket, seat.who, &topic);
        }
    }
}
