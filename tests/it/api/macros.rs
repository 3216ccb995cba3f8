//! Macros: what they may say, whose they are, and what running one does.

use actors::model::ids::SessionId;
use actors::testing::inbound;
use actors::time::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::care::{Office, id, office};
use crate::on_both;
use crate::support::client::{Answer, Client, answer};
use crate::support::database::Engine;
use crate::support::hub::TestHub;

on_both!(
    macros_are_everybodys_or_ones_own,
    what_a_macro_names_has_to_be_there,
    there_is_room_for_a_hundred_macros,
    a_macro_does_all_its_steps,
    a_macro_whose_text_is_refused_does_nothing,
    a_macro_that_names_what_is_gone_does_nothing_and_says_where,
    with_one_key_a_macro_is_done_once,
    nobody_runs_what_is_not_theirs,
);

fn form(name: &str, actions: Value) -> Value {
    json!({"name": name, "actions": actions})
}

fn note(text: &str) -> Value {
    json!([{"do": "write_note", "text": text}])
}

async fn keep(client: &Client, actions: Value) -> Value {
    let name = format!("macro {}", actions_key(&actions));
    client
        .post("/macros", form(&name, actions))
        .await
        .expect(201)
}

/// A short name of its own for each list of steps.
fn actions_key(actions: &Value) -> String {
    let kinds = actions.as_array().unwrap().iter();
    let kinds: Vec<&str> = kinds.map(|action| action["do"].as_str().unwrap()).collect();
    kinds.join(" ").chars().take(50).collect()
}

async fn run(client: &Client, conversation: &str, of: &Value) -> Answer {
    let path = format!("{conversation}/macros/{}/run", id(of));
    client.send(Method::POST, &path, None).await
}

async fn run_once(client: &Client, conversation: &str, of: &Value, key: &str) -> Answer {
    let path = format!("{conversation}/macros/{}/run", id(of));
    let request = client.raw(Method::POST, &path);
    answer(request.header("idempotency-key", key)).await
}

async fn put(client: &Client, of: &Value, form: Value) -> Answer {
    let path = format!("/macros/{}", id(of));
    client.send(Method::PUT, &path, Some(form)).await
}

async fn names(client: &Client) -> Vec<String> {
    let listed = client.get("/macros").await.expect(200);
    let rows = listed["data"].as_array().unwrap().iter();
    rows.map(|row| row["name"].as_str().unwrap().to_owned())
        .collect()
}

/// What was said in a conversation by us, oldest first.
async fn said(client: &Client, conversation: &str) -> Vec<String> {
    let page = client.get(&format!("{conversation}/messages")).await;
    let page = page.expect(200);
    let rows = page["data"].as_array().unwrap().iter().rev();
    rows.filter(|row| row["direction"] != "inbound")
        .map(|row| row["text"].as_str().unwrap().to_owned())
        .collect()
}

async fn macros_are_everybodys_or_ones_own(engine: Engine) {
    let Office {
        hub, owner, agent, ..
    } = office(engine).await;
    let mine = agent.post("/macros", form("Seen", note("Seen"))).await;
    let mine = mine.expect(201);
    assert_eq!(mine["owner_id"], agent.tokens["user"]["id"]);
    assert_eq!(mine["actions"], note("Seen"));
    let mut all = form("Close", json!([{"do": "set_status", "status": "closed"}]));
    all["shared"] = json!(true);
    let refused = agent.post("/macros", all.clone()).await.refused(403);
    assert_eq!(refused, "forbidden");
    let all = owner.post("/macros", all).await.expect(201);
    assert_eq!(names(&agent).await, ["Close", "Seen"]);
    assert_eq!(names(&owner).await, ["Close"]);
    let twice = form("SEEN", note("x"));
    let refused = agent.post("/macros", twice).await.refused(409);
    assert_eq!(refused, "name_taken");
    let refused = put(&agent, &all, form("x", note("x"))).await.refused(403);
    assert_eq!(refused, "forbidden");
    let refused = put(&owner, &mine, form("x", note("x"))).await.refused(404);
    assert_eq!(refused, "not_found");
    let changed = put(&agent, &mine, form("Read", note("Read"))).await;
    let changed = changed.expect(200);
    assert_eq!(
        (&changed["name"], &changed["actions"]),
        (&json!("Read"), &note("Read"))
    );
    let page = agent.get("/macros?limit=1").await.expect(200);
    assert_eq!(page["data"][0]["name"], "Close");
    let next = page["next_cursor"].as_str().unwrap();
    let rest = agent.get(&format!("/macros?limit=1&cursor={next}")).await;
    assert_eq!(rest.expect(200)["data"], json!([changed]));
    let path = format!("/macros/{}", id(&mine));
    owner.delete(&path).await.refused(404);
    agent.delete(&path).await.expect(204);
    agent.delete(&path).await.refused(404);
    let log = owner.get("/audit-log").await.expect(200);
    let lines = log["data"].as_array().unwrap();
    for action in ["macro.created", "macro.changed", "macro.deleted"] {
        let about = |line: &&Value| line["subject"] == mine["id"];
        let mut about = lines.iter().filter(about);
        assert!(about.any(|line| line["action"] == action), "{action}");
    }
    hub.stop().await;
}

