//! Errors of the log and panics, sent to Sentry: the line with its fields, and by which request it happened. What could
//! be a customer's is masked before it leaves.

mod scrub;

use std::panic::PanicHookInfo;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ::sentry::protocol::{Event, Exception, Map, Value};
use ::sentry::transports::ReqwestHttpTransportOptions;
use ::sentry::types::Dsn;
use ::sentry::{ClientOptions, Level, Transport, TransportFactory, TransportOptions};
use secrecy::{ExposeSecret, SecretString};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use self::scrub::scrub;
use super::{LAST_WORDS, Sender};
use crate::config::Config;

/// How long Sentry may take for one error.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Errors that are sent within a window at most: an outage makes thousands of the same.
const MOST: u32 = 60;
const WINDOW: Duration = Duration::from_secs(60);
/// The fields of a request's span by which errors can be found again.
const TAGS: [&str; 3] = ["request.id", "http.method", "http.route"];

/// Sends errors to the project of `dsn`, from a thread of its own.
pub fn start(dsn: &SecretString, config: &Config) -> Result<Sender, String> {
    let dsn: Dsn = dsn
        .expose_secret()
        .parse()
        .map_err(|_| "SENTRY_DSN is not understood".to_owned())?;
    let client = reqwest::Client::builder()
        .timeout(TIMEOUT)
        .build()
        .map_err(|error| error.to_string())?;
    let allowance = Allowance::default();
    let mut options = ClientOptions::new()
        .default_integrations(false)
        .max_breadcrumbs(0)
        .shutdown_timeout(LAST_WORDS)
        .server_name(config.node_name.clone())
        .release(concat!("command-center@", env!("CARGO_PKG_VERSION")))
        .transport(Way(client))
        .before_send(move |event| allowance.take(Instant::now()).then(|| masked(event)));
    options.dsn = Some(dsn);
    let guard = ::sentry::init(options);
    report_panics();
    let layer = Errors.with_filter(filter_fn(is_noted).with_max_level_hint(LevelFilter::INFO));
    Ok((
        layer.boxed(),
        Box::new(move || guard.close(Some(LAST_WORDS))),
    ))
}

/// Errors of whomever, and the spans of requests.
fn is_noted(metadata: &Metadata<'_>) -> bool {
    match metadata.is_span() {
        true => TAGS
            .iter()
            .any(|tag| metadata.fields().field(tag).is_some()),
        false => *metadata.level() == tracing::Level::ERROR,
    }
}

/// The way to Sentry, with a client whose calls end.
struct Way(reqwest::Client);

impl TransportFactory for Way {
    fn create_transport_with_options(&self, options: TransportOptions) -> Arc<dyn Transport> {
        let options = ReqwestHttpTransportOptions::from(options);
        Arc::new(options.with_client(self.0.clone()).build())
    }
}

/// Reports panics, besides what is done about them anyway.
fn report_panics() {
    let next = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        ::sentry::capture_event(of_panic(info));
        next(info);
    }));
}

fn of_panic(info: &PanicHookInfo<'_>) -> Event<'static> {
    let exception = Exception {
        ty: "panic".to_owned(),
        value: info.payload_as_str().map(str::to_owned),
        ..Exception::default()
    };
    Event {
        level: Level::Fatal,
        culprit: info.location().map(ToString::to_string),
        exception: vec![exception].into(),
        ..Event::default()
    }
}

/// Whatever text is in it came from somewhere.
fn masked(mut event: Event<'static>) -> Event<'static> {
    event.message = event.message.as_deref().map(scrub);
    for exception in &mut event.exception.values {
        exception.value = exception.value.as_deref().map(scrub);
    }
    for value in event.extra.values_mut() {
        if let Value::String(text) = value {
            *text = scrub(text);
        }
    }
    event
}

/// How many errors may still be sent.
#[derive(Default)]
struct Allowance(Mutex<Option<(Instant, u32)>>);

impl Allowance {
    fn take(&self, now: Instant) -> bool {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let current = window.filter(|(since, _)| now.duration_since(*since) < WINDOW);
        let (since, used) = current.unwrap_or((now, 0));
        *window = Some((since, used.saturating_add(1)));
        used < MOST
    }
}

/// Turns errors of the log into Sentry's.
struct Errors;

/// The tags of a request, kept with its span.
struct Tags(Map<String, String>);

impl<S> Layer<S> for Errors
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        fields.0.retain(|name, _| TAGS.contains(&name.as_str()));
        if let Some(span) = ctx.span(id) {
            span.extensions_mut().insert(Tags(fields.0));
        }
    }

    fn on_event(&self, event: &tracing::Event<'_>, ctx: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut tags = Map::new();
        for span in ctx.event_scope(event).into_iter().flatten() {
            if let Some(Tags(noted)) = span.extensions().get::<Tags>() {
                tags.extend(noted.clone());
            }
        }
        let message = fields.0.remove("message");
        let extra = fields.0.into_iter();
        ::sentry::capture_event(Event {
            level: Level::Error,
            logger: Some(event.metadata().target().to_owned()),
            message,
            tags,
            extra: extra.map(|(name, text)| (name, text.into())).collect(),
            ..Event::default()
        });
    }
}

/// Fields as text.
#[derive(Default)]
struct Fields(Map<String, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_sends_no_more_than_its_share() {
        let (allowance, start) = (Allowance::default(), Instant::now());
        let sent = (0..1000).filter(|_| allowance.take(start)).count();
        assert_eq!(sent, MOST as usize);
        assert!(!allowance.take(start + WINDOW / 2));
        assert!(allowance.take(start + WINDOW));
    }

    #[test]
    fn every_text_of_an_event_is_masked() {
        let exception = Exception {
            value: Some("+49 170 1234567 wrote".to_owned()),
            ..Exception::default()
        };
        let extra = [("cause".to_owned(), "no ann@example.org".into())];
        let event = masked(Event {
            message: Some("said \"canary\"".to_owned()),
            exception: vec![exception].into(),
            extra: extra.into_iter().collect(),
            ..Event::default()
        });
        assert_eq!(event.message.as_deref(), Some("said […]"));
        assert_eq!(
            event.exception.values[0].value.as_deref(),
            Some("[…] wrote")
        );
        assert_eq!(event.extra["cause"], "no […]");
    }
}
