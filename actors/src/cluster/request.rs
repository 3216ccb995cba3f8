//! Which messages of a conversation's actor can be asked of another node, and how they travel.

use std::sync::Arc;

use actix::Message as ActixMessage;

use crate::conversation::{Change, LastInbound, MarkRead, Open, Receive, Send};
use crate::hub::HubError;
use crate::model::conversation::{Conversation, ConversationKey};
use crate::model::message::Message;
use crate::model::node::{Answer, Request};

/// A message of a conversation's actor that can be asked of another node.
pub trait Travels<T>: ActixMessage<Result = Result<T, HubError>> {
    /// What travels.
    fn pack(&self, key: &ConversationKey) -> Request;

    /// Reads what came back; None when it answers something else.
    fn unpack(answer: Answer) -> Option<T>;
}

impl Travels<()> for Receive {
    fn pack(&self, key: &ConversationKey) -> Request {
        Request::Receive {
            key: key.clone(),
            message: Arc::clone(&self.message),
        }
    }

    fn unpack(answer: Answer) -> Option<()> {
        matches!(answer, Answer::Done).then_some(())
    }
}

impl Travels<Arc<Message>> for Send {
    fn pack(&self, key: &ConversationKey) -> Request {
        Request::Send {
            key: key.clone(),
            draft: self.draft.clone(),
        }
    }

    fn unpack(answer: Answer) -> Option<Arc<Message>> {
        match answer {
            Answer::Message(message) => Some(message),
            _ => None,
        }
    }
}

impl Travels<Conversation> for Open {
    fn pack(&self, key: &ConversationKey) -> Request {
        Request::Open {
            key: key.clone(),
            identities: self.identities.clone(),
        }
    }

    fn unpack(answer: Answer) -> Option<Conversation> {
        conversation_in(answer)
    }
}

impl Travels<Conversation> for Change {
    fn pack(&self, key: &ConversationKey) -> Request {
        Request::Change {
            key: key.clone(),
            by: self.by.clone(),
            change: Box::new(self.change.clone()),
            once: self.once.clone(),
        }
    }

    fn unpack(answer: Answer) -> Option<Conversation> {
        conversation_in(answer)
    }
}

impl Travels<()> for MarkRead {
    fn pack(&self, key: &ConversationKey) -> Request {
        Request::MarkRead {
            key: key.clone(),
            by: self.by.clone(),
            once: self.once.clone(),
        }
    }

    fn unpack(answer: Answer) -> Option<()> {
        matches!(answer, Answer::Done).then_some(())
    }
}

impl Travels<Option<String>> for LastInbound {
    fn pack(&self, key: &ConversationKey) -> Request {
        Request::LastInbound { key: key.clone() }
    }

    fn unpack(answer: Answer) -> Option<Option<String>> {
        match answer {
            Answer::ProviderId(id) => Some(id),
            _ => None,
        }
    }
}

fn conversation_in(answer: Answer) -> Option<Conversation> {
    match answer {
        Answer::Conversation(conversation) => Some(*conversation),
        _ => None,
    }
}
