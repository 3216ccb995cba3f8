//! Keys for programs.

use actors::model::ids::ApiKeyId;
use actors::model::user::{Role, Who};
use actors::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{Created, Done};
use super::check::Check;
use super::error::ApiResult;
use super::extract::{Body, Caller, Path};
use super::page::{List, Page};
use super::permission::ManageApiKeys;
use crate::secret::token::Token;
use crate::store::{ApiKey, NewApiKey};

/// A key as admins see it.
#[derive(Serialize, ToSchema)]
pub struct ApiKeyView {
    id: ApiKeyId,
    name: String,
    /// How the key begins, to recognise it.
    prefix: String,
    role: Role,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    /// To the minute.
    last_used_at: Option<Timestamp>,
    /// The name of who made it; it ends when they are locked out. Null for keys of old.
    made_by: Option<String>,
}

impl From<ApiKey> for ApiKeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name,
            prefix: key.prefix,
            role: key.role,
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            made_by: key.made_by,
        }
    }
}

/// The keys that were not revoked, newest first.
pub async fn list(caller: Caller<ManageApiKeys>, page: Page) -> ApiResult<List<ApiKeyView>> {
    let tenant = caller.tenant();
    let rows = tenant.list_api_keys(page.after()?, page.rows()).await?;
    let rows = rows.into_iter().map(ApiKeyView::from).collect();
    page.of(rows, |key: &ApiKeyView| key.id)
}

/// What the key is for, and what it may do.
#[derive(Deserialize, ToSchema)]
pub struct CreateApiKey {
    name: String,
    role: Role,
    /// When it stops working; absent: never.
    expires_at: Option<Timestamp>,
}

/// A fresh key; shown this once.
#[derive(Serialize, ToSchema)]
pub struct CreatedApiKey {
    api_key: ApiKeyView,
    /// For `X-Api-Key`.
    key: String,
}

/// Makes a key.
pub async fn create(
    caller: Caller<ManageApiKeys>,
    Body(form): Body<CreateApiKey>,
) -> ApiResult<Created<CreatedApiKey>> {
    let mut check = Check::default();
    let name = check.name("name", &form.name);
    if form.expires_at.is_some_and(|end| end <= Timestamp::now()) {
        check.refuse("expires_at", "must lie in the future");
    }
    check.finish()?;
    caller.check_reaches(form.role)?;
    let token = Token::api_key()?;
    let new = NewApiKey {
        name,
        prefix: token.shown_prefix(),
        hash: token.hash(),
        role: form.role,
        expires_at: form.expires_at,
    };
    let key = caller.tenant().create_api_key(&caller.actor, &new).await?;
    Ok(Created(CreatedApiKey {
        api_key: key.into(),
        key: token.expose().to_owned(),
    }))
}

/// Revokes a key for good, and with it the keys and invitations that were made with it.
pub async fn revoke(caller: Caller<ManageApiKeys>, Path(id): Path<ApiKeyId>) -> ApiResult<Done> {
    let tenant = caller.tenant();
    caller.check_reaches(tenant.role_of_api_key(id).await?)?;
    for key in tenant.revoke_api_key(&caller.actor, id).await? {
        caller.app.expel(tenant.organization(), Who::ApiKey(key));
    }
    Ok(Done)
}
