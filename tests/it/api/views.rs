//! Views: whose they are, what they may say, and who is told.

use actors::event::Audience;
use actors::model::ids::UserId;
use reqwest::Method;
use serde_json::{Value, json};

use super::care::{Office, id, office};
use crate::on_both;
use crate::support::client::{Answer, Client};
use crate::support::database::Engine;
use crate::support::hub::TestHub;

on_both!(
    views_are_everybodys_or_ones_own,
    views_come_by_position_then_name_page_by_page,
    what_a_view_filters_by_is_looked_at,
    what_a_view_names_may_go_and_the_view_stays,
    there_is_room_for_fifty_views,
    only_its_owner_is_told_of_a_view_of_ones_own,
    a_program_keeps_views_for_all_only,
);

async fn put(client: &Client, view: &Value, form: Value) -> Answer {
    let path = format!("/views/{}", id(view));
    client.send(Method::PUT, &path, Some(form)).await
}

fn form(name: &str) -> Value {
    json!({"name": name, "filters": {"status": "open"}})
}

fn shared(name: &str) -> Value {
    json!({"name": name, "filters": {}, "shared": true})
}

async fn names(client: &Client, query: &str) -> Vec<String> {
    let listed = client.get(&format!("/views?{query}")).await.expect(200);
    let rows = listed["data"].as_array().unwrap().iter();
    rows.map(|row| row["name"].as_str().unwrap().to_owned())
        .collect()
}

async fn views_are_everybodys_or_ones_own(engine: Engine) {
    let Office {
        hub, owner, agent, ..
    } = office(engine).await;
    let mine = json!({"name": " Mine ", "filters": {"assignee": "me", "q": " ann ", "team": null}});
    let mine = agent.post("/views", mine).await.expect(201);
    assert_eq!(mine["name"], "Mine");
    assert_eq!(mine["filters"], json!({"assignee": "me", "q": "ann"}));
    assert_eq!(mine["owner_id"], agent.tokens["user"]["id"]);
    assert_eq!(mine["position"], 0);
    let refused = agent.post("/views", shared("All")).await.refused(403);
    assert_eq!(refused, "forbidden");
    let all = owner.post("/views", shared("All")).await.expect(201);
    assert_eq!(
        (&all["owner_id"], &all["filters"]),
        (&Value::Null, &json!({}))
    );
    assert_eq!(names(&agent, "").await, ["All", "Mine"]);
    assert_eq!(names(&owner, "").await, ["All"]);

    // The same name twice, whatever the case; another owner may have it.
    let refused = agent.post("/views", form("MINE")).await.refused(409);
    assert_eq!(refused, "name_taken");
    let theirs = owner.post("/views", form("mine")).await.expect(201);
    let refused = put(&owner, &theirs, shared("ALL")).await.refused(409);
    assert_eq!(refused, "name_taken");

    // What is everybody's an agent may not touch; what is somebody's own nobody else knows.
    assert_eq!(put(&agent, &all, form("x")).await.refused(403), "forbidden");
    let path = format!("/views/{}", id(&all));
    assert_eq!(agent.delete(&path).await.refused(403), "forbidden");
    assert_eq!(
        put(&owner, &mine, form("x")).await.refused(404),
        "not_found"
    );
    let own = format!("/views/{}", id(&mine));
    assert_eq!(owner.delete(&own).await.refused(404), "not_found");
    let renamed = json!({"name": "Later", "filters": {"status": "snoozed"}, "position": 7});
    let renamed = put(&agent, &mine, renamed).await.expect(200);
    assert_eq!(
        (&renamed["name"], &renamed["position"]),
        (&json!("Later"), &json!(7))
    );
    let again = put(&agent, &mine, form("Later")).await.expect(200);
    assert_eq!(again["position"], 7, "it stays where it is");
    agent.delete(&own).await.expect(204);
    agent.delete(&own).await.refused(404);

    let log = owner.get("/audit-log").await.expect(200);
    let lines = log["data"].as_array().unwrap();
    for action in ["view.created", "view.changed", "view.deleted"] {
        let about = |line: &&Value| line["subject"] == mine["id"];
        let mut about = lines.iter().filter(about);
        assert!(about.any(|line| line["action"] == action), "{action}");
    }
    hub.stop().await;
}

