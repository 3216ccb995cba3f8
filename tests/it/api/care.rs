//! Teams, tags, texts at hand, notes that call, and what they do to conversations and their lists.

use actors::model::ids::SessionId;
use actors::testing::inbound;
use actors::time::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::client::Client;
use crate::support::database::Engine;
use crate::support::hub::{TestHub, number};

on_both!(
    conversations_are_found_by_team_tag_and_priority,
    what_can_not_be_done_to_a_conversation_is_said,
    a_conversation_has_so_many_tags_and_no_more,
    two_tags_of_a_name_are_one_too_many,
    teams_have_members_and_go_out_of_use,
    texts_at_hand_are_everybodys_or_ones_own,
    whoever_a_note_calls_finds_it_until_they_look,
);

/// An owner, an agent, and two conversations: Ann's and Bob's.
pub(super) struct Office {
    pub hub: TestHub,
    pub owner: Client,
    pub agent: Client,
    /// The path of Ann's.
    pub ann: String,
}

pub(super) async fn office(engine: Engine) -> Office {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let agent = hub.invited(&owner, "agent").await;
    let created = owner.post("/sessions", number("1001")).await.expect(201);
    let session: SessionId = created["id"].as_str().unwrap().parse().unwrap();
    let organization = hub.organization_of(&owner).await;
    for (phone, text) in [("491701234567", "hello"), ("491707654321", "hi")] {
        // The window is open: it was said just now.
        let message = inbound(phone, text).at(Timestamp::now()).build();
        let taken = hub.app.hub.receive(organization, session, message);
        taken.await.unwrap();
    }
    let listed = owner.get("/conversations?q=491701234567").await.expect(200);
    let ann = listed["data"][0]["id"].as_str().unwrap().to_owned();
    Office {
        hub,
        owner,
        agent,
        ann: format!("/conversations/{ann}"),
    }
}

pub(super) fn id(of: &Value) -> &str {
    of["id"].as_str().unwrap()
}

async fn found(client: &Client, query: &str) -> usize {
    let listed = client.get(&format!("/conversations?{query}")).await;
    listed.expect(200)["data"].as_array().unwrap().len()
}

async fn conversations_are_found_by_team_tag_and_priority(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let tag = owner
        .post("/tags", json!({"name": "VIP", "color": "purple"}))
        .await
        .expect(201);
    let team = owner
        .post("/teams", json!({"name": "Support"}))
        .await
        .expect(201);
    let change = json!({"team_id": team["id"], "add_tags": [tag["id"]], "priority": "high"});
    let changed = agent.patch(&ann, change).await.expect(200);
    assert_eq!(
        changed["team"],
        json!({"id": team["id"], "name": "Support"})
    );
    assert_eq!(changed["tags"], json!([tag["id"]]));
    assert_eq!(changed["priority"], "high");
    for (query, count) in [
        (format!("team={}", id(&team)), 1),
        ("team=none".to_owned(), 1),
        (format!("tag={}", id(&tag)), 1),
        ("priority=high".to_owned(), 1),
        ("priority=normal".to_owned(), 1),
        (format!("tag={}&team=none", id(&tag)), 0),
        (format!("tag={}&status=open&sort=oldest", id(&tag)), 1),
    ] {
        assert_eq!(found(&agent, &query).await, count, "{query}");
    }
    let refused = agent.get("/conversations?team=ours").await.refused(400);
    assert_eq!(refused, "invalid_parameter");

    // Back to nobody's, and the tag is deleted for all.
    let change = json!({"team_id": null, "priority": "normal"});
    let changed = agent.patch(&ann, change).await.expect(200);
    assert_eq!(changed["team"], Value::Null);
    owner
        .delete(&format!("/tags/{}", id(&tag)))
        .await
        .expect(204);
    assert_eq!(found(&agent, &format!("tag={}", id(&tag))).await, 0);
    assert_eq!(found(&agent, "team=none").await, 2);
    let log = owner.get("/audit-log").await.expect(200);
    let lines = log["data"].as_array().unwrap();
    for action in [
        "tag.created",
        "tag.deleted",
        "team.created",
        "conversation.moved",
    ] {
        assert!(
            lines.iter().any(|line| line["action"] == action),
            "{action}"
        );
    }
    hub.stop().await;
}

