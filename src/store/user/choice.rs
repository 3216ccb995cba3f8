//! What people choose for themselves and find again on another device: the language of the pages, and how they are
//! told what happens.

use actors::model::ids::UserId;
use actors::model::user::Actor;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::store::schema::users;
use crate::store::{Tenant, audit, field};
use crate::{in_tx, lock_first, with_conn};

/// How somebody is told what happens while they look elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notifications {
    /// On the desktop, where the browser allows it.
    pub desktop: bool,
    /// By a sound.
    pub sound: bool,
    /// A contact writes in a conversation of theirs.
    pub messages: bool,
    /// A conversation is given to them.
    pub given: bool,
    /// A note calls them.
    pub mentions: bool,
    /// A conversation begins to wait in a team of theirs.
    pub waiting: bool,
    /// Of the lines that they supervise. Absent in a request: as before.
    #[serde(default)]
    pub alerts: Option<Alerts>,
}

/// From where on a team's line needs its supervisor; null: that does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alerts {
    /// Somebody waits longer than so many minutes.
    #[schema(maximum = 10000)]
    pub wait_minutes: Option<u32>,
    /// More than so many wait.
    #[schema(maximum = 10000)]
    pub waiting: Option<u32>,
    /// More than so many conversations are late.
    #[schema(maximum = 10000)]
    pub breached: Option<u32>,
    /// On the desktop as well, where the browser allows it.
    pub desktop: bool,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            wait_minutes: Some(15),
            waiting: Some(20),
            breached: Some(5),
            desktop: false,
        }
    }
}

impl Default for Notifications {
    fn default() -> Self {
        Self {
            desktop: false,
            sound: false,
            messages: true,
            given: true,
            mentions: true,
            waiting: false,
            alerts: Some(Alerts::default()),
        }
    }
}

impl Notifications {
    /// As it lies in the database; what was never chosen is as it is at first.
    fn read(text: Option<&str>) -> Result<Self, StoreError> {
        let known: Self = field::read_opt(text)?.unwrap_or_default();
        Ok(Self {
            alerts: known.alerts.or_else(|| Some(Alerts::default())),
            ..known
        })
    }
}

impl Tenant {
    /// The language in which a user wants the pages; None when they never said.
    pub async fn find_language(&self, id: UserId) -> Result<Option<String>, StoreError> {
        let mut conn = self.db().read().await?;
        with_conn!(&mut conn, |c| users::table
            .filter(users::organization_id.eq(self.org()))
            .filter(users::id.eq(id.0))
            .select(users::language)
            .first(c)
            .await)
    }

    /// A user wants the pages in this language.
    pub async fn choose_language(
        &self,
        by: &Actor,
        id: UserId,
        language: &str,
    ) -> Result<(), StoreError> {
        in_tx!(self.db(), |conn| {
            let changed: usize = with_conn!(conn, |c| diesel::update(
                users::table
                    .filter(users::organization_id.eq(self.org()))
                    .filter(users::id.eq(id.0))
            )
            .set((
                users::language.eq(Some(language)),
                users::updated_at.eq(Timestamp::now().naive()),
            ))
            .execute(c)
            .await)?;
            if changed == 0 {
                return Err(StoreError::NotFound);
            }
            let details = json!({"language": language});
            let (action, subject) = ("user.language_chosen", id.to_string());
            audit::record(conn, self.store(), by, action, &subject, &details).await
        })
    }

    /// How a user wants to be told what happens.
    pub async fn find_notifications(&self, id: UserId) -> Result<Notifications, StoreError> {
        let mut conn = self.db().read().await?;
        let text: Option<String> = with_conn!(&mut conn, |c| users::table
            .filter(users::organization_id.eq(self.org()))
            .filter(users::id.eq(id.0))
            .select(users::notifications)
            .first(c)
            .await)?;
        Notifications::read(text.as_deref())
    }

    /// A user wants to be told what happens like this; gives what holds now.
    pub async fn set_notifications(
        &self,
        by: &Actor,
        id: UserId,
        wanted: Notifications,
    ) -> Result<Notifications, StoreError> {
        in_tx!(self.db(), |conn| {
            let mine = users::table
                .filter(users::organization_id.eq(self.org()))
                .filter(users::id.eq(id.0));
            let known: Option<Option<String>> =
                lock_first!(conn, mine.select(users::notifications))?;
            let known = Notifications::read(known.ok_or(StoreError::NotFound)?.as_deref())?;
            let wanted = Notifications {
                alerts: wanted.alerts.or(known.alerts),
                ..wanted
            };
            let text = field::write(&wanted)?;
            with_conn!(conn, |c| diesel::update(mine)
                .set((
                    users::notifications.eq(Some(&text)),
                    users::updated_at.eq(Timestamp::now().naive()),
                ))
                .execute(c)
                .await)?;
            let (action, subject) = ("user.notifications_changed", id.to_string());
            audit::record(conn, self.store(), by, action, &subject, &json!(wanted)).await?;
            Ok(wanted)
        })
    }
}
