//! Every setting with its default and a sentence ([`setting::SETTINGS`]), read once from the environment and
//! an optional TOML file, checked once, and redacted wherever it is shown.

pub mod network;
mod print;
pub mod secrets;
pub mod setting;
mod span;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;

use self::network::Network;
use self::secrets::{Missing, Secrets};
use self::setting::Values;

pub use self::print::{check_config, print_config};

/// One server, the shards of a cluster, or whoever leads by the word of sentinels; each with TLS as well.
const REDIS_SCHEMES: &[&str] = &[
    "redis",
    "rediss",
    "redis-cluster",
    "rediss-cluster",
    "redis-sentinel",
    "rediss-sentinel",
];
/// The longest life of an access token: a leaked one must die soon (SECURITY row 20).
const LONGEST_ACCESS: Duration = Duration::from_secs(3_600);

/// The days that messages are kept at least: WhatsApp tells of a message for 30 days, and the hub's own marks (events,
/// dedup keys) refer to it for 8.
const FEWEST_DAYS: u64 = 31;

/// What the hub was told; secrets are redacted in `Debug`.
#[derive(Clone, Debug)]
pub struct Config {
    pub bind: IpAddr,
    pub port: u16,
    /// Without a slash at the end.
    pub public_url: String,
    pub data_dir: PathBuf,
    /// None: SQLite in `data_dir`.
    pub database_url: Option<SecretString>,
    /// None: the bus lives inside this process.
    pub redis_url: Option<SecretString>,
    pub secrets: Secrets,
    pub jwt_expiration: Duration,
    pub refresh_token_expiration: Duration,
    /// Without a slash at the end.
    pub whatsapp_api_url: String,
    pub openai_api_key: Option<SecretString>,
    pub anthropic_api_key: Option<SecretString>,
    pub gemini_api_key: Option<SecretString>,
    pub log_format: LogFormat,
    /// A filter in the language of `RUST_LOG`.
    pub log_filter: String,
    /// Without a slash at the end; None: spans stay here.
    pub otlp_endpoint: Option<String>,
    /// As what this program is known among traces.
    pub service_name: String,
    /// None: errors stay in the log.
    pub sentry_dsn: Option<SecretString>,
    pub node_name: String,
    pub media_store: MediaStore,
    /// How long messages are kept; None: for ever.
    pub messages_kept: Option<Duration>,
    /// Start although PostgreSQL may lose what it confirmed.
    pub unsafe_database: bool,
    pub trusted_proxies: Vec<Network>,
    /// Origins besides that of `public_url` whose pages may open sockets.
    pub allowed_origins: Vec<String>,
    /// None: the hub sends no mail.
    pub mail: Option<MailConfig>,
    /// None: only this machine may read metrics.
    pub metrics_token: Option<SecretString>,
    /// Whether this is `command-center demo`; set by the command line, not by a setting.
    pub demo: bool,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// How mail is sent.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// `smtps://user:password@host`, or `smtp://…` with `?tls=required`.
    pub url: SecretString,
    /// What recipients see: `Support <support@example.com>`.
    pub from: String,
}

/// Where media lie.
#[derive(Clone, Debug)]
pub enum MediaStore {
    /// In this folder.
    File(PathBuf),
    /// In a bucket of an S3-compatible service.
    S3(S3),
}

/// A bucket and how to reach it.
#[derive(Clone, Debug)]
pub struct S3 {
    pub bucket: String,
    /// Put before every key; may be empty, has no slash at its ends.
    pub prefix: String,
    pub region: String,
    /// None: Amazon's own.
    pub endpoint: Option<String>,
    pub access_key_id: Option<SecretString>,
    pub secret_access_key: Option<SecretString>,
}

/// Settings with which the hub does not start: all that is wrong, not only the first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the configuration is not valid:\n  - {}", .0.join("\n  - "))]
pub struct ConfigError(pub Vec<String>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets([REDACTED])")
    }
}

