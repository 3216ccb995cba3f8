//! Runs a tool on a tiny hub and reads its report.

use std::process::Command;

use serde_json::Value;

use crate::tiny_hub::TinyHub;

/// Exit code and report.
pub fn run(tool: &str, hub: &TinyHub, flags: &[&str]) -> (i32, Value) {
    let name = format!("loadtest-{tool}-{}-{}.json", std::process::id(), hub.port());
    let figures = std::env::temp_dir().join(name);
    let output = Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .args([
            tool,
            "--url",
            &hub.url(),
            "--session",
            "ses_1",
            "--pnid",
            "42",
        ])
        .args(["--app-secret", "s", "--token", "t", "--json"])
        .arg(&figures)
        .args(flags)
        .output()
        .unwrap();
    let text = std::fs::read_to_string(&figures).unwrap_or_else(|_| panic!("{output:?}"));
    std::fs::remove_file(&figures).unwrap();
    (
        output.status.code().unwrap(),
        serde_json::from_str(&text).unwrap(),
    )
}
