//! The judgement of `loadtest ingest`, against hubs that do it right and hubs that do not.

use serde_json::Value;

use crate::tiny_hub::{Manners, TinyHub};
use crate::tool::run;

fn ingest(hub: &TinyHub, more: &[&str]) -> (i32, Value) {
    let quick = [
        "--connections",
        "4",
        "--sockets",
        "2",
        "--contacts",
        "20",
        "--ramp",
        "100ms",
        "--duration",
        "700ms",
    ];
    run("ingest", hub, &[&quick, more].concat())
}

#[test]
fn a_good_hub_passes_in_both_loops() {
    let hub = TinyHub::start(Manners::default());
    let (code, report) = ingest(&hub, &["--rate", "200", "--repeat-every", "5"]);
    assert_eq!((code, &report["ok"]), (0, &Value::Bool(true)), "{report:#}");
    assert!(
        report["messages_acked"].as_u64().unwrap() > 100,
        "{report:#}"
    );
    assert!(
        report["push_ms"]["count"].as_u64().unwrap() > 100,
        "{report:#}"
    );
    let (code, report) = ingest(&hub, &["--batch", "3"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["out_of_order"], 0);
}

#[test]
fn a_hub_that_acknowledges_and_forgets_is_caught() {
    let hub = TinyHub::start(Manners {
        lose_every: 50,
        ..Manners::default()
    });
    let (code, report) = ingest(&hub, &["--rate", "300"]);
    assert_eq!(code, 1);
    assert!(report["lost"].as_u64().unwrap() > 0, "{report:#}");
    assert_eq!(report["doubled"], 0);
}

#[test]
fn a_hub_that_stores_repeats_again_is_caught() {
    let hub = TinyHub::start(Manners {
        keep_repeats: true,
        ..Manners::default()
    });
    let (code, report) = ingest(&hub, &["--rate", "300", "--repeat-every", "5"]);
    assert_eq!(code, 1);
    assert!(report["doubled"].as_u64().unwrap() > 0, "{report:#}");
    assert_eq!(report["lost"], 0);
}

#[test]
fn a_hub_that_refuses_for_a_while_gets_everything_again() {
    let hub = TinyHub::start(Manners {
        refuse_every: 20,
        ..Manners::default()
    });
    let (code, report) = ingest(&hub, &["--rate", "300"]);
    assert_eq!(code, 0, "{report:#}");
    let refused = report["not_200"]["503"].as_u64().unwrap();
    assert!(refused > 0, "{report:#}");
    assert_eq!(
        report["retries"].as_u64(),
        Some(refused),
        "each is posted again"
    );
}

#[test]
fn all_kinds_come_from_few_busy_and_many_quiet_contacts() {
    let hub = TinyHub::start(Manners::default());
    let flags = [
        "--rate",
        "400",
        "--zipf",
        "1.0",
        "--profile",
        "mixed",
        "--text-bytes",
        "20-40",
    ];
    let (code, report) = ingest(&hub, &flags);
    assert_eq!(code, 0, "{report:#}");
    let kinds = report["acked_kinds"].as_object().unwrap();
    assert!(kinds.len() > 3, "{report:#}");
    assert_eq!(report["text_bytes"], "20-40");
    assert_eq!(
        report["out_of_order"],
        Value::Null,
        "in parallel there is no order"
    );
}

#[test]
fn shards_share_the_rate_and_nothing_else() {
    let hub = TinyHub::start(Manners::default());
    let (code, report) = ingest(&hub, &["--rate", "400", "--shard", "2/2"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(
        (&report["rate_wanted"], &report["shard"]),
        (&200.0.into(), &"2/2".into())
    );
}
