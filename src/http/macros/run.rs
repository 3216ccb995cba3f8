//! A macro is run: all that it names is looked at first, then each step goes the way that it goes by hand: the text, the
//! note, and one change with everything else. Where the text is refused, nothing else is done.

use std::time::Duration;

use actors::model::conversation::{Conversation, ConversationChange, ConversationStatus};
use actors::model::ids::{ConversationId, MacroId, TagId, UserId};
use actors::model::message::Message;
use actors::model::outbound::Draft;
use actors::model::user::UserBrief;
use actors::time::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::actions::place;
use super::fill_in::fill_in;
use crate::http::answer::Shown;
use crate::http::conversation::{find_colleague, find_team, misfit_of_tags};
use crate::http::error::{ApiError, ApiResult, Code, FieldError};
use crate::http::extract::{Caller, Pieces};
use crate::http::message::{IdempotencyKey, compose, linked};
use crate::http::owner::user_of;
use crate::http::permission::{SendMessages, WorkConversations};
use crate::store::MacroAction;

/// What came of a macro.
#[derive(Serialize, ToSchema)]
pub struct MacroRun {
    /// As it is now.
    conversation: Conversation,
    /// What was said, in its order.
    messages: Vec<Message>,
}

/// Does the steps of a macro. With the same `Idempotency-Key` each is done once.
pub async fn run(
    caller: Caller<SendMessages>,
    Pieces(id, macro_id): Pieces<ConversationId, MacroId>,
    IdempotencyKey(key): IdempotencyKey,
) -> ApiResult<Shown<MacroRun>> {
    if !caller.may::<WorkConversations>() {
        return Err(Code::Forbidden.into());
    }
    let tenant = caller.tenant();
    let conversation = tenant.find_conversation(id).await?;
    let found = tenant.find_macro(user_of(&caller.actor), macro_id).await?;
    let plan = Plan::of(&caller, &conversation, &found.actions).await?;
    let keys = Keys {
        key,
        asked: format!("{id}/{macro_id}"),
    };
    let mut drafts: Vec<Draft> = Vec::new();
    for (part, message) in plan.messages() {
        let key = IdempotencyKey(keys.of_message(part));
        drafts.push(compose(&caller, &conversation, &message, key, &keys.asked).await?);
    }
    let hub = &caller.app.hub;
    let mut messages = Vec::new();
    for draft in drafts {
        let sent = hub.send(&caller.actor, id, draft).await?;
        messages.push(linked(&caller, sent));
    }
    let conversation = match plan.change == ConversationChange::default() {
        true => tenant.find_conversation(id).await?,
        false => {
            let once = keys.of_change();
            let changed = hub.change_once(&caller.actor, id, plan.change, once);
            changed.await?
        }
    };
    Ok(Shown(MacroRun {
        conversation,
        messages,
    }))
}

/// The client's key, made into one for each step.
struct Keys {
    key: Option<String>,
    /// The conversation and the macro.
    asked: String,
}

impl Keys {
    /// With another conversation or macro, the same key is a mistake of the client, as it is by hand.
    fn of_message(&self, part: &str) -> Option<String> {
        let key = self.key.as_ref()?;
        // No client's key has such a character.
        Some(format!("macro\u{b7}{part}\u{b7}{key}"))
    }

    /// A change does not know what it was asked for, so its key says it.
    fn of_change(&self) -> Option<String> {
        let key = self.key.as_ref()?;
        Some(format!("macro\u{b7}{}\u{b7}{key}", self.asked))
    }
}

/// What is to be done, with everything that it names found.
#[derive(Default)]
struct Plan {
    text: Option<String>,
    note: Option<String>,
    change: ConversationChange,
    /// Where the macro names what is not there any more.
    outdated: Vec<FieldError>,
}

