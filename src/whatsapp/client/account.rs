//! The account behind a number: its health, its templates, its subscription to webhooks.

use actors::model::json::Json;
use actors::ports::provider::ProviderError;
use serde_json::json;
use serde_json::value::RawValue;

use super::{Client, Credentials};
use crate::whatsapp::answer;
use crate::whatsapp::payload::Object;

/// Templates per page; larger pages work, but take long.
const PAGE: &str = "100";
/// An account has at most 6,000 templates, in some languages each.
const MAX_PAGES: usize = 300;
const TEMPLATE_FIELDS: &str =
    "id,name,language,category,status,quality_score,parameter_format,components,rejected_reason";
const NUMBER_FIELDS: &str = "id,verified_name,display_phone_number,quality_rating,throughput,\
name_status,status,account_mode,code_verification_status,platform_type";

/// A number as the provider describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberInfo {
    pub display_phone_number: Option<String>,
    pub verified_name: Option<String>,
    /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
    pub quality_rating: Option<String>,
    /// `STANDARD` or `HIGH`.
    pub throughput: Option<String>,
    /// `CONNECTED`, `BANNED`, `FLAGGED`, `PENDING` …
    pub status: Option<String>,
    pub name_status: Option<String>,
    /// `LIVE` or `SANDBOX`.
    pub account_mode: Option<String>,
    pub platform_type: Option<String>,
}

impl NumberInfo {
    /// Messages per second that the number may send.
    pub fn rate(&self) -> u32 {
        match self.throughput.as_deref() {
            Some("HIGH") => 1000,
            _ => 80,
        }
    }
}

/// A template as the provider describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderTemplate {
    pub id: String,
    pub name: String,
    /// `en_US`; a `-` in it is written as `_`.
    pub language: String,
    pub category: String,
    /// `APPROVED`, `PENDING`, `REJECTED`, `PAUSED` … and whatever the provider will invent.
    pub status: String,
    /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
    pub quality: Option<String>,
    /// `POSITIONAL` or `NAMED`.
    pub parameter_format: String,
    pub components: Json,
    pub rejected_reason: Option<String>,
}

impl Client {
    /// What the provider says about the number; also the test of its credentials.
    pub async fn number_info(
        &self,
        credentials: &Credentials,
    ) -> Result<NumberInfo, ProviderError> {
        let mut url = self.url(&[&credentials.phone_number_id]);
        url.query_pairs_mut().append_pair("fields", NUMBER_FIELDS);
        let (status, body) = self.call(credentials, self.http.get(url)).await?;
        let body = text_of(answer::success(status, &body)?)?;
        let number = object(body)?;
        let throughput = number.object("throughput");
        Ok(NumberInfo {
            display_phone_number: number.text("display_phone_number"),
            verified_name: number.text("verified_name"),
            quality_rating: number.text("quality_rating"),
            throughput: throughput.and_then(|throughput| throughput.text("level")),
            status: number.text("status"),
            name_status: number.text("name_status"),
            account_mode: number.text("account_mode"),
            platform_type: number.text("platform_type"),
        })
    }

    /// Subscribes the app to the account; without it no webhook ever comes.
    pub async fn subscribe(&self, credentials: &Credentials) -> Result<(), ProviderError> {
        let url = self.url(&[&credentials.business_account_id, "subscribed_apps"]);
        let (status, body) = self.call(credentials, self.http.post(url)).await?;
        answer::success(status, &body).map(|_| ())
    }

    /// Tells a simulator where to post a number's webhooks; the provider itself is told in its own pages.
    pub async fn subscribe_at_simulator(
        &self,
        phone_number_id: &str,
        callback_url: &str,
        verify_token: &str,
    ) -> Result<(), ProviderError> {
        let mut url = self.base.clone();
        url.set_path("/sim/subscriptions");
        let body = json!({
            "phone_number_id": phone_number_id,
            "callback_url": callback_url,
            "verify_token": verify_token,
        });
        let answer = self.http.post(url).json(&body).send().await;
        let answer = answer.map_err(super::broken)?;
        match answer.status().is_success() {
            true => Ok(()),
            false => Err(ProviderError::Unreachable(answer.status().to_string())),
        }
    }

    /// All templates of the account, page by page.
    pub async fn templates(
        &self,
        credentials: &Credentials,
    ) -> Result<Vec<ProviderTemplate>, ProviderError> {
        let (mut found, mut after) = (Vec::new(), None::<String>);
        for _ in 0..MAX_PAGES {
            let mut url = self.url(&[&credentials.business_account_id, "message_templates"]);
            {
                let mut query = url.query_pairs_mut();
                query.append_pair("fields", TEMPLATE_FIELDS);
                query.append_pair("limit", PAGE);
                if let Some(after) = &after {
                    query.append_pair("after", after);
                }
            }
            let (status, body) = self.call(credentials, self.http.get(url)).await?;
            let next = read_page(text_of(answer::success(status, &body)?)?, &mut found)?;
            // The same cursor again would be a circle.
            if next.is_none() || next == after {
                return Ok(found);
            }
            after = next;
        }
        Err(ProviderError::Unclear(
            "the list of templates does not end".to_owned(),
        ))
    }
}

/// Adds a page's templates to `found`; returns the cursor of the next page. `paging.next` says that there is
/// one, but holds the token in its address, so only the cursor is used.
fn read_page(
    body: &str,
    found: &mut Vec<ProviderTemplate>,
) -> Result<Option<String>, ProviderError> {
    let page = object(body)?;
    let templates = page.list("data").ok_or_else(unreadable)?;
    found.extend(templates.into_iter().filter_map(template));
    let Some(paging) = page.object("paging") else {
        return Ok(None);
    };
    let more = paging.raw("next").is_some();
    let cursors = paging.object("cursors").filter(|_| more);
    Ok(cursors.and_then(|cursors| cursors.text("after")))
}

fn template(raw: &RawValue) -> Option<ProviderTemplate> {
    let template = Object::read(raw)?;
    let quality = template.object("quality_score");
    Some(ProviderTemplate {
        id: template.text("id")?,
        name: template.text("name")?,
        language: template.text("language")?.replace('-', "_"),
        category: template.text("category").unwrap_or_default(),
        status: template.text("status").unwrap_or_default(),
        quality: quality
            .and_then(|quality| quality.text("score"))
            .or_else(|| template.text("quality_score")),
        parameter_format: template
            .text("parameter_format")
            .unwrap_or_else(|| "POSITIONAL".to_owned()),
        components: template
            .json("components")
            .unwrap_or_else(|| Json::from(serde_json::json!([]))),
        rejected_reason: template
            .text("rejected_reason")
            .filter(|reason| reason != "NONE"),
    })
}

fn text_of(body: &[u8]) -> Result<&str, ProviderError> {
    std::str::from_utf8(body).map_err(|_| unreadable())
}

fn object(body: &str) -> Result<Object<'_>, ProviderError> {
    Object::parse(body).ok().flatten().ok_or_else(unreadable)
}

fn unreadable() -> ProviderError {
    ProviderError::Unclear("the answer can't be read".to_owned())
}
