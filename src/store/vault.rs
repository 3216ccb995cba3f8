//! Credentials of numbers on loan: opening sealed ones for every send and every callback would cost more than
//! the rest of it. Kept for a moment only, so that a change acts at once here and within seconds elsewhere.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actors::model::ids::{OrganizationId, SessionId};
use actors::ports::store::StoreError;

use super::{SessionCredentials, Store};
use crate::secret::Keyring;

/// How long opened credentials are believed.
const MEMORY: Duration = Duration::from_secs(2);
/// How many numbers are remembered.
const MOST: usize = 4096;

/// Opens and remembers credentials; cheap to clone.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    keyring: Keyring,
    open: Mutex<HashMap<SessionId, Entry>>,
    /// Which number has a provider's id.
    numbers: Mutex<ByNumber>,
}

type ByNumber = HashMap<(OrganizationId, String), (Instant, Option<SessionId>)>;
type Entry = (Instant, Option<Arc<SessionCredentials>>);

impl Vault {
    /// Nothing is open yet.
    pub fn new(store: Store, keyring: Keyring) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                keyring,
                open: Mutex::new(HashMap::new()),
                numbers: Mutex::new(HashMap::new()),
            }),
        }
    }

    /// The credentials of a number; None when it does not exist.
    pub async fn credentials(
        &self,
        id: SessionId,
    ) -> Result<Option<Arc<SessionCredentials>>, StoreError> {
        if let Some(known) = self.remembered(id) {
            return Ok(known);
        }
        let unscoped = self.inner.store.unscoped();
        let found = unscoped
            .session_credentials(&self.inner.keyring, id)
            .await?;
        let found = found.map(Arc::new);
        self.remember(id, found.clone());
        Ok(found)
    }

    /// The number of the organization that the provider calls `phone_number_id`.
    pub async fn number(
        &self,
        organization: OrganizationId,
        phone_number_id: &str,
    ) -> Result<Option<SessionId>, StoreError> {
        let key = (organization, phone_number_id.to_owned());
        let known = self.numbers().get(&key).copied();
        if let Some((_, id)) = known.filter(|(at, _)| at.elapsed() < MEMORY) {
            return Ok(id);
        }
        let tenant = self.inner.store.tenant(organization);
        let id = tenant
            .sessions_by_number(phone_number_id)
            .await?
            .first()
            .copied();
        let mut numbers = self.numbers();
        if numbers.len() >= MOST {
            numbers.clear();
        }
        numbers.insert(key, (Instant::now(), id));
        Ok(id)
    }

    /// The credentials of a number changed.
    pub fn forget(&self, id: SessionId) {
        self.lock().remove(&id);
    }

    fn remembered(&self, id: SessionId) -> Option<Option<Arc<SessionCredentials>>> {
        let open = self.lock();
        let (at, known) = open.get(&id)?;
        (at.elapsed() < MEMORY).then(|| known.clone())
    }

    fn remember(&self, id: SessionId, found: Option<Arc<SessionCredentials>>) {
        let mut open = self.lock();
        if open.len() >= MOST {
            open.retain(|_, (at, _)| at.elapsed() < MEMORY);
        }
        if open.len() < MOST {
            open.insert(id, (Instant::now(), found));
        }
    }

    fn numbers(&self) -> MutexGuard<'_, ByNumber> {
        self.inner
            .numbers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Entry>> {
        // The map is never left half-changed.
        self.inner
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
