//! Coming in and leaving.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::json;

use crate::on_both;
use crate::support::client::answer;
use crate::support::database::Engine;
use crate::support::hub::{PASSWORD, TestHub, token_in};

on_both!(
    only_the_first_comer_may_register_without_an_invitation,
    a_hundred_first_comers_found_one_organization,
    a_wrong_password_and_an_unknown_email_look_the_same,
    a_refresh_token_is_good_for_one_use_and_its_return_ends_the_family,
    two_tabs_of_one_browser_may_refresh_at_once,
    signing_out_ends_the_access_token_too,
    a_reset_link_works_once_and_ends_all_log_ins,
    a_new_password_ends_the_other_log_ins_only,
    an_access_token_of_a_disabled_user_is_dead,
);

async fn only_the_first_comer_may_register_without_an_invitation(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let visitor = hub.visitor();
    let setup = visitor.get("/setup").await.expect(200);
    assert_eq!(setup["registration_open"], true);
    assert_eq!(setup["demo"], json!(null));

    let owner = hub.owner().await;
    assert_eq!(owner.tokens["user"]["role"], "owner");
    assert_eq!(owner.tokens["token_type"], "Bearer");
    let me = owner.get("/me").await.expect(200);
    assert_eq!(me["organization"]["name"], "Story");
    assert_eq!(me["user"]["email"], "olga@story.test");

    let setup = visitor.get("/setup").await.expect(200);
    assert_eq!(setup["registration_open"], false);
    let late = json!({
        "organization": "Late", "name": "Lou", "email": "lou@late.test", "password": PASSWORD,
    });
    let refused = visitor.post("/auth/register", late).await.refused(403);
    assert_eq!(refused, "registration_closed");
    hub.stop().await;
}

async fn a_hundred_first_comers_found_one_organization(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let visitor = hub.visitor();
    let comers = (0..20).map(|number| {
        let form = json!({
            "organization": format!("Number {number}"), "name": "Olga",
            "email": format!("olga{number}@story.test"), "password": PASSWORD,
        });
        let visitor = visitor.clone();
        async move { visitor.post("/auth/register", form).await.status }
    });
    let ends = futures_util::future::join_all(comers).await;
    let founders = ends.iter().filter(|status| **status == 201).count();
    assert_eq!(founders, 1, "{ends:?}");
    assert!(
        ends.iter().all(|status| [201, 403, 503].contains(status)),
        "{ends:?}"
    );
    hub.stop().await;
}

async fn a_wrong_password_and_an_unknown_email_look_the_same(engine: Engine) {
    let hub = TestHub::start(engine).await;
    hub.owner().await;
    let visitor = hub.visitor();
    let wrong = visitor.log_in("olga@story.test", "not the password").await;
    let unknown = visitor.log_in("nobody@story.test", PASSWORD).await;
    assert_eq!(wrong.body, unknown.body);
    assert_eq!(wrong.refused(401), "invalid_credentials");
    let tokens = visitor
        .log_in(" OLGA@story.test ", PASSWORD)
        .await
        .expect(200);
    assert_eq!(tokens["user"]["email"], "olga@story.test");
    hub.stop().await;
}

async fn a_refresh_token_is_good_for_one_use_and_its_return_ends_the_family(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let visitor = hub.visitor();
    let first = json!({"refresh_token": owner.tokens["refresh_token"]});
    let second = visitor
        .post("/auth/refresh", first.clone())
        .await
        .expect(200);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    visitor
        .signed_in(second.clone())
        .get("/me")
        .await
        .expect(200);

    // Another program shows the token that was used: somebody stole it.
    let thief = visitor
        .raw(Method::POST, "/auth/refresh")
        .header("user-agent", "thief")
        .json(&first);
    assert_eq!(answer(thief).await.refused(401), "refresh_token_reused");

    let rest = json!({"refresh_token": second["refresh_token"]});
    let refused = visitor.post("/auth/refresh", rest).await.refused(401);
    assert_eq!(refused, "invalid_refresh_token");
    for tokens in [owner.tokens.clone(), second] {
        let refused = visitor.signed_in(tokens).get("/me").await.refused(401);
        assert_eq!(refused, "unauthorized");
    }
    let nonsense = json!({"refresh_token": "nonsense"});
    let refused = visitor.post("/auth/refresh", nonsense).await.refused(401);
    assert_eq!(refused, "invalid_refresh_token");
    hub.stop().await;
}

