//! `print-config` and `check-config`: show and check what a start would use, without changing anything.

use std::fmt::Write;
use std::path::Path;

use super::secrets::Missing;
use super::setting::{SETTINGS, Values};
use super::{Config, ConfigError, read_values, span};

/// Checks the environment and `file` as a start would; writes nothing.
pub fn check_config(file: Option<&Path>) -> Result<(), ConfigError> {
    Config::build(&read_values(file)?, Missing::Pretend).map(|_| ())
}

/// The settings that hold now, as a TOML file with a sentence for each and secrets masked.
pub fn print_config(file: Option<&Path>) -> Result<String, ConfigError> {
    let values = read_values(file)?;
    let config = Config::build(&values, Missing::Pretend)?;
    Ok(write_settings(&values, &config))
}

fn write_settings(values: &Values, config: &Config) -> String {
    let mut text = String::new();
    for setting in SETTINGS {
        let value = match setting.name {
            "PUBLIC_URL" => Some(config.public_url.clone()),
            "NODE_NAME" => Some(config.node_name.clone()),
            "JWT_EXPIRATION" => Some(span::write(config.jwt_expiration)),
            "REFRESH_TOKEN_EXPIRATION" => Some(span::write(config.refresh_token_expiration)),
            name if setting.secret => values.get(name).map(|_| "[secret]".to_owned()),
            name => values.get(name).map(str::to_owned),
        };
        // Writing to a String can't fail.
        let _ = writeln!(text, "# {}", setting.about);
        let _ = match value {
            Some(value) => writeln!(text, "{} = {}\n", setting.name, toml::Value::String(value)),
            None => writeln!(text, "# {} =\n", setting.name),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::setting::Values;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const JWT: &str = "Hk7w0Xq2vR9nLzTb4yJmP6sUeGcD3fA8iKoQ";

    fn build(pairs: &[(&str, &str)], file: Option<&str>) -> Result<(Values, Config), Vec<String>> {
        let pairs: Vec<(String, String)> = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let environment = move |name: &str| {
            let pair = pairs.iter().find(|(key, _)| key == name)?;
            Some(pair.1.clone())
        };
        let values = Values::read(environment, file)?;
        let config = Config::build(&values, Missing::Pretend).map_err(|error| error.0)?;
        Ok((values, config))
    }

    #[test]
    fn nothing_set_is_a_useful_single_node() {
        let (_, config) = build(&[("DATA_DIR", "/nonexistent")], None).unwrap();
        assert_eq!(config.address().to_string(), "127.0.0.1:3000");
        assert_eq!(config.public_url, "http://localhost:3000");
        assert!(config.database_url.is_none() && config.redis_url.is_none());
        assert_eq!(config.jwt_expiration.as_secs(), 900);
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let file = "PORT = 4000\nLOG_FORMAT = \"json\"";
        let (_, config) = build(&[("PORT", "5000")], Some(file)).unwrap();
        assert_eq!(config.port, 5000);
        assert_eq!(config.log_format, crate::config::LogFormat::Json);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let problems = build(&[], Some("PROT = 1\nDATA_DIR = [1]")).err().unwrap();
        assert_eq!(problems.len(), 2, "{problems:?}");
        let wrong = [
            ("PORT", "none"),
            ("JWT_EXPIRATION", "2d"),
            ("PUBLIC_URL", "ftp://x"),
            ("TRUSTED_PROXIES", "10.0.0.0/40"),
            ("DATABASE_URL", "mysql://x"),
            ("JWT_SECRET", "secret"),
        ];
        let problems = build(&wrong, None).err().unwrap();
        assert_eq!(problems.len(), wrong.len(), "{problems:?}");
    }

    #[test]
    fn production_does_not_start_without_its_secrets() {
        let database = ("DATABASE_URL", "postgres://hub@db/hub");
        let problems = build(&[database], None).err().unwrap();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(
            build(
                &[database, ("JWT_SECRET", JWT), ("ENCRYPTION_KEY", KEY)],
                None
            )
            .is_ok()
        );
        let weak = [
            database,
            ("JWT_SECRET", "changeme"),
            ("ENCRYPTION_KEY", "0"),
        ];
        assert_eq!(build(&weak, None).err().unwrap().len(), 2);
    }

    #[test]
    fn no_secret_is_printed() {
        let pairs = [
            ("DATABASE_URL", "postgres://hub:canary1@db/hub"),
            ("JWT_SECRET", JWT),
            ("ENCRYPTION_KEY", KEY),
            ("METRICS_TOKEN", "canary2"),
        ];
        let (values, config) = build(&pairs, None).unwrap();
        for shown in [write_settings(&values, &config), format!("{config:?}")] {
            for canary in ["canary1", "canary2", JWT, KEY] {
                assert!(!shown.contains(canary), "{shown}");
            }
        }
        assert!(
            write_settings(&values, &config)
                .parse::<toml::Table>()
                .is_ok()
        );
    }
}
