//! The client against a real HTTP server that plays the provider.
#![allow(clippy::unwrap_used)]

mod stage;

use std::time::Duration;

use actix_web::HttpResponse;
use actors::model::ids::AttemptId;
use tokio::io::AsyncWriteExt;

use self::stage::{Provider, TOKEN, credentials, ok, parcel, raw_server};
use super::*;

async fn send(client: &Client) -> Result<String, ProviderError> {
    client.send(&credentials(), &parcel(), |_| None).await
}

#[actix_rt::test]
async fn a_send_is_one_post_with_the_token_and_gives_the_id() {
    let provider = Provider::start(ok(r#"{"messages":[{"id":"wamid.Y"}]}"#));
    assert_eq!(send(&provider.client()).await.unwrap(), "wamid.Y");
    let seen = provider.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (seen[0].method.as_str(), seen[0].path.as_str()),
        ("POST", "/v24.0/106540352242922/messages")
    );
    assert_eq!(seen[0].authorization, format!("Bearer {TOKEN}"));
    assert!(seen[0].agent.starts_with("command-center/"));
    assert_eq!(
        seen[0].json()["biz_opaque_callback_data"],
        AttemptId(5).to_string()
    );
}

#[actix_rt::test]
async fn an_error_with_a_code_is_a_refusal_at_any_status_and_is_not_repeated() {
    for status in [400, 401, 429, 500, 503] {
        let provider = Provider::start(move |_| {
            let status = actix_web::http::StatusCode::from_u16(status).unwrap();
            HttpResponse::build(status).body(r#"{"error":{"code":131056,"message":"pair"}}"#)
        });
        match send(&provider.client()).await {
            Err(ProviderError::Rejected(fault)) => assert_eq!(fault.code, 131056),
            other => panic!("{status}: {other:?}"),
        }
        assert_eq!(provider.seen().len(), 1, "{status}");
    }
}

#[actix_rt::test]
async fn a_gateway_page_is_unclear_and_is_not_repeated() {
    let provider = Provider::start(|_| HttpResponse::BadGateway().body("<html>502</html>"));
    assert!(matches!(
        send(&provider.client()).await,
        Err(ProviderError::Unclear(_))
    ));
    assert_eq!(provider.seen().len(), 1);
}

#[actix_rt::test]
async fn a_refused_connection_and_an_unknown_name_mean_that_nothing_was_sent() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    for base in [base.as_str(), "http://no-such-host.invalid"] {
        let client = Client::new(base).unwrap();
        assert!(
            matches!(send(&client).await, Err(ProviderError::Unreachable(_))),
            "{base}"
        );
    }
}

#[actix_rt::test]
async fn a_connection_that_is_cut_after_the_request_is_unclear() {
    let base = raw_server(|socket| async { drop(socket) }).await;
    let answer = send(&Client::new(&base).unwrap()).await;
    assert!(
        matches!(answer, Err(ProviderError::Unclear(_))),
        "{answer:?}"
    );
}

#[actix_rt::test]
async fn an_answer_that_is_cut_in_the_middle_is_unclear() {
    let base = raw_server(|mut socket| async move {
        let _ = socket
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"messages\":[{\"id")
            .await;
    })
    .await;
    let answer = send(&Client::new(&base).unwrap()).await;
    assert!(
        matches!(answer, Err(ProviderError::Unclear(_))),
        "{answer:?}"
    );
}

#[actix_rt::test]
async fn an_answer_that_never_comes_is_unclear_when_the_time_is_up() {
    let base = raw_server(|socket| async move {
        std::future::pending::<()>().await;
        drop(socket);
    })
    .await;
    let mut client = Client::new(&base).unwrap();
    client.http = reqwest::Client::builder()
        .tls_backend_preconfigured(tls().unwrap())
        .timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    let answer = send(&client).await;
    assert_eq!(
        answer,
        Err(ProviderError::Unclear("no answer in time".to_owned()))
    );
}