async fn views_come_by_position_then_name_page_by_page(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    for (name, position) in [("b", 1), ("C", 0), ("a", 1), ("d", 0), ("Z", 2)] {
        let view = owner.post("/views", form(name)).await.expect(201);
        let placed = json!({"name": name, "filters": {}, "position": position});
        put(&owner, &view, placed).await.expect(200);
    }
    let all = ["C", "d", "a", "b", "Z"];
    assert_eq!(names(&owner, "").await, all);
    let mut found = Vec::new();
    let mut query = "limit=2".to_owned();
    loop {
        let page = owner.get(&format!("/views?{query}")).await.expect(200);
        let rows = page["data"].as_array().unwrap().clone();
        found.extend(rows.iter().map(|row| row["name"].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => query = format!("limit=2&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found, all);
    let refused = owner.get("/views?cursor=x").await.refused(400);
    assert_eq!(refused, "invalid_cursor");
    // A new one comes last.
    let last = owner.post("/views", form("0")).await.expect(201);
    assert_eq!(last["position"], 3);
    hub.stop().await;
}

async fn what_a_view_filters_by_is_looked_at(engine: Engine) {
    let Office {
        hub, owner, agent, ..
    } = office(engine).await;
    for (wrong, field) in [
        (json!({"status": "done"}), "filters.status"),
        (json!({"contact": "con_0000000000001"}), "filters.contact"),
        (json!({"tag": "tag_0000000000001"}), "filters.tag"),
        (json!({"team": "team_0000000000001"}), "filters.team"),
        (json!({"session": "ses_0000000000001"}), "filters.session"),
        (json!({"assignee": "usr_0000000000001"}), "filters.assignee"),
    ] {
        let view = json!({"name": "x", "filters": wrong});
        let refused = agent.post("/views", view).await;
        assert_eq!(refused.status, 422, "{wrong}");
        assert_eq!(refused.body["errors"][0]["field"], field, "{wrong}");
    }
    for name in [
        String::new(),
        " ".to_owned(),
        "x".repeat(61),
        "a\nb".to_owned(),
    ] {
        let refused = agent.post("/views", form(&name)).await;
        assert_eq!(refused.status, 422, "{name:?}");
        assert_eq!(refused.body["errors"][0]["field"], "name");
    }
    let refused = agent
        .post("/views", json!({"name": "x"}))
        .await
        .refused(400);
    assert_eq!(refused, "invalid_json");
    let view = agent.post("/views", form("x")).await.expect(201);
    let far = json!({"name": "x", "filters": {}, "position": -1});
    let refused = put(&agent, &view, far).await;
    assert_eq!(refused.body["errors"][0]["field"], "position");

    // What is there elsewhere only is not there.
    let stranger = hub.stranger().await;
    let tag = json!({"name": "Theirs"});
    let tag = stranger.post("/tags", tag).await.expect(201);
    let foreign = json!({"name": "y", "filters": {"tag": tag["id"]}});
    let refused = owner.post("/views", foreign).await.refused(422);
    assert_eq!(refused, "validation_failed");
    assert_eq!(names(&stranger, "").await, [] as [&str; 0]);
    hub.stop().await;
}

async fn what_a_view_names_may_go_and_the_view_stays(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let tag = owner
        .post("/tags", json!({"name": "VIP"}))
        .await
        .expect(201);
    let view = json!({"name": "VIPs", "filters": {"tag": tag["id"]}});
    let view = owner.post("/views", view).await.expect(201);
    let path = format!("/tags/{}", id(&tag));
    owner.delete(&path).await.expect(204);
    assert_eq!(names(&owner, "").await, ["VIPs"]);
    // It may be renamed and put elsewhere, and be made to filter something else; not back.
    let renamed = json!({"name": "Once VIPs", "filters": {"tag": tag["id"]}, "position": 3});
    let renamed = put(&owner, &view, renamed).await.expect(200);
    assert_eq!(renamed["filters"], json!({"tag": tag["id"]}));
    put(&owner, &view, form("Open")).await.expect(200);
    let back = json!({"name": "x", "filters": {"tag": tag["id"]}});
    let refused = put(&owner, &view, back).await.refused(422);
    assert_eq!(refused, "validation_failed");
    hub.stop().await;
}

async fn there_is_room_for_fifty_views(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let mut last = Value::Null;
    for number in 0..50 {
        let made = owner.post("/views", form(&format!("view {number}"))).await;
        last = made.expect(201);
    }
    let refused = owner.post("/views", form("more")).await.refused(409);
    assert_eq!(refused, "limit_reached");
    // Those of everybody are counted by themselves, also when one is given over.
    let all = owner.post("/views", shared("for all")).await.expect(201);
    let refused = put(&owner, &all, form("mine now")).await.refused(409);
    assert_eq!(refused, "limit_reached");
    put(&owner, &last, form("another name")).await.expect(200);
    owner
        .delete(&format!("/views/{}", id(&last)))
        .await
        .expect(204);
    let taken = put(&owner, &all, form("mine now")).await.expect(200);
    assert_eq!(taken["owner_id"], owner.tokens["user"]["id"]);
    hub.stop().await;
}

async fn only_its_owner_is_told_of_a_view_of_ones_own(engine: Engine) {
    let Office {
        hub, owner, agent, ..
    } = office(engine).await;
    let user: UserId = owner.tokens["user"]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let last = |hub: &TestHub| {
        let told = hub.bus.published();
        let event = told.last().unwrap();
        assert_eq!(event.event.name(), "directory.updated");
        let text = serde_json::to_value(&event.event).unwrap();
        assert_eq!(text["data"], json!({"noun": "views"}));
        event.audience
    };
    let view = owner.post("/views", form("Mine")).await.expect(201);
    assert_eq!(last(&hub), Audience::User(user));
    put(&owner, &view, form("Still mine")).await.expect(200);
    assert_eq!(last(&hub), Audience::User(user));
    // It comes to all, and it goes from all.
    put(&owner, &view, shared("Ours")).await.expect(200);
    assert_eq!(last(&hub), Audience::Everyone);
    assert_eq!(names(&agent, "").await, ["Ours"]);
    put(&owner, &view, form("Mine")).await.expect(200);
    assert_eq!(last(&hub), Audience::Everyone);
    assert_eq!(names(&agent, "").await, [] as [&str; 0]);
    hub.stop().await;
}

async fn a_program_keeps_views_for_all_only(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let program = async |role: &str| {
        let key = json!({"name": role, "role": role});
        let key = owner.post("/api-keys", key).await.expect(201);
        hub.visitor().with_key(key["key"].as_str().unwrap())
    };
    let small = program("agent").await;
    let refused = small.post("/views", form("x")).await.refused(403);
    assert_eq!(refused, "forbidden");
    let large = program("supervisor").await;
    let made = large.post("/views", form("x")).await.expect(201);
    assert_eq!(made["owner_id"], Value::Null);
    assert_eq!(names(&small, "").await, ["x"]);
    hub.stop().await;
}
