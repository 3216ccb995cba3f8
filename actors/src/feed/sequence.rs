//! Puts an organization's events back into `seq` order: what arrives early waits, what arrives twice is
//! dropped, and a hole is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::event::Envelope;

/// Events kept while a hole is open; beyond that the store is read anyway.
const MAX_WAITING: usize = 20_000;

/// The order of one organization's events on this node.
#[derive(Debug)]
pub struct Sequence {
    head: i64,
    waiting: BTreeMap<i64, Arc<Envelope>>,
}

impl Sequence {
    /// A sequence whose last event was `head`.
    pub const fn new(head: i64) -> Self {
        Self {
            head,
            waiting: BTreeMap::new(),
        }
    }

    /// The last event that was handed out.
    pub const fn head(&self) -> i64 {
        self.head
    }

    /// Takes an event in; hands out what is next in order, through `out`.
    pub fn offer(&mut self, envelope: Arc<Envelope>, out: &mut Vec<Arc<Envelope>>) {
        let seq = envelope.seq;
        if seq <= self.head {
            return;
        }
        if seq > self.head + 1 {
            if self.waiting.len() < MAX_WAITING {
                self.waiting.insert(seq, envelope);
            }
            return;
        }
        self.head = seq;
        out.push(envelope);
        while let Some(next) = self.waiting.remove(&(self.head + 1)) {
            self.head += 1;
            out.push(next);
        }
    }

    /// Whether something waits for an event that did not come.
    pub fn has_hole(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Gives up what lies before `head`: it is no longer kept anywhere.
    pub fn skip_to(&mut self, head: i64, out: &mut Vec<Arc<Envelope>>) {
        self.head = self.head.max(head);
        self.waiting = self.waiting.split_off(&(self.head + 1));
        while let Some(next) = self.waiting.remove(&(self.head + 1)) {
            self.head += 1;
            out.push(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Audience, Event};
    use crate::model::ids::OrganizationId;
    use crate::model::json::Json;
    use crate::time::Timestamp;

    fn event(seq: i64) -> Arc<Envelope> {
        Arc::new(Envelope {
            organization: OrganizationId(1),
            seq,
            at: Timestamp::default(),
            audience: Audience::Everyone,
            event: Event::TemplateUpdated(Json::null()),
            row: None,
        })
    }

    fn offer(sequence: &mut Sequence, seqs: &[i64]) -> Vec<i64> {
        let mut out = Vec::new();
        for seq in seqs {
            sequence.offer(event(*seq), &mut out);
        }
        out.iter().map(|envelope| envelope.seq).collect()
    }

    #[test]
    fn events_leave_in_order_and_once_whatever_order_they_come_in() {
        let mut sequence = Sequence::new(10);
        assert_eq!(offer(&mut sequence, &[13, 11, 11, 9, 12, 13]), [11, 12, 13]);
        assert!(!sequence.has_hole());
    }

    #[test]
    fn a_hole_holds_back_what_follows() {
        let mut sequence = Sequence::new(0);
        assert_eq!(offer(&mut sequence, &[1, 3, 4]), [1]);
        assert!(sequence.has_hole());
        assert_eq!(offer(&mut sequence, &[2]), [2, 3, 4]);
    }

    #[test]
    fn a_tail_that_is_gone_is_skipped() {
        let mut sequence = Sequence::new(0);
        assert_eq!(offer(&mut sequence, &[5, 6, 8]), [] as [i64; 0]);
        let mut out = Vec::new();
        sequence.skip_to(4, &mut out);
        assert_eq!(
            out.iter().map(|envelope| envelope.seq).collect::<Vec<_>>(),
            [5, 6]
        );
        assert_eq!(sequence.head(), 6);
    }
}
