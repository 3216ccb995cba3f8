//! Files: upload, the address of a file that a customer sent, and its bytes (CLOUD_API section 10).

use std::time::Duration;

use actors::ports::provider::ProviderError;
use bytes::Bytes;
use reqwest::header::CONTENT_TYPE;
use reqwest::multipart::{Form, Part};
use reqwest::{Response, Url};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;

use super::{Client, Credentials, broken, root_cause};
use crate::whatsapp::answer;

/// The largest file that WhatsApp carries.
pub const MAX_MEDIA: u64 = 100 * 1024 * 1024;
/// 100 MB at 3 Mbit/s.
const TRANSFER_TIMEOUT: Duration = Duration::from_secs(300);
/// Where the provider keeps files; besides the API's own host, the only ones that may see the token.
const FILE_HOSTS: [&str; 2] = ["fbsbx.com", ".fbsbx.com"];
const MAX_FILENAME: usize = 240;

/// What the provider says about a file.
#[derive(Clone, PartialEq, Eq)]
pub struct MediaInfo {
    /// Valid for 5 minutes, with the token only.
    pub url: String,
    pub mime_type: Option<String>,
    /// base64 or hex.
    pub sha256: Option<String>,
    pub size: Option<u64>,
}

impl std::fmt::Debug for MediaInfo {
    // The address is a key to the file.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediaInfo")
            .field("mime_type", &self.mime_type)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// Why a file can't be had, by what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// The address has expired: ask for a new one.
    #[error("the file's address is not valid any more ({0})")]
    Expired(u16),
    /// Try again later.
    #[error("the file can't be loaded now: {0}")]
    Passing(String),
    /// More than WhatsApp carries: give it up.
    #[error("the file is larger than 100 MB")]
    TooLarge,
    /// The address leads to where no file of the provider is: give it up.
    #[error("the file's address is not one of the provider's")]
    Foreign,
}

/// A file on its way.
pub struct Download {
    /// As the server says; the webhook's type is as good.
    pub mime_type: Option<String>,
    response: Response,
    got: u64,
}

impl Download {
    /// The next piece; None at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, DownloadError> {
        let chunk = self
            .response
            .chunk()
            .await
            .map_err(|error| DownloadError::Passing(root_cause(&error.without_url())))?;
        if let Some(chunk) = &chunk {
            self.got += chunk.len() as u64;
            if self.got > MAX_MEDIA {
                return Err(DownloadError::TooLarge);
            }
        }
        Ok(chunk)
    }

    /// The whole file at once.
    pub async fn bytes(mut self) -> Result<Bytes, DownloadError> {
        let mut all = bytes::BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            all.extend(chunk);
        }
        Ok(all.freeze())
    }
}

impl Client {
    /// Uploads a file and returns the provider's id, which lives 30 days and belongs to this number.
    pub async fn upload_media(
        &self,
        credentials: &Credentials,
        mime_type: &str,
        filename: Option<&str>,
        bytes: Bytes,
    ) -> Result<String, ProviderError> {
        let length = bytes.len() as u64;
        let part = Part::stream_with_length(bytes, length)
            .file_name(tame_filename(filename))
            .mime_str(mime_type)
            .map_err(|_| ProviderError::Unfit("The file's type is not valid".to_owned()))?;
        let form = Form::new()
            .text("messaging_product", "whatsapp")
            .text("type", mime_type.to_owned())
            .part("file", part);
        let request = self
            .http
            .post(self.url(&[&credentials.phone_number_id, "media"]))
            .timeout(TRANSFER_TIMEOUT)
            .multipart(form);
        let (status, body) = self.call(credentials, request).await?;
        let answer: Value = parsed(answer::success(status, &body)?)?;
        word(&answer, "id")
            .ok_or_else(|| ProviderError::Unclear("the answer names no file".to_owned()))
    }

    /// Asks where a file lies; the answer is good for 5 minutes.
    pub async fn media_url(
        &self,
        credentials: &Credentials,
        provider_media_id: &str,
    ) -> Result<MediaInfo, ProviderError> {
        let mut url = self.url(&[provider_media_id]);
        url.query_pairs_mut()
            .append_pair("phone_number_id", &credentials.phone_number_id);
        let (status, body) = self.call(credentials, self.http.get(url)).await?;
        let answer: Value = parsed(answer::success(status, &body)?)?;
        let url = word(&answer, "url")
            .ok_or_else(|| ProviderError::Unclear("the answer names no address".to_owned()))?;
        Ok(MediaInfo {
            url,
            mime_type: word(&answer, "mime_type"),
            sha256: word(&answer, "sha256"),
            size: word(&answer, "file_size").and_then(|size| size.parse().ok()),
        })
    }

    /// Begins to load the file at `url` (from [`Client::media_url`]). The token is shown to the API's own
    /// host and to the provider's file hosts only; any other address is not even asked.
    pub async fn download(
        &self,
        credentials: &Credentials,
        url: &str,
    ) -> Result<Download, DownloadError> {
        let url = Url::parse(url).map_err(|_| DownloadError::Foreign)?;
        if !self.is_trusted(&url) {
            return Err(DownloadError::Foreign);
        }
        let request = self
            .http
            .get(url)
            .timeout(TRANSFER_TIMEOUT)
            .bearer_auth(credentials.access_token.expose_secret());
        let response = request.send().await.map_err(|error| match broken(error) {
            ProviderError::Unreachable(why)
            | ProviderError::Unclear(why)
            | ProviderError::Unfit(why) => DownloadError::Passing(why),
            ProviderError::Rejected(fault) => DownloadError::Passing(fault.title),
        })?;
        match response.status().as_u16() {
            200 => {}
            status @ 400..=499 if status != 429 => return Err(DownloadError::Expired(status)),
            status => return Err(DownloadError::Passing(format!("HTTP {status}"))),
        }
        if response
            .content_length()
            .is_some_and(|length| length > MAX_MEDIA)
        {
            return Err(DownloadError::TooLarge);
        }
        let mime_type = response.headers().get(CONTENT_TYPE);
        Ok(Download {
            mime_type: mime_type.and_then(|value| Some(value.to_str().ok()?.to_owned())),
            response,
            got: 0,
        })
    }

    pub(super) fn is_trusted(&self, url: &Url) -> bool {
        let (Some(host), Some(base_host)) = (url.host_str(), self.base.host_str()) else {
            return false;
        };
        if !url.username().is_empty() || url.password().is_some() {
            return false;
        }
        let same_place = url.scheme() == self.base.scheme()
            && url.port_or_known_default() == self.base.port_or_known_default()
            && (host == base_host || (is_loopback(host) && is_loopback(base_host)));
        let file_host = host == FILE_HOSTS[0] || host.ends_with(FILE_HOSTS[1]);
        same_place
            || (url.scheme() == "https" && url.port_or_known_default() == Some(443) && file_host)
    }
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// A name that fits into a header: no control characters, not endless.
fn tame_filename(filename: Option<&str>) -> String {
    let name: String = filename
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '/' | '\\'))
        .take(MAX_FILENAME)
        .collect();
    match name.trim() {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

fn parsed<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, ProviderError> {
    serde_json::from_slice(body)
        .map_err(|_| ProviderError::Unclear("the answer can't be read".to_owned()))
}

/// A text, or a number written out.
fn word(answer: &Value, key: &str) -> Option<String> {
    match answer.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
