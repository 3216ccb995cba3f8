//! The judgement of `loadtest agents`.

use serde_json::Value;

use crate::tiny_hub::{Manners, TinyHub};
use crate::tool::run;

const QUICK: [&str; 15] = [
    "--agents",
    "6",
    "--think",
    "20ms",
    "--read",
    "10ms",
    "--write",
    "10ms",
    "--rate",
    "50",
    "--ramp",
    "100ms",
    "--duration",
    "1s",
    "--transfer=0.3",
];

#[test]
fn agents_open_read_answer_hand_on_and_close() {
    let hub = TinyHub::start(Manners::default());
    let (code, report) = run("agents", &hub, &QUICK);
    assert_eq!((code, &report["ok"]), (0, &Value::Bool(true)), "{report:#}");
    for action in [
        "list", "open", "read", "assign", "answer", "transfer", "close",
    ] {
        let count = report[format!("{action}_ms")]["count"].as_u64();
        assert!(count > Some(0), "{action}: {report:#}");
    }
    assert_eq!(report["answer_to_socket_ms"]["count"], report["answers"]);
    assert!(
        report["customers"]["messages_acked"].as_u64() > Some(20),
        "{report:#}"
    );
}

#[test]
fn an_answer_that_no_socket_shows_is_caught() {
    let hub = TinyHub::start(Manners {
        hide_answers: true,
        ..Manners::default()
    });
    let (code, report) = run("agents", &hub, &QUICK);
    assert_eq!(code, 1);
    assert_eq!(report["answers_unseen"], report["answers"], "{report:#}");
}
