//! People and programs that act inside an organization, and what each role may do.

use serde::{Deserialize, Serialize};

use crate::model::ids::{ApiKeyId, OrganizationId, UserId};

/// What a person is inside an organization; later roles include the earlier.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Agent,
    Supervisor,
    Admin,
    Owner,
}

impl Role {
    /// The name used on every wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Agent, Self::Supervisor, Self::Admin, Self::Owner]
            .into_iter()
            .find(|role| role.as_str() == name)
    }
}

/// A user as lists and conversations show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UserBrief {
    pub id: UserId,
    pub name: String,
}

/// Who does something: carried by every command, written to the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub organization: OrganizationId,
    pub who: Who,
    /// The name to show.
    pub name: String,
    pub role: Role,
}

impl Actor {
    /// The hub itself.
    pub fn hub(organization: OrganizationId) -> Self {
        Self {
            organization,
            who: Who::System,
            name: "the hub".to_owned(),
            role: Role::Owner,
        }
    }
}

/// The kinds of actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    User(UserId),
    ApiKey(ApiKeyId),
    /// The hub itself.
    System,
}
