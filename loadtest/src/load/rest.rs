//! The hub's API over one keep-alive connection, as a client with little work per request uses it.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::hub::API_KEY;
use super::wire::Wire;

/// Servers close a connection that was quiet for some seconds; ours is given up before.
const IDLE: Duration = Duration::from_secs(3);

/// A client.
pub struct Rest {
    wire: Wire,
    authority: String,
    token: String,
    request: Vec<u8>,
    used: Instant,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    bytes: Vec<u8>,
}

impl Answer {
    /// Whether the hub did what it was asked.
    pub const fn is_good(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Its body; null when it is no JSON.
    pub fn body(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// `409 window_closed`: the status, and the stable name of what was wrong.
    pub fn problem(&self) -> String {
        let body = self.body();
        let code = body["code"].as_str().unwrap_or_default();
        format!("{} {code}", self.status).trim_end().to_owned()
    }
}

impl Rest {
    /// A client of the hub at `host:port`, with an access token or API key.
    pub fn new(authority: &str, token: &str) -> Self {
        Self {
            wire: Wire::new(authority),
            authority: authority.to_owned(),
            token: token.to_owned(),
            request: Vec::with_capacity(1024),
            used: Instant::now(),
        }
    }

    /// With another patience than half a minute for each answer.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.wire = self.wire.with_timeout(timeout);
        self
    }

    /// Asks as somebody else from now on.
    pub fn sign(&mut self, token: &str) {
        token.clone_into(&mut self.token);
    }

    /// A GET.
    pub async fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.ask("GET", path, None, "").await
    }

    /// A request with a JSON body, which may be empty, and an `Idempotency-Key` if it has one.
    pub async fn ask(
        &mut self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: &str,
    ) -> io::Result<Answer> {
        self.write(method, path, key, body);
        if self.used.elapsed() > IDLE {
            self.wire.hang_up();
        }
        let status = self.wire.ask(&self.request).await;
        self.used = Instant::now();
        Ok(Answer {
            status: status?,
            bytes: self.wire.body().into_owned(),
        })
    }

    fn write(&mut self, method: &str, path: &str, key: Option<&str>, body: &str) {
        let out = &mut self.request;
        out.clear();
        // Writing to a Vec can't fail, here and below.
        let _ = write!(
            out,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n",
            self.authority
        );
        let _ = match self.token.starts_with(API_KEY) {
            true => write!(out, "X-Api-Key: {}\r\n", self.token),
            false => write!(out, "Authorization: Bearer {}\r\n", self.token),
        };
        if let Some(key) = key {
            let _ = write!(out, "Idempotency-Key: {key}\r\n");
        }
        if !body.is_empty() {
            out.extend_from_slice(b"Content-Type: application/json\r\n");
        }
        let _ = write!(out, "Content-Length: {}\r\n\r\n{body}", body.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_who_asks_and_how_long_it_is() {
        let mut rest = Rest::new("127.0.0.1:3000", "wcc_1");
        rest.write("POST", "/api/v1/x", Some("k"), "{}");
        let text = String::from_utf8(rest.request.clone()).unwrap();
        assert!(text.starts_with(
            "POST /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nX-Api-Key: wcc_1\r\n"
        ));
        assert!(text.contains("Idempotency-Key: k\r\n"));
        assert!(text.ends_with("Content-Length: 2\r\n\r\n{}"));
        rest.token = "ey".to_owned();
        rest.write("GET", "/", None, "");
        let text = String::from_utf8(rest.request).unwrap();
        assert!(text.contains("Authorization: Bearer ey\r\n") && !text.contains("Content-Type"));
    }

    #[test]
    fn a_problem_is_told_by_its_code() {
        let answer = |status, body: &str| Answer {
            status,
            bytes: body.into(),
        };
        let refused = answer(409, r#"{"code":"window_closed"}"#);
        assert_eq!(refused.problem(), "409 window_closed");
        assert_eq!(answer(502, "Bad gateway").problem(), "502");
        assert!(answer(202, "").is_good());
    }
}
