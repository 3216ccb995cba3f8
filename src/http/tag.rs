//! Tags: words that conversations are sorted by.

use actors::model::ids::TagId;
use actors::ports::store::StoreError;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{Created, Done, Shown};
use super::check::Check;
use super::error::{ApiError, ApiResult, Code};
use super::extract::{Body, Caller, Path};
use super::page::{List, Page};
use super::permission::{ManageTags, ReadConversations};
use crate::store::{Tag, TagColor};

/// The tags, oldest first.
pub async fn list(caller: Caller<ReadConversations>, page: Page) -> ApiResult<List<Tag>> {
    let rows = caller
        .tenant()
        .list_tags(page.after()?, page.rows())
        .await?;
    page.of(rows, |tag| tag.id)
}

/// A new tag.
#[derive(Deserialize, ToSchema)]
pub struct CreateTag {
    /// No two of a kind, whatever the case.
    name: String,
    /// Absent: gray.
    color: Option<TagColor>,
}

/// Makes a tag.
pub async fn create(
    caller: Caller<ManageTags>,
    Body(form): Body<CreateTag>,
) -> ApiResult<Created<Tag>> {
    let mut check = Check::default();
    let name = check.name("name", &form.name);
    check.finish()?;
    let color = form.color.unwrap_or(TagColor::Gray);
    let tenant = caller.tenant();
    let made = tenant.create_tag(&caller.actor, &name, color).await;
    let (tag, receipt) = made.map_err(taken)?;
    caller.app.hub.announce(receipt);
    Ok(Created(tag))
}

/// What changes about a tag; absent means unchanged.
#[derive(Deserialize, ToSchema)]
pub struct ChangeTag {
    name: Option<String>,
    color: Option<TagColor>,
}

/// Gives a tag another name or color, wherever it is shown.
pub async fn change(
    caller: Caller<ManageTags>,
    Path(id): Path<TagId>,
    Body(form): Body<ChangeTag>,
) -> ApiResult<Shown<Tag>> {
    let tenant = caller.tenant();
    let before = tenant.find_tag(id).await?;
    let mut check = Check::default();
    let name = check.name("name", form.name.as_deref().unwrap_or(&before.name));
    check.finish()?;
    let color = form.color.unwrap_or(before.color);
    let changed = tenant.change_tag(&caller.actor, id, &name, color).await;
    let (tag, receipt) = changed.map_err(taken)?;
    caller.app.hub.announce(receipt);
    Ok(Shown(tag))
}

/// Deletes a tag; it disappears from all conversations.
pub async fn delete(caller: Caller<ManageTags>, Path(id): Path<TagId>) -> ApiResult<Done> {
    let receipt = caller.tenant().delete_tag(&caller.actor, id).await?;
    caller.app.hub.announce(receipt);
    Ok(Done)
}

fn taken(error: StoreError) -> ApiError {
    match error {
        StoreError::Conflict => ApiError::of(Code::NameTaken),
        error => error.into(),
    }
}
