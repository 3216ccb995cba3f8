//! The calls to the Cloud API. Each makes exactly one request (lists: one per page), is bounded in time and
//! size, follows no redirect, and never shows the access token.

mod account;
mod media;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actors::model::ids::MediaId;
use actors::model::outbound::Parcel;
use actors::ports::provider::ProviderError;
use bytes::{Bytes, BytesMut};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{RequestBuilder, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{answer, outbound};

pub use self::account::{NumberInfo, ProviderTemplate};
pub use self::media::{Download, DownloadError, MAX_MEDIA, MediaInfo};

/// The version of the Graph API; without one the provider picks what it likes.
pub const VERSION: &str = "v24.0";
const USER_AGENT: &str = concat!("command-center/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// From connecting to the last byte of the answer.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
/// Shorter than servers close idle connections, so that no POST is written into a closing one.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// Answers are some hundred bytes; pages of templates some hundred kilobytes.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// Who we are for the provider.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub phone_number_id: String,
    pub business_account_id: String,
    pub access_token: SecretString,
}

/// A client can't be made.
#[derive(Debug, thiserror::Error)]
#[error("the client of the Cloud API can't be made: {0}")]
pub struct ClientError(String);

/// Speaks to one Cloud API for all numbers; cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.base.as_str())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the API at `base` (`https://graph.facebook.com`, or a simulator's address).
    pub fn new(base: &str) -> Result<Self, ClientError> {
        let base = Url::parse(base).map_err(|error| ClientError(error.to_string()))?;
        if base.cannot_be_a_base() || !matches!(base.scheme(), "https" | "http") {
            return Err(ClientError("the address is not http(s)".to_owned()));
        }
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls()?)
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(TOTAL_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            // One connection of HTTP/2 would carry the calls of all numbers: those of a number that is not answered
            // would keep its streams from the others, and what waits for one looks like a POST without an answer.
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            // A repeated POST is a doubled message: whoever calls decides about that.
            .retry(reqwest::retry::never())
            .no_proxy()
            .build()
            .map_err(|error| ClientError(error.to_string()))?;
        Ok(Self { http, base })
    }

    /// Makes the one POST of `parcel` and returns the provider's message id. `provider_media` tells the
    /// provider's ids of our files (see [`outbound::media`]).
    pub async fn send(
        &self,
        credentials: &Credentials,
        parcel: &Parcel,
        provider_media: impl Fn(MediaId) -> Option<String>,
    ) -> Result<String, ProviderError> {
        let body = outbound::body(parcel, provider_media)?;
        let (status, answer) = self.post_message(credentials, body).await?;
        answer::message_id(status, &answer)
    }

    /// Marks everything up to `provider_id` as read and, if wanted, shows that somebody types: the provider
    /// knows no typing without reading.
    pub async fn mark_read(
        &self,
        credentials: &Credentials,
        provider_id: &str,
        typing: bool,
    ) -> Result<(), ProviderError> {
        let mut body = json!({
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": provider_id,
        });
        if typing {
            body["typing_indicator"] = json!({ "type": "text" });
        }
        let (status, answer) = self
            .post_message(credentials, body.to_string().into_bytes())
            .await?;
        answer::success(status, &answer).map(|_| ())
    }

    async fn post_message(
        &self,
        credentials: &Credentials,
        body: Vec<u8>,
    ) -> Result<(u16, Bytes), ProviderError> {
        let url = self.url(&[&credentials.phone_number_id, "messages"]);
        let request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(body);
        self.call(credentials, request).await
    }

    /// Makes the request and reads its answer to the end.
    async fn call(
        &self,
        credentials: &Credentials,
        request: RequestBuilder,
    ) -> Result<(u16, Bytes), ProviderError> {
        let request = request.bearer_auth(credentials.access_token.expose_secret());
        let response = request.send().await.map_err(broken)?;
        let status = response.status().as_u16();
        Ok((status, read_bounded(response).await?))
    }

    /// `{base}/{version}/{segments}`; each segment is escaped, so an odd id can't lead elsewhere.
    fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(VERSION).extend(segments);
        }
        url
    }
}

/// What a failed request tells about its effect. The address is left out: it may hold ids.
fn broken(error: reqwest::Error) -> ProviderError {
    let error = error.without_url();
    if error.is_builder() {
        return ProviderError::Unfit("The number's credentials can't be sent like this".to_owned());
    }
    let cause = root_cause(&error);
    match error.is_connect() {
        true => ProviderError::Unreachable(cause),
        false => ProviderError::Unclear(cause),
    }
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    match error.is_timeout() {
        true => "no answer in time".to_owned(),
        false => cause.to_string(),
    }
}

/// The whole answer; once the request went out, a broken one is unclear.
async fn read_bounded(mut response: Response) -> Result<Bytes, ProviderError> {
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= MAX_ANSWER => body.extend(chunk),
            Ok(Some(_)) => {
                return Err(ProviderError::Unclear("the answer is too long".to_owned()));
            }
            Ok(None) => return Ok(body.freeze()),
            Err(error) => return Err(ProviderError::Unclear(root_cause(&error.without_url()))),
        }
    }
}

/// ring and Mozilla's roots: the same on every machine, no C compiler beyond what is there already.
fn tls() -> Result<rustls::ClientConfig, ClientError> {
    let roots: rustls::RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
