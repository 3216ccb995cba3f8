//! Where people are signed in, and how that ends.

use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::client::{Client, answer};
use crate::support::database::Engine;
use crate::support::hub::{PASSWORD, TestHub};

on_both!(
    everybody_sees_where_they_are_signed_in,
    a_log_in_ends_where_it_is_asked_for_and_nowhere_else,
    an_admin_signs_out_who_stands_no_higher,
);

/// The owner in another browser.
async fn browser(hub: &TestHub, client: &str) -> Client {
    let visitor = hub.visitor();
    let form = json!({"email": "olga@story.test", "password": PASSWORD});
    let request = visitor.raw(Method::POST, "/auth/login");
    let request = request.header("user-agent", client).json(&form);
    visitor.signed_in(answer(request).await.expect(200))
}

async fn listed(client: &Client) -> Vec<Value> {
    let listed = client.get("/me/logins").await.expect(200);
    listed["data"].as_array().unwrap().clone()
}

async fn everybody_sees_where_they_are_signed_in(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    hub.invited(&owner, "agent").await;
    let phone = browser(&hub, "Phone/1.0").await;
    let desk = browser(&hub, &"x".repeat(500)).await;
    let logins = listed(&phone).await;
    assert_eq!(logins.len(), 3);
    let shown: Vec<_> = logins.iter().map(|login| &login["current"]).collect();
    assert_eq!(shown, [false, true, false]);
    assert_eq!(logins[1]["client"], "Phone/1.0");
    assert_eq!(logins[0]["client"].as_str().unwrap().len(), 200);
    // The test's own client does not say what it is.
    assert_eq!(logins[2]["client"], json!(null));
    for login in &logins {
        assert_eq!(login["address"], "127.0.0.1");
        assert_eq!(login["created_at"], login["last_used_at"]);
    }

    let first = desk.get("/me/logins?limit=2").await.expect(200);
    assert_eq!(
        first["data"],
        json!(
            logins[..2]
                .iter()
                .map(|login| {
                    let mut login = login.clone();
                    login["current"] = json!(login["id"] == logins[0]["id"]);
                    login
                })
                .collect::<Vec<_>>()
        )
    );
    let next = first["next_cursor"].as_str().unwrap();
    let rest = desk.get(&format!("/me/logins?cursor={next}")).await;
    let rest = rest.expect(200);
    assert_eq!(rest["data"][0]["id"], logins[2]["id"]);
    assert_eq!(rest["next_cursor"], json!(null));

    // Fresh tokens say from where it is used now.
    let form = json!({"refresh_token": phone.tokens["refresh_token"]});
    let request = phone.raw(Method::POST, "/auth/refresh");
    let request = request.header("user-agent", "Phone/2.0").json(&form);
    answer(request).await.expect(200);
    let renewed = &listed(&phone).await[1];
    assert_eq!(renewed["client"], "Phone/2.0");
    assert_ne!(renewed["last_used_at"], renewed["created_at"]);
    hub.stop().await;
}

async fn a_log_in_ends_where_it_is_asked_for_and_nowhere_else(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let agent = hub.invited(&owner, "agent").await;
    let (phone, desk) = (browser(&hub, "Phone").await, browser(&hub, "Desk").await);
    let logins = listed(&owner).await;
    let path = format!("/me/logins/{}", logins[1]["id"].as_str().unwrap());
    // Somebody else's is none of one's own.
    assert_eq!(agent.delete(&path).await.refused(404), "not_found");
    phone.get("/me").await.expect(200);

    owner.delete(&path).await.expect(204);
    assert_eq!(phone.get("/me").await.refused(401), "unauthorized");
    let form = json!({"refresh_token": phone.tokens["refresh_token"]});
    let refused = phone.post("/auth/refresh", form).await.refused(401);
    assert_eq!(refused, "invalid_refresh_token");
    assert_eq!(owner.delete(&path).await.refused(404), "not_found");
    desk.get("/me").await.expect(200);
    assert_eq!(listed(&desk).await.len(), 2);

    desk.delete("/me/logins").await.expect(204);
    assert_eq!(owner.get("/me").await.refused(401), "unauthorized");
    agent.get("/me").await.expect(200);
    let left = listed(&desk).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["current"], true);
    desk.delete("/me/logins").await.expect(204);

    let log = desk.get("/audit-log?limit=2").await.expect(200);
    assert_eq!(log["data"][0]["action"], "user.signed_out");
    assert_eq!(log["data"][0]["details"], json!({"logins": 1}));
    assert_eq!(log["data"][1]["details"], json!({"login": logins[1]["id"]}));

    // The own one may be ended as well.
    let own = format!("/me/logins/{}", left[0]["id"].as_str().unwrap());
    desk.delete(&own).await.expect(204);
    assert_eq!(desk.get("/me").await.refused(401), "unauthorized");
    hub.stop().await;
}

async fn an_admin_signs_out_who_stands_no_higher(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let admin = hub.invited(&owner, "admin").await;
    let agent = hub.invited(&owner, "agent").await;
    let path = |client: &Client| {
        let id = client.tokens["user"]["id"].as_str().unwrap();
        format!("/users/{id}/logins")
    };
    let refused = admin.delete(&path(&owner)).await.refused(403);
    assert_eq!(refused, "forbidden");
    owner.get("/me").await.expect(200);

    admin.delete(&path(&agent)).await.expect(204);
    assert_eq!(agent.get("/me").await.refused(401), "unauthorized");
    let log = admin.get("/audit-log?limit=1").await.expect(200);
    assert_eq!(log["data"][0]["action"], "user.signed_out");
    assert_eq!(log["data"][0]["subject"], agent.tokens["user"]["id"]);
    assert_eq!(log["data"][0]["actor"]["name"], "A admin");
    // They are not locked out.
    let again = hub.visitor().log_in("agent@story.test", PASSWORD).await;
    again.expect(200);
    hub.stop().await;
}
