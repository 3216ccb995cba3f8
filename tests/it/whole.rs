//! The whole hub as it is shipped, with a real simulator of WhatsApp on the other side, on both engines: from
//! the customer's phone to the agent's socket and back.

use std::time::Duration;

use actors::time::Timestamp;
use serde_json::{Value, json};

use crate::support::database::Engine;
use crate::support::whole::{CUSTOMER, Whole};

async fn there_and_back(engine: Engine) {
    let whole = Whole::start(engine).await;
    let mut socket = whole.socket().await;
    socket.subscribe(&["firehose"]).await;
    whole.customer_says(CUSTOMER, "Where is my order?");
    let heard = socket.event("message.received").await;
    assert_eq!(heard["text"], "Where is my order?");
    assert_eq!(heard["direction"], "inbound");
    let conversation = heard["conversation_id"].as_str().unwrap().to_owned();

    let key = [("Idempotency-Key", "bubble-1")];
    let path = format!("/conversations/{conversation}/messages");
    let answer = json!({"type": "text", "text": {"body": "On its way"}});
    let sent = whole.post_with(&path, &answer, &key).await;
    assert_eq!(sent["status"], "queued");
    let again = whole.post_with(&path, &answer, &key).await;
    assert_eq!(again["id"], sent["id"], "the same key is the same message");

    let read = socket
        .until(|event| {
            event["type"] == "message.status_changed" && event["data"]["status"] == "read"
        })
        .await;
    assert_eq!(read["data"]["id"], sent["id"]);
    let attempts = whole.simulator.attempts();
    assert_eq!(attempts.len(), 1, "one POST for one message: {attempts:?}");

    let page = whole.get(&path).await;
    let lines: Vec<(&str, &str)> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            (
                line["text"].as_str().unwrap(),
                line["status"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        lines,
        [("On its way", "read"), ("Where is my order?", "received")]
    );
    whole.stop().await;
}

async fn a_closed_window(engine: Engine) {
    let whole = Whole::start(engine).await;
    let text = json!({
        "session_id": whole.session, "to": "+491701111111",
        "type": "text", "text": {"body": "Hello?"},
    });
    let refused = whole.post_expecting("/messages", &text, 409).await;
    assert_eq!(refused["code"], "window_closed");
    assert!(
        whole.simulator.attempts().is_empty(),
        "the provider was not asked"
    );
    whole.stop().await;
}

async fn a_resume(engine: Engine) {
    let whole = Whole::start(engine).await;
    let mut socket = whole.socket().await;
    socket.subscribe(&["firehose"]).await;
    whole.customer_says(CUSTOMER, "one");
    socket.event("message.received").await;
    let cursor = socket.cursor().to_owned();
    drop(socket);
    for text in ["two", "three", "four"] {
        whole.customer_says(CUSTOMER, text);
    }
    assert!(whole.simulator.quiet(Duration::from_secs(20)).await);
    let mut socket = whole.socket_since(&cursor).await;
    socket.subscribe(&["firehose"]).await;
    let mut texts: Vec<Value> = Vec::new();
    let mut seqs: Vec<i64> = Vec::new();
    while texts.len() < 3 {
        let event = socket
            .until(|event| event["type"] == "message.received")
            .await;
        texts.push(event["data"]["text"].clone());
        seqs.push(event["seq"].as_i64().unwrap());
    }
    texts.sort_by_key(|text| text.to_string());
    assert_eq!(texts, ["four", "three", "two"], "what was missed, once");
    assert!(seqs.is_sorted());
    whole.stop().await;
}

async fn the_figures(engine: Engine) {
    let whole = Whole::start(engine).await;
    let mut socket = whole.socket().await;
    socket.subscribe(&["firehose"]).await;
    whole.customer_says(CUSTOMER, "Count me");
    socket.event("message.received").await;
    assert!(whole.simulator.quiet(Duration::from_secs(20)).await);
    let figures = whole.figures().await;
    for line in [
        "# HELP webhook_ack_seconds From a callback's arrival to its answer",
        "\nwebhook_ack_seconds_count ",
        "\npush_seconds_count ",
        "\nask_seconds_count ",
        "\ngroup_commit_size_count ",
        "\ngroup_commit_seconds_count ",
        "\ndb_wait_seconds_count ",
        "\nsockets{who=\"person\"} ",
        // Nothing of the kind happened yet, and it is there all the same.
        "\nbus_refused_total ",
    ] {
        assert!(figures.contains(line), "no {line:?} in\n{figures}");
    }
    whole.stop().await;
}

async fn a_snooze(engine: Engine) {
    let whole = Whole::start(engine).await;
    let mut socket = whole.socket().await;
    socket.subscribe(&["firehose"]).await;
    whole.customer_says(CUSTOMER, "Call me later");
    let heard = socket.event("message.received").await;
    let path = format!(
        "/conversations/{}",
        heard["conversation_id"].as_str().unwrap()
    );
    let until = Timestamp::now() + Duration::from_secs(3);
    let snooze = json!({"status": "snoozed", "snoozed_until": until});
    let slept = whole.patch(&path, &snooze).await;
    assert_eq!(slept["snoozed_until"], json!(until));
    let is_changed = |to: &'static str| {
        move |event: &Value| {
            event["type"] == "conversation.updated" && event["data"]["status"] == to
        }
    };
    socket.until(is_changed("snoozed")).await;
    let woken = socket.until(is_changed("open")).await;
    assert_eq!(woken["data"]["snoozed_until"], Value::Null);
    assert!(Timestamp::now() >= until, "it slept as long as it should");
    whole.stop().await;
}

