//! Views: lists of conversations under a name, everybody's or one's own.

mod filters;

use actors::model::ids::ViewId;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::answer::{Created, Done, Shown};
use super::check::Check;
use super::error::ApiResult;
use super::extract::{Body, Caller, Path};
use super::owner::{check_writes, kept, owner_of, user_of};
use super::page::{List, Page};
use super::permission::{ReadConversations, WriteViews};
use crate::store::{NewView, View, ViewFilters};

/// The last place of all.
const LAST_POSITION: i64 = 1_000_000;

/// What the caller has at hand, by position and name: what is everybody's, and their own.
pub async fn list(caller: Caller<ReadConversations>, page: Page) -> ApiResult<List<View>> {
    let after = page.after()?;
    let user = user_of(&caller.actor);
    let tenant = caller.tenant();
    let rows = tenant.list_views(user, after.as_ref(), page.rows()).await?;
    page.of(rows, View::key)
}

/// A view to be kept.
#[derive(Deserialize, ToSchema)]
pub struct CreateView {
    /// At most 60 characters; no two of one owner's, whatever the case.
    name: String,
    /// In the words of `GET /conversations`.
    #[schema(value_type = ViewFilters)]
    filters: Map<String, Value>,
    /// Everybody's, which needs a supervisor; else the caller's own.
    #[serde(default)]
    shared: bool,
}

/// Keeps a view, behind its owner's others.
pub async fn create(
    caller: Caller<WriteViews>,
    Body(form): Body<CreateView>,
) -> ApiResult<Created<View>> {
    let form = ChangeView {
        name: form.name,
        filters: form.filters,
        shared: form.shared,
        position: None,
    };
    let new = checked(&caller, form, &ViewFilters::default()).await?;
    let made = caller.tenant().create_view(&caller.actor, &new).await;
    Ok(Created(kept(&caller.app, made)?))
}

/// A view written anew.
#[derive(Deserialize, ToSchema)]
pub struct ChangeView {
    /// At most 60 characters; no two of one owner's, whatever the case.
    name: String,
    /// In the words of `GET /conversations`.
    #[schema(value_type = ViewFilters)]
    filters: Map<String, Value>,
    /// Everybody's, which needs a supervisor; else the caller's own.
    #[serde(default)]
    shared: bool,
    /// Absent: where it is.
    position: Option<i64>,
}

/// Writes a view anew. A tag, team, number or user that it named before may be gone meanwhile.
pub async fn change(
    caller: Caller<WriteViews>,
    Path(id): Path<ViewId>,
    Body(form): Body<ChangeView>,
) -> ApiResult<Shown<View>> {
    let old = changeable(&caller, id).await?;
    let new = checked(&caller, form, &old.filters).await?;
    let tenant = caller.tenant();
    let changed = tenant.change_view(&caller.actor, &old, &new).await;
    Ok(Shown(kept(&caller.app, changed)?))
}

/// Throws a view away.
pub async fn delete(caller: Caller<WriteViews>, Path(id): Path<ViewId>) -> ApiResult<Done> {
    let old = changeable(&caller, id).await?;
    let receipt = caller.tenant().delete_view(&caller.actor, &old).await?;
    caller.app.hub.announce(receipt);
    Ok(Done)
}

/// A view that the caller may change: their own, or everybody's for those who write for everybody.
async fn changeable(caller: &Caller<WriteViews>, id: ViewId) -> ApiResult<View> {
    let user = user_of(&caller.actor);
    let view = caller.tenant().find_view(user, id).await?;
    check_writes(&caller.actor, view.owner_id)?;
    Ok(view)
}

/// What a form asks to keep; `before`: what the view filtered until now, of which something may be gone.
async fn checked(
    caller: &Caller<WriteViews>,
    form: ChangeView,
    before: &ViewFilters,
) -> ApiResult<NewView> {
    let owner = owner_of(&caller.actor, form.shared)?;
    let mut check = Check::default();
    let name = check.short_name("name", &form.name);
    let filters = filters::read(&form.filters, &mut check);
    if form
        .position
        .is_some_and(|place| !(0..=LAST_POSITION).contains(&place))
    {
        check.refuse(
            "position",
            format!("must lie between 0 and {LAST_POSITION}"),
        );
    }
    filters::check_ids(&caller.tenant(), &filters, before, &mut check).await?;
    check.finish()?;
    Ok(NewView {
        name,
        filters,
        owner,
        position: form.position,
    })
}
