//! Drafts: one's own, on all of one's devices, and for nobody else.

use std::time::Duration;

use actors::feed::Unsubscribe;
use actors::model::ids::{OrganizationId, UserId};
use actors::model::user::{Role, Who};
use actors::testing::TestSocket;
use actors::time::Timestamp;
use command_center::store::NewDraft;
use reqwest::Method;
use serde_json::{Value, json};

use super::care::{Office, id, office};
use crate::on_both;
use crate::support::client::{Answer, Client};
use crate::support::database::Engine;
use crate::support::hub::{PASSWORD, TestHub};

on_both!(
    what_was_begun_is_found_on_another_device_and_by_nobody_else,
    the_revision_rises_whoever_writes_and_whatever_went,
    what_can_not_be_a_draft_is_said,
    the_newest_two_hundred_drafts_are_kept,
    drafts_that_nobody_goes_on_with_are_swept,
    a_draft_is_told_to_its_writer_alone,
);

async fn put(client: &Client, conversation: &str, draft: Value) -> Answer {
    let path = format!("{conversation}/draft");
    client.send(Method::PUT, &path, Some(draft)).await
}

async fn listed(client: &Client) -> Vec<Value> {
    let page = client.get("/drafts").await.expect(200);
    page["data"].as_array().unwrap().clone()
}

async fn bob(client: &Client) -> String {
    let listed = client.get("/conversations?q=491707654321").await;
    format!("/conversations/{}", id(&listed.expect(200)["data"][0]))
}

async fn what_was_begun_is_found_on_another_device_and_by_nobody_else(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let messages = agent.get(&format!("{ann}/messages")).await.expect(200);
    let draft = json!({
        "text": " Dear Ann,\n", "note_text": "@Olga?", "mentions": [owner.tokens["user"]["id"]],
        "is_note": true, "reply_to": messages["data"][0]["id"], "base": null, "device": "laptop",
    });
    let kept = put(&agent, &ann, draft.clone()).await.expect(200);
    for field in ["text", "note_text", "mentions", "is_note", "reply_to"] {
        assert_eq!(kept[field], draft[field], "{field}");
    }
    assert_eq!(
        format!(
            "/conversations/{}",
            kept["conversation_id"].as_str().unwrap()
        ),
        ann
    );
    assert_eq!(kept["revision"], 1);
    let other = put(&agent, &bob(&agent).await, json!({"text": "Hi Bob"})).await;
    let other = other.expect(200);
    let tokens = hub.visitor().log_in("agent@story.test", PASSWORD).await;
    let phone = hub.visitor().signed_in(tokens.expect(200));
    assert_eq!(listed(&phone).await, [other.clone(), kept.clone()]);
    let page = phone.get("/drafts?limit=1").await.expect(200);
    assert_eq!(page["data"], json!([other]));
    let next = page["next_cursor"].as_str().unwrap();
    let rest = phone.get(&format!("/drafts?limit=1&cursor={next}")).await;
    assert_eq!(rest.expect(200)["data"], json!([kept]));
    assert_eq!(listed(&owner).await, [] as [Value; 0]);
    // Neither the audit log nor an event tells of it.
    let log = owner.get("/audit-log").await.expect(200).to_string();
    assert!(!log.contains("Dear Ann") && !log.contains("draft"));
    let events = hub.bus.published();
    let told = serde_json::to_string(&events).unwrap();
    assert!(!told.contains("Dear Ann"));

    // Emptied, or thrown away.
    let emptied = put(&phone, &ann, json!({"base": 1})).await.expect(200);
    assert_eq!(
        (&emptied["text"], &emptied["revision"]),
        (&json!(""), &json!(2))
    );
    assert_eq!(listed(&agent).await, [other]);
    let path = format!("{}/draft", bob(&agent).await);
    owner.delete(&path).await.expect(204);
    assert_eq!(listed(&agent).await.len(), 1);
    agent.delete(&path).await.expect(204);
    agent.delete(&path).await.expect(204);
    assert_eq!(listed(&agent).await, [] as [Value; 0]);
    hub.stop().await;
}