#[actix_rt::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let provider = Provider::start(|_| HttpResponse::Ok().body(vec![b' '; MAX_ANSWER + 1]));
    let answer = send(&provider.client()).await;
    assert_eq!(
        answer,
        Err(ProviderError::Unclear("the answer is too long".to_owned()))
    );
}

#[actix_rt::test]
async fn a_redirect_is_not_followed() {
    let provider = Provider::start(|_| {
        HttpResponse::TemporaryRedirect()
            .insert_header(("location", "/elsewhere"))
            .finish()
    });
    match send(&provider.client()).await {
        Err(ProviderError::Rejected(fault)) => assert_eq!(fault.code, -307),
        other => panic!("{other:?}"),
    }
    assert_eq!(provider.seen().len(), 1);
}

#[actix_rt::test]
async fn a_token_that_is_no_header_never_leaves_and_is_not_shown() {
    let provider = Provider::start(ok("{}"));
    let broken = Credentials {
        access_token: SecretString::from("line\nbreak".to_owned()),
        ..credentials()
    };
    let answer = provider.client().send(&broken, &parcel(), |_| None).await;
    assert!(matches!(&answer, Err(ProviderError::Unfit(why)) if !why.contains("break")));
    assert!(provider.seen().is_empty());
}

#[test]
fn nothing_shows_the_token() {
    let client = Client::new("https://graph.facebook.com").unwrap();
    let shown = format!("{client:?} {:?}", credentials());
    assert!(!shown.contains(TOKEN), "{shown}");
    let info = MediaInfo {
        url: "https://lookaside.fbsbx.com/?hash=secret".to_owned(),
        mime_type: None,
        sha256: None,
        size: None,
    };
    assert!(!format!("{info:?}").contains("secret"));
}

#[test]
fn an_odd_id_can_not_lead_elsewhere() {
    let client = Client::new("https://graph.facebook.com/").unwrap();
    let url = client.url(&["../1/x?y#z", "messages"]);
    assert_eq!(
        url.as_str(),
        "https://graph.facebook.com/v24.0/..%2F1%2Fx%3Fy%23z/messages"
    );
    let nested = Client::new("http://127.0.0.1:3010/graph").unwrap();
    assert_eq!(
        nested.url(&["1"]).as_str(),
        "http://127.0.0.1:3010/graph/v24.0/1"
    );
    for base in ["", "graph.facebook.com", "ftp://example.com", "data:,x"] {
        assert!(Client::new(base).is_err(), "{base}");
    }
}

