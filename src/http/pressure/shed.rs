//! Callbacks that find no room are refused before anything else is done with them: no route is looked for, no span is made.
//! While too much comes, what a refusal costs is taken from those that are worked on.

use std::time::Instant;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, ResponseError};
use actors::figure;
use actors::model::ids::SessionId;

use super::Taker;
use crate::http::state::App;

/// Where callbacks come in, before the number's id.
const CALLBACKS: &str = "/webhooks/whatsapp/";
/// What the route table says of it.
const ROUTE: &str = "/webhooks/whatsapp/{session_id}";
/// The largest callback (CLOUD_API section 2.2).
pub const LARGEST: usize = 3 * 1024 * 1024;

/// Takes room for a callback, which its handler finds among the request's extensions; lets everything else pass.
pub async fn shed<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if let Some(number) = addressee(&request)
        && let Some(app) = request.app_data::<App>()
    {
        let organization = app.vault.organization(number);
        let by = organization.map_or(Taker::Number(number), Taker::Organization);
        match app.pressure.enter(by, length(&request)) {
            Ok(room) => drop(request.extensions_mut().insert(room)),
            Err(refusal) => {
                let came = Instant::now();
                metrics::counter!(figure::WEBHOOKS_TOTAL, "end" => "shed").increment(1);
                // The server reads what came with the head. It closes the connection of whoever is answered before that, and
                // the next callback needs a new one, which costs several times what the refusal does.
                tokio::task::yield_now().await;
                let refusal = refusal.counted().error_response();
                metrics::histogram!(figure::HTTP_REQUEST_SECONDS, "route" => ROUTE, "status" => "503")
                    .record(came.elapsed().as_secs_f64());
                return Ok(request.into_response(refusal).map_into_right_body());
            }
        }
    }
    next.call(request)
        .await
        .map(ServiceResponse::map_into_left_body)
}

/// Whose callback it is; None: it is none.
fn addressee(request: &ServiceRequest) -> Option<SessionId> {
    let number = request.path().strip_prefix(CALLBACKS)?;
    // An address that names no number is refused soon; until then it is in the way of its like.
    let is_post = request.method() == Method::POST;
    is_post.then(|| number.parse().unwrap_or(SessionId(0)))
}

/// How long its body is.
fn length(request: &ServiceRequest) -> u64 {
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
    // Whoever does not say how much comes may send as much as is allowed.
    length.unwrap_or(LARGEST as u64).min(LARGEST as u64)
}
