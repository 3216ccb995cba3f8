//! The table of all settings, and where their values come from: the environment, then an optional TOML file
//! with the same names. A name in the file that is not in the table is an error.

use std::collections::BTreeMap;

/// One thing that can be set.
#[derive(Debug)]
pub struct Setting {
    pub name: &'static str,
    /// What holds when it is not set; empty when there is no default.
    pub default: &'static str,
    /// Never printed.
    pub secret: bool,
    /// What it is for, in a sentence.
    pub about: &'static str,
}

const fn plain(name: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting {
        name,
        default,
        secret: false,
        about,
    }
}

const fn secret(name: &'static str, about: &'static str) -> Setting {
    Setting {
        name,
        default: "",
        secret: true,
        about,
    }
}

/// Every setting, in the order in which they are printed.
pub const SETTINGS: &[Setting] = &[
    plain(
        "PORT",
        "3000",
        "TCP port for dashboard, API, sockets and callbacks.",
    ),
    plain(
        "BIND",
        "127.0.0.1",
        "Address to listen on; 0.0.0.0 or :: for all interfaces.",
    ),
    plain(
        "PUBLIC_URL",
        "",
        "How people and WhatsApp reach the hub (https://…); default http://localhost:PORT.",
    ),
    plain(
        "DATA_DIR",
        "./data",
        "Where an embedded hub keeps its database, its secrets and files.",
    ),
    secret("DATABASE_URL", "postgres://…; unset: SQLite in DATA_DIR."),
    secret(
        "REDIS_URL",
        "redis://…, rediss://…, or with -cluster or -sentinel; needed for more than one node; unset: everything inside this process.",
    ),
    secret(
        "JWT_SECRET",
        "Signs access tokens, at least 32 random characters; an embedded hub makes its own.",
    ),
    plain(
        "JWT_EXPIRATION",
        "15m",
        "How long an access token is valid, at most 1h.",
    ),
    plain(
        "REFRESH_TOKEN_EXPIRATION",
        "7d",
        "How long a log-in lasts without being used.",
    ),
    secret(
        "ENCRYPTION_KEY",
        "Seals credentials in the database: 32 random bytes as base64 or hex, several separated by commas, newest first; an embedded hub makes its own.",
    ),
    plain(
        "WHATSAPP_API_URL",
        "https://graph.facebook.com",
        "The Cloud API; the simulator listens on http://127.0.0.1:3010.",
    ),
    secret("OPENAI_API_KEY", "For AI replies through OpenAI."),
    secret("ANTHROPIC_API_KEY", "For AI replies through Anthropic."),
    secret("GEMINI_API_KEY", "For AI replies through Google Gemini."),
    plain("LOG_FORMAT", "text", "text or json."),
    plain(
        "RUST_LOG",
        "info",
        "What is logged, for example info,command_center=debug.",
    ),
    plain(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "",
        "Where spans are exported to over OTLP (protobuf over HTTP, for example http://127.0.0.1:4318); unset: nowhere.",
    ),
    plain(
        "OTEL_SERVICE_NAME",
        "command-center",
        "The name of the hub among traces.",
    ),
    secret(
        "SENTRY_DSN",
        "The Sentry project that errors and panics are sent to; unset: none.",
    ),
    plain(
        "NODE_NAME",
        "",
        "The name of this process in logs and health; default the host name.",
    ),
    plain(
        "UNSAFE_DATABASE",
        "false",
        "true: start although PostgreSQL may lose what it confirmed (fsync, full_page_writes or synchronous_commit is off); for tests.",
    ),
    plain(
        "MEDIA_STORE",
        "file",
        "Where media lie: file (DATA_DIR/media) or s3://bucket/prefix.",
    ),
    plain(
        "AWS_REGION",
        "us-east-1",
        "Region of the bucket in MEDIA_STORE.",
    ),
    plain(
        "AWS_ENDPOINT_URL",
        "",
        "Another S3-compatible service than Amazon's.",
    ),
    secret(
        "AWS_ACCESS_KEY_ID",
        "Who may use the bucket in MEDIA_STORE.",
    ),
    secret(
        "AWS_SECRET_ACCESS_KEY",
        "The secret that goes with AWS_ACCESS_KEY_ID.",
    ),
    plain(
        "MESSAGES_KEPT_DAYS",
        "",
        "Days after which messages and their files are removed, at least 31; unset: never. PostgreSQL drops whole months, quarters when it is more than two years.",
    ),
    secret(
        "SMTP_URL",
        "Mail server for invitations and links to a new password: smtps://user:password@host, or smtp://…?tls=required; unset: the hub sends no mail.",
    ),
    plain(
        "MAIL_FROM",
        "",
        "Sender of that mail, such as Support <support@example.com>.",
    ),
    plain(
        "TRUSTED_PROXIES",
        "",
        "Addresses or networks (10.0.0.0/8), separated by commas, whose X-Forwarded-For is believed.",
    ),
    plain(
        "ALLOWED_ORIGINS",
        "",
        "Further origins (https://…), separated by commas, whose pages may open sockets; PUBLIC_URL always may.",
    ),
    secret(
        "METRICS_TOKEN",
        "Bearer token for /metrics; without it only this machine may read them.",
    ),
];

/// The values that were given, by name; empty ones count as not given.
#[derive(Clone, Default)]
pub struct Values(BTreeMap<&'static str, String>);

impl Values {
    /// Takes what `environment` says, and from the TOML text `file` what it leaves open.
    pub fn read(
        environment: impl Fn(&str) -> Option<String>,
        file: Option<&str>,
    ) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let mut values = Self::default();
        if let Some(text) = file {
            match text.parse::<toml::Table>() {
                Ok(table) => problems.extend(values.take(table)),
                Err(error) => problems.push(format!("the file is not valid TOML: {error}")),
            }
        }
        for setting in SETTINGS {
            if let Some(value) = environment(setting.name).filter(|value| !value.is_empty()) {
                values.0.insert(setting.name, value);
            }
        }
        if problems.is_empty() {
            Ok(values)
        } else {
            Err(problems)
        }
    }

    /// What was given, else the default, else None.
    pub fn get(&self, name: &str) -> Option<&str> {
        let given = self.0.get(name).map(String::as_str);
        given.or_else(|| {
            let setting = SETTINGS.iter().find(|setting| setting.name == name)?;
            (!setting.default.is_empty()).then_some(setting.default)
        })
    }

    fn take(&mut self, table: toml::Table) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, value) in table {
            let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
                problems.push(format!("{name} is not a setting"));
                continue;
            };
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(flag) => flag.to_string(),
                _ => {
                    problems.push(format!("{name} must be a text or a number"));
                    continue;
                }
            };
            if !text.is_empty() {
                self.0.insert(setting.name, text);
            }
        }
        problems
    }
}
