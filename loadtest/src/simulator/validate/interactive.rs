//! Buttons, lists and calls to action.

use serde_json::Value;

use super::{GraphError, invalid, limit, missing, required_text};

const BODY: usize = 1024;
const LIST_BODY: usize = 4096;
const SMALL_TEXT: usize = 60;
const BUTTON_ID: usize = 256;
const BUTTON_TITLE: usize = 20;
const ROW_ID: usize = 200;
const ROW_TITLE: usize = 24;
const ROW_DESCRIPTION: usize = 72;
const ROWS: usize = 10;

/// Whether an interactive object can be sent.
pub fn check(content: &Value) -> Result<(), GraphError> {
    let kind = required_text(content, "type")?;
    let action = content
        .get("action")
        .ok_or_else(|| missing("interactive['action']"))?;
    match kind {
        "button" => {
            texts(content, BODY)?;
            header(content, &["text", "image", "video", "document"])?;
            buttons(action)
        }
        "list" => {
            texts(content, LIST_BODY)?;
            header(content, &["text"])?;
            sections(action)
        }
        "cta_url" => {
            texts(content, BODY)?;
            named(action, "cta_url")?;
            let parameters = action
                .get("parameters")
                .ok_or_else(|| missing("action['parameters']"))?;
            limit(
                "display_text",
                required_text(parameters, "display_text")?,
                BUTTON_TITLE,
            )?;
            let url = required_text(parameters, "url")?;
            if url.starts_with("https://") || url.starts_with("http://") {
                Ok(())
            } else {
                Err(invalid("url", "it is not a web address"))
            }
        }
        "location_request_message" => {
            texts(content, BODY)?;
            named(action, "send_location")
        }
        "flow" | "request_contact_info" | "call_permission_request" => texts(content, BODY),
        other => Err(invalid(
            "interactive['type']",
            &format!("{other} is not simulated"),
        )),
    }
}

fn texts(content: &Value, length: usize) -> Result<(), GraphError> {
    let body = content
        .get("body")
        .ok_or_else(|| missing("interactive['body']"))?;
    limit(
        "interactive['body']['text']",
        required_text(body, "text")?,
        length,
    )?;
    match content.get("footer").filter(|footer| !footer.is_null()) {
        Some(footer) => limit(
            "interactive['footer']['text']",
            required_text(footer, "text")?,
            SMALL_TEXT,
        ),
        None => Ok(()),
    }
}

fn header(content: &Value, allowed: &[&str]) -> Result<(), GraphError> {
    let Some(header) = content.get("header").filter(|header| !header.is_null()) else {
        return Ok(());
    };
    let kind = required_text(header, "type")?;
    if !allowed.contains(&kind) {
        return Err(invalid(
            "header['type']",
            &format!("{kind} is not allowed here"),
        ));
    }
    if kind == "text" {
        return limit("header['text']", required_text(header, "text")?, SMALL_TEXT);
    }
    let file = header
        .get(kind)
        .ok_or_else(|| missing(&format!("header['{kind}']")))?;
    super::media::check(kind, file)
}

fn buttons(action: &Value) -> Result<(), GraphError> {
    let buttons = action
        .get("buttons")
        .and_then(Value::as_array)
        .ok_or_else(|| missing("action['buttons']"))?;
    if buttons.is_empty() || buttons.len() > 3 {
        return Err(invalid("action['buttons']", "1 to 3 buttons are allowed"));
    }
    let mut titles = Vec::new();
    for button in buttons {
        if button.get("type").and_then(Value::as_str) != Some("reply") {
            return Err(invalid("button['type']", "it must be \"reply\""));
        }
        let reply = button
            .get("reply")
            .ok_or_else(|| missing("button['reply']"))?;
        limit("button id", required_text(reply, "id")?, BUTTON_ID)?;
        let title = required_text(reply, "title")?;
        limit("button title", title, BUTTON_TITLE)?;
        if titles.contains(&title) {
            return Err(invalid("button title", "titles must differ"));
        }
        titles.push(title);
    }
    Ok(())
}

fn sections(action: &Value) -> Result<(), GraphError> {
    limit(
        "action['button']",
        required_text(action, "button")?,
        BUTTON_TITLE,
    )?;
    let sections = action
        .get("sections")
        .and_then(Value::as_array)
        .ok_or_else(|| missing("action['sections']"))?;
    if sections.is_empty() || sections.len() > ROWS {
        return Err(invalid(
            "action['sections']",
            "1 to 10 sections are allowed",
        ));
    }
    let mut ids = Vec::new();
    for section in sections {
        match section.get("title").and_then(Value::as_str) {
            Some(title) => limit("section title", title, ROW_TITLE)?,
            None if sections.len() > 1 => return Err(missing("section['title']")),
            None => {}
        }
        let rows = section
            .get("rows")
            .and_then(Value::as_array)
            .ok_or_else(|| missing("section['rows']"))?;
        for row in rows {
            let id = required_text(row, "id")?;
            limit("row id", id, ROW_ID)?;
            limit("row title", required_text(row, "title")?, ROW_TITLE)?;
            if let Some(description) = row.get("description").and_then(Value::as_str) {
                limit("row description", description, ROW_DESCRIPTION)?;
            }
            if ids.contains(&id) {
                return Err(invalid("row id", "ids must differ"));
            }
            ids.push(id);
        }
    }
    if ids.is_empty() || ids.len() > ROWS {
        return Err(invalid("rows", "1 to 10 rows in all are allowed"));
    }
    Ok(())
}

fn named(action: &Value, name: &str) -> Result<(), GraphError> {
    if action.get("name").and_then(Value::as_str) == Some(name) {
        return Ok(());
    }
    Err(invalid("action['name']", &format!("it must be \"{name}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows(count: usize) -> Value {
        (0..count)
            .map(|i| json!({"id": format!("r{i}"), "title": "Row"}))
            .collect()
    }

    #[test]
    fn a_list_has_ten_rows_in_all() {
        let list = |count| json!({"type": "list", "body": {"text": "b"}, "action": {"button": "Menu", "sections": [{"rows": rows(count)}]}});
        assert!(check(&list(10)).is_ok());
        assert!(check(&list(11)).is_err());
        assert!(check(&list(0)).is_err());
    }

    #[test]
    fn buttons_need_different_titles_of_twenty_characters() {
        let message = |titles: &[&str]| {
            let buttons: Vec<Value> = titles
                .iter()
                .enumerate()
                .map(|(i, title)| json!({"type": "reply", "reply": {"id": i.to_string(), "title": title}}))
                .collect();
            json!({"type": "button", "body": {"text": "b"}, "action": {"buttons": buttons}})
        };
        assert!(check(&message(&["Yes", "No", "Maybe"])).is_ok());
        assert!(check(&message(&["Yes", "Yes"])).is_err());
        assert!(check(&message(&["a", "b", "c", "d"])).is_err());
        assert!(check(&message(&["123456789012345678901"])).is_err());
    }

    #[test]
    fn a_list_header_is_text_only() {
        let mut list = json!({"type": "list", "body": {"text": "b"},
            "action": {"button": "Menu", "sections": [{"rows": rows(1)}]},
            "header": {"type": "image", "image": {"id": "1"}}});
        assert!(check(&list).is_err());
        list["header"] = json!({"type": "text", "text": "Our menu"});
        assert!(check(&list).is_ok());
    }
}