#[actix_rt::test]
async fn reading_is_told_with_or_without_typing() {
    let provider = Provider::start(ok(r#"{"success":true}"#));
    let client = provider.client();
    client
        .mark_read(&credentials(), "wamid.IN", false)
        .await
        .unwrap();
    client
        .mark_read(&credentials(), "wamid.IN", true)
        .await
        .unwrap();
    let seen = provider.seen();
    let plain =
        json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN"});
    assert_eq!(seen[0].json(), plain);
    assert_eq!(seen[1].json()["typing_indicator"], json!({"type": "text"}));
}

#[actix_rt::test]
async fn a_file_is_uploaded_as_a_form_and_gets_an_id() {
    let provider = Provider::start(ok(r#"{"id":4490709327384033}"#));
    let bytes = Bytes::from_static(b"%PDF-1.7 \x00\xff");
    let name = Some("Rech\r\nnung.pdf");
    let id = provider
        .client()
        .upload_media(&credentials(), "application/pdf", name, bytes)
        .await
        .unwrap();
    assert_eq!(id, "4490709327384033");
    let seen = provider.seen();
    assert_eq!(seen[0].path, "/v24.0/106540352242922/media");
    let form = seen[0].text();
    for part in [
        "name=\"messaging_product\"",
        "name=\"type\"",
        "filename=\"Rechnung.pdf\"",
        "Content-Type: application/pdf",
        "%PDF-1.7",
    ] {
        assert!(form.contains(part), "{part} is not in {form}");
    }
    let odd = provider
        .client()
        .upload_media(&credentials(), "no type\n", None, Bytes::new())
        .await;
    assert!(matches!(odd, Err(ProviderError::Unfit(_))));
}

#[actix_rt::test]
async fn a_customers_file_is_found_and_loaded_with_the_token() {
    let provider = Provider::start(|seen| {
        match seen.path.as_str() {
        "/v24.0/901" => HttpResponse::Ok().body(format!(
            r#"{{"messaging_product":"whatsapp","url":"https://lookaside.fbsbx.com/x","mime_type":"image/png","sha256":"ab","file_size":"{}","id":"901"}}"#,
            4
        )),
        "/file" => HttpResponse::Ok().content_type("image/png").body("\u{89}PNG"),
        _ => HttpResponse::NotFound().finish(),
    }
    });
    let client = provider.client();
    let info = client.media_url(&credentials(), "901").await.unwrap();
    assert_eq!(info.url, "https://lookaside.fbsbx.com/x");
    assert_eq!(
        (info.size, info.mime_type.as_deref()),
        (Some(4), Some("image/png"))
    );
    assert_eq!(provider.seen()[0].query, "phone_number_id=106540352242922");

    let url = format!("{}/file?hash=1", provider.base);
    let file = client.download(&credentials(), &url).await.unwrap();
    assert_eq!(file.mime_type.as_deref(), Some("image/png"));
    assert_eq!(file.bytes().await.unwrap(), "\u{89}PNG".as_bytes());
    assert_eq!(provider.seen()[1].authorization, format!("Bearer {TOKEN}"));

    let gone = client
        .download(&credentials(), &format!("{}/gone", provider.base))
        .await;
    assert_eq!(gone.err(), Some(DownloadError::Expired(404)));
}

#[actix_rt::test]
async fn a_file_that_is_too_large_is_given_up_before_it_is_loaded() {
    let base = raw_server(|mut socket| async move {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            MAX_MEDIA + 1
        );
        let _ = socket.write_all(head.as_bytes()).await;
        std::future::pending::<()>().await;
    })
    .await;
    let client = Client::new(&base).unwrap();
    let file = client.download(&credentials(), &format!("{base}/f")).await;
    assert_eq!(file.err(), Some(DownloadError::TooLarge));
}

#[actix_rt::test]
async fn the_token_goes_to_the_providers_hosts_only() {
    let production = Client::new("https://graph.facebook.com").unwrap();
    let trusted = |client: &Client, url: &str| client.is_trusted(&Url::parse(url).unwrap());
    for url in [
        "https://graph.facebook.com/x",
        "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
        "https://fbsbx.com/x",
    ] {
        assert!(trusted(&production, url), "{url}");
    }
    for url in [
        "http://lookaside.fbsbx.com/x",
        "http://graph.facebook.com/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://user@lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com@evil.example/x",
        "https://evilfbsbx.com/x",
        "https://fbsbx.com.evil.example/x",
        "https://169.254.169.254/latest",
        "http://127.0.0.1:3000/x",
        "https://evil.graph.facebook.com/x",
    ] {
        assert!(!trusted(&production, url), "{url}");
        let answer = production.download(&credentials(), url).await;
        assert_eq!(answer.err(), Some(DownloadError::Foreign), "{url}");
    }
    let answer = production
        .download(&credentials(), "file:///etc/passwd")
        .await;
    assert_eq!(answer.err(), Some(DownloadError::Foreign));
    let simulator = Client::new("http://127.0.0.1:3010").unwrap();
    assert!(trusted(&simulator, "http://localhost:3010/file"));
    assert!(!trusted(&simulator, "http://localhost:5432/"));
    assert!(!trusted(&simulator, "http://10.0.0.1:3010/"));
}

#[actix_rt::test]
async fn templates_are_read_page_by_page() {
    let provider = Provider::start(|seen| {
        let body = if seen.query.contains("after=c1") {
            // An empty page with a next one can occur.
            r#"{"data":[],"paging":{"cursors":{"after":"c2"},"next":"https://evil.example/?access_token=x"}}"#
        } else if seen.query.contains("after=c2") {
            r#"{"data":[{"id":"3","name":"c","language":"de","quality_score":"GREEN","parameter_format":"NAMED"}],"paging":{"cursors":{"after":"c3"}}}"#
        } else {
            r#"{"data":[{"id":594425479261596,"name":"a","language":"en-US","status":"APPROVED","category":"UTILITY","quality_score":{"score":"UNKNOWN"},"components":[{"type":"BODY","text":"Hi {{1}}"}]},{"name":"no id"},
               {"id":"2","name":"b","language":"pt_BR","status":"REJECTED","category":"MARKETING","rejected_reason":"NONE"}],"paging":{"cursors":{"before":"b","after":"c1"},"next":"https://evil.example/"}}"#
        };
        HttpResponse::Ok().body(body)
    });
    let found = provider.client().templates(&credentials()).await.unwrap();
    let names: Vec<&str> = found
        .iter()
        .map(|template| template.name.as_str())
        .collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(
        (found[0].id.as_str(), found[0].language.as_str()),
        ("594425479261596", "en_US")
    );
    assert_eq!(
        found[0].components.get(),
        r#"[{"type":"BODY","text":"Hi {{1}}"}]"#
    );
    assert_eq!(found[0].parameter_format, "POSITIONAL");
    assert_eq!(found[1].rejected_reason, None);
    assert_eq!(found[2].quality.as_deref(), Some("GREEN"));
    let seen = provider.seen();
    assert_eq!(seen.len(), 3);
    assert!(
        seen.iter()
            .all(|seen| seen.path == "/v24.0/102290129340398/message_templates")
    );
}

#[actix_rt::test]
async fn a_list_that_goes_in_circles_ends() {
    let provider = Provider::start(ok(
        r#"{"data":[],"paging":{"cursors":{"after":"same"},"next":"x"}}"#,
    ));
    assert!(
        provider
            .client()
            .templates(&credentials())
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(provider.seen().len(), 2);
}

#[actix_rt::test]
async fn a_number_is_described_and_an_app_subscribed() {
    let provider = Provider::start(|seen| {
        match seen.method.as_str() {
        "POST" => HttpResponse::Ok().body(r#"{"success":true}"#),
        _ => HttpResponse::Ok().body(r#"{"id":"1","display_phone_number":"+1 555-000-1111","verified_name":"Shop","quality_rating":"GREEN","throughput":{"level":"HIGH"},"status":"CONNECTED"}"#),
    }
    });
    let client = provider.client();
    let info = client.number_info(&credentials()).await.unwrap();
    assert_eq!(info.verified_name.as_deref(), Some("Shop"));
    assert_eq!(
        (info.rate(), info.quality_rating.as_deref()),
        (1000, Some("GREEN"))
    );
    assert_eq!(NumberInfo::default().rate(), 80);
    client.subscribe(&credentials()).await.unwrap();
    let seen = provider.seen();
    assert!(seen[0].query.starts_with("fields="));
    assert_eq!(seen[1].path, "/v24.0/102290129340398/subscribed_apps");
}

#[actix_rt::test]
async fn a_bad_token_is_told_by_its_code() {
    let provider = Provider::start(|_| {
        HttpResponse::Unauthorized().body(r#"{"error":{"message":"Error validating access token","type":"OAuthException","code":190,"error_subcode":463}}"#)
    });
    match provider.client().number_info(&credentials()).await {
        Err(ProviderError::Rejected(fault)) => assert_eq!(fault.code, 190),
        other => panic!("{other:?}"),
    }
}
