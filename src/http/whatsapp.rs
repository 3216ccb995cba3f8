//! The provider's callback: the handshake, and what WhatsApp tells. Answered 200 only when everything in it is
//! stored, or lies in quarantine for a person; any failure of ours is a 5xx, and the provider delivers again.

mod notice;

use std::collections::HashMap;
use std::mem::take;
use std::sync::Arc;
use std::time::Instant;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use actors::hub::HubError;
use actors::model::ids::{OrganizationId, SessionId};
use actors::model::inbound::{InboundItem, InboundMessage};
use actors::model::quarantine::{QuarantineSource, Quarantined};
use actors::model::status::StatusUpdate;
use actors::ports::store::{JobStore, StoreError};
use actors::time::Timestamp;
use actors::{fault, figure};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream;
use secrecy::ExposeSecret;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use utoipa::IntoParams;

use super::describe::{Input, Sketch};
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Path, Public, Query, read_all};
use super::pressure::Room;
use super::pressure::shed::LARGEST;
use super::state::AppState;
use crate::store::SessionCredentials;
use crate::whatsapp::payload::{self, Delivery};
use crate::whatsapp::signature;

/// Threads and statuses of one callback that are worked on at a time; a history chunk may hold thousands of messages.
const AT_ONCE: usize = 128;

/// What the provider sends to find out whether the callback is ours.
#[derive(Deserialize, IntoParams)]
pub struct Handshake {
    #[serde(rename = "hub.mode")]
    mode: Option<String>,
    #[serde(rename = "hub.challenge")]
    challenge: Option<String>,
    #[serde(rename = "hub.verify_token")]
    verify_token: Option<String>,
}

/// The bytes of a callback with their signature.
pub struct Signed {
    arrived: Instant,
    body: Bytes,
    signature: Option<String>,
    /// When all of it was here.
    read: Instant,
    /// Held until it is answered.
    room: Room,
}

impl FromRequest for Signed {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signature = request
            .headers()
            .get(signature::HEADER)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let payload = payload.take();
        let arrived = Instant::now();
        let room = request.extensions_mut().remove::<Room>();
        Box::pin(async move {
            // Nobody took room for an address that is written in another way than it was given out.
            let room = room.ok_or(ApiError::not_found())?;
            let body = read_all(payload, LARGEST).await?;
            Ok(Self {
                arrived,
                body,
                signature,
                read: Instant::now(),
                room,
            })
        })
    }
}

impl Input for Signed {
    fn describe(sketch: &mut Sketch) {
        sketch.add_header(signature::HEADER, "HMAC of the body with the app secret");
    }
}

/// Echoes the challenge when the verify token is the number's own.
pub async fn shake_hands(
    Public { app }: Public,
    Path(session): Path<SessionId>,
    Query(handshake): Query<Handshake>,
) -> ApiResult<HttpResponse> {
    let known = app.vault.credentials(session).await?;
    let known = known.ok_or(ApiError::not_found())?;
    let given = handshake.verify_token.unwrap_or_default();
    let expected = known.verify_token.expose_secret();
    let is_ours = bool::from(given.as_bytes().ct_eq(expected.as_bytes()));
    match (handshake.mode.as_deref(), handshake.challenge) {
        (Some("subscribe"), Some(challenge)) if is_ours && !expected.is_empty() => {
            Ok(HttpResponse::Ok()
                .content_type("text/plain")
                .body(challenge))
        }
        _ => Err(ApiError::of(Code::Forbidden)),
    }
}

