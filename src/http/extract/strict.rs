//! Reads what a client sent, and finds what nobody would have read and where something does not fit: a misspelt field that is
//! silently passed over looks like success.

use serde::Deserializer;
use serde::de::DeserializeOwned;

use crate::http::error::{ApiError, Code};

/// Unknown fields that are told of at a time.
const MOST: usize = 10;

/// What was read.
pub struct Strict<T> {
    pub value: T,
    /// The paths of what nobody reads.
    pub unknown: Vec<String>,
}

/// Where and why something does not fit.
pub struct Misfit {
    /// Empty when it is not one field.
    path: String,
    why: String,
}

/// Reads a `T`.
pub fn read<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<Strict<T>, Misfit> {
    let mut unknown = Vec::new();
    let mut note = |path: serde_ignored::Path<'_>| unknown.push(path.to_string());
    let noting = serde_ignored::Deserializer::new(from, &mut note);
    let value = serde_path_to_error::deserialize(noting).map_err(|error| {
        let path = error.path().to_string();
        Misfit {
            path: if path == "." { String::new() } else { path },
            why: spoken(&error.into_inner().to_string()),
        }
    })?;
    Ok(Strict { value, unknown })
}

impl<T> Strict<T> {
    /// The value, unless there is something that nobody reads, apart from `read_elsewhere`.
    pub fn all_known(self, code: Code, read_elsewhere: &[&str]) -> Result<T, ApiError> {
        let mut unknown = self.unknown;
        unknown.retain(|path| !read_elsewhere.contains(&path.as_str()));
        if unknown.is_empty() {
            return Ok(self.value);
        }
        let refused = ApiError::of(code);
        Err(unknown.iter().take(MOST).fold(refused, |refused, path| {
            refused.field(path, "is not known here")
        }))
    }
}

impl Misfit {
    /// As clients hear it.
    pub fn told(self, code: Code) -> ApiError {
        match self.path.is_empty() {
            true => ApiError::of(code).detail(self.why),
            false => ApiError::of(code).field(&self.path, self.why),
        }
    }
}

/// What serde says, for people who know no serde.
fn spoken(why: &str) -> String {
    // Lines and columns of a body that the client has nowhere in this form.
    let why = why.split(" at line ").next().unwrap_or(why);
    let Some((_, choice)) = why.split_once("unknown variant ") else {
        return why.to_owned();
    };
    let wanted = choice.split_once("expected ").map(|(_, wanted)| wanted);
    let wanted = wanted.map(|wanted| wanted.trim_start_matches("one of ").replace('`', ""));
    wanted.map_or_else(
        || why.to_owned(),
        |wanted| format!("must be one of {wanted}"),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Size {
        Small,
        Large,
    }

    #[derive(Debug, Deserialize)]
    struct Form {
        size: Option<Size>,
        #[serde(default)]
        parts: Vec<Part>,
    }

    #[derive(Debug, Deserialize)]
    struct Part {
        count: u32,
    }

    fn json(text: &str) -> Result<Strict<Form>, Misfit> {
        read(&mut serde_json::Deserializer::from_str(text))
    }

    #[test]
    fn what_nobody_reads_is_found() {
        let read = json(r#"{"size": "large", "sise": 1, "parts": [{"count": 1, "cont": 2}]}"#);
        let read = read.ok().unwrap();
        assert!(matches!(read.value.size, Some(Size::Large)));
        assert_eq!(read.value.parts[0].count, 1);
        assert_eq!(read.unknown, ["sise", "parts.0.cont"]);
        assert!(
            read.all_known(Code::ValidationFailed, &["sise", "parts.0.cont"])
                .is_ok()
        );
        let read = json(r#"{"sise": 1}"#).ok().unwrap();
        let refused = read.all_known(Code::ValidationFailed, &[]).unwrap_err();
        assert_eq!(refused.errors()[0].field, "sise");
    }

    #[test]
    fn where_something_does_not_fit_is_said() {
        for (text, path, why) in [
            (
                r#"{"size": "huge"}"#,
                "size",
                "must be one of small or large",
            ),
            (
                r#"{"parts": [{"count": -1}]}"#,
                "parts[0].count",
                "invalid value: integer `-1`, expected u32",
            ),
            ("[", "", "EOF while parsing a list"),
        ] {
            let misfit = json(text).err().unwrap();
            assert_eq!((misfit.path.as_str(), misfit.why.as_str()), (path, why));
        }
        let query = form_urlencoded::parse(b"size=huge");
        let read = read::<Form, _>(serde_urlencoded::Deserializer::new(query));
        assert_eq!(read.err().unwrap().path, "size");
    }
}
