//! Teams' rules, how agents stand, what waits and who takes it.

use std::collections::HashSet;
use std::time::Duration;

use actors::model::ids::{OrganizationId, SessionId, UserId};
use actors::ports::store::QueueStore;
use actors::testing::inbound;
use actors::time::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::client::Client;
use crate::support::database::Engine;
use crate::support::hub::{TestHub, number};

on_both!(
    a_team_has_hours_and_promises,
    a_team_has_rules_and_numbers,
    a_promise_counts_from_when_it_was_made,
    a_team_that_goes_out_of_use_is_named_by_nothing,
    an_agent_is_good_at_what_the_organization_has_tags_for,
    an_agent_says_how_they_stand_and_a_supervisor_may_force_it,
    two_who_take_the_next_at_once_get_two_different_ones,
    what_hurries_is_first_in_line,
    what_was_given_is_accepted_by_whoever_has_it,
    how_lines_fare_is_told_and_what_each_agent_does_to_supervisors_only,
    many_who_ask_before_the_lines_are_loaded_are_answered,
);

struct Floor {
    hub: TestHub,
    owner: Client,
    agent: Client,
    organization: OrganizationId,
    session: SessionId,
}

async fn floor(engine: Engine) -> Floor {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let agent = hub.invited(&owner, "agent").await;
    let created = owner.post("/sessions", number("1001")).await.expect(201);
    let organization = hub.organization_of(&owner).await;
    Floor {
        hub,
        owner,
        agent,
        organization,
        session: created["id"].as_str().unwrap().parse().unwrap(),
    }
}

impl Floor {
    /// Conversations of as many contacts, in the team's line.
    async fn waiting(&self, team: &Value, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for number in 0..count {
            let phone = format!("4917012345{number:02}");
            let message = inbound(&phone, "hello").at(Timestamp::now()).build();
            let hub = &self.hub.app.hub;
            let taken = hub.receive(self.organization, self.session, message);
            taken.await.unwrap();
            let found = format!("/conversations?q={phone}");
            let found = self.owner.get(&found).await.expect(200);
            let id = found["data"][0]["id"].as_str().unwrap().to_owned();
            let moved = json!({"team_id": team["id"]});
            let path = format!("/conversations/{id}");
            self.owner.patch(&path, moved).await.expect(200);
            ids.push(id);
        }
        ids
    }

    async fn team(&self, members: &[&Client], routing: Value) -> Value {
        let ids: Vec<&Value> = members
            .iter()
            .map(|one| &one.tokens["user"]["id"])
            .collect();
        let form = json!({"name": "Support", "member_ids": ids, "routing": routing});
        self.owner.post("/teams", form).await.expect(201)
    }
}

fn rules(strategy: &str) -> Value {
    json!({
        "strategy": strategy, "accept_seconds": null,
        "overflow_team_id": null, "overflow_seconds": null,
    })
}

fn user(client: &Client) -> UserId {
    let id = client.tokens["user"]["id"].as_str().unwrap();
    id.parse().unwrap()
}

