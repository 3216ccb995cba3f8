//! Contacts.

use actors::model::contact::Contact;
use actors::model::ids::ContactId;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::answer::Shown;
use super::check::Check;
use super::error::ApiResult;
use super::extract::{Body, Caller, Path, Query};
use super::page::{List, Page};
use super::permission::{ChangeContacts, ReadContacts};

/// Which contacts.
#[derive(Deserialize, IntoParams)]
pub struct ContactQuery {
    /// A piece of a name, number or username.
    q: Option<String>,
}

/// Contacts, newest first.
pub async fn list(
    caller: Caller<ReadContacts>,
    Query(query): Query<ContactQuery>,
    page: Page,
) -> ApiResult<List<Contact>> {
    let q = query.q.as_deref().filter(|q| !q.trim().is_empty());
    let rows = caller
        .tenant()
        .list_contacts(q, page.after()?, page.rows())
        .await?;
    page.of(rows, |contact| contact.id)
}

/// One contact.
pub async fn show(
    caller: Caller<ReadContacts>,
    Path(id): Path<ContactId>,
) -> ApiResult<Shown<Contact>> {
    Ok(Shown(caller.tenant().find_contact(id).await?))
}

/// What agents may change about contacts.
#[derive(Deserialize, ToSchema)]
pub struct ChangeContact {
    /// Null or blank: the name that the contact gave.
    // Said like this, an absent name is an error and not a null.
    #[serde(deserialize_with = "Option::deserialize")]
    name: Option<String>,
}

/// Gives a contact a name; their conversations show it at once.
pub async fn change(
    caller: Caller<ChangeContacts>,
    Path(id): Path<ContactId>,
    Body(form): Body<ChangeContact>,
) -> ApiResult<Shown<Contact>> {
    let mut check = Check::default();
    let name = form.name.filter(|name| !name.trim().is_empty());
    let name = name.map(|name| check.name("name", &name));
    check.finish()?;
    let tenant = caller.tenant();
    let renamed = tenant.rename_contact(&caller.actor, id, name.as_deref());
    let (contact, receipt) = renamed.await?;
    caller.app.hub.announce(receipt);
    Ok(Shown(contact))
}