async fn the_revision_rises_whoever_writes_and_whatever_went(engine: Engine) {
    let Office {
        hub, agent, ann, ..
    } = office(engine).await;
    let revision = async |draft: Value| {
        let kept = put(&agent, &ann, draft).await.expect(200);
        kept["revision"].as_i64().unwrap()
    };
    assert_eq!(revision(json!({"text": "a", "base": null})).await, 1);
    assert_eq!(revision(json!({"text": "ab", "base": 1})).await, 2);
    // A device that knows less writes all the same: the last wins.
    assert_eq!(revision(json!({"text": "x", "base": 1})).await, 3);
    assert_eq!(listed(&agent).await[0]["text"], "x");
    let path = format!("{ann}/draft");
    agent.delete(&path).await.expect(204);
    assert_eq!(revision(json!({"text": "anew"})).await, 5);
    // What a device knows of what was swept since counts.
    assert_eq!(revision(json!({"text": "later", "base": 40})).await, 41);
    assert_eq!(listed(&agent).await[0]["revision"], 41);
    assert_eq!(revision(json!({"base": 41})).await, 42);
    hub.stop().await;
}

async fn what_can_not_be_a_draft_is_said(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let elsewhere = agent.get(&format!("{}/messages", bob(&agent).await)).await;
    let elsewhere = elsewhere.expect(200)["data"][0]["id"].clone();
    let long = "x".repeat(4097);
    let stranger = hub.stranger().await;
    for (draft, field) in [
        (json!({"text": long}), "text"),
        (json!({"note_text": long}), "note_text"),
        (
            json!({"mentions": vec!["usr_0000000000001"; 21]}),
            "mentions",
        ),
        (
            json!({"mentions": [stranger.tokens["user"]["id"]]}),
            "mentions",
        ),
        (json!({"reply_to": elsewhere}), "reply_to"),
        (json!({"reply_to": "msg_0000000000001"}), "reply_to"),
        (json!({"base": -1}), "base"),
        (json!({"device": "x".repeat(65)}), "device"),
    ] {
        let refused = put(&agent, &ann, draft.clone()).await;
        assert_eq!(refused.status, 422, "{field}");
        assert_eq!(refused.body["errors"][0]["field"], field);
    }
    assert_eq!(listed(&agent).await, [] as [Value; 0]);
    for draft in [
        json!({}),
        json!({"text": "x"}),
        json!({"reply_to": elsewhere}),
    ] {
        let refused = put(&stranger, &ann, draft).await.refused(404);
        assert_eq!(refused, "not_found");
    }
    let path = format!("{ann}/draft");
    assert_eq!(stranger.delete(&path).await.refused(404), "not_found");
    // A program begins nothing.
    let key = json!({"name": "Shop", "role": "admin"});
    let key = owner.post("/api-keys", key).await.expect(201);
    let program = hub.visitor().with_key(key["key"].as_str().unwrap());
    let refused = put(&program, &ann, json!({"text": "x"})).await.refused(403);
    assert_eq!(refused, "forbidden");
    program.get("/drafts").await.refused(403);
    program.delete(&path).await.refused(403);
    hub.stop().await;
}

async fn the_newest_two_hundred_drafts_are_kept(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let sessions = owner.get("/sessions").await.expect(200);
    let session = id(&sessions["data"][0]).parse().unwrap();
    let organization = hub.organization_of(&owner).await;
    put(&agent, &ann, json!({"text": "the first"}))
        .await
        .expect(200);
    put(&owner, &ann, json!({"text": "hers"})).await.expect(200);
    let (user, tenant) = (user_of(&agent), hub.app.store.tenant(organization));
    for number in 0..200 {
        let message = actors::testing::inbound(&format!("4917000{number:05}"), "hi");
        let taken = hub.app.hub.receive(organization, session, message.build());
        taken.await.unwrap();
    }
    let mut after = None;
    let new = NewDraft {
        text: "later".to_owned(),
        ..NewDraft::default()
    };
    while let Some(last) = drafts_of_page(&tenant, after, user, &new).await {
        after = Some(last);
    }
    let all = tenant.list_drafts(user, None, 300).await.unwrap();
    assert_eq!(all.len(), 200);
    assert!(all.iter().all(|draft| draft.text == "later"));
    assert_eq!(listed(&owner).await.len(), 1, "hers is not counted");
    hub.stop().await;
}

