//! Credentials of numbers on loan: opening sealed ones for every send and every callback would cost more than
//! the rest of it. Kept for a moment only, so that a change acts at once here and within seconds elsewhere. Whoever comes
//! when that is over shares one question with all others, and while the database is slow goes on with what was known.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actors::model::ids::{OrganizationId, SessionId};
use actors::ports::store::StoreError;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use super::{SessionCredentials, Store};
use crate::secret::Keyring;

/// How long opened credentials are believed.
const MEMORY: Duration = Duration::from_secs(2);
/// How long they serve when the database does not tell.
const LONGEST_MEMORY: Duration = Duration::from_secs(60);
/// How long the database may take to tell before what was known serves.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long one question may take; the next may find a better connection.
const LONGEST_ANSWER: Duration = Duration::from_secs(8);
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
    memory: Duration,
    open: Mutex<HashMap<SessionId, Entry>>,
    /// What is being asked.
    asked: Mutex<Questions>,
    /// Which number has a provider's id.
    numbers: Mutex<ByNumber>,
}

type ByNumber = HashMap<(OrganizationId, String), (Instant, Option<SessionId>)>;
type Found = Option<Arc<SessionCredentials>>;
type Entry = (Instant, Found);

/// What is being asked of the database, one question for each number.
#[derive(Default)]
struct Questions {
    last: u64,
    open: HashMap<SessionId, Question>,
}

#[derive(Clone)]
struct Question {
    number: u64,
    since: Instant,
    answer: Answer,
}

impl Questions {
    /// The question is answered; whether the answer is current.
    fn close(&mut self, id: SessionId, question: u64) -> bool {
        let is_current = self
            .open
            .get(&id)
            .is_some_and(|open| open.number == question);
        if is_current {
            self.open.remove(&id);
        }
        is_current
    }
}

type Answer = Shared<BoxFuture<'static, Result<Found, StoreError>>>;

impl Vault {
    /// Nothing is open yet.
    pub fn new(store: Store, keyring: Keyring) -> Self {
        Self::believing(store, keyring, MEMORY)
    }

    /// The same, with credentials that are believed for `memory` before the database is asked again.
    pub fn believing(store: Store, keyring: Keyring, memory: Duration) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                keyring,
                memory,
                open: Mutex::new(HashMap::new()),
                asked: Mutex::default(),
                numbers: Mutex::new(HashMap::new()),
            }),
        }
    }

    /// The credentials of a number; None when it does not exist.
    pub async fn credentials(
        &self,
        id: SessionId,
    ) -> Result<Option<Arc<SessionCredentials>>, StoreError> {
        let known = self.lock().get(&id).cloned();
        if let Some((_, known)) = known
            .clone()
            .filter(|(at, _)| at.elapsed() < self.inner.memory)
        {
            return Ok(known);
        }
        let asked = self.ask(id);
        // That a number is not there is never taken from memory for long.
        let serves = |(at, known): &Entry| known.is_some() && at.elapsed() < LONGEST_MEMORY;
        if !known.is_some_and(|known| serves(&known)) {
            return asked.answer.await;
        }
        // Whoever comes while a question hangs does not wait for it anew.
        let patience = PATIENCE.saturating_sub(asked.since.elapsed());
        match tokio::time::timeout(patience, asked.answer.clone()).await {
            Ok(Err(StoreError::Unavailable(_))) | Err(_) => {}
            Ok(told) => return told,
        }
        // It may have been changed meanwhile.
        let known = self.lock().get(&id).cloned();
        match known.filter(serves) {
            Some((_, known)) => Ok(known),
            None => asked.answer.await,
        }
    }

    /// Whose number it is, when that is known: it never changes.
    pub fn organization(&self, id: SessionId) -> Option<OrganizationId> {
        let open = self.lock();
        let (_, known) = open.get(&id)?;
        known.as_ref().map(|known| known.organization)
    }

    /// The answer of the database, for all who ask meanwhile.
    fn ask(&self, id: SessionId) -> Question {
        let mut questions = lock(&self.inner.asked);
        if let Some(asked) = questions.open.get(&id) {
            return asked.clone();
        }
        questions.last += 1;
        let (question, this, that) = (questions.last, self.clone(), self.clone());
        // Whoever asked first may go away before there is an answer.
        let telling = tokio::spawn(async move {
            let unscoped = this.inner.store.unscoped();
            let keyring = &this.inner.keyring;
            let told = unscoped.session_credentials(keyring, id);
            let told = match tokio::time::timeout(LONGEST_ANSWER, told).await {
                Ok(told) => told.map(|found| found.map(Arc::new)),
                Err(_) => Err(StoreError::Unavailable("no answer".to_owned())),
            };
            let mut questions = lock(&this.inner.asked);
            // A change that came meanwhile is not in it; one that comes now waits until it is remembered.
            if let (true, Ok(found)) = (questions.close(id, question), &told) {
                this.remember(id, found.clone());
            }
            drop(questions);
            told
        });
        let told = async move {
            match telling.await {
                Ok(told) => told,
                // Its thread ended.
                Err(error) => {
                    lock(&that.inner.asked).close(id, question);
                    Err(StoreError::Unavailable(error.to_string()))
                }
            }
        };
        let question = Question {
            number: question,
            since: Instant::now(),
            answer: told.boxed().shared(),
        };
        questions.open.insert(id, question.clone());
        question
    }

    /// The number of the organization that the provider calls `phone_number_id`.
    pub async fn number(
        &self,
        organization: OrganizationId,
        phone_number_id: &str,
    ) -> Result<Option<SessionId>, StoreError> {
        let key = (organization, phone_number_id.to_owned());
        let known = self.numbers().get(&key).copied();
        if let Some((_, id)) = known.filter(|(at, _)| at.elapsed() < self.inner.memory) {
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
        lock(&self.inner.asked).open.remove(&id);
        self.lock().remove(&id);
    }

    fn remember(&self, id: SessionId, found: Found) {
        let mut open = self.lock();
        if open.len() >= MOST {
            open.retain(|_, (at, _)| at.elapsed() < self.inner.memory);
        }
        if open.len() < MOST {
            open.insert(id, (Instant::now(), found));
        }
    }

    fn numbers(&self) -> MutexGuard<'_, ByNumber> {
        lock(&self.inner.numbers)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Entry>> {
        lock(&self.inner.open)
    }
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    // The maps are never left half-changed.
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
