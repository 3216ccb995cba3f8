//! What a socket must have seen: every acknowledged message, once, in its contact's order, with no hole in `seq`.

use super::board::Board;
use super::scan::Seen;

/// One socket's notes.
pub struct Judge {
    last_seq: Option<i64>,
    seen: Vec<u64>,
    last_of_contact: Vec<u64>,
    pub events: u64,
    pub messages: u64,
    pub doubled: u64,
    pub out_of_order: u64,
    pub seq_holes: u64,
    pub seq_repeats: u64,
}

/// The verdict on one socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Verdict {
    pub events: u64,
    pub messages: u64,
    /// Acknowledged but never seen.
    pub lost: u64,
    /// Seen but neither acknowledged nor still unanswered.
    pub doubled: u64,
    pub out_of_order: u64,
    pub seq_holes: u64,
    pub seq_repeats: u64,
}

impl Judge {
    /// A judge for that many messages and contacts.
    pub fn new(most: u64, contacts: u32) -> Self {
        let words = usize::try_from(most / 64 + 1).unwrap_or(usize::MAX);
        Self {
            last_seq: None,
            seen: vec![0; words],
            last_of_contact: vec![0; contacts as usize + 1],
            events: 0,
            messages: 0,
            doubled: 0,
            out_of_order: 0,
            seq_holes: 0,
            seq_repeats: 0,
        }
    }

    /// Where the stream stands when watching begins.
    pub fn begin(&mut self, cursor: &str) {
        if self.last_seq.is_none() {
            self.last_seq = cursor.rsplit('.').next().and_then(|seq| seq.parse().ok());
        }
    }

    /// Notes an event; true when it is the first sight of a message.
    pub fn note(&mut self, seen: Seen) -> bool {
        self.events += 1;
        match self.last_seq {
            Some(last) if seen.seq <= last => self.seq_repeats += 1,
            Some(last) if seen.seq > last + 1 => {
                self.seq_holes += u64::try_from(seen.seq - last - 1).unwrap_or(0);
                self.last_seq = Some(seen.seq);
            }
            _ => self.last_seq = Some(seen.seq),
        }
        let Some(message) = seen.message else {
            return false;
        };
        let (word, bit) = place(message.number);
        let Some(word) = self.seen.get_mut(word) else {
            return false;
        };
        if *word & bit > 0 {
            self.doubled += 1;
            return false;
        }
        *word |= bit;
        self.messages += 1;
        if let Some(last) = self.last_of_contact.get_mut(message.contact as usize) {
            if message.number + 1 < *last {
                self.out_of_order += 1;
            }
            *last = (*last).max(message.number + 1);
        }
        true
    }

    /// Whether a message was seen.
    pub fn has(&self, number: u64) -> bool {
        let (word, bit) = place(number);
        self.seen.get(word).is_some_and(|word| word & bit > 0)
    }

    /// Acknowledged messages that were not seen.
    pub fn missing<'a>(&'a self, board: &'a Board) -> impl Iterator<Item = u64> + 'a {
        (0..board.taken()).filter(|number| board.acked(*number) && !self.has(*number))
    }

    /// The verdict.
    pub fn verdict(&self, board: &Board) -> Verdict {
        Verdict {
            events: self.events,
            messages: self.messages,
            lost: self.missing(board).count() as u64,
            doubled: self.doubled,
            out_of_order: self.out_of_order,
            seq_holes: self.seq_holes,
            seq_repeats: self.seq_repeats,
        }
    }
}

fn place(number: u64) -> (usize, u64) {
    (
        usize::try_from(number / 64).unwrap_or(usize::MAX),
        1 << (number % 64),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::marker::Marked;

    fn seen(seq: i64, contact: u32, number: u64) -> Seen {
        Seen {
            seq,
            message: Some(Marked { contact, number }),
            send: None,
        }
    }

    #[test]
    fn lost_doubled_disordered_and_holes_are_all_counted() {
        let board = Board::new(10);
        board.take(4);
        for number in 0..4 {
            board.set_acked(number);
        }
        let mut judge = Judge::new(10, 2);
        judge.begin("1.10");
        assert!(judge.note(seen(11, 1, 1)));
        assert!(judge.note(seen(12, 1, 0)));
        assert!(!judge.note(seen(14, 1, 0)));
        assert!(!judge.note(seen(14, 1, 0)));
        assert!(judge.note(seen(15, 2, 2)));
        let verdict = judge.verdict(&board);
        assert_eq!(
            verdict,
            Verdict {
                events: 5,
                messages: 3,
                lost: 1,
                doubled: 2,
                out_of_order: 1,
                seq_holes: 1,
                seq_repeats: 1,
            }
        );
    }
}
