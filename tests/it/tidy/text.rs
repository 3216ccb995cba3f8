//! What holds for the text of every file.

use command_center::config::setting::SETTINGS;

use super::tree::{FILES, File};

/// A file that is longer wants to be two.
const LONGEST: usize = 600;

/// Words for later; what is not done now belongs into an issue. In halves, so that this file passes.
const LATER: [&str; 3] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
];

/// Beginnings of paths that exist on one machine only. In halves, so that this file passes.
const MACHINE: [&str; 4] = [
    concat!("/wo", "rk/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/ro", "ot/"),
];

/// Marks of tests that do not run. In halves, so that this file passes.
const SKIPPED_RUST: &str = concat!("#[ign", "ore");
const SKIPPED_SCRIPT: [&str; 4] = [
    concat!(".sk", "ip("),
    concat!("test.fix", "me"),
    concat!(".on", "ly("),
    concat!(".to", "do("),
];

const SOURCE: [&str; 5] = [".rs", ".ts", ".tsx", ".mjs", ".css"];

fn source() -> impl Iterator<Item = &'static File> {
    FILES
        .iter()
        .filter(|file| file.ends_with(&SOURCE) && !file.is_generated())
}

fn lines_with(files: impl Iterator<Item = &'static File>, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (line, number) in file.text.lines().zip(1..) {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    found
}

#[test]
fn no_file_is_too_long_to_read_at_once() {
    let long: Vec<_> = source()
        .map(|file| (file.text.lines().count(), &file.path))
        // Written by a program, and read by one.
        .filter(|(lines, path)| *lines > LONGEST && !path.ends_with("/openapi.ts"))
        .collect();
    assert!(long.is_empty(), "more than {LONGEST} lines: {long:#?}");
}

#[test]
fn nothing_is_left_for_later() {
    let found = lines_with(source(), &LATER);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn no_test_is_switched_off() {
    let mut found = lines_with(source(), &[SKIPPED_RUST]);
    let scripts = source().filter(|file| file.path.contains("test") && !file.ends_with(&[".rs"]));
    found.extend(lines_with(scripts, &SKIPPED_SCRIPT));
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn no_path_of_one_machine_is_written_down() {
    let files = FILES.iter().filter(|file| !file.is_generated());
    let found = lines_with(files, &MACHINE);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_readme_lists_every_setting_as_it_is() {
    let readme = FILES.iter().find(|file| file.path == "README.md").unwrap();
    for setting in SETTINGS {
        let default = match setting.default {
            "" => String::new(),
            default => format!("`{default}`"),
        };
        let row = format!("| `{}` | {default} | {} |", setting.name, setting.about);
        assert!(
            readme.text.contains(&row),
            "README.md lacks this row:\n{row}"
        );
    }
}
