//! `POST /{phone-number-id}/messages`: sends, and mark as read.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use rand::Rng;
use serde_json::{Value, json};

use super::{Misfortune, id_of, json_of, misbehave, token_of};
use crate::simulator::accept::{Accepted, accept};
use crate::simulator::chat::{Step, TYPING_MS};
use crate::simulator::core::Core;
use crate::simulator::error::GraphError;
use crate::simulator::fault::Operation;
use crate::simulator::status::{self, Fate};
use crate::simulator::validate::{self, Call, Draft};
use crate::simulator::{cut, reply};

/// How long `sent` runs ahead of the answer, when it does.
const HEAD_START: Duration = Duration::from_millis(60);

/// A send or a mark-as-read.
pub async fn post_message(
    core: Data<Core>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, GraphError> {
    let core = core.into_inner();
    let phone_number_id = id_of(&request).to_owned();
    core.world()
        .authorize(token_of(&request).as_deref(), &phone_number_id)?;
    let body = json_of(&body)?;
    match validate::call(&body)? {
        Call::Read { message_id, typing } => {
            read(&core, &request, &phone_number_id, &message_id, typing).await
        }
        Call::Send(draft) => send(&core, &request, &phone_number_id, &draft, &body).await,
    }
}

async fn send(
    core: &Arc<Core>,
    request: &HttpRequest,
    phone_number_id: &str,
    draft: &Draft,
    body: &Value,
) -> Result<HttpResponse, GraphError> {
    let to = draft.to.key();
    let attempt = draft.attempt.as_deref();
    if let Some(attempt) = attempt {
        core.world().ledger.posted(
            attempt,
            phone_number_id,
            to,
            &draft.kind,
            body,
            Core::now_ms(),
        );
    }
    let misfortune = misbehave(core, request, Operation::Send, phone_number_id, Some(to)).await;
    if let Some(Misfortune::Answer(answer, code)) = misfortune {
        if let (Some(attempt), Some(code)) = (attempt, code) {
            core.world().ledger.refused(attempt, code);
        }
        return Ok(answer);
    }
    let mut accepted = take(core, phone_number_id, draft, body)?;
    if let Some(Misfortune::FailLater(code)) = misfortune {
        accepted.fate = Fate::Fails(code);
    }
    show(core, &accepted);
    let sent_first = goes_first(core, &accepted).await;
    core.spawn(status::follow(
        Arc::clone(core),
        accepted.key.clone(),
        accepted.wamid.clone(),
        accepted.fate.clone(),
        sent_first,
    ));
    reply::consider(core, &accepted.key, accepted.bubble.as_ref());
    if matches!(misfortune, Some(Misfortune::CutAfter)) {
        cut::cut(request);
    }
    tokio::time::sleep(answer_time(core)).await;
    Ok(HttpResponse::Ok().json(accepted.answer))
}

/// Accepts a message and writes it into the ledger, under one lock.
fn take(
    core: &Core,
    phone_number_id: &str,
    draft: &Draft,
    body: &Value,
) -> Result<Accepted, GraphError> {
    let mut world = core.world();
    match accept(&mut world, phone_number_id, draft, Core::now_ms()) {
        Ok(accepted) => {
            let attempt = match &draft.attempt {
                Some(attempt) => attempt,
                // Without an attempt id every POST is an attempt of its own.
                None => {
                    let to = draft.to.key();
                    world.ledger.posted(
                        &accepted.wamid,
                        phone_number_id,
                        to,
                        &draft.kind,
                        body,
                        Core::now_ms(),
                    );
                    &accepted.wamid
                }
            };
            world.ledger.accepted(attempt, &accepted.wamid);
            Ok(accepted)
        }
        Err(error) => {
            if let Some(attempt) = &draft.attempt {
                world.ledger.refused(attempt, error.code);
            }
            Err(error)
        }
    }
}

fn show(core: &Core, accepted: &Accepted) {
    if matches!(accepted.fate, Fate::Fails(_)) {
        return;
    }
    if let Some(bubble) = &accepted.bubble {
        core.tell(&accepted.key, "message", json!({ "message": bubble }));
    }
    if let Some((target, emoji)) = &accepted.reaction {
        core.tell(
            &accepted.key,
            "reaction",
            json!({"id": target, "emoji": emoji, "by": "business"}),
        );
    }
}

/// Sometimes the provider tells `sent` before it has answered the send.
async fn goes_first(core: &Core, accepted: &Accepted) -> bool {
    let first = {
        let mut world = core.world();
        let share = world.behaviour.sent_first.clamp(0.0, 1.0);
        !matches!(accepted.fate, Fate::Fails(_)) && world.rng.random_bool(share)
    };
    if first {
        status::tell(core, &accepted.key, &accepted.wamid, Step::Sent, None);
        tokio::time::sleep(HEAD_START).await;
    }
    first
}

fn answer_time(core: &Core) -> Duration {
    let mut world = core.world();
    let (from, to) = world.behaviour.answer_ms;
    if to == 0 {
        return Duration::ZERO;
    }
    let ms = world.rng.random_range(from.min(to)..=to);
    world.behaviour.scaled(ms)
}

async fn read(
    core: &Arc<Core>,
    request: &HttpRequest,
    phone_number_id: &str,
    message_id: &str,
    typing: bool,
) -> Result<HttpResponse, GraphError> {
    if let Some(Misfortune::Answer(answer, _)) =
        misbehave(core, request, Operation::MarkRead, phone_number_id, None).await
    {
        return Ok(answer);
    }
    let key = {
        let mut world = core.world();
        let key = world
            .chat_of_message(message_id)
            .filter(|key| key.phone_number_id == phone_number_id)
            .cloned()
            .ok_or_else(|| {
                GraphError::new(
                    100,
                    "Param message_id is not an inbound message of this number",
                )
            })?;
        let chat = world.chat_mut(&key.phone_number_id, &key.customer);
        chat.mark_seen(message_id);
        if typing {
            chat.typing_until_ms = Core::now_ms() + TYPING_MS;
        }
        key
    };
    core.tell(&key, "seen", json!({ "up_to": message_id }));
    if typing {
        core.tell(&key, "typing", json!({ "for_ms": TYPING_MS }));
    }
    Ok(HttpResponse::Ok().json(json!({"success": true})))
}
