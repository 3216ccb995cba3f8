//! What the hub kept, read through its API, against what it acknowledged.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::load::board::Board;
use crate::load::hub::Hub;
use crate::load::marker::Marker;

/// The comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Contacts of this run that have a conversation.
    pub contacts: u64,
    pub messages: u64,
    /// Answered 200 but not there.
    pub lost: u64,
    /// There more than once.
    pub doubled: u64,
    /// There though nobody posted it.
    pub unexpected: u64,
    /// Conversations of this run beyond one per contact.
    pub extra_conversations: u64,
    /// Messages of a contact that are numbered before an earlier one of theirs.
    pub out_of_order: u64,
    /// The first few lost messages.
    pub lost_examples: Vec<u64>,
}

/// Reads every conversation and judges.
pub async fn compare(hub: &Hub, marker: &Marker, board: &Board) -> anyhow::Result<Kept> {
    let mut kept = Kept::default();
    let mut conversations = Vec::new();
    hub.each("/api/v1/conversations", |conversation| {
        conversations.extend(conversation["id"].as_str().map(str::to_owned));
    })
    .await?;
    let mut stored: HashMap<u64, u64> = HashMap::new();
    let mut of_contact: HashMap<u32, HashSet<&str>> = HashMap::new();
    let mut numbered: Vec<(u32, i64, u64)> = Vec::new();
    for conversation in &conversations {
        hub.each(
            &format!("/api/v1/conversations/{conversation}/messages"),
            |message| {
                let id = message["provider_id"].as_str().unwrap_or_default();
                if let Some(marked) = marker.read(id.as_bytes()) {
                    *stored.entry(marked.number).or_default() += 1;
                    let seq = message["seq"].as_i64().unwrap_or_default();
                    numbered.push((marked.contact, seq, marked.number));
                    of_contact
                        .entry(marked.contact)
                        .or_default()
                        .insert(conversation);
                }
            },
        )
        .await?;
    }
    kept.contacts = of_contact.len() as u64;
    kept.extra_conversations = of_contact.values().map(|all| all.len() as u64 - 1).sum();
    kept.out_of_order = out_of_order(numbered);
    judge(&mut kept, &stored, board);
    Ok(kept)
}

/// Each contact's messages, in the order of their `seq`, must have rising numbers: they were posted one after the other.
fn out_of_order(mut numbered: Vec<(u32, i64, u64)>) -> u64 {
    numbered.sort_unstable();
    let pairs = numbered.windows(2);
    let wrong = pairs.filter(|pair| pair[0].0 == pair[1].0 && pair[0].2 > pair[1].2);
    wrong.count() as u64
}

fn judge(kept: &mut Kept, stored: &HashMap<u64, u64>, board: &Board) {
    kept.messages = stored.values().sum();
    kept.doubled = stored.values().filter(|count| **count > 1).count() as u64;
    kept.unexpected = stored
        .keys()
        .filter(|number| board.due(**number).is_none())
        .count() as u64;
    for number in 0..board.taken() {
        if board.acked(number) && !stored.contains_key(&number) {
            kept.lost += 1;
            if kept.lost_examples.len() < 10 {
                kept.lost_examples.push(number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_before_an_earlier_one_of_its_contact_is_out_of_order() {
        assert_eq!(out_of_order(vec![(1, 4, 10), (1, 9, 12), (2, 5, 11)]), 0);
        assert_eq!(out_of_order(vec![(1, 9, 10), (1, 4, 12), (2, 5, 11)]), 1);
    }

    #[test]
    fn lost_doubled_and_unexpected_are_told_apart() {
        let board = Board::new(8);
        board.take(4);
        for number in 0..4 {
            board.set_due(number, board.start());
        }
        board.set_acked(0);
        board.set_acked(1);
        let stored = HashMap::from([(1, 2), (2, 1), (7, 1)]);
        let mut kept = Kept::default();
        judge(&mut kept, &stored, &board);
        assert_eq!(
            (kept.lost, kept.doubled, kept.unexpected, kept.messages),
            (1, 1, 1, 4)
        );
        assert_eq!(kept.lost_examples, [0]);
    }
}
