//! What the hub counts: every figure with its kind, unit, labels and meaning. No other file names one, so that
//! `/metrics`, the dashboards and the alert rules speak of the same things; `tests/it/tidy` holds the code and
//! `deploy/` to it.
//!
//! A figure's constant is its name in capitals. No label tells an organization, a number, a contact or a message:
//! there are too many of them. What is counted per message has labels with a few fixed values only, or none.

use metrics::Unit;

/// How a figure behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only rises, and begins anew with the process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Tells how many values lay below each bound.
    Histogram,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    pub name: &'static str,
    pub kind: Kind,
    pub unit: Unit,
    pub labels: &'static [&'static str],
    /// What it tells, in a sentence or two.
    pub about: &'static str,
}

macro_rules! figures {
    ($(
        $(#[doc = $about:literal])+
        $kind:ident $constant:ident = $name:literal, $unit:ident, [$($label:literal),*];
    )+) => {
        $(
            $(#[doc = $about])+
            pub const $constant: &str = $name;
        )+

        /// The whole table.
        pub const FIGURES: &[Figure] = &[$(
            Figure {
                name: $name,
                kind: Kind::$kind,
                unit: Unit::$unit,
                labels: &[$($label),*],
                about: concat!($($about),+),
            },
        )+];
    };
}

figures! {
    // What outsiders ask.

    /// When this process began, in seconds since 1970.
    Gauge PROCESS_START_TIME_SECONDS = "process_start_time_seconds", Seconds, [];
    /// From a request's arrival to the head of its answer, by the route's pattern and the status.
    Histogram HTTP_REQUEST_SECONDS = "http_request_seconds", Seconds, ["route", "status"];
    /// Callbacks of WhatsApp by how they ended: stored, failed or shed (WhatsApp delivers again), unsigned (refused);
    /// quarantined counts the pieces that were put aside.
    Counter WEBHOOKS_TOTAL = "webhooks_total", Count, ["end"];
    /// What was left undone, or refused with 503, because callbacks needed the node: presence, analytics, exports, sends.
    Counter SPARED_TOTAL = "spared_total", Count, ["what"];
    /// From a callback's arrival to its answer, once everything in it is stored.
    Histogram WEBHOOK_ACK_SECONDS = "webhook_ack_seconds", Seconds, [];
    /// Parts of callbacks about a number that is not connected here.
    Counter WEBHOOKS_FOR_NOBODY_TOTAL = "webhooks_for_nobody_total", Count, [];
    /// Notices of WhatsApp that mean nothing to the hub.
    Counter NOTICES_IGNORED_TOTAL = "notices_ignored_total", Count, [];

    // Sockets and the feed.

    /// Open sockets that have said who they are: of a person or of a program.
    Gauge SOCKETS = "sockets", Count, ["who"];
    /// Sockets that were opened.
    Counter SOCKETS_OPENED_TOTAL = "sockets_opened_total", Count, [];
    /// Sockets that were refused, by the reason: too_many or origin.
    Counter SOCKETS_REFUSED_TOTAL = "sockets_refused_total", Count, ["reason"];
    /// Sockets that the hub closed with a word, by the code of the close frame.
    Counter SOCKETS_CLOSED_TOTAL = "sockets_closed_total", Count, ["code"];
    /// Sockets that were cut because they did not read what they were sent; their clients come back.
    Counter SOCKETS_CUT_TOTAL = "sockets_cut_total", Count, ["reason"];
    /// From an event's time to its frames being handed to the sockets that look at it, once per event and node.
    Histogram PUSH_SECONDS = "push_seconds", Seconds, [];
    /// How often the feed read events from the database that had not come by themselves.
    Counter FEED_HOLES_REPAIRED_TOTAL = "feed_holes_repaired_total", Count, [];
    /// Clients that were told to load again because what they missed could not be told.
    Counter FEED_RELOADS_TOTAL = "feed_reloads_total", Count, [];

    // The waiting lines.

    /// From a contact's first message that nobody answered to an agent being given the conversation.
    Histogram QUEUE_WAIT_SECONDS = "queue_wait_seconds", Seconds, [];
    /// Conversations that were given to agents who did not accept them in time.
    Counter QUEUE_MISSED_TOTAL = "queue_missed_total", Count, [];
    /// Promises to contacts that were not kept, by which: first_reply, reply, resolution.
    Counter SLA_BREACHED_TOTAL = "sla_breached_total", Count, ["goal"];

    // The bus between nodes.

    /// Whether Redis answers: 1 or 0; absent on a hub without Redis.
    Gauge BUS_CONNECTED = "bus_connected", Count, [];
    /// Events told to the other nodes.
    Counter BUS_PUBLISHED_TOTAL = "bus_published_total", Count, [];
    /// Events heard of other nodes.
    Counter BUS_RECEIVED_TOTAL = "bus_received_total", Count, [];
    /// Messages on the bus that no node of this installation signed.
    Counter BUS_REFUSED_TOTAL = "bus_refused_total", Count, [];
    /// Events that were lost on the bus, by the reason; the feeds read them from the database.
    Counter BUS_DROPPED_TOTAL = "bus_dropped_total", Count, ["reason"];

    /// Who was refused a connection to the database at once, because the line for them was old.
    Counter DB_REFUSED_TOTAL = "db_refused_total", Count, [];

    // Other nodes.

    /// Nodes that live, as this one sees it; 0 when it is alone for good.
    Gauge NODES = "nodes", Count, [];
    /// Numbers that this node sends for.
    Gauge LINES = "lines", Count, [];
    /// Commands that went to the node that owns the conversation: answered, refused because it was at it for too long, or
    /// done here instead because it was late, unreachable or without its database.
    Counter PEER_REQUESTS_TOTAL = "peer_requests_total", Count, ["end"];
    /// Commands of other nodes that were done here, or dropped because their time was over, too many waited, or a newer
    /// version speaks of what this one does not know.
    Counter PEER_SERVED_TOTAL = "peer_served_total", Count, ["end"];
    /// How often this node's own channel did not answer and was subscribed to again.
    Counter BUS_RESUBSCRIBED_TOTAL = "bus_resubscribed_total", Count, [];
    /// How often the others took this node for dead while it lived.
    Counter NODE_GIVEN_UP_TOTAL = "node_given_up_total", Count, [];

    // Actors.

    /// Panics of actors, by the actor's type; each is restarted unless it panics too often.
    Counter ACTOR_RESTARTS_TOTAL = "actor_restarts_total", Count, ["actor"];
    /// From asking a conversation or a number to its answer, the wait in its mailbox included.
    Histogram ASK_SECONDS = "ask_seconds", Seconds, [];
    /// Requests to actors that had no answer in time; who asked heard "busy".
    Counter ASKS_UNANSWERED_TOTAL = "asks_unanswered_total", Count, [];
    /// Messages for which an actor's mailbox had no room: who asked a conversation heard "busy", the feed reads
    /// what it missed from the database.
    Counter MAILBOX_FULL_TOTAL = "mailbox_full_total", Count, ["actor"];
    /// Conversations whose actors are in memory.
    Gauge CONVERSATIONS_IN_MEMORY = "conversations_in_memory", Count, [];
    /// Numbers whose actors are in memory.
    Gauge NUMBERS_IN_MEMORY = "numbers_in_memory", Count, [];
    /// Organizations whose lines are kept by this node.
    Gauge LINES_IN_MEMORY = "lines_in_memory", Count, [];
    /// Writes of a conversation that were decided anew because somebody else was faster.
    Counter CONVERSATION_CONFLICTS_TOTAL = "conversation_conflicts_total", Count, [];
    /// What was put in quarantine for a person, by where it came from: webhook or job.
    Counter QUARANTINED_TOTAL = "quarantined_total", Count, ["source"];

    // The database.

    /// Whether the database answered when it was last asked: 1 or 0.
    Gauge DB_REACHABLE = "db_reachable", Count, [];
    /// How long somebody waited for a connection of a pool, connecting included.
    Histogram DB_WAIT_SECONDS = "db_wait_seconds", Seconds, [];
    /// How long it took to begin a transaction: the wait for a connection, and on SQLite for the only writer.
    Histogram DB_BEGIN_SECONDS = "db_begin_seconds", Seconds, [];
    /// How long it took to sync SQLite's log, whoever waited for it.
    Histogram DB_SYNC_SECONDS = "db_sync_seconds", Seconds, [];
    /// Open connections by pool (all, commit and heart on PostgreSQL, read and write on SQLite) and state: busy or idle.
    Gauge DB_CONNECTIONS = "db_connections", Count, ["pool", "state"];
    /// Who waits for a connection of the pool at the moment.
    Gauge DB_WAITING = "db_waiting", Count, ["pool"];
    /// How far ahead of now there are partitions of a table (PostgreSQL). Below nothing, rows go into the last one,
    /// which takes whatever comes.
    Gauge PARTITIONS_AHEAD_SECONDS = "partitions_ahead_seconds", Seconds, ["table"];
    /// Messages and statuses of one transaction of the group commit.
    Histogram GROUP_COMMIT_SIZE = "group_commit_size", Count, [];
    /// From taking a batch of the group commit to its commit; on SQLite it is synced after that, beside the next one.
    Histogram GROUP_COMMIT_SECONDS = "group_commit_seconds", Seconds, [];
    /// Messages and statuses that wait for the next batch of the group commit; 4096 fit.
    Gauge GROUP_COMMIT_WAITING = "group_commit_waiting", Count, [];

    // Searching.

    /// How old the oldest event was that was not indexed when this node last looked, or since when it can't look: what
    /// was said later is not found. 0 while another node has the turn.
    Gauge SEARCH_LAG_SECONDS = "search_lag_seconds", Seconds, [];
    /// Messages that were looked at to be indexed, those of the past and of changed ones included.
    Counter SEARCH_INDEXED_TOTAL = "search_indexed_total", Count, [];

    // Jobs.

    /// Jobs that are due and in nobody's hand; all nodes see the same.
    Gauge JOBS_DUE = "jobs_due", Count, [];
    /// Jobs that this node has in hand, messages that wait for their number's turn included; 1024 fit.
    Gauge JOBS_IN_HAND = "jobs_in_hand", Count, [];
    /// How long a job was due when it is taken in hand for its first try: message (something to send) or work (the rest).
    Histogram JOB_AGE_SECONDS = "job_age_seconds", Seconds, ["kind"];
    /// What became of jobs: done, retry, later (nothing was tried) or given_up (to quarantine). Messages that went
    /// over the edge are not among them: see provider_calls_total.
    Counter JOBS_FINISHED_TOTAL = "jobs_finished_total", Count, ["kind", "end"];

    // WhatsApp.

    /// Calls to WhatsApp by how they ended: ok, WhatsApp's error code, unreachable (not sent), unclear (no
    /// answer) or unfit (not sent, our own fault).
    Counter PROVIDER_CALLS_TOTAL = "provider_calls_total", Count, ["call", "end"];
    /// How long calls to WhatsApp took, whatever their end.
    Histogram PROVIDER_CALL_SECONDS = "provider_call_seconds", Seconds, ["call"];
    /// Messages that WhatsApp took and could not deliver, by its error code.
    Counter MESSAGES_FAILED_TOTAL = "messages_failed_total", Count, ["code"];
    /// Numbers in use by their health; all nodes see the same.
    Gauge NUMBERS = "numbers", Count, ["health"];
    /// How often WhatsApp told a number to slow down, and it paused.
    Counter NUMBER_PAUSES_TOTAL = "number_pauses_total", Count, [];
    /// How often WhatsApp refused a number altogether, by the health that it has since.
    Counter NUMBER_STOPS_TOTAL = "number_stops_total", Count, ["health"];
}

/// Tells the recorder what each figure means. Counters without labels are there from the start: the first event is
/// a rise from zero then, not a figure that appears.
pub fn introduce() {
    for figure in FIGURES {
        let about = figure.about.trim_start();
        match figure.kind {
            Kind::Counter => {
                metrics::describe_counter!(figure.name, figure.unit, about);
                if figure.labels.is_empty() {
                    metrics::counter!(figure.name).absolute(0);
                }
            }
            Kind::Gauge => metrics::describe_gauge!(figure.name, figure.unit, about),
            Kind::Histogram => metrics::describe_histogram!(figure.name, figure.unit, about),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_name_stands_once_in_the_table() {
        let names: HashSet<_> = FIGURES.iter().map(|figure| figure.name).collect();
        assert_eq!(names.len(), FIGURES.len());
    }

    #[test]
    fn a_name_tells_kind_and_unit() {
        for figure in FIGURES {
            let (name, kind) = (figure.name, figure.kind);
            assert_eq!(name.ends_with("_total"), kind == Kind::Counter, "{name}");
            let in_seconds = figure.unit == Unit::Seconds;
            assert_eq!(name.ends_with("_seconds"), in_seconds, "{name}");
            let buckets = ["_bucket", "_sum", "_count"];
            assert!(!buckets.iter().any(|end| name.ends_with(end)), "{name}");
        }
    }

    #[test]
    fn every_meaning_is_a_sentence() {
        for figure in FIGURES {
            let about = figure.about.trim_start();
            assert!(about.len() > 20 && about.ends_with('.'), "{}", figure.name);
        }
    }
}
