//! Messages that are left to be sent later: who may, what is refused, and what a fall leaves behind.

use std::time::Duration;

use actors::model::ids::{OrganizationId, ScheduledMessageId, SessionId};
use actors::testing::inbound;
use actors::time::Timestamp;
use command_center::store::{Due, DueMessage, ScheduledEnd, Tenant};
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::client::{Client, answer};
use crate::support::database::Engine;
use crate::support::hub::{TestHub, number};

on_both!(
    what_waits_is_listed_changed_and_taken_back,
    a_key_leaves_one_message,
    what_can_not_wait_is_refused,
    others_messages_are_changed_by_supervisors_only,
    whoever_sent_it_and_fell_does_not_send_it_again,
    what_was_sent_though_nobody_learnt_it_is_not_sent_again,
    what_is_not_needed_any_more_is_not_sent,
    so_many_wait_in_a_conversation_and_no_more,
);

/// An owner, an agent and a conversation whose window is open.
struct Desk {
    hub: TestHub,
    owner: Client,
    agent: Client,
    organization: OrganizationId,
    session: SessionId,
    path: String,
}

async fn desk(engine: Engine) -> Desk {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let agent = hub.invited(&owner, "agent").await;
    let created = owner.post("/sessions", number("1001")).await.expect(201);
    let session: SessionId = created["id"].as_str().unwrap().parse().unwrap();
    let organization = hub.organization_of(&owner).await;
    let desk = Desk {
        hub,
        owner,
        agent,
        organization,
        session,
        path: String::new(),
    };
    desk.hears("hello").await;
    let listed = desk.owner.get("/conversations").await.expect(200);
    let id = listed["data"][0]["id"].as_str().unwrap();
    Desk {
        path: format!("/conversations/{id}/scheduled-messages"),
        ..desk
    }
}

impl Desk {
    async fn hears(&self, text: &str) {
        let message = inbound("491701234567", text).at(Timestamp::now()).build();
        let taken = self
            .hub
            .app
            .hub
            .receive(self.organization, self.session, message);
        taken.await.unwrap();
    }

    fn tenant(&self) -> Tenant {
        self.hub.app.store.tenant(self.organization)
    }

    async fn leave(&self, by: &Client, text: &str, unless_reply: bool) -> Value {
        let left = by.post(&self.path, later(text, unless_reply)).await;
        left.expect(201)
    }

    async fn begin(&self, left: &Value) -> Due {
        let at: Timestamp = serde_json::from_value(left["send_at"].clone()).unwrap();
        self.tenant().begin_scheduled(id(left), at).await.unwrap()
    }
}

fn tomorrow() -> Timestamp {
    Timestamp::now() + Duration::from_secs(24 * 60 * 60)
}

fn later(text: &str, unless_reply: bool) -> Value {
    json!({
        "send_at": tomorrow(), "unless_reply": unless_reply,
        "message": {"type": "text", "text": {"body": text}},
    })
}

fn id(left: &Value) -> ScheduledMessageId {
    left["id"].as_str().unwrap().parse().unwrap()
}

fn at(left: &Value) -> String {
    format!("/scheduled-messages/{}", left["id"].as_str().unwrap())
}

fn said(due: Due) -> DueMessage {
    match due {
        Due::Say(message) => *message,
        other => panic!("{other:?}"),
    }
}

async fn texts(client: &Client, path: &str) -> Vec<String> {
    let listed = client.get(path).await.expect(200);
    let rows = listed["data"].as_array().unwrap().iter();
    rows.map(|row| row["text"].as_str().unwrap().to_owned())
        .collect()
}

