//! Files on their way in and out (SECURITY rows 9, 10, 32).

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::conversation;
use crate::support::database::Engine;
use crate::support::whole::{CUSTOMER, Whole};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0123456789";

async fn upload(whole: &Whole, name: &str, mime_type: &str, bytes: &[u8]) -> (u16, Value) {
    let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    let part = part.mime_str(mime_type).unwrap();
    // The file first: the order must not matter.
    let form = Form::new()
        .part("file", part)
        .text("session_id", whole.session.clone());
    let url = format!("http://{}/api/v1/media", whole.address());
    let request = whole
        .http()
        .post(url)
        .bearer_auth(whole.token())
        .multipart(form);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn fetch(whole: &Whole, path: &str, range: Option<&str>) -> reqwest::Response {
    let mut request = whole
        .http()
        .get(format!("http://{}{path}", whole.address()));
    if let Some(range) = range {
        request = request.header("range", range);
    }
    request.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_shown_whole_and_in_parts_to_who_has_its_address() {
    let whole = Whole::start(Engine::Sqlite).await;
    let (status, media) = upload(&whole, "../../photo.png", "text/html", PNG).await;
    assert_eq!(status, 201, "{media}");
    assert_eq!(media["mime_type"], "image/png");
    assert_eq!(media["filename"], "photo.png");
    assert_eq!(media["state"], "stored");
    let url = media["url"].as_str().unwrap();

    let answer = fetch(&whole, url, None).await;
    assert_eq!(answer.status().as_u16(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert!(header("content-disposition").starts_with("inline"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").contains("sandbox"));
    assert_eq!(answer.bytes().await.unwrap(), PNG);

    let part = fetch(&whole, url, Some("bytes=1-3")).await;
    assert_eq!(part.status().as_u16(), 206);
    let range = part.headers()["content-range"].to_str().unwrap().to_owned();
    assert_eq!(range, format!("bytes 1-3/{}", PNG.len()));
    assert_eq!(part.bytes().await.unwrap(), &b"PNG"[..]);
    assert_eq!(
        fetch(&whole, url, Some("bytes=999-"))
            .await
            .status()
            .as_u16(),
        416
    );

    let (path, token) = url.split_once("?token=").unwrap();
    for wrong in [
        path.to_owned(),
        format!("{path}?token="),
        format!("{path}?token={}", &token[1..]),
        format!("/api/v1/media/med_0000000000001?token={token}"),
    ] {
        assert_eq!(
            fetch(&whole, &wrong, None).await.status().as_u16(),
            403,
            "{wrong}"
        );
    }
    let id = media["id"].as_str().unwrap();
    let link = whole.get(&format!("/media/{id}/link")).await;
    let fresh = link["url"].as_str().unwrap();
    assert_eq!(fetch(&whole, fresh, None).await.status().as_u16(), 200);
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_browser_could_run_is_only_saved() {
    let whole = Whole::start(Engine::Sqlite).await;
    for (name, mime_type, bytes) in [
        ("a.svg", "image/svg+xml", &b"<svg onload=alert(1)>"[..]),
        ("a.html", "text/html", b"<script>alert(1)</script>"),
        ("a.png", "image/png", b"<svg onload=alert(1)>"),
    ] {
        let (status, media) = upload(&whole, name, mime_type, bytes).await;
        assert_eq!(status, 201, "{media}");
        let answer = fetch(&whole, media["url"].as_str().unwrap(), None).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/octet-stream", "{name}");
        assert!(
            header("content-disposition").starts_with("attachment"),
            "{name}"
        );
    }
    let (status, problem) = upload(&whole, "empty.png", "image/png", b"").await;
    assert_eq!(status, 422, "{problem}");
    whole.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uploaded_picture_reaches_the_customer_and_the_wrong_kind_is_refused() {
    let whole = Whole::start(Engine::Sqlite).await;
    let id = conversation(&whole, CUSTOMER).await;
    let path = format!("/conversations/{id}/messages");
    let (_, gif) = upload(&whole, "a.gif", "image/gif", b"GIF89a......").await;
    let image = json!({"type": "image", "image": {"id": gif["id"]}});
    let refused = whole.post_expecting(&path, &image, 422).await;
    assert_eq!(refused["code"], "invalid_message");
    assert_eq!(refused["errors"][0]["field"], "image.id");

    let (_, png) = upload(&whole, "a.png", "image/png", PNG).await;
    let image = json!({"type": "image", "image": {"id": png["id"], "caption": "Look"}});
    let sent = whole.post_expecting(&path, &image, 202).await;
    assert_eq!(sent["text"], "Look");
    assert!(sent["media"][0]["url"].is_string(), "{sent}");
    whole.stop().await;
}