async fn what_can_not_be_done_to_a_conversation_is_said(engine: Engine) {
    let Office {
        hub, agent, ann, ..
    } = office(engine).await;
    let tomorrow = "2099-01-01T00:00:00Z";
    for (change, field) in [
        (json!({"snoozed_until": tomorrow}), "snoozed_until"),
        (
            json!({"status": "snoozed", "snoozed_until": "2020-01-01T00:00:00Z"}),
            "snoozed_until",
        ),
        (
            json!({"status": "snoozed", "snoozed_until": tomorrow}),
            "snoozed_until",
        ),
        (json!({"add_tags": ["tag_0000000000001"]}), "add_tags"),
        (json!({"team_id": "team_0000000000001"}), "team_id"),
        (
            json!({"add_tags": vec!["tag_0000000000001"; 51]}),
            "add_tags",
        ),
    ] {
        let refused = agent.patch(&ann, change.clone()).await;
        assert_eq!(refused.status, 422, "{change}");
        assert_eq!(refused.body["errors"][0]["field"], field, "{change}");
    }
    hub.stop().await;
}

async fn a_conversation_has_so_many_tags_and_no_more(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let mut tags = Vec::new();
    for number in 0..51 {
        let form = json!({"name": format!("tag {number}")});
        tags.push(owner.post("/tags", form).await.expect(201)["id"].clone());
    }
    let (last, first) = (tags.pop(), tags);
    agent
        .patch(&ann, json!({"add_tags": first}))
        .await
        .expect(200);
    let more = json!({"add_tags": [last]});
    let refused = agent.patch(&ann, more).await.refused(422);
    assert_eq!(refused, "validation_failed");
    let swap = json!({"add_tags": [last], "remove_tags": [first[0]]});
    let swapped = agent.patch(&ann, swap).await.expect(200);
    assert_eq!(swapped["tags"].as_array().unwrap().len(), 50);
    hub.stop().await;
}

async fn two_tags_of_a_name_are_one_too_many(engine: Engine) {
    let Office { hub, owner, .. } = office(engine).await;
    let vip = owner
        .post("/tags", json!({"name": "VIP"}))
        .await
        .expect(201);
    assert_eq!(vip["color"], "gray");
    let refused = owner
        .post("/tags", json!({"name": "vip"}))
        .await
        .refused(409);
    assert_eq!(refused, "name_taken");
    let other = owner
        .post("/tags", json!({"name": "Refund"}))
        .await
        .expect(201);
    let path = format!("/tags/{}", id(&other));
    let refused = owner
        .patch(&path, json!({"name": "Vip"}))
        .await
        .refused(409);
    assert_eq!(refused, "name_taken");
    let changed = owner
        .patch(&path, json!({"color": "red"}))
        .await
        .expect(200);
    assert_eq!(
        (&changed["name"], &changed["color"]),
        (&json!("Refund"), &json!("red"))
    );
    let page = owner.get("/tags?limit=1").await.expect(200);
    let next = page["next_cursor"].as_str().unwrap();
    let rest = owner
        .get(&format!("/tags?limit=1&cursor={next}"))
        .await
        .expect(200);
    assert_eq!(rest["data"], json!([changed]));
    hub.stop().await;
}

async fn teams_have_members_and_go_out_of_use(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let (jo, olga) = (&agent.tokens["user"], &owner.tokens["user"]);
    let form = json!({"name": "Support", "member_ids": [jo["id"], jo["id"]]});
    let team = owner.post("/teams", form).await.expect(201);
    assert_eq!(
        team["members"],
        json!([{"id": jo["id"], "name": jo["name"]}])
    );
    let path = format!("/teams/{}", id(&team));
    let form = json!({"member_ids": [olga["id"]]});
    let changed = owner.patch(&path, form).await.expect(200);
    assert_eq!(changed["name"], "Support");
    assert_eq!(changed["members"][0]["id"], olga["id"]);
    agent
        .patch(&ann, json!({"team_id": team["id"]}))
        .await
        .expect(200);
    owner.delete(&path).await.expect(204);
    assert_eq!(owner.get("/teams").await.expect(200)["data"], json!([]));
    owner.patch(&path, json!({"name": "x"})).await.refused(404);
    // Who takes care of it is shown until somebody else does.
    let shown = agent.get(&ann).await.expect(200);
    assert_eq!(shown["team"]["name"], "Support");
    agent
        .patch(&ann, json!({"team_id": team["id"]}))
        .await
        .refused(422);
    hub.stop().await;
}

