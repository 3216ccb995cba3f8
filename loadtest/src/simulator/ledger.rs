//! What the simulator accepted: the truth that tests compare the hub with. Keyed by the sender's own attempt id
//! (`biz_opaque_callback_data`), because that is what shows a message sent twice.

use std::collections::{HashMap, VecDeque};

use serde::Serialize;
use serde_json::Value;

/// Attempts remembered; the oldest are forgotten beyond that.
const MAX_ATTEMPTS: usize = 500_000;

/// All POSTs with one attempt id.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Attempt {
    /// Rises by one per attempt.
    pub number: u64,
    pub attempt: String,
    /// When the first POST arrived, in milliseconds since 1970.
    pub first_at_ms: i64,
    pub phone_number_id: String,
    pub to: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// The message object as it was posted last.
    pub body: Value,
    /// POSTs that arrived, accepted or not.
    pub posts: u32,
    /// POSTs that became a message. More than one means that the customer got it twice.
    pub accepted: u32,
    pub wamids: Vec<String>,
    /// Codes of the answers that were no.
    pub refused: Vec<i64>,
    /// Statuses told, in order.
    pub statuses: Vec<String>,
}

/// Counters over the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LedgerTotals {
    pub attempts: usize,
    pub posts: u64,
    pub accepted: u64,
    /// Attempts that were accepted more than once.
    pub doubled: u64,
}

/// The attempts, findable by attempt id and by message id.
#[derive(Debug, Default)]
pub struct Ledger {
    attempts: HashMap<String, Attempt>,
    order: VecDeque<String>,
    /// Attempts that were forgotten.
    forgotten: u64,
    by_wamid: HashMap<String, String>,
}

impl Ledger {
    /// Writes down that a POST arrived.
    pub fn posted(
        &mut self,
        attempt: &str,
        phone_number_id: &str,
        to: &str,
        kind: &str,
        body: &Value,
        now_ms: i64,
    ) {
        if !self.attempts.contains_key(attempt) {
            if self.order.len() >= MAX_ATTEMPTS
                && let Some(old) = self
                    .order
                    .pop_front()
                    .and_then(|id| self.attempts.remove(&id))
            {
                self.forgotten += 1;
                for wamid in old.wamids {
                    self.by_wamid.remove(&wamid);
                }
            }
            self.order.push_back(attempt.to_owned());
        }
        let number = self.last();
        let entry = self.attempts.entry(attempt.to_owned()).or_default();
        if entry.posts == 0 {
            entry.number = number;
            entry.first_at_ms = now_ms;
        }
        attempt.clone_into(&mut entry.attempt);
        phone_number_id.clone_into(&mut entry.phone_number_id);
        to.clone_into(&mut entry.to);
        kind.clone_into(&mut entry.kind);
        entry.body = body.clone();
        entry.posts += 1;
    }

    /// Writes down that it became a message.
    pub fn accepted(&mut self, attempt: &str, wamid: &str) {
        if let Some(entry) = self.attempts.get_mut(attempt) {
            entry.accepted += 1;
            entry.wamids.push(wamid.to_owned());
            self.by_wamid.insert(wamid.to_owned(), attempt.to_owned());
        }
    }

    /// Writes down that it was refused.
    pub fn refused(&mut self, attempt: &str, code: i64) {
        if let Some(entry) = self.attempts.get_mut(attempt) {
            entry.refused.push(code);
        }
    }

    /// Writes down that a status was told.
    pub fn told(&mut self, wamid: &str, status: &str) {
        if let Some(entry) = self
            .by_wamid
            .get(wamid)
            .and_then(|attempt| self.attempts.get_mut(attempt))
        {
            entry.statuses.push(status.to_owned());
        }
    }

    /// One attempt.
    pub fn get(&self, attempt: &str) -> Option<&Attempt> {
        self.attempts.get(attempt)
    }

    /// The attempt that became this message.
    pub fn by_wamid(&self, wamid: &str) -> Option<&Attempt> {
        self.attempts.get(self.by_wamid.get(wamid)?)
    }

    /// The newest attempts first.
    pub fn newest(&self, limit: usize) -> impl Iterator<Item = &Attempt> {
        self.order
            .iter()
            .rev()
            .take(limit)
            .filter_map(|attempt| self.attempts.get(attempt))
    }

    /// The number of the newest attempt.
    pub fn last(&self) -> u64 {
        self.forgotten + self.order.len() as u64
    }

    /// The attempts after that number, the oldest first.
    pub fn after(&self, number: u64, limit: usize) -> impl Iterator<Item = &Attempt> {
        let skip = usize::try_from(number.saturating_sub(self.forgotten)).unwrap_or(usize::MAX);
        self.order
            .iter()
            .skip(skip)
            .take(limit)
            .filter_map(|attempt| self.attempts.get(attempt))
    }

    /// Sums over everything remembered.
    pub fn totals(&self) -> LedgerTotals {
        let mut totals = LedgerTotals {
            attempts: self.attempts.len(),
            ..LedgerTotals::default()
        };
        for entry in self.attempts.values() {
            totals.posts += u64::from(entry.posts);
            totals.accepted += u64::from(entry.accepted);
            totals.doubled += u64::from(entry.accepted > 1);
        }
        totals
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_accepted_twice_is_counted_as_doubled() {
        let mut ledger = Ledger::default();
        for wamid in ["wamid.A", "wamid.B"] {
            ledger.posted("att_1", "1", "15550001111", "text", &Value::Null, 7);
            ledger.accepted("att_1", wamid);
        }
        ledger.posted("att_2", "1", "15550001111", "text", &Value::Null, 7);
        ledger.refused("att_2", 131056);
        ledger.told("wamid.B", "sent");
        assert_eq!(
            ledger.totals(),
            LedgerTotals {
                attempts: 2,
                posts: 3,
                accepted: 2,
                doubled: 1
            }
        );
        let after: Vec<(u64, i64)> = ledger
            .after(1, 10)
            .map(|attempt| (attempt.number, attempt.first_at_ms))
            .collect();
        assert_eq!((after, ledger.last()), (vec![(2, 7)], 2));
        assert_eq!(
            ledger.by_wamid("wamid.A").map(|a| a.statuses.clone()),
            Some(vec!["sent".to_owned()])
        );
    }
}
