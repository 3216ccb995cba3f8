//! Both databases have the same migrations, and each can be undone.

use std::collections::BTreeSet;

use super::tree::FILES;

fn files_of(engine: &str) -> BTreeSet<&'static str> {
    let folder = format!("migrations/{engine}/");
    let paths = FILES
        .iter()
        .filter_map(|file| file.path.strip_prefix(&folder));
    paths.collect()
}

#[test]
fn migrations_are_twins() {
    assert_eq!(files_of("postgres"), files_of("sqlite"));
}

#[test]
fn every_migration_has_a_way_up_and_a_way_down_and_a_number_of_its_own() {
    let files = files_of("sqlite");
    assert!(!files.is_empty());
    let names: BTreeSet<_> = files
        .iter()
        .filter_map(|path| path.split_once('/').map(|(name, _)| name))
        .collect();
    for name in &names {
        for side in ["up.sql", "down.sql"] {
            let path = format!("{name}/{side}");
            assert!(files.contains(path.as_str()), "{path} is missing");
        }
    }
    let numbers: BTreeSet<_> = names
        .iter()
        .map(|name| name.split_once('_').unwrap().0)
        .collect();
    assert_eq!(numbers.len(), names.len(), "two migrations share a number");
}
