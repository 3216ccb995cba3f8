//! What an organization looks back at: the audit log as a file, the files of its conversations, what was late.

use actors::model::conversation::ConversationChange;
use actors::model::ids::{ConversationId, SessionId};
use actors::model::sla::{Goal, Press, SlaMark, Stage};
use actors::model::user::Actor;
use actors::testing::inbound;
use actors::time::Timestamp;
use reqwest::Method;
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::on_both;
use crate::support::client::Client;
use crate::support::database::Engine;
use crate::support::hub::{TestHub, number};

on_both!(
    the_audit_log_is_taken_out_whole_and_harmless,
    the_files_of_a_conversation_are_found_among_its_messages,
    what_was_late_is_told_to_supervisors,
);

async fn exported(client: &Client, query: &str) -> Vec<Vec<String>> {
    let request = client.raw(Method::GET, &format!("/audit-log/export{query}"));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let header = |name| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header(CONTENT_TYPE), "text/csv; charset=utf-8");
    let disposition = header(CONTENT_DISPOSITION);
    assert_eq!(disposition, "attachment; filename=\"audit-log.csv\"");
    let text = answer.text().await.unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let records = reader.records();
    records
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

async fn the_audit_log_is_taken_out_whole_and_harmless(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let me = json!({"name": "=HYPERLINK(\"x\")"});
    owner.patch("/me", me).await.expect(200);
    for n in 0..60 {
        let tag = json!({"name": format!("Tag {n}")});
        owner.post("/tags", tag).await.expect(201);
    }
    let rows = exported(&owner, "").await;
    assert_eq!(rows[0][..3], ["id", "at", "actor_type"]);
    // More than a page of the list, newest first: the taking out itself, then the tags.
    assert_eq!(rows[1][5], "audit_log.exported");
    let made = rows.iter().filter(|row| row[5] == "tag.created");
    assert_eq!(made.count(), 60);
    assert_eq!(rows[2][4], "'=HYPERLINK(\"x\")", "no formula");
    let listed = owner.get("/audit-log?limit=2").await.expect(200);
    assert_eq!(listed["data"][1]["id"], json!(rows[2][0]));
    let details: Value = serde_json::from_str(&rows[2][7]).unwrap();
    assert_eq!(details, listed["data"][1]["details"]);

    // A part of it: what was before the first tag.
    let first = rows.iter().rfind(|row| row[5] == "tag.created").unwrap();
    let until = exported(&owner, &format!("?until={}", first[1])).await;
    assert!(until.len() > 1);
    assert!(until[1..].iter().all(|row| row[1] < first[1]));
    let since = format!("/audit-log?limit=200&since={}", first[1]);
    let since = owner.get(&since).await.expect(200);
    let since = since["data"].as_array().unwrap();
    assert!(
        since
            .iter()
            .all(|line| line["at"].as_str().unwrap() >= first[1].as_str())
    );
    assert!(since.len() >= 60);
    let refused = owner.get("/audit-log/export?since=yesterday").await;
    assert_eq!(refused.refused(400), "invalid_parameter");
    hub.stop().await;
}