/// Takes in what WhatsApp tells.
pub async fn receive(
    Public { app }: Public,
    Path(session): Path<SessionId>,
    signed: Signed,
) -> ApiResult<HttpResponse> {
    let failed = |_: &StoreError| {
        signed.room.done(None);
        metrics::counter!(figure::WEBHOOKS_TOTAL, "end" => "failed").increment(1);
    };
    app.store.expect_room().await.inspect_err(failed)?;
    let known = app.vault.credentials(session).await;
    let known = known.inspect_err(failed)?;
    let known = known.ok_or(ApiError::not_found())?;
    let given = signed.signature.as_deref().unwrap_or_default();
    if signature::verify(&known.app_secret, &signed.body, given).is_err() {
        metrics::counter!(figure::WEBHOOKS_TOTAL, "end" => "unsigned").increment(1);
        return Err(ApiError::of(Code::InvalidSignature));
    }
    let taken = take_in(&app, &known, &signed.body, Misunderstood::PutAside).await;
    if let Err(error) = taken {
        signed.room.done(None);
        metrics::counter!(figure::WEBHOOKS_TOTAL, "end" => "failed").increment(1);
        return Err(error);
    }
    metrics::counter!(figure::WEBHOOKS_TOTAL, "end" => "stored").increment(1);
    fault::at(fault::CALLBACK_STORED);
    let unscoped = app.store.unscoped();
    match unscoped.touch_webhook(session, Timestamp::now()).await {
        Ok(receipt) => app.hub.announce(receipt),
        Err(error) => tracing::debug!(%error, "a callback's time was not noted"),
    }
    signed.room.done(Some(signed.read.elapsed()));
    metrics::histogram!(figure::WEBHOOK_ACK_SECONDS).record(signed.arrived.elapsed().as_secs_f64());
    Ok(HttpResponse::Ok().finish())
}

/// Takes a callback in again that lies in quarantine; what was stored before is not stored twice.
pub async fn replay(app: &AppState, session: SessionId, body: &[u8]) -> ApiResult<()> {
    let known = app.vault.credentials(session).await?;
    let known = known.ok_or(ApiError::not_found())?;
    take_in(app, &known, body, Misunderstood::Refuse).await
}

/// What becomes of a body that nobody understands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Misunderstood {
    PutAside,
    Refuse,
}

/// Whatever happens rarely in it lies behind a pointer: room for it is part of every callback that waits otherwise, twice
/// as much as for the rest.
async fn take_in(
    app: &AppState,
    known: &SessionCredentials,
    body: &[u8],
    misunderstood: Misunderstood,
) -> ApiResult<()> {
    let webhook = match payload::parse(body) {
        Ok(webhook) => webhook,
        Err(error) if misunderstood == Misunderstood::Refuse => {
            return Err(ApiError::of(Code::Conflict).detail(error.to_string()));
        }
        Err(error) => {
            // The provider would repeat it for seven days: it is ours to keep.
            let aside = put_aside(app, Place::of(known), error.to_string(), body.to_vec());
            return Box::pin(aside).await;
        }
    };
    for rejected in webhook.rejected {
        let reason = rejected.reason.to_owned();
        let aside = put_aside(app, Place::of(known), reason, rejected.raw.into_bytes());
        Box::pin(aside).await?;
    }
    let (organization, mut heap) = (known.organization, Heap::default());
    for delivery in webhook.deliveries {
        let Some(session) = addressee(app, known, &delivery).await? else {
            metrics::counter!(figure::WEBHOOKS_FOR_NOBODY_TOTAL).increment(1);
            continue;
        };
        let place = Place {
            organization,
            session,
        };
        for item in delivery.items {
            match item {
                InboundItem::Message(message) => heap.add(session, message),
                InboundItem::Status(update) => heap.statuses.push((session, update)),
                // May change what is made of what comes behind it.
                InboundItem::Fault(fault) => {
                    heap.take_in(app, organization).await?;
                    Box::pin(notice::fault(app, session, &fault)).await?;
                }
                InboundItem::Notice(told) => {
                    heap.take_in(app, organization).await?;
                    Box::pin(notice::take_in(app, place, &told)).await?;
                }
            }
        }
    }
    heap.take_in(app, organization).await
}

/// Whose number it is about.
#[derive(Clone, Copy)]
struct Place {
    organization: OrganizationId,
    session: SessionId,
}

impl Place {
    const fn of(known: &SessionCredentials) -> Self {
        Self {
            organization: known.organization,
            session: known.id,
        }
    }
}

/// What a callback tells and is not taken in yet. WhatsApp puts up to a thousand changes into one when it delivers what it
/// could not before: what was said in one thread stays in order, threads do not wait for each other.
#[derive(Default)]
struct Heap {
    threads: HashMap<(SessionId, String), Vec<InboundMessage>>,
    statuses: Vec<(SessionId, StatusUpdate)>,
}