async fn a_team_has_hours_and_promises(engine: Engine) {
    let floor = floor(engine).await;
    let owner = &floor.owner;
    let plain = owner.post("/teams", json!({"name": "Plain"})).await;
    let plain = plain.expect(201);
    assert_eq!(plain["hours"], Value::Null);
    assert_eq!(plain["away_message"], Value::Null);
    assert_eq!(plain["sla"]["reply_seconds"], Value::Null);
    let day = json!([{"from": "09:00", "to": "17:30"}]);
    let hours = json!({
        "time_zone": "America/Sao_Paulo", "week": [day, day, day, day, day, [], []],
        "holidays": [{"date": "2026-12-25", "name": "Christmas"}],
    });
    let sla = json!({
        "first_reply_seconds": 300, "reply_seconds": 600, "resolution_seconds": null,
        "in_hours": true, "escalation": {"priority": "urgent", "team_id": plain["id"]},
    });
    let form = json!({
        "name": "Support", "hours": hours, "sla": sla, "away_message": "Back at nine.",
    });
    let team = owner.post("/teams", form).await.expect(201);
    assert_eq!(team["hours"], hours);
    assert_eq!(team["sla"], sla);
    let path = format!("/teams/{}", team["id"].as_str().unwrap());
    // What is not said stays, and null takes away.
    let renamed = owner.patch(&path, json!({"name": "Help"})).await;
    let renamed = renamed.expect(200);
    assert_eq!((&renamed["hours"], &renamed["sla"]), (&hours, &sla));
    assert_eq!(renamed["away_message"], "Back at nine.");
    for (wrong, field) in [
        (json!({"sla": {"reply_seconds": 0}}), "sla.reply_seconds"),
        (
            json!({"sla": {"reply_seconds": 9, "escalation": {"team_id": team["id"]}}}),
            "sla.escalation.team_id",
        ),
        (
            json!({"hours": {"time_zone": "Mars/Olympus", "week": hours["week"]}}),
            "hours.time_zone",
        ),
        (
            json!({"hours": {"time_zone": "UTC", "week": [day]}}),
            "hours.week",
        ),
        (json!({"away_message": " "}), "away_message"),
    ] {
        let refused = owner.patch(&path, wrong).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    let crooked = json!({"hours": {"time_zone": "UTC", "week": [[{"from": "9", "to": "10"}]]}});
    owner.patch(&path, crooked).await.expect(400);
    let bare = json!({"hours": null, "away_message": null, "sla": {}});
    let bare = owner.patch(&path, bare).await.expect(200);
    assert_eq!(bare["hours"], Value::Null);
    assert_eq!(bare["away_message"], Value::Null);
    assert_eq!(bare["sla"]["reply_seconds"], Value::Null);
    let queues = owner.get("/queues").await.expect(200);
    assert_eq!(queues["data"][0]["is_open"], true);
}

async fn a_team_has_rules_and_numbers(engine: Engine) {
    let floor = floor(engine).await;
    let owner = &floor.owner;
    let plain = owner.post("/teams", json!({"name": "Plain"})).await;
    let plain = plain.expect(201);
    assert_eq!(plain["routing"]["strategy"], "manual");
    assert_eq!(plain["session_ids"], json!([]));
    let mut routing = rules("skill_then_load");
    routing["skill_seconds"] = json!(90);
    routing["accept_seconds"] = json!(30);
    routing["overflow_team_id"] = plain["id"].clone();
    routing["overflow_seconds"] = json!(120);
    let form = json!({
        "name": "Support", "session_ids": [floor.session], "routing": routing,
    });
    let team = owner.post("/teams", form).await.expect(201);
    assert_eq!(team["routing"], routing);
    assert_eq!(team["session_ids"], json!([floor.session]));
    // A number has one team.
    let path = |team: &Value| format!("/teams/{}", team["id"].as_str().unwrap());
    let moved = owner
        .patch(&path(&plain), json!({"session_ids": [floor.session]}))
        .await
        .expect(200);
    assert_eq!(moved["session_ids"], json!([floor.session]));
    let listed = owner.get("/teams").await.expect(200);
    assert_eq!(listed["data"][1]["session_ids"], json!([]));
    let own = |change: Value| {
        let mut routing = rules("round_robin");
        for (key, value) in change.as_object().unwrap() {
            routing[key] = value.clone();
        }
        json!({"routing": routing})
    };
    for (wrong, field) in [
        (own(json!({"accept_seconds": 1})), "routing.accept_seconds"),
        (
            own(json!({"overflow_seconds": 10})),
            "routing.overflow_team_id",
        ),
        (
            own(json!({"overflow_seconds": 10, "overflow_team_id": team["id"]})),
            "routing.overflow_team_id",
        ),
        (json!({"session_ids": ["ses_0000000000001"]}), "session_ids"),
    ] {
        let refused = owner.patch(&path(&team), wrong).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], field);
    }
    // Nobody overflows into a team that is out of use, and its numbers are free.
    owner.delete(&path(&plain)).await.expect(204);
    let left = owner.get("/teams").await.expect(200);
    assert_eq!(left["data"][0]["routing"]["overflow_team_id"], Value::Null);
    floor.hub.stop().await;
}

