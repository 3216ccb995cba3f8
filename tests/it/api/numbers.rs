//! Connected numbers, as the API shows them.

use actors::event::Event;
use actors::model::ids::SessionId;
use actors::model::session::HealthState;
use actors::time::Timestamp;
use command_center::http::number::Unreached;
use command_center::store::Checked;
use command_center::store::schema::sessions;
use command_center::with_conn;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use secrecy::ExposeSecret;
use serde_json::json;
use std::time::Duration;

use crate::on_both;
use crate::support::database::Engine;
use crate::support::hub::{TestHub, number};

on_both!(
    a_number_is_connected_shown_changed_and_removed_without_its_secrets,
    a_sealed_secret_opens_only_in_its_own_row,
    a_check_shows_how_the_number_fares,
    a_flood_of_callbacks_is_noted_once,
);

const SECRETS: [&str; 2] = ["canaryToken", "canaryAppSecret"];

async fn a_number_is_connected_shown_changed_and_removed_without_its_secrets(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let agent = hub.invited(&owner, "agent").await;
    let created = owner.post("/sessions", number("1001")).await.expect(201);
    let id = created["id"].as_str().unwrap();
    assert_eq!(
        created["webhook_url"],
        format!("http://hub.test/webhooks/whatsapp/{id}")
    );
    assert_eq!(created["verify_token"], "canaryVerifyToken");
    assert_eq!(created["status"], "active");
    assert_eq!(created["health"]["state"], "unknown");
    let refused = owner.post("/sessions", number("1001")).await.refused(409);
    assert_eq!(refused, "session_exists");
    let mut without = number("1002");
    without.as_object_mut().unwrap().remove("verify_token");
    let other = owner.post("/sessions", without).await.expect(201);
    assert!(other["verify_token"].as_str().unwrap().len() > 30);
    let asked = |hub: &TestHub| {
        hub.worker
            .jobs()
            .iter()
            .filter(|job| job.task.name() == "check_session")
            .count()
    };
    let both = async {
        while asked(&hub) < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), both)
        .await
        .unwrap();
    let odd = json!({
        "name": " ", "provider": "smoke", "phone_number_id": "+49", "business_account_id": "x",
        "access_token": "a b", "app_secret": "",
    });
    let problem = owner.post("/sessions", odd).await.expect(422);
    assert_eq!(problem["errors"].as_array().unwrap().len(), 6);

    let path = format!("/sessions/{id}");
    let shown = agent.get(&path).await.expect(200);
    assert_eq!(shown["verify_token"], json!(null));
    let listed = agent.get("/sessions").await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    let change =
        json!({"name": "Support", "status": "disabled", "access_token": "EAAGcanaryToken2"});
    let changed = owner.patch(&path, change).await.expect(200);
    assert_eq!(changed["name"], "Support");
    assert_eq!(changed["status"], "disabled");
    let log = owner.get("/audit-log").await.expect(200);
    owner.delete(&path).await.expect(204);
    owner.get(&path).await.refused(404);
    owner.delete(&path).await.refused(404);
    // The same number may come again.
    owner.post("/sessions", number("1001")).await.expect(201);

    let published = hub.bus.published();
    let told = serde_json::to_string(&published).unwrap();
    assert!(
        published
            .iter()
            .any(|envelope| matches!(envelope.event, Event::SessionUpdated(_)))
    );
    assert!(!told.contains("canaryVerifyToken"));
    for secret in SECRETS {
        for text in [
            &told,
            &log.to_string(),
            &listed.to_string(),
            &created.to_string(),
        ] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    hub.stop().await;
}

