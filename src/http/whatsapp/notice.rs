//! What WhatsApp tells besides messages and statuses: templates, the number's and the account's state, and
//! contacts who do not want marketing. Most of it says only that something changed; what exactly is asked by a
//! job, because these callbacks come twice, late and in any order. What concerns nobody here is counted.

use actors::figure;
use actors::model::contact::{Identity, IdentityKind};
use actors::model::ids::{OrganizationId, SessionId};
use actors::model::inbound::Notice;
use actors::model::job::Task;
use actors::model::session::HealthState;
use actors::model::status::ProviderFault;
use actors::policy::{self, Reaction};
use actors::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{Place, put_aside};
use crate::http::error::ApiResult;
use crate::http::state::AppState;

/// An error of the account or app, without a message.
pub async fn fault(app: &AppState, session: SessionId, fault: &ProviderFault) -> ApiResult<()> {
    tracing::warn!(session.id = %session, code = fault.code, title = fault.title, "WhatsApp reports an error");
    if let Reaction::StopNumber(health) = policy::policy_of(fault.code).reaction {
        set_health(app, &[session], health, &fault.title).await?;
    }
    Ok(())
}

/// Any other field.
pub async fn take_in(app: &AppState, place: Place, notice: &Notice) -> ApiResult<()> {
    let organization = place.organization;
    let value: Value = notice.value.read().unwrap_or(Value::Null);
    let numbers = || numbers(app, place, notice);
    match notice.field.as_str() {
        "message_template_status_update" if value.get("event").is_some() => {
            template(app, organization, &numbers().await?, &value).await
        }
        // Also seen with the quality of a template under the name of its status.
        "message_template_status_update"
        | "message_template_quality_update"
        | "message_template_components_update"
        | "template_category_update" => {
            let sync = |session| Task::SyncTemplates { session };
            queue(app, organization, numbers().await?, sync).await
        }
        "phone_number_quality_update"
        | "phone_number_name_update"
        | "business_capability_update"
        | "account_review_update" => look_again(app, organization, numbers().await?).await,
        "account_update" => match account_trouble(&value) {
            Some((health, reason)) => set_health(app, &numbers().await?, health, reason).await,
            None => look_again(app, organization, numbers().await?).await,
        },
        "account_alerts" => match alert(&value) {
            Some(reason) => set_health(app, &numbers().await?, HealthState::Limited, reason).await,
            None => Ok(()),
        },
        "user_preferences" => preferences(app, organization, notice).await,
        "messages.group" => {
            let reason = "a message of a group: groups are not shown yet".to_owned();
            put_aside(app, place, reason, notice.value.get().as_bytes().to_vec()).await
        }
        _ => {
            metrics::counter!(figure::NOTICES_IGNORED_TOTAL).increment(1);
            Ok(())
        }
    }
}

/// The numbers that a notice is about: those of its account that are connected here, else the one that was
/// called.
async fn numbers(app: &AppState, place: Place, notice: &Notice) -> ApiResult<Vec<SessionId>> {
    let tenant = app.store.tenant(place.organization);
    let account = &notice.business_account_id;
    let found = tenant.sessions_of_account(account).await?;
    Ok(match found.is_empty() {
        true => vec![place.session],
        false => found,
    })
}

async fn template(
    app: &AppState,
    organization: OrganizationId,
    numbers: &[SessionId],
    news: &Value,
) -> ApiResult<()> {
    let text = |key: &str| news.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text("message_template_name");
    // `en-US` and `en_US` are the same (CLOUD_API section 16).
    let language = text("message_template_language").replace('-', "_");
    let status = match text("event") {
        "REINSTATED" => "APPROVED",
        // A warning: the template can still be sent.
        "FLAGGED" => return Ok(()),
        event => event,
    };
    let tenant = app.store.tenant(organization);
    let mut strangers = Vec::new();
    for session in numbers {
        let known = tenant.find_template(*session, name, &language).await?;
        if known.is_none() {
            strangers.push(Task::SyncTemplates { session: *session });
            continue;
        }
        let told = tenant.set_template_status(*session, name, &language, status);
        app.hub.announce(told.await?);
    }
    app.hub.announce(tenant.queue_tasks(&strangers).await?);
    Ok(())
}

/// What an `account_update` means for sending; None when only the provider can tell.
fn account_trouble(news: &Value) -> Option<(HealthState, &'static str)> {
    let text = |pointer: &str| news.pointer(pointer).and_then(Value::as_str);
    match (text("/event")?, text("/ban_info/waba_ban_state")) {
        ("DISABLED_UPDATE", Some("REINSTATE")) => None,
        ("DISABLED_UPDATE", Some("SCHEDULE_FOR_DISABLE")) => Some((
            HealthState::Limited,
            "WhatsApp will disable the account soon",
        )),
        ("DISABLED_UPDATE" | "ACCOUNT_DELETED", _) => {
            Some((HealthState::Blocked, "WhatsApp disabled the account"))
        }
        ("ACCOUNT_VIOLATION" | "ACCOUNT_RESTRICTION", _) => {
            Some((HealthState::Limited, "WhatsApp restricts the account"))
        }
        ("PARTNER_REMOVED" | "ACCOUNT_OFFBOARDED", _) => Some((
            HealthState::Limited,
            "The number was disconnected from the app",
        )),
        _ => None,
    }
}