async fn what_waits_is_listed_changed_and_taken_back(engine: Engine) {
    let desk = desk(engine).await;
    let Desk { owner, agent, .. } = &desk;
    let second = desk.leave(agent, "second", true).await;
    assert_eq!(second["state"], "waiting");
    assert_eq!(second["author"]["type"], "user");
    assert_eq!(second["contact"]["phone"], "491701234567");
    assert_eq!(second["message"]["text"]["body"], "second");
    let sooner = json!({
        "send_at": Timestamp::now() + Duration::from_secs(3600),
        "message": {"type": "text", "text": {"body": "first"}},
    });
    owner.post(&desk.path, sooner).await.expect(201);
    assert_eq!(texts(agent, &desk.path).await, ["first", "second"]);
    assert_eq!(
        texts(agent, "/scheduled-messages").await,
        ["first", "second"]
    );
    assert_eq!(
        texts(agent, "/scheduled-messages?author=me").await,
        ["second"]
    );
    let page = agent.get("/scheduled-messages?limit=1").await.expect(200);
    let next = page["next_cursor"].as_str().unwrap();
    let rest = format!("/scheduled-messages?limit=1&cursor={next}");
    assert_eq!(texts(agent, &rest).await, ["second"]);

    let words = json!({"message": {"type": "text", "text": {"body": "other words"}}});
    let changed = agent.patch(&at(&second), words).await.expect(200);
    assert_eq!(changed["text"], "other words");
    assert_eq!(changed["send_at"], second["send_at"]);
    assert_eq!(changed["unless_reply"], true);
    agent.delete(&at(&second)).await.expect(204);
    assert_eq!(texts(agent, &desk.path).await, ["first"]);
    let cancelled = format!("{}?state=cancelled", desk.path);
    assert_eq!(texts(agent, &cancelled).await, ["other words"]);
    let first = owner.get(&desk.path).await.expect(200)["data"][0].clone();
    owner.delete(&at(&first)).await.expect(204);
    assert_eq!(
        texts(agent, &cancelled).await,
        ["other words", "first"],
        "the last first"
    );
    let page = agent.get(&format!("{cancelled}&limit=1")).await.expect(200);
    let next = page["next_cursor"].as_str().unwrap();
    let rest = format!("{cancelled}&limit=1&cursor={next}");
    assert_eq!(texts(agent, &rest).await, ["first"]);
    // Gone is gone, and its time does nothing.
    let refused = agent.delete(&at(&second)).await.refused(409);
    assert_eq!(refused, "conflict");
    assert!(matches!(desk.begin(&second).await, Due::Nothing));
    let log = owner.get("/audit-log").await.expect(200);
    let log = log["data"].as_array().unwrap();
    for action in ["created", "changed", "cancelled"] {
        let action = format!("scheduled_message.{action}");
        assert!(log.iter().any(|line| line["action"] == action), "{action}");
    }
    assert!(
        !log.iter()
            .any(|line| line.to_string().contains("other words"))
    );
    desk.hub.stop().await;
}

async fn a_key_leaves_one_message(engine: Engine) {
    let desk = desk(engine).await;
    let body = later("once", false);
    let post = |body: &Value| {
        let request = desk.agent.raw(Method::POST, &desk.path).json(body);
        answer(request.header("Idempotency-Key", "bubble-1"))
    };
    let first = post(&body).await.expect(201);
    assert_eq!(post(&body).await.expect(201)["id"], first["id"]);
    assert_eq!(texts(&desk.agent, &desk.path).await, ["once"]);
    let mut other = body.clone();
    other["message"]["text"]["body"] = json!("twice");
    assert_eq!(post(&other).await.refused(422), "idempotency_key_reused");
    // Nobody gets somebody else's message for their own.
    let request = desk.owner.raw(Method::POST, &desk.path).json(&body);
    let of_owner = answer(request.header("Idempotency-Key", "bubble-1")).await;
    assert_eq!(of_owner.refused(422), "idempotency_key_reused");
    // Whoever lost the answer asks again, whatever became of the message meanwhile.
    let patch = json!({"unless_reply": true, "send_at": tomorrow()});
    desk.agent.patch(&at(&first), patch).await.expect(200);
    let again = post(&body).await.expect(201);
    assert_eq!(
        (&again["id"], &again["unless_reply"]),
        (&first["id"], &json!(true))
    );
    // The key under which the hub sends it is nobody else's.
    let key = id(&first).send_key();
    let squat = desk.agent.raw(Method::POST, "/messages").json(&json!({}));
    let squat = answer(squat.header("Idempotency-Key", key.as_bytes())).await;
    assert_eq!(squat.refused(400), "invalid_parameter");
    desk.hub.stop().await;
}