async fn a_sealed_secret_opens_only_in_its_own_row(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let mut ids = Vec::new();
    for phone in ["1001", "1002"] {
        let created = owner.post("/sessions", number(phone)).await.expect(201);
        ids.push(
            created["id"]
                .as_str()
                .unwrap()
                .parse::<SessionId>()
                .unwrap(),
        );
    }
    let unscoped = hub.app.store.unscoped();
    let opened = unscoped.session_credentials(&hub.app.keyring, ids[0]).await;
    let opened = opened.unwrap().unwrap();
    assert_eq!(opened.app_secret.expose_secret(), "canaryAppSecret");
    assert_eq!(opened.access_token.expose_secret(), "EAAGcanaryToken");
    let mut conn = hub.app.store.connection().await.unwrap();
    let blob: Vec<u8> = with_conn!(&mut conn, |c| sessions::table
        .find(ids[0].0)
        .select(sessions::app_secret)
        .first(c)
        .await)
    .unwrap();
    assert!(!blob.windows(6).any(|part| part == b"canary"));
    with_conn!(&mut conn, |c| diesel::update(
        sessions::table.find(ids[1].0)
    )
    .set(sessions::app_secret.eq(&blob))
    .execute(c)
    .await)
    .unwrap();
    conn.commit().await.unwrap();
    let moved = unscoped.session_credentials(&hub.app.keyring, ids[1]).await;
    assert!(moved.is_err());
    hub.stop().await;
}

async fn a_check_shows_how_the_number_fares(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let created = owner.post("/sessions", number("1001")).await.expect(201);
    let path = format!("/sessions/{}/test", created["id"].as_str().unwrap());
    hub.numbers
        .will(Err(Unreached("no route to the provider".to_owned())));
    let problem = owner.post(&path, json!({})).await.expect(502);
    assert_eq!(problem["code"], "provider_failed");
    assert_eq!(problem["detail"], "no route to the provider");
    hub.numbers.will(Ok(Checked {
        display_phone_number: Some("+49 170 1234567".to_owned()),
        verified_name: Some("Story Shop".to_owned()),
        quality: Some("GREEN".to_owned()),
        rate: Some(1000),
        health: HealthState::Ok,
        reason: None,
    }));
    let session = owner.post(&path, json!({})).await.expect(200);
    assert_eq!(session["verified_name"], "Story Shop");
    assert_eq!(session["health"]["state"], "ok");
    assert_eq!(session["health"]["quality"], "GREEN");
    assert!(session["health"]["checked_at"].is_string());
    let id: SessionId = created["id"].as_str().unwrap().parse().unwrap();
    let state = hub
        .app
        .store
        .unscoped()
        .load_session_state(id)
        .await
        .unwrap();
    assert_eq!(state.unwrap().rate, 1000);
    let unscoped = hub.app.store.unscoped();
    let told =
        unscoped.set_session_health(id, HealthState::TokenInvalid, Some("expired".to_owned()));
    assert_eq!(told.await.unwrap().envelopes.len(), 1);
    let told =
        unscoped.set_session_health(id, HealthState::TokenInvalid, Some("expired".to_owned()));
    assert!(told.await.unwrap().envelopes.is_empty());
    hub.stop().await;
}

async fn a_flood_of_callbacks_is_noted_once(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let created = owner.post("/sessions", number("1001")).await.expect(201);
    let id: SessionId = created["id"].as_str().unwrap().parse().unwrap();
    let unscoped = hub.app.store.unscoped();
    let now = Timestamp::now();
    let told = |seconds| {
        let unscoped = unscoped.clone();
        async move {
            let at = now + Duration::from_secs(seconds);
            unscoped
                .touch_webhook(id, at)
                .await
                .unwrap()
                .envelopes
                .len()
        }
    };
    assert_eq!(told(0).await, 1);
    assert_eq!(told(1).await, 0);
    assert_eq!(told(20).await, 0);
    assert_eq!(told(100).await, 1);
    let shown = owner.get(&format!("/sessions/{id}")).await.expect(200);
    let last = json!(now + Duration::from_secs(100));
    assert_eq!(shown["health"]["last_webhook_at"], last);
    hub.stop().await;
}
