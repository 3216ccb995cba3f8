//! What lets others in ends with the right to hand it out.

use std::time::Duration;

use serde_json::{Value, json};

use super::care::{Office, id, office};
use crate::on_both;
use crate::support::client::Client;
use crate::support::database::Engine;
use crate::support::hub::{PASSWORD, TestHub, token_in};

on_both!(
    what_somebody_handed_out_ends_with_them,
    keys_are_kept_when_that_is_wanted,
    a_lower_role_ends_what_reaches_above_it,
    a_link_ends_when_its_user_rises,
    nobody_undoes_what_somebody_above_them_handed_out,
    whoever_is_locked_out_keeps_no_conversation,
);

fn path_of(client: &Client) -> String {
    format!("/users/{}", client.tokens["user"]["id"].as_str().unwrap())
}

async fn invitation(by: &Client, email: &str, role: &str) -> Value {
    let form = json!({"email": email, "role": role});
    by.post("/invitations", form).await.expect(201)
}

async fn key(by: &Client, role: &str) -> Value {
    let form = json!({"name": "Shop", "role": role});
    by.post("/api-keys", form).await.expect(201)
}

fn with(hub: &TestHub, key: &Value) -> Client {
    hub.visitor().with_key(key["key"].as_str().unwrap())
}

async fn join(hub: &TestHub, invitation: &Value) -> u16 {
    let form =
        json!({"invitation": token_in(&invitation["url"]), "name": "Eve", "password": PASSWORD});
    hub.visitor().post("/auth/register", form).await.status
}

async fn reset(hub: &TestHub, link: &Value) -> u16 {
    let form = json!({"token": token_in(&link["url"]), "password": "a new password"});
    let visitor = hub.visitor();
    visitor.post("/auth/reset-password", form).await.status
}

async fn what_somebody_handed_out_ends_with_them(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let (hank, ben) = (
        hub.invited(&owner, "admin").await,
        hub.invited(&owner, "agent").await,
    );
    let invited = invitation(&hank, "eve@story.test", "admin").await;
    let link = format!("{}/reset-link", path_of(&ben));
    let link = hank.post(&link, json!({})).await.expect(201);
    let first = key(&hank, "admin").await;
    assert_eq!(first["api_key"]["made_by"], hank.tokens["user"]["name"]);
    let with_first = with(&hub, &first);
    let second = key(&with_first, "agent").await;
    let by_key = invitation(&with_first, "mal@story.test", "agent").await;
    let others = key(&owner, "agent").await;

    owner
        .patch(&path_of(&hank), json!({"disabled": true}))
        .await
        .expect(200);
    assert_eq!(with_first.get("/audit-log").await.status, 401);
    assert_eq!(with(&hub, &second).get("/users").await.status, 401);
    assert_eq!(with(&hub, &others).get("/users").await.status, 200);
    assert_eq!(join(&hub, &invited).await, 400);
    assert_eq!(join(&hub, &by_key).await, 400);
    assert_eq!(reset(&hub, &link).await, 400);
    hub.stop().await;
}

async fn keys_are_kept_when_that_is_wanted(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let hank = hub.invited(&owner, "admin").await;
    let (kept, invited) = (
        key(&hank, "admin").await,
        invitation(&hank, "eve@story.test", "agent").await,
    );
    let change = json!({"disabled": true, "keep_api_keys": true});
    owner.patch(&path_of(&hank), change).await.expect(200);
    assert_eq!(with(&hub, &kept).get("/audit-log").await.status, 200);
    // They stay kept, whatever else is said of whoever left.
    let again = json!({"disabled": true, "role": "admin"});
    owner.patch(&path_of(&hank), again).await.expect(200);
    assert_eq!(with(&hub, &kept).get("/audit-log").await.status, 200);
    assert_eq!(join(&hub, &invited).await, 400);
    hub.stop().await;
}

async fn a_lower_role_ends_what_reaches_above_it(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let ida = hub.invited(&owner, "admin").await;
    let (high, low) = (
        invitation(&ida, "eve@story.test", "admin").await,
        invitation(&ida, "ann@story.test", "agent").await,
    );
    let (strong, weak) = (key(&ida, "admin").await, key(&ida, "supervisor").await);
    let change = json!({"role": "supervisor"});
    owner.patch(&path_of(&ida), change).await.expect(200);
    assert_eq!(join(&hub, &high).await, 400);
    assert_eq!(join(&hub, &low).await, 201);
    assert_eq!(with(&hub, &strong).get("/users").await.status, 401);
    assert_eq!(with(&hub, &weak).get("/users").await.status, 200);
    hub.stop().await;
}

async fn a_link_ends_when_its_user_rises(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let (ada, kai) = (
        hub.invited(&owner, "admin").await,
        hub.invited(&owner, "agent").await,
    );
    let link = format!("{}/reset-link", path_of(&kai));
    let link = ada.post(&link, json!({})).await.expect(201);
    let change = json!({"role": "owner"});
    owner.patch(&path_of(&kai), change).await.expect(200);
    assert_eq!(reset(&hub, &link).await, 400);
    hub.stop().await;
}

async fn nobody_undoes_what_somebody_above_them_handed_out(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let admin = hub.invited(&owner, "admin").await;
    let (of_owner, invited) = (
        key(&owner, "owner").await,
        invitation(&owner, "eve@story.test", "owner").await,
    );
    let paths = [
        format!("/api-keys/{}", id(&of_owner["api_key"])),
        format!("/invitations/{}", id(&invited["invitation"])),
    ];
    for path in &paths {
        assert_eq!(admin.delete(path).await.refused(403), "forbidden");
    }
    let instead = json!({"email": "eve@story.test", "role": "agent"});
    let refused = admin.post("/invitations", instead).await.refused(403);
    assert_eq!(refused, "forbidden");
    assert_eq!(join(&hub, &invited).await, 201);
    owner.delete(&paths[0]).await.expect(204);
    hub.stop().await;
}

async fn whoever_is_locked_out_keeps_no_conversation(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let me = agent.tokens["user"]["id"].as_str().unwrap();
    let rows = owner.get("/conversations").await.expect(200);
    let bob = rows["data"].as_array().unwrap().iter().map(id);
    let bob = bob.map(|id| format!("/conversations/{id}"));
    let bob = bob.into_iter().find(|path| *path != ann).unwrap();
    let pending = json!({"assignee_id": me, "status": "pending"});
    agent
        .patch(&ann, json!({"assignee_id": me}))
        .await
        .expect(200);
    agent.patch(&bob, pending).await.expect(200);
    owner
        .patch(&path_of(&agent), json!({"disabled": true}))
        .await
        .expect(200);
    let released = async {
        loop {
            let theirs = format!("/conversations?assignee={me}");
            let theirs = owner.get(&theirs).await.expect(200);
            if theirs["data"] == json!([]) {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, released).await.unwrap();
    let row = owner.get(&bob).await.expect(200);
    assert_eq!(
        (&row["status"], &row["assignee"]),
        (&json!("pending"), &Value::Null)
    );
    hub.stop().await;
}
