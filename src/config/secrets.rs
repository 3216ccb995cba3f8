//! The two secrets without which nothing is safe: what signs access tokens and what seals credentials. They
//! are given, or an embedded hub makes them on its first start and keeps them in `DATA_DIR/secrets.toml`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::SecretString;
use zeroize::Zeroizing;

const FILE: &str = "secrets.toml";
const KEY_BYTES: usize = 32;
const SHORTEST_SECRET: usize = 32;
/// Fewer different bytes than this are no sign of chance.
const FEWEST_KINDS: usize = 10;
/// Pieces of the values that examples and guides carry.
const EXAMPLES: &[&str] = &[
    "change",
    "secret",
    "example",
    "password",
    "your-",
    "your_",
    "insecure",
    "default",
    "1234567890",
    "abcdef",
];

/// Both secrets, checked.
#[derive(Clone)]
pub struct Secrets {
    pub jwt_secret: SecretString,
    /// Newest first; never empty.
    pub encryption_keys: Vec<Zeroizing<[u8; KEY_BYTES]>>,
}

/// What an embedded hub may do about missing secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Make them and keep them.
    Make,
    /// Only look; throw-away ones stand in for those that a start would make.
    Pretend,
    /// They must have been given.
    Refuse,
}

impl Secrets {
    /// Takes what was given, else what `data_dir` keeps, else does what `missing` says.
    pub fn find(
        jwt_secret: Option<&str>,
        encryption_key: Option<&str>,
        data_dir: &Path,
        missing: Missing,
    ) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let kept = match (jwt_secret, encryption_key, missing) {
            (Some(_), Some(_), _) => Kept::default(),
            (_, _, Missing::Refuse) => {
                for (name, value) in [
                    ("JWT_SECRET", jwt_secret),
                    ("ENCRYPTION_KEY", encryption_key),
                ] {
                    if value.is_none() {
                        problems.push(format!("{name} must be set when DATABASE_URL is set"));
                    }
                }
                return Err(problems);
            }
            (_, _, Missing::Make) => Kept::read_or_make(data_dir).map_err(|error| vec![error])?,
            (_, _, Missing::Pretend) => match Kept::read(&data_dir.join(FILE)) {
                Ok(kept) => kept,
                Err(_) => Kept::fresh().map_err(|error| vec![error])?,
            },
        };
        let jwt_secret = jwt_secret.unwrap_or(&kept.jwt_secret);
        if let Err(problem) = check_secret(jwt_secret) {
            problems.push(format!("JWT_SECRET {problem}"));
        }
        let keys = read_keys(encryption_key.unwrap_or(&kept.encryption_key));
        match keys {
            Ok(encryption_keys) if problems.is_empty() => Ok(Self {
                jwt_secret: SecretString::from(jwt_secret.to_owned()),
                encryption_keys,
            }),
            Ok(_) => Err(problems),
            Err(problem) => {
                problems.push(format!("ENCRYPTION_KEY {problem}"));
                Err(problems)
            }
        }
    }
}

#[derive(Default)]
struct Kept {
    jwt_secret: Zeroizing<String>,
    encryption_key: Zeroizing<String>,
}

impl Kept {
    fn read_or_make(data_dir: &Path) -> Result<Self, String> {
        let path = data_dir.join(FILE);
        match Self::read(&path) {
            Ok(kept) => return Ok(kept),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{} can't be read: {error}", path.display())),
        }
        let fresh = Self::fresh()?;
        match fresh.write(&path) {
            Ok(()) => Ok(fresh),
            // Another process was first.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::read(&path)
                .map_err(|error| format!("{} can't be read: {error}", path.display())),
            Err(error) => Err(format!("{} can't be written: {error}", path.display())),
        }
    }

    fn fresh() -> Result<Self, String> {
        Ok(Self {
            jwt_secret: random_text()?,
            encryption_key: random_text()?,
        })
    }

    fn read(path: &Path) -> io::Result<Self> {
        let text = Zeroizing::new(fs::read_to_string(path)?);
        let table: toml::Table = text
            .parse()
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not valid TOML"))?;
        let entry = |name: &str| {
            let text = table.get(name).and_then(toml::Value::as_str);
            text.map(|text| Zeroizing::new(text.to_owned()))
                .ok_or_else(|| {
                    io::Error::new(io::ErrorKind::InvalidData, format!("{name} is missing"))
                })
        };
        Ok(Self {
            jwt_secret: entry("JWT_SECRET")?,
            encryption_key: entry("ENCRYPTION_KEY")?,
        })
    }

