//! Bodies that are no webhooks: each gets its answer fast, and nothing breaks.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use super::{Unintelligible, Webhook, parse};

/// Far above what a body of 3 MB needs on a busy machine without optimisation, far below what anything needs
/// that grows with the square of the body.
const FAST: Duration = Duration::from_secs(30);

fn read(body: &[u8]) -> Result<Webhook, Unintelligible> {
    let began = Instant::now();
    let result = parse(body);
    assert!(began.elapsed() < FAST, "it took {:?}", began.elapsed());
    result
}

fn with_message(message: &str) -> String {
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{{"field":"messages","value":{{"metadata":{{"phone_number_id":"2"}},"messages":[{message}]}}}}]}}]}}"#
    )
}

#[test]
fn what_is_no_json_is_refused_with_the_place_and_without_its_words() {
    for body in [
        "",
        " ",
        "{",
        "{\"object\":",
        "hello secret",
        "{\"a\":1,}",
        "{}{}",
        "nul",
    ] {
        let error = read(body.as_bytes()).unwrap_err();
        assert!(
            matches!(error, Unintelligible::NotJson { .. }),
            "{body}: {error}"
        );
        assert!(!error.to_string().contains("secret"));
    }
}

#[test]
fn json_that_is_no_webhook_is_refused() {
    for body in [
        "[]",
        "5",
        "null",
        "\"text\"",
        r#"{"object":"whatsapp_business_account"}"#,
        r#"{"object":"whatsapp_business_account","entry":{}}"#,
    ] {
        assert_eq!(
            read(body.as_bytes()),
            Err(Unintelligible::NotAWebhook),
            "{body}"
        );
    }
}

#[test]
fn another_object_is_ignored() {
    for body in ["{}", r#"{"object":"page","entry":5}"#, r#"{"object":null}"#] {
        assert_eq!(read(body.as_bytes()), Ok(Webhook::default()), "{body}");
    }
}

#[test]
fn a_body_that_nests_a_hundred_thousand_deep_is_refused_fast() {
    let deep = 100_000;
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"{"a":["#, "]}")] {
        let nest = format!("{}1{}", open.repeat(deep), close.repeat(deep));
        assert_eq!(read(nest.as_bytes()), Err(Unintelligible::TooDeep));
        let inside = with_message(&format!(
            r#"{{"id":"x","from":"1","type":"text","text":{nest}}}"#
        ));
        assert_eq!(read(inside.as_bytes()), Err(Unintelligible::TooDeep));
        assert_eq!(
            read(open.repeat(deep).as_bytes()),
            Err(Unintelligible::TooDeep)
        );
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_eq!(
        read(b"{\"object\":\"\xc3\x28\"}"),
        Err(Unintelligible::NotUtf8)
    );
}

#[test]
fn every_truncation_of_a_good_webhook_is_refused() {
    let good = with_message(
        r#"{"id":"x","from":"1","timestamp":"1","type":"text","text":{"body":"hé\ud83d\ude00"}}"#,
    );
    assert!(read(good.as_bytes()).is_ok());
    for end in 0..good.len() {
        assert!(read(&good.as_bytes()[..end]).is_err(), "{end}");
    }
}

#[test]
fn every_type_in_the_place_of_every_value_is_survived() {
    let good = with_message(
        r#"{"id":"x","from":"1","timestamp":"1","type":"text","text":{"body":"hi"},"context":{"id":"y"},"errors":[{"code":1}]}"#,
    );
    let value: serde_json::Value = serde_json::from_str(&good).unwrap();
    let mut paths = Vec::new();
    walk(&value, String::new(), &mut paths);
    for path in paths {
        for odd in [
            "null",
            "true",
            "0",
            "-1.5e300",
            "\"\"",
            "\"x\"",
            "[]",
            "[[1]]",
            "{}",
            "{\"a\":{}}",
        ] {
            let mut changed = value.clone();
            *changed.pointer_mut(&path).unwrap() = serde_json::from_str(odd).unwrap();
            // Whatever it is, it is read, kept, put aside or refused as a whole.
            let _ = read(changed.to_string().as_bytes());
        }
    }
}

#[test]
fn three_megabytes_of_messages_are_read_and_none_is_lost() {
    let message =
        r#"{"id":"x","from":"1","timestamp":"1750000000","type":"text","text":{"body":"hi"}}"#;
    let count = 3_000_000 / (message.len() + 1);
    let body = with_message(&vec![message; count].join(","));
    let webhook = read(body.as_bytes()).unwrap();
    assert_eq!(webhook.deliveries[0].items.len(), count);
}

#[test]
fn three_megabytes_of_keys_or_digits_are_read_fast() {
    let keys: Vec<String> = (0..150_000).map(|n| format!("\"key{n}\":{n}")).collect();
    let body = with_message(&format!(
        r#"{{"id":"x","from":"1","type":"text","text":{{"body":"hi"}},{}}}"#,
        keys.join(",")
    ));
    assert_eq!(read(body.as_bytes()).unwrap().deliveries[0].items.len(), 1);
    let digits = "9".repeat(3_000_000);
    let body = with_message(&format!(
        r#"{{"id":"x","from":"1","timestamp":{digits},"type":"text","text":{{"body":"hi"}}}}"#
    ));
    assert_eq!(read(body.as_bytes()).unwrap().deliveries[0].items.len(), 1);
}

fn walk(value: &serde_json::Value, path: String, paths: &mut Vec<String>) {
    paths.push(path.clone());
    match value {
        serde_json::Value::Object(fields) => {
            for (key, field) in fields {
                walk(field, format!("{path}/{key}"), paths);
            }
        }
        serde_json::Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                walk(element, format!("{path}/{at}"), paths);
            }
        }
        _ => {}
    }
}
