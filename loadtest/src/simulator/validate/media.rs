//! Files in sends: an uploaded id or a public link, and captions where phones show them.

use serde_json::Value;

use super::{GraphError, invalid, limit, missing};

const CAPTION_LENGTH: usize = 1024;

/// Whether a media object can be sent as that kind.
pub fn check(kind: &str, content: &Value) -> Result<(), GraphError> {
    let id = content.get("id").filter(|id| !id.is_null());
    let link = content.get("link").and_then(Value::as_str);
    match (id, link) {
        (None, None) => return Err(missing(&format!("{kind}['id'] or {kind}['link']"))),
        (Some(_), Some(_)) => return Err(invalid(kind, "it has both id and link")),
        (Some(id), None) if !id.is_string() => {
            return Err(GraphError::new(
                100,
                format!("Param {kind}['id'] must be a string"),
            ));
        }
        (None, Some(link)) if !link.starts_with("https://") => {
            return Err(GraphError::new(
                131053,
                "The link must be a public https address",
            ));
        }
        _ => {}
    }
    if let Some(caption) = content.get("caption").and_then(Value::as_str) {
        if matches!(kind, "audio" | "sticker") {
            return Err(GraphError::new(
                100,
                format!("Unexpected key \"caption\" on param {kind}"),
            ));
        }
        limit("caption", caption, CAPTION_LENGTH)?;
    }
    if content.get("filename").is_some() && kind != "document" {
        return Err(GraphError::new(
            100,
            format!("Unexpected key \"filename\" on param {kind}"),
        ));
    }
    Ok(())
}