    /// Writes a new file that only its owner reads; complete or not at all.
    fn write(&self, path: &Path) -> io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let draft: PathBuf = path.with_extension(format!("{}.tmp", std::process::id()));
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        writeln!(
            file,
            "# Made on the first start. Keep a copy: without it the stored credentials can't be read.\n\
             JWT_SECRET = \"{}\"\nENCRYPTION_KEY = \"{}\"",
            *self.jwt_secret, *self.encryption_key
        )?;
        file.sync_all()?;
        // A hard link fails when the name is taken, so that the first of two processes wins.
        let linked = fs::hard_link(&draft, path);
        fs::remove_file(&draft)?;
        linked
    }
}

fn random_text() -> Result<Zeroizing<String>, String> {
    let mut bytes = Zeroizing::new([0_u8; KEY_BYTES]);
    getrandom::fill(&mut *bytes).map_err(|error| format!("no randomness: {error}"))?;
    Ok(Zeroizing::new(STANDARD.encode(*bytes)))
}

fn check_secret(secret: &str) -> Result<(), String> {
    if secret.len() < SHORTEST_SECRET {
        return Err(format!("must have at least {SHORTEST_SECRET} characters"));
    }
    let lower = secret.to_lowercase();
    if EXAMPLES.iter().any(|piece| lower.contains(piece)) {
        return Err("looks like an example; use random characters".to_owned());
    }
    check_kinds(secret.as_bytes())
}

fn check_kinds(bytes: &[u8]) -> Result<(), String> {
    let mut kinds = bytes.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() < FEWEST_KINDS {
        return Err("repeats itself; use random bytes".to_owned());
    }
    Ok(())
}

fn read_keys(text: &str) -> Result<Vec<Zeroizing<[u8; KEY_BYTES]>>, String> {
    let keys: Vec<&str> = text
        .split(',')
        .map(str::trim)
        .filter(|key| !key.is_empty())
        .collect();
    if keys.is_empty() || keys.len() > usize::from(u8::MAX) {
        return Err("must hold between 1 and 255 keys".to_owned());
    }
    keys.into_iter().map(read_key).collect()
}

fn read_key(text: &str) -> Result<Zeroizing<[u8; KEY_BYTES]>, String> {
    let bytes = if text.len() == 2 * KEY_BYTES {
        hex::decode(text).ok()
    } else {
        let bare = text.trim_end_matches('=');
        let padded = format!("{bare}{}", "=".repeat((4 - bare.len() % 4) % 4));
        STANDARD
            .decode(padded)
            .or_else(|_| URL_SAFE_NO_PAD.decode(bare))
            .ok()
    };
    let bytes = Zeroizing::new(bytes.unwrap_or_default());
    let key: [u8; KEY_BYTES] = bytes.as_slice().try_into().map_err(|_| {
        "must be 32 bytes as base64 (44 characters) or hex (64 characters)".to_owned()
    })?;
    check_kinds(&key)?;
    Ok(Zeroizing::new(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_and_example_secrets_are_refused() {
        for weak in [
            "",
            "short",
            "your-super-secret-jwt-key-change-in-production",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "12345678901234567890123456789012",
        ] {
            assert!(check_secret(weak).is_err(), "{weak}");
        }
        assert!(check_secret("Hk7w0Xq2vR9nLzTb4yJmP6sUeGcD3fA8iKoQ").is_ok());
    }

    #[test]
    fn keys_are_taken_as_base64_and_hex_and_several() {
        let hexed = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        let based = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let bare = based.trim_end_matches('=');
        for text in [hexed, based, bare] {
            assert!(read_keys(text).is_ok(), "{text}");
        }
        assert!(read_keys(&format!("{hexed}, {based}")).is_ok_and(|keys| keys.len() == 2));
        for weak in ["", "AAAA", &"00".repeat(32), &"z".repeat(64)] {
            assert!(read_keys(weak).is_err(), "{weak}");
        }
    }
}