async fn what_a_macro_names_has_to_be_there(engine: Engine) {
    let Office {
        hub, owner, agent, ..
    } = office(engine).await;
    let stranger = hub.stranger().await;
    let foreign = stranger.post("/tags", json!({"name": "x"})).await;
    let foreign = foreign.expect(201);
    let gone = json!({"disabled": true});
    let left = hub.invited(&owner, "supervisor").await;
    let path = format!("/users/{}", id(&left.tokens["user"]));
    owner.patch(&path, gone).await.expect(200);
    for (action, field) in [
        (
            json!({"do": "add_tags", "tags": [foreign["id"]]}),
            "actions.0.tags",
        ),
        (
            json!({"do": "remove_tags", "tags": [foreign["id"]]}),
            "actions.0.tags",
        ),
        (
            json!({"do": "set_team", "team": "team_0000000000001"}),
            "actions.0.team",
        ),
        (
            json!({"do": "assign", "assignee": stranger.tokens["user"]["id"]}),
            "actions.0.assignee",
        ),
        (
            json!({"do": "assign", "assignee": left.tokens["user"]["id"]}),
            "actions.0.assignee",
        ),
        (json!({"do": "snooze"}), "actions.0"),
    ] {
        let refused = agent.post("/macros", form("x", json!([action]))).await;
        assert_eq!(refused.status, 422, "{action}");
        assert_eq!(refused.body["errors"][0]["field"], field, "{action}");
    }
    let refused = agent.post("/macros", form("", json!([]))).await;
    assert_eq!(refused.body["errors"].as_array().unwrap().len(), 2);
    hub.stop().await;
}

async fn there_is_room_for_a_hundred_macros(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    for number in 0..100 {
        let steps = form(&format!("macro {number}"), note("x"));
        owner.post("/macros", steps).await.expect(201);
    }
    let more = form("more", note("x"));
    let refused = owner.post("/macros", more.clone()).await.refused(409);
    assert_eq!(refused, "limit_reached");
    let mut all = more;
    all["shared"] = json!(true);
    owner.post("/macros", all).await.expect(201);
    hub.stop().await;
}

async fn a_macro_does_all_its_steps(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let tag = async |name: &str| {
        let made = owner.post("/tags", json!({"name": name})).await;
        made.expect(201)["id"].clone()
    };
    let (vip, lost) = (tag("VIP").await, tag("Lost").await);
    let team = owner.post("/teams", json!({"name": "Support"})).await;
    let team = team.expect(201);
    agent
        .patch(&ann, json!({"add_tags": [lost]}))
        .await
        .expect(200);
    let steps = keep(
        &agent,
        json!([
            {"do": "set_status", "status": "pending"},
            {"do": "write_note", "text": "{{agent.first_name}} promised {{contact.phone}} an answer"},
            {"do": "assign", "assignee": "me"},
            {"do": "send_text", "text": "Hi {{contact.first_name}}, we look into it."},
            {"do": "set_team", "team": team["id"]},
            {"do": "set_priority", "priority": "high"},
            {"do": "add_tags", "tags": [vip]},
            {"do": "remove_tags", "tags": [lost]},
        ]),
    )
    .await;
    let done = run(&agent, &ann, &steps).await.expect(200);
    let conversation = &done["conversation"];
    assert_eq!(conversation["status"], "pending");
    assert_eq!(conversation["assignee"], {
        let me = &agent.tokens["user"];
        json!({"id": me["id"], "name": me["name"]})
    });
    assert_eq!(conversation["team"]["name"], "Support");
    assert_eq!(conversation["priority"], "high");
    assert_eq!(conversation["tags"], json!([vip]));
    let messages = done["messages"].as_array().unwrap();
    let texts: Vec<&Value> = messages.iter().map(|one| &one["text"]).collect();
    let [text, note] = [
        "Hi Ann, we look into it.",
        "A promised +491701234567 an answer",
    ];
    assert_eq!(texts, [text, note]);
    assert_eq!(messages[0]["direction"], "outbound");
    assert_eq!(messages[1]["direction"], "note");
    assert_eq!(said(&agent, &ann).await, [text, note]);
    let mut shown = agent.get(&ann).await.expect(200);
    // What the caller has seen of it is no part of what was done.
    shown.as_object_mut().unwrap().remove("seen");
    assert_eq!(shown, *conversation);
    let log = owner.get("/audit-log").await.expect(200);
    let lines = log["data"].as_array().unwrap();
    for action in [
        "conversation.set_pending",
        "conversation.assigned",
        "conversation.moved",
        "conversation.prioritized",
        "conversation.tagged",
    ] {
        let line = lines.iter().find(|line| line["action"] == action);
        assert_eq!(line.unwrap()["actor"]["name"], "A agent", "{action}");
    }

    // Asleep from when it is run; nobody's and no team's.
    let steps = keep(
        &agent,
        json!([
            {"do": "snooze", "minutes": 90},
            {"do": "assign", "assignee": null},
            {"do": "set_team", "team": null},
        ]),
    )
    .await;
    let before = Timestamp::now();
    let slept = run(&agent, &ann, &steps).await.expect(200);
    let conversation = &slept["conversation"];
    assert_eq!(slept["messages"], json!([]));
    assert_eq!(conversation["status"], "snoozed");
    assert_eq!(
        (&conversation["assignee"], &conversation["team"]),
        (&Value::Null, &Value::Null)
    );
    let until: Timestamp = serde_json::from_value(conversation["snoozed_until"].clone()).unwrap();
    let slept = until.since(before).as_secs();
    assert!((90 * 60 - 1..91 * 60).contains(&slept), "{slept}");
    hub.stop().await;
}

