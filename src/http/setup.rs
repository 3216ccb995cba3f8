//! What the log-in page has to know before anybody signed in.

use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Shown;
use super::error::ApiResult;
use super::extract::Public;
use super::state::Demo;

/// How this hub stands.
#[derive(Serialize, ToSchema)]
pub struct Setup {
    /// Nobody registered yet: whoever comes first founds the organization.
    registration_open: bool,
    /// How to enter the demonstration; null elsewhere.
    demo: Option<Demo>,
    version: &'static str,
    /// Whether the hub can send mail.
    mail: bool,
}

/// What the log-in page shows.
pub async fn show(Public { app }: Public) -> ApiResult<Shown<Setup>> {
    Ok(Shown(Setup {
        registration_open: app.store.unscoped().is_registration_open().await?,
        demo: app.demo.clone(),
        version: env!("CARGO_PKG_VERSION"),
        mail: app.mailer.is_some(),
    }))
}
