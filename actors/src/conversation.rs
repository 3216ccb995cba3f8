//! One live thread. Owns the thread's state while somebody writes; everything that changes the thread goes
//! through here one at a time, so its order is kept. Talks to the store and to the hub (announcing what was
//! stored). Never asks a session, another conversation or the provider.
//!
//! The state is a cache of the row: every write names the version that it decided on, and a conflict means
//! load and decide again. So a second activation on another node is harmless.

pub mod rules;

use std::sync::Arc;
use std::time::Duration;

use actix::{
    Actor as ActixActor, ActorContext, ActorFutureExt, AsyncContext, AtomicResponse, Context,
    Handler, Message as ActixMessage, Supervised, WrapFuture,
};
use tokio::time::Instant;
use tracing::{Instrument, Span};

use crate::event::Event;
use crate::hub::{Hub, HubError};
use crate::model::contact::Identity;
use crate::model::conversation::{
    Conversation as View, ConversationChange, ConversationKey, ConversationState,
    ConversationStatus,
};
use crate::model::ids::ConversationId;
use crate::model::inbound::InboundMessage;
use crate::model::job::Task;
use crate::model::message::Message;
use crate::model::outbound::Draft;
use crate::model::user::Actor;
use crate::ports::store::{
    Appended, ChangeWrite, InboundAppend, OutboundAppend, Queued, StoreError,
};
use crate::{fault, figure};

/// How often a write is decided anew when others keep changing the row.
const MAX_CONFLICTS: u32 = 8;
/// How long the store may take for one message, less than its sender waits: a hanging query must not block the
/// thread for good. What it did after all is harmless, because each write is recognised when it is repeated.
const STORE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an idle conversation stays in memory.
pub const IDLE: Duration = Duration::from_secs(5 * 60);
/// How long it stays when there are many, and how often each looks.
const BRIEF_IDLE: Duration = Duration::from_secs(60);
/// So many are many: they take some 100 MB.
const CROWD: usize = 30_000;

/// Takes in what the contact did.
#[derive(ActixMessage, Clone)]
#[rtype(result = "Result<(), HubError>")]
pub struct Receive {
    pub message: Arc<InboundMessage>,
    /// In which it is handled: no mailbox carries that by itself.
    pub span: Span,
}

/// Says something to the contact (or to colleagues, as a note).
#[derive(ActixMessage, Clone)]
#[rtype(result = "Result<Arc<Message>, HubError>")]
pub struct Send {
    pub draft: Draft,
    /// In which it is handled.
    pub span: Span,
}

/// Finds or creates the row, so that a first message can be sent.
#[derive(ActixMessage, Clone)]
#[rtype(result = "Result<View, HubError>")]
pub struct Open {
    pub identities: Vec<Identity>,
    /// In which it is handled.
    pub span: Span,
}

/// Changes status, assignee or unread on behalf of a person.
#[derive(ActixMessage, Clone)]
#[rtype(result = "Result<View, HubError>")]
pub struct Change {
    pub by: Actor,
    pub change: ConversationChange,
    /// Recorded with the effect, so that two nodes have the effect of one.
    pub once: Option<String>,
}

/// Somebody looked: unread becomes zero and the contact gets the read receipt.
#[derive(ActixMessage, Clone)]
#[rtype(result = "Result<(), HubError>")]
pub struct MarkRead {
    pub by: Actor,
    /// Recorded with the effect, so that two nodes have the effect of one.
    pub once: Option<String>,
}

/// The `wamid` that a typing indicator names; None when the contact never wrote.
#[derive(ActixMessage, Clone)]
#[rtype(result = "Result<Option<String>, HubError>")]
pub struct LastInbound;

/// Leaves, if nobody asks it at the moment: it belongs to another node now.
#[derive(ActixMessage)]
#[rtype(result = "()")]
pub struct Part;

/// The actor.
pub struct Conversation {
    hub: Hub,
    key: ConversationKey,
    /// Away while a message is being handled; a panic loses it, and the next message starts afresh.
    desk: Option<Desk>,
    used: Instant,
}