async fn a_macro_whose_text_is_refused_does_nothing(engine: Engine) {
    let Office {
        hub, owner, agent, ..
    } = office(engine).await;
    let sessions = owner.get("/sessions").await.expect(200);
    let session: SessionId = id(&sessions["data"][0]).parse().unwrap();
    let organization = hub.organization_of(&owner).await;
    // Written long ago: the window is closed.
    let old = inbound("491709999999", "long ago").named("").build();
    let taken = hub.app.hub.receive(organization, session, old);
    taken.await.unwrap();
    let listed = owner.get("/conversations?q=491709999999").await.expect(200);
    let cold = format!("/conversations/{}", id(&listed["data"][0]));
    let steps = json!([
        {"do": "send_text", "text": "Are you there?"},
        {"do": "write_note", "text": "asked"},
        {"do": "set_status", "status": "closed"},
    ]);
    let steps = keep(&agent, steps).await;
    let before = agent.get(&cold).await.expect(200);
    let refused = run(&agent, &cold, &steps).await.refused(409);
    assert_eq!(refused, "window_closed");
    assert_eq!(agent.get(&cold).await.expect(200), before);
    assert_eq!(said(&agent, &cold).await, [] as [&str; 0]);
    // Nothing is left of the text once it is filled in.
    let empty = json!([
        {"do": "send_text", "text": "{{contact.name}}"},
        {"do": "set_status", "status": "open"},
    ]);
    let empty = keep(&agent, empty).await;
    let refused = run(&agent, &cold, &empty).await.refused(422);
    assert_eq!(refused, "invalid_message");
    assert_eq!(agent.get(&cold).await.expect(200), before);
    hub.stop().await;
}

async fn a_macro_that_names_what_is_gone_does_nothing_and_says_where(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let tag = owner
        .post("/tags", json!({"name": "VIP"}))
        .await
        .expect(201);
    let team = owner.post("/teams", json!({"name": "Support"})).await;
    let team = team.expect(201);
    let mate = hub.invited(&owner, "supervisor").await;
    let mate = &mate.tokens["user"];
    let steps = json!([
        {"do": "send_text", "text": "One moment"},
        {"do": "set_team", "team": team["id"]},
        {"do": "assign", "assignee": mate["id"]},
        {"do": "add_tags", "tags": [tag["id"]]},
    ]);
    let steps = keep(&agent, steps).await;
    let removing = keep(&agent, json!([{"do": "remove_tags", "tags": [tag["id"]]}])).await;
    let delete = async |path: String| owner.delete(&path).await.expect(204);
    delete(format!("/teams/{}", id(&team))).await;
    delete(format!("/tags/{}", id(&tag))).await;
    let path = format!("/users/{}", id(mate));
    let locked = owner.patch(&path, json!({"disabled": true})).await;
    locked.expect(200);
    let before = agent.get(&ann).await.expect(200);
    let refused = run(&agent, &ann, &steps).await;
    let wrong = refused.body["errors"].as_array().unwrap().iter();
    let wrong: Vec<&Value> = wrong.map(|error| &error["field"]).collect();
    assert_eq!(
        wrong,
        ["actions.1.team", "actions.2.assignee", "actions.3.tags"]
    );
    assert_eq!(refused.refused(422), "macro_out_of_date");
    assert_eq!(agent.get(&ann).await.expect(200), before);
    assert_eq!(said(&agent, &ann).await, [] as [&str; 0]);
    // What is gone from everywhere need not be taken away.
    run(&agent, &ann, &removing).await.expect(200);
    hub.stop().await;
}

