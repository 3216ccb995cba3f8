//! Whether the uploaded files that a message names can be sent as what they are named: the provider's limits
//! by type (CLOUD_API section 10), told before it is asked.

use actors::model::ids::SessionId;
use actors::model::message::MediaState;
use actors::ports::store::StoreError;
use serde_json::Value;

use crate::http::error::{ApiError, ApiResult, Code};
use crate::http::extract::Caller;
use crate::http::permission::SendMessages;
use crate::whatsapp::validate::Checked;

const KILOBYTE: i64 = 1024;
const MEGABYTE: i64 = 1024 * KILOBYTE;

/// What may be sent as one type of message.
struct Limit {
    kind: &'static str,
    /// Empty: whatever it is.
    mime_types: &'static [&'static str],
    most: i64,
}

const LIMITS: [Limit; 5] = [
    Limit {
        kind: "image",
        mime_types: &["image/jpeg", "image/png"],
        most: 5 * MEGABYTE,
    },
    Limit {
        kind: "video",
        mime_types: &["video/mp4", "video/3gpp"],
        most: 16 * MEGABYTE,
    },
    Limit {
        kind: "audio",
        mime_types: &[
            "audio/aac",
            "audio/amr",
            "audio/mpeg",
            "audio/mp4",
            "audio/ogg",
        ],
        most: 16 * MEGABYTE,
    },
    Limit {
        kind: "sticker",
        mime_types: &["image/webp"],
        most: 500 * KILOBYTE,
    },
    Limit {
        kind: "document",
        mime_types: &[],
        most: 100 * MEGABYTE,
    },
];
/// A sticker that does not move must be smaller.
const STILL_STICKER: i64 = 100 * KILOBYTE;

/// Checks all files of a message.
pub async fn check(
    caller: &Caller<SendMessages>,
    session: SessionId,
    checked: &Checked,
) -> ApiResult<()> {
    let tenant = caller.tenant();
    for id in &checked.media {
        let file = match tenant.find_media(*id).await {
            Ok(file) if file.session == session => file,
            Ok(_) => return Err(refuse(&checked.kind, "was uploaded for another number")),
            Err(StoreError::NotFound) => {
                return Err(refuse(&checked.kind, "there is no such file"));
            }
            Err(error) => return Err(error.into()),
        };
        if file.media.state != MediaState::Stored {
            return Err(Code::MediaNotReady.into());
        }
        let voice = is_voice(checked);
        let media = &file.media;
        let size = media.size.unwrap_or(0);
        if let Some(why) = misfit(&checked.kind, &media.mime_type, size, media.animated, voice) {
            return Err(refuse(&checked.kind, &why));
        }
    }
    Ok(())
}

/// Why a file can't be sent as `kind`; None when it can. Files in templates and buttons are the provider's to
/// check.
fn misfit(kind: &str, mime_type: &str, size: i64, animated: bool, voice: bool) -> Option<String> {
    let limit = LIMITS.iter().find(|limit| limit.kind == kind)?;
    if !limit.mime_types.is_empty() && !limit.mime_types.contains(&mime_type) {
        return Some(format!(
            "is {mime_type}; WhatsApp takes {} here (it can be sent as a document)",
            limit.mime_types.join(", ")
        ));
    }
    if voice && mime_type != "audio/ogg" {
        return Some("a voice message must be OGG with Opus".to_owned());
    }
    let most = match kind {
        "sticker" if !animated => STILL_STICKER,
        _ => limit.most,
    };
    (size > most).then(|| {
        format!(
            "is larger than WhatsApp takes here ({} KB)",
            most / KILOBYTE
        )
    })
}

fn is_voice(checked: &Checked) -> bool {
    checked.kind == "audio"
        && checked
            .content
            .read::<Value>()
            .is_ok_and(|content| content.get("voice") == Some(&Value::Bool(true)))
}

fn refuse(kind: &str, why: &str) -> ApiError {
    ApiError::of(Code::InvalidMessage).field(format!("{kind}.id"), why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_sent_only_as_what_it_is() {
        for (kind, mime_type, size, animated, voice) in [
            ("image", "image/jpeg", 5 * MEGABYTE, false, false),
            ("document", "image/gif", 90 * MEGABYTE, false, false),
            ("audio", "audio/ogg", MEGABYTE, false, true),
            ("sticker", "image/webp", 400 * KILOBYTE, true, false),
            ("template", "image/gif", MEGABYTE, false, false),
        ] {
            assert_eq!(
                misfit(kind, mime_type, size, animated, voice),
                None,
                "{kind}"
            );
        }
        for (kind, mime_type, size, animated, voice) in [
            ("image", "image/gif", 1, false, false),
            ("image", "image/jpeg", 5 * MEGABYTE + 1, false, false),
            ("audio", "audio/webm", 1, false, false),
            ("audio", "audio/mpeg", 1, false, true),
            ("sticker", "image/webp", 400 * KILOBYTE, false, false),
            ("document", "application/pdf", 101 * MEGABYTE, false, false),
        ] {
            assert!(
                misfit(kind, mime_type, size, animated, voice).is_some(),
                "{kind} {mime_type}"
            );
        }
    }
}