/// Left for later, a message goes out once, at its time; one that may not go then is shown as such to its author.
async fn a_later_message(engine: Engine) {
    let whole = Whole::start(engine).await;
    let mut socket = whole.socket().await;
    socket.subscribe(&["firehose"]).await;
    whole.customer_says(CUSTOMER, "Remind me");
    let heard = socket.event("message.received").await;
    let thread = heard["conversation_id"].as_str().unwrap().to_owned();
    let path = format!("/conversations/{thread}/scheduled-messages");
    let send_at = Timestamp::now() + Duration::from_secs(3);
    let later = json!({
        "send_at": send_at, "message": {"type": "text", "text": {"body": "As promised"}},
    });
    let left = whole.post_expecting(&path, &later, 201).await;
    let is_now = |state: &'static str| {
        let id = left["id"].clone();
        move |event: &Value| {
            let data = &event["data"];
            event["type"] == "scheduled_message.updated"
                && data["id"] == id
                && data["state"] == state
        }
    };
    socket.until(is_now("waiting")).await;
    let queued = socket.event("message.queued").await;
    assert_eq!(queued["text"], "As promised");
    assert!(
        Timestamp::now() >= send_at,
        "it waited as long as it should"
    );
    socket.until(is_now("sent")).await;
    socket
        .until(|event| {
            event["type"] == "message.status_changed" && event["data"]["status"] == "read"
        })
        .await;
    let attempts = whole.simulator.attempts();
    assert_eq!(attempts.len(), 1, "one POST for one message: {attempts:?}");

    // The number is switched off before the next one's time.
    let disabled = json!({"status": "disabled"});
    let send_at = Timestamp::now() + Duration::from_secs(4);
    let later = json!({
        "send_at": send_at, "message": {"type": "text", "text": {"body": "Never"}},
    });
    let left = whole.post_expecting(&path, &later, 201).await;
    let number = format!("/sessions/{}", whole.session);
    whole.patch(&number, &disabled).await;
    let failed = socket
        .until(|event| {
            event["type"] == "scheduled_message.updated" && event["data"]["state"] == "failed"
        })
        .await;
    assert_eq!(failed["data"]["id"], left["id"]);
    assert_eq!(failed["data"]["reason"], "session_disabled");
    whole.stop().await;
}