async fn with_one_key_a_macro_is_done_once(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let steps = json!([
        {"do": "send_text", "text": "Here you are"},
        {"do": "write_note", "text": "sent"},
        {"do": "assign", "assignee": "me"},
        {"do": "snooze", "minutes": 60},
    ]);
    let steps = keep(&agent, steps).await;
    let first = run_once(&agent, &ann, &steps, "k1").await.expect(200);
    // Somebody else takes it meanwhile.
    let theirs = json!({"assignee_id": owner.tokens["user"]["id"], "status": "open"});
    owner.patch(&ann, theirs).await.expect(200);
    let second = run_once(&agent, &ann, &steps, "k1").await.expect(200);
    let ids = |run: &Value| {
        let messages = run["messages"].as_array().unwrap().iter();
        messages.map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&first), ids(&second));
    assert_eq!(first["conversation"]["status"], "snoozed");
    assert_eq!(second["conversation"]["status"], "open");
    let holder = &second["conversation"]["assignee"]["id"];
    assert_eq!(*holder, owner.tokens["user"]["id"]);
    assert_eq!(said(&agent, &ann).await, ["Here you are", "sent"]);

    // The same key for something else is a mistake; another key, or none, does it again.
    let others = keep(&agent, json!([{"do": "send_text", "text": "Bye"}])).await;
    let refused = run_once(&agent, &ann, &others, "k1").await.refused(422);
    assert_eq!(refused, "idempotency_key_reused");
    run_once(&agent, &ann, &others, "k2").await.expect(200);
    run(&agent, &ann, &others).await.expect(200);
    run(&agent, &ann, &others).await.expect(200);
    let all = ["Here you are", "sent", "Bye", "Bye", "Bye"];
    assert_eq!(said(&agent, &ann).await, all);

    // Only a change: done once as well, and apart for each conversation.
    let close = keep(&agent, json!([{"do": "set_status", "status": "closed"}])).await;
    run_once(&agent, &ann, &close, "k3").await.expect(200);
    owner
        .patch(&ann, json!({"status": "open"}))
        .await
        .expect(200);
    let again = run_once(&agent, &ann, &close, "k3").await.expect(200);
    assert_eq!(again["conversation"]["status"], "open");
    let listed = agent.get("/conversations?q=491707654321").await.expect(200);
    let bob = format!("/conversations/{}", id(&listed["data"][0]));
    let closed = run_once(&agent, &bob, &close, "k3").await.expect(200);
    assert_eq!(closed["conversation"]["status"], "closed");
    hub.stop().await;
}

async fn nobody_runs_what_is_not_theirs(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let own = keep(&owner, note("owner's own")).await;
    assert_eq!(run(&agent, &ann, &own).await.refused(404), "not_found");
    let mut shared = form("Take", json!([{"do": "assign", "assignee": "me"}]));
    shared["shared"] = json!(true);
    let shared = owner.post("/macros", shared).await.expect(201);
    run(&agent, &ann, &shared).await.expect(200);
    // A program is nobody who could take a conversation.
    let key = json!({"name": "Shop", "role": "agent"});
    let key = owner.post("/api-keys", key).await.expect(201);
    let program = hub.visitor().with_key(key["key"].as_str().unwrap());
    let refused = run(&program, &ann, &shared).await.refused(403);
    assert_eq!(refused, "forbidden");
    // Neither a foreign conversation nor a foreign macro.
    let stranger = hub.stranger().await;
    let theirs = keep(&stranger, note("theirs")).await;
    for (who, of) in [
        (&stranger, &theirs),
        (&owner, &theirs),
        (&stranger, &shared),
    ] {
        assert_eq!(run(who, &ann, of).await.refused(404), "not_found");
    }
    let nowhere = format!("{ann}/macros/nonsense/run");
    let refused = agent.send(Method::POST, &nowhere, None).await.refused(404);
    assert_eq!(refused, "not_found");
    hub.stop().await;
}