async fn an_agent_is_good_at_what_the_organization_has_tags_for(engine: Engine) {
    let floor = floor(engine).await;
    let Floor { owner, agent, .. } = &floor;
    let spanish = owner.post("/tags", json!({"name": "Spanish"})).await;
    let spanish = spanish.expect(201)["id"].clone();
    let path = format!("/agents/{}", user(agent));
    assert_eq!(owner.get(&path).await.expect(200)["skills"], json!([]));
    let skilled = json!({"skills": [spanish, spanish], "capacity": 4});
    let changed = owner.patch(&path, skilled).await.expect(200);
    assert_eq!(changed["skills"], json!([spanish]));
    assert_eq!(changed["capacity"], 4);
    // What is not named stays.
    let away = owner.patch(&path, json!({"status": "away"})).await;
    assert_eq!(away.expect(200)["skills"], json!([spanish]));
    let refused = owner.patch(&path, json!({"skills": ["tag_0000000000001"]}));
    let refused = refused.await.expect(422);
    assert_eq!(refused["errors"][0]["field"], "skills");
    assert_eq!(
        agent.get(&path).await.expect(200)["skills"],
        json!([spanish])
    );
    // The line knows what its conversations need, and who can do it.
    let team = floor.team(&[agent], rules("skill_then_load")).await;
    let waiting = floor.waiting(&team, 1).await;
    let tagged = json!({"add_tags": [spanish]});
    let waiting = format!("/conversations/{}", waiting[0]);
    owner.patch(&waiting, tagged).await.expect(200);
    let board = floor.hub.app.store.load_floor(floor.organization).await;
    let board = board.unwrap();
    assert_eq!(json!(board.standings[0].tags), json!([spanish]));
    let somebody = board.agents.iter().find(|one| one.id == user(agent));
    assert_eq!(json!(somebody.unwrap().skills), json!([spanish]));
    let log = owner.get("/audit-log").await.expect(200);
    let log = log["data"].as_array().unwrap().iter();
    let told = log.filter(|line| line["action"] == "agent.skills_changed");
    assert_eq!(told.count(), 1);
    floor.hub.stop().await;
}

async fn an_agent_says_how_they_stand_and_a_supervisor_may_force_it(engine: Engine) {
    let floor = floor(engine).await;
    let Floor { owner, agent, .. } = &floor;
    let mine = agent.get("/me/status").await.expect(200);
    assert_eq!(
        (&mine["status"], &mine["state"]),
        (&json!("online"), &json!("offline"))
    );
    let unscoped = floor.hub.app.store.unscoped();
    let here = HashSet::from([(floor.organization, user(agent))]);
    let told = unscoped.seat_agents(7, &here).await.unwrap();
    assert_eq!(told.envelopes.len(), 1);
    // Said again, or by a second node, it is nothing new.
    for life in [7, 8] {
        let told = unscoped.seat_agents(life, &here).await.unwrap();
        assert_eq!(told.envelopes.len(), 0);
    }
    let mine = agent.get("/me/status").await.expect(200);
    assert_eq!(mine["state"], "online");
    let idle = json!({"status": "away", "idle": true});
    let away = agent.send(Method::PUT, "/me/status", Some(idle)).await;
    let away = away.expect(200);
    assert_eq!(
        (&away["state"], &away["reason"]),
        (&json!("away"), &json!("idle"))
    );
    let path = format!("/agents/{}", user(agent));
    agent
        .patch(&path, json!({"capacity": 3}))
        .await
        .refused(403);
    let forced = owner
        .patch(&path, json!({"status": "busy", "capacity": 3}))
        .await
        .expect(200);
    assert_eq!(
        (&forced["state"], &forced["reason"]),
        (&json!("busy"), &json!("forced"))
    );
    let too_many = owner.patch(&path, json!({"capacity": 501})).await;
    assert_eq!(too_many.refused(422), "validation_failed");
    let agents = agent.get("/agents").await.expect(200);
    assert_eq!(agents["data"][1]["capacity"], 3);
    assert_eq!(agents["data"].as_array().unwrap().len(), 2);
    // One node less, and then none.
    for (life, state) in [(7, "busy"), (8, "offline")] {
        unscoped.unseat_agents(life, &here).await.unwrap();
        let mine = agent.get("/me/status").await.expect(200);
        assert_eq!(mine["state"], state);
    }
    // What dead nodes left counts for nothing.
    unscoped.seat_agents(9, &here).await.unwrap();
    let told = unscoped.forget_seats(&[1, 2]).await.unwrap();
    assert_eq!(told.envelopes.len(), 1);
    let audited = owner.get("/audit-log").await.expect(200).to_string();
    assert!(audited.contains("agent.status_changed") && audited.contains("agent.capacity_changed"));
    floor.hub.stop().await;
}

