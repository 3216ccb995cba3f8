//! What the hub shows of messages that went out, read through its API.

use std::collections::BTreeSet;

use super::topology::Topology;

/// A message as an agent sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub id: String,
    pub text: String,
    pub status: String,
}

/// Every message that went out, in all conversations.
pub async fn outbound(topology: &Topology) -> anyhow::Result<Vec<Shown>> {
    let mut conversations = BTreeSet::new();
    let hub = &topology.hub;
    // What changes meanwhile comes again at the end; the other way round it would be left out.
    hub.each("/api/v1/conversations?sort=oldest", |one| {
        conversations.extend(one["id"].as_str().map(str::to_owned));
    })
    .await?;
    let mut shown = Vec::new();
    for id in conversations {
        let path = format!("/api/v1/conversations/{id}/messages");
        hub.each(&path, |message| {
            if message["direction"] != "outbound" {
                return;
            }
            let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
            shown.push(Shown {
                id: text("id"),
                text: text("text"),
                status: text("status"),
            });
        })
        .await?;
    }
    Ok(shown)
}
