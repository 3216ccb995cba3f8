//! Errors as they come in webhooks and answers: `{code, title, message, error_data{details}}`.

use actors::model::status::ProviderFault;
use serde_json::value::RawValue;

use super::loose::Object;

/// The error in `raw`; None when it has no code to decide by.
pub fn fault(raw: &RawValue) -> Option<ProviderFault> {
    let error = Object::read(raw)?;
    let details = error
        .object("error_data")
        .and_then(|data| data.text("details"));
    Some(ProviderFault {
        code: error.integer("code")?,
        title: error
            .text("title")
            .or_else(|| error.text("message"))
            .unwrap_or_default(),
        details: details
            .or_else(|| error.text("details"))
            .or_else(|| error.text("error_user_msg")),
    })
}

/// The first error of an object's `errors[]` that has a code.
pub fn first_fault(object: &Object<'_>) -> Option<ProviderFault> {
    object.list("errors")?.into_iter().find_map(fault)
}
