//! The same messages several times at once, copy beside copy, over all nodes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::load::board::Board;
use crate::load::body::{Target, Writer};
use crate::load::marker::{Marked, Marker};
use crate::load::profile::Kind;
use crate::load::script::Script;
use crate::load::wire::Wire;

/// A webhook is repeated that often until it is answered 200.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_millis(100);

/// What is posted.
pub struct Plan {
    pub target: Target,
    pub marker: Marker,
    pub kind: Kind,
    pub messages: u64,
    /// How often each is posted.
    pub copies: usize,
    /// The first of this run's contacts.
    pub first_contact: u32,
    /// Messages of each contact, which follow each other and so are under way at once.
    pub each: u64,
    /// Connections for each copy.
    pub connections: u64,
}

/// Posts all copies; returns how many webhooks were never answered 200.
pub async fn post(plan: &Arc<Plan>, board: &Arc<Board>) -> anyhow::Result<u64> {
    let connections = usize::try_from(plan.connections).unwrap_or(1);
    let gate = Arc::new(Barrier::new(plan.copies * connections));
    let mut posters = JoinSet::new();
    for copy in 0..plan.copies {
        for connection in 0..plan.connections {
            let (plan, board, gate) = (Arc::clone(plan), Arc::clone(board), Arc::clone(&gate));
            posters.spawn(post_share(plan, board, copy, connection, gate));
        }
    }
    let mut unanswered = 0;
    while let Some(result) = posters.join_next().await {
        unanswered += result?.context("the app secret can't be a key")?;
    }
    Ok(unanswered)
}

/// One connection of one copy: its share of the messages, contact after contact.
async fn post_share(
    plan: Arc<Plan>,
    board: Arc<Board>,
    copy: usize,
    connection: u64,
    gate: Arc<Barrier>,
) -> Option<u64> {
    let mut writer = Writer::new(&plan.target, plan.marker.clone(), Script::plain())?;
    let nodes = std::iter::once(&plan.target.authority).chain(&plan.target.others);
    let mut wires: Vec<Wire> = nodes.map(|node| Wire::new(node)).collect();
    let mut turn = copy;
    let mut request = Vec::with_capacity(2048);
    let mut unanswered = 0;
    gate.wait().await;
    let mut number = connection;
    while number < plan.messages {
        let contact = plan.first_contact + u32::try_from(number / plan.each).unwrap_or(0);
        let message = (Marked { contact, number }, plan.kind);
        writer.write(&mut request, &[message], chrono::Utc::now().timestamp());
        if deliver(&mut wires, &mut turn, &request).await {
            board.set_acked(number);
        } else {
            unanswered += 1;
        }
        number += plan.connections;
    }
    Some(unanswered)
}

async fn deliver(wires: &mut [Wire], turn: &mut usize, request: &[u8]) -> bool {
    for _ in 0..TRIES {
        *turn = (*turn + 1) % wires.len();
        if matches!(wires[*turn].ask(request).await, Ok(200)) {
            return true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}