impl Plan {
    async fn of(
        caller: &Caller<SendMessages>,
        conversation: &Conversation,
        actions: &[MacroAction],
    ) -> ApiResult<Self> {
        let mut plan = Self::default();
        for (index, action) in actions.iter().enumerate() {
            plan.add(caller, conversation, index, action).await?;
        }
        plan.check_tags(caller, conversation, actions).await?;
        match plan.outdated.is_empty() {
            true => Ok(plan),
            false => Err(ApiError::of(Code::MacroOutOfDate).fields(plan.outdated)),
        }
    }

    async fn add(
        &mut self,
        caller: &Caller<SendMessages>,
        conversation: &Conversation,
        index: usize,
        action: &MacroAction,
    ) -> ApiResult<()> {
        let filled = |text: &str| fill_in(text, &conversation.contact, &caller.actor.name);
        let change = &mut self.change;
        match action {
            MacroAction::SendText { text } => self.text = Some(filled(text)),
            MacroAction::WriteNote { text } => self.note = Some(filled(text)),
            MacroAction::Assign { assignee } => {
                self.assign(caller, index, assignee.as_deref()).await?;
            }
            MacroAction::SetTeam { team: None } => change.team = Some(None),
            MacroAction::SetTeam { team: Some(team) } => {
                match find_team(&caller.tenant(), *team).await? {
                    Some(team) => change.team = Some(Some(team)),
                    None => self.miss(index, "team", "this team is not there any more"),
                }
            }
            MacroAction::SetStatus { status } => change.status = Some(*status),
            MacroAction::Snooze { minutes } => {
                let sleep = Duration::from_secs(u64::from(*minutes) * 60);
                change.status = Some(ConversationStatus::Snoozed);
                change.snoozed_until = Some(Timestamp::now() + sleep);
            }
            MacroAction::SetPriority { priority } => change.priority = Some(*priority),
            MacroAction::AddTags { tags } => change.add_tags.clone_from(tags),
            // One that is gone is gone from the conversation as well.
            MacroAction::RemoveTags { tags } => change.remove_tags.clone_from(tags),
        }
        Ok(())
    }

    async fn assign(
        &mut self,
        caller: &Caller<SendMessages>,
        index: usize,
        assignee: Option<&str>,
    ) -> ApiResult<()> {
        let user = match assignee {
            None => {
                self.change.assignee = Some(None);
                return Ok(());
            }
            Some("me") => {
                let Some(id) = user_of(&caller.actor) else {
                    return Err(
                        ApiError::of(Code::Forbidden).detail("a program takes no conversation")
                    );
                };
                let name = caller.actor.name.clone();
                Some(UserBrief { id, name })
            }
            Some(name) => match name.parse::<UserId>() {
                Ok(user) => find_colleague(&caller.tenant(), user).await?,
                Err(_) => None,
            },
        };
        match user {
            Some(user) => self.change.assignee = Some(Some(user)),
            None => self.miss(index, "assignee", "this user does not work here any more"),
        }
        Ok(())
    }

    async fn check_tags(
        &mut self,
        caller: &Caller<SendMessages>,
        conversation: &Conversation,
        actions: &[MacroAction],
    ) -> ApiResult<()> {
        let (add, remove): (&[TagId], &[TagId]) = (&self.change.add_tags, &self.change.remove_tags);
        let why = misfit_of_tags(&caller.tenant(), conversation.id, add, remove).await?;
        let adds = |action: &MacroAction| matches!(action, MacroAction::AddTags { .. });
        if let (Some(why), Some(index)) = (why, actions.iter().position(adds)) {
            self.miss(index, "tags", &why);
        }
        Ok(())
    }

    fn miss(&mut self, index: usize, field: &str, why: &str) {
        self.outdated.push(FieldError {
            field: place(index, field),
            message: why.to_owned(),
        });
    }

    /// The text and the note as message objects, each with a word for its key.
    fn messages(&self) -> impl Iterator<Item = (&'static str, Value)> {
        let text = self.text.as_ref().map(|text| {
            let message = json!({"type": "text", "text": {"body": text}});
            ("text", message)
        });
        let note = self.note.as_ref().map(|note| {
            let message = json!({"type": "note", "text": {"body": note}});
            ("note", message)
        });
        text.into_iter().chain(note)
    }
}
