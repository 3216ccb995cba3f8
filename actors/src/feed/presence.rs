//! Who is at which conversation, on this node and on others. A client says where its person is, and says it again every
//! few seconds; whoever is not heard of any more is taken for gone.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use actix::{Handler, Message as ActixMessage};
use tokio::time::Instant;

use crate::feed::seat::Topic;
use crate::feed::{Feed, frame};
use crate::model::ids::{ConversationId, OrganizationId};
use crate::model::presence::{Activity, Person, SeatKey, Whereabouts};
use crate::model::user::UserBrief;
use crate::time::Timestamp;

/// How long somebody counts as present after they were last heard of: a little more than two of a client's reminders.
pub const GONE_AFTER: Duration = Duration::from_secs(25);
/// Sockets of one organization whose whereabouts are kept.
const MOST: usize = 10_000;

/// The person at a socket of this or of another node is somewhere else now, or still there.
#[derive(ActixMessage, Clone, Debug)]
#[rtype(result = "()")]
pub struct Attend(pub Whereabouts);

/// An organization's people at their conversations.
#[derive(Default)]
pub struct Attendance {
    seats: HashMap<SeatKey, ConversationId>,
    conversations: HashMap<ConversationId, BTreeMap<SeatKey, Place>>,
}

struct Place {
    user: UserBrief,
    activity: Activity,
    since: Timestamp,
    heard_at: Instant,
}

impl Attendance {
    /// Notes where somebody is; names the conversations at which something changed.
    pub fn note(&mut self, news: Whereabouts, now: Timestamp) -> Vec<ConversationId> {
        let Whereabouts { seat, user, at, .. } = news;
        let before = self.seats.get(&seat).copied();
        let mut changed = Vec::new();
        if before.is_some() && before != at.map(|(conversation, _)| conversation) {
            changed.extend(self.remove(seat));
        }
        let Some((conversation, activity)) = at else {
            return changed;
        };
        if before.is_none() && self.seats.len() >= MOST {
            return changed;
        }
        self.seats.insert(seat, conversation);
        let places = self.conversations.entry(conversation).or_default();
        let place = places.entry(seat).or_insert_with(|| {
            changed.push(conversation);
            Place {
                user: user.clone(),
                activity,
                since: now,
                heard_at: Instant::now(),
            }
        });
        if place.activity != activity {
            (place.activity, place.since) = (activity, now);
            changed.push(conversation);
        }
        (place.user, place.heard_at) = (user, Instant::now());
        changed
    }

    /// Takes somebody away.
    fn remove(&mut self, seat: SeatKey) -> Option<ConversationId> {
        let conversation = self.seats.remove(&seat)?;
        let places = self.conversations.get_mut(&conversation)?;
        places.remove(&seat);
        if places.is_empty() {
            self.conversations.remove(&conversation);
        }
        Some(conversation)
    }

    /// Takes those away of whom nothing was heard; names the conversations that they were at.
    pub fn expire(&mut self) -> Vec<ConversationId> {
        let now = Instant::now();
        let places = self.conversations.values().flatten();
        let silent = places.filter(|(_, place)| now - place.heard_at > GONE_AFTER);
        let silent: Vec<SeatKey> = silent.map(|(seat, _)| *seat).collect();
        silent
            .into_iter()
            .filter_map(|seat| self.remove(seat))
            .collect()
    }

    /// Who is there, each once, whatever number of windows they have open: what they do most counts.
    pub fn people(&self, conversation: ConversationId) -> Vec<Person> {
        let mut people: Vec<Person> = Vec::new();
        for place in self.conversations.get(&conversation).into_iter().flatten() {
            let (_, place) = place;
            let same = people.iter_mut().find(|one| one.user.id == place.user.id);
            match same {
                Some(one) if place.activity > one.activity => {
                    (one.activity, one.since) = (place.activity, place.since);
                }
                Some(_) => {}
                None => people.push(Person {
                    user: place.user.clone(),
                    activity: place.activity,
                    since: place.since,
                }),
            }
        }
        people
    }
}

impl Handler<Attend> for Feed {
    type Result = ();

    fn handle(&mut self, Attend(news): Attend, _: &mut Self::Context) {
        let organization = news.organization;
        let now = self.ports.clock.now();
        // Nobody of that organization is here to be told.
        let Some(channel) = self.channels.get_mut(&organization) else {
            return;
        };
        let changed = channel.attendance.note(news, now);
        self.tell_presence(organization, &changed);
    }
}

impl Feed {
    /// Tells who is at these conversations to all who look at them.
    pub(super) fn tell_presence(
        &mut self,
        organization: OrganizationId,
        conversations: &[ConversationId],
    ) {
        let Some(channel) = self.channels.get(&organization) else {
            return;
        };
        let mut refused = Vec::new();
        for conversation in conversations {
            let people = channel.attendance.people(*conversation);
            let text = match frame::presence(*conversation, &people) {
                Ok(text) => text,
                Err(error) => {
                    tracing::error!(%error, "who is there can't be written");
                    continue;
                }
            };
            for socket in channel.sockets_at(&Topic::Conversation(*conversation)) {
                let seat = self.seats.get(socket);
                if seat.is_some_and(|seat| !seat.write(text.clone())) {
                    refused.push(*socket);
                }
            }
        }
        self.cut(&refused);
    }

    /// Looks who was not heard of any more.
    pub(super) fn look_who_left(&mut self) {
        let gone: Vec<(OrganizationId, Vec<ConversationId>)> = self
            .channels
            .iter_mut()
            .map(|(organization, channel)| (*organization, channel.attendance.expire()))
            .filter(|(_, conversations)| !conversations.is_empty())
            .collect();
        for (organization, conversations) in gone {
            self.tell_presence(organization, &conversations);
        }
    }
}
