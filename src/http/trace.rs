//! One span per request, and how long it took. The query stays out of the log: addresses of media carry
//! tokens there.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage};
use actors::figure;
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;

use super::headers::RequestId;

struct Started(Instant);

/// Makes the span of a request.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        request.extensions_mut().insert(Started(Instant::now()));
        let id = request.extensions().get::<RequestId>().cloned();
        let id = id.map_or_else(String::new, |RequestId(id)| id);
        tracing::info_span!(
            "request",
            request.id = %id,
            http.method = %request.method(),
            http.route = request.match_pattern().as_deref().unwrap_or("none"),
            http.status = Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let Ok(answer) = outcome else {
            return;
        };
        let status = answer.status().as_u16();
        // OpenTelemetry knows no unsigned numbers.
        span.record("http.status", i64::from(status));
        let request = answer.request();
        let route = request.match_pattern().unwrap_or_else(|| "none".to_owned());
        if let Some(Started(at)) = request.extensions().get::<Started>() {
            span.in_scope(|| {
                let duration_ms = at.elapsed().as_secs_f64() * 1000.0;
                tracing::debug!(duration_ms, "a request was answered");
            });
            metrics::histogram!(figure::HTTP_REQUEST_SECONDS, "route" => route, "status" => status.to_string())
                .record(at.elapsed().as_secs_f64());
        }
    }
}
