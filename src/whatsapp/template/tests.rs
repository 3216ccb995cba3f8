//! Definitions against sends.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;

fn send(components: Value) -> Value {
    json!({"name": "t", "language": {"code": "en"}, "components": components})
}

fn text(value: &str) -> Value {
    json!({"type": "text", "text": value})
}

fn wrong(definition: &Value, components: Value) -> Vec<String> {
    match render(definition, &send(components)) {
        Ok(shown) => panic!("it fits: {shown}"),
        Err(invalid) => invalid.into_iter().map(|one| one.message).collect(),
    }
}

fn order_update() -> Value {
    json!([
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
        {"type": "BODY", "text": "Hello {{1}}, your parcel comes {{2}}. {{1}}!"},
        {"type": "FOOTER", "text": "Reply STOP to end"},
        {"type": "BUTTONS", "buttons": [
            {"type": "QUICK_REPLY", "text": "Thanks"},
            {"type": "URL", "text": "Track", "url": "https://example.com/t/{{1}}"},
            {"type": "URL", "text": "Shop", "url": "https://example.com"}]}
    ])
}

fn fitting() -> Value {
    json!([
        {"type": "header", "parameters": [text("42")]},
        {"type": "body", "parameters": [text("Ann"), text("today")]},
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [text("x1")]},
    ])
}

#[test]
fn the_preview_is_header_body_and_footer_with_their_values() {
    let shown = render(&order_update(), &send(fitting())).unwrap();
    assert_eq!(
        shown,
        "Order 42\nHello Ann, your parcel comes today. Ann!\nReply STOP to end"
    );
}

#[test]
fn a_template_without_variables_needs_nothing() {
    let plain = json!([{"type": "BODY", "text": "Welcome!"}]);
    assert_eq!(render(&plain, &json!({"name": "t"})).unwrap(), "Welcome!");
    assert_eq!(
        render(&plain, &send(json!([{"type": "body"}]))).unwrap(),
        "Welcome!"
    );
}

#[test]
fn too_few_and_too_many_values_are_told_before_sending() {
    let mut few = fitting();
    few[1]["parameters"] = json!([text("Ann")]);
    assert_eq!(
        wrong(&order_update(), few),
        ["the template's body needs 2 values; 1 are given"]
    );
    let mut many = fitting();
    many[0]["parameters"] = json!([text("1"), text("2")]);
    assert_eq!(
        wrong(&order_update(), many),
        ["the template's header needs 1 values; 2 are given"]
    );
    assert_eq!(
        wrong(&order_update(), json!([])),
        [
            "the template's header needs 1 values; 0 are given",
            "the template's body needs 2 values; 0 are given",
            "button 1 needs 1 values; 0 are given",
        ]
    );
}

#[test]
fn the_place_of_what_is_wrong_is_told() {
    let mut few = fitting();
    few[1]["parameters"] = json!([]);
    let invalid = render(&order_update(), &send(few)).unwrap_err();
    assert_eq!(invalid[0].field, "template.components.1.parameters");
}

#[test]
fn named_values_are_found_by_name_in_any_order() {
    let named = json!([{"type": "BODY", "text": "{{first}} owes {{sum}}"}]);
    let value =
        |name: &str, value: &str| json!({"type": "text", "parameter_name": name, "text": value});
    let body = |list: Value| json!([{"type": "body", "parameters": list}]);
    let components = body(json!([value("sum", "5 €"), value("first", "Ann")]));
    assert_eq!(render(&named, &send(components)).unwrap(), "Ann owes 5 €");
    let misnamed = body(json!([value("sum", "5 €"), value("last", "Miller")]));
    assert_eq!(
        wrong(&named, misnamed),
        ["the template's body needs a value for first"]
    );
    let unnamed = body(json!([text("a"), text("b")]));
    assert_eq!(
        wrong(&named, unnamed),
        ["the template's body needs a value for first"]
    );
}

#[test]
fn money_and_dates_show_their_fallback() {
    let definition = json!([{"type": "BODY", "text": "{{1}} until {{2}}"}]);
    let components = json!([{"type": "body", "parameters": [
        {"type": "currency", "currency": {"fallback_value": "$1.50", "code": "USD", "amount_1000": 1500}},
        {"type": "date_time", "date_time": {"fallback_value": "May 1"}}]}]);
    assert_eq!(
        render(&definition, &send(components)).unwrap(),
        "$1.50 until May 1"
    );
}

#[test]
fn a_header_that_is_a_file_needs_that_file() {
    let definition =
        json!([{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Look"}]);
    let header = |parameter: Value| json!([{"type": "header", "parameters": [parameter]}]);
    let image = header(json!({"type": "image", "image": {"id": "med_0000000000007"}}));
    assert_eq!(render(&definition, &send(image)).unwrap(), "Look");
    for components in [
        json!([]),
        header(text("x")),
        header(json!({"type": "video", "video": {"id": "1"}})),
        header(json!({"type": "image"})),
    ] {
        assert_eq!(
            wrong(&definition, components),
            ["the template's header needs one image"]
        );
    }
}

#[test]
fn a_code_is_needed_where_the_button_copies_or_opens_it() {
    let coupon = json!([{"type": "BODY", "text": "Save"}, {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copy"}]}]);
    let code = json!([{"type": "button", "sub_type": "copy_code", "index": 0, "parameters": [{"type": "coupon_code", "coupon_code": "SAVE5"}]}]);
    assert_eq!(render(&coupon, &send(code)).unwrap(), "Save");
    assert_eq!(
        wrong(&coupon, json!([])),
        ["button 0 needs 1 values; 0 are given"]
    );
    let otp = json!([{"type": "BODY", "text": "*{{1}}* is your code."}, {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}]);
    let twice = json!([
        {"type": "body", "parameters": [text("123456")]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [text("123456")]}]);
    assert_eq!(
        render(&otp, &send(twice)).unwrap(),
        "*123456* is your code."
    );
}

#[test]
fn the_payload_of_a_quick_reply_is_optional() {
    let mut components = fitting();
    let payload = json!({"type": "button", "sub_type": "quick_reply", "index": 0, "parameters": [{"type": "payload", "payload": "THX"}]});
    components.as_array_mut().unwrap().push(payload);
    assert!(render(&order_update(), &send(components)).is_ok());
}

#[test]
fn values_for_parts_that_the_template_lacks_are_refused() {
    let plain = json!([{"type": "BODY", "text": "Welcome!"}]);
    let stranger = "the template has no such part";
    for component in [
        json!({"type": "header", "parameters": [text("x")]}),
        json!({"type": "footer", "parameters": [text("x")]}),
        json!({"type": "button", "sub_type": "url", "index": 0, "parameters": [text("x")]}),
    ] {
        assert_eq!(wrong(&plain, json!([component])), [stranger]);
    }
    let mut components = fitting();
    let fixed = json!({"type": "button", "sub_type": "url", "index": 2, "parameters": [text("x")]});
    components.as_array_mut().unwrap().push(fixed);
    assert_eq!(
        wrong(&order_update(), components),
        ["button 2 needs 0 values; 1 are given"]
    );
}

#[test]
fn a_value_that_looks_like_a_variable_stays_as_it_was_typed() {
    let definition = json!([{"type": "BODY", "text": "{{1}} {{2}}"}]);
    let components = json!([{"type": "body", "parameters": [text("{{2}}"), text("b")]}]);
    assert_eq!(render(&definition, &send(components)).unwrap(), "{{2}} b");
}
