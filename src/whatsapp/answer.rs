//! What the provider's answers mean, pure: accepted, refused with a code, or unclear (CLOUD_API section 9).

use actors::model::status::ProviderFault;
use actors::ports::provider::ProviderError;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::payload::fault;

/// The provider's code for "too many calls", for gateways that say it by the HTTP status only.
const TOO_MANY_CALLS: i64 = 4;

/// The message id in the answer to a send.
pub fn message_id(status: u16, body: &[u8]) -> Result<String, ProviderError> {
    #[derive(Deserialize)]
    struct Sent {
        messages: Vec<SentMessage>,
    }
    #[derive(Deserialize)]
    struct SentMessage {
        id: String,
    }
    let body = success(status, body)?;
    let sent = serde_json::from_slice::<Sent>(body).ok();
    sent.and_then(|sent| sent.messages.into_iter().next())
        .map(|message| message.id)
        .filter(|id| !id.is_empty())
        // It was taken, but under which id nobody knows; the statuses will bring our attempt id back.
        .ok_or_else(|| ProviderError::Unclear("the answer names no message".to_owned()))
}

/// The body of a good answer.
pub fn success(status: u16, body: &[u8]) -> Result<&[u8], ProviderError> {
    let refused = refusal(body);
    match (status, refused) {
        // An error body counts whatever the status says.
        (_, Some(fault)) => Err(ProviderError::Rejected(fault)),
        (200..=299, None) => Ok(body),
        (300..=499, None) if status != 408 => Err(ProviderError::Rejected(bare(status))),
        // A gateway's page: nobody knows how far the request came.
        _ => Err(ProviderError::Unclear(format!(
            "the provider answered {status} without a code"
        ))),
    }
}

/// The error that the body tells, if it has a code.
fn refusal(body: &[u8]) -> Option<ProviderFault> {
    #[derive(Deserialize)]
    struct Refused<'a> {
        #[serde(borrow)]
        error: &'a RawValue,
    }
    let refused: Refused<'_> = serde_json::from_slice(body).ok()?;
    fault(refused.error)
}

/// A refusal that has no code: never one of the provider's, so that nothing is decided by mistake.
fn bare(status: u16) -> ProviderFault {
    let (code, title) = match status {
        429 => (TOO_MANY_CALLS, "Too many requests".to_owned()),
        status => (
            -i64::from(status),
            format!("The provider answered {status}"),
        ),
    };
    ProviderFault {
        code,
        title,
        details: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use actors::policy::{Reaction, policy_of};

    use super::*;

    fn code(status: u16, body: &str) -> i64 {
        match message_id(status, body.as_bytes()) {
            Err(ProviderError::Rejected(fault)) => fault.code,
            other => panic!("{status} {body}: {other:?}"),
        }
    }

    #[test]
    fn an_accepted_message_has_an_id() {
        let body = r#"{"messaging_product":"whatsapp","contacts":[{"input":"+1","wa_id":"1"}],"messages":[{"id":"wamid.Y","message_status":"accepted"}]}"#;
        assert_eq!(message_id(200, body.as_bytes()).unwrap(), "wamid.Y");
    }

    #[test]
    fn the_code_decides_whatever_the_status_is() {
        let body = r#"{"error":{"message":"(#131056) pair rate","type":"OAuthException","code":131056,"error_data":{"messaging_product":"whatsapp","details":"slow"},"fbtrace_id":"x"}}"#;
        for status in [200, 400, 403, 429, 500, 503] {
            assert_eq!(code(status, body), 131056);
        }
        assert_eq!(
            code(401, r#"{"error":{"code":"190","message":"expired"}}"#),
            190
        );
    }

    #[test]
    fn details_for_people_are_kept() {
        let body = r#"{"error":{"message":"m","code":100,"error_subcode":33,"error_user_msg":"Do it like this"}}"#;
        let Err(ProviderError::Rejected(fault)) = success(400, body.as_bytes()) else {
            panic!("not refused");
        };
        assert_eq!(fault.title, "m");
        assert_eq!(fault.details.as_deref(), Some("Do it like this"));
    }

    #[test]
    fn a_refusal_without_a_code_fails_and_too_many_requests_slow_the_number() {
        for (status, body) in [
            (400, "<html>"),
            (404, "{}"),
            (403, r#"{"error":"no"}"#),
            (302, ""),
        ] {
            assert_eq!(code(status, body), -i64::from(status));
            assert_eq!(policy_of(code(status, body)).reaction, Reaction::Fail);
        }
        assert_eq!(
            policy_of(code(429, "slow down")).reaction,
            Reaction::SlowNumber
        );
    }

    #[test]
    fn a_broken_answer_says_nothing_about_the_message() {
        for (status, body) in [
            (502, "<html>Bad Gateway</html>"),
            (500, "{}"),
            (503, ""),
            (408, ""),
            (200, "<html>"),
            (200, r#"{"messages":[]}"#),
            (200, r#"{"messages":[{"id":""}]}"#),
        ] {
            let answer = message_id(status, body.as_bytes());
            assert!(
                matches!(answer, Err(ProviderError::Unclear(_))),
                "{status} {body}: {answer:?}"
            );
        }
    }
}
