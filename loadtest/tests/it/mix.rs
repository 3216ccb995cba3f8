//! `loadtest mix`.

use crate::tiny_hub::{Manners, TinyHub};
use crate::tool::run;

const SCENARIO: &str = r#"
title = "Two of three"

[[load]]
name = "customers"
tool = "ingest"
rate = 100
duration = "700ms"
ramp = "100ms"
contacts = 20
sockets = 1

[[load]]
name = "newsletter"
tool = "sends"
begin_after = "200ms"
rate = 60
duration = "500ms"
ramp = "100ms"
recipients = 30
templates = 1.0
"#;

#[test]
fn several_loads_run_side_by_side_and_each_has_its_figures() {
    let hub = TinyHub::start(Manners::default());
    let name = format!("loadtest-mix-{}.toml", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, SCENARIO).unwrap();
    let file = path.to_str().unwrap();
    let pid = std::process::id().to_string();
    let kept = [
        "--slo",
        "customers.ack.p99<5s",
        "--slo",
        "newsletter.unresolved=0",
        "--pid",
        &pid,
    ];
    let (code, report) = run("mix", &hub, &[&[file], &kept[..]].concat());
    assert_eq!(code, 0, "{report:#}");
    assert!(
        report["customers"]["messages_acked"].as_u64() > Some(50),
        "{report:#}"
    );
    assert!(
        report["newsletter"]["sends_accepted"].as_u64() > Some(20),
        "{report:#}"
    );
    assert!(report["rss"]["peak"].is_number(), "{report:#}");
    let (code, shard) = run(
        "mix",
        &hub,
        &[file, "--shard", "1/2", "--slo", "customers.lost>5"],
    );
    assert_eq!(code, 1, "an objective is broken");
    assert_eq!(shard["customers"]["rate_wanted"], 50.0);
    std::fs::remove_file(&path).unwrap();
}
