//! The hub's own API, as far as the tools need it: log in or register, numbers, conversations.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// What API keys begin with; access tokens don't.
pub const API_KEY: &str = "wcc_";
const TIMEOUT: Duration = Duration::from_secs(20);
/// How long a hub may have too much to do before a list is given up, and when it is asked again.
const PATIENCE: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_secs(1);

/// A hub and how to talk to it.
#[derive(Clone)]
pub struct Hub {
    base: String,
    client: reqwest::Client,
    token: Option<String>,
    /// Further API keys, for more sockets than one may hold.
    more: Vec<String>,
}

/// A number at the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: String,
    pub phone_number_id: String,
}

impl Hub {
    /// A hub at an address like `http://127.0.0.1:3000`.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        // Fails when somebody else installed it already, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            base: url.trim_end_matches('/').to_owned(),
            client: reqwest::Client::builder()
                .no_proxy()
                .timeout(TIMEOUT)
                .build()?,
            token: None,
            more: Vec::new(),
        })
    }

    /// With an access token or API key.
    pub fn with_token(mut self, token: String) -> Self {
        self.token = Some(token);
        self
    }

    /// With further keys for many sockets.
    pub fn with_more(mut self, keys: Vec<String>) -> Self {
        self.more = keys;
        self
    }

    /// The token of each thousand sockets: a hub lets one key hold no more.
    pub fn socket_tokens(&self) -> Vec<String> {
        self.token.iter().chain(&self.more).cloned().collect()
    }

    /// The token in use.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// `host:port`.
    pub fn authority(&self) -> anyhow::Result<String> {
        let rest = self
            .base
            .strip_prefix("http://")
            .context("only plain http:// addresses are measured")?;
        let host = rest.split('/').next().unwrap_or(rest);
        Ok(if host.contains(':') {
            host.to_owned()
        } else {
            format!("{host}:80")
        })
    }

    /// `ws://…/api/v1/socket`
    pub fn socket_url(&self) -> String {
        format!("{}/api/v1/socket", self.base.replacen("http", "ws", 1))
    }

    /// Logs in.
    pub async fn log_in(self, email: &str, password: &str) -> anyhow::Result<Self> {
        let body = json!({"email": email, "password": password});
        let tokens = self
            .post("/api/v1/auth/login", &body)
            .await
            .context("the log-in failed")?;
        self.keep(&tokens)
    }

    /// Makes the first organization.
    pub async fn register(self, email: &str, password: &str) -> anyhow::Result<Self> {
        let body =
            json!({"organization": "Load", "name": "Load", "email": email, "password": password});
        let tokens = self
            .post("/api/v1/auth/register", &body)
            .await
            .context("the registration failed (is the database empty?)")?;
        self.keep(&tokens)
    }

    fn keep(self, tokens: &Value) -> anyhow::Result<Self> {
        let token = tokens["access_token"]
            .as_str()
            .context("no access_token in the answer")?
            .to_owned();
        Ok(self.with_token(token))
    }

    /// Connects a number.
    pub async fn create_session(&self, session: &Value) -> anyhow::Result<Session> {
        let session = self.post("/api/v1/sessions", session).await?;
        as_session(&session).context("the answer is no session")
    }

    /// Makes an API key of an admin; gives its secret.
    pub async fn create_key(&self) -> anyhow::Result<String> {
        let key = json!({"name": "Load", "role": "admin"});
        let key = self.post("/api/v1/api-keys", &key).await?;
        let secret = key["key"].as_str().context("no key in the answer")?;
        Ok(secret.to_owned())
    }

    /// Who the token belongs to; None for an API key.
    pub async fn me(&self) -> anyhow::Result<Option<String>> {
        if self
            .token
            .as_deref()
            .is_some_and(|token| token.starts_with(API_KEY))
        {
            return Ok(None);
        }
        let me = self.get("/api/v1/me").await?;
        let id = me.pointer("/user/id").or(me.get("id"));
        Ok(id.and_then(Value::as_str).map(str::to_owned))
    }

    /// Invites a colleague, who joins at once; gives the hub as they use it.
    pub async fn add_user(&self, email: &str, password: &str) -> anyhow::Result<Self> {
        let invited = json!({"email": email, "role": "agent"});
        let invited = self.post("/api/v1/invitations", &invited).await?;
        let link = invited["url"].as_str().context("no link in the answer")?;
        let invitation = link.rsplit('/').next().unwrap_or(link);
        let name = email.split('@').next().unwrap_or(email);
        let form = json!({"invitation": invitation, "name": name, "password": password});
        let tokens = self.post("/api/v1/auth/register", &form).await?;
        self.clone().keep(&tokens)
    }

    /// The first number.
    pub async fn first_session(&self) -> anyhow::Result<Session> {
        let page = self.get("/api/v1/sessions?limit=1").await?;
        as_session(&page["data"][0]).context("the hub has no number")
    }

    /// Whether it answers and is ready.
    pub async fn is_ready(&self) -> bool {
        let answer = self
            .client
            .get(format!("{}/readyz", self.base))
            .send()
            .await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// All of a list, page after page, handed to `take`.
    pub async fn each(&self, path: &str, mut take: impl FnMut(&Value)) -> anyhow::Result<()> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut cursor = String::new();
        loop {
            let page = format!("{path}{joint}limit=200{cursor}");
            let page = self.get_in_the_end(&page).await?;
            for item in page["data"].as_array().context("the answer is no list")? {
                take(item);
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(()),
            }
        }
    }

    /// What stands at a path.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.ask(self.request(path), path).await
    }

    /// The same from a hub that has too much to do: asked again until it can.
    async fn get_in_the_end(&self, path: &str) -> anyhow::Result<Value> {
        let since = Instant::now();
        loop {
            let (status, text) = self.answer(self.request(path)).await?;
            if status != StatusCode::SERVICE_UNAVAILABLE || since.elapsed() > PATIENCE {
                return read(path, status, &text);
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    fn request(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}{path}", self.base))
    }

    /// Changes what stands at a path.
    pub async fn patch(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.client.patch(format!("{}{path}", self.base));
        self.ask(request.json(body), path).await
    }

    /// Makes something new at a path.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.ask(
            self.client.post(format!("{}{path}", self.base)).json(body),
            path,
        )
        .await
    }

    async fn ask(&self, request: reqwest::RequestBuilder, path: &str) -> anyhow::Result<Value> {
        let (status, text) = self.answer(request).await?;
        read(path, status, &text)
    }

    async fn answer(
        &self,
        mut request: reqwest::RequestBuilder,
    ) -> anyhow::Result<(StatusCode, String)> {
        match &self.token {
            Some(key) if key.starts_with(API_KEY) => request = request.header("X-Api-Key", key),
            Some(token) => request = request.bearer_auth(token),
            None => {}
        }
        let answer = request.send().await?;
        Ok((answer.status(), answer.text().await?))
    }
}

fn read(path: &str, status: StatusCode, text: &str) -> anyhow::Result<Value> {
    if !status.is_success() {
        bail!(
            "{path} answered {status}: {}",
            text.chars().take(300).collect::<String>()
        );
    }
    Ok(serde_json::from_str(text)?)
}

fn as_session(session: &Value) -> Option<Session> {
    Some(Session {
        id: session["id"].as_str()?.to_owned(),
        phone_number_id: session["phone_number_id"].as_str()?.to_owned(),
    })
}
