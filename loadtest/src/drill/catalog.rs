//! The table of drills: what each breaks, what must come of it, and how large it is.

use std::future::Future;
use std::pin::Pin;

use super::fault::{node_killed, postgres_down, redis_down};
use super::outcome::Outcome;
use super::setup::{Setup, Size};

/// A drill that runs.
type Run<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Outcome>> + 'a>>;

/// A row of the table.
pub struct Drill {
    /// As the list of faults has it.
    pub id: &'static str,
    pub name: &'static str,
    /// What is broken.
    pub fault: &'static str,
    /// What must be seen.
    pub pass: &'static str,
    /// Its part in the smoke set, if it has one.
    pub smoke: Option<Size>,
    /// What two cores hold in some minutes.
    pub usual: Size,
    pub full: Size,
    pub run: fn(&Setup) -> Run<'_>,
}

const fn size(rounds: u32, rate: f64, agents: usize, hold: f64, amount: u64) -> Size {
    Size {
        rounds,
        rate,
        agents,
        hold,
        amount,
    }
}

/// All drills, in the order of their ids.
pub static DRILLS: &[Drill] = &[
    Drill {
        id: "f-01",
        name: "node-killed",
        fault: "kill -9 of a random node while webhooks come in, one in ten of them twice",
        pass: "lost 0, doubled 0, holes in seq 0, unexpected 0; agents missed 0, told twice 0",
        smoke: Some(size(10, 200.0, 6, 2.0, 0)),
        usual: size(30, 200.0, 6, 3.0, 0),
        full: size(100, 300.0, 6, 5.0, 0),
        run: |setup| Box::pin(node_killed::run(setup)),
    },
    Drill {
        id: "f-06",
        name: "postgres-restarted",
        fault: "pg_ctl restart -m immediate",
        pass: "lost 0, doubled 0, nodes ended 0, first 200 within 3 s of PostgreSQL",
        smoke: None,
        usual: size(10, 200.0, 6, 0.0, 0),
        full: size(20, 300.0, 6, 0.0, 0),
        run: |setup| Box::pin(postgres_down::restarted(setup)),
    },
    Drill {
        id: "f-07",
        name: "postgres-killed",
        fault: "kill -9 of the postmaster, which stays away for some seconds",
        pass: "as f-06; no 200 meanwhile, but 503 with Retry-After",
        smoke: None,
        usual: size(10, 200.0, 6, 2.0, 0),
        full: size(10, 300.0, 6, 5.0, 0),
        run: |setup| Box::pin(postgres_down::killed(setup)),
    },
    Drill {
        id: "f-11",
        name: "redis-killed",
        fault: "kill -9 of Redis, which comes back empty after some seconds",
        pass: "missed 0; delivery p99 ≤ 2 s meanwhile and ≤ 200 ms from 5 s after it",
        smoke: None,
        usual: size(8, 100.0, 6, 4.0, 0),
        full: size(20, 300.0, 6, 5.0, 0),
        run: |setup| Box::pin(redis_down::run(setup)),
    },
];

/// The drill of that id or name.
pub fn find(word: &str) -> Option<&'static Drill> {
    let word = word.to_lowercase();
    DRILLS
        .iter()
        .find(|drill| drill.id == word || drill.name == word)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_drill_has_an_id_and_a_name_of_its_own() {
        let ids: Vec<&str> = DRILLS.iter().map(|drill| drill.id).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        let words: BTreeSet<&str> = DRILLS
            .iter()
            .flat_map(|drill| [drill.id, drill.name])
            .collect();
        assert_eq!(words.len(), DRILLS.len() * 2);
        for drill in DRILLS {
            assert!(find(drill.id).is_some_and(|found| found.name == drill.name));
            assert!(find(&drill.id.to_uppercase()).is_some(), "{}", drill.id);
        }
    }

    #[test]
    fn the_documentation_has_every_drill_and_no_other() {
        let page = include_str!("../../../docs/LOADTEST.md");
        let documented: Vec<&str> = page
            .lines()
            .filter_map(|line| line.strip_prefix("| `f-"))
            .filter_map(|rest| rest.split('`').next())
            .collect();
        let known: Vec<&str> = DRILLS
            .iter()
            .filter_map(|drill| drill.id.strip_prefix("f-"))
            .collect();
        assert_eq!(documented, known);
        for drill in DRILLS {
            assert!(
                page.contains(&format!("`{}`", drill.name)),
                "{}",
                drill.name
            );
        }
    }
}
