//! What WhatsApp tells besides messages and statuses: templates, the number's and the account's state, and
//! contacts who do not want marketing. What concerns nobody here is counted and left alone.

use actors::model::contact::{Identity, IdentityKind};
use actors::model::ids::{OrganizationId, SessionId};
use actors::model::inbound::Notice;
use actors::model::session::HealthState;
use actors::model::status::ProviderFault;
use actors::policy::{self, Reaction};
use actors::time::Timestamp;
use serde::Deserialize;

use crate::http::error::ApiResult;
use crate::http::state::AppState;

/// An error of the account or app, without a message.
pub async fn fault(app: &AppState, session: SessionId, fault: &ProviderFault) -> ApiResult<()> {
    tracing::warn!(session.id = %session, code = fault.code, title = fault.title, "WhatsApp reports an error");
    if let Reaction::StopNumber(health) = policy::policy_of(fault.code).reaction {
        set_health(app, session, health, fault.title.clone()).await?;
    }
    Ok(())
}

/// Any other field.
pub async fn take_in(
    app: &AppState,
    organization: OrganizationId,
    session: SessionId,
    notice: &Notice,
) -> ApiResult<()> {
    metrics::counter!("notices_total", "field" => notice.field.clone()).increment(1);
    match notice.field.as_str() {
        "message_template_status_update" => template(app, organization, session, notice).await,
        "account_update" => account(app, session, notice).await,
        "phone_number_quality_update" | "phone_number_name_update" | "account_review_update" => {
            look_again(app, session).await
        }
        "user_preferences" => preferences(app, organization, notice).await,
        _ => Ok(()),
    }
}

#[derive(Deserialize)]
struct TemplateNews {
    event: String,
    message_template_name: String,
    message_template_language: String,
}

async fn template(
    app: &AppState,
    organization: OrganizationId,
    session: SessionId,
    notice: &Notice,
) -> ApiResult<()> {
    let Ok(news) = notice.value.read::<TemplateNews>() else {
        return Ok(());
    };
    let status = match news.event.as_str() {
        "REINSTATED" => "APPROVED",
        event => event,
    };
    // `en-US` and `en_US` are the same (CLOUD_API section 16).
    let language = news.message_template_language.replace('-', "_");
    let name = &news.message_template_name;
    let tenant = app.store.tenant(organization);
    let told = tenant.set_template_status(session, name, &language, status);
    app.hub.announce(told.await?);
    Ok(())
}

#[derive(Deserialize)]
struct AccountNews {
    event: Option<String>,
}

async fn account(app: &AppState, session: SessionId, notice: &Notice) -> ApiResult<()> {
    let event = notice
        .value
        .read::<AccountNews>()
        .ok()
        .and_then(|news| news.event);
    let (health, reason) = match event.as_deref() {
        Some("DISABLED_UPDATE" | "ACCOUNT_DELETED") => {
            (HealthState::Blocked, "WhatsApp disabled the account")
        }
        Some("ACCOUNT_VIOLATION" | "ACCOUNT_RESTRICTION") => {
            (HealthState::Limited, "WhatsApp restricts the account")
        }
        Some("PARTNER_REMOVED" | "ACCOUNT_OFFBOARDED") => (
            HealthState::Limited,
            "The number was disconnected from the app",
        ),
        _ => return look_again(app, session).await,
    };
    set_health(app, session, health, reason.to_owned()).await
}

async fn set_health(
    app: &AppState,
    session: SessionId,
    health: HealthState,
    reason: String,
) -> ApiResult<()> {
    let unscoped = app.store.unscoped();
    let told = unscoped.set_session_health(session, health, Some(reason));
    app.hub.announce(told.await?);
    app.hub.refresh_session(session);
    Ok(())
}

/// Asks the provider how the number fares, in its own time.
async fn look_again(app: &AppState, session: SessionId) -> ApiResult<()> {
    let (numbers, store, hub) = (app.numbers.clone(), app.store.clone(), app.hub.clone());
    actix_web::rt::spawn(async move {
        let Ok(checked) = numbers.check(session).await else {
            return;
        };
        let unscoped = store.unscoped();
        match unscoped
            .update_session_check(session, &checked, Timestamp::now())
            .await
        {
            Ok(receipt) => hub.announce(receipt),
            Err(error) => tracing::warn!(%error, "a number's state was not noted"),
        }
        hub.refresh_session(session);
    });
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
        let since = match preference.value.as_deref() {
            Some("stop") => Some(Timestamp::now()),
            Some("resume" | "signup") => None,
            _ => continue,
        };
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
            .announce(tenant.set_opted_out(&identities, since).await?);
    }
    Ok(())
}
