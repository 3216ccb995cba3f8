//! One message is followed through the log by the id of its request: from the callback to the sockets of both nodes,
//! and from an answer to its ticks. Nothing else of it can be read there.

use loadtest::simulator::Statuses;
use serde_json::{Value, json};

use crate::edge::{post_sealed_as, text, webhook};
use crate::support::database::Engine;
use crate::support::program::Log;
use crate::support::whole::{NUMBER, Whole};

/// Only they stand in no line.
const CUSTOMER: &str = "491705550123";
const WORDS: &str = "canary of the customer";
const ANSWER: &str = "canary of the agent";

/// What an operator sets to follow messages.
const FOLLOWING: (&str, &str) = ("RUST_LOG", "info,actors=debug,command_center=debug");

/// A field of a line, its own or that of a span around it.
fn field<'a>(line: &'a Value, name: &str) -> Option<&'a Value> {
    let own = line["fields"].get(name);
    let spans = line["spans"].as_array();
    own.or_else(|| spans?.iter().rev().find_map(|span| span.get(name)))
}

/// Whether a line says `what`, with these fields.
fn says(line: &Value, what: &str, fields: &[(&str, &Value)]) -> bool {
    line["fields"]["message"] == what
        && fields
            .iter()
            .all(|(name, value)| field(line, name) == Some(value))
}

async fn a_message_and_its_answer(engine: Engine) {
    let whole = Whole::start_program(engine, &[FOLLOWING]).await;
    let other = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(whole.second_program().await),
    };
    let mut socket = whole.socket().await;
    socket.subscribe(&["firehose"]).await;
    let mut far = match &other {
        None => None,
        Some(other) => {
            let mut socket = whole.socket_at(other.address, None).await;
            socket.subscribe(&["firehose"]).await;
            Some(socket)
        }
    };
    whole.simulator.behave(|behaviour| {
        behaviour.enforce_window = false;
        // One after the other, so that the last is not there before the answer to the send.
        behaviour.statuses = Statuses::Realistic;
        behaviour.time_factor = 0.2;
    });

    let said = webhook(NUMBER, &[text(CUSTOMER, "wamid.canary", WORDS)]);
    assert_eq!(post_sealed_as(&whole, said, "follow-in").await, 200);
    let heard = socket.event("message.received").await;
    let (message, seq) = (&heard["id"], &heard["seq"]);
    let conversation = &heard["conversation_id"];
    let request = json!("follow-in");
    let log = whole.log();
    let there = other.as_ref().map(|other| &other.log);
    let by_request = [("request.id", &request)];
    log.until(|line| says(line, "a request was answered", &by_request))
        .await;
    let taken = [by_request[0], ("conversation.id", conversation)];
    find(log, there, "a contact's message was taken in", &taken).await;
    let stored = [by_request[0], ("message.id", message), ("seq", seq)];
    find(log, there, "stored", &stored).await;
    let sockets = json!(1);
    let told = [stored[0], stored[1], stored[2], ("sockets", &sockets)];
    find(log, there, "told to sockets", &told).await;
    if let (Some(other), Some(far)) = (&other, &mut far) {
        far.event("message.received").await;
        // The bus carries no request: message and seq join the two logs.
        let there = [stored[1], stored[2], told[3]];
        let log = &other.log;
        log.until(|line| says(line, "told to sockets", &there))
            .await;
    }

    let path = format!("/conversations/{}/messages", conversation.as_str().unwrap());
    let answer = json!({"type": "text", "text": {"body": ANSWER}});
    let headers = [("X-Request-Id", "follow-out"), ("Idempotency-Key", "once")];
    let sent = whole.post_with(&path, &answer, &headers).await;
    let request = json!("follow-out");
    let queued = [("request.id", &request), ("message.id", &sent["id"])];
    find(log, there, "a message was queued", &queued).await;
    find(log, there, "stored", &queued).await;
    find(log, there, "told to sockets", &queued).await;
    let posted = [queued[1]];
    find(log, there, "a job begins", &posted).await;
    let begun = find(log, there, "an attempt begins", &posted).await;
    let attempt = field(&begun, "attempt.id").unwrap();
    let accepted = json!("accepted");
    let ended = [("attempt.id", attempt), ("end", &accepted)];
    find(log, there, "an attempt ended", &ended).await;
    // The first one may come before the answer to its own send, and is kept until then.
    let read = json!("read");
    let status = [("attempt.id", attempt), ("status", &read)];
    let status = log
        .until(|line| says(line, "a status arrived", &status))
        .await;
    let ticked = json!("message.status_changed");
    let ticked = [
        ("request.id", field(&status, "request.id").unwrap()),
        ("event", &ticked),
        posted[0],
    ];
    log.until(|line| says(line, "stored", &ticked)).await;

    let others = other.as_ref().map(|other| other.log.text());
    for text in [Some(log.text()), others].into_iter().flatten() {
        for secret in [CUSTOMER, WORDS, ANSWER, "wamid."] {
            assert!(
                !text.contains(secret),
                "{secret} stands in the log:\n{text}"
            );
        }
    }
    drop((socket, far));
    if let Some(other) = other {
        other.stop().await;
    }
    whole.stop().await;
}

/// Looks for a line here, or with the other node if that owns the conversation or sends for the number: there the lines
/// know the message, and not the request.
async fn find(here: &Log, there: Option<&Log>, what: &str, by: &[(&str, &Value)]) -> Value {
    let Some(there) = there else {
        return here.until(|line| says(line, what, by)).await;
    };
    let is_of_message = |pair: &&(&str, &Value)| pair.0 != "request.id";
    let apart: Vec<(&str, &Value)> = by.iter().filter(is_of_message).copied().collect();
    tokio::select! {
        line = here.until(|line| says(line, what, by)) => line,
        line = there.until(|line| says(line, what, &apart)) => line,
    }
}

crate::on_both!(a_message_and_its_answer);
