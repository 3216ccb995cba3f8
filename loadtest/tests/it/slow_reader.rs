//! The judgement of `loadtest slow-reader`.

use std::process::Command;

use crate::tiny_hub::{Manners, TinyHub};

fn slow_reader(hub: &TinyHub, limit: &str) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .args([
            "slow-reader",
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
            "--events",
            "300",
            "--rate",
            "300",
        ])
        .args(["--others", "2", "--limit", limit])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), text)
}

/// Enough to fill what the kernel holds for a connection.
const LARGE: usize = 50_000;

#[test]
fn a_hub_that_cuts_the_slow_socket_passes() {
    let hub = TinyHub::start(Manners {
        cut_slow: true,
        padding: LARGE,
        ..Manners::default()
    });
    let (code, text) = slow_reader(&hub, "8s");
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_hub_that_waits_for_the_slow_socket_is_caught() {
    let hub = TinyHub::start(Manners {
        padding: LARGE,
        ..Manners::default()
    });
    let (code, text) = slow_reader(&hub, "2s");
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("cut_after_s            null"), "{text}");
}
