//! Two organizations in one hub never meet.

use std::time::Duration;

use actors::model::ids::{OrganizationId, SessionId};
use actors::model::quarantine::{QuarantineSource, Quarantined};
use actors::ports::store::JobStore;
use actors::testing::inbound;
use actors::time::Timestamp;
use command_center::http::describe::Needs;
use command_center::http::route::{Entry, table};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::on_both;
use crate::support::client::{Answer, Client, answer};
use crate::support::database::Engine;
use crate::support::hub::{TestHub, number};

on_both!(
    every_row_with_an_id_knows_nothing_of_the_ids_of_another_organization,
    a_contact_gets_a_name_that_its_conversations_show_at_once,
);

/// A number and a contact with a conversation.
struct Furnished {
    session: SessionId,
    contact: Value,
    conversation: Value,
}

async fn furnish(hub: &TestHub, owner: &Client) -> Furnished {
    let created = owner.post("/sessions", number("1001")).await.expect(201);
    let session: SessionId = created["id"].as_str().unwrap().parse().unwrap();
    let organization: OrganizationId = hub.organization_of(owner).await;
    let message = inbound("491701234567", "hello").build();
    hub.app
        .hub
        .receive(organization, session, message)
        .await
        .unwrap();
    let contacts = owner.get("/contacts").await.expect(200);
    let conversations = owner.get("/conversations").await.expect(200);
    Furnished {
        session,
        contact: contacts["data"][0].clone(),
        conversation: conversations["data"][0].clone(),
    }
}

async fn upload(client: &Client, session: SessionId) -> Answer {
    let part = Part::bytes(b"hello".to_vec()).file_name("hello.txt");
    let form = Form::new()
        .text("session_id", session.to_string())
        .part("file", part.mime_str("text/plain").unwrap());
    answer(client.raw(Method::POST, "/media").multipart(form)).await
}

/// A time that has not come for as long as there are tests.
const LATER: &str = "2099-01-01T00:00:00Z";

async fn leave(owner: &Client, conversation: &Value) -> Value {
    let id = conversation["id"].as_str().unwrap();
    let path = format!("/conversations/{id}/scheduled-messages");
    let soon = Timestamp::now() + Duration::from_secs(3600);
    let template = json!({
        "send_at": soon, "message": {"type": "text", "text": {"body": "later"}},
    });
    owner.post(&path, template).await.expect(201)
}

async fn put_aside(hub: &TestHub, owner: &Client, session: SessionId) -> Value {
    let entry = Quarantined {
        organization: hub.organization_of(owner).await,
        session: Some(session),
        source: QuarantineSource::Webhook,
        reason: "not understood".to_owned(),
        tries: 1,
        payload: b"{}".to_vec(),
    };
    hub.app.store.quarantine(entry).await.unwrap();
    let listed = owner.get("/quarantine").await.expect(200);
    listed["data"][0]["id"].clone()
}

/// The fields that a route reads; None when it takes an object of any.
fn fields_of(entry: &Entry) -> Option<Vec<String>> {
    let sketch = entry.sketch();
    let body = serde_json::to_value(sketch.body?).unwrap();
    let shape = body["content"]["application/json"]["schema"]["$ref"].as_str()?;
    let name = shape.rsplit('/').next()?;
    let (_, shape) = sketch
        .schemas
        .into_iter()
        .find(|(known, _)| known == name)?;
    let shape = serde_json::to_value(shape).unwrap();
    let fields = shape["properties"].as_object()?.keys();
    Some(fields.cloned().collect())
}

