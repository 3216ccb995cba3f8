//! How lines fare, told to who watches them; and which agents have a socket here.

use std::collections::HashSet;

use actix::{Context, Handler, Message as ActixMessage, MessageResponse};

use crate::feed::seat::Topic;
use crate::feed::{Feed, frame};
use crate::model::ids::{OrganizationId, UserId};
use crate::model::queue::QueueFigures;
use crate::model::user::{Role, Who};

/// A line fares like this now.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct TellQueue {
    pub organization: OrganizationId,
    pub figures: QueueFigures,
}

/// Who and what is at the sockets of this node.
#[derive(ActixMessage)]
#[rtype(result = "Present")]
pub struct Census;

/// What a [`Census`] finds.
#[derive(Debug, Default, MessageResponse)]
pub struct Present {
    /// Who has a socket; programs do not count.
    pub people: HashSet<(OrganizationId, UserId)>,
    /// Whose lines somebody watches.
    pub watched: HashSet<OrganizationId>,
}

impl Handler<TellQueue> for Feed {
    type Result = ();

    fn handle(&mut self, message: TellQueue, _: &mut Context<Self>) {
        let TellQueue {
            organization,
            figures,
        } = message;
        let Some(channel) = self.channels.get(&organization) else {
            return;
        };
        let topic = Topic::Queue(figures.team.as_ref().map(|team| team.id));
        // Written at most once for each kind of onlooker.
        let mut written = [None, None];
        let mut refused = Vec::new();
        for socket in channel.sockets_at(&topic) {
            let Some(seat) = self.seats.get(socket) else {
                continue;
            };
            let sees_agents = seat.role >= Role::Supervisor;
            let text = written[usize::from(sees_agents)]
                .get_or_insert_with(|| frame::queue(&figures, sees_agents));
            match text {
                Ok(text) if !seat.write(text.clone()) => refused.push(*socket),
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "how a line fares can't be written"),
            }
        }
        self.cut(&refused);
    }
}

impl Handler<Census> for Feed {
    type Result = Present;

    fn handle(&mut self, _: Census, _: &mut Context<Self>) -> Self::Result {
        let people = self.seats.values().filter_map(|seat| match seat.who {
            Who::User(user) => Some((seat.organization, user)),
            Who::ApiKey(_) | Who::System => None,
        });
        let watched = self
            .channels
            .iter()
            .filter(|(_, channel)| channel.watches_lines());
        Present {
            people: people.collect(),
            watched: watched.map(|(organization, _)| *organization).collect(),
        }
    }
}
