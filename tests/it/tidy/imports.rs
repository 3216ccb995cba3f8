//! The arrows of DESIGN section 2, as a table.

use super::tree::{self, File};

/// A crate or module that only some folders may name.
struct Rule {
    /// What is watched: `name` as a path or import in code.
    name: &'static str,
    /// Where the watch looks.
    watched: &'static [&'static str],
    /// Where the name is at home.
    allowed: &'static [&'static str],
}

const RULES: &[Rule] = &[
    only("diesel", &["src/store"]),
    only("diesel_async", &["src/store"]),
    only("diesel_migrations", &["src/store"]),
    only("actix_web_actors", &["src/socket"]),
    only("fred", &["src/bus"]),
    // Settings are checked with its Url, and errors are sent with a client whose calls end.
    only("reqwest", &["src/whatsapp", "src/config", "src/telemetry"]),
    only("opentelemetry", &["src/telemetry"]),
    only("opentelemetry_otlp", &["src/telemetry"]),
    only("opentelemetry_sdk", &["src/telemetry"]),
    only("sentry", &["src/telemetry"]),
    only("tracing_opentelemetry", &["src/telemetry"]),
    never("actix_web", &["actors/src"]),
    never("diesel", &["actors/src"]),
    never("sqlx", &["actors/src", "src"]),
    never("fred", &["actors/src"]),
    never("reqwest", &["actors/src"]),
    never("command_center", &["actors/src", "loadtest/src"]),
    never("crate::http", &["src/store", "src/whatsapp", "src/bus"]),
    never("crate::socket", &["src/store", "src/whatsapp", "src/bus"]),
    never("crate::app", &["src/store", "src/whatsapp", "src/bus"]),
    never("crate::store", &["src/whatsapp", "src/bus"]),
    never("crate::whatsapp", &["src/store", "src/bus"]),
    never("crate::bus", &["src/store", "src/whatsapp"]),
    never("crate::cli", &["src/http", "src/socket", "src/app"]),
];

const fn only(name: &'static str, allowed: &'static [&'static str]) -> Rule {
    Rule {
        name,
        watched: &["src"],
        allowed,
    }
}

const fn never(name: &'static str, watched: &'static [&'static str]) -> Rule {
    Rule {
        name,
        watched,
        allowed: &[],
    }
}

#[test]
fn each_library_and_each_room_is_named_only_where_it_belongs() {
    let mut strays = Vec::new();
    for rule in RULES {
        let files = rule.watched.iter().flat_map(|folder| tree::rust_in(folder));
        for file in files.filter(|file| !rule.allowed.iter().any(|home| file.is_in(home))) {
            for (number, line) in file.code().filter(|(_, line)| names(line, rule.name)) {
                strays.push(format!(
                    "{}:{number} names {}: {line}",
                    file.path, rule.name
                ));
            }
        }
    }
    assert!(strays.is_empty(), "\n{}", strays.join("\n"));
}

#[test]
fn the_simulator_shares_only_model_and_events_with_the_hub() {
    let mut strays = Vec::new();
    for file in tree::rust_in("loadtest/src") {
        for (number, line) in file.code() {
            let mut rest = line;
            while let Some(at) = rest.find("actors::") {
                rest = &rest[at + "actors::".len()..];
                if !["model", "event"].iter().any(|room| rest.starts_with(room)) {
                    strays.push(format!("{}:{number}: {line}", file.path));
                }
            }
        }
    }
    assert!(strays.is_empty(), "\n{}", strays.join("\n"));
}

#[test]
fn every_module_says_what_it_is() {
    let rooms = [
        "src",
        "actors/src",
        "loadtest/src",
        "actors/benches",
        "benches",
        "tests",
    ];
    let silent = |file: &&File| !file.text.starts_with("//!") && !file.is_generated();
    let files = rooms.iter().flat_map(|room| tree::rust_in(room));
    let silent: Vec<_> = files.filter(silent).map(|file| &file.path).collect();
    assert!(silent.is_empty(), "without //!: {silent:#?}");
}

#[test]
fn every_module_is_on_the_code_map() {
    let document = tree::FILES
        .iter()
        .find(|file| file.path == "ARCHITECTURE.md");
    let document = &document.unwrap().text;
    for room in [
        "actors/src/",
        "src/",
        "loadtest/src/",
        "actors/benches/",
        "benches/",
        "tests/it/",
    ] {
        let title = format!("`{room}`");
        let map = document
            .split("\n### ")
            .find(|part| part.starts_with(&title));
        let map = map.unwrap_or_default();
        let paths = tree::FILES
            .iter()
            .filter_map(|file| file.path.strip_prefix(room));
        let lost = |path: &&str| path.ends_with(".rs") && !map.contains(&format!("| `{path}` |"));
        let lost: Vec<_> = paths.filter(lost).collect();
        assert!(
            lost.is_empty(),
            "not on the map, run deploy/dev/codemap: {room} {lost:#?}"
        );
    }
}

/// Whether `line` names `path` as a whole word that is followed by `::`, or is imported by itself.
fn names(line: &str, path: &str) -> bool {
    let word = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + path.len()..];
        let starts = !before.is_some_and(|letter| word(letter) || letter == ':' || letter == '"');
        let ends = after.starts_with("::")
            || (line.contains("use ") && !after.chars().next().is_some_and(word));
        starts && ends
    })
}

#[test]
fn a_name_counts_only_as_a_path() {
    assert!(names("use diesel::prelude::*;", "diesel"));
    assert!(names("pub use fred;", "fred"));
    assert!(names(
        "let pool = crate::store::Db::open();",
        "crate::store"
    ));
    assert!(!names("use diesel_async::Run;", "diesel"));
    assert!(!names("let diesel = 1;", "diesel"));
    assert!(!names("command_center::whatsapp", "whatsapp"));
}
