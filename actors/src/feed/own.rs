//! What is one person's alone (what they began to write, have seen, keep at hand), on its way to their other devices. It is
//! stored nowhere on that way, and nobody else ever sees it: whoever follows everything does not, nor does a program.

use actix::{Handler, Message as ActixMessage};

use crate::feed::seat::Topic;
use crate::feed::{Feed, frame};
use crate::model::own::OwnNews;
use crate::model::user::Who;

/// Something of one person changed, on this or on another node.
#[derive(ActixMessage, Clone, Debug)]
#[rtype(result = "()")]
pub struct TellOwn(pub OwnNews);

impl Handler<TellOwn> for Feed {
    type Result = ();

    fn handle(&mut self, TellOwn(news): TellOwn, _: &mut Self::Context) {
        // Nobody of that organization is here to be told.
        let Some(channel) = self.channels.get(&news.organization) else {
            return;
        };
        let text = match frame::own(&news) {
            Ok(text) => text,
            Err(error) => return tracing::error!(%error, "what is somebody's own can't be written"),
        };
        let mut refused = Vec::new();
        for socket in channel.sockets_at(&Topic::Me) {
            let seat = self.seats.get(socket);
            let theirs = seat.filter(|seat| seat.who == Who::User(news.user));
            if theirs.is_some_and(|seat| !seat.write(text.clone())) {
                refused.push(*socket);
            }
        }
        self.cut(&refused);
    }
}
