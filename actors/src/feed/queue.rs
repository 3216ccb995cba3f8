//! How lines fare, told to who watches them; and which agents have a socket here.

use std::collections::HashSet;

use actix::{Context, Handler, Message as ActixMessage};

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

/// Who has a socket on this node; programs do not count.
#[derive(ActixMessage)]
#[rtype(result = "HashSet<(OrganizationId, UserId)>")]
pub struct Census;

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
    type Result = actix::MessageResult<Census>;

    fn handle(&mut self, _: Census, _: &mut Context<Self>) -> Self::Result {
        let people = self.seats.values().filter_map(|seat| match seat.who {
            Who::User(user) => Some((seat.organization, user)),
            Who::ApiKey(_) | Who::System => None,
        });
        actix::MessageResult(people.collect())
    }
}
