//! A client of the API whose requests read like sentences.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// Somebody who calls the API.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    credential: Option<(&'static str, String)>,
    /// What sign-in answered.
    pub tokens: Value,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The body, when the status is `status`.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The problem's code, when the status is `status`.
    #[track_caller]
    pub fn refused(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        let kind = self.headers["content-type"].to_str().unwrap();
        assert_eq!(kind, "application/problem+json");
        self.body["code"].as_str().unwrap().to_owned()
    }
}

impl Client {
    /// Somebody without credentials, for the server at `base` (`http://127.0.0.1:1234`).
    pub fn new(base: &str) -> Self {
        // The tests speak no TLS, but the client wants to know who would.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            http: reqwest::Client::new(),
            base: base.to_owned(),
            credential: None,
            tokens: Value::Null,
        }
    }

    /// The same client with an access token.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            credential: Some(("authorization", format!("Bearer {token}"))),
            ..self.clone()
        }
    }

    /// The same client with an API key.
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            credential: Some(("x-api-key", key.to_owned())),
            ..self.clone()
        }
    }

    /// The same client with the tokens of a sign-in.
    pub fn signed_in(&self, tokens: Value) -> Self {
        let mut client = self.with_token(tokens["access_token"].as_str().unwrap());
        client.tokens = tokens;
        client
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Sends JSON to a path of the API, or of the server when it begins with `//`.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.raw(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request).await
    }

    /// A request to be finished by the test.
    pub fn raw(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = match path.strip_prefix('/').filter(|rest| rest.starts_with('/')) {
            Some(outside) => format!("{}{outside}", self.base),
            None => format!("{}/api/v1{path}", self.base),
        };
        let request = self.http.request(method, url);
        match &self.credential {
            Some((name, value)) => request.header(*name, value),
            None => request,
        }
    }

    /// Signs in.
    pub async fn log_in(&self, email: &str, password: &str) -> Answer {
        let form = json!({"email": email, "password": password});
        self.post("/auth/login", form).await
    }
}

/// Sends a request and reads what comes back; what is no JSON becomes a JSON text.
pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer {
        status,
        headers,
        body,
    }
}
