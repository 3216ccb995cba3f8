//! What is refused before anything is done: too many tries, bodies of the wrong kind, size or depth.

use actors::time::Timestamp;
use command_center::store::Try;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

use crate::on_both;
use crate::support::client::answer;
use crate::support::database::{Engine, TestDatabase};
use crate::support::hub::{PASSWORD, TestHub};

on_both!(
    one_account_is_tried_ten_times_in_a_quarter_of_an_hour,
    one_address_tries_ten_accounts_in_a_quarter_of_an_hour,
    tries_are_counted_exactly_when_many_come_at_once,
    people_who_know_their_password_do_not_use_up_the_tries_of_their_address,
);

async fn one_account_is_tried_ten_times_in_a_quarter_of_an_hour(engine: Engine) {
    // Each try comes from another address.
    let hub = TestHub::start_with(engine, &[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    hub.owner().await;
    let visitor = hub.visitor();
    let try_from = |address: usize, password: &str| {
        let form = json!({"email": "olga@story.test", "password": password});
        let request = visitor.raw(Method::POST, "/auth/login").json(&form);
        answer(request.header("x-forwarded-for", format!("192.0.2.{address}")))
    };
    for address in 0..10 {
        try_from(address, "a wrong one").await.refused(401);
    }
    let refused = try_from(11, PASSWORD).await;
    let wait: u64 = refused.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((800..=901).contains(&wait), "{wait}");
    assert_eq!(refused.refused(429), "too_many_attempts");
    hub.stop().await;
}

async fn one_address_tries_ten_accounts_in_a_quarter_of_an_hour(engine: Engine) {
    let hub = TestHub::start(engine).await;
    hub.owner().await;
    let visitor = hub.visitor();
    for number in 0..10 {
        let email = format!("user{number}@story.test");
        // A header that no trusted proxy wrote changes nothing.
        let form = json!({"email": email, "password": "Summer2026!"});
        let request = visitor.raw(Method::POST, "/auth/login").json(&form);
        let request = request.header("x-forwarded-for", format!("192.0.2.{number}"));
        answer(request).await.refused(401);
    }
    let refused = visitor
        .log_in("olga@story.test", PASSWORD)
        .await
        .refused(429);
    assert_eq!(refused, "too_many_attempts");
    hub.stop().await;
}

async fn tries_are_counted_exactly_when_many_come_at_once(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let now = Timestamp::now();
    let tries = (0..60).map(|number| {
        let unscoped = store.unscoped();
        let address = format!("address:{}", number % 3);
        async move {
            let keys = [address.as_str(), "account"];
            unscoped.take_try(&keys, now).await.unwrap()
        }
    });
    let ends = futures_util::future::join_all(tries).await;
    let allowed = ends.iter().filter(|end| **end == Try::Allowed).count();
    assert_eq!(allowed, 10);
    // What the account refused did not count against the addresses.
    let fresh = store
        .unscoped()
        .take_try(&["address:0", "other"], now)
        .await;
    assert_eq!(fresh.unwrap(), Try::Allowed);

    let soon = now + Duration::from_secs(14 * 60);
    let late = store.unscoped().take_try(&["account"], soon).await.unwrap();
    assert_eq!(late, Try::Refused(Duration::from_secs(60)));
    let later = now + Duration::from_secs(15 * 60);
    let again = store
        .unscoped()
        .take_try(&["account"], later)
        .await
        .unwrap();
    assert_eq!(again, Try::Allowed);
}

async fn people_who_know_their_password_do_not_use_up_the_tries_of_their_address(engine: Engine) {
    let hub = TestHub::start(engine).await;
    hub.owner().await;
    for _ in 0..12 {
        hub.visitor()
            .log_in("olga@story.test", PASSWORD)
            .await
            .expect(200);
    }
    hub.stop().await;
}

#[actix_web::test]
async fn a_body_must_be_json_of_bearable_size_and_depth() {
    let hub = TestHub::start(Engine::Sqlite).await;
    let owner = hub.owner().await;
    let post = |kind: &str, body: String| {
        let request = owner.raw(Method::POST, "/invitations");
        answer(request.header("content-type", kind.to_owned()).body(body))
    };
    let good = json!({"email": "ann@story.test", "role": "agent"}).to_string();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        let refused = post(kind, good.clone()).await.refused(415);
        assert_eq!(refused, "unsupported_media_type", "{kind}");
    }
    let packed = owner.raw(Method::POST, "/invitations").body(good.clone());
    let packed = packed
        .header("content-type", "application/json")
        .header("content-encoding", "gzip");
    assert_eq!(answer(packed).await.refused(415), "unsupported_media_type");

    let json = "application/json";
    let large = format!("{{\"email\":\"{}\"}}", "a".repeat(300_000));
    assert_eq!(post(json, large).await.refused(413), "payload_too_large");
    let deep = format!("{{\"x\":{}", "[".repeat(100_000));
    assert_eq!(post(json, deep).await.refused(400), "invalid_json");
    for broken in ["", "{", "[]", "null", "{\"email\":1,\"role\":\"agent\"}"] {
        let refused = post(json, broken.to_owned()).await.refused(400);
        assert_eq!(refused, "invalid_json", "{broken}");
    }
    let refused = owner
        .post("/invitations", json!({"email": "ann", "role": "agent"}))
        .await;
    let problem = refused.expect(422);
    assert_eq!(problem["errors"][0]["field"], "email");
    post("application/json; charset=utf-8", good)
        .await
        .expect(201);
    hub.stop().await;
}

#[actix_web::test]
async fn clients_that_leave_in_the_middle_harm_nobody() {
    let hub = TestHub::start(Engine::Sqlite).await;
    let owner = hub.owner().await;
    for number in 0..40 {
        let invite = json!({"email": format!("user{number}@story.test"), "role": "agent"});
        let leaving = owner.post("/invitations", invite);
        // Some leave before their request was read, some while it is stored.
        let _ = tokio::time::timeout(Duration::from_micros(200 * number), leaving).await;
    }
    let invite = json!({"email": "last@story.test", "role": "agent"});
    owner.post("/invitations", invite).await.expect(201);
    hub.stop().await;
}

#[actix_web::test]
async fn a_list_takes_only_its_own_limits_and_cursors() {
    let hub = TestHub::start(Engine::Sqlite).await;
    let owner = hub.owner().await;
    for query in ["limit=0", "limit=201", "limit=x", "limit=-1"] {
        let refused = owner.get(&format!("/users?{query}")).await.refused(400);
        assert_eq!(refused, "invalid_parameter", "{query}");
    }
    for cursor in ["x", "WzEsMl0", "bnVsbA%3D", "1%27%20OR%201=1"] {
        let refused = owner
            .get(&format!("/users?cursor={cursor}"))
            .await
            .refused(400);
        assert_eq!(refused, "invalid_cursor", "{cursor}");
    }
    hub.stop().await;
}

#[actix_web::test]
async fn a_cursor_with_a_character_that_no_text_has_is_refused() {
    // PostgreSQL keeps no NUL, and would say so with a 500.
    let hub = TestHub::start(Engine::Postgres).await;
    let owner = hub.owner().await;
    // ["\u0000","mac_0anqxbafc0400"]
    let cursor = "WyJcdTAwMDAiLCJtYWNfMGFucXhiYWZjMDQwMCJd";
    let refused = owner.get(&format!("/macros?cursor={cursor}")).await;
    assert_eq!(refused.refused(400), "invalid_cursor");
    hub.stop().await;
}

#[actix_web::test]
async fn what_is_misspelt_is_said_and_where_it_is_wrong() {
    let hub = TestHub::start(Engine::Sqlite).await;
    let owner = hub.owner().await;
    for (path, field, message) in [
        ("/conversations?statu=open", "statu", "is not known here"),
        (
            "/conversations?limit=5&status=banana",
            "status",
            "must be one of open, pending, snoozed, closed",
        ),
    ] {
        let refused = owner.get(path).await;
        assert_eq!(refused.body["errors"][0]["field"], field);
        assert_eq!(refused.body["errors"][0]["message"], message);
        assert_eq!(refused.refused(400), "invalid_parameter");
    }
    let refused = owner
        .post("/tags", json!({"name": "VIP", "colour": "red"}))
        .await;
    assert_eq!(refused.body["errors"][0]["field"], "colour");
    assert_eq!(refused.refused(422), "validation_failed");
    let refused = owner.post("/tags", json!({"name": 7})).await;
    assert_eq!(refused.body["errors"][0]["field"], "name");
    assert_eq!(refused.refused(400), "invalid_json");
    hub.stop().await;
}
