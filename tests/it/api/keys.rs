//! Keys for programs.

use std::time::Duration;

use actors::time::Timestamp;
use reqwest::Method;
use serde_json::json;

use crate::on_both;
use crate::support::client::answer;
use crate::support::database::Engine;
use crate::support::hub::TestHub;

on_both!(a_key_is_shown_once_works_with_its_role_and_can_be_revoked);

async fn a_key_is_shown_once_works_with_its_role_and_can_be_revoked(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let end = Timestamp::now() + Duration::from_secs(3600);
    let form = json!({"name": "Shop", "role": "supervisor", "expires_at": end});
    let made = owner.post("/api-keys", form).await.expect(201);
    let key = made["key"].as_str().unwrap();
    let prefix = made["api_key"]["prefix"].as_str().unwrap();
    assert!(key.starts_with(prefix) && key.len() > 2 * prefix.len());

    let shop = hub.visitor().with_key(key);
    shop.get("/users").await.expect(200);
    assert_eq!(shop.get("/audit-log").await.refused(403), "forbidden");
    assert_eq!(shop.get("/me").await.refused(403), "forbidden");
    let listed = owner.get("/api-keys").await.expect(200);
    assert!(!listed.to_string().contains(key));
    assert!(listed["data"][0]["last_used_at"].is_string());
    assert_eq!(listed["data"][0]["expires_at"], json!(end));

    // Half and doubled credentials fall back to nothing.
    let token = owner.tokens["access_token"].as_str().unwrap();
    let both = shop.raw(Method::GET, "/users").bearer_auth(token);
    assert_eq!(answer(both).await.refused(401), "unauthorized");
    let wrong_door = hub.visitor().with_token(key);
    assert_eq!(wrong_door.get("/users").await.refused(401), "unauthorized");
    for nonsense in ["", "wcc_", "wcc_nonsense", &key[..key.len() - 1], token] {
        let refused = hub
            .visitor()
            .with_key(nonsense)
            .get("/users")
            .await
            .refused(401);
        assert_eq!(refused, "unauthorized", "{nonsense}");
    }

    let path = format!("/api-keys/{}", made["api_key"]["id"].as_str().unwrap());
    owner.delete(&path).await.expect(204);
    assert_eq!(shop.get("/users").await.refused(401), "unauthorized");
    owner.delete(&path).await.refused(404);
    let past = json!({"name": "Old", "role": "agent", "expires_at": "2020-01-01T00:00:00Z"});
    owner.post("/api-keys", past).await.refused(422);
    hub.stop().await;
}
