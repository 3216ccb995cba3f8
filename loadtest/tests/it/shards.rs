//! Two processes on one hub, and their reports as one.

use std::process::{Child, Command};

use serde_json::Value;

use crate::tiny_hub::{Manners, TinyHub};

fn shard(hub: &TinyHub, index: u32, report: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .args([
            "ingest",
            "--url",
            &hub.url(),
            "--session",
            "ses_1",
            "--pnid",
            "42",
        ])
        .args([
            "--app-secret",
            "s",
            "--token",
            "t",
            "--connections",
            "4",
            "--sockets",
            "1",
        ])
        .args([
            "--contacts",
            "30",
            "--rate",
            "200",
            "--ramp",
            "100ms",
            "--duration",
            "1s",
        ])
        .args(["--shard", &format!("{index}/2"), "--json", report])
        .spawn()
        .unwrap()
}

#[test]
fn two_shards_do_not_step_on_one_another_and_make_one_report() {
    let hub = TinyHub::start(Manners::default());
    let path = |name: &str| {
        let name = format!("loadtest-shards-{}-{name}.json", std::process::id());
        std::env::temp_dir().join(name).to_str().unwrap().to_owned()
    };
    let (one, two, all) = (path("1"), path("2"), path("all"));
    let children = [shard(&hub, 1, &one), shard(&hub, 2, &two)];
    for mut child in children {
        assert!(child.wait().unwrap().success(), "neither lost nor doubled");
    }
    let merge = |objective: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loadtest"));
        command.args(["merge", &one, &two, "--json", &all, "--slo", objective]);
        command.status().unwrap().code().unwrap()
    };
    assert_eq!(merge("rate>150"), 0, "objectives hold for the whole");
    assert_eq!(merge("rate>250"), 1);
    let merged: Value = serde_json::from_str(&std::fs::read_to_string(&all).unwrap()).unwrap();
    assert_eq!(merged["shard"], "1/2, 2/2");
    let acked = merged["messages_acked"].as_u64();
    assert!(
        acked.is_some_and(|acked| (200..=212).contains(&acked)),
        "{merged:#}"
    );
    for file in [one, two, all] {
        std::fs::remove_file(file).unwrap();
    }
}
