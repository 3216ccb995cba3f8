//! The command line: one subcommand per tool, all choices by flags.

mod agents;
mod bad_input;
mod compare;
mod day;
mod drill;
mod fanout;
mod ingest;
mod kill_drill;
mod merge;
mod mix;
mod nchan;
mod output;
mod progress;
mod queue;
mod reads;
mod scenario;
mod seed;
mod sends;
mod simulate;
mod slow_reader;
mod soak;
mod storm;
mod talk;
mod target;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use scenario::Tool;

/// WhatsApp simulator, load scenarios and fault drills for the command centre.
#[derive(Debug, Parser)]
#[command(name = "loadtest", version, about, propagate_version = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Simulate(simulate::Simulate),
    /// Puts signed webhooks on a hub and watches them come out at its sockets.
    ///
    /// Closed loop (`--rate 0`): each connection posts as soon as its last webhook was answered. Open loop
    /// (`--rate N`): webhooks are due at fixed times and every latency is counted from the due time, so a slow hub
    /// can't slow the clock. A webhook that is not answered 200 is posted again, the same bytes, with growing
    /// pauses, as the provider does (`retries`). Exit code 1 when an acknowledged message was lost or doubled.
    ///
    /// loadtest ingest --start ./command-center --rate 1160 --profile mixed --zipf 1.0 --slo 'ack.p99<250ms'
    Ingest(Tool<ingest::Ingest>),
    /// Tells many sockets the same: what a delivery costs the hub, and what an idle socket weighs.
    ///
    /// Opens that many sockets on one stream, posts a few webhooks a second, and counts on every socket what came:
    /// how late, lost or doubled. `hub_cpu_s_per_million_events` is the price (events that happen together share
    /// a frame: `hub_cpu_s_per_million_frames`), `idle_socket_kib` the weight; `nchan` measures another server in the same way.
    /// Thousands of sockets need as many file descriptors on both sides (`ulimit -n`).
    Fanout(Tool<fanout::Fanout>),
    Nchan(nchan::Beside),
    /// Lets agents work while customers write: what every click costs them, and how soon an answer shows.
    ///
    /// Each agent has a socket on the inbox and a connection. Again and again it looks through the inbox (`list`),
    /// takes a conversation that waits (`open`: its messages; `read`; `assign`), reads, writes, answers (`answer`),
    /// and hands some to a colleague (`transfer`) or closes them (`close`), with the pauses of people in between.
    /// Each of these has its latency over HTTP; `answer_to_socket_ms` is from the click until the agent's own socket
    /// shows the answer. Refusals are counted by code: two agents that take the same conversation are no failure, an
    /// answer 5xx or an answer that no socket shows is one (exit code 1).
    ///
    /// A hub of our own gets users for its agents; another one is used with --accounts or with the one token.
    ///
    /// loadtest agents --start ./command-center --agents 500 --rate 100 --duration 60s --slo 'answer.p99<200ms'
    Agents(Tool<agents::Agents>),
    /// Gives what customers write to the agents of one team: how soon, to one at a time, and what their sockets bear.
    ///
    /// Starts a hub of our own with a team and its agents, each a user with a socket that looks at what an inbox looks
    /// at. Each customer writes once; the agent who is given the conversation accepts it, answers some and closes it.
    /// `assigned_ms` is from the due time of the webhook until the agent's own socket tells that it is theirs,
    /// `decided_ms` until the hub had decided. `list_frames` is how many frames of list rows one socket got in any
    /// second. `double_assignments` counts conversations that were one agent's and then another's and never nobody's in
    /// between. With --kill-every the hub is killed (signal 9) and started again meanwhile. In the end the figures that
    /// supervisors see are compared with the lists of the API and with the tables (`psql` or `sqlite3`). Exit code 1
    /// when a message was lost, given to nobody or to two, or when a figure differs.
    ///
    /// loadtest queue --start ./command-center --slo 'assigned.p99<=200ms' --slo 'list_frames.max<=11'
    Queue(Tool<queue::Queue>),
    /// Sends messages through the API and follows each to the provider and back.
    ///
    /// Open loop. `accepted_ms` is from the time at which a send was due to the hub's 202; `queue_age_ms` from the 202
    /// until the simulator has the message, `to_provider_ms` from the due time; `sent_ms`, `delivered_ms` and
    /// `read_ms` from the due time until a socket tells that status. Exit code 1 when a message was accepted but did
    /// not reach the provider, reached it twice, or is neither sent nor failed in the end.
    ///
    /// A hub of our own has a simulator behind it; another one is told with --simulator. Without a simulator the
    /// provider's side is not measured. Real numbers of a real provider would be written to: don't.
    ///
    /// loadtest sends --start ./command-center --rate 580 --duration 60s --slo 'queue_age.p99<=1s'
    Sends(Tool<sends::Sends>),
    /// Looks at lists, threads and searches as agents do: how long each kind of read takes on a hub that has a past.
    ///
    /// Open loop: reads are due at fixed times and every latency is counted from the due time. What is asked for (teams,
    /// tags, people, words, places far behind in a list) is taken from the hub's own lists before the clock starts; what
    /// it does not have is not asked (`left_out`). Nothing is changed. Exit code 1 when an answer was not 200.
    ///
    /// loadtest reads --url http://hub:3000 --token wcc_… --rate 100 --duration 60s --slo 'all.p99<=100ms'
    Reads(Tool<reads::Reads>),
    /// Runs the curve of a day in some minutes: half of its messages come in, half go out, three statuses come back for
    /// each.
    ///
    /// The rates are those of the day, only the hours are shorter: 10M messages a day are 116 a second on average and,
    /// with `--peak 10`, 1,160 in the busiest half hour, which takes 6.25 s when the day takes 5 minutes. So the day as
    /// a whole brings fewer messages, but each half hour as many at a time. `slices` tells for each half hour what was
    /// wanted and what was acknowledged.
    ///
    /// loadtest day --start ./command-center --messages 10M --minutes 5 --peak 10 --slo 'inbound.ack.p99<=100ms'
    /// --slo 'sends.queue_age.p99<=1s'
    Day(Tool<day::Day>),
    /// Runs the same rate for long and tells whether the hub grows.
    ///
    /// Memory and descriptors of the hub's process are looked at every few seconds; `rss.slope_mib_per_hour` and
    /// `descriptors.slope_count_per_hour` are lines through what was seen after the warm-up, by least squares. Whether
    /// that is too much is for you to say:
    ///
    /// loadtest soak --start ./command-center --rate 300 --duration 60m --slo 'rss.slope_mib_per_hour<=1'
    Soak(Tool<soak::Soak>),
    /// Runs several loads at once, as a TOML file tells them.
    ///
    /// title = "A small office"
    /// warm_up = "5s"           # memory and descriptors count from here
    ///
    /// [[load]]
    /// name = "customers"       # its figures: customers.ack_ms …
    /// tool = "ingest"          # ingest, fanout, agents, sends, day, soak or reads
    /// begin_after = "2s"
    /// rate = 5                 # and any other flag of that tool, with _ for -
    ///
    /// Which hub, how many threads and what becomes of the report is told here, for all of them. Exit code 1 when one
    /// of the loads failed its own check or an objective is broken. Examples are in loadtest/scenarios.
    ///
    /// loadtest mix office.toml --start ./command-center --slo 'customers.ack.p99<250ms' --html office.html
    #[command(verbatim_doc_comment)]
    Mix(Tool<mix::Mix>),
    Compare(compare::Compare),
    Merge(merge::Merge),
    Drill(drill::Run),
    KillDrill(kill_drill::KillDrill),
    BadInput(bad_input::BadInput),
    SlowReader(slow_reader::SlowReader),
    Storm(storm::Storm),
    Seed(seed::Seed),
}