/// Why an alert is trouble; None when it only informs.
fn alert(news: &Value) -> Option<&str> {
    let alert = news.get("alert_info").unwrap_or(news);
    let text = |key: &str| alert.get(key).and_then(Value::as_str);
    match text("alert_severity") {
        None | Some("INFORMATIONAL") => None,
        Some(_) => text("alert_description")
            .or(text("alert_type"))
            .or(Some("WhatsApp warns about the account")),
    }
}

async fn set_health(
    app: &AppState,
    numbers: &[SessionId],
    health: HealthState,
    reason: &str,
) -> ApiResult<()> {
    let unscoped = app.store.unscoped();
    for session in numbers {
        let told = unscoped.set_session_health(*session, health, Some(reason.to_owned()));
        app.hub.announce(told.await?);
        app.session_changed(*session);
    }
    Ok(())
}

async fn look_again(
    app: &AppState,
    organization: OrganizationId,
    numbers: Vec<SessionId>,
) -> ApiResult<()> {
    let check = |session| Task::CheckSession { session };
    queue(app, organization, numbers, check).await
}

async fn queue(
    app: &AppState,
    organization: OrganizationId,
    numbers: Vec<SessionId>,
    task: impl Fn(SessionId) -> Task,
) -> ApiResult<()> {
    let tasks: Vec<Task> = numbers.into_iter().map(task).collect();
    let tenant = app.store.tenant(organization);
    app.hub.announce(tenant.queue_tasks(&tasks).await?);
    Ok(())
}

#[derive(Deserialize)]
struct PreferenceNews {
    user_preferences: Vec<Preference>,
}

#[derive(Deserialize)]
struct Preference {
    wa_id: Option<String>,
    user_id: Option<String>,
    category: Option<String>,
    value: Option<String>,
    /// Seconds, as a number or as text.
    timestamp: Option<Value>,
}

impl Preference {
    /// When the contact said so: now at the latest.
    fn said_at(&self) -> Timestamp {
        let now = Timestamp::now();
        let told = self.timestamp.as_ref().and_then(|told| match told {
            Value::String(text) => text.parse().ok(),
            other => other.as_i64(),
        });
        told.and_then(|seconds: i64| seconds.checked_mul(1000))
            .map_or(now, |millis| Timestamp::from_millis(millis).min(now))
    }
}

async fn preferences(
    app: &AppState,
    organization: OrganizationId,
    notice: &Notice,
) -> ApiResult<()> {
    let Ok(news) = notice.value.read::<PreferenceNews>() else {
        return Ok(());
    };
    for preference in news.user_preferences {
        if preference.category.as_deref() != Some("marketing_messages") {
            continue;
        }
        let opts_out = match preference.value.as_deref() {
            Some("stop") => true,
            Some("resume" | "signup") => false,
            _ => continue,
        };
        let at = preference.said_at();
        let phone = preference.wa_id.map(|value| Identity {
            kind: IdentityKind::Phone,
            value,
        });
        let user = preference.user_id.map(|value| Identity {
            kind: IdentityKind::UserId,
            value,
        });
        let identities: Vec<Identity> = phone.into_iter().chain(user).collect();
        let tenant = app.store.tenant(organization);
        app.hub
            .announce(tenant.set_opted_out(&identities, opts_out, at).await?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn trouble_with_the_account_is_told_from_news() {
        let health = |news: Value| account_trouble(&news).map(|(health, _)| health);
        let ban = |state: &str| json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state}});
        assert_eq!(health(ban("DISABLE")), Some(HealthState::Blocked));
        assert_eq!(
            health(ban("SCHEDULE_FOR_DISABLE")),
            Some(HealthState::Limited)
        );
        assert_eq!(health(ban("REINSTATE")), None);
        let restricted = json!({"event": "ACCOUNT_RESTRICTION"});
        assert_eq!(health(restricted), Some(HealthState::Limited));
        assert_eq!(health(json!({"event": "PARTNER_ADDED"})), None);
        assert_eq!(health(json!(null)), None);
    }

    #[test]
    fn only_an_alert_that_warns_is_trouble() {
        let of = |severity: &str| json!({"alert_info": {"alert_severity": severity, "alert_description": "Too many"}});
        assert_eq!(alert(&of("CRITICAL")), Some("Too many"));
        assert_eq!(alert(&of("INFORMATIONAL")), None);
        assert_eq!(alert(&json!({})), None);
    }
}
