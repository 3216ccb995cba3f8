//! The route table, row by row: nobody enters without credentials, nobody does what their role may not.

use actors::model::user::Role;
use command_center::http::describe::Needs;
use command_center::http::route::{BASE, Entry, table};
use serde_json::json;

use crate::support::client::{Client, answer};
use crate::support::database::Engine;
use crate::support::hub::TestHub;

/// What may be asked without credentials; whoever adds a row to it should have a reason.
const PUBLIC: &[&str] = &[
    "GET /api/v1/setup",
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/login",
    // The challenge was given for a right password.
    "POST /api/v1/auth/login/two-factor",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/forgot-password",
    "POST /api/v1/auth/reset-password",
    "GET /api/v1/auth/invitations/{token}",
    // The address carries a signature.
    "GET /api/v1/media/{id}",
    // The first frame proves who it is.
    "GET /api/v1/socket",
    // Proved by verify token and signature.
    "GET /webhooks/whatsapp/{session_id}",
    "POST /webhooks/whatsapp/{session_id}",
    // They say nothing about anybody; figures are for this machine or a token.
    "GET /healthz",
    "GET /health",
    "GET /readyz",
    "GET /metrics",
    "GET /openapi.json",
];

/// An id of the right noun that names nothing.
fn path_of(entry: &Entry) -> String {
    let noun = match entry.path.strip_prefix(BASE).unwrap_or(&entry.path) {
        path if path.starts_with("/users") || path.starts_with("/agents") => "usr",
        path if path.starts_with("/me/logins") => "lgn",
        path if path.starts_with("/invitations") => "inv",
        path if path.starts_with("/api-keys") => "key",
        path if path.starts_with("/sessions") => "ses",
        path if path.starts_with("/contacts") => "con",
        path if path.starts_with("/quarantine") => "qua",
        path if path.starts_with("/conversations") => "cnv",
        path if path.starts_with("/messages") => "msg",
        path if path.starts_with("/scheduled-messages") => "sch",
        path if path.starts_with("/tags") => "tag",
        path if path.starts_with("/teams") => "team",
        path if path.starts_with("/canned-responses") => "can",
        path if path.starts_with("/views") => "view",
        path if path.starts_with("/macros") => "mac",
        _ => "med",
    };
    let path = entry.path.replace("{id}", &format!("{noun}_0000000000001"));
    let path = path.replace("{macro_id}", "mac_0000000000001");
    format!("/{path}")
}

async fn ask(client: &Client, entry: &Entry) -> crate::support::client::Answer {
    let mut request = client.raw(entry.method.as_str().parse().unwrap(), &path_of(entry));
    if entry.method != "GET" && entry.method != "DELETE" {
        request = request.json(&json!({}));
    }
    answer(request).await
}

#[test]
fn only_these_rows_are_open_to_everybody() {
    let open: Vec<String> = table()
        .iter()
        .filter(|entry| entry.needs == Needs::Nothing)
        .map(|entry| format!("{} {}", entry.method, entry.path))
        .collect();
    assert_eq!(open, PUBLIC);
}

#[actix_web::test]
async fn every_row_asks_for_credentials_and_for_its_role() {
    let hub = TestHub::start(Engine::Sqlite).await;
    let owner = hub.owner().await;
    let people = [
        (Role::Agent, hub.invited(&owner, "agent").await),
        (Role::Supervisor, hub.invited(&owner, "supervisor").await),
        (Role::Admin, hub.invited(&owner, "admin").await),
    ];
    let visitor = hub.visitor();
    for entry in table() {
        let Needs::Permission(_, least) = entry.needs else {
            continue;
        };
        let name = format!("{} {}", entry.method, entry.path);
        assert_eq!(
            ask(&visitor, &entry).await.refused(401),
            "unauthorized",
            "{name}"
        );
        let forged = visitor.with_token("eyJhbGciOiJub25lIn0.e30.");
        assert_eq!(
            ask(&forged, &entry).await.refused(401),
            "unauthorized",
            "{name}"
        );
        for (role, person) in &people {
            if *role < least {
                assert_eq!(
                    ask(person, &entry).await.refused(403),
                    "forbidden",
                    "{name}"
                );
            }
        }
    }
    hub.stop().await;
}

#[actix_web::test]
async fn a_wrong_method_is_told_from_a_wrong_path() {
    let hub = TestHub::start(Engine::Sqlite).await;
    let owner = hub.owner().await;
    let wrong = owner.delete("/users").await;
    assert_eq!(wrong.headers["allow"], "GET");
    assert_eq!(wrong.refused(405), "method_not_allowed");
    for path in ["/nonsense", "/users/", "/users/nonsense/more"] {
        assert_eq!(owner.get(path).await.refused(404), "not_found", "{path}");
    }
    for id in ["nonsense", "ses_0000000000001", "con_%27OR1=1"] {
        let refused = owner.get(&format!("/contacts/{id}")).await.refused(404);
        assert_eq!(refused, "not_found", "{id}");
    }
    hub.stop().await;
}
