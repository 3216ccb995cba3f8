//! What the process tells of itself: lines on standard error, and by configuration spans over OTLP and errors to
//! Sentry. Both are behind a cargo feature of their own, send from threads of their own with bounded queues, and cost a
//! warning when nobody answers. Only names and ids leave: see `otlp::SENT` and `sentry::scrub`.

#[cfg(feature = "otlp")]
mod otlp;
#[cfg(feature = "sentry")]
mod sentry;

use std::io::IsTerminal;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::config::{Config, LogFormat};

/// How long the end of the process waits for what is still to be sent.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Sends what waits; whether all of it was sent.
type Work = Box<dyn FnOnce() -> bool + Send>;
type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;
/// What a sender listens with, and what it has to do at the end.
type Sender = (BoxedLayer, Work);

/// Sends until it is dropped; then what waits is sent, if that is quickly done.
#[must_use = "what waits is sent when it is dropped"]
pub struct Telemetry {
    /// What each sender has to do at the end.
    last: Vec<Work>,
}

impl Telemetry {
    /// Starts what `config` asks for. It has to come before other threads, and after the choice of a TLS provider.
    pub fn start(config: &Config) -> Self {
        let mut layers = vec![lines(config)];
        let (last, warnings) = add_senders(config, &mut layers);
        // A second start inside one process (tests) keeps the first's.
        let _ = tracing_subscriber::registry().with(layers).try_init();
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        Self { last }
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        let (done, ended) = mpsc::channel();
        let until = Instant::now() + LAST_WORDS;
        let count = self.last.len();
        for work in self.last.drain(..) {
            let done = done.clone();
            // On threads that nobody joins: one that hangs does not hold up the end of the process.
            std::thread::spawn(move || {
                let _ = done.send(work());
            });
        }
        for _ in 0..count {
            let left = until.saturating_duration_since(Instant::now());
            if ended.recv_timeout(left) != Ok(true) {
                tracing::warn!("not everything was sent to where traces and errors go");
                return;
            }
        }
    }
}

fn lines(config: &Config) -> BoxedLayer {
    let filter = EnvFilter::try_new(&config.log_filter).unwrap_or_else(|error| {
        eprintln!("command-center: RUST_LOG is not understood ({error}); logging info");
        EnvFilter::new("info")
    });
    let lines = tracing_subscriber::fmt::layer()
        // A file or a log collector has no use for colours.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Json => lines.json().with_filter(filter).boxed(),
        LogFormat::Text => lines.with_filter(filter).boxed(),
    }
}

/// Adds what was asked for and is in this program. What is not only gets a warning: platforms hand such variables to
/// all that runs on them, and messages matter more than their traces.
fn add_senders(config: &Config, layers: &mut Vec<BoxedLayer>) -> (Vec<Work>, Vec<String>) {
    let (mut last, mut warnings) = (Vec::new(), Vec::new());
    let spans = config.otlp_endpoint.as_ref();
    let spans = spans.map(|endpoint| ("spans are exported", otlp::start(endpoint, config)));
    let errors = config.sentry_dsn.as_ref();
    let errors = errors.map(|dsn| ("errors are sent", sentry::start(dsn, config)));
    for (what, started) in spans.into_iter().chain(errors) {
        match started {
            Ok((layer, work)) => {
                layers.push(layer);
                last.push(work);
            }
            Err(why) => warnings.push(format!("no {what}: {why}")),
        }
    }
    (last, warnings)
}

#[cfg(not(feature = "otlp"))]
mod otlp {
    pub fn start(_: &str, _: &crate::config::Config) -> Result<super::Sender, String> {
        let why = "OTEL_EXPORTER_OTLP_ENDPOINT is set, but this program was built without the feature otlp";
        Err(why.to_owned())
    }
}

#[cfg(not(feature = "sentry"))]
mod sentry {
    use secrecy::SecretString;

    pub fn start(_: &SecretString, _: &crate::config::Config) -> Result<super::Sender, String> {
        let why = "SENTRY_DSN is set, but this program was built without the feature sentry";
        Err(why.to_owned())
    }
}