async fn what_can_not_wait_is_refused(engine: Engine) {
    let desk = desk(engine).await;
    let text = json!({"type": "text", "text": {"body": "hi"}});
    for (send_at, message, field) in [
        (
            Timestamp::now() - Duration::from_secs(1),
            text.clone(),
            "send_at",
        ),
        (
            Timestamp::now() + Duration::from_secs(400 * 24 * 3600),
            text.clone(),
            "send_at",
        ),
        (
            tomorrow(),
            json!({"type": "note", "text": {"body": "hi"}}),
            "message.type",
        ),
        (
            tomorrow(),
            json!({"type": "text", "text": {"body": ""}}),
            "text.body",
        ),
    ] {
        let form = json!({"send_at": send_at, "message": message});
        let refused = desk.agent.post(&desk.path, form).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], field, "{message}");
    }
    let nowhere = "/conversations/cnv_0000000000001/scheduled-messages";
    let refused = desk.agent.post(nowhere, later("hi", false)).await;
    assert_eq!(refused.refused(404), "not_found");
    assert_eq!(texts(&desk.agent, &desk.path).await, [""; 0]);
    desk.hub.stop().await;
}

async fn others_messages_are_changed_by_supervisors_only(engine: Engine) {
    let desk = desk(engine).await;
    let left = desk.leave(&desk.owner, "the owner's", false).await;
    let now = format!("{}/send", at(&left));
    for refused in [
        desk.agent.delete(&at(&left)).await,
        desk.agent.patch(&at(&left), json!({})).await,
        desk.agent.post(&now, json!({})).await,
    ] {
        assert_eq!(refused.refused(403), "forbidden");
    }
    let mine = desk.leave(&desk.agent, "the agent's", false).await;
    let later = json!({"unless_reply": true});
    let changed = desk.owner.patch(&at(&mine), later).await.expect(200);
    // It stays the agent's.
    assert_eq!(changed["author"], mine["author"]);
    let now = format!("{}/send", at(&mine));
    let sooner = desk.owner.post(&now, json!({})).await.expect(200);
    assert_eq!(sooner["unless_reply"], false);
    assert!(said(desk.begin(&sooner).await).draft.text.is_some());
    // The job of the time before finds nothing to do.
    assert!(matches!(desk.begin(&mine).await, Due::Nothing));
    desk.hub.stop().await;
}

async fn whoever_sent_it_and_fell_does_not_send_it_again(engine: Engine) {
    let desk = desk(engine).await;
    let left = desk.leave(&desk.agent, "once", false).await;
    let due = said(desk.begin(&left).await);
    let refused = desk.agent.delete(&at(&left)).await.refused(409);
    assert_eq!(refused, "conflict", "it is on its way");
    // Whoever fell before sending finds it again.
    assert_eq!(said(desk.begin(&left).await).draft, due.draft);
    let mut draft = due.draft;
    draft.client_key = Some(id(&left).send_key());
    draft.fingerprint = draft.client_key.clone();
    let hub = &desk.hub.app.hub;
    let sent = hub
        .send(&due.author, due.conversation, draft)
        .await
        .unwrap();
    // Whoever fell after it does not.
    assert!(matches!(desk.begin(&left).await, Due::Settled(_)));
    let path = format!("{}?state=sent", desk.path);
    let shown = desk.agent.get(&path).await.expect(200);
    assert_eq!(shown["data"][0]["message_id"], json!(sent.id));
    assert!(matches!(desk.begin(&left).await, Due::Nothing));
    desk.hub.stop().await;
}

