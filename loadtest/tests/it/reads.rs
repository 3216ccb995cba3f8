//! `loadtest reads` against a tiny hub.

use serde_json::{Map, Value};

use crate::tiny_hub::{Manners, TinyHub};
use crate::tool::run;

const QUICK: [&str; 8] = [
    "--rate",
    "400",
    "--connections",
    "4",
    "--ramp",
    "100ms",
    "--duration",
    "1s",
];

fn kinds(report: &Value) -> &Map<String, Value> {
    report["kinds"].as_object().unwrap()
}

#[test]
fn each_kind_that_the_hub_can_answer_has_a_latency_of_its_own() {
    let hub = TinyHub::start(Manners::default());
    let (code, report) = run("reads", &hub, &QUICK);
    assert_eq!((code, &report["ok"]), (0, &Value::Bool(true)), "{report:#}");
    let kinds = kinds(&report);
    let count = |figure: &Value| figure["count"].as_u64().unwrap();
    for kind in [
        "inbox_ms",
        "status_ms",
        "team_ms",
        "view_ms",
        "inbox_second_page_ms",
    ] {
        assert!(count(&kinds[kind]) > 0, "{kind}: {report:#}");
    }
    let sum: u64 = kinds.values().map(count).sum();
    assert_eq!(count(&report["all_ms"]), sum);
    assert!(sum > 300, "{report:#}");
    let left_out = report["left_out"].as_str().unwrap();
    assert!(left_out.contains("thread_second_page"), "{report:#}");
    assert!(!kinds.contains_key("thread_second_page_ms"));
}

#[test]
fn an_answer_other_than_200_is_caught() {
    let hub = TinyHub::start(Manners {
        no_searching: true,
        ..Manners::default()
    });
    let (code, report) = run("reads", &hub, &QUICK);
    assert_eq!(code, 1);
    let refused = &report["not_200"]["search_nothing 503"];
    assert!(refused.as_u64() > Some(0), "{report:#}");
    assert!(!kinds(&report).contains_key("search_nothing_ms"));
}