async fn a_presence(engine: Engine) {
    let whole = Whole::start(engine).await;
    let mut first = whole.socket().await;
    first.subscribe(&["firehose"]).await;
    whole.customer_says(CUSTOMER, "Anybody there?");
    let heard = first.event("message.received").await;
    let id = heard["conversation_id"].as_str().unwrap();
    let topic = format!("conversation:{id}");
    first.subscribe(&[&topic]).await;
    let mut second = whole.socket().await;
    second.subscribe(&[&topic]).await;
    let there = json!({"type": "presence", "conversation": id, "activity": "writing"});
    second.send(&there).await;
    let seen = first.frame("presence").await;
    assert_eq!(seen["conversation"], id);
    assert_eq!(seen["people"].as_array().unwrap().len(), 1);
    assert_eq!(seen["people"][0]["activity"], "writing");
    // Whose connection ends is gone at once.
    drop(second);
    let seen = first.frame("presence").await;
    assert_eq!(seen["people"], json!([]));
    whole.stop().await;
}

/// Whoever has the dashboard open is given what a number's contacts say, and nobody who has not.
async fn a_line(engine: Engine) {
    let whole = Whole::start(engine).await;
    let me = whole.get("/me").await;
    let team = json!({
        "name": "Support", "member_ids": [me["user"]["id"]], "session_ids": [whole.session],
        "routing": {
            "strategy": "round_robin", "accept_seconds": 5,
            "overflow_team_id": null, "overflow_seconds": null,
        },
    });
    let team = whole.post_expecting("/teams", &team, 201).await;
    let topic = format!("queue:{}", team["id"].as_str().unwrap());
    whole.customer_says(CUSTOMER, "Anybody there?");
    let mut socket = whole.socket().await;
    socket.subscribe(&["firehose", "agents", &topic]).await;
    // The one who watches is there herself, so it is given to her; she does not accept it.
    let given = |event: &Value| {
        let data = &event["data"];
        event["type"] == "conversation.updated" && data["assignee"]["id"] == me["user"]["id"]
    };
    let first = socket.until(given).await;
    assert_eq!(first["data"]["team"]["id"], team["id"]);
    assert!(first["data"]["reserved_until"].is_string());
    let missed =
        |event: &Value| event["type"] == "agent.updated" && event["data"]["reason"] == "missed";
    let away = socket.until(missed).await;
    assert_eq!(away["data"]["state"], "away");
    let figures = loop {
        let frame = socket.frame("queue").await;
        if frame["queue"]["waiting"] == 1 {
            break frame["queue"].clone();
        }
    };
    assert_eq!(figures["team"]["id"], team["id"]);
    assert_eq!(figures["agents"][0]["state"], "away");
    whole.stop().await;
}

macro_rules! on_both {
    ($($story:ident as $name:ident,)+) => {
        mod sqlite {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    $story(Engine::Sqlite).await;
                }
            )+
        }
        mod postgres {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread")]
                async fn $name() {
                    $story(Engine::Postgres).await;
                }
            )+
        }
    };
}

on_both! {
    there_and_back as a_message_comes_in_and_the_answer_goes_out_once_and_is_read,
    a_closed_window as a_closed_window_is_refused_before_the_provider_is_asked,
    a_resume as who_was_away_gets_what_was_missed_once,
    the_figures as what_happens_is_counted,
    a_snooze as a_snoozed_conversation_opens_when_its_time_has_come,
    a_later_message as what_is_left_for_later_goes_out_once_at_its_time,
    a_presence as who_writes_is_seen_until_the_connection_ends,
    a_line as what_waits_is_given_to_who_is_there_and_taken_back_from_who_does_not_accept,
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_on_one_database_show_each_others_events() {
    let whole = Whole::start(Engine::Postgres).await;
    let other = whole.second_node().await;
    let mut socket = whole.socket_at(other.address, None).await;
    socket.subscribe(&["firehose"]).await;
    // The simulator posts to the first node.
    whole.customer_says(CUSTOMER, "over the bus");
    let heard = socket.event("message.received").await;
    assert_eq!(heard["text"], "over the bus");
    drop(socket);
    other.stop().await.unwrap();
    whole.stop().await;
}
