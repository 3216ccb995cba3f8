//! A team's line under load: customers who write once each, agents who are given what they write, the wall that
//! supervisors look at, and if wanted a hub that is killed meanwhile.

mod books;
mod clerk;
mod crew;
mod database;
mod ear;
mod ledger;
mod office;
mod pace;
mod row;
mod staff;
mod wall;
mod witness;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Map, Value, json};
use tokio::sync::watch;

pub use self::clerk::Manner;
use self::crew::Crew;
use self::database::{Database, Moves};
use self::ledger::Verdict as Given;
use self::office::Office;
pub use self::staff::Rules;
use self::wall::Compared;
use self::witness::Last;
use super::board::Board;
use super::body::Writer;
use super::crowd::Crowd;
use super::inflow::post_all;
use super::link::Link;
use super::marker::{Marked, Marker, fresh_run};
use super::post::{Plan, Posted, Retry};
use super::profile::Kind;
use super::report::{percentiles, round};
use super::schedule::Schedule;
use super::script::Script;
use super::usage::{Done, Usage};
use super::wire::Wire;
use crate::drill::process::Process;

/// Contacts have six digits in the ids of messages; the last of them come when nobody is there any more.
pub const MOST: u64 = 900_000;
/// Who writes when all agents are away or busy, so that the wall shows somebody who waits.
const LATECOMERS: u32 = 25;
/// A hub that comes back within this time gets everything.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// The hub writes a webhook behind its 200, and the line hears of it.
const HEARD: Duration = Duration::from_secs(10);

/// The load.
pub struct Queue {
    pub agents: u32,
    pub rules: Rules,
    pub manner: Manner,
    pub schedule: Schedule,
    /// Connections that post the customers' webhooks.
    pub connections: usize,
    /// How often the hub is killed and started again; zero: never.
    pub kill_every: Duration,
    /// How long the line may take to be empty after the last message.
    pub settle: Duration,
}

/// What the traffic came to.
struct Traffic {
    posted: Posted,
    seconds: f64,
    restarts: Vec<Duration>,
    usage: [Usage; 2],
}

impl Queue {
    /// Runs it and reports.
    pub async fn run(&self, link: &Link) -> anyhow::Result<Value> {
        let process = link.process.clone().context(
            "a line is measured at a hub of our own, whose database can be asked and which may be killed: use --start",
        )?;
        let begin = Instant::now();
        let people = staff::hire(link, self.agents, self.rules.capacity).await?;
        let team = staff::found(link, &self.rules, &people).await?;
        let most = self.schedule.most().min(MOST);
        let marker = Marker::new(fresh_run()?);
        let board = Arc::new(Board::new(most));
        let office = Arc::new(Office::new(Arc::clone(&board), self.schedule.ramp));
        let mut crew = Crew::of(Arc::clone(&office), link, &team, &self.manner);
        crew.watch(marker.clone(), most).await?;
        crew.sit_down(&people).await?;
        crew.all_online(people.len()).await?;
        let setup = begin.elapsed();

        let traffic = self.traffic(link, &process, &marker, &office).await?;
        crew.stop_working();
        let settled = self.settle(link, &team, &office).await?;
        crew.send_away().await;
        late_ones(link, &team).await?;
        let acked = board.acked_count();
        let (wall, sql) = self
            .compare(link, &process, &team, crew.last(), acked)
            .await;
        let heard = crew.close(self.schedule.duration).await?;
        let mut report = self.report(&office, &traffic, &heard);
        report["setup_s"] = json!(round(setup.as_secs_f64()));
        report["settled_s"] = json!(round(settled.as_secs_f64()));
        report["wall"] = wall;
        report["sql"] = sql;
        report["ok"] = json!(is_good(&report));
        Ok(report)
    }

    /// The wall, and what the database's own record says.
    async fn compare(
        &self,
        link: &Link,
        process: &Process,
        team: &str,
        last: &Last,
        acked: u64,
    ) -> (Value, Value) {
        let database = Database::of(process);
        let is_reachable = database.head().await;
        let compared = Compared {
            link,
            team,
            last,
            database: is_reachable.is_ok().then_some(&database),
            promise: promise(&self.rules),
        };
        let wall = compared
            .run()
            .await
            .unwrap_or_else(|error| json!({"equal": false, "not_compared": format!("{error:#}")}));
        let moves = match is_reachable {
            Ok(_) => database.moves(team).await,
            Err(error) => Err(error),
        };
        (wall, told_moves(&database, moves, acked))
    }

