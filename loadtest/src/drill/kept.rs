//! What the hub kept, read through its API, against what it acknowledged.

use std::collections::HashMap;

use serde::Serialize;

use crate::load::board::Board;
use crate::load::hub::Hub;
use crate::load::marker::Marker;

/// The comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Kept {
    pub conversations: u64,
    pub messages: u64,
    /// Answered 200 but not there.
    pub lost: u64,
    /// There more than once.
    pub doubled: u64,
    /// There though nobody posted it.
    pub unexpected: u64,
    /// Conversations beyond one per contact.
    pub extra_conversations: u64,
    /// The first few lost messages.
    pub lost_examples: Vec<u64>,
}

/// Reads every conversation and judges.
pub async fn compare(hub: &Hub, marker: &Marker, board: &Board) -> anyhow::Result<Kept> {
    let mut kept = Kept::default();
    let mut conversations = Vec::new();
    let mut per_contact: HashMap<String, u64> = HashMap::new();
    hub.each("/api/v1/conversations", |conversation| {
        if let Some(id) = conversation["id"].as_str() {
            conversations.push(id.to_owned());
        }
        if let Some(contact) = conversation["contact"]["id"].as_str() {
            *per_contact.entry(contact.to_owned()).or_default() += 1;
        }
    })
    .await?;
    kept.conversations = conversations.len() as u64;
    kept.extra_conversations = per_contact.values().map(|count| count - 1).sum();
    let mut stored: HashMap<u64, u64> = HashMap::new();
    for conversation in &conversations {
        hub.each(
            &format!("/api/v1/conversations/{conversation}/messages"),
            |message| {
                let marked = message["provider_id"]
                    .as_str()
                    .and_then(|id| marker.read(id.as_bytes()));
                if let Some(marked) = marked {
                    *stored.entry(marked.number).or_default() += 1;
                }
            },
        )
        .await?;
    }
    judge(&mut kept, &stored, board);
    Ok(kept)
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