async fn every_row_with_an_id_knows_nothing_of_the_ids_of_another_organization(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let Furnished {
        session,
        contact,
        conversation,
    } = furnish(&hub, &owner).await;
    let stranger = hub.stranger().await;
    let key = json!({"name": "Shop", "role": "agent"});
    let key = owner.post("/api-keys", key).await.expect(201);
    let invite = json!({"email": "ann@story.test", "role": "agent"});
    let invitation = owner.post("/invitations", invite).await.expect(201);
    let tag = owner
        .post("/tags", json!({"name": "VIP"}))
        .await
        .expect(201);
    let team = owner.post("/teams", json!({"name": "Support"})).await;
    let team = team.expect(201);
    let text = json!({"shortcut": "hi", "text": "Hello!", "shared": true});
    let text = owner.post("/canned-responses", text).await.expect(201);
    let view = json!({"name": "Open", "filters": {"status": "open"}, "shared": true});
    let view = owner.post("/views", view).await.expect(201);
    let steps = json!([{"do": "write_note", "text": "Seen"}]);
    let steps = json!({"name": "See", "actions": steps, "shared": true});
    let steps = owner.post("/macros", steps).await.expect(201);
    let logins = owner.get("/me/logins").await.expect(200);
    let waiting = leave(&owner, &conversation).await;
    let ids = [
        ("/scheduled-messages", waiting["id"].clone()),
        ("/me/logins", logins["data"][0]["id"].clone()),
        ("/tags", tag["id"].clone()),
        ("/teams", team["id"].clone()),
        ("/canned-responses", text["id"].clone()),
        ("/views", view["id"].clone()),
        ("/macros", steps["id"].clone()),
        ("/users", owner.tokens["user"]["id"].clone()),
        ("/agents", owner.tokens["user"]["id"].clone()),
        ("/invitations", invitation["invitation"]["id"].clone()),
        ("/api-keys", key["api_key"]["id"].clone()),
        ("/sessions", json!(session)),
        ("/contacts", contact["id"].clone()),
        ("/conversations", conversation["id"].clone()),
        ("/messages", conversation["last_message"]["id"].clone()),
        (
            "/media",
            upload(&owner, session).await.expect(201)["id"].clone(),
        ),
        ("/quarantine", put_aside(&hub, &owner, session).await),
    ];
    let before = owner.get("/audit-log").await.expect(200);
    let mut asked = 0;
    for entry in table() {
        let path = entry
            .path
            .strip_prefix("/api/v1")
            .unwrap_or(&entry.path)
            .to_owned();
        let known = ids.iter().find(|(noun, _)| path.starts_with(noun));
        let (Some((_, id)), true) = (known, path.contains("{id}")) else {
            continue;
        };
        if entry.needs == Needs::Nothing {
            // Files open by the signature in their address only.
            assert_eq!(path, "/media/{id}");
            continue;
        }
        let path = path.replace("{id}", id.as_str().unwrap());
        let path = path.replace("{macro_id}", steps["id"].as_str().unwrap());
        let mut request = stranger.raw(entry.method.as_str().parse().unwrap(), &path);
        if entry.method != "GET" && entry.method != "DELETE" {
            let mut form = json!({
                "name": "Mine", "role": "agent", "disabled": true, "shortcut": "mine", "text": "Mine",
                "capacity": 3, "send_at": LATER, "unread": true,
                "message": {"type": "text", "text": {"body": "x"}},
                "filters": {}, "actions": [{"do": "write_note", "text": "Mine"}],
            });
            if let Some(known) = fields_of(&entry) {
                let form = form.as_object_mut().unwrap();
                form.retain(|name, _| known.contains(name));
            }
            request = request.json(&form);
        }
        let refused = answer(request).await.refused(404);
        assert_eq!(refused, "not_found", "{} {path}", entry.method);
        asked += 1;
    }
    assert!(asked >= 30, "{asked}");
    let to =
        json!({"session_id": session, "to": "491701234567", "type": "text", "text": {"body": "x"}});
    assert_eq!(
        stranger.post("/messages", to).await.refused(404),
        "not_found"
    );
    assert_eq!(upload(&stranger, session).await.refused(404), "not_found");
    let after = owner.get("/audit-log").await.expect(200);
    assert_eq!(before, after);
    for list in [
        "/conversations",
        "/sessions",
        "/contacts",
        "/templates",
        "/invitations",
        "/api-keys",
        "/quarantine",
        "/tags",
        "/teams",
        "/canned-responses",
        "/views",
        "/macros",
        "/drafts",
        "/mentions",
        "/starred-messages",
        "/scheduled-messages",
        "/sla-breaches",
        "/messages?q=hello",
    ] {
        let shown = stranger.get(list).await.expect(200);
        assert_eq!(shown["data"], json!([]), "{list}");
    }
    hub.app.store.index_messages().await.unwrap();
    for (who, count) in [(&owner, 1), (&stranger, 0)] {
        let found = who.get("/messages?q=hello").await.expect(200);
        assert_eq!(found["data"].as_array().unwrap().len(), count);
    }
    let foreign = format!("/conversations?session={session}");
    let shown = stranger.get(&foreign).await.expect(200);
    assert_eq!(shown["data"], json!([]));
    let own = format!("/conversations/{}", conversation["id"].as_str().unwrap());
    let foreign_tag = stranger
        .post("/tags", json!({"name": "x"}))
        .await
        .expect(201);
    let foreign_team = stranger
        .post("/teams", json!({"name": "x"}))
        .await
        .expect(201);
    for change in [
        json!({"add_tags": [foreign_tag["id"]]}),
        json!({"team_id": foreign_team["id"]}),
        json!({"add_participants": [stranger.tokens["user"]["id"]]}),
    ] {
        let refused = owner.patch(&own, change).await.refused(422);
        assert_eq!(refused, "validation_failed");
    }
    let note = json!({"type": "note", "text": {
        "body": "@stranger", "mentions": [stranger.tokens["user"]["id"]],
    }});
    let refused = owner
        .post(&format!("{own}/messages"), note)
        .await
        .refused(422);
    assert_eq!(refused, "invalid_message");
    let routing = |overflow: &Value| {
        json!({
            "strategy": "round_robin", "accept_seconds": null,
            "overflow_team_id": overflow, "overflow_seconds": 60,
        })
    };
    for foreign in [
        json!({"name": "Ours", "member_ids": [stranger.tokens["user"]["id"]]}),
        json!({"name": "Ours", "routing": routing(&foreign_team["id"])}),
        json!({"name": "Ours", "sla": {
            "reply_seconds": 60, "escalation": {"team_id": foreign_team["id"]},
        }}),
    ] {
        let refused = owner.post("/teams", foreign).await.refused(422);
        assert_eq!(refused, "validation_failed");
    }
    let number = json!({"name": "Theirs", "session_ids": [session]});
    let refused = stranger.post("/teams", number).await.refused(422);
    assert_eq!(refused, "validation_failed");
    let queues = stranger.get("/queues").await.expect(200);
    assert!(!queues.to_string().contains(team["id"].as_str().unwrap()));
    let assign = json!({"assignee_id": stranger.tokens["user"]["id"]});
    let refused = owner.patch(&own, assign).await;
    assert!((400..500).contains(&refused.status), "{refused:?}");
    let users = stranger.get("/users").await.expect(200);
    assert_eq!(users["data"].as_array().unwrap().len(), 1);
    hub.stop().await;
}