async fn two_who_take_the_next_at_once_get_two_different_ones(engine: Engine) {
    let floor = floor(engine).await;
    let Floor {
        owner, agent, hub, ..
    } = &floor;
    let team = floor.team(&[owner, agent], rules("manual")).await;
    floor.waiting(&team, 2).await;
    let (first, second) = tokio::join!(
        owner.post("/queues/next", json!({})),
        agent.post("/queues/next", json!({"team_id": team["id"]})),
    );
    let (first, second) = (first.expect(200), second.expect(200));
    assert_ne!(first["conversation"]["id"], second["conversation"]["id"]);
    let holder = |taken: &Value| taken["conversation"]["assignee"]["id"].clone();
    assert_eq!(holder(&first), owner.tokens["user"]["id"]);
    assert_eq!(holder(&second), agent.tokens["user"]["id"]);
    let none = agent.post("/queues/next", json!({})).await.expect(200);
    assert_eq!(none["conversation"], Value::Null);
    let outsider = hub.invited(owner, "supervisor").await;
    let none = outsider.post("/queues/next", json!({})).await.expect(200);
    assert_eq!(none["conversation"], Value::Null);
    let theirs = outsider.post("/queues/next", json!({"team_id": team["id"]}));
    assert_eq!(theirs.await.refused(422), "validation_failed");
    floor.hub.stop().await;
}