impl Heap {
    fn add(&mut self, session: SessionId, message: InboundMessage) {
        let key = message.identities.iter().min();
        let key = key
            .map(|identity| identity.lookup_key())
            .unwrap_or_default();
        self.threads
            .entry((session, key))
            .or_default()
            .push(message);
    }

    /// Takes all of it in.
    async fn take_in(&mut self, app: &AppState, organization: OrganizationId) -> ApiResult<()> {
        let (threads, statuses) = (take(&mut self.threads), take(&mut self.statuses));
        let hear = |((session, _), thread)| {
            let place = Place {
                organization,
                session,
            };
            hear(app, place, thread)
        };
        if threads.len() == 1 && statuses.is_empty() {
            // One message, as nearly always: nothing runs beside it.
            for thread in threads {
                hear(thread).await?;
            }
            return Ok(());
        }
        let raise = |(session, update)| app.hub.raise_status(organization, session, update);
        let messages = stream::iter(threads).map(hear).buffer_unordered(AT_ONCE);
        let statuses = stream::iter(statuses).map(raise).buffer_unordered(AT_ONCE);
        let both = async { tokio::join!(first_error(messages), first_error(statuses)) };
        let (heard, raised) = Box::pin(both).await;
        heard?;
        Ok(raised?)
    }
}

/// Which of our numbers a change is about: the one that was called, or another of the same organization and
/// the same app (several numbers of an app share a callback).
async fn addressee(
    app: &AppState,
    known: &SessionCredentials,
    delivery: &Delivery,
) -> ApiResult<Option<SessionId>> {
    let Some(phone_number_id) = &delivery.phone_number_id else {
        // About the account: whoever was called speaks for it.
        return Ok(Some(known.id));
    };
    if *phone_number_id == known.phone_number_id {
        return Ok(Some(known.id));
    }
    let sibling = app.vault.number(known.organization, phone_number_id);
    let sibling = Box::pin(sibling).await?;
    let Some(sibling) = sibling else {
        return Ok(None);
    };
    let theirs = app.vault.credentials(sibling).await?;
    Ok(theirs
        .filter(|theirs| shares_app(theirs, known))
        .map(|theirs| theirs.id))
}

fn shares_app(one: &Arc<SessionCredentials>, other: &SessionCredentials) -> bool {
    let (one, other) = (&one.app_secret, &other.app_secret);
    bool::from(
        one.expose_secret()
            .as_bytes()
            .ct_eq(other.expose_secret().as_bytes()),
    )
}

async fn hear(app: &AppState, place: Place, thread: Vec<InboundMessage>) -> ApiResult<()> {
    let Place {
        organization,
        session,
    } = place;
    for message in thread {
        // Kept for the case that nobody can be found who said it.
        let nameless = message
            .identities
            .is_empty()
            .then(|| serde_json::to_vec(&message));
        match app.hub.receive(organization, session, message).await {
            Err(HubError::Invalid(why)) => {
                let body = nameless.transpose().map_err(ApiError::internal)?;
                Box::pin(put_aside(app, place, why, body.unwrap_or_default())).await?;
            }
            result => result?,
        }
    }
    Ok(())
}

/// Goes through all, whatever fails; tells of the first failure.
async fn first_error<E>(
    mut results: impl StreamExt<Item = Result<(), E>> + Unpin,
) -> Result<(), E> {
    let mut end = Ok(());
    while let Some(result) = results.next().await {
        if end.is_ok() {
            end = result;
        }
    }
    end
}

async fn put_aside(
    app: &AppState,
    place: Place,
    reason: String,
    payload: Vec<u8>,
) -> ApiResult<()> {
    metrics::counter!(figure::WEBHOOKS_TOTAL, "end" => "quarantined").increment(1);
    let entry = Quarantined {
        organization: place.organization,
        session: Some(place.session),
        source: QuarantineSource::Webhook,
        reason,
        tries: 1,
        payload,
    };
    let receipt = JobStore::quarantine(&app.store, entry).await?;
    app.hub.announce(receipt);
    Ok(())
}