async fn a_contact_gets_a_name_that_its_conversations_show_at_once(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let Furnished { contact, .. } = furnish(&hub, &owner).await;
    let path = format!("/contacts/{}", contact["id"].as_str().unwrap());
    let renamed = owner
        .patch(&path, json!({"name": " Ann Müller "}))
        .await
        .expect(200);
    assert_eq!(renamed["name"], "Ann Müller");
    assert_eq!(renamed["identities"], contact["identities"]);
    let found = owner.get("/contacts?q=m%C3%BCll").await.expect(200);
    assert_eq!(found["data"][0]["name"], "Ann Müller");
    let none = owner.get("/contacts?q=50%25_x").await.expect(200);
    assert_eq!(none["data"], json!([]));

    let events = hub.bus.published();
    let names: Vec<&str> = events
        .iter()
        .map(|envelope| envelope.event.name())
        .collect();
    assert_eq!(
        names[names.len() - 2..],
        ["contact.updated", "conversation.updated"]
    );
    let last = events.last().unwrap();
    let row = last.row.as_ref().unwrap();
    assert_eq!(row.contact.name.as_deref(), Some("Ann Müller"));
    assert_eq!(row.seq, last.seq);
    for (number, envelope) in events.iter().enumerate() {
        assert_eq!(envelope.seq, 1 + i64::try_from(number).unwrap());
    }
    owner.patch(&path, json!({})).await.refused(400);
    let again = owner.patch(&path, json!({"name": null})).await.expect(200);
    assert_eq!(again["name"], contact["name"]);
    hub.stop().await;
}
