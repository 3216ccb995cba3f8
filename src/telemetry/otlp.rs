//! Spans over OTLP: what a request and each step of a message took. Sampling, headers and the queue's bounds are those
//! of the SDK (`OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_BSP_…`).

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry::trace::{SpanKind, Status, TracerProvider};
use opentelemetry::{KeyValue, Value};
use opentelemetry_otlp::{Protocol, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracerProvider, SpanData, SpanExporter};
use tracing::{Level, Metadata};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, filter_fn};

use super::{LAST_WORDS, Sender};
use crate::config::Config;

/// What may leave of a span's fields, and the name that it has there. Whatever else somebody notes stays here.
const SENT: &[(&str, &str)] = &[
    ("attempt.id", "attempt.id"),
    ("http.method", METHOD),
    ("http.route", ROUTE),
    ("http.status", STATUS),
    ("job.id", "job.id"),
    ("kind", "job.kind"),
    ("message.id", "message.id"),
    ("request.id", "request.id"),
    ("seq", "event.seq"),
    ("session.id", "session.id"),
];
const METHOD: &str = "http.request.method";
const ROUTE: &str = "http.route";
const STATUS: &str = "http.response.status_code";
/// Overrides the endpoint for traces alone; the SDK reads it.
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

/// Exports spans to the collector at `endpoint`, from a thread of its own.
pub fn start(endpoint: &str, config: &Config) -> Result<Sender, String> {
    let mut exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary);
    if std::env::var_os(TRACES_ENDPOINT).is_none() {
        exporter = exporter.with_endpoint(format!("{endpoint}/v1/traces"));
    }
    let exporter = exporter.build().map_err(|error| error.to_string())?;
    let resource = Resource::builder()
        .with_service_name(config.service_name.clone())
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attribute(KeyValue::new(
            "service.instance.id",
            config.node_name.clone(),
        ))
        .build();
    let processor = BatchSpanProcessor::builder(Careful::new(exporter)).build();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(processor)
        .with_resource(resource)
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("command-center"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_level(false)
        .with_tracked_inactivity(false)
        .with_context_activation(false)
        .with_filter(filter_fn(is_sent).with_max_level_hint(LevelFilter::DEBUG));
    let last = move || provider.shutdown_with_timeout(LAST_WORDS).is_ok();
    Ok((layer.boxed(), Box::new(last)))
}

/// Our own spans, and no events: what these say of causes stays in the log. (The exporter's own requests make spans as
/// well.)
fn is_sent(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let room = target.split_once("::").map_or(target, |(room, _)| room);
    metadata.is_span()
        && *metadata.level() <= Level::DEBUG
        && matches!(room, "actors" | "command_center")
}

/// Lets out what may leave, and tells once that the collector does not answer and once that it does again.
#[derive(Debug)]
struct Careful<E> {
    inner: E,
    is_away: AtomicBool,
}

impl<E> Careful<E> {
    const fn new(inner: E) -> Self {
        Self {
            inner,
            is_away: AtomicBool::new(false),
        }
    }

    fn note(&self, done: &OTelSdkResult) {
        let was_away = self.is_away.swap(done.is_err(), Ordering::Relaxed);
        match done {
            Err(error) if !was_away => {
                tracing::warn!(%error, "the collector takes no spans; they are dropped until it does");
            }
            Ok(()) if was_away => tracing::info!("the collector takes spans again"),
            _ => {}
        }
    }
}

impl<E: SpanExporter> SpanExporter for Careful<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.iter_mut().for_each(strip);
        let done = self.inner.export(batch).await;
        self.note(&done);
        done
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

/// Leaves of a span what may be sent, and names it as OpenTelemetry does.
fn strip(span: &mut SpanData) {
    let sent = |field: KeyValue| {
        let (_, name) = SENT.iter().find(|(ours, _)| *ours == field.key.as_str())?;
        Some(KeyValue::new(*name, field.value))
    };
    span.attributes = std::mem::take(&mut span.attributes)
        .into_iter()
        .filter_map(sent)
        .collect();
    span.status = Status::Unset;
    let of = |name: &str| {
        let field = span
            .attributes
            .iter()
            .find(|field| field.key.as_str() == name);
        field.map(|field| &field.value)
    };
    if let (Some(method), Some(route)) = (of(METHOD), of(ROUTE)) {
        let name = format!("{} {}", method.as_str(), route.as_str());
        if matches!(of(STATUS), Some(Value::I64(500..))) {
            span.status = Status::error("");
        }
        span.name = name.into();
        span.span_kind = SpanKind::Server;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::InstrumentationScope;
    use opentelemetry::trace::{SpanContext, SpanId};
    use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};

    fn span(attributes: Vec<KeyValue>) -> SpanData {
        let at = std::time::SystemTime::UNIX_EPOCH;
        SpanData {
            span_context: SpanContext::empty_context(),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: "request".into(),
            start_time: at,
            end_time: at,
            attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::default(),
        }
    }

    #[test]
    fn only_what_is_on_the_list_leaves() {
        let mut noted = span(vec![
            KeyValue::new("message.id", "msg_1"),
            KeyValue::new("phone", "+49 170 1234567"),
            KeyValue::new("http.url", "/media?token=canary"),
        ]);
        strip(&mut noted);
        assert_eq!(noted.attributes, [KeyValue::new("message.id", "msg_1")]);
        assert_eq!(noted.name, "request");
    }

    #[test]
    fn a_request_is_named_by_its_route_and_fails_with_a_5xx() {
        let request = |status: i64| {
            let mut request = span(vec![
                KeyValue::new("http.method", "GET"),
                KeyValue::new("http.route", "/api/v1/messages/{id}"),
                KeyValue::new("http.status", status),
            ]);
            strip(&mut request);
            request
        };
        assert_eq!(request(200).name, "GET /api/v1/messages/{id}");
        assert_eq!(request(200).span_kind, SpanKind::Server);
        assert_eq!(request(404).status, Status::Unset);
        assert_eq!(request(503).status, Status::error(""));
    }
}
