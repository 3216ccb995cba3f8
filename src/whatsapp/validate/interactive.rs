//! Buttons, lists, a call to action, the request for a location. Other interactive kinds pass as they are: the
//! provider checks them.

use std::collections::HashSet;

use serde_json::Value;

use super::finding::Findings;

const MAX_BODY: usize = 1024;
const MAX_LIST_BODY: usize = 4096;
const MAX_EDGE: usize = 60;
const MAX_TITLE: usize = 20;
const MAX_BUTTONS: usize = 3;
const MAX_BUTTON_ID: usize = 256;
const MAX_SECTIONS: usize = 10;
/// In all sections together.
const MAX_ROWS: usize = 10;
const MAX_ROW_ID: usize = 200;
const MAX_ROW_TITLE: usize = 24;
const MAX_ROW_DESCRIPTION: usize = 72;
const ACTION: &str = "interactive.action";

/// Checks an interactive message; returns the body that a person reads.
pub fn check(interactive: &Value, findings: &mut Findings) -> Option<String> {
    let kind = findings.needed("interactive.type", interactive.get("type"), 64);
    let action = interactive.get("action").unwrap_or(&Value::Null);
    match kind {
        "button" => {
            header(
                interactive,
                &["text", "image", "video", "document"],
                findings,
            );
            buttons(action, findings);
            around(interactive, MAX_BODY, findings)
        }
        "list" => {
            header(interactive, &["text"], findings);
            sections(action, findings);
            around(interactive, MAX_LIST_BODY, findings)
        }
        "cta_url" => {
            header(
                interactive,
                &["text", "image", "video", "document"],
                findings,
            );
            call_to_action(action, findings);
            around(interactive, MAX_BODY, findings)
        }
        "location_request_message" => {
            named(action, "send_location", findings);
            around(interactive, MAX_BODY, findings)
        }
        _ => {
            let body = interactive.pointer("/body/text").and_then(Value::as_str);
            body.filter(|body| !body.is_empty()).map(str::to_owned)
        }
    }
}

/// The body, which must be there, and the footer.
fn around(interactive: &Value, most: usize, findings: &mut Findings) -> Option<String> {
    let body = findings.needed(
        "interactive.body.text",
        interactive.pointer("/body/text"),
        most,
    );
    findings.optional(
        "interactive.footer.text",
        interactive.pointer("/footer/text"),
        MAX_EDGE,
    );
    Some(body.to_owned())
}

fn header(interactive: &Value, allowed: &[&str], findings: &mut Findings) {
    let Some(header) = interactive.get("header").filter(|header| !header.is_null()) else {
        return;
    };
    let kind = header
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !allowed.contains(&kind) {
        let message = format!("must be one of: {}", allowed.join(", "));
        return findings.add("interactive.header.type", message);
    }
    let path = format!("interactive.header.{kind}");
    match kind {
        "text" => {
            findings.needed(&path, header.get("text"), MAX_EDGE);
        }
        kind => file(&path, header.get(kind), findings),
    }
}

/// The id is checked with all other files; here only that there is a file.
fn file(path: &str, file: Option<&Value>, findings: &mut Findings) {
    let key = |key: &str| file.and_then(|file| file.get(key)).and_then(Value::as_str);
    match (key("id"), key("link")) {
        (Some(_), None) => {}
        (None, Some(link)) => findings.link(&format!("{path}.link"), link, &["https"]),
        _ => findings.add(path, "needs either id or link"),
    }
}

fn buttons(action: &Value, findings: &mut Findings) {
    let path = format!("{ACTION}.buttons");
    let (mut ids, mut titles) = (HashSet::new(), HashSet::new());
    for (at, button) in findings
        .list(&path, action.get("buttons"), MAX_BUTTONS)
        .iter()
        .enumerate()
    {
        if button.get("type").and_then(Value::as_str) != Some("reply") {
            findings.add(&format!("{path}.{at}.type"), "must be reply");
        }
        let path = format!("{path}.{at}.reply");
        let id = findings.needed(
            &format!("{path}.id"),
            button.pointer("/reply/id"),
            MAX_BUTTON_ID,
        );
        let title = button.pointer("/reply/title");
        let title = findings.needed(&format!("{path}.title"), title, MAX_TITLE);
        unlike_others(&format!("{path}.id"), id, &mut ids, findings);
        unlike_others(&format!("{path}.title"), title, &mut titles, findings);
    }
}

fn sections(action: &Value, findings: &mut Findings) {
    findings.needed(&format!("{ACTION}.button"), action.get("button"), MAX_TITLE);
    let path = format!("{ACTION}.sections");
    let sections = findings.list(&path, action.get("sections"), MAX_SECTIONS);
    let (mut ids, mut rows) = (HashSet::new(), 0);
    for (at, section) in sections.iter().enumerate() {
        let path = format!("{path}.{at}");
        let title = section.get("title");
        match sections.len() {
            1 => _ = findings.optional(&format!("{path}.title"), title, MAX_ROW_TITLE),
            _ => _ = findings.needed(&format!("{path}.title"), title, MAX_ROW_TITLE),
        }
        let path = format!("{path}.rows");
        for (at, row) in findings
            .list(&path, section.get("rows"), MAX_ROWS)
            .iter()
            .enumerate()
        {
            rows += 1;
            let field = |key: &str| format!("{path}.{at}.{key}");
            let id = findings.needed(&field("id"), row.get("id"), MAX_ROW_ID);
            unlike_others(&field("id"), id, &mut ids, findings);
            findings.needed(&field("title"), row.get("title"), MAX_ROW_TITLE);
            let description = row.get("description");
            findings.optional(&field("description"), description, MAX_ROW_DESCRIPTION);
        }
    }
    if rows > MAX_ROWS {
        findings.add(
            &path,
            format!("have {rows} rows together; {MAX_ROWS} are allowed"),
        );
    }
}

fn call_to_action(action: &Value, findings: &mut Findings) {
    named(action, "cta_url", findings);
    let path = format!("{ACTION}.parameters");
    let text = action.pointer("/parameters/display_text");
    findings.needed(&format!("{path}.display_text"), text, MAX_TITLE);
    let url = findings.needed(
        &format!("{path}.url"),
        action.pointer("/parameters/url"),
        2048,
    );
    if !url.is_empty() {
        findings.link(&format!("{path}.url"), url, &["https", "http"]);
    }
}

fn named(action: &Value, name: &str, findings: &mut Findings) {
    if action.get("name").and_then(Value::as_str) != Some(name) {
        findings.add(&format!("{ACTION}.name"), format!("must be {name}"));
    }
}

fn unlike_others<'v>(
    path: &str,
    value: &'v str,
    seen: &mut HashSet<&'v str>,
    findings: &mut Findings,
) {
    if !value.is_empty() && !seen.insert(value) {
        findings.add(path, "must differ from the others");
    }
}
