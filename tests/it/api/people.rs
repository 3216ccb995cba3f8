//! Colleagues: invitations, roles, the audit log.

use serde_json::{Value, json};

use crate::on_both;
use crate::support::database::Engine;
use crate::support::hub::{PASSWORD, TestHub, token_in};

on_both!(
    an_invitation_makes_one_user_with_its_role,
    the_last_owner_stays,
    nobody_lifts_anybody_above_themselves,
    every_change_is_in_the_audit_log_without_secrets,
    pages_of_users_lead_on_to_the_end,
);

async fn an_invitation_makes_one_user_with_its_role(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let invite = json!({"email": "Ann@Story.test", "role": "supervisor"});
    let created = owner.post("/invitations", invite.clone()).await.expect(201);
    assert_eq!(created["invitation"]["email"], "ann@story.test");
    assert_eq!(created["invitation"]["invited_by"], "Olga");
    let token = token_in(&created["url"]);
    let listed = owner.get("/invitations").await.expect(200);
    assert_eq!(listed["data"][0], created["invitation"]);
    assert!(!listed.to_string().contains(&token));

    let visitor = hub.visitor();
    let shown = visitor
        .get(&format!("/auth/invitations/{token}"))
        .await
        .expect(200);
    assert_eq!(
        shown,
        json!({"email": "ann@story.test", "role": "supervisor", "organization": "Story"})
    );
    // What is not asked for is not believed.
    let mut form = json!({
        "invitation": token, "name": "Ann", "password": PASSWORD, "email": "eve@story.test",
        "role": "owner", "organization_id": "org_0000000000000",
    });
    let refused = visitor.post("/auth/register", form.clone()).await;
    assert_eq!(refused.refused(422), "validation_failed");
    for unknown in ["role", "organization_id"] {
        form.as_object_mut().unwrap().remove(unknown);
    }
    let joined = visitor
        .post("/auth/register", form.clone())
        .await
        .expect(201);
    assert_eq!(joined["user"]["email"], "ann@story.test");
    assert_eq!(joined["user"]["role"], "supervisor");
    let refused = visitor.post("/auth/register", form).await.refused(400);
    assert_eq!(refused, "invalid_token");
    visitor
        .get(&format!("/auth/invitations/{token}"))
        .await
        .refused(400);
    let refused = owner.post("/invitations", invite).await.refused(409);
    assert_eq!(refused, "email_taken");

    let other = json!({"email": "bob@story.test", "role": "agent"});
    let taken_back = owner.post("/invitations", other).await.expect(201);
    let id = taken_back["invitation"]["id"].as_str().unwrap();
    owner
        .delete(&format!("/invitations/{id}"))
        .await
        .expect(204);
    owner
        .delete(&format!("/invitations/{id}"))
        .await
        .refused(404);
    let token = token_in(&taken_back["url"]);
    visitor
        .get(&format!("/auth/invitations/{token}"))
        .await
        .refused(400);
    hub.stop().await;
}