async fn two_tabs_of_one_browser_may_refresh_at_once(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let visitor = hub.visitor();
    let form = json!({"refresh_token": owner.tokens["refresh_token"]});
    let tabs = (0..2).map(|_| visitor.post("/auth/refresh", form.clone()));
    let mut fresh = HashSet::new();
    for tokens in futures_util::future::join_all(tabs).await {
        let tokens = tokens.expect(200);
        fresh.insert(tokens["refresh_token"].as_str().unwrap().to_owned());
        visitor.signed_in(tokens).get("/me").await.expect(200);
    }
    assert_eq!(fresh.len(), 2);
    hub.stop().await;
}

async fn signing_out_ends_the_access_token_too(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let elsewhere = hub.visitor().log_in("olga@story.test", PASSWORD).await;
    let elsewhere = hub.visitor().signed_in(elsewhere.expect(200));
    owner.post("/auth/logout", json!({})).await.expect(204);
    assert_eq!(owner.get("/me").await.refused(401), "unauthorized");
    let form = json!({"refresh_token": owner.tokens["refresh_token"]});
    let refused = owner.post("/auth/refresh", form).await.refused(401);
    assert_eq!(refused, "invalid_refresh_token");
    elsewhere.get("/me").await.expect(200);
    hub.stop().await;
}

async fn a_reset_link_works_once_and_ends_all_log_ins(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let agent = hub.invited(&owner, "agent").await;
    let id = agent.tokens["user"]["id"].as_str().unwrap();
    let visitor = hub.visitor();
    let forgot = json!({"email": "agent@story.test"});
    visitor
        .post("/auth/forgot-password", forgot)
        .await
        .expect(202);

    let path = format!("/users/{id}/reset-link");
    let forged = owner
        .raw(Method::POST, &path)
        .header("host", "evil.test")
        .header("x-forwarded-host", "evil.test");
    let link = answer(forged).await.expect(201);
    let url = link["url"].as_str().unwrap();
    assert!(url.starts_with("http://hub.test/reset-password/"), "{url}");
    let newer = owner.post(&path, json!({})).await.expect(201);

    let outdated = json!({"token": token_in(&link["url"]), "password": "a new password"});
    let refused = visitor
        .post("/auth/reset-password", outdated)
        .await
        .refused(400);
    assert_eq!(refused, "invalid_token");
    let form = json!({"token": token_in(&newer["url"]), "password": "a new password"});
    visitor
        .post("/auth/reset-password", form.clone())
        .await
        .expect(204);
    let refused = visitor
        .post("/auth/reset-password", form)
        .await
        .refused(400);
    assert_eq!(refused, "invalid_token");

    assert_eq!(agent.get("/me").await.refused(401), "unauthorized");
    visitor
        .log_in("agent@story.test", PASSWORD)
        .await
        .refused(401);
    visitor
        .log_in("agent@story.test", "a new password")
        .await
        .expect(200);
    hub.stop().await;
}

async fn a_new_password_ends_the_other_log_ins_only(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let tokens = hub.visitor().log_in("olga@story.test", PASSWORD).await;
    let other = hub.visitor().signed_in(tokens.expect(200));
    let wrong = json!({"current": "not the password", "new": "a new password"});
    let refused = owner.post("/me/password", wrong).await.refused(401);
    assert_eq!(refused, "invalid_credentials");
    let weak = json!({"current": PASSWORD, "new": "short"});
    let refused = owner.post("/me/password", weak).await.refused(422);
    assert_eq!(refused, "validation_failed");
    let form = json!({"current": PASSWORD, "new": "a new password"});
    owner.post("/me/password", form).await.expect(204);
    owner.get("/me").await.expect(200);
    assert_eq!(other.get("/me").await.refused(401), "unauthorized");
    hub.stop().await;
}

async fn an_access_token_of_a_disabled_user_is_dead(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let agent = hub.invited(&owner, "agent").await;
    agent.get("/me").await.expect(200);
    let path = format!("/users/{}", agent.tokens["user"]["id"].as_str().unwrap());
    owner
        .patch(&path, json!({"disabled": true}))
        .await
        .expect(200);
    assert_eq!(agent.get("/me").await.refused(401), "unauthorized");
    let login = hub.visitor().log_in("agent@story.test", PASSWORD).await;
    assert_eq!(login.refused(401), "invalid_credentials");
    hub.stop().await;
}
