//! The simulator's own control interface under `/sim`. JSON in and out; errors are `{"error": "…"}`.
//!
//! | call | what it does |
//! |---|---|
//! | `GET /sim/health` | `{ok, numbers, counters}` |
//! | `GET /sim/numbers`, `POST /sim/numbers` | list; add or replace a number: `{phone_number_id, business_account_id, access_token, app_secret, display_phone_number, verified_name, tier?}` |
//! | `GET /sim/subscriptions`, `POST /sim/subscriptions`, `DELETE …` | list; `{phone_number_id, callback_url, verify_token}` runs the handshake; forget all |
//! | `GET /sim/customers?phone_number_id=` | the chats of a number, newest first, without their messages |
//! | `POST /sim/customers/{wa_id}` | set up a customer: `{phone_number_id, name?, username?, user_id?, auto?}` |
//! | `POST /sim/customers/{wa_id}/messages` | the customer writes; see [`Writing`](super::customer::Writing) → `{wamid, customer}` |
//! | `GET /sim/chats/{phone_number_id}/{wa_id}` | the chat as the phone shows it |
//! | `POST /sim/chats/{phone_number_id}/{wa_id}/auto` | `{auto: bool}`: do statuses follow by themselves |
//! | `POST /sim/chats/{phone_number_id}/{wa_id}/saw` | `{step: "delivered"\|"read"\|"played"}`: the phone got or opened what was sent |
//! | `GET /sim/ledger?limit=` | totals and the newest accepted sends |
//! | `GET /sim/ledger?after=&limit=` | the sends after that `number`, the oldest first, and the `last` number |
//! | `GET /sim/ledger/{attempt}` | one attempt |
//! | `DELETE /sim/ledger` | forget it |
//! | `GET /sim/faults`, `POST /sim/faults`, `DELETE /sim/faults` | see [`Fault`](super::fault::Fault) |
//! | `GET /sim/behaviour`, `POST /sim/behaviour` | see [`Behaviour`](super::options::Behaviour); a POST changes the named fields only |
//! | `POST /sim/statuses` | `{wamid, status, code?}`: tell one status now |
//! | `POST /sim/webhooks` | `{phone_number_id, field, value}` or `{phone_number_id, body: "<raw text>"}`: send any signed webhook |
//! | `GET /sim/media/{id}` | a file, without a token, for the phone page |
//! | `GET /sim/contacts` | the demo's people |
//! | `GET /sim/stream?phone_number_id=&customer=` | server-sent events: message, status, reaction, seen, typing, reload |

mod chats;
mod ledger;
mod stream;
mod world;

use actix_web::error::JsonPayloadError;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde_json::json;

use super::customer::WritingError;
use super::subscribe::SubscribeError;

/// All routes under `/sim`.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        web::scope("/sim")
            .route("/health", web::get().to(world::health))
            .route("/numbers", web::get().to(world::list_numbers))
            .route("/numbers", web::post().to(world::add_number))
            .route("/subscriptions", web::get().to(world::list_subscriptions))
            .route("/subscriptions", web::post().to(world::subscribe))
            .route("/subscriptions", web::delete().to(world::unsubscribe))
            .route("/behaviour", web::get().to(world::get_behaviour))
            .route("/behaviour", web::post().to(world::set_behaviour))
            .route("/faults", web::get().to(world::list_faults))
            .route("/faults", web::post().to(world::add_fault))
            .route("/faults", web::delete().to(world::clear_faults))
            .route("/contacts", web::get().to(world::list_contacts))
            .route("/customers", web::get().to(chats::list_customers))
            .route("/customers/{customer}", web::post().to(chats::set_customer))
            .route(
                "/customers/{customer}/messages",
                web::post().to(chats::write_message),
            )
            .route("/chats/{number}/{customer}", web::get().to(chats::get_chat))
            .route(
                "/chats/{number}/{customer}/auto",
                web::post().to(chats::set_auto),
            )
            .route("/chats/{number}/{customer}/saw", web::post().to(chats::saw))
            .route("/media/{id}", web::get().to(chats::get_media))
            .route("/ledger", web::get().to(ledger::list_ledger))
            .route("/ledger", web::delete().to(ledger::clear_ledger))
            .route("/ledger/{attempt}", web::get().to(ledger::get_attempt))
            .route("/statuses", web::post().to(ledger::tell_status))
            .route("/webhooks", web::post().to(ledger::send_webhook))
            .route("/stream", web::get().to(stream::stream)),
    );
}

/// How the control interface says no.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error("{0}")]
    Invalid(String),
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Refused(String),
    #[error("too many webhooks are waiting already")]
    Full,
}

/// A body that is not what the call takes.
pub(super) fn bad_json(error: JsonPayloadError, _request: &HttpRequest) -> actix_web::Error {
    ControlError::Invalid(error.to_string()).into()
}

impl From<WritingError> for ControlError {
    fn from(error: WritingError) -> Self {
        match error {
            WritingError::UnknownNumber(_) | WritingError::UnknownMessage(_) => {
                Self::NotFound(error.to_string())
            }
            WritingError::QueueFull => Self::Full,
            WritingError::BadCustomer(_) | WritingError::NothingToTap | WritingError::BadFile => {
                Self::Invalid(error.to_string())
            }
        }
    }
}

impl From<SubscribeError> for ControlError {
    fn from(error: SubscribeError) -> Self {
        match error {
            SubscribeError::UnknownNumber(_) => Self::NotFound(error.to_string()),
            _ => Self::Refused(error.to_string()),
        }
    }
}

impl ResponseError for ControlError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Refused(_) => StatusCode::BAD_GATEWAY,
            Self::Full => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).json(json!({"error": self.to_string()}))
    }
}
