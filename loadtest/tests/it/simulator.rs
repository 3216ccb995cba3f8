//! The simulator from outside: a small hub made of one HTTP server on the other side.

use std::time::Duration;

use crate::receiver::{self, Receiver};
use loadtest::demo::{ACCESS_TOKEN, BRASIL, NUMBERS, OUTDOOR};
use loadtest::simulator::{
    Behaviour, Fault, HubAccess, Misbehaviour, Options, Running, Say, Simulator, Statuses, Step,
    Writing,
};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(10);
const CUSTOMER: &str = "15557770001";

async fn simulator(behaviour: Behaviour) -> (Running, Receiver) {
    let running = Simulator::start(Options {
        numbers: NUMBERS.iter().map(|number| number.config()).collect(),
        behaviour,
        ..Options::default()
    })
    .await
    .unwrap();
    let receiver = Receiver::start().await;
    running
        .subscribe(
            OUTDOOR.phone_number_id,
            receiver.url(),
            receiver::VERIFY_TOKEN,
        )
        .await
        .unwrap();
    (running, receiver)
}

async fn post(running: &Running, body: Value) -> Result<(u16, Value), reqwest::Error> {
    let url = format!(
        "{}/v25.0/{}/messages",
        running.url(),
        OUTDOOR.phone_number_id
    );
    let answer = receiver::client()
        .post(url)
        .bearer_auth(ACCESS_TOKEN)
        .json(&body)
        .send()
        .await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

fn text(attempt: &str) -> Value {
    json!({"messaging_product": "whatsapp", "to": format!("+{CUSTOMER}"), "type": "text",
        "text": {"body": "hello"}, "biz_opaque_callback_data": attempt})
}

fn write(running: &Running, say: Say) -> String {
    let writing = Writing::new(OUTDOOR.phone_number_id, say);
    running.customer_writes(CUSTOMER, &writing).unwrap().wamid
}

fn hi() -> Say {
    Say::Text { body: "hi".into() }
}

#[tokio::test]
async fn a_callback_with_a_wrong_token_is_not_subscribed() {
    let (running, receiver) = simulator(Behaviour::default()).await;
    let refused = running
        .subscribe(BRASIL.phone_number_id, receiver.url(), "wrong")
        .await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn a_customers_message_arrives_signed_in_every_style() {
    let (running, receiver) = simulator(Behaviour {
        varied_bodies: true,
        ..Behaviour::default()
    })
    .await;
    for index in 0..20 {
        let body = format!("https://example.org/ä/{index} 👍");
        write(&running, Say::Text { body });
    }
    let messages = receiver.messages(20).await;
    assert_eq!(messages[19]["text"]["body"], "https://example.org/ä/19 👍");
    assert_eq!(messages[0]["from"], CUSTOMER);
    assert_eq!(receiver.badly_signed(), 0);
}

#[tokio::test]
async fn an_accepted_message_goes_to_read_and_echoes_the_attempt() {
    let (running, receiver) = simulator(Behaviour::default()).await;
    write(&running, hi());
    let (status, answer) = post(&running, text("att_1")).await.unwrap();
    assert_eq!(status, 200);
    assert_eq!(
        answer["contacts"][0],
        json!({"input": format!("+{CUSTOMER}"), "wa_id": CUSTOMER})
    );
    let statuses = receiver.statuses(3).await;
    let names: Vec<_> = statuses
        .iter()
        .map(|s| s["status"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["sent", "delivered", "read"]);
    assert!(
        statuses
            .iter()
            .all(|s| s["biz_opaque_callback_data"] == "att_1")
    );
    assert!(
        statuses
            .iter()
            .all(|s| s["id"] == answer["messages"][0]["id"])
    );
    let attempt = running.attempt("att_1").unwrap();
    assert_eq!((attempt.posts, attempt.accepted), (1, 1));
}

#[tokio::test]
async fn free_text_outside_the_window_fails_later() {
    let (running, receiver) = simulator(Behaviour::default()).await;
    let (status, _) = post(&running, text("att_1")).await.unwrap();
    assert_eq!(status, 200);
    let statuses = receiver.statuses(1).await;
    assert_eq!(statuses[0]["status"], "failed");
    assert_eq!(statuses[0]["errors"][0]["code"], 131047);
    let (status, _) = post(
        &running,
        json!({"messaging_product": "whatsapp", "to": CUSTOMER, "type": "template",
            "template": {"name": "we_miss_you", "language": {"code": "en_US"}}}),
    )
    .await
    .unwrap();
    assert_eq!(status, 200);
    assert_eq!(receiver.statuses(4).await[3]["status"], "read");
}

#[tokio::test]
async fn the_46th_message_to_one_person_is_refused() {
    let (running, _receiver) = simulator(Behaviour::default()).await;
    write(&running, hi());
    for index in 0..45 {
        let (status, answer) = post(&running, text(&format!("att_{index}"))).await.unwrap();
        assert_eq!(status, 200, "{answer}");
    }
    let (status, answer) = post(&running, text("att_45")).await.unwrap();
    assert_eq!(
        (status, answer["error"]["code"].as_i64()),
        (400, Some(131056))
    );
}

#[tokio::test]
async fn a_reset_before_and_after_accepting_look_the_same_but_are_not() {
    let (running, receiver) = simulator(Behaviour::default()).await;
    write(&running, hi());
    running.order(Fault::on_sends(1, Misbehaviour::ResetBefore));
    assert!(post(&running, text("att_lost")).await.is_err());
    running.order(Fault::on_sends(1, Misbehaviour::ResetAfter));
    assert!(post(&running, text("att_taken")).await.is_err());
    let statuses = receiver.statuses(3).await;
    assert!(
        statuses
            .iter()
            .all(|s| s["biz_opaque_callback_data"] == "att_taken")
    );
    let accepted = |attempt: &str| running.attempt(attempt).map(|a| (a.posts, a.accepted));
    assert_eq!(accepted("att_lost"), Some((1, 0)));
    assert_eq!(accepted("att_taken"), Some((1, 1)));
}

#[tokio::test]
async fn ordered_errors_come_as_ordered() {
    let (running, receiver) = simulator(Behaviour::default()).await;
    write(&running, hi());
    running.order(Fault::on_sends(
        1,
        Misbehaviour::Code {
            code: 131049,
            http: None,
        },
    ));
    let (status, answer) = post(&running, text("a")).await.unwrap();
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(131049)));
    running.order(Fault::on_sends(1, Misbehaviour::Http { status: 502 }));
    assert!(
        post(&running, text("b")).await.is_err(),
        "an HTML page is no JSON"
    );
    running.order(Fault::on_sends(1, Misbehaviour::FailLater { code: 131026 }));
    assert_eq!(post(&running, text("c")).await.unwrap().0, 200);
    assert_eq!(receiver.statuses(1).await[0]["errors"][0]["code"], 131026);
}

#[tokio::test]
async fn a_webhook_is_repeated_until_it_is_answered_200() {
    let (running, receiver) = simulator(Behaviour {
        time_factor: 0.01,
        ..Behaviour::default()
    })
    .await;
    receiver.refuse(3);
    write(&running, hi());
    assert_eq!(receiver.messages(1).await.len(), 1);
    assert!(running.quiet(PATIENCE).await);
    assert_eq!(
        (running.counters().delivered, running.counters().refused),
        (1, 3)
    );
}

#[tokio::test]
async fn statuses_can_be_told_by_hand_in_any_order() {
    let (running, receiver) = simulator(Behaviour {
        statuses: Statuses::Manual,
        ..Behaviour::default()
    })
    .await;
    write(&running, hi());
    let (_, answer) = post(&running, text("att_1")).await.unwrap();
    let wamid = answer["messages"][0]["id"].as_str().unwrap().to_owned();
    for step in [Step::Read, Step::Sent, Step::Delivered] {
        assert!(running.tell_status(&wamid, step, None));
    }
    let statuses = receiver.statuses(3).await;
    assert_eq!(statuses[0]["status"], "read");
    assert!(!running.tell_status("wamid.nobody", Step::Read, None));
}

#[tokio::test]
async fn the_customer_taps_what_the_business_sent() {
    let (running, receiver) = simulator(Behaviour::default()).await;
    write(&running, hi());
    let buttons = json!({"messaging_product": "whatsapp", "to": CUSTOMER, "type": "interactive",
        "interactive": {"type": "button", "body": {"text": "Sure?"}, "action": {"buttons": [
            {"type": "reply", "reply": {"id": "yes", "title": "Yes"}},
            {"type": "reply", "reply": {"id": "no", "title": "No"}}]}}});
    let (_, answer) = post(&running, buttons).await.unwrap();
    let message_id = answer["messages"][0]["id"].as_str().unwrap().to_owned();
    write(
        &running,
        Say::Tap {
            message_id: message_id.clone(),
            index: 1,
        },
    );
    let messages = receiver.messages(2).await;
    assert_eq!(
        messages[1]["interactive"]["button_reply"],
        json!({"id": "no", "title": "No"})
    );
    assert_eq!(messages[1]["context"]["id"], message_id.as_str());
}

#[tokio::test]
async fn a_ghost_is_followed_by_the_real_message_with_the_same_id() {
    let (running, receiver) = simulator(Behaviour::default()).await;
    write(
        &running,
        Say::Ghost {
            body: "real".into(),
        },
    );
    let messages = receiver.messages(2).await;
    assert_eq!(messages[0]["errors"][0]["code"], 131060);
    assert_eq!(messages[1]["text"]["body"], "real");
    assert_eq!(messages[0]["id"], messages[1]["id"]);
}

#[tokio::test]
async fn a_customer_with_a_user_id_only_has_no_number_in_webhooks() {
    let (running, receiver) = simulator(Behaviour::default()).await;
    let writing = Writing::text(OUTDOOR.phone_number_id, "no number");
    running.customer_writes("US.1A2B3C", &writing).unwrap();
    let message = &receiver.messages(1).await[0];
    assert_eq!(message.get("from"), None);
    assert_eq!(message["from_user_id"], "US.1A2B3C");
    let (status, answer) = post(
        &running,
        json!({"messaging_product": "whatsapp", "recipient": "US.1A2B3C", "text": {"body": "ok"}}),
    )
    .await
    .unwrap();
    assert_eq!(status, 200);
    assert_eq!(
        answer["contacts"][0],
        json!({"input": "US.1A2B3C", "user_id": "US.1A2B3C"})
    );
    assert_eq!(receiver.statuses(1).await[0].get("recipient_id"), None);
}

#[tokio::test]
async fn a_file_travels_both_ways() {
    let (running, receiver) = simulator(Behaviour::default()).await;
    write(
        &running,
        Say::Image {
            file: loadtest::simulator::File::default(),
            caption: Some("tent".into()),
        },
    );
    let image = receiver.messages(1).await[0]["image"].clone();
    let address = format!("{}/v25.0/{}", running.url(), image["id"].as_str().unwrap());
    let get =
        |url: String, token: &'static str| receiver::client().get(url).bearer_auth(token).send();
    assert_eq!(get(address.clone(), "wrong").await.unwrap().status(), 401);
    let described: Value = get(address, ACCESS_TOKEN)
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let url = described["url"].as_str().unwrap().to_owned();
    assert_eq!(get(url.clone(), "wrong").await.unwrap().status(), 401);
    let bytes = get(url, ACCESS_TOKEN).await.unwrap().bytes().await.unwrap();
    assert_eq!(bytes.len() as u64, described["file_size"].as_u64().unwrap());

    let form = reqwest::multipart::Form::new()
        .text("messaging_product", "whatsapp")
        .part(
            "file",
            reqwest::multipart::Part::bytes(bytes.to_vec())
                .file_name("a.jpg")
                .mime_str("image/jpeg")
                .unwrap(),
        );
    let uploaded: Value = receiver::client()
        .post(format!(
            "{}/{}/media",
            running.url(),
            OUTDOOR.phone_number_id
        ))
        .bearer_auth(ACCESS_TOKEN)
        .multipart(form)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let send = json!({"messaging_product": "whatsapp", "to": CUSTOMER, "type": "image", "image": {"id": uploaded["id"]}});
    assert_eq!(post(&running, send).await.unwrap().0, 200);
    let bogus = json!({"messaging_product": "whatsapp", "to": CUSTOMER, "type": "image", "image": {"id": "12"}});
    assert_eq!(post(&running, bogus).await.unwrap().0, 400);
}

#[tokio::test]
async fn templates_come_in_pages_and_new_ones_are_reviewed() {
    let (running, receiver) = simulator(Behaviour {
        review_ms: 0,
        ..Behaviour::default()
    })
    .await;
    let base = format!(
        "{}/v25.0/{}/message_templates",
        running.url(),
        loadtest::demo::BUSINESS_ACCOUNT_ID
    );
    let mut url = format!("{base}?limit=4");
    let mut names = Vec::new();
    loop {
        let page: Value = receiver::client()
            .get(&url)
            .bearer_auth(ACCESS_TOKEN)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        names.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|t| t["name"].to_string()),
        );
        match page["paging"]["next"].as_str() {
            Some(next) => url = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(names.len(), 11);
    let created: Value = receiver::client()
        .post(&base)
        .bearer_auth(ACCESS_TOKEN)
        .json(
            &json!({"name": "hello_again", "language": "en_US", "category": "UTILITY",
            "components": [{"type": "BODY", "text": "Hello again, friend."}]}),
        )
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(created["status"], "PENDING");
    let changes = receiver.changes(1).await;
    assert_eq!(changes[0]["field"], "message_template_status_update");
    assert_eq!(changes[0]["value"]["event"], "APPROVED");
}

#[tokio::test]
async fn marking_as_read_shows_on_the_phone() {
    let (running, _receiver) = simulator(Behaviour::default()).await;
    let wamid = write(&running, hi());
    let read = json!({"messaging_product": "whatsapp", "status": "read", "message_id": wamid,
        "typing_indicator": {"type": "text"}});
    assert_eq!(
        post(&running, read).await.unwrap(),
        (200, json!({"success": true}))
    );
    let chat = running.chat(OUTDOOR.phone_number_id, CUSTOMER).unwrap();
    assert!(chat.entries[0].seen && chat.typing_until_ms > 0);
}

#[tokio::test]
async fn the_demo_connects_itself_to_a_hub_and_customers_write_and_answer() {
    let receiver = Receiver::start().await;
    let running = Simulator::start(Options {
        numbers: NUMBERS.iter().map(|number| number.config()).collect(),
        behaviour: Behaviour {
            time_factor: 0.001,
            ..Behaviour::default()
        },
        demo: true,
        talkative: true,
        hub: Some(HubAccess {
            url: receiver.hub_url().to_owned(),
            account: None,
        }),
        ..Options::default()
    })
    .await
    .unwrap();
    assert_eq!(receiver.messages(50).await.len().min(50), 50);
    let history = &loadtest::demo::histories()[0];
    let contact = &loadtest::demo::contacts()[history.contact];
    let chat = running
        .chat(OUTDOOR.phone_number_id, &contact.wa_id)
        .unwrap();
    assert!(chat.entries.len() >= history.entries.len() - 1);
    receiver.forget();
    let to =
        json!({"messaging_product": "whatsapp", "to": contact.wa_id, "text": {"body": "Hello"}});
    for _ in 0..20 {
        assert_eq!(post(&running, to.clone()).await.unwrap().0, 200);
    }
    let answer = receiver.messages_from(&contact.wa_id, 1).await;
    assert_eq!(answer[0]["from"], contact.wa_id.as_str());
}
