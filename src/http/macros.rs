//! Macros: steps that are done together, everybody's or one's own. (`macro` is a word of the language.)

mod actions;
mod fill_in;
mod run;

use actors::model::ids::MacroId;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

pub use self::run::run;

use super::answer::{Created, Done, Shown};
use super::check::Check;
use super::error::ApiResult;
use super::extract::{Body, Caller, Path};
use super::owner::{check_writes, kept, owner_of, user_of};
use super::page::{List, Page};
use super::permission::{ReadConversations, WriteMacros};
use crate::store::{Macro, MacroAction, NewMacro};

/// What the caller has at hand, by name: what is everybody's, and their own.
pub async fn list(caller: Caller<ReadConversations>, page: Page) -> ApiResult<List<Macro>> {
    let after = page.after()?;
    let user = user_of(&caller.actor);
    let tenant = caller.tenant();
    let rows = tenant
        .list_macros(user, after.as_ref(), page.rows())
        .await?;
    page.of(rows, Macro::key)
}

/// A macro to be kept.
#[derive(Deserialize, ToSchema)]
pub struct WriteMacro {
    /// At most 60 characters; no two of one owner's, whatever the case.
    name: String,
    /// 1 to 10, each kind once; `snooze` and `set_status` do not go together.
    #[schema(value_type = Vec<MacroAction>)]
    actions: Vec<Value>,
    /// Everybody's, which needs a supervisor; else the caller's own.
    #[serde(default)]
    shared: bool,
}

/// Keeps a macro.
pub async fn create(
    caller: Caller<WriteMacros>,
    Body(form): Body<WriteMacro>,
) -> ApiResult<Created<Macro>> {
    let new = checked(&caller, form).await?;
    let made = caller.tenant().create_macro(&caller.actor, &new).await;
    Ok(Created(kept(&caller.app, made)?))
}

/// Writes a macro anew.
pub async fn change(
    caller: Caller<WriteMacros>,
    Path(id): Path<MacroId>,
    Body(form): Body<WriteMacro>,
) -> ApiResult<Shown<Macro>> {
    let old = changeable(&caller, id).await?;
    let new = checked(&caller, form).await?;
    let tenant = caller.tenant();
    let changed = tenant.change_macro(&caller.actor, &old, &new).await;
    Ok(Shown(kept(&caller.app, changed)?))
}

/// Throws a macro away.
pub async fn delete(caller: Caller<WriteMacros>, Path(id): Path<MacroId>) -> ApiResult<Done> {
    let old = changeable(&caller, id).await?;
    let receipt = caller.tenant().delete_macro(&caller.actor, &old).await?;
    caller.app.hub.announce(receipt);
    Ok(Done)
}

/// A macro that the caller may change: their own, or everybody's for those who write for everybody.
async fn changeable(caller: &Caller<WriteMacros>, id: MacroId) -> ApiResult<Macro> {
    let user = user_of(&caller.actor);
    let found = caller.tenant().find_macro(user, id).await?;
    check_writes(&caller.actor, found.owner_id)?;
    Ok(found)
}

async fn checked(caller: &Caller<WriteMacros>, form: WriteMacro) -> ApiResult<NewMacro> {
    let owner = owner_of(&caller.actor, form.shared)?;
    let mut check = Check::default();
    let name = check.short_name("name", &form.name);
    let actions = actions::read(&form.actions, &mut check);
    actions::check_ids(&caller.tenant(), &actions, &mut check).await?;
    check.finish()?;
    let actions = actions.into_iter().map(|(_, action)| action);
    Ok(NewMacro {
        name,
        actions: actions.collect(),
        owner,
    })
}
