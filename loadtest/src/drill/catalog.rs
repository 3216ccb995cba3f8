//! The table of drills: what each breaks, what must come of it, and how large it is.

use std::future::Future;
use std::pin::Pin;

use super::fault::{
    aborts, agents_cut, bad_link_sends, clock_skew, deadlocks, disordered_statuses, duplicates,
    half_open, hot_conversation, node_killed, noisy_tenant, overload, owner_frozen, owner_killed,
    poison, postgres_down, postgres_slow, provider_slow, provider_throttles, provider_unclear,
    reconnect_storm, redis_down, redis_flushed, redis_full, redis_silent, rolling_deploy,
    slow_consumers,
};
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
    /// What must be seen besides nothing lost, doubled or out of order.
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

/// All drills, in the order of their ids. Besides `pass` each checks what the checker checks.
pub static DRILLS: &[Drill] = &[
    Drill {
        id: "f-01",
        name: "node-killed",
        fault: "kill -9 of a random node while webhooks come in, one in ten of them twice",
        pass: "what every drill wants",
        smoke: Some(size(10, 200.0, 6, 2.0, 0)),
        usual: size(30, 200.0, 6, 3.0, 0),
        full: size(100, 430.0, 6, 5.0, 0),
        run: |setup| Box::pin(node_killed::run(setup)),
    },
    Drill {
        id: "f-02",
        name: "aborts",
        fault: "nodes end by themselves at seven places: a batch taken, committed; a callback stored; jobs claimed; an attempt begun, answered, settled",
        pass: "at the provider and in the thread once; every message gets an end ≤ 150 s",
        smoke: None,
        usual: size(2, 80.0, 6, 0.0, 0),
        full: size(10, 100.0, 6, 0.0, 0),
        run: |setup| Box::pin(aborts::run(setup)),
    },
    Drill {
        id: "f-04",
        name: "owner-killed",
        fault: "kill -9 of a node while agents write and change statuses in 200 conversations over all nodes",
        pass: "first answer after it p99 ≤ 2 s; from 5 s after it p99 ≤ twice as before (or 100 ms); at the provider and in the thread once",
        smoke: None,
        usual: size(6, 100.0, 6, 8.0, 0),
        full: size(30, 300.0, 6, 10.0, 0),
        run: |setup| Box::pin(owner_killed::run(setup)),
    },
    Drill {
        id: "f-05",
        name: "owner-frozen",
        fault: "SIGSTOP of the node that sends for the number, which wakes after its work moved",
        pass: "accepted by the provider more than once 0; every message gets an end ≤ 150 s; lines given up ≤ 1 s after it woke",
        smoke: None,
        usual: size(4, 100.0, 6, 12.0, 0),
        full: size(30, 200.0, 6, 15.0, 0),
        run: |setup| Box::pin(owner_frozen::run(setup)),
    },
    Drill {
        id: "f-06",
        name: "postgres-restarted",
        fault: "pg_ctl restart -m immediate",
        pass: "no node ends; every node's first 200 within 3 s of PostgreSQL",
        smoke: None,
        usual: size(10, 200.0, 6, 0.0, 0),
        full: size(20, 300.0, 6, 0.0, 0),
        run: |setup| Box::pin(postgres_down::restarted(setup)),
    },
    Drill {
        id: "f-07",
        name: "postgres-killed",
        fault: "kill -9 of the postmaster, which stays away for some seconds",
        pass: "as f-06; no 200 meanwhile but 503 with Retry-After",
        smoke: None,
        usual: size(10, 200.0, 6, 2.0, 0),
        full: size(10, 300.0, 6, 5.0, 0),
        run: |setup| Box::pin(postgres_down::killed(setup)),
    },
    Drill {
        id: "f-09",
        name: "postgres-slow",
        fault: "PostgreSQL answers 200 ms late, then the messages are locked for 5 s",
        pass: "503 within 300 ms (p99), memory grows ≤ 64 MiB, acks p99 ≤ 250 ms from 10 s after it",
        smoke: None,
        usual: size(1, 100.0, 6, 30.0, 0),
        full: size(1, 300.0, 6, 60.0, 0),
        run: |setup| Box::pin(postgres_slow::run(setup)),
    },
    Drill {
        id: "f-10",
        name: "deadlocks",
        fault: "webhooks of five messages and 16 writers on 24 conversations",
        pass: "deadlocks ≤ 1 per 100,000 transactions, no error for anybody",
        smoke: None,
        usual: size(1, 60.0, 6, 30.0, 0),
        full: size(1, 200.0, 6, 300.0, 0),
        run: |setup| Box::pin(deadlocks::run(setup)),
    },
    Drill {
        id: "f-11",
        name: "redis-killed",
        fault: "kill -9 of Redis, which comes back empty after some seconds",
        pass: "delivery p99 ≤ 2 s meanwhile and ≤ 200 ms from 5 s after it",
        smoke: None,
        usual: size(8, 100.0, 6, 4.0, 0),
        full: size(20, 300.0, 6, 5.0, 0),
        run: |setup| Box::pin(redis_down::run(setup)),
    },
    Drill {
        id: "f-12",
        name: "redis-flushed",
        fault: "FLUSHALL at random while messages come in, and more are to go out than the number may send",
        pass: "sends lost 0, doubled 0, throttled by the provider ≤ 1 %; who was logged in still is",
        smoke: None,
        usual: size(20, 100.0, 6, 0.0, 600),
        full: size(20, 300.0, 6, 0.0, 2_000),
        run: |setup| Box::pin(redis_flushed::run(setup)),
    },
    Drill {
        id: "f-13",
        name: "redis-cut",
        fault: "nothing gets through between one node and Redis",
        pass: "delivery p99 ≤ 2 s meanwhile; no node ends",
        smoke: None,
        usual: size(2, 100.0, 6, 20.0, 0),
        full: size(3, 300.0, 6, 60.0, 0),
        run: |setup| Box::pin(redis_silent::cut(setup)),
    },
    Drill {
        id: "f-14",
        name: "subscription-dead",
        fault: "CLIENT KILL TYPE pubsub, and by turns a node to which nothing of Redis gets through",
        pass: "noticed ≤ 3 s; the slowest delivery ≤ 3 s after its 200",
        smoke: None,
        usual: size(6, 100.0, 6, 12.0, 0),
        full: size(20, 300.0, 6, 15.0, 0),
        run: |setup| Box::pin(redis_silent::dead_subscription(setup)),
    },
    Drill {
        id: "f-15",
        name: "redis-full",
        fault: "Redis has 16 MB, which are full: first it refuses, then it throws away",
        pass: "delivery p99 ≤ 2 s; no node ends",
        smoke: None,
        usual: size(3, 100.0, 6, 2.0, 0),
        full: size(10, 300.0, 6, 3.0, 0),
        run: |setup| Box::pin(redis_full::run(setup)),
    },
    Drill {
        id: "f-16",
        name: "provider-throttles",
        fault: "more sends over all nodes than the number may make in a second (80), 50 of them to one contact, which may get 45 at once",
        pass: "all sent; 130429 ≤ 2 %, 131056 ≤ 0.1 %, rate ≥ 90 % of the limit",
        smoke: None,
        usual: size(1, 100.0, 3, 0.0, 2_400),
        full: size(1, 100.0, 3, 0.0, 5_000),
        run: |setup| Box::pin(provider_throttles::run(setup)),
    },
    Drill {
        id: "f-17",
        name: "provider-unclear",
        fault: "a third of the sends end unclear: accepted and then cut, a page of a broken proxy, silence for longer than the hub waits",
        pass: "accepted more than once 0; every message gets an end ≤ 150 s, none is shown as failed that arrived; what the provider never had may stay in doubt",
        smoke: None,
        usual: size(1, 50.0, 6, 0.0, 1_000),
        full: size(1, 100.0, 6, 0.0, 5_000),
        run: |setup| Box::pin(provider_unclear::run(setup)),
    },
    Drill {
        id: "f-18",
        name: "provider-slow",
        fault: "the provider answers one of twenty numbers after ten seconds",
        pass: "the others reach the provider and agents are answered p99 ≤ +20 % (or 250 ms)",
        smoke: None,
        usual: size(1, 30.0, 3, 40.0, 10),
        full: size(1, 100.0, 3, 120.0, 20),
        run: |setup| Box::pin(provider_slow::run(setup)),
    },
    Drill {
        id: "f-19",
        name: "duplicates",
        fault: "each webhook five times at once over all nodes; albums of ten images from new contacts at once",
        pass: "one row and one event for each, one conversation per contact",
        smoke: Some(size(1, 0.0, 3, 0.0, 5_000)),
        usual: size(1, 0.0, 6, 0.0, 10_000),
        full: size(1, 0.0, 6, 0.0, 10_000),
        run: |setup| Box::pin(duplicates::run(setup)),
    },
    Drill {
        id: "f-20",
        name: "statuses-disordered",
        fault: "statuses backwards, before the answer to their own send, after a failure, each at every node",
        pass: "wrong ends 0",
        smoke: None,
        usual: size(1, 50.0, 3, 0.0, 400),
        full: size(1, 100.0, 3, 0.0, 5_000),
        run: |setup| Box::pin(disordered_statuses::run(setup)),
    },
    Drill {
        id: "f-21",
        name: "agents-cut",
        fault: "the agents' links are cut, by turns silent",
        pass: "all back, caught up p99 ≤ 1 s after it",
        smoke: Some(size(2, 30.0, 100, 40.0, 0)),
        usual: size(2, 30.0, 300, 40.0, 0),
        full: size(4, 60.0, 500, 60.0, 0),
        run: |setup| Box::pin(agents_cut::run(setup)),
    },
    Drill {
        id: "f-22",
        name: "bad-link-sends",
        fault: "three in ten answers to agents' sends are lost with their connection, and the agents send again with the same key",
        pass: "sends doubled 0, in the thread once",
        smoke: None,
        usual: size(1, 50.0, 6, 0.0, 1_500),
        full: size(1, 100.0, 6, 0.0, 5_000),
        run: |setup| Box::pin(bad_link_sends::run(setup)),
    },
    Drill {
        id: "f-23",
        name: "reconnect-storm",
        fault: "kill -9 of a node with a third of the sockets",
        pass: "all back ≤ 30 s; ack p99 ≤ twice as before (or 100 ms)",
        smoke: None,
        usual: size(2, 50.0, 1_500, 20.0, 0),
        full: size(3, 8.0, 9_000, 30.0, 0),
        run: |setup| Box::pin(reconnect_storm::run(setup)),
    },
    Drill {
        id: "f-24",
        name: "slow-consumers",
        fault: "sockets that read 1 kB a second",
        pass: "cut ≤ 10 s after 1 MiB, memory grows ≤ 60 MiB, the others' p99 ≤ +20 % (or 50 ms)",
        smoke: None,
        usual: size(1, 200.0, 20, 0.0, 20),
        full: size(1, 300.0, 100, 0.0, 50),
        run: |setup| Box::pin(slow_consumers::run(setup)),
    },
    Drill {
        id: "f-25",
        name: "half-open",
        fault: "the other ends of many sockets vanish in silence",
        pass: "gone ≤ 35 s, all descriptors given back",
        smoke: None,
        usual: size(1, 0.0, 0, 0.0, 300),
        full: size(1, 0.0, 0, 0.0, 1_000),
        run: |setup| Box::pin(half_open::run(setup)),
    },
    Drill {
        id: "f-26",
        name: "clock-skew",
        fault: "the clock of a node is an hour ahead, then an hour behind (Debian's faketime)",
        pass: "two nodes that send for a number 0; log-ins refused before their end 0, dated otherwise than by the database 0, taken after it 0; sends doubled 0, not resolved 0",
        smoke: None,
        usual: size(1, 60.0, 6, 20.0, 0),
        full: size(5, 100.0, 6, 60.0, 0),
        run: |setup| Box::pin(clock_skew::run(setup)),
    },
    Drill {
        id: "f-29",
        name: "poison",
        fault: "messages that make whoever handles them panic",
        pass: "each answered 200 and in quarantine ≤ 60 s; no node ends; taken in by replay when the hub is mended",
        smoke: Some(size(1, 200.0, 6, 0.0, 10)),
        usual: size(1, 200.0, 6, 0.0, 10),
        full: size(1, 300.0, 6, 0.0, 30),
        run: |setup| Box::pin(poison::messages(setup)),
    },
    Drill {
        id: "f-30",
        name: "threads-end",
        fault: "the thread ends on which many conversations live",
        pass: "its conversations answer ≤ 2 s later; no node ends",
        smoke: None,
        usual: size(10, 200.0, 6, 2.0, 0),
        full: size(30, 300.0, 6, 3.0, 0),
        run: |setup| Box::pin(poison::threads(setup)),
    },
    Drill {
        id: "f-31",
        name: "hot-conversation",
        fault: "a customer sends thousands of messages within a second",
        pass: "nothing of it lost; the others' acks p99 ≤ +20 % (or 250 ms), memory grows ≤ 32 MiB",
        smoke: None,
        usual: size(3, 100.0, 6, 0.0, 3_000),
        full: size(10, 300.0, 6, 0.0, 5_000),
        run: |setup| Box::pin(hot_conversation::run(setup)),
    },
    Drill {
        id: "f-32",
        name: "overload",
        fault: "three times as many posts as a closed loop reached before, repetitions among them, for a minute",
        pass: "goodput ≥ 80 %, 200 p99 ≤ 1 s, 503 p99 ≤ 50 ms, acks p99 ≤ 250 ms from 30 s after it",
        smoke: None,
        usual: size(1, 0.0, 2, 60.0, 0),
        full: size(1, 0.0, 2, 300.0, 0),
        run: |setup| Box::pin(overload::run(setup)),
    },
    Drill {
        id: "f-33",
        name: "noisy-tenant",
        fault: "an organization on the same nodes has ten times as much to do as another",
        pass: "the other's acks and deliveries p99 ≤ +20 %",
        smoke: None,
        usual: size(1, 30.0, 6, 30.0, 0),
        full: size(1, 60.0, 20, 120.0, 0),
        run: |setup| Box::pin(noisy_tenant::run(setup)),
    },
    Drill {
        id: "f-34",
        name: "rolling-deploy",
        fault: "each node in turn is told to end (SIGTERM) and started again, by turns with the program of `--old`, if there is one, and the new one; posts are repeated only where nobody listened",
        pass: "5xx 0, no request cut off, every command done, drain ≤ 25 s",
        smoke: None,
        usual: size(3, 100.0, 6, 0.0, 0),
        full: size(10, 200.0, 6, 0.0, 0),
        run: |setup| Box::pin(rolling_deploy::run(setup)),
    },
];

/// Whether a drill breaks the hub from within, which takes a build that can.
pub fn breaks_within(drill: &Drill) -> bool {
    ["f-02", "f-29", "f-30"].contains(&drill.id)
}

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