impl Conversation {
    /// The actor of `key`.
    pub fn new(hub: Hub, key: ConversationKey) -> Self {
        let desk = Some(Desk::new(hub.clone(), key.clone()));
        Self {
            hub,
            key,
            desk,
            used: Instant::now(),
        }
    }

    fn passivate_when_idle(ctx: &mut Context<Self>, after: Duration) {
        ctx.run_later(after, |actor, ctx| {
            let crowded = actor.hub.conversations() > CROWD;
            let limit = if crowded { BRIEF_IDLE } else { IDLE };
            let left = limit.saturating_sub(actor.used.elapsed());
            if left.is_zero() && actor.hub.retire_conversation(&actor.key) {
                ctx.stop();
            } else {
                // Somebody holds the address at this very moment, or it is not idle long enough.
                let next = if left.is_zero() { BRIEF_IDLE } else { left };
                Self::passivate_when_idle(ctx, next.min(BRIEF_IDLE));
            }
        });
    }

    /// Runs `work` on the desk, in `span`, with the mailbox held back until it is done.
    fn at_desk<T, F, Fut>(
        &mut self,
        span: Span,
        work: F,
    ) -> AtomicResponse<Self, Result<T, HubError>>
    where
        T: 'static,
        F: FnOnce(Desk) -> Fut,
        Fut: Future<Output = (Desk, Result<T, HubError>)> + 'static,
    {
        self.used = Instant::now();
        let desk = self
            .desk
            .take()
            .unwrap_or_else(|| Desk::new(self.hub.clone(), self.key.clone()));
        let work = tokio::time::timeout(STORE_TIMEOUT, work(desk)).instrument(span);
        AtomicResponse::new(Box::pin(work.into_actor(self).map(|done, actor, _| {
            let Ok((desk, result)) = done else {
                return Err(HubError::Unavailable("no answer in time".to_owned()));
            };
            actor.desk = Some(desk);
            result
        })))
    }
}

impl ActixActor for Conversation {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        Self::passivate_when_idle(ctx, BRIEF_IDLE);
    }
}

impl Supervised for Conversation {
    fn restarting(&mut self, _: &mut Self::Context) {
        self.desk = None;
    }
}

impl Handler<Receive> for Conversation {
    type Result = AtomicResponse<Self, Result<(), HubError>>;

    fn handle(&mut self, asked: Receive, _: &mut Self::Context) -> Self::Result {
        self.at_desk(asked.span, async move |mut desk: Desk| {
            let result = desk.receive(&asked.message).await;
            (desk, result)
        })
    }
}

impl Handler<Send> for Conversation {
    type Result = AtomicResponse<Self, Result<Arc<Message>, HubError>>;

    fn handle(&mut self, asked: Send, _: &mut Self::Context) -> Self::Result {
        self.at_desk(asked.span, async move |mut desk: Desk| {
            let result = desk.send(asked.draft).await;
            (desk, result)
        })
    }
}

impl Handler<Open> for Conversation {
    type Result = AtomicResponse<Self, Result<View, HubError>>;

    fn handle(&mut self, asked: Open, _: &mut Self::Context) -> Self::Result {
        self.at_desk(asked.span, async move |mut desk: Desk| {
            let result = desk.open(&asked.identities).await;
            (desk, result)
        })
    }
}

impl Handler<Change> for Conversation {
    type Result = AtomicResponse<Self, Result<View, HubError>>;

    fn handle(&mut self, message: Change, _: &mut Self::Context) -> Self::Result {
        self.at_desk(Span::none(), async move |mut desk: Desk| {
            let Change { by, change, once } = message;
            let result = desk.change(&by, &change, None, once).await;
            (desk, result)
        })
    }
}

impl Handler<MarkRead> for Conversation {
    type Result = AtomicResponse<Self, Result<(), HubError>>;

    fn handle(&mut self, message: MarkRead, _: &mut Self::Context) -> Self::Result {
        self.at_desk(Span::none(), async move |mut desk: Desk| {
            let result = desk.mark_read(&message.by, message.once).await;
            (desk, result)
        })
    }
}