impl Config {
    /// Reads the environment and `file`; an embedded hub makes its secrets if this is its first start.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        Self::build(&read_values(file)?, Missing::Make)
    }

    /// Reads settings from `pairs` alone, for tests and tools.
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Result<Self, ConfigError> {
        let environment = |name: &str| {
            let pair = pairs.iter().find(|(key, _)| *key == name)?;
            Some(pair.1.to_owned())
        };
        let values = Values::read(environment, None).map_err(ConfigError)?;
        Self::build(&values, Missing::Make)
    }

    /// The address to listen on.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.bind, self.port)
    }

    /// Whether people reach the hub over TLS.
    pub fn is_public_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    fn build(values: &Values, missing: Missing) -> Result<Self, ConfigError> {
        let mut reader = Reader {
            values,
            problems: Vec::new(),
        };
        let database_url = reader.secret_url("DATABASE_URL", &["postgres", "postgresql"]);
        let data_dir = PathBuf::from(reader.text("DATA_DIR"));
        let missing = match &database_url {
            Some(_) => Missing::Refuse,
            None => missing,
        };
        let port = reader.parsed("PORT", |text| {
            text.parse().map_err(|_| "must be a port number".to_owned())
        });
        let port = port.unwrap_or_default();
        let bind = reader.parsed("BIND", |text| {
            text.parse().map_err(|_| "must be an IP address".to_owned())
        });
        let public_url = reader
            .web_url("PUBLIC_URL")
            .unwrap_or_else(|| format!("http://localhost:{port}"));
        let jwt_expiration = reader.span("JWT_EXPIRATION");
        if jwt_expiration > LONGEST_ACCESS {
            reader
                .problems
                .push("JWT_EXPIRATION must be at most 1h".to_owned());
        }
        let redis_url = reader.secret_url("REDIS_URL", REDIS_SCHEMES);
        if redis_url.is_some() && database_url.is_none() {
            reader
                .problems
                .push("REDIS_URL needs DATABASE_URL: SQLite serves one node".to_owned());
        }
        let refresh_token_expiration = reader.span("REFRESH_TOKEN_EXPIRATION");
        let whatsapp_api_url = reader.web_url("WHATSAPP_API_URL").unwrap_or_default();
        let log_format = reader.parsed("LOG_FORMAT", |text| match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err("must be text or json".to_owned()),
        });
        let otlp_endpoint = reader.web_url("OTEL_EXPORTER_OTLP_ENDPOINT");
        let sentry_dsn = reader.secret_url("SENTRY_DSN", &["https", "http"]);
        let media_store = reader.media_store(&data_dir);
        let messages_kept = reader.parsed("MESSAGES_KEPT_DAYS", days);
        let unsafe_database = reader.parsed("UNSAFE_DATABASE", |text| {
            text.parse().map_err(|_| "must be true or false".to_owned())
        });
        let trusted_proxies = reader.list("TRUSTED_PROXIES", str::parse);
        let allowed_origins = reader.list("ALLOWED_ORIGINS", origin);
        let mail = reader.mail();
        let secrets = Secrets::find(
            values.get("JWT_SECRET"),
            values.get("ENCRYPTION_KEY"),
            &data_dir,
            missing,
        );
        let mut problems = reader.problems;
        match secrets {
            Ok(secrets) if problems.is_empty() => Ok(Self {
                bind: bind.unwrap_or(IpAddr::from([127, 0, 0, 1])),
                port,
                public_url,
                data_dir,
                database_url,
                redis_url,
                secrets,
                jwt_expiration,
                refresh_token_expiration,
                whatsapp_api_url,
                openai_api_key: secret(values, "OPENAI_API_KEY"),
                anthropic_api_key: secret(values, "ANTHROPIC_API_KEY"),
                gemini_api_key: secret(values, "GEMINI_API_KEY"),
                log_format: log_format.unwrap_or(LogFormat::Text),
                log_filter: values.get("RUST_LOG").unwrap_or("info").to_owned(),
                otlp_endpoint,
                service_name: values
                    .get("OTEL_SERVICE_NAME")
                    .unwrap_or_default()
                    .to_owned(),
                sentry_dsn,
                node_name: values
                    .get("NODE_NAME")
                    .map_or_else(host_name, str::to_owned),
                media_store,
                messages_kept,
                unsafe_database: unsafe_database.unwrap_or(false),
                trusted_proxies,
                allowed_origins,
                mail,
                metrics_token: secret(values, "METRICS_TOKEN"),
                demo: false,
            }),
            Ok(_) => Err(ConfigError(problems)),
            Err(more) => {
                problems.extend(more);
                Err(ConfigError(problems))
            }
        }
    }
}

fn read_values(file: Option<&Path>) -> Result<Values, ConfigError> {
    let text = match file {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|error| {
            ConfigError(vec![format!("{} can't be read: {error}", path.display())])
        })?),
        None => None,
    };
    Values::read(|name| std::env::var(name).ok(), text.as_deref()).map_err(ConfigError)
}

fn secret(values: &Values, name: &str) -> Option<SecretString> {
    values
        .get(name)
        .map(|text| SecretString::from(text.to_owned()))
}

fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match name.trim() {
        "" => "node".to_owned(),
        name => name.to_owned(),
    }
}

fn days(text: &str) -> Result<Duration, String> {
    const DAY: u64 = 24 * 60 * 60;
    const MOST_DAYS: u64 = 36_500;
    match text.parse() {
        Ok(days) if (FEWEST_DAYS..=MOST_DAYS).contains(&days) => {
            Ok(Duration::from_secs(days * DAY))
        }
        _ => Err(format!(
            "must be a number of days from {FEWEST_DAYS} to {MOST_DAYS}; leave it out to keep messages for ever"
        )),
    }
}

