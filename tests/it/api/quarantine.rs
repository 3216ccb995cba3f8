//! What could not be processed: seen, tried again, thrown away.

use actors::model::ids::{OrganizationId, SessionId};
use actors::model::job::Task;
use actors::model::quarantine::{QuarantineSource, Quarantined};
use actors::ports::store::JobStore;
use actors::testing::inbound;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::client::Client;
use crate::support::database::Engine;
use crate::support::hub::{TestHub, number};

on_both!(an_admin_tries_again_or_throws_away_what_could_not_be_processed);

async fn put(hub: &TestHub, entry: Quarantined) {
    hub.app.store.quarantine(entry).await.unwrap();
}

async fn waiting(owner: &Client) -> Vec<Value> {
    let listed = owner.get("/quarantine?resolved=false").await.expect(200);
    listed["data"].as_array().unwrap().clone()
}

async fn an_admin_tries_again_or_throws_away_what_could_not_be_processed(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let organization: OrganizationId = hub.organization_of(&owner).await;
    let created = owner.post("/sessions", number("1001")).await.expect(201);
    let session: SessionId = created["id"].as_str().unwrap().parse().unwrap();
    let message = inbound("491701234567", "hello").build();
    let task = Task::CheckSession { session };
    let entry = |source, payload| Quarantined {
        organization,
        session: Some(session),
        source,
        reason: "it failed 3 times".to_owned(),
        tries: 3,
        payload,
    };
    let webhook = QuarantineSource::Webhook;
    put(&hub, entry(webhook, serde_json::to_vec(&message).unwrap())).await;
    put(
        &hub,
        entry(QuarantineSource::Job, serde_json::to_vec(&task).unwrap()),
    )
    .await;
    put(&hub, entry(webhook, b"\xff not even text".to_vec())).await;

    let entries = waiting(&owner).await;
    assert_eq!(entries.len(), 3);
    assert!(
        entries[0]["payload"]
            .as_str()
            .unwrap()
            .ends_with("not even text")
    );
    assert_eq!(entries[1]["payload"]["kind"], "check_session");
    let path = |at: usize, verb: &str| {
        format!("/quarantine/{}/{verb}", entries[at]["id"].as_str().unwrap())
    };
    owner.post(&path(0, "discard"), json!({})).await.expect(204);
    owner.post(&path(1, "replay"), json!({})).await.expect(204);
    owner.post(&path(2, "replay"), json!({})).await.expect(204);
    assert_eq!(waiting(&owner).await.len(), 0);
    let all = owner.get("/quarantine").await.expect(200);
    assert!(all["data"][2]["resolved_at"].is_string());
    for verb in ["replay", "discard"] {
        assert_eq!(
            owner.post(&path(2, verb), json!({})).await.refused(409),
            "conflict"
        );
    }
    let contacts = owner.get("/contacts").await.expect(200);
    assert_eq!(contacts["data"][0]["phone"], "491701234567");
    let log = owner.get("/audit-log").await.expect(200);
    assert_eq!(log["data"][0]["action"], "quarantine.replayed");
    assert_eq!(log["data"][2]["action"], "quarantine.discarded");
    hub.stop().await;
}