impl Handler<Part> for Conversation {
    type Result = ();

    fn handle(&mut self, _: Part, ctx: &mut Self::Context) {
        self.desk = None;
        if self.hub.retire_conversation(&self.key) {
            ctx.stop();
        }
    }
}

impl Handler<LastInbound> for Conversation {
    type Result = AtomicResponse<Self, Result<Option<String>, HubError>>;

    fn handle(&mut self, _: LastInbound, _: &mut Self::Context) -> Self::Result {
        self.at_desk(Span::none(), async move |mut desk: Desk| {
            let result = desk
                .known()
                .await
                .map(|state| state.last_inbound_provider_id.clone());
            (desk, result)
        })
    }
}

/// What wakes a conversation that is put to sleep until a time.
fn alarm(conversation: ConversationId, change: &ConversationChange) -> Option<Task> {
    let until = change.snoozed_until?;
    let sleeps = change.status == Some(ConversationStatus::Snoozed);
    sleeps.then_some(Task::WakeConversation {
        conversation,
        until,
    })
}

/// The thread's state and what is done with it.
struct Desk {
    hub: Hub,
    key: ConversationKey,
    state: Option<Arc<ConversationState>>,
}

impl Desk {
    fn new(hub: Hub, key: ConversationKey) -> Self {
        Self {
            hub,
            key,
            state: None,
        }
    }

    async fn receive(&mut self, message: &Arc<InboundMessage>) -> Result<(), HubError> {
        let text = message.text.as_deref();
        let breaks = fault::said(fault::MESSAGE_HANDLED, text);
        assert!(!breaks, "a message said so");
        if fault::said(fault::THREAD_ENDS, text) {
            actix_rt::Arbiter::current().stop();
        }
        for round in 0..MAX_CONFLICTS {
            // The first message of a new contact is the common case of an absent state: the store finds out.
            if self.state.is_none() {
                self.load(&message.identities).await?;
            }
            let append = InboundAppend {
                key: self.key.clone(),
                state: self.state.clone(),
                message: Arc::clone(message),
                reception: rules::receive(
                    self.state.as_ref().map(|state| &state.conversation),
                    message,
                ),
                received_at: self.hub.now(),
            };
            match self.hub.store().append_inbound(append).await {
                Ok(Appended::Stored { state, receipt }) => {
                    tracing::debug!(conversation.id = %state.conversation.id, "a contact's message was taken in");
                    self.state = Some(state);
                    self.hub.announce(receipt);
                    return Ok(());
                }
                Ok(Appended::Duplicate) => {
                    tracing::debug!("a contact's message was taken in before");
                    return Ok(());
                }
                Err(StoreError::Conflict) => self.forget(round),
                Err(error) => return Err(self.lost(error)),
            }
        }
        Err(HubError::Busy)
    }

    async fn send(&mut self, draft: Draft) -> Result<Arc<Message>, HubError> {
        // What a template may depends on what the contact allowed, which changes without the conversation.
        if draft.kind == "template" {
            self.state = None;
        }
        for round in 0..MAX_CONFLICTS {
            let remembered = self.state.is_some();
            let state = self.known().await?;
            let now = self.hub.now();
            if let Err(refusal) = rules::check(&state, &draft, now) {
                if remembered {
                    // Another node may know better.
                    self.state = None;
                    continue;
                }
                return Err(refusal.into());
            }
            let status = rules::after_sending(state.conversation.status, &draft);
            let append = OutboundAppend {
                state,
                draft: draft.clone(),
                status,
                now,
            };
            match self.hub.store().append_outbound(append).await {
                Ok(Queued::Stored {
                    message,
                    state,
                    receipt,
                }) => {
                    tracing::debug!(conversation.id = %message.conversation_id, message.id = %message.id, "a message was queued");
                    self.state = Some(state);
                    self.hub.announce(receipt);
                    return Ok(message);
                }
                Ok(Queued::Repeated(message)) => {
                    tracing::debug!(message.id = %message.id, "a message was queued before");
                    return Ok(message);
                }
                Ok(Queued::KeyReused) => return Err(HubError::KeyReused),
                Err(StoreError::Conflict) => self.forget(round),
                Err(error) => return Err(self.lost(error)),
            }
        }
        Err(HubError::Busy)
    }

