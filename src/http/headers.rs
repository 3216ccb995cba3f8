//! Headers that every answer carries, errors and files included (SECURITY row 44), and the request's id.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

use super::state::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken from a client.
const LONGEST_ID: usize = 64;
/// Own files only; pictures and recordings may come from memory while they are made.
const POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
    style-src 'self'; script-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'; \
    base-uri 'none'; form-action 'self'";
/// The page with the API's description writes styles into its own elements.
const DOCS_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
    script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
const ONE_YEAR: &str = "max-age=31536000";

/// By what the log and the client name this request.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Gives the request its id and the answer its headers; what a handler set itself stays.
pub async fn add(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = request_id(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    let is_docs = request.path().starts_with("/docs");
    let is_api = request.path().starts_with("/api/");
    let is_tls = request
        .app_data::<App>()
        .is_some_and(|app| app.config.is_public_https());
    let is_last = request
        .app_data::<App>()
        .is_some_and(|app| app.is_draining());
    let mut answer = next.call(request).await?;
    if is_last && answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        // A request that comes just when the server closes an idle connection would be lost.
        let head = answer.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    let headers = answer.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    let policy = if is_docs { DOCS_POLICY } else { POLICY };
    set(headers, CONTENT_SECURITY_POLICY, policy);
    set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, X_FRAME_OPTIONS, "DENY");
    set(headers, REFERRER_POLICY, "no-referrer");
    if is_tls {
        set(headers, STRICT_TRANSPORT_SECURITY, ONE_YEAR);
    }
    if is_api {
        set(headers, CACHE_CONTROL, "no-store");
    }
    Ok(answer)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// The client's id if it is harmless in a log, else a fresh one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let is_harmless = |id: &&str| {
        (1..=LONGEST_ID).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    given
        .filter(is_harmless)
        .map_or_else(|| uuid::Uuid::new_v4().simple().to_string(), str::to_owned)
}