/// A mail server; a password goes over TLS only, unless the server is this machine.
fn smtp(text: &str) -> Result<SecretString, String> {
    let wrong = || "must be smtps://user:password@host, or smtp://…?tls=required".to_owned();
    let url: Url = text.parse().map_err(|_| wrong())?;
    let host = url.host_str().ok_or_else(wrong)?;
    let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let is_safe = match url.scheme() {
        "smtps" => true,
        "smtp" => url
            .query_pairs()
            .any(|pair| pair == ("tls".into(), "required".into())),
        _ => return Err(wrong()),
    };
    match is_safe || is_here {
        true => Ok(SecretString::from(text.to_owned())),
        false => Err(
            "must be smtps://…, or have ?tls=required: links and passwords would be sent in clear"
                .to_owned(),
        ),
    }
}

fn origin(text: &str) -> Result<String, String> {
    let wrong = || format!("{text:?} is not an origin such as https://example.com");
    let url: Url = text.parse().map_err(|_| wrong())?;
    if !matches!(url.scheme(), "http" | "https") || url.path() != "/" || url.query().is_some() {
        return Err(wrong());
    }
    Ok(url.origin().ascii_serialization())
}

/// Reads values and gathers what is wrong with them.
struct Reader<'a> {
    values: &'a Values,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> String {
        self.values.get(name).unwrap_or_default().to_owned()
    }

    fn parsed<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let text = self.values.get(name)?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problems.push(format!("{name} {problem}"));
                None
            }
        }
    }

    fn span(&mut self, name: &str) -> Duration {
        self.parsed(name, span::parse).unwrap_or_default()
    }

    fn list<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        let parse_all = |text: &str| {
            let entries = text
                .split(',')
                .map(str::trim)
                .filter(|entry| !entry.is_empty());
            entries.map(&parse).collect::<Result<Vec<T>, String>>()
        };
        self.parsed(name, parse_all).unwrap_or_default()
    }

    fn web_url(&mut self, name: &str) -> Option<String> {
        self.parsed(name, |text| {
            let url: Result<Url, _> = text.parse();
            match url {
                Ok(url) if matches!(url.scheme(), "http" | "https") && url.query().is_none() => {
                    Ok(text.trim_end_matches('/').to_owned())
                }
                _ => Err("must be an address such as https://example.com".to_owned()),
            }
        })
    }

    fn secret_url(&mut self, name: &str, schemes: &[&str]) -> Option<SecretString> {
        self.parsed(name, |text| {
            let scheme = text.split_once("://").map(|(scheme, _)| scheme);
            match scheme {
                Some(scheme) if schemes.contains(&scheme) => {
                    Ok(SecretString::from(text.to_owned()))
                }
                _ => Err(format!("must begin with {}://", schemes[0])),
            }
        })
    }

    fn mail(&mut self) -> Option<MailConfig> {
        let url = self.parsed("SMTP_URL", smtp)?;
        let from = self.parsed("MAIL_FROM", |text| {
            let sender: Result<lettre::message::Mailbox, _> = text.parse();
            sender
                .map(|_| text.to_owned())
                .map_err(|_| "must be an address such as Support <support@example.com>".to_owned())
        });
        if from.is_none() && self.values.get("MAIL_FROM").is_none() {
            let problem = "SMTP_URL needs MAIL_FROM: what recipients see as the sender";
            self.problems.push(problem.to_owned());
        }
        Some(MailConfig { url, from: from? })
    }

    fn media_store(&mut self, data_dir: &Path) -> MediaStore {
        let text = self.text("MEDIA_STORE");
        let Some(place) = text.strip_prefix("s3://") else {
            if text != "file" {
                self.problems
                    .push("MEDIA_STORE must be file or s3://bucket/prefix".to_owned());
            }
            return MediaStore::File(data_dir.join("media"));
        };
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        if bucket.is_empty() {
            self.problems.push("MEDIA_STORE names no bucket".to_owned());
        }
        MediaStore::S3(S3 {
            bucket: bucket.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            region: self.text("AWS_REGION"),
            endpoint: self.web_url("AWS_ENDPOINT_URL"),
            access_key_id: secret(self.values, "AWS_ACCESS_KEY_ID"),
            secret_access_key: secret(self.values, "AWS_SECRET_ACCESS_KEY"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_kept_for_a_month_at_least_or_for_ever() {
        const DAY: Duration = Duration::from_secs(86_400);
        assert_eq!(days("31"), Ok(31 * DAY));
        assert_eq!(days("3650"), Ok(3_650 * DAY));
        for wrong in ["0", "30", "-1", "90d", "1000000", ""] {
            assert!(days(wrong).is_err(), "{wrong}");
        }
    }
}
