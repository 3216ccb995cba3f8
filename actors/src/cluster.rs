//! The nodes of this installation as the last heartbeat saw them, which of them an actor belongs to, and the send
//! lines that this node holds. A belief, not a lock: what rests on it is checked again where it is written.

pub mod placement;
pub mod request;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use tokio::time::Instant;

use crate::model::ids::SessionId;
use crate::model::node::{Lease, Membership, Peer};

/// How long a node that did not answer is not asked again: as long as a dead one stays in the list of those that live.
const SUSPICION: Duration = Duration::from_secs(3);

/// What this node knows of the others. Without a membership it is alone, and everything is its own.
#[derive(Default)]
pub struct Cluster {
    members: RwLock<Option<Arc<Membership>>>,
    /// When the last heartbeat was sent that was answered.
    seen: Mutex<Option<Instant>>,
    lines: Mutex<Lines>,
    suspects: Mutex<HashMap<i64, Instant>>,
}

/// The send lines of numbers.
#[derive(Default)]
struct Lines {
    held: HashMap<SessionId, Lease>,
    /// Given up here, though the database may still have this node for their holder.
    owed: BTreeSet<SessionId>,
}

impl Cluster {
    /// What a node knows when it starts.
    pub fn among(members: Option<Membership>) -> Self {
        Self {
            members: RwLock::new(members.map(Arc::new)),
            seen: Mutex::new(Some(Instant::now())),
            ..Self::default()
        }
    }

    /// Who is there; None when this node is alone for good.
    pub fn members(&self) -> Option<Arc<Membership>> {
        let members = self.members.read();
        members.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes what a heartbeat saw that was sent then; whether the owners are others than before.
    pub fn take(&self, members: Membership, sent: Instant) -> bool {
        let mut held = self.members.write().unwrap_or_else(PoisonError::into_inner);
        let changed = held
            .as_ref()
            .is_none_or(|before| before.owners != members.owners);
        *held = Some(Arc::new(members));
        *lock(&self.seen) = Some(sent);
        changed
    }

    /// Whether the others may take this node for dead since `then`, when it lived: it gave no sign of life for so long, because it
    /// stood still perhaps.
    pub fn may_be_given_up_since(&self, then: Instant) -> bool {
        let seen = *lock(&self.seen);
        then.elapsed() >= SUSPICION && seen.is_some_and(|seen| seen.elapsed() >= SUSPICION)
    }

    /// The other node that owns the actor at `place`, if it may be asked.
    pub fn elsewhere(&self, place: u64) -> Option<Peer> {
        let members = self.members()?;
        let owner = placement::owner(place, &members.owners)?;
        (owner != members.me && !self.is_suspect(owner)).then_some(owner)
    }

    /// Whether the actor at `place` belongs here.
    pub fn is_mine(&self, place: u64) -> bool {
        self.members().is_none_or(|members| {
            placement::owner(place, &members.owners).is_none_or(|owner| owner == members.me)
        })
    }

    /// A node did not answer in time.
    pub fn suspect(&self, peer: Peer) {
        let mut suspects = lock(&self.suspects);
        suspects.retain(|_, since| since.elapsed() < SUSPICION);
        suspects.insert(peer.life, Instant::now());
    }

    fn is_suspect(&self, peer: Peer) -> bool {
        let suspects = lock(&self.suspects);
        suspects
            .get(&peer.life)
            .is_some_and(|since| since.elapsed() < SUSPICION)
    }

    /// The lease of a number's line, if this node holds it.
    pub fn line(&self, session: SessionId) -> Option<Lease> {
        lock(&self.lines).held.get(&session).copied()
    }

    /// The numbers that this node sends for; None when it is alone and sends for all.
    pub fn lines(&self) -> Option<Vec<SessionId>> {
        self.members()?;
        let mut lines: Vec<SessionId> = lock(&self.lines).held.keys().copied().collect();
        lines.sort();
        Some(lines)
    }

    /// From now on this node sends for the number.
    pub fn hold_line(&self, session: SessionId, lease: Lease) {
        let mut lines = lock(&self.lines);
        lines.owed.remove(&session);
        lines.held.insert(session, lease);
    }

    /// This lease holds no longer, says the database; whether this node sent under it.
    pub fn lost_line(&self, session: SessionId, lease: Lease) -> bool {
        let mut lines = lock(&self.lines);
        let held = lines.held.get(&session) == Some(&lease);
        held && lines.held.remove(&session).is_some()
    }

    /// The database is asked for the number's line. Its answer may be lost.
    pub fn ask_for_line(&self, session: SessionId) {
        lock(&self.lines).owed.insert(session);
    }

    /// This node sends no longer for these numbers, of which the database has to be told.
    pub fn give_lines_up(&self, sessions: &[SessionId]) {
        let mut lines = lock(&self.lines);
        for session in sessions {
            if lines.held.remove(session).is_some() {
                lines.owed.insert(*session);
            }
        }
    }

    /// The numbers that were given up and that the database was not told of.
    pub fn owed_lines(&self) -> Vec<SessionId> {
        lock(&self.lines).owed.iter().copied().collect()
    }

    /// The database was told of these.
    pub fn released_lines(&self, sessions: &[SessionId]) {
        let mut lines = lock(&self.lines);
        for session in sessions {
            lines.owed.remove(session);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No change is ever left half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
