//! Portable columns: how JSON, times and names lie in both databases. JSON is text, kept exactly.

use actors::model::json::Json;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::unreadable;

/// A time column as an instant.
pub fn instant(at: NaiveDateTime) -> Timestamp {
    at.into()
}

/// A nullable time column as an instant.
pub fn instant_opt(at: Option<NaiveDateTime>) -> Option<Timestamp> {
    at.map(Timestamp::from)
}

/// A JSON column as it is.
pub fn json(text: String) -> Result<Json, StoreError> {
    Json::parse(text).map_err(|error| StoreError::Broken(format!("stored JSON: {error}")))
}

/// A JSON column as a value of ours.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Broken(format!("stored JSON: {error}")))
}

/// A nullable JSON column as a value of ours.
pub fn read_opt<T: DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, StoreError> {
    text.map(read).transpose()
}

/// A value of ours for a JSON column.
pub fn write<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Broken(error.to_string()))
}

/// A name column as the value it names.
pub fn named<T>(
    what: &str,
    name: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, StoreError> {
    parse(name).ok_or_else(|| unreadable(what, name))
}
