//! What may be said, to whom, and once.

use loadtest::simulator::{Fault, Misbehaviour};
use serde_json::json;

use super::conversation;
use crate::support::database::Engine;
use crate::support::whole::{CUSTOMER, Whole};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_whatsapp_would_refuse_is_refused_with_its_fields() {
    let whole = Whole::start(Engine::Sqlite).await;
    let id = conversation(&whole, CUSTOMER).await;
    let path = format!("/conversations/{id}/messages");
    for (message, field) in [
        (json!({"type": "text", "text": {"body": ""}}), "text.body"),
        (json!({"type": "dance", "dance": {}}), "type"),
        (
            json!({"type": "template", "template": {"name": "no_such", "language": {"code": "en_US"}}}),
            "template.name",
        ),
        (
            json!({"type": "text", "text": {"body": "x"}, "context": {"message_id": "msg_0000000000001"}}),
            "context.message_id",
        ),
        (
            json!({"type": "image", "image": {"id": "med_0000000000001"}}),
            "image.id",
        ),
    ] {
        let refused = whole.post_expecting(&path, &message, 422).await;
        assert_eq!(refused["code"], "invalid_message", "{message}");
        assert_eq!(refused["errors"][0]["field"], field, "{message}");
    }
    let nowhere = "/conversations/cnv_0000000000001/messages";
    let hello = json!({"type": "text", "text": {"body": "Hello"}});
    whole.post_expecting(nowhere, &hello, 404).await;
    let nobody = json!({
        "session_id": whole.session, "to": "call me", "type": "text", "text": {"body": "Hello"},
    });
    let refused = whole.post_expecting("/messages", &nobody, 422).await;
    assert_eq!(refused["errors"][0]["field"], "to");
    assert!(
        whole.simulator.attempts().is_empty(),
        "the provider was not asked"
    );
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_for_one_request_only() {
    let whole = Whole::start(Engine::Sqlite).await;
    let id = conversation(&whole, CUSTOMER).await;
    let path = format!("/conversations/{id}/messages");
    let key = [("Idempotency-Key", "bubble-7")];
    let first = json!({"type": "text", "text": {"body": "one"}});
    let sent = whole.post_with(&path, &first, &key).await;
    assert_eq!(sent["client_key"], "bubble-7");
    let other = json!({"type": "text", "text": {"body": "two"}});
    let url = format!("http://{}/api/v1{path}", whole.address());
    let again = whole
        .http()
        .post(url)
        .bearer_auth(whole.token())
        .json(&other);
    let again = again
        .header("Idempotency-Key", "bubble-7")
        .send()
        .await
        .unwrap();
    assert_eq!(again.status().as_u16(), 422);
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_and_a_reaction_name_a_message_by_our_id() {
    let whole = Whole::start(Engine::Sqlite).await;
    let id = conversation(&whole, CUSTOMER).await;
    let path = format!("/conversations/{id}/messages");
    let page = whole.get(&path).await;
    let theirs = page["data"][0]["id"].as_str().unwrap().to_owned();
    let answer = json!({
        "type": "text", "text": {"body": "Hello to you"}, "context": {"message_id": theirs},
    });
    let sent = whole.post_expecting(&path, &answer, 202).await;
    assert_eq!(sent["reply_to"]["id"], json!(theirs));
    assert_eq!(sent["reply_to"]["text"], "Hello");
    // WhatsApp's ids work as well, but nothing is shown of what another customer said.
    let other = conversation(&whole, "491701234999").await;
    let page = whole.get(&format!("/conversations/{other}/messages")).await;
    let answer = json!({
        "type": "text", "text": {"body": "Hm"},
        "context": {"message_id": page["data"][0]["provider_id"]},
    });
    let sent = whole.post_expecting(&path, &answer, 202).await;
    assert_eq!(
        sent["reply_to"],
        json!({
            "id": null, "text": null, "direction": null,
            "provider_id": page["data"][0]["provider_id"],
        })
    );
    let reaction = json!({"type": "reaction", "reaction": {"message_id": theirs, "emoji": "👍"}});
    whole.post_expecting(&path, &reaction, 202).await;
    let shown = whole.get(&format!("/messages/{theirs}")).await;
    assert_eq!(
        shown["reactions"],
        json!([{"emoji": "👍", "by": "business"}])
    );
    let note = json!({"type": "note", "text": {"body": "A regular"}});
    let noted = whole.post_expecting(&path, &note, 202).await;
    assert_eq!(
        (&noted["direction"], &noted["status"]),
        (&json!("note"), &json!("received"))
    );
    // What did not fail is not said again.
    let retry = format!("/messages/{}/retry", noted["id"].as_str().unwrap());
    whole.post_expecting(&retry, &json!({}), 409).await;
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_said_again_once_however_often_it_is_asked() {
    let whole = Whole::start(Engine::Sqlite).await;
    let id = conversation(&whole, CUSTOMER).await;
    let mut socket = whole.socket().await;
    socket.subscribe(&["firehose"]).await;
    let refused = Misbehaviour::Code {
        code: 131_026,
        http: None,
    };
    assert!(whole.simulator.order(Fault::on_sends(1, refused)));
    let path = format!("/conversations/{id}/messages");
    let hello = json!({"type": "text", "text": {"body": "Hello"}});
    let sent = whole.post_expecting(&path, &hello, 202).await;
    let failed = socket
        .until(|event| event["data"]["status"] == "failed")
        .await;
    assert_eq!(failed["data"]["id"], sent["id"]);
    assert_eq!(failed["data"]["error"]["code"], 131_026);

    let retry = format!("/messages/{}/retry", sent["id"].as_str().unwrap());
    let again = whole.post_expecting(&retry, &json!({}), 202).await;
    assert_ne!(again["id"], sent["id"]);
    assert_eq!(again["text"], "Hello");
    let twice = whole.post_expecting(&retry, &json!({}), 202).await;
    assert_eq!(twice["id"], again["id"]);
    let read = socket
        .until(|event| event["data"]["id"] == again["id"] && event["data"]["status"] == "read")
        .await;
    assert_eq!(read["data"]["direction"], "outbound");
    whole.stop().await;
}