/// Begins something in each conversation of a page, but for the two of the office; names the last one.
async fn drafts_of_page(
    tenant: &command_center::store::Tenant,
    after: Option<(Timestamp, actors::model::ids::ConversationId)>,
    user: UserId,
    new: &NewDraft,
) -> Option<(Timestamp, actors::model::ids::ConversationId)> {
    let filter = command_center::store::ConversationFilter {
        after,
        ..Default::default()
    };
    let rows = tenant.list_conversations(&filter, 100).await.unwrap();
    for row in &rows {
        let phone = row.contact.phone.as_deref().unwrap_or_default();
        if phone.starts_with("4917000") {
            tenant.keep_draft(user, row.id, new).await.unwrap();
        }
    }
    rows.last().map(|row| (row.updated_at, row.id))
}

async fn drafts_that_nobody_goes_on_with_are_swept(engine: Engine) {
    let Office {
        hub, agent, ann, ..
    } = office(engine).await;
    let other = bob(&agent).await;
    put(&agent, &ann, json!({"text": "x"})).await.expect(200);
    put(&agent, &other, json!({"text": "x"})).await.expect(200);
    put(&agent, &other, json!({})).await.expect(200);
    let store = &hub.app.store;
    let days = |days: u64| Timestamp::now() + Duration::from_secs(days * 24 * 60 * 60 + 60);
    store.sweep(days(1)).await.unwrap();
    // The emptied one is forgotten, with its revision.
    let anew = put(&agent, &other, json!({"text": "y"})).await.expect(200);
    assert_eq!(anew["revision"], 1);
    store.sweep(days(29)).await.unwrap();
    assert_eq!(listed(&agent).await.len(), 2);
    store.sweep(days(30)).await.unwrap();
    assert_eq!(listed(&agent).await, [] as [Value; 0]);
    hub.stop().await;
}

fn user_of(client: &Client) -> UserId {
    id(&client.tokens["user"]).parse().unwrap()
}

/// A socket of somebody who looks at everything that they may.
async fn socket(hub: &TestHub, organization: OrganizationId, who: Who) -> TestSocket {
    let feed = hub.app.hub.feed().unwrap();
    let joined = TestSocket::join(feed, organization, who, Role::Owner).await;
    let socket = joined.unwrap().0;
    let topics = ["me", "firehose", "inbox", "directory"];
    socket.subscribe(&topics, None).await;
    socket
}

/// The drafts that a socket was told, once the feed has nothing to tell it any more.
async fn told(hub: &TestHub, socket: &TestSocket) -> Vec<Value> {
    let feed = hub.app.hub.feed().unwrap();
    let last = Unsubscribe {
        socket: socket.id,
        topics: Vec::new(),
    };
    feed.send(last).await.unwrap();
    drop(socket.stop_reading().await);
    socket.take_type("draft")
}

async fn a_draft_is_told_to_its_writer_alone(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let organization = hub.organization_of(&owner).await;
    let laptop = socket(&hub, organization, Who::User(user_of(&agent))).await;
    let others = socket(&hub, organization, Who::User(user_of(&owner))).await;
    let kept = put(&agent, &ann, json!({"text": "Dear", "device": "phone"})).await;
    let kept = kept.expect(200);
    let frames = told(&hub, &laptop).await;
    let frame = json!({"type": "draft", "draft": kept, "device": "phone"});
    assert_eq!(frames, [frame]);
    agent.delete(&format!("{ann}/draft")).await.expect(204);
    let frames = told(&hub, &laptop).await;
    assert_eq!(frames[0]["draft"]["text"], "");
    assert_eq!(frames[0]["draft"]["revision"], 2);
    assert_eq!(frames[0]["device"], Value::Null);
    // A second time there is nothing to be told.
    agent.delete(&format!("{ann}/draft")).await.expect(204);
    assert_eq!(told(&hub, &laptop).await, [] as [Value; 0]);
    assert_eq!(told(&hub, &others).await, [] as [Value; 0]);
    hub.stop().await;
}
