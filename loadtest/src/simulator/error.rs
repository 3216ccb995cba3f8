//! How the simulated Cloud API says no: one table of codes with their HTTP status and title, and the body
//! that real error answers have. Written from the protocol notes, on purpose without the hub's own types.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};

/// Code, HTTP status, title.
const TABLE: &[(i64, u16, &str)] = &[
    (0, 401, "AuthException"),
    (1, 400, "API Unknown"),
    (2, 503, "API Service"),
    (3, 500, "API Method"),
    (4, 400, "API Too Many Calls"),
    (10, 403, "Permission Denied"),
    (33, 400, "Parameter value is not valid"),
    (100, 400, "Invalid parameter"),
    (190, 401, "Access token has expired"),
    (200, 403, "API Permission"),
    (368, 403, "Temporarily blocked for policies violations"),
    (613, 400, "Calls to this API have exceeded the rate limit"),
    (80007, 400, "Rate limit issues"),
    (130429, 400, "Rate limit hit"),
    (130472, 400, "User's number is part of an experiment"),
    (
        130497,
        403,
        "Business account is restricted from messaging users in this country",
    ),
    (131000, 500, "Something went wrong"),
    (131005, 403, "Access denied"),
    (131008, 400, "Required parameter is missing"),
    (131009, 400, "Parameter value is not valid"),
    (131016, 500, "Service unavailable"),
    (131021, 400, "Recipient cannot be sender"),
    (131026, 400, "Message undeliverable"),
    (131030, 400, "Recipient phone number not in allowed list"),
    (131031, 403, "Account has been locked"),
    (131037, 400, "Display name not approved"),
    (131042, 400, "Business eligibility payment issue"),
    (131045, 500, "Incorrect certificate"),
    (131047, 400, "Re-engagement message"),
    (131048, 400, "Spam rate limit hit"),
    (
        131049,
        400,
        "This message was not delivered to maintain healthy ecosystem engagement",
    ),
    (131050, 400, "User has stopped marketing messages"),
    (131051, 400, "Unsupported message type"),
    (131052, 400, "Media download error"),
    (131053, 400, "Media upload error"),
    (131055, 400, "Method not allowed"),
    (131056, 400, "Pair rate limit hit"),
    (131057, 500, "Account in maintenance mode"),
    (131060, 400, "Message unavailable"),
    (131062, 400, "Recipient is not supported for this message"),
    (131064, 400, "Messaging limit reached"),
    (132000, 400, "Template param count mismatch"),
    (132001, 404, "Template does not exist"),
    (132005, 400, "Template hydrated text too long"),
    (132007, 400, "Template format character policy violated"),
    (132012, 400, "Template parameter format mismatch"),
    (132015, 400, "Template is paused"),
    (132016, 400, "Template is disabled"),
    (133004, 503, "Server temporarily unavailable"),
    (133010, 400, "Phone number not registered"),
    (
        133016,
        400,
        "Account register deregister rate limit exceeded",
    ),
    (135000, 400, "Generic user error"),
];

/// Codes that older documents answer with 429.
const THROTTLING: &[i64] = &[4, 80007, 130429, 131048, 131056, 613, 133016];

/// An error answer of the Graph API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphError {
    pub code: i64,
    pub http: u16,
    pub subcode: Option<i64>,
    pub details: String,
}

impl GraphError {
    /// The error of that code, with a text for people.
    pub fn new(code: i64, details: impl Into<String>) -> Self {
        Self {
            code,
            http: http_of(code),
            subcode: None,
            details: details.into(),
        }
    }

    /// An object that does not exist, or that this token may not see: code 100, subcode 33.
    pub fn unknown_object(id: &str) -> Self {
        Self {
            subcode: Some(33),
            ..Self::new(
                100,
                format!(
                    "Unsupported request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
                     permissions, or does not support this operation"
                ),
            )
        }
    }

    /// A missing or wrong bearer token.
    pub fn bad_token() -> Self {
        Self {
            subcode: Some(463),
            ..Self::new(
                190,
                "Error validating access token: the token is unknown or has expired",
            )
        }
    }

    /// The same error with another HTTP status, as older versions had for throttling.
    pub fn throttled_as(mut self, http: u16) -> Self {
        if THROTTLING.contains(&self.code) {
            self.http = http;
        }
        self
    }

    /// The synchronous answer's body.
    pub fn body(&self) -> Value {
        let kind = if self.subcode == Some(33) {
            "GraphMethodException"
        } else {
            "OAuthException"
        };
        let mut error = json!({
            "message": format!("(#{}) {}", self.code, title_of(self.code)),
            "type": kind,
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": "ASimulatedTraceOfThisCall",
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = subcode.into();
        }
        json!({ "error": error })
    }

    /// The same error as it stands in webhooks.
    pub fn in_webhook(&self) -> Value {
        let title = title_of(self.code);
        json!({
            "code": self.code,
            "title": title,
            "message": title,
            "error_data": {"details": self.details},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        })
    }
}

/// The title that the provider gives a code.
pub fn title_of(code: i64) -> &'static str {
    TABLE
        .iter()
        .find(|row| row.0 == code)
        .map_or("Unknown error", |row| row.2)
}

fn http_of(code: i64) -> u16 {
    TABLE
        .iter()
        .find(|row| row.0 == code)
        .map_or(400, |row| row.1)
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(#{}) {}", self.code, self.details)
    }
}

impl ResponseError for GraphError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.http).unwrap_or(StatusCode::BAD_REQUEST)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).json(self.body())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_body_carries_code_title_and_details() {
        let body = GraphError::new(131056, "too many").body();
        assert_eq!(body["error"]["code"], 131056);
        assert_eq!(body["error"]["message"], "(#131056) Pair rate limit hit");
        assert_eq!(body["error"]["error_data"]["details"], "too many");
    }

    #[test]
    fn only_throttling_can_be_answered_as_429() {
        assert_eq!(GraphError::new(130429, "").throttled_as(429).http, 429);
        assert_eq!(GraphError::new(100, "").throttled_as(429).http, 400);
    }
}
