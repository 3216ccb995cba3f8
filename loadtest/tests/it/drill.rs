//! `loadtest drill` as far as it starts nothing.

use std::process::{Command, Output};

fn drill(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_loadtest"))
        .arg("drill")
        .args(words)
        .output()
        .unwrap()
}

#[test]
fn the_list_tells_what_each_breaks_and_how_large_it_is() {
    let output = drill(&["list"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(text.contains("f-01  node-killed  (smoke)"), "{text}");
    assert!(text.contains("breaks: kill -9 of a random node"), "{text}");
    assert!(text.contains("full:  100 rounds"), "{text}");
}

#[test]
fn a_drill_that_nobody_knows_can_not_run() {
    let output = drill(&["f-99"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("no drill \"f-99\": see `list`"), "{said}");
}

#[test]
fn a_hub_that_is_not_there_is_told_before_anything_starts() {
    let output = drill(&["f-01", "--hub", "/nowhere/command-center"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.contains("/nowhere/command-center is no program"),
        "{said}"
    );
}