    async fn traffic(
        &self,
        link: &Link,
        process: &Arc<Process>,
        marker: &Marker,
        office: &Arc<Office>,
    ) -> anyhow::Result<Traffic> {
        let plan = Arc::new(self.plan(link, marker));
        let (over, is_over) = watch::channel(false);
        let killing = tokio::spawn(kill(Arc::clone(process), self.kill_every, is_over));
        let before = Usage::of(link);
        office.board.begin();
        let counting = {
            let (office, ramp) = (Arc::clone(office), self.schedule.ramp);
            tokio::spawn(async move {
                tokio::time::sleep(ramp).await;
                office.count_frames(true);
            })
        };
        let posted = post_all(&plan, &office.board).await?;
        counting.await?;
        office.count_frames(false);
        let seconds = office.board.start().elapsed().as_secs_f64();
        let after = Usage::of(link);
        over.send_replace(true);
        Ok(Traffic {
            posted,
            seconds,
            restarts: killing.await??,
            usage: [before, after],
        })
    }

    fn plan(&self, link: &Link, marker: &Marker) -> Plan {
        let most = u32::try_from(MOST).unwrap_or(u32::MAX);
        Plan {
            target: link.target.clone(),
            marker: marker.clone(),
            schedule: self.schedule.clone(),
            connections: self.connections,
            crowd: Crowd::once(most),
            script: Script::plain(),
            batch: 1,
            repeat_every: 0,
            history: None,
            retry: Retry {
                patience: PATIENCE,
                ..Retry::default()
            },
        }
    }

    /// Waits until everybody who wrote was given to somebody, or for so long that they should have been.
    async fn settle(&self, link: &Link, team: &str, office: &Office) -> anyhow::Result<Duration> {
        let begin = Instant::now();
        while begin.elapsed() < self.settle {
            let given = office.ledger().given();
            if given >= office.board.acked_count() && waiting(link, team).await? == 0 {
                break;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(begin.elapsed())
    }

    fn report(&self, office: &Office, traffic: &Traffic, heard: &crew::Heard) -> Value {
        let (posted, given) = (&traffic.posted, office.ledger().verdict());
        let acked = office.board.acked_count();
        let times = office.times();
        let slowest = traffic.restarts.iter().max().copied().unwrap_or_default();
        let mut report = json!({
            "ok": false,
            "agents": self.agents,
            "strategy": self.rules.strategy,
            "accept_within_s": self.rules.accept_within.as_secs_f64(),
            "rate_wanted": self.schedule.rate(),
            "rate_measured": round(posted.ack.len() as f64 / self.schedule.duration.as_secs_f64()),
            "seconds": round(traffic.seconds),
            "messages_acked": acked,
            "assigned_ms": percentiles(&times.assigned),
            "decided_ms": percentiles(&times.decided),
            "told_ms": percentiles(&times.told),
            "kills": traffic.restarts.len(),
            "slowest_restart_ms": round(slowest.as_secs_f64() * 1000.0),
            "agents_sent_away": office.missed(),
        });
        add_posted(&mut report, posted);
        add_heard(&mut report, heard);
        add_given(&mut report, &given, acked);
        if let Some(report) = report.as_object_mut() {
            report.append(&mut actions(office));
            office.paces.add_to(report);
        }
        let [before, after] = traffic.usage;
        after.add_to(
            &mut report,
            before,
            traffic.seconds,
            Done::of(acked, heard.verdict.events),
        );
        report
    }
}

/// How the webhooks went.
fn add_posted(report: &mut Value, posted: &Posted) {
    report["not_200"] = json!(posted.not_200());
    report["retries"] = json!(posted.retries);
    report["broken"] = json!(posted.broken);
    report["unanswered"] = json!(posted.unanswered);
    report["ack_ms"] = percentiles(&posted.ack);
    report["generator_late_ms"] = percentiles(&posted.late);
}

/// What the sockets heard, and what they should have heard.
fn add_heard(report: &mut Value, heard: &crew::Heard) {
    report["lost"] = json!(heard.verdict.lost);
    report["doubled"] = json!(heard.verdict.doubled);
    report["seq_holes"] = json!(heard.verdict.seq_holes + heard.verdict.seq_repeats);
    report["frames_unreadable"] = json!(heard.unreadable);
    report["topics_refused"] = json!(heard.ears.refused);
    report["reloads"] = json!(heard.ears.reloads);
    report["socket_reconnects"] = json!(heard.ears.reconnects);
}

/// How long agents waited for what they did, and what was refused.
fn actions(office: &Office) -> Map<String, Value> {
    let mut figures = Map::new();
    office.tally.add_to(&mut figures);
    // Answers are followed to a socket by `agents`; these sockets have other figures.
    figures.remove("answer_to_socket_ms");
    let is_wanted = |name: &str| name.ends_with("_ms") || ["errors", "failures"].contains(&name);
    figures.retain(|name, _| is_wanted(name));
    figures
}

/// What became of the conversations.
fn add_given(report: &mut Value, given: &Given, acked: u64) {
    report["conversations_given"] = json!(given.given);
    report["assignments"] = json!(given.assignments);
    report["double_assignments"] = json!(given.doubled);
    report["double_examples"] = json!(given.examples);
    report["offers_ran_out"] = json!(given.ran_out);
    report["taken_back"] = json!(given.taken_back);
    report["steps_unseen"] = json!(given.unseen);
    report["untold"] = json!(given.untold);
    report["unassigned"] = json!(acked.saturating_sub(given.given));
}

/// What the database's own record says, or why it can't be asked.
fn told_moves(database: &Database, moves: anyhow::Result<Moves>, acked: u64) -> Value {
    match moves {
        Ok(moves) => json!({
            "database": database.name(),
            "conversations": moves.conversations,
            "arrived": moves.arrived,
            "taken": moves.taken,
            "double_assignments": moves.doubled,
            "misplaced": moves.misplaced,
            "never_in_line": (acked + u64::from(LATECOMERS)).saturating_sub(moves.conversations),
        }),
        Err(error) => json!({"database": database.name(), "not_asked": format!("{error:#}")}),
    }
}

/// What a hub must keep to whatever its speed.
fn is_good(report: &Value) -> bool {
    const NOTHING: [&str; 10] = [
        "unanswered",
        "lost",
        "doubled",
        "seq_holes",
        "topics_refused",
        "frames_unreadable",
        "double_assignments",
        "untold",
        "unassigned",
        "failures",
    ];
    let is_clean = NOTHING.iter().all(|name| report[*name] == 0);
    let sql = &report["sql"];
    let by_sql = ["double_assignments", "misplaced", "never_in_line"];
    // Without the database's client nobody could ask.
    let is_kept = by_sql
        .iter()
        .all(|name| sql[*name].is_null() || sql[*name] == 0);
    is_clean && is_kept && report["wall"]["equal"] == true
}

fn promise(rules: &Rules) -> Option<i64> {
    let seconds = i64::try_from(rules.reply_within.as_secs()).ok()?;
    (seconds > 0).then_some(seconds * 1000)
}

/// Kills the hub so often until `over`; gives how long it took to be back each time.
async fn kill(
    process: Arc<Process>,
    every: Duration,
    mut over: watch::Receiver<bool>,
) -> anyhow::Result<Vec<Duration>> {
    let mut restarts = Vec::new();
    while !every.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            _ = over.wait_for(|over| *over) => break,
        }
        restarts.push(process.restart().await?);
    }
    Ok(restarts)
}

