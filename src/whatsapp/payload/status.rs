//! `value.statuses[]`: how far a message of ours has come.

use actors::model::json::Json;
use actors::model::status::{MessageStatus, StatusUpdate};
use actors::time::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::fault::first_fault;
use super::loose::Object;
use super::settle_instant;

/// Reads one status. `Ok(None)`: it says nothing about a message (calls, groups, values nobody documented).
pub fn status(
    raw: &RawValue,
    received_at: Timestamp,
) -> Result<Option<StatusUpdate>, &'static str> {
    let status = Object::read(raw).ok_or("a status that is no object")?;
    let is_call = status.word("type").as_deref() == Some("call");
    let to_group = status.word("recipient_type").as_deref() == Some("group");
    let step = status.word("status").and_then(|word| step(&word));
    let Some(step) = step.filter(|_| !is_call && !to_group) else {
        return Ok(None);
    };
    let provider_id = status.text("id").ok_or("a status without id")?;
    if provider_id.len() > super::LONGEST_ID {
        return Err("a status whose id is too long");
    }
    Ok(Some(StatusUpdate {
        provider_id,
        attempt: status.text("biz_opaque_callback_data"),
        status: step,
        at: settle_instant(status.instant("timestamp"), received_at),
        // Errors beside other steps are remarks; only a failure needs a reason.
        error: first_fault(&status).filter(|_| step == MessageStatus::Failed),
        billing: billing(&status),
    }))
}

/// The step of that name; the legacy `deleted` and `warning` and unknown ones are none.
pub fn step(name: &str) -> Option<MessageStatus> {
    [
        MessageStatus::Sent,
        MessageStatus::Delivered,
        MessageStatus::Read,
        MessageStatus::Played,
        MessageStatus::Failed,
    ]
    .into_iter()
    .find(|step| step.as_str() == name)
}

fn billing(status: &Object<'_>) -> Option<Json> {
    #[derive(Serialize)]
    struct Billing<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        pricing: Option<&'a RawValue>,
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<&'a RawValue>,
    }
    let billing = Billing {
        pricing: status.raw("pricing"),
        conversation: status.raw("conversation"),
    };
    if billing.pricing.is_none() && billing.conversation.is_none() {
        return None;
    }
    Json::of(&billing).ok()
}
