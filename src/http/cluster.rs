//! The nodes of this installation, as an admin sees them: who is there, what each has in hand and how it fares. Each
//! node is asked itself; one that does not answer is shown by what the database knows of it.

use std::collections::HashSet;

use actors::model::ids::SessionId;
use actors::model::node::{Peer, Report};
use actors::time::Timestamp;
use futures_util::future::join_all;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::Shown;
use super::error::ApiResult;
use super::extract::Caller;
use super::permission::ReadCluster;
use crate::store::{NodeRow, field};

/// Numbers of one organization that are shown.
const MOST_NUMBERS: i64 = 1000;

/// The nodes of this installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClusterView {
    nodes: Vec<NodeView>,
    /// Whether this is a hub of its own, which shares its database with nobody.
    embedded: bool,
    /// How long the database took to answer, in milliseconds.
    database_ms: u64,
    /// Whether this node hears the others; null without Redis.
    bus: Option<bool>,
}

/// One node.
#[derive(Debug, Serialize, ToSchema)]
pub struct NodeView {
    /// The number that its ids carry.
    number: i64,
    /// NODE_NAME.
    name: String,
    version: String,
    /// `live`, `leaving`, `dead` (silent for too long), or `tool` (an import or the like).
    standing: String,
    /// The one that answers this request.
    this: bool,
    /// Whether it keeps the organization's waiting lines.
    keeps_queues: bool,
    started_at: Option<Timestamp>,
    /// How long ago it said that it lives, in milliseconds.
    silent_ms: u64,
    /// Null when it did not answer.
    report: Option<Report>,
}

/// The nodes, by number.
pub async fn show(caller: Caller<ReadCluster>) -> ApiResult<Shown<ClusterView>> {
    let app = &caller.app;
    let asked = std::time::Instant::now();
    let (rows, now) = app.store.nodes().await?;
    let database_ms = u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX);
    let nodes = rows.into_iter().map(|row| view(&caller, row, now));
    let mut nodes = join_all(nodes).await;
    // Other organizations' numbers are nobody's business here.
    let ours = caller.tenant().list_sessions(None, MOST_NUMBERS).await?;
    let ours: HashSet<SessionId> = ours.iter().map(|session| session.id).collect();
    for report in nodes.iter_mut().filter_map(|node| node.report.as_mut()) {
        report.lines.retain(|line| ours.contains(line));
    }
    Ok(Shown(ClusterView {
        nodes,
        embedded: app.store.is_embedded(),
        database_ms,
        bus: app.redis.as_ref().map(|hears| hears()),
    }))
}

async fn view(caller: &Caller<ReadCluster>, row: NodeRow, now: Timestamp) -> NodeView {
    let app = &caller.app;
    let peer = Peer {
        number: row.number,
        life: row.life,
    };
    let this = peer == app.store.me();
    let embedded = app.store.is_embedded();
    let report = match row.standing.as_str() {
        _ if this => Some(app.report()),
        "live" | "leaving" => app.hub.report_of(peer).await,
        _ => None,
    };
    let silent = if embedded {
        0
    } else {
        now.millis() - field::instant(row.seen_at).millis()
    };
    NodeView {
        number: row.number,
        name: row.name,
        version: row.version,
        // A hub of its own tells nobody that it serves.
        standing: if embedded {
            "live".to_owned()
        } else {
            row.standing
        },
        this,
        keeps_queues: caller
            .app
            .hub
            .queues_keeper(caller.actor.organization)
            .map_or(this, |keeper| keeper == peer),
        started_at: field::instant_opt(row.started_at),
        silent_ms: u64::try_from(silent).unwrap_or(0),
        report,
    }
}
