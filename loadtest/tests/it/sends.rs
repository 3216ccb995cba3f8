//! The judgement of `loadtest sends`, and what it reads from the simulator's ledger.

use std::sync::Arc;

use loadtest::demo::{ACCESS_TOKEN, OUTDOOR};
use loadtest::load::board::Board;
use loadtest::load::marker::{Marked, Marker};
use loadtest::load::receipt::Receipts;
use loadtest::simulator::{Behaviour, Options, Simulator};
use serde_json::{Value, json};

use crate::receiver::client;
use crate::tiny_hub::{Manners, TinyHub};
use crate::tool::run;

const QUICK: [&str; 8] = [
    "--rate",
    "100",
    "--ramp",
    "100ms",
    "--duration",
    "700ms",
    "--recipients",
    "30",
];

#[test]
fn sends_are_followed_until_they_are_read() {
    let hub = TinyHub::start(Manners::default());
    let (code, report) = run(
        "sends",
        &hub,
        &[&QUICK[..], &["--templates", "0.5"]].concat(),
    );
    assert_eq!((code, &report["ok"]), (0, &Value::Bool(true)), "{report:#}");
    let sends = report["sends_accepted"].as_u64().unwrap();
    assert!(sends > 50, "{report:#}");
    assert_eq!(report["statuses"]["read"], sends, "{report:#}");
    assert_eq!(report["read_ms"]["count"], sends);
    assert_eq!(
        report["missing_at_provider"],
        Value::Null,
        "there is no simulator"
    );
}

#[test]
fn sends_of_which_nobody_hears_are_caught() {
    let hub = TinyHub::start(Manners {
        hide_answers: true,
        ..Manners::default()
    });
    let (code, report) = run("sends", &hub, &QUICK);
    assert_eq!(code, 1);
    assert_eq!(report["unresolved"], report["sends_accepted"], "{report:#}");
}

#[tokio::test]
async fn the_ledger_tells_when_a_send_reached_the_provider() {
    let options = Options {
        numbers: vec![OUTDOOR.config()],
        behaviour: Behaviour {
            enforce_window: false,
            ..Behaviour::default()
        },
        ..Options::default()
    };
    let simulator = Simulator::start(options).await.unwrap();
    let (due, taken) = (Arc::new(Board::new(4)), Arc::new(Board::new(4)));
    let marker = Marker::new(7);
    send(simulator.url(), "before the run").await;
    let boards = (Arc::clone(&due), Arc::clone(&taken));
    let mut receipts = Receipts::open(simulator.url(), marker.clone(), boards.0, boards.1, 4)
        .await
        .unwrap();
    receipts.begin();
    for number in [1, 2, 2] {
        let mut mark = Vec::new();
        marker.write(&mut mark, Marked { contact: 1, number });
        due.set_due(number, due.start());
        send(simulator.url(), &String::from_utf8(mark).unwrap()).await;
    }
    send(
        simulator.url(),
        "wamid.LT00000008C000001N0000000003, of another run",
    )
    .await;
    receipts.read().await.unwrap();
    receipts.read().await.unwrap();
    let mut report = json!({});
    receipts.add_to(&mut report);
    assert_eq!(
        (receipts.at_provider(), receipts.doubled()),
        (2, 1),
        "{report:#}"
    );
    assert_eq!(report["to_provider_ms"]["count"], 2);
    simulator.stop().await;
}

async fn send(simulator: &str, text: &str) {
    let answer = client()
        .post(format!("{simulator}/v25.0/{}/messages", OUTDOOR.phone_number_id))
        .bearer_auth(ACCESS_TOKEN)
        .json(&json!({"messaging_product": "whatsapp", "to": "+15557770001", "type": "text", "text": {"body": text}}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}
