//! What people choose for themselves and find again elsewhere.

use reqwest::Method;
use serde_json::json;

use crate::on_both;
use crate::support::client::Client;
use crate::support::database::Engine;
use crate::support::hub::{PASSWORD, TestHub};

on_both!(
    how_one_is_told_follows_to_another_device,
    the_language_of_the_pages_follows_to_another_device,
);

async fn put(client: &Client, body: serde_json::Value) -> crate::support::client::Answer {
    client
        .send(Method::PUT, "/me/notifications", Some(body))
        .await
}

async fn how_one_is_told_follows_to_another_device(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let agent = hub.invited(&owner, "agent").await;
    let at_first = agent.get("/me/notifications").await.expect(200);
    let given = json!({
        "desktop": false, "sound": false, "messages": true, "given": true, "mentions": true,
        "waiting": false,
        "alerts": {"wait_minutes": 15, "waiting": 20, "breached": 5, "desktop": false},
    });
    assert_eq!(at_first, given);
    let wanted = json!({
        "desktop": true, "sound": true, "messages": false, "given": true, "mentions": true,
        "waiting": true,
        "alerts": {"wait_minutes": 3, "waiting": null, "breached": 0, "desktop": true},
    });
    assert_eq!(put(&agent, wanted.clone()).await.expect(200), wanted);
    let refused = put(&agent, json!({"desktop": true})).await.refused(400);
    assert_eq!(refused, "invalid_json");
    let mut far = wanted.clone();
    far["alerts"]["waiting"] = json!(10_001);
    assert_eq!(put(&agent, far).await.refused(422), "validation_failed");
    // Whoever does not speak of alerts leaves them.
    let mut without = wanted.clone();
    without.as_object_mut().unwrap().remove("alerts");
    assert_eq!(put(&agent, without).await.expect(200), wanted);

    let tokens = hub.visitor().log_in("agent@story.test", PASSWORD).await;
    let elsewhere = hub.visitor().signed_in(tokens.expect(200));
    let shown = elsewhere.get("/me/notifications").await.expect(200);
    assert_eq!(shown, wanted);
    // Those of others stay as they were.
    let others = owner.get("/me/notifications").await.expect(200);
    assert_eq!(others, given);
    let log = owner.get("/audit-log?limit=10").await.expect(200);
    let log = log["data"].as_array().unwrap().clone();
    let line = log
        .iter()
        .find(|line| line["action"] == "user.notifications_changed");
    assert_eq!(line.unwrap()["details"], wanted);

    let key = json!({"name": "Shop", "role": "admin"});
    let key = owner.post("/api-keys", key).await.expect(201);
    let program = hub.visitor().with_key(key["key"].as_str().unwrap());
    let refused = program.get("/me/notifications").await.refused(403);
    assert_eq!(refused, "forbidden");
    hub.stop().await;
}

async fn the_language_of_the_pages_follows_to_another_device(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let me = owner.get("/me").await.expect(200);
    assert_eq!(me["language"], json!(null));
    for language in ["pt", "zh-Hant-TW", "system"] {
        let changed = owner.patch("/me", json!({"language": language})).await;
        assert_eq!(changed.expect(200)["name"], "Olga");
        let me = owner.get("/me").await.expect(200);
        assert_eq!(me["language"], language);
    }
    for wrong in ["", "x", "en_US", "../../etc", &"a".repeat(36)] {
        let refused = owner.patch("/me", json!({"language": wrong, "name": "Nobody"}));
        assert_eq!(refused.await.refused(422), "validation_failed", "{wrong}");
    }
    let me = owner.get("/me").await.expect(200);
    assert_eq!(me["language"], "system");
    assert_eq!(me["user"]["name"], "Olga");
    hub.stop().await;
}