async fn the_last_owner_stays(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let olga = hub.owner().await;
    let otto = hub.invited(&olga, "owner").await;
    let path = |client: &crate::support::client::Client| {
        format!("/users/{}", client.tokens["user"]["id"].as_str().unwrap())
    };
    let (of_olga, of_otto) = (path(&olga), path(&otto));
    // Both at once: one of them has to stay.
    let (first, second) = futures_util::join!(
        olga.patch(&of_otto, json!({"role": "admin"})),
        otto.patch(&of_olga, json!({"role": "admin"})),
    );
    let done = [&first, &second]
        .iter()
        .filter(|end| end.status == 200)
        .count();
    assert_eq!(done, 1, "{first:?} {second:?}");
    let users = olga.get("/users").await.expect(200);
    let owners: Vec<&Value> = users["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|user| user["role"] == "owner")
        .collect();
    assert_eq!(owners.len(), 1);
    let last = hub
        .visitor()
        .log_in(owners[0]["email"].as_str().unwrap(), PASSWORD)
        .await;
    let last = hub.visitor().signed_in(last.expect(200));
    for change in [json!({"role": "admin"}), json!({"disabled": true})] {
        let refused = last.patch(&path(&last), change).await.refused(409);
        assert_eq!(refused, "last_owner");
    }
    hub.stop().await;
}

async fn nobody_lifts_anybody_above_themselves(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let admin = hub.invited(&owner, "admin").await;
    let agent = hub.invited(&owner, "agent").await;
    let id = |client: &crate::support::client::Client| {
        client.tokens["user"]["id"].as_str().unwrap().to_owned()
    };
    let of_owner = format!("/users/{}", id(&owner));
    let of_agent = format!("/users/{}", id(&agent));
    let reset = format!("{of_owner}/reset-link");
    let key = json!({"name": "All", "role": "owner"});
    let invite = json!({"email": "eve@story.test", "role": "owner"});
    for refused in [
        admin.patch(&of_owner, json!({"disabled": true})).await,
        admin.patch(&of_agent, json!({"role": "owner"})).await,
        admin.post(&reset, json!({})).await,
        admin.post("/api-keys", key).await,
        admin.post("/invitations", invite).await,
    ] {
        assert_eq!(refused.refused(403), "forbidden");
    }
    admin
        .patch(&of_agent, json!({"role": "supervisor"}))
        .await
        .expect(200);
    // The new role counts at once, with the token that is there.
    let me = agent.get("/me").await.expect(200);
    assert_eq!(me["user"]["role"], "supervisor");
    owner
        .patch(&of_agent, json!({"role": "admin"}))
        .await
        .expect(200);
    agent.get("/audit-log").await.expect(200);
    owner
        .patch(&of_agent, json!({"role": "agent"}))
        .await
        .expect(200);
    assert_eq!(agent.get("/audit-log").await.refused(403), "forbidden");
    hub.stop().await;
}

async fn every_change_is_in_the_audit_log_without_secrets(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let agent = hub.invited(&owner, "agent").await;
    let of_agent = format!("/users/{}", agent.tokens["user"]["id"].as_str().unwrap());
    owner
        .patch(&of_agent, json!({"role": "supervisor"}))
        .await
        .expect(200);
    agent.patch("/me", json!({"name": "Ann"})).await.expect(200);
    let key = json!({"name": "Shop", "role": "agent"});
    let key = owner.post("/api-keys", key).await.expect(201);
    let log = owner.get("/audit-log").await.expect(200);
    let actions: Vec<&str> = log["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "api_key.created",
            "user.renamed",
            "user.changed",
            "user.signed_in",
            "user.joined",
            "invitation.created",
            "user.signed_in",
            "organization.created",
        ]
    );
    assert_eq!(log["data"][2]["actor"]["name"], "Olga");
    assert_eq!(
        log["data"][2]["details"]["role"],
        json!({"from": "agent", "to": "supervisor"})
    );
    assert_eq!(log["data"][1]["actor"]["kind"], "user");
    let text = log.to_string();
    for secret in [
        PASSWORD,
        "$argon2",
        key["key"].as_str().unwrap(),
        owner.tokens["refresh_token"].as_str().unwrap(),
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
    hub.stop().await;
}

async fn pages_of_users_lead_on_to_the_end(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    for role in ["admin", "supervisor", "agent"] {
        hub.invited(&owner, role).await;
    }
    let mut roles = Vec::new();
    let mut path = "/users?limit=3".to_owned();
    loop {
        let page = owner.get(&path).await.expect(200);
        let rows = page["data"].as_array().unwrap();
        assert!(rows.len() <= 3);
        roles.extend(
            rows.iter()
                .map(|row| row["role"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/users?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(roles, ["owner", "admin", "supervisor", "agent"]);
    hub.stop().await;
}