/// How many wait in the line, as the wall shows it.
async fn waiting(link: &Link, team: &str) -> anyhow::Result<u64> {
    let queues = link.hub.get("/api/v1/queues").await?;
    let mut queues = queues["data"].as_array().into_iter().flatten();
    let mine = queues.find(|queue| queue["team"]["id"] == team);
    let waiting = mine.and_then(|queue| queue["waiting"].as_u64());
    waiting.context("the team has no line")
}

/// Customers write whom nobody can be given to.
async fn late_ones(link: &Link, team: &str) -> anyhow::Result<()> {
    let marker = Marker::new(fresh_run()?);
    let writer = Writer::new(&link.target, marker, Script::plain());
    let mut writer = writer.context("the app secret can't be a key")?;
    let mut wire = Wire::new(&link.target.authority);
    let mut request = Vec::new();
    let before = waiting(link, team).await?;
    for n in 0..LATECOMERS {
        let contact = u32::try_from(MOST).unwrap_or(0) + n;
        let marked = Marked {
            contact,
            number: u64::from(contact),
        };
        let now = chrono::Utc::now().timestamp();
        writer.write(&mut request, &[(marked, Kind::Text)], now);
        let status = wire.ask(&request).await?;
        anyhow::ensure!(status == 200, "a late webhook was answered {status}");
    }
    let begin = Instant::now();
    while begin.elapsed() < HEARD && waiting(link, team).await? < before + u64::from(LATECOMERS) {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_good_when_nothing_is_lost_doubled_or_different() {
        let good = json!({"unanswered": 0, "lost": 0, "doubled": 0, "seq_holes": 0, "topics_refused": 0,
            "frames_unreadable": 0, "double_assignments": 0, "untold": 0, "unassigned": 0, "failures": 0,
            "wall": {"equal": true}, "sql": {"double_assignments": 0, "misplaced": 0}});
        assert!(is_good(&good));
        let mut unasked = good.clone();
        unasked["sql"] = json!({"not_asked": "no psql"});
        assert!(is_good(&unasked));
        for place in [
            "/lost",
            "/double_assignments",
            "/sql/double_assignments",
            "/sql/misplaced",
            "/unassigned",
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(place).unwrap() = json!(1);
            assert!(!is_good(&bad), "{place}");
        }
        let mut bad = good;
        bad["wall"]["equal"] = json!(false);
        assert!(!is_good(&bad));
    }
}