/// Runs the chosen tool; 0 is success, 1 a failed check, 2 bad usage.
pub fn run(arguments: Arguments) -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,actix_server=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_writer(std::io::stderr)
        .init();
    let outcome = match arguments.command {
        Command::Simulate(options) => options.run(),
        Command::Ingest(options) => options.run(),
        Command::Fanout(options) => options.run(),
        Command::Nchan(options) => options.run(),
        Command::Agents(options) => options.run(),
        Command::Queue(options) => options.run(),
        Command::Sends(options) => options.run(),
        Command::Reads(options) => options.run(),
        Command::Day(options) => options.run(),
        Command::Soak(options) => options.run(),
        Command::Mix(options) => options.run(),
        Command::Compare(options) => options.run(),
        Command::Merge(options) => options.run(),
        Command::Drill(options) => options.run(),
        Command::KillDrill(options) => options.run(),
        Command::BadInput(options) => options.run(),
        Command::SlowReader(options) => options.run(),
        Command::Storm(options) => options.run(),
        Command::Seed(options) => options.run(),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("loadtest: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// `500ms`, `60s`, `5m` or plain seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text
        .find(|c: char| c.is_ascii_alphabetic())
        .map_or((text, "s"), |at| text.split_at(at));
    let number: f64 = number
        .trim()
        .parse()
        .map_err(|_| format!("{text:?} is not a duration like 60s"))?;
    let seconds = match unit {
        "ms" => number / 1000.0,
        "s" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return Err(format!("{unit:?} is none of ms, s, m, h")),
    };
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// `10M`, `500k` or a plain number.
fn amount(text: &str) -> Result<f64, String> {
    let (digits, factor) = match text.strip_suffix(['M', 'm']) {
        Some(digits) => (digits, 1e6),
        None => match text.strip_suffix(['k', 'K']) {
            Some(digits) => (digits, 1e3),
            None => (text, 1.0),
        },
    };
    let number: Result<f64, _> = digits.trim().parse();
    number
        .map(|number| number * factor)
        .map_err(|_| format!("{text:?} is no amount like 10M, 500k or 2000"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn amounts_are_read_with_their_unit() {
        assert_eq!(amount("10M"), Ok(1e7));
        assert_eq!(amount("500k"), Ok(5e5));
        assert_eq!(amount("2000"), Ok(2000.0));
        assert!(amount("many").is_err());
    }

    #[test]
    fn durations_are_read_with_their_unit() {
        assert_eq!(duration("1500ms"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(duration("7"), Ok(Duration::from_secs(7)));
        assert!(duration("soon").is_err() && duration("-1s").is_err());
    }
}
