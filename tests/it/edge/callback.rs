//! What is believed, taken in, put aside and refused at the provider's callback (SECURITY rows 1, 36, 46).

use std::time::Duration;

use actors::ports::store::{EventStore, StoreError};
use command_center::store::{Place, Store};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{callback, change, changes, post_sealed, said, seal, text, webhook};
use crate::support::database::Engine;
use crate::support::whole::{NUMBER, SECRET, VERIFY, Whole};

#[tokio::test(flavor = "multi_thread")]
async fn only_a_body_sealed_with_the_app_secret_is_believed() {
    let whole = Whole::start(Engine::Sqlite).await;
    let body = webhook(NUMBER, &[text("491700000001", "wamid.1", "hi")]);
    let good = seal(SECRET, body.as_bytes());
    let pretty = serde_json::from_str::<serde_json::Value>(&body).unwrap();
    let pretty = serde_json::to_string_pretty(&pretty).unwrap();
    let cases = [
        ("unsigned", body.clone(), None),
        (
            "wrong key",
            body.clone(),
            Some(seal("other", body.as_bytes())),
        ),
        ("empty key", body.clone(), Some(seal("", body.as_bytes()))),
        ("changed", body.replace("hi", "ho"), Some(good.clone())),
        ("written again", pretty, Some(good.clone())),
        ("cut", body[..body.len() - 1].to_owned(), Some(good.clone())),
        (
            "no prefix",
            body.clone(),
            Some(good["sha256=".len()..].to_owned()),
        ),
    ];
    for (what, body, header) in cases {
        let mut request = whole.http().post(callback(&whole)).body(body);
        if let Some(header) = header {
            request = request.header("X-Hub-Signature-256", header);
        }
        let status = request.send().await.unwrap().status().as_u16();
        assert_eq!(status, 401, "{what}");
    }
    let legacy = whole
        .http()
        .post(callback(&whole))
        .header(
            "X-Hub-Signature",
            "sha1=2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
        )
        .body(body.clone());
    assert_eq!(legacy.send().await.unwrap().status().as_u16(), 401);
    let elsewhere = format!(
        "http://{}/webhooks/whatsapp/ses_0000000000001",
        whole.address()
    );
    let in_another_way = callback(&whole).replace("whatsapp", "whats%61pp");
    for address in [elsewhere, in_another_way] {
        let nobody = whole.http().post(address).body(body.clone());
        assert_eq!(nobody.send().await.unwrap().status().as_u16(), 404);
    }
    assert_eq!(whole.get("/conversations").await["data"], json!([]));
    assert_eq!(post_sealed(&whole, body).await, 200);
    let listed = whole.get("/conversations").await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handshake_answers_to_the_right_token_only() {
    let whole = Whole::start(Engine::Sqlite).await;
    let ask = async |mode: &str, token: &str| {
        let query = [
            ("hub.mode", mode),
            ("hub.challenge", "1158201444"),
            ("hub.verify_token", token),
        ];
        let answer = whole.http().get(callback(&whole)).query(&query);
        let answer = answer.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, body) = ask("subscribe", VERIFY).await;
    assert_eq!((status, body.as_str()), (200, "1158201444"));
    for (mode, token) in [
        ("subscribe", "guess"),
        ("subscribe", ""),
        ("unsubscribe", VERIFY),
    ] {
        assert_eq!(ask(mode, token).await.0, 403, "{mode} {token}");
    }
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let whole = Whole::start(Engine::Sqlite).await;
    let mut stream = TcpStream::connect(whole.address()).await.unwrap();
    let head = format!(
        "POST /webhooks/whatsapp/{} HTTP/1.1\r\nHost: hub\r\nContent-Length: 4194304\r\n\r\n",
        whole.session
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // A little more than is taken, not all of it.
    let chunk = vec![b'x'; 64 * 1024];
    for _ in 0..49 {
        // The hub may have answered and gone before the last.
        if stream.write_all(&chunk).await.is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_but_not_understood_is_put_aside_and_answered_200() {
    let whole = Whole::start(Engine::Sqlite).await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies = [
        deep,
        "not json".to_owned(),
        change("messages.group", &json!({"text": "of a group"})),
    ];
    for body in &bodies {
        assert_eq!(post_sealed(&whole, body.clone()).await, 200);
    }
    let other_object = json!({"object": "page", "entry": []}).to_string();
    assert_eq!(post_sealed(&whole, other_object).await, 200);
    let listed = whole.get("/quarantine").await;
    let listed = listed["data"].as_array().unwrap();
    assert_eq!(listed.len(), 3, "{listed:?}");
    // The hub lives on.
    let good = webhook(NUMBER, &[text("491700000002", "wamid.2", "still here?")]);
    assert_eq!(post_sealed(&whole, good).await, 200);
    assert_eq!(
        whole.get("/conversations").await["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    whole.stop().await;
}

async fn a_repeated_webhook(engine: Engine) {
    let whole = Whole::start(engine).await;
    let body = webhook(NUMBER, &[text("491700000003", "wamid.3", "once")]);
    let posts = (0..50).map(|_| post_sealed(&whole, body.clone()));
    for status in join_all(posts).await {
        assert_eq!(status, 200);
    }
    let listed = whole.get("/conversations").await;
    let id = listed["data"][0]["id"].as_str().unwrap();
    assert_eq!(listed["data"][0]["unread"], 1);
    let messages = whole.get(&format!("/conversations/{id}/messages")).await;
    assert_eq!(messages["data"].as_array().unwrap().len(), 1);
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_comes_fifty_times_is_one_message_on_sqlite() {
    a_repeated_webhook(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_comes_fifty_times_is_one_message_on_postgres() {
    a_repeated_webhook(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_contact_is_heard_in_order_and_an_unknown_number_is_nobodys() {
    let whole = Whole::start(Engine::Sqlite).await;
    let mut messages = Vec::new();
    for turn in 0..10 {
        for contact in ["491700000004", "491700000005", "491700000006"] {
            let id = format!("wamid.{contact}-{turn}");
            messages.push(text(contact, &id, &turn.to_string()));
        }
    }
    let of =
        |number, messages: &[Value]| json!({"field": "messages", "value": said(number, messages)});
    // Of each contact something in several changes, and some in the same one.
    let mut all: Vec<Value> = messages.chunks(4).map(|some| of(NUMBER, some)).collect();
    let stranger = [text("491700000007", "wamid.7", "hello?")];
    all.insert(3, of("999999", &stranger));
    assert_eq!(post_sealed(&whole, changes(&all)).await, 200);
    let listed = whole.get("/conversations").await;
    let listed = listed["data"].as_array().unwrap();
    assert_eq!(listed.len(), 3);
    for conversation in listed {
        let id = conversation["id"].as_str().unwrap();
        let page = whole.get(&format!("/conversations/{id}/messages")).await;
        let page = page["data"].as_array().unwrap();
        let texts: Vec<&str> = page
            .iter()
            .rev()
            .map(|line| line["text"].as_str().unwrap())
            .collect();
        assert_eq!(texts, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    }
    whole.stop().await;
}

/// Said at `seconds`: the customer wants marketing again (`resume`), or no more (`stop`).
fn preference(customer: &str, value: &str, seconds: i64) -> String {
    change(
        "user_preferences",
        &json!({
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550109999", "phone_number_id": NUMBER},
            "user_preferences": [{"wa_id": customer, "detail": "told so", "category": "marketing_messages",
                "value": value, "timestamp": seconds}],
        }),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_earlier_does_not_take_back_that_a_contact_opted_out() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let whole = Whole::start(engine).await;
        let customer = "491700000005";
        let body = webhook(NUMBER, &[text(customer, "wamid.opt", "hi")]);
        assert_eq!(post_sealed(&whole, body).await, 200);
        let now = actors::time::Timestamp::now().millis() / 1000;
        let opted_out = async || whole.get("/contacts").await["data"][0]["opted_out_at"].clone();
        for (value, seconds, is_out) in [
            ("stop", now - 60, true),
            ("resume", now - 3600, true),
            ("resume", now - 30, false),
        ] {
            let told = preference(customer, value, seconds);
            assert_eq!(post_sealed(&whole, told).await, 200);
            let at = opted_out().await;
            assert_eq!(!at.is_null(), is_out, "{value} at {seconds}: {at}");
        }
        whole.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_index_and_no_text_column_takes_is_put_aside_or_refused() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let whole = Whole::start(engine).await;
        // Not compressible, so that no database can make it short.
        let mut long = String::new();
        for number in 0_u64..600 {
            long.push_str(&format!(
                "{:016x}",
                number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ));
        }
        let messages = [
            text("491700000006", &long, "too long an id"),
            text("491700000006", "wamid.fine", "fine"),
        ];
        assert_eq!(post_sealed(&whole, webhook(NUMBER, &messages)).await, 200);
        let listed = whole.get("/conversations").await;
        assert_eq!(listed["data"][0]["last_message"]["text"], "fine");
        let kept = whole.get("/quarantine").await;
        assert_eq!(kept["data"].as_array().unwrap().len(), 1, "{kept}");
        let id = listed["data"][0]["id"].as_str().unwrap();
        let nul = json!({"type": "text", "text": {"body": "a\u{0}b"}});
        let path = format!("/conversations/{id}/messages");
        let refused = whole.post_expecting(&path, &nul, 400).await;
        assert_eq!(refused["code"], "invalid_json");
        whole.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_made_to_last_is_not_confirmed() {
    let whole = Whole::start(Engine::Sqlite).await;
    let say = |id: &str| webhook(NUMBER, &[text("491700000001", id, "hi")]);
    assert_eq!(post_sealed(&whole, say("wamid.1")).await, 200);
    let place = Place::File(whole.folder().join("hub.db"));
    let feed = Store::open(&place, "feed").await.unwrap();
    let organization = whole.get("/me").await["organization"]["id"].clone();
    let organization = serde_json::from_value(organization).unwrap();
    let head = feed.head(organization).await.unwrap();
    // SQLite goes on with the file that it has open; a device can not be synced.
    let log = whole.folder().join("hub.db-wal");
    std::fs::rename(&log, whole.folder().join("aside")).unwrap();
    std::os::unix::fs::symlink("/dev/null", &log).unwrap();
    for id in ["wamid.2", "wamid.2", "wamid.3"] {
        assert_eq!(post_sealed(&whole, say(id)).await, 503);
    }
    // Nor are sockets told of it by somebody who looks into the table.
    let told = feed.events_since(organization, head.seq, 10).await;
    assert!(matches!(told, Err(StoreError::Unavailable(_))), "{told:?}");
    let ready = whole
        .http()
        .get(format!("http://{}/readyz", whole.address()));
    let ready = ready.send().await.unwrap();
    assert_eq!(ready.status().as_u16(), 503);
    let why = ready.text().await.unwrap();
    assert!(why.contains("could not be synced, start again"), "{why}");
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_without_room_are_refused_at_once_and_taken_when_there_is_some_again() {
    /// As many of the largest fill the room of one number.
    const FULL: usize = 64;
    let whole = Whole::start(Engine::Sqlite).await;
    let say = || webhook(NUMBER, &[text("491700000001", "wamid.1", "hi")]);
    let head = format!(
        "POST /webhooks/whatsapp/{} HTTP/1.1\r\nHost: hub\r\nContent-Length: 3145728\r\nExpect: 100-continue\r\n\r\n",
        whole.session
    );
    let mut open = Vec::new();
    for _ in 0..FULL {
        let mut stream = TcpStream::connect(whole.address()).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 100");
        open.push(stream);
    }
    // Twice over the same connection: who comes again need not open another.
    let mut stream = TcpStream::connect(whole.address()).await.unwrap();
    for _ in 0..2 {
        let (path, body) = (&whole.session, say());
        let request = format!(
            "POST /webhooks/whatsapp/{path} HTTP/1.1\r\nHost: hub\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = vec![0; 4096];
        let length = stream.read(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(!answer.contains("connection: close"), "{answer}");
    }
    let refused = whole.http().post(callback(&whole)).body(say());
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status().as_u16(), 503);
    for (name, value) in [
        ("retry-after", "1"),
        ("content-type", "application/problem+json"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(refused.headers()[name], value, "{name}");
    }
    assert!(refused.headers().contains_key("x-request-id"));
    let refused: Value = refused.json().await.unwrap();
    assert_eq!(refused["code"], "busy");
    // Nobody else notices.
    let shaken = whole.http().get(format!(
        "{}?hub.mode=subscribe&hub.challenge=7&hub.verify_token={VERIFY}",
        callback(&whole)
    ));
    assert_eq!(shaken.send().await.unwrap().status().as_u16(), 200);
    assert_eq!(
        whole.get("/conversations").await["data"],
        json!([]),
        "what was refused is not there"
    );
    let figures = whole.figures().await;
    for figure in [
        "webhooks_total{end=\"shed\"} 3\n",
        "http_request_seconds_count{route=\"/webhooks/whatsapp/{session_id}\",status=\"503\"} 3\n",
    ] {
        assert!(figures.contains(figure), "{figure} in {figures}");
    }
    drop(open);
    let taken = async { while post_sealed(&whole, say()).await != 200 {} };
    tokio::time::timeout(Duration::from_secs(20), taken)
        .await
        .unwrap();
    whole.stop().await;
}