async fn texts_at_hand_are_everybodys_or_ones_own(engine: Engine) {
    let Office {
        hub, owner, agent, ..
    } = office(engine).await;
    let shared =
        json!({"shortcut": "/Hello", "text": "Hi {{contact.first_name}}!", "shared": true});
    assert_eq!(
        agent
            .post("/canned-responses", shared.clone())
            .await
            .refused(403),
        "forbidden"
    );
    let hello = owner.post("/canned-responses", shared).await.expect(201);
    assert_eq!(
        (&hello["shortcut"], &hello["owner_id"]),
        (&json!("hello"), &Value::Null)
    );
    let mine = json!({"shortcut": "bye", "text": "Bye!"});
    let bye = agent
        .post("/canned-responses", mine.clone())
        .await
        .expect(201);
    assert_eq!(bye["owner_id"], agent.tokens["user"]["id"]);
    assert_eq!(
        agent.post("/canned-responses", mine).await.refused(409),
        "name_taken"
    );
    let listed = |shown: Value| -> Vec<String> {
        let rows = shown["data"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["shortcut"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        listed(agent.get("/canned-responses").await.expect(200)),
        ["bye", "hello"]
    );
    assert_eq!(
        listed(owner.get("/canned-responses").await.expect(200)),
        ["hello"]
    );
    assert_eq!(
        listed(agent.get("/canned-responses?q=ell").await.expect(200)),
        ["hello"]
    );
    let path = format!("/canned-responses/{}", id(&hello));
    let form = json!({"shortcut": "hello", "text": "Hi!"});
    let put = |who: &Client, path: &str, form: Value| {
        let (who, path) = (who.clone(), path.to_owned());
        async move { who.send(Method::PUT, &path, Some(form)).await }
    };
    assert_eq!(
        put(&agent, &path, form.clone()).await.refused(403),
        "forbidden"
    );
    agent.delete(&path).await.refused(403);
    // What is somebody's own is nothing that others know of.
    let own = format!("/canned-responses/{}", id(&bye));
    put(&owner, &own, form).await.refused(404);
    let wrong = json!({"shortcut": "b b", "text": "{{contact.nme}}"});
    let refused = put(&agent, &own, wrong).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.body["errors"].as_array().unwrap().len(), 2);
    agent.delete(&own).await.expect(204);
    agent.delete(&own).await.refused(404);
    hub.stop().await;
}

async fn whoever_a_note_calls_finds_it_until_they_look(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let note = json!({"type": "note", "text": {
        "body": "@Jo can you?", "mentions": [agent.tokens["user"]["id"]],
    }});
    let said = owner
        .post(&format!("{ann}/messages"), note)
        .await
        .expect(202);
    assert_eq!(said["direction"], "note");
    let waiting = agent.get("/mentions?unseen=true").await.expect(200);
    let [mention] = &waiting["data"].as_array().unwrap()[..] else {
        panic!("{waiting}");
    };
    assert_eq!(mention["message"]["id"], said["id"]);
    assert_eq!(mention["contact"]["phone"], "491701234567");
    assert_eq!(mention["seen_at"], Value::Null);
    assert_eq!(owner.get("/mentions").await.expect(200)["data"], json!([]));
    // That somebody else looks does not count.
    owner
        .post(&format!("{ann}/read"), json!({}))
        .await
        .expect(204);
    assert_eq!(
        agent.get("/mentions?unseen=true").await.expect(200),
        waiting
    );
    agent
        .post(&format!("{ann}/read"), json!({}))
        .await
        .expect(204);
    let none = agent.get("/mentions?unseen=true").await.expect(200);
    assert_eq!(none["data"], json!([]));
    let seen = agent.get("/mentions").await.expect(200);
    assert_ne!(seen["data"][0]["seen_at"], Value::Null);
    hub.stop().await;
}