async fn the_files_of_a_conversation_are_found_among_its_messages(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let created = owner.post("/sessions", number("1001")).await.expect(201);
    let session: SessionId = created["id"].as_str().unwrap().parse().unwrap();
    let organization = hub.organization_of(&owner).await;
    for n in 0..5 {
        let said = inbound("491701234567", "words").at(Timestamp::now());
        let seen = inbound("491701234567", "a picture")
            .at(Timestamp::now())
            .with_image(&format!("wa-{n}"));
        for message in [said.build(), seen.build()] {
            let taken = hub.app.hub.receive(organization, session, message);
            taken.await.unwrap();
        }
    }
    let listed = owner.get("/conversations").await.expect(200);
    let id = listed["data"][0]["id"].as_str().unwrap();
    let path = format!("/conversations/{id}/messages");
    let all = owner.get(&path).await.expect(200);
    assert_eq!(all["data"].as_array().unwrap().len(), 10);
    let page = owner.get(&format!("{path}?files=true&limit=3")).await;
    let page = page.expect(200);
    let next = page["next_cursor"].as_str().unwrap();
    let rest = format!("{path}?files=true&limit=3&cursor={next}");
    let rest = owner.get(&rest).await.expect(200);
    let rows = [&page, &rest].map(|page| page["data"].as_array().unwrap().clone());
    let rows: Vec<Value> = rows.concat();
    assert_eq!(rows.len(), 5);
    assert!(rows.iter().all(|row| row["media"][0]["url"].is_string()));
    for (kind, count) in [("image", 5), ("document", 0)] {
        let found = owner.get(&format!("{path}?files=true&type={kind}")).await;
        let found = found.expect(200);
        assert_eq!(found["data"].as_array().unwrap().len(), count, "{kind}");
    }
    let refused = owner.get(&format!("{path}?type=image")).await;
    assert_eq!(refused.refused(400), "invalid_parameter");
    hub.stop().await;
}

async fn what_was_late_is_told_to_supervisors(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let created = owner.post("/sessions", number("1001")).await.expect(201);
    let session: SessionId = created["id"].as_str().unwrap().parse().unwrap();
    let organization = hub.organization_of(&owner).await;
    for phone in ["491701234567", "491707654321"] {
        let message = inbound(phone, "hello").at(Timestamp::now()).build();
        let taken = hub.app.hub.receive(organization, session, message);
        taken.await.unwrap();
    }
    let team = owner.post("/teams", json!({"name": "Support"})).await;
    let team = team.expect(201)["id"].clone();
    let listed = owner.get("/conversations").await.expect(200);
    let mut ids = Vec::new();
    for row in listed["data"].as_array().unwrap() {
        let id = row["id"].as_str().unwrap();
        let path = format!("/conversations/{id}");
        let change = json!({"team_id": team, "assignee_id": owner.tokens["user"]["id"]});
        let row = owner.patch(&path, change).await.expect(200);
        let mark = SlaMark {
            goal: Goal::FirstReply,
            stage: Stage::Breached,
            since: serde_json::from_value(row["waiting_since"].clone()).unwrap(),
            due_at: Timestamp::now(),
        };
        let late = ConversationChange {
            press: Some(Press {
                marks: vec![mark],
                priority: None,
                team: None,
            }),
            ..Default::default()
        };
        let conversation: ConversationId = id.parse().unwrap();
        let by = Actor::hub(organization);
        hub.app.hub.change(&by, conversation, late).await.unwrap();
        ids.push(id.to_owned());
    }
    let page = owner.get("/sla-breaches?limit=1").await.expect(200);
    let last = &page["data"][0];
    assert_eq!(last["conversation_id"], json!(ids[1]), "newest first");
    assert_eq!(last["team_id"], team);
    assert_eq!(last["user_id"], owner.tokens["user"]["id"]);
    assert_eq!(last["goal"], "first_reply");
    let next = page["next_cursor"].as_str().unwrap();
    let rest = format!("/sla-breaches?limit=1&cursor={next}");
    let rest = owner.get(&rest).await.expect(200);
    assert_eq!(rest["data"][0]["conversation_id"], json!(ids[0]));
    assert_eq!(rest["next_cursor"], Value::Null);
    let at = last["at"].as_str().unwrap();
    for (query, count) in [
        (format!("team={}", team.as_str().unwrap()), 2),
        ("team=team_0000000000001".to_owned(), 0),
        ("user=usr_0000000000001".to_owned(), 0),
        (format!("since={at}"), 1),
        (format!("until={at}"), 1),
    ] {
        let found = owner.get(&format!("/sla-breaches?{query}")).await;
        let found = found.expect(200)["data"].as_array().unwrap().len();
        assert_eq!(found, count, "{query}");
    }
    let agent = hub.invited(&owner, "agent").await;
    assert_eq!(agent.get("/sla-breaches").await.refused(403), "forbidden");
    hub.stop().await;
}