    async fn open(&mut self, identities: &[Identity]) -> Result<View, HubError> {
        for round in 0..MAX_CONFLICTS {
            if self.state.is_none() {
                self.load(identities).await?;
            }
            if let Some(state) = &self.state {
                return Ok(state.conversation.clone());
            }
            let open = self.hub.store().open_conversation(&self.key, identities);
            match open.await {
                Ok((state, receipt)) => {
                    let view = state.conversation.clone();
                    self.state = Some(Arc::new(state));
                    self.hub.announce(receipt);
                    return Ok(view);
                }
                Err(StoreError::Conflict) => self.forget(round),
                Err(error) => return Err(self.lost(error)),
            }
        }
        Err(HubError::Busy)
    }

    async fn change(
        &mut self,
        by: &Actor,
        change: &ConversationChange,
        task: Option<Task>,
        once: Option<String>,
    ) -> Result<View, HubError> {
        for round in 0..MAX_CONFLICTS {
            let remembered = self.state.is_some();
            let state = self.known().await?;
            if !change.changes(&state.conversation) {
                if remembered {
                    // Another node may know better.
                    self.state = None;
                    continue;
                }
                return Ok(state.conversation.clone());
            }
            let id = state.conversation.id;
            let write = ChangeWrite {
                state,
                change: change.clone(),
                by: by.clone(),
                task: task.clone().or_else(|| alarm(id, change)),
                once: once.clone(),
            };
            match self.hub.store().change_conversation(write).await {
                Ok((state, receipt)) => {
                    let view = self
                        .view_in(&receipt.envelopes)
                        .unwrap_or_else(|| state.conversation.clone());
                    self.state = Some(Arc::new(state));
                    self.hub.announce(receipt);
                    return Ok(view);
                }
                Err(StoreError::Conflict) => self.forget(round),
                Err(error) => return Err(self.lost(error)),
            }
        }
        Err(HubError::Busy)
    }

    async fn mark_read(&mut self, by: &Actor, once: Option<String>) -> Result<(), HubError> {
        let state = self.known().await?;
        let task = state
            .last_inbound_provider_id
            .clone()
            .map(|provider_id| Task::MarkRead {
                session: self.key.session,
                provider_id,
                typing: false,
            });
        let change = ConversationChange {
            read: true,
            ..Default::default()
        };
        self.change(by, &change, task, once).await.map(drop)
    }

    /// The state of a row that must exist.
    async fn known(&mut self) -> Result<Arc<ConversationState>, HubError> {
        if self.state.is_none() {
            self.load(&[]).await?;
        }
        self.state.clone().ok_or(HubError::NotFound)
    }

    async fn load(&mut self, identities: &[Identity]) -> Result<(), HubError> {
        let found = self
            .hub
            .store()
            .load_conversation(&self.key, identities)
            .await?;
        self.state = found.map(Arc::new);
        Ok(())
    }

    fn view_in(&self, envelopes: &[Arc<crate::event::Envelope>]) -> Option<View> {
        envelopes
            .iter()
            .rev()
            .find_map(|envelope| match &envelope.event {
                Event::ConversationUpdated(view) => Some(View::clone(view)),
                _ => None,
            })
    }

    fn forget(&mut self, round: u32) {
        metrics::counter!(figure::CONVERSATION_CONFLICTS_TOTAL).increment(1);
        tracing::debug!(round, session.id = %self.key.session, "the conversation changed meanwhile; deciding anew");
        self.state = None;
    }

    /// After a failed write nobody knows what is stored: the next message loads the row again.
    fn lost(&mut self, error: StoreError) -> HubError {
        self.state = None;
        error.into()
    }
}
