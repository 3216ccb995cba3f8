//! Faults on command: an operation fails some times, loses its answer after the commit, panics on a text, or
//! waits until a test lets it go.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use crate::ports::store::StoreError;

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The database can't be reached; nothing is stored.
    Unavailable,
    /// Somebody else was faster; nothing is stored.
    Conflict,
    /// A query is wrong; nothing is stored.
    Broken,
    /// It is stored, but the answer is lost: the caller hears `Unavailable`.
    AnswerLost,
    /// The code panics before anything is stored.
    Panic,
}

impl Fault {
    fn error(self, operation: &str) -> StoreError {
        match self {
            Self::Conflict => StoreError::Conflict,
            Self::Broken => StoreError::Broken(format!("{operation} was told to break")),
            Self::Unavailable | Self::AnswerLost => {
                StoreError::Unavailable(format!("{operation} was told to fail"))
            }
            Self::Panic => panic!("{operation} was told to panic"),
        }
    }
}

/// Holds calls back until it is opened or dropped.
#[derive(Debug)]
pub struct Gate(Arc<Semaphore>);

impl Gate {
    /// A closed gate that belongs to nothing yet.
    pub fn closed() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    /// What stands behind it: closed when the gate is opened.
    pub fn semaphore(&self) -> Arc<Semaphore> {
        Arc::clone(&self.0)
    }

    /// Lets one call through.
    pub fn let_one_through(&self) {
        self.0.add_permits(1);
    }

    /// Lets all calls through.
    pub fn open(self) {}
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// The faults of one fake.
#[derive(Debug, Default)]
pub struct Faults {
    plan: Mutex<Plan>,
}

#[derive(Debug, Default)]
struct Plan {
    faults: HashMap<&'static str, VecDeque<Fault>>,
    gates: HashMap<&'static str, Arc<Semaphore>>,
    exits: HashMap<&'static str, Arc<Semaphore>>,
    calls: HashMap<&'static str, usize>,
    poison: Vec<String>,
}

impl Faults {
    /// The next `times` calls of `operation` end with `fault`.
    pub fn fail(&self, operation: &'static str, times: usize, fault: Fault) {
        let mut plan = self.plan();
        let queue = plan.faults.entry(operation).or_default();
        queue.extend(std::iter::repeat_n(fault, times));
    }

    /// Forgets the faults that did not happen yet.
    pub fn heal(&self) {
        let mut plan = self.plan();
        plan.faults.clear();
        plan.poison.clear();
    }

    /// Whoever handles a message with this text panics.
    pub fn poison(&self, text: &str) {
        self.plan().poison.push(text.to_owned());
    }

    /// Holds the coming calls of `operation` back.
    pub fn hold(&self, operation: &'static str) -> Gate {
        let gate = Gate::closed();
        self.plan().gates.insert(operation, gate.semaphore());
        gate
    }

    /// Holds the answers of the coming calls of `operation` back: what they found is of before.
    pub fn hold_answer(&self, operation: &'static str) -> Gate {
        let gate = Gate::closed();
        self.plan().exits.insert(operation, gate.semaphore());
        gate
    }

    /// How often `operation` was called.
    pub fn calls(&self, operation: &'static str) -> usize {
        self.plan().calls.get(operation).copied().unwrap_or(0)
    }

    /// Panics when the text is poison.
    pub fn taste(&self, text: Option<&str>) {
        let poisoned = text.is_some_and(|text| self.plan().poison.iter().any(|p| p == text));
        assert!(!poisoned, "this message is poison");
    }

    /// Stands at the door of `operation`, then runs `work` unless the call has to fail.
    pub async fn run<T>(
        &self,
        operation: &'static str,
        work: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let answer = match self.enter(operation).await {
            None => work(),
            Some(Fault::AnswerLost) => {
                work()?;
                Err(Fault::AnswerLost.error(operation))
            }
            Some(fault) => Err(fault.error(operation)),
        };
        let exit = self.plan().exits.get(operation).cloned();
        pass(exit).await;
        answer
    }

    /// Waits for the gate and says what is to go wrong with this call.
    pub async fn enter(&self, operation: &'static str) -> Option<Fault> {
        let gate = {
            let mut plan = self.plan();
            *plan.calls.entry(operation).or_default() += 1;
            plan.gates.get(operation).cloned()
        };
        pass(gate).await;
        self.plan().faults.get_mut(operation)?.pop_front()
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits at a gate, if there is one.
async fn pass(gate: Option<Arc<Semaphore>>) {
    if let Some(gate) = gate
        && let Ok(permit) = gate.acquire().await
    {
        permit.forget();
    }
}
