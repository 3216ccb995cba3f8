//! The API's description, and what every answer carries.

use std::path::Path;

use command_center::http::openapi;
use command_center::http::route::table;
use reqwest::Method;
use serde_json::json;

use crate::support::client::answer;
use crate::support::database::Engine;
use crate::support::hub::TestHub;

#[test]
fn the_written_description_is_the_one_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    let code = openapi::json().unwrap();
    assert!(
        written == code,
        "docs/openapi.json is outdated: run `make openapi`"
    );
}

#[test]
fn every_operation_is_described_once_and_every_reference_leads_somewhere() {
    let description: serde_json::Value = serde_json::from_str(&openapi::json().unwrap()).unwrap();
    let mut names = std::collections::HashSet::new();
    for entry in table() {
        let method = entry.method.as_str().to_lowercase();
        let operation = &description["paths"][&entry.path][&method];
        assert!(operation.is_object(), "{method} {}", entry.path);
        if let Some(name) = operation["operationId"].as_str() {
            assert!(names.insert(name.to_owned()), "{method} {}", entry.path);
        }
    }
    assert!(names.len() > 40);
    let text = description.to_string();
    for piece in text.split("\"#/components/schemas/").skip(1) {
        let name = piece.split('"').next().unwrap();
        assert!(
            description["components"]["schemas"][name].is_object(),
            "{name}"
        );
    }
}

#[actix_web::test]
async fn every_answer_carries_the_headers_that_protect_people() {
    let hub = TestHub::start(Engine::Sqlite).await;
    let visitor = hub.visitor();
    let wrong = visitor.raw(Method::DELETE, "/setup");
    for (name, answer) in [
        ("a good one", visitor.get("/setup").await),
        ("without credentials", visitor.get("/me").await),
        ("of an unknown path", visitor.get("/nonsense").await),
        ("of a wrong method", answer(wrong).await),
        (
            "of a bad body",
            visitor.post("/auth/login", json!([])).await,
        ),
        ("outside the API", visitor.get("//openapi.json").await),
    ] {
        let header = |name: &str| {
            answer
                .headers
                .get(name)
                .map(|value| value.to_str().unwrap())
        };
        assert_eq!(
            header("content-security-policy"),
            Some(
                "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; \
                 style-src 'self'; script-src 'self'; connect-src 'self' ws: wss:; \
                 frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
            ),
            "{name}"
        );
        assert_eq!(header("x-content-type-options"), Some("nosniff"), "{name}");
        assert_eq!(header("referrer-policy"), Some("no-referrer"), "{name}");
        assert_eq!(header("access-control-allow-origin"), None, "{name}");
        assert_eq!(header("strict-transport-security"), None, "{name}");
        assert!(
            header("x-request-id").is_some_and(|id| id.len() == 32),
            "{name}"
        );
    }
    let known = visitor
        .raw(Method::GET, "/setup")
        .header("x-request-id", "shop-42");
    assert_eq!(answer(known).await.headers["x-request-id"], "shop-42");
    let odd = visitor
        .raw(Method::GET, "/setup")
        .header("x-request-id", "a b<script>");
    assert_ne!(answer(odd).await.headers["x-request-id"], "a b<script>");
    hub.stop().await;
}

#[actix_web::test]
async fn a_hub_behind_tls_asks_browsers_to_stay_there() {
    let settings = [("PUBLIC_URL", "https://hub.test")];
    let hub = TestHub::start_with(Engine::Sqlite, &settings).await;
    let answer = hub.visitor().get("/setup").await;
    assert_eq!(
        answer.headers["strict-transport-security"],
        "max-age=31536000"
    );
    hub.stop().await;
}

#[actix_web::test]
async fn the_page_with_the_description_needs_no_foreign_file() {
    let hub = TestHub::start(Engine::Sqlite).await;
    let visitor = hub.visitor();
    let page = visitor.get("//docs").await;
    assert_eq!(page.status, 200);
    let html = page.body.as_str().unwrap().to_owned();
    assert!(
        html.contains("swagger-ui") && !html.contains("https://"),
        "{html}"
    );
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(!policy.contains("script-src 'self' 'unsafe-inline'"));
    let script = visitor.get("//docs/swagger-initializer.js").await;
    assert!(script.body.as_str().unwrap().contains("/openapi.json"));
    let description = visitor.get("//openapi.json").await.expect(200);
    assert_eq!(description["info"]["title"], "WhatsApp Command Center");
    hub.stop().await;
}

#[actix_web::test]
async fn no_path_of_an_api_is_a_page_of_the_dashboard() {
    let hub = TestHub::start(Engine::Sqlite).await;
    for path in [
        "//api/v2/users",
        "//api/v1/nonsense",
        "//api/",
        "//webhooks/nonsense",
    ] {
        let refused = hub.visitor().get(path).await.refused(404);
        assert_eq!(refused, "not_found", "{path}");
    }
    hub.stop().await;
}