async fn what_hurries_is_first_in_line(engine: Engine) {
    let floor = floor(engine).await;
    let Floor { owner, agent, .. } = &floor;
    let team = floor.team(&[agent], rules("manual")).await;
    let ids = floor.waiting(&team, 4).await;
    let priority = |id: &String, priority: &str| {
        let (path, change) = (
            format!("/conversations/{id}"),
            json!({"priority": priority}),
        );
        async move { owner.patch(&path, change).await.expect(200) }
    };
    priority(&ids[2], "urgent").await;
    priority(&ids[0], "low").await;
    let path = format!("/teams/{}/line", team["id"].as_str().unwrap());
    let line = agent.get(&path).await.expect(200);
    let shown: Vec<&str> = line["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert_eq!(shown, [&ids[2], &ids[1], &ids[3], &ids[0]]);
    let head = agent.get(&format!("{path}?limit=1")).await.expect(200);
    assert_eq!(head["data"].as_array().unwrap().len(), 1);
    for wanted in [&ids[2], &ids[1]] {
        let taken = agent.post("/queues/next", json!({})).await.expect(200);
        assert_eq!(taken["conversation"]["id"], **wanted);
    }
    floor.hub.stop().await;
}

async fn what_was_given_is_accepted_by_whoever_has_it(engine: Engine) {
    let floor = floor(engine).await;
    let Floor { owner, agent, .. } = &floor;
    let mut routing = rules("round_robin");
    routing["accept_seconds"] = json!(3600);
    let team = floor.team(&[agent], routing).await;
    let here = HashSet::from([(floor.organization, user(agent))]);
    let told = floor.hub.app.store.unscoped().seat_agents(7, &here).await;
    floor.hub.app.hub.announce(told.unwrap());
    let ids = floor.waiting(&team, 1).await;
    let path = format!("/conversations/{}", ids[0]);
    let given = loop {
        let row = agent.get(&path).await.expect(200);
        if row["assignee"] != Value::Null {
            break row;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(given["assignee"]["id"], agent.tokens["user"]["id"]);
    assert_ne!(given["reserved_until"], Value::Null);
    let accept = format!("{path}/accept");
    assert_eq!(
        owner.post(&accept, json!({})).await.refused(409),
        "conflict"
    );
    let accepted = agent.post(&accept, json!({})).await.expect(200);
    assert_eq!(accepted["reserved_until"], Value::Null);
    // Once more changes nothing.
    let again = agent.post(&accept, json!({})).await.expect(200);
    assert_eq!(again["seq"], accepted["seq"]);
    floor.hub.stop().await;
}

async fn how_lines_fare_is_told_and_what_each_agent_does_to_supervisors_only(engine: Engine) {
    let floor = floor(engine).await;
    let Floor { owner, agent, .. } = &floor;
    let team = floor.team(&[owner, agent], rules("manual")).await;
    floor.waiting(&team, 3).await;
    agent.post("/queues/next", json!({})).await.expect(200);
    let shown = owner.get("/queues").await.expect(200);
    let (ours, nobodys) = (&shown["data"][0], &shown["data"][1]);
    assert_eq!(
        (&ours["team"]["name"], &nobodys["team"]),
        (&json!("Support"), &Value::Null)
    );
    assert_eq!((&ours["waiting"], &ours["serving"]), (&json!(2), &json!(1)));
    assert_eq!(
        (&nobodys["waiting"], &nobodys["serving"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(ours["unanswered"], 3);
    let sum = |series: &Value| {
        let counts = series.as_array().unwrap().iter();
        counts.map(|count| count.as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!((sum(&ours["arrivals"]), sum(&ours["taken"])), (3, 1));
    let agents = ours["agents"].as_array().unwrap();
    let of = |client: &Client| {
        let id = &client.tokens["user"]["id"];
        agents.iter().find(|one| one["id"] == *id).unwrap()
    };
    assert_eq!(
        (&of(agent)["open"], &of(owner)["open"]),
        (&json!(1), &json!(0))
    );
    let shown = agent.get("/queues").await.expect(200);
    assert_eq!(shown["data"][0]["waiting"], 2);
    assert_eq!(shown["data"][0]["agents"], json!([]));
    floor.hub.stop().await;
}

async fn a_promise_counts_from_when_it_was_made(engine: Engine) {
    let floor = floor(engine).await;
    let promised = async || {
        let store = &floor.hub.app.store;
        let loaded = store.load_floor(floor.organization).await.unwrap();
        loaded.teams[0].promised_at
    };
    let form = json!({"name": "Support"});
    let team = floor.owner.post("/teams", form).await.expect(201);
    let path = format!("/teams/{}", team["id"].as_str().unwrap());
    assert_eq!(promised().await, None);
    let sla = |seconds: u32| json!({"sla": {"reply_seconds": seconds}});
    floor.owner.patch(&path, sla(60)).await.expect(200);
    let first = promised().await;
    assert!(first.is_some());
    // Another time for the same promise gives nobody more of it.
    floor.owner.patch(&path, sla(90)).await.expect(200);
    assert_eq!(promised().await, first);
    let gain = json!({"session_ids": [floor.session]});
    floor.owner.patch(&path, gain.clone()).await.expect(200);
    let second = promised().await;
    assert!(second > first);
    floor.owner.patch(&path, gain).await.expect(200);
    assert_eq!(promised().await, second);
    floor.hub.stop().await;
}

async fn a_team_that_goes_out_of_use_is_named_by_nothing(engine: Engine) {
    let floor = floor(engine).await;
    let other = floor.owner.post("/teams", json!({"name": "Other"})).await;
    let other = other.expect(201);
    let escalation = json!({"priority": "urgent", "team_id": other["id"]});
    let sla = json!({"reply_seconds": 60, "escalation": escalation});
    let form = json!({"name": "Support", "sla": sla});
    floor.owner.post("/teams", form).await.expect(201);
    let waiting = floor.waiting(&other, 1).await;
    let gone = format!("/teams/{}", other["id"].as_str().unwrap());
    floor.owner.delete(&gone).await.expect(204);
    let left = floor.owner.get("/teams").await.expect(200);
    let kept = &left["data"][0]["sla"]["escalation"];
    assert_eq!(*kept, json!({"priority": "urgent", "team_id": null}));
    // Its conversations are found where the figures count them.
    let nobodys = floor
        .owner
        .get("/conversations?team=none")
        .await
        .expect(200);
    assert_eq!(nobodys["data"][0]["id"], waiting[0].as_str());
    // The lines hear of it a moment later.
    let counted = async {
        loop {
            let queues = floor.owner.get("/queues").await.expect(200);
            let mut queues = queues["data"].as_array().unwrap().iter();
            let nobodys = queues.find(|queue| queue["team"].is_null());
            if nobodys.unwrap()["waiting"] == 1 {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, counted).await.unwrap();
    floor.hub.stop().await;
}

/// Whoever answered first held up the loading, which held SQLite's only writer, which the answer waited for.
async fn many_who_ask_before_the_lines_are_loaded_are_answered(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let asked = (0..8).map(|_| owner.get("/queues"));
    for answer in futures_util::future::join_all(asked).await {
        let lines = answer.expect(200)["data"].as_array().unwrap().len();
        assert_eq!(lines, 1, "of no team");
    }
    hub.stop().await;
}
