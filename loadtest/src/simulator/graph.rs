//! The simulated Graph API's routes, with a version in front of the path and without.

mod media;
mod numbers;
mod send;
mod templates;

use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;

use super::core::Core;
use super::error::GraphError;
use super::fault::{Misbehaviour, Operation};

/// All routes; media addresses have no version, as they belong to another host in real life.
pub fn routes(config: &mut ServiceConfig) {
    config.route("/media/{id:\\d+}/{secret}", web::get().to(media::download));
    config.service(web::scope("/{version:v\\d+\\.\\d+}").configure(objects));
    objects(config);
}

fn objects(config: &mut ServiceConfig) {
    config
        .route("/{id:\\d+}/messages", web::post().to(send::post_message))
        .route(
            "/{id:\\d+}/marketing_messages",
            web::post().to(send::post_message),
        )
        .route("/{id:\\d+}/media", web::post().to(media::upload))
        .route(
            "/{id:\\d+}/message_templates",
            web::get().to(templates::list_templates),
        )
        .route(
            "/{id:\\d+}/message_templates",
            web::post().to(templates::create_template),
        )
        .route(
            "/{id:\\d+}/message_templates",
            web::delete().to(templates::delete_template),
        )
        .route(
            "/{id:\\d+}/phone_numbers",
            web::get().to(numbers::list_numbers),
        )
        .route(
            "/{id:\\d+}/subscribed_apps",
            web::post().to(numbers::subscribe_app),
        )
        .route(
            "/{id:\\d+}/subscribed_apps",
            web::get().to(numbers::list_apps),
        )
        .route(
            "/{id:\\d+}/subscribed_apps",
            web::delete().to(numbers::unsubscribe_app),
        )
        .route(
            "/{id:\\d+}/whatsapp_business_profile",
            web::get().to(numbers::get_profile),
        )
        .route("/{id:\\d+}/register", web::post().to(numbers::register))
        .route("/{id:\\d+}", web::get().to(numbers::get_object))
        .route("/{id:\\d+}", web::post().to(numbers::change_object))
        .route("/{id:\\d+}", web::delete().to(media::delete));
}

/// Any other path.
pub async fn nothing_there(request: HttpRequest) -> HttpResponse {
    let path = request.path().trim_start_matches('/');
    actix_web::ResponseError::error_response(&GraphError::unknown_object(path))
}

/// The object that a path names.
fn id_of(request: &HttpRequest) -> &str {
    request.match_info().get("id").unwrap_or_default()
}

/// The bearer token, or the `access_token` of the query as Graph also takes it.
fn token_of(request: &HttpRequest) -> Option<String> {
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .map(str::trim);
    header
        .map(str::to_owned)
        .or_else(|| query_of(request, "access_token"))
}

/// One parameter of the query.
fn query_of(request: &HttpRequest, name: &str) -> Option<String> {
    web::Query::<Vec<(String, String)>>::from_query(request.query_string())
        .ok()?
        .into_inner()
        .into_iter()
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// A body as JSON, or the error that Graph gives.
fn json_of(body: &[u8]) -> Result<Value, GraphError> {
    serde_json::from_slice(body)
        .map_err(|error| GraphError::new(100, format!("The body is not valid JSON: {error}")))
}

/// Carries out the fault that was ordered for this call. None: go on.
async fn misbehave(
    core: &Core,
    request: &HttpRequest,
    on: Operation,
    phone_number_id: &str,
    to: Option<&str>,
) -> Option<Misfortune> {
    let fault = {
        let mut world = core.world();
        let world = &mut *world;
        world.faults.draw(on, phone_number_id, to, &mut world.rng)?
    };
    Some(match fault {
        Misbehaviour::Code { code, http } => {
            let mut error = GraphError::new(code, "This error was ordered from the simulator");
            error = error.throttled_as(core.world().behaviour.throttle_http);
            error.http = http.unwrap_or(error.http);
            Misfortune::Answer(actix_web::ResponseError::error_response(&error), Some(code))
        }
        Misbehaviour::Http { status } => {
            let status = actix_web::http::StatusCode::from_u16(status)
                .unwrap_or(actix_web::http::StatusCode::BAD_GATEWAY);
            let page = HttpResponse::build(status)
                .content_type("text/html")
                .body("<html><body><h1>Sorry, something went wrong.</h1></body></html>");
            Misfortune::Answer(page, None)
        }
        Misbehaviour::ResetBefore => {
            super::cut::cut(request);
            Misfortune::Answer(HttpResponse::InternalServerError().finish(), None)
        }
        Misbehaviour::ResetAfter => Misfortune::CutAfter,
        Misbehaviour::Delay { ms } => {
            tokio::time::sleep(core.pause(ms)).await;
            return None;
        }
        Misbehaviour::FailLater { code } => Misfortune::FailLater(code),
    })
}

/// What a fault means for the call.
enum Misfortune {
    /// This instead of the real answer; the code when it is a Graph error.
    Answer(HttpResponse, Option<i64>),
    /// Do it, then cut the connection.
    CutAfter,
    /// Do it, and let it fail later.
    FailLater(i64),
}
