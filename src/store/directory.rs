//! What people choose from: tags, teams, canned responses, views, macros. A change of any of them is audited, and told to whoever
//! looks at the topic `directory`.

use actors::event::{Audience, Event};
use actors::model::ids::UserId;
use actors::model::json::Json;
use actors::model::user::Actor;
use actors::ports::store::{Receipt, StoreError};
use serde_json::{Value, json};

use super::db::Conn;
use super::{Tenant, audit, event};

/// What of it changed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Noun {
    Tags,
    Teams,
    CannedResponses,
    Views,
    Macros,
}

impl Noun {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Tags => "tags",
            Self::Teams => "teams",
            Self::CannedResponses => "canned_responses",
            Self::Views => "views",
            Self::Macros => "macros",
        }
    }
}

/// What was done to what.
pub(super) struct Deed<'a> {
    pub noun: Noun,
    /// For example `tag.created`.
    pub action: &'a str,
    /// The id of what was changed.
    pub subject: String,
    pub details: Value,
    /// Whom it concerns; None: everybody.
    pub owner: Option<UserId>,
}

impl Tenant {
    /// Notes in the present transaction what `by` did, and leaves the event that tells of it.
    pub(super) async fn note_deed(
        &self,
        conn: &mut Conn,
        by: &Actor,
        deed: Deed<'_>,
    ) -> Result<Receipt, StoreError> {
        let Deed {
            noun,
            action,
            subject,
            details,
            owner,
        } = deed;
        audit::record(conn, self.store(), by, action, &subject, &details).await?;
        let data = Json::from(json!({"noun": noun.as_str()}));
        let told = event::append(
            conn,
            self.organization(),
            owner.map_or(Audience::Everyone, Audience::User),
            Event::DirectoryUpdated(data),
        );
        Ok(Receipt {
            envelopes: vec![told.await?],
            jobs: false,
        })
    }
}