async fn what_was_sent_though_nobody_learnt_it_is_not_sent_again(engine: Engine) {
    let desk = desk(engine).await;
    let left = desk.leave(&desk.agent, "once", false).await;
    let due = said(desk.begin(&left).await);
    let mut draft = due.draft;
    draft.client_key = Some(id(&left).send_key());
    draft.fingerprint = draft.client_key.clone();
    let hub = &desk.hub.app.hub;
    let sent = hub.send(&due.author, due.conversation, draft).await;
    let end = ScheduledEnd::Failed("unavailable".to_owned());
    let settled = desk.tenant().settle_scheduled(id(&left), end).await;
    assert_eq!(settled.unwrap().envelopes.len(), 2);
    let now = format!("{}/send", at(&left));
    let again = desk.agent.post(&now, json!({})).await.expect(200);
    assert!(matches!(desk.begin(&again).await, Due::Settled(_)));
    let path = format!("{}?state=sent", desk.path);
    let shown = desk.agent.get(&path).await.expect(200);
    assert_eq!(shown["data"][0]["message_id"], json!(sent.unwrap().id));
    desk.hub.stop().await;
}

async fn what_is_not_needed_any_more_is_not_sent(engine: Engine) {
    let desk = desk(engine).await;
    let follow_up = desk.leave(&desk.agent, "still there?", true).await;
    let anyway = desk.leave(&desk.agent, "good morning", false).await;
    desk.hears("I am back").await;
    assert!(matches!(desk.begin(&follow_up).await, Due::Settled(_)));
    let path = format!("{}?state=cancelled", desk.path);
    let shown = desk.agent.get(&path).await.expect(200);
    assert_eq!(shown["data"][0]["reason"], "contact_wrote");
    let due = said(desk.begin(&anyway).await);
    assert_eq!(due.draft.text.as_deref(), Some("good morning"));
    let end = ScheduledEnd::Failed("window_closed".to_owned());
    let receipt = desk.tenant().settle_scheduled(id(&anyway), end).await;
    // Everybody who looks at the conversation hears of it, and the author wherever they are.
    assert_eq!(receipt.unwrap().envelopes.len(), 2);

    // Somebody who was locked out says nothing more.
    let last = desk.leave(&desk.agent, "the last word", false).await;
    let me = desk.agent.tokens["user"]["id"].as_str().unwrap();
    let lock = json!({"disabled": true});
    let locked = desk.owner.patch(&format!("/users/{me}"), lock).await;
    locked.expect(200);
    assert!(matches!(desk.begin(&last).await, Due::Settled(_)));
    let path = format!("{}?state=failed", desk.path);
    let shown = desk.owner.get(&path).await.expect(200);
    let reasons = shown["data"].as_array().unwrap().iter();
    let mut reasons: Vec<&str> = reasons.map(|row| row["reason"].as_str().unwrap()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["author_gone", "window_closed"]);
    // Unless somebody who is there says it, under their own name.
    let now = format!("{}/send", at(&last));
    let sooner = desk.owner.post(&now, json!({})).await.expect(200);
    assert_eq!(sooner["author"]["id"], desk.owner.tokens["user"]["id"]);
    let due = said(desk.begin(&sooner).await);
    assert_eq!(due.draft.text.as_deref(), Some("the last word"));
    desk.hub.stop().await;
}

async fn so_many_wait_in_a_conversation_and_no_more(engine: Engine) {
    let desk = desk(engine).await;
    let most = usize::try_from(command_center::store::MOST_WAITING).unwrap();
    for n in 0..most - 2 {
        let text = format!("message {n}");
        desk.leave(&desk.agent, &text, false).await;
    }
    // Several at once for the last two places.
    let rest = (0..5).map(|_| desk.agent.post(&desk.path, later("one more", false)));
    let rest = futures_util::future::join_all(rest).await;
    let taken = rest.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(taken, 2);
    let refused = desk.agent.post(&desk.path, later("one more", false)).await;
    assert_eq!(refused.refused(422), "validation_failed");
    desk.hub.stop().await;
}
