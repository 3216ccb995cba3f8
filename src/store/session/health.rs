//! How a number fares: what the provider says when asked, what sends and callbacks show.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actors::model::ids::SessionId;
use actors::model::session::{HealthState, SessionStatus};
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{SessionRow, status_name, tell};
use crate::store::schema::sessions;
use crate::store::{Store, Unscoped};
use crate::{in_tx, with_conn};

/// A number's last callback is written down at most this often.
const NOTE: Duration = Duration::from_secs(10);
/// And told at most this often: pages show it in minutes.
const TELL: Duration = Duration::from_secs(60);

/// What the provider says of a number; None means that it did not say.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    pub display_phone_number: Option<String>,
    pub verified_name: Option<String>,
    /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
    pub quality: Option<String>,
    /// Messages per second that it may send.
    pub rate: Option<u32>,
    pub health: HealthState,
    /// What is wrong, in a sentence.
    pub reason: Option<String>,
}

/// When each number's last callback was written down by this process, so that a flood of callbacks does not
/// become a flood of writes.
#[derive(Default)]
pub struct Heard(Mutex<HashMap<SessionId, Timestamp>>);

impl Heard {
    fn is_due(&self, id: SessionId, now: Timestamp) -> bool {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match heard.get(&id) {
            Some(last) if now.since(*last) < NOTE => false,
            _ => {
                heard.insert(id, now);
                true
            }
        }
    }
}

/// The columns that a check changes; None stays.
#[derive(AsChangeset, Default)]
#[diesel(table_name = sessions)]
struct Changes {
    display_phone_number: Option<String>,
    verified_name: Option<String>,
    quality: Option<String>,
    rate: Option<i64>,
    health_state: Option<&'static str>,
    health_reason: Option<Option<String>>,
    last_webhook_at: Option<NaiveDateTime>,
    checked_at: Option<NaiveDateTime>,
}

impl Unscoped {
    /// Records how a number fares; tells it when that is news.
    pub async fn set_session_health(
        &self,
        id: SessionId,
        health: HealthState,
        reason: Option<String>,
    ) -> Result<Receipt, StoreError> {
        let changes = Changes {
            health_state: Some(health.as_str()),
            health_reason: Some(reason.clone()),
            ..Changes::default()
        };
        let is_news =
            |row: &SessionRow| row.health_state != health.as_str() || row.health_reason != reason;
        update(self.store(), id, &changes, is_news).await
    }

    /// Records what the provider said of a number just now.
    pub async fn update_session_check(
        &self,
        id: SessionId,
        checked: &Checked,
        now: Timestamp,
    ) -> Result<Receipt, StoreError> {
        let changes = Changes {
            display_phone_number: checked.display_phone_number.clone(),
            verified_name: checked.verified_name.clone(),
            quality: checked.quality.clone(),
            rate: checked.rate.map(i64::from),
            health_state: Some(checked.health.as_str()),
            health_reason: Some(checked.reason.clone()),
            checked_at: Some(now.naive()),
            ..Changes::default()
        };
        update(self.store(), id, &changes, |_| true).await
    }

    /// How many of the numbers in use stand how, by the names of [`HealthState`].
    pub async fn count_numbers(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let mut conn = self.db().read().await?;
        let counted: Vec<(String, i64)> = with_conn!(&mut conn, |c| sessions::table
            .filter(sessions::status.eq(status_name(SessionStatus::Active)))
            .filter(sessions::hidden_at.is_null())
            .group_by(sessions::health_state)
            .select((sessions::health_state, count_star()))
            .load(c)
            .await)?;
        Ok(counted)
    }

    /// Notes that a callback of the number came; cheap to call for each.
    pub async fn touch_webhook(
        &self,
        id: SessionId,
        now: Timestamp,
    ) -> Result<Receipt, StoreError> {
        if !self.store().heard().is_due(id, now) {
            return Ok(Receipt::default());
        }
        let changes = Changes {
            last_webhook_at: Some(now.naive()),
            ..Changes::default()
        };
        let long_ago = (now - TELL).naive();
        let is_news = |row: &SessionRow| row.last_webhook_at.is_none_or(|last| last < long_ago);
        update(self.store(), id, &changes, is_news).await
    }
}

/// Changes the row; tells it if `is_news` says so of the row before.
async fn update(
    store: &Store,
    id: SessionId,
    changes: &Changes,
    is_news: impl Fn(&SessionRow) -> bool + Send + Sync,
) -> Result<Receipt, StoreError> {
    in_tx!(store.db(), |conn| {
        let before: SessionRow = with_conn!(conn, |c| sessions::table
            .find(id.0)
            .select(SessionRow::as_select())
            .first(c)
            .await)?;
        let is_news = is_news(&before);
        let after: SessionRow = with_conn!(conn, |c| diesel::update(sessions::table.find(id.0))
            .set(changes)
            .returning(SessionRow::as_returning())
            .get_result(c)
            .await)?;
        if is_news && after.hidden_at.is_none() {
            tell(conn, store, &after).await
        } else {
            Ok(Receipt::default())
        }
    })
}
