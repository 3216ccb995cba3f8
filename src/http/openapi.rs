//! The API's description, gathered from the route table, and the page on which people read and try it.

use std::collections::HashSet;
use std::sync::OnceLock;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, ServiceConfig};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, PathItem, PathsBuilder};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder, Ref};
use utoipa::{PartialSchema, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::describe::{Needs, Outcome};
use super::error::{ApiError, ApiResult, Problem};
use super::extract::Public;
use super::route::{Entry, table};

/// The description as JSON; `docs/openapi.json` is a copy of it.
pub fn json() -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&document())?;
    text.push('\n');
    Ok(text)
}

/// The whole description.
pub fn document() -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut schemas = vec![(Problem::name().into_owned(), Problem::schema())];
    Problem::schemas(&mut schemas);
    let mut names = HashSet::new();
    for entry in table() {
        let Some(method) = method(&entry.method) else {
            continue;
        };
        let mut operation = operation(&entry, &mut schemas);
        // A second address of the same handler has no name of its own.
        if !names.insert(entry.handler) {
            operation = operation.operation_id(None::<String>);
        }
        paths = paths.path(entry.path, PathItem::new(method, operation));
    }
    let mut bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT");
    bearer = bearer.description(Some("The access token of a log-in."));
    let key = ApiKey::Header(ApiKeyValue::with_description(
        "X-Api-Key",
        "A key for programs, made by an admin.",
    ));
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme("token", SecurityScheme::Http(bearer.build()))
        .security_scheme("key", SecurityScheme::ApiKey(key));
    let info = InfoBuilder::new()
        .title("WhatsApp Command Center")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Lists answer `{data, next_cursor}`. Errors are `application/problem+json` with a stable `code`. \
             Times are RFC 3339 in UTC.",
        ));
    OpenApiBuilder::new()
        .info(info.build())
        .paths(paths.build())
        .components(Some(components.build()))
        .build()
}

/// The description, for programs.
pub async fn show(_: Public) -> ApiResult<HttpResponse> {
    // Made once: the table does not change while the hub runs.
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = match TEXT.get() {
        Some(text) => text,
        None => {
            let made = json().map_err(ApiError::internal)?;
            TEXT.get_or_init(|| made)
        }
    };
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(text.as_str()))
}

/// The page with the description, without a single foreign file.
pub fn register_page(config: &mut ServiceConfig) {
    let to_page = || async {
        HttpResponse::PermanentRedirect()
            .insert_header((LOCATION, "/docs/"))
            .finish()
    };
    config.route("/docs", web::get().to(to_page));
    config.service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json")));
}

fn method(method: &Method) -> Option<HttpMethod> {
    match method.as_str() {
        "GET" => Some(HttpMethod::Get),
        "POST" => Some(HttpMethod::Post),
        "PUT" => Some(HttpMethod::Put),
        "PATCH" => Some(HttpMethod::Patch),
        "DELETE" => Some(HttpMethod::Delete),
        _ => None,
    }
}

fn operation(
    entry: &Entry,
    schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>,
) -> OperationBuilder {
    let sketch = entry.sketch();
    schemas.extend(sketch.schemas);
    let tag = entry.handler.split("::").next().unwrap_or_default();
    let mut operation = OperationBuilder::new()
        .tag(tag)
        .operation_id(Some(entry.handler.replace("::", "_")))
        .summary(Some(entry.about))
        .request_body(sketch.body);
    if !sketch.parameters.is_empty() {
        operation = operation.parameters(Some(sketch.parameters));
    }
    if let Needs::Permission(name, role) = entry.needs {
        operation = operation
            .description(Some(format!("Needs {name}: {} and above.", role.as_str())))
            .security(SecurityRequirement::new("token", [] as [&str; 0]))
            .security(SecurityRequirement::new("key", [] as [&str; 0]));
    }
    if let Some(Outcome { status, body }) = sketch.answer {
        let reason = sketch.about.or(status.canonical_reason());
        let reason = reason.unwrap_or("done");
        let mut answer = ResponseBuilder::new().description(reason);
        if let Some((media_type, schema)) = body {
            answer = answer.content(
                media_type,
                ContentBuilder::new().schema(Some(schema)).build(),
            );
        }
        operation = operation.response(status.as_str(), answer.build());
    }
    let problem = Ref::from_schema_name(Problem::name());
    let refusal = ResponseBuilder::new()
        .description("What was wrong")
        .content(
            "application/problem+json",
            ContentBuilder::new().schema(Some(problem)).build(),
        );
    operation.response("default", refusal.build())
}
