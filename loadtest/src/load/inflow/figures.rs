//! The figures of a run of customers.

use serde_json::{Value, json};

use super::Inflow;
use crate::load::post::Posted;
use crate::load::report::{self, percentiles, round};
use crate::load::socket::Watched;

/// What was posted, how it was answered, and what the sockets saw of it.
pub fn figures(inflow: &Inflow, acked: u64, posted: &Posted, watched: &[Watched]) -> Value {
    let mut report = json!({
        "ok": posted.unanswered == 0,
        "loop": if inflow.schedule.is_closed() { "closed" } else { "open" },
        "rate_wanted": inflow.schedule.rate(),
        "rate_measured": round(posted.ack.len() as f64 * inflow.batch as f64 / inflow.measured().as_secs_f64()),
        "connections": inflow.connections,
        "batch": inflow.batch,
        "contacts": inflow.contacts,
        "zipf": inflow.zipf,
        "profile": inflow.profile.to_string(),
        "text_bytes": inflow.size.map(|size| size.to_string()),
        "seed": inflow.seed,
        "shard": inflow.shard.to_string(),
        "webhooks": posted.webhooks,
        "messages_acked": acked,
        "acked_kinds": posted.kinds,
        "repeated": posted.repeated,
        "retries": posted.retries,
        "not_200": posted.not_200(),
        "broken": posted.broken,
        "unanswered": posted.unanswered,
        "ack_ms": percentiles(&posted.ack),
        "generator_late_ms": percentiles(&posted.late),
        "acked_by_second": posted.by_second.iter().map(|second| second.acked).collect::<Vec<_>>(),
        "slowest_ack_ms_by_second": posted.by_second.iter().map(|second| second.slowest as f64 / 1e3).collect::<Vec<_>>(),
    });
    if inflow.sockets > 0 {
        watching(inflow, &mut report, watched);
    }
    report
}

fn watching(inflow: &Inflow, report: &mut Value, watched: &[Watched]) {
    let mut push = report::histogram();
    for one in watched {
        // All have the same bounds, so adding can't fail.
        let _ = push.add(&one.push);
    }
    let sum = |pick: fn(&Watched) -> u64| watched.iter().map(pick).sum::<u64>();
    let (lost, doubled) = (sum(|w| w.verdict.lost), sum(|w| w.verdict.doubled));
    let holes = sum(|w| w.verdict.seq_holes + w.verdict.seq_repeats);
    let ended: Vec<String> = watched.iter().filter_map(|w| w.ended.clone()).collect();
    let has_order = inflow.zipf == 0.0;
    if lost + doubled + holes > 0 || !ended.is_empty() {
        report["ok"] = false.into();
    }
    report["push_ms"] = percentiles(&push);
    report["lost"] = json!(lost);
    report["doubled"] = json!(doubled);
    // By Zipf's law a contact's messages are on their way at the same time: they have no order to be kept.
    report["out_of_order"] = json!(has_order.then(|| sum(|w| w.verdict.out_of_order)));
    report["seq_holes"] = json!(holes);
    report["reloads"] = json!(sum(|w| w.reloads));
    // A socket that falls behind is cut and resumes; nothing is lost by it, but it should not happen.
    report["socket_reconnects"] = json!(sum(|w| w.reconnects));
    report["sockets"] = json!(inflow.sockets);
    report["sockets_ended"] = json!(ended);
    report["frames_seen"] = json!(sum(|w| w.frames));
    report["events_seen"] = json!(sum(|w| w.verdict.events));
}
