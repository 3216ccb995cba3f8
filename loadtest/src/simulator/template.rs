//! Templates: a small believable set for every account, and the check of a send against its template.

use serde_json::Value;

use super::error::GraphError;

const STARTERS: &str = include_str!("templates.json");

/// The templates a new business account begins with.
pub fn starters() -> Vec<Value> {
    serde_json::from_str(STARTERS).unwrap_or_default()
}

/// The template that a send names; codes 132001, 132015, 132016.
pub fn find<'a>(templates: &'a [Value], content: &Value) -> Result<&'a Value, GraphError> {
    let name = content
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let language = content
        .pointer("/language/code")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let template = templates
        .iter()
        .find(|template| {
            template.get("name").and_then(Value::as_str) == Some(name)
                && template
                    .get("language")
                    .and_then(Value::as_str)
                    .is_some_and(|own| same_language(own, language))
        })
        .ok_or_else(|| {
            GraphError::new(
                132001,
                format!("template name ({name}) does not exist in {language}"),
            )
        })?;
    match template.get("status").and_then(Value::as_str) {
        Some("APPROVED") => Ok(template),
        Some("PAUSED") => Err(GraphError::new(
            132015,
            "The template is paused for low quality",
        )),
        Some("DISABLED") => Err(GraphError::new(132016, "The template is disabled")),
        _ => Err(GraphError::new(
            132001,
            format!("template name ({name}) is not approved in {language}"),
        )),
    }
}

fn same_language(one: &str, other: &str) -> bool {
    one.replace('-', "_")
        .eq_ignore_ascii_case(&other.replace('-', "_"))
}

/// Whether the parameters of a send fit its template; codes 132000 and 132012.
pub fn check(template: &Value, content: &Value) -> Result<(), GraphError> {
    let named = template.get("parameter_format").and_then(Value::as_str) == Some("NAMED");
    let sent = content
        .get("components")
        .and_then(Value::as_array)
        .map_or(&[] as &[Value], Vec::as_slice);
    let defined = template
        .get("components")
        .and_then(Value::as_array)
        .map_or(&[] as &[Value], Vec::as_slice);
    for component in defined {
        match text_of(component, "type").to_ascii_uppercase().as_str() {
            "HEADER" => header(component, parameters(sent, "header", None), named)?,
            "BODY" => variables(
                "body",
                text_of(component, "text"),
                parameters(sent, "body", None),
                named,
            )?,
            "BUTTONS" => buttons(component, sent)?,
            _ => {}
        }
    }
    Ok(())
}

/// The text with its variables filled in, as the phone shows it.
pub fn filled(text: &str, parameters: &[Value]) -> String {
    let mut out = text.to_owned();
    for (index, parameter) in parameters.iter().enumerate() {
        let value = text_of(parameter, "text");
        let value = if value.is_empty() {
            parameter
                .pointer("/currency/fallback_value")
                .or_else(|| parameter.pointer("/date_time/fallback_value"))
                .and_then(Value::as_str)
                .unwrap_or_default()
        } else {
            value
        };
        let name = parameter
            .get("parameter_name")
            .and_then(Value::as_str)
            .map_or_else(|| (index + 1).to_string(), str::to_owned);
        out = out.replace(&format!("{{{{{name}}}}}"), value);
    }
    out
}

/// The parameters that a send gives a component.
pub fn parameters<'a>(sent: &'a [Value], kind: &str, index: Option<usize>) -> &'a [Value] {
    sent.iter()
        .find(|component| {
            text_of(component, "type").eq_ignore_ascii_case(kind)
                && index.is_none_or(|index| index_of(component) == Some(index))
        })
        .and_then(|component| component.get("parameters"))
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn header(component: &Value, given: &[Value], named: bool) -> Result<(), GraphError> {
    let format = text_of(component, "format").to_ascii_lowercase();
    if format == "text" {
        return variables("header", text_of(component, "text"), given, named);
    }
    match given {
        [parameter] if text_of(parameter, "type") == format => Ok(()),
        [_] => Err(GraphError::new(
            132012,
            format!(
                "header: Format mismatch, expected {}",
                format.to_uppercase()
            ),
        )),
        _ => Err(count_mismatch("header", given.len(), 1)),
    }
}

fn variables(place: &str, text: &str, given: &[Value], named: bool) -> Result<(), GraphError> {
    let names = names_in(text);
    if given.len() != names.len() {
        return Err(count_mismatch(place, given.len(), names.len()));
    }
    for parameter in given {
        if text_of(parameter, "type") == "text" {
            let value = text_of(parameter, "text");
            if value.is_empty() {
                return Err(GraphError::new(
                    131008,
                    format!("{place}: a parameter has no text"),
                ));
            }
            if value.contains(['\n', '\t']) || value.contains("     ") {
                return Err(GraphError::new(
                    132007,
                    format!(
                        "{place}: Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
                    ),
                ));
            }
        }
        if named {
            let name = text_of(parameter, "parameter_name");
            if !names.iter().any(|expected| expected == name) {
                return Err(GraphError::new(
                    132012,
                    format!("{place}: Parameter name {name:?} is not in the template"),
                ));
            }
        }
    }
    Ok(())
}

fn buttons(component: &Value, sent: &[Value]) -> Result<(), GraphError> {
    let Some(buttons) = component.get("buttons").and_then(Value::as_array) else {
        return Ok(());
    };
    for (index, button) in buttons.iter().enumerate() {
        let needs = match text_of(button, "type") {
            "URL" => names_in(text_of(button, "url")).len(),
            "COPY_CODE" | "OTP" => 1,
            _ => 0,
        };
        let given = parameters(sent, "button", Some(index)).len();
        if needs > 0 && given != needs {
            return Err(count_mismatch(&format!("button {index}"), given, needs));
        }
    }
    Ok(())
}

fn index_of(component: &Value) -> Option<usize> {
    let index = component.get("index")?;
    index
        .as_u64()
        .and_then(|index| usize::try_from(index).ok())
        .or_else(|| index.as_str()?.parse().ok())
}

/// The variables of a text, each once, in order.
pub fn names_in(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(end) = rest[start..].find("}}") else {
            break;
        };
        let name = rest[start + 2..start + end].trim().to_owned();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
        rest = &rest[start + end + 2..];
    }
    names
}

fn count_mismatch(place: &str, given: usize, expected: usize) -> GraphError {
    GraphError::new(
        132000,
        format!(
            "{place}: number of localizable_params ({given}) does not match the expected number of params ({expected})"
        ),
    )
}

fn text_of<'a>(object: &'a Value, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn send(name: &str, language: &str, components: Value) -> Result<(), GraphError> {
        let templates = starters();
        let content =
            json!({"name": name, "language": {"code": language}, "components": components});
        check(find(&templates, &content)?, &content)
    }

    fn code(result: Result<(), GraphError>) -> Option<i64> {
        result.err().map(|error| error.code)
    }

    #[test]
    fn there_are_templates_of_every_category_and_format() {
        let templates = starters();
        assert!(templates.len() >= 8);
        for category in ["UTILITY", "MARKETING", "AUTHENTICATION"] {
            assert!(
                templates.iter().any(|t| t["category"] == category),
                "{category}"
            );
        }
        assert!(templates.iter().any(|t| t["parameter_format"] == "NAMED"));
    }

    #[test]
    fn parameters_are_counted_and_named() {
        let body = |parameters: Value| json!([{"type": "body", "parameters": parameters}]);
        let text = |text: &str| json!({"type": "text", "text": text});
        let shipped = |p: Value| send("order_shipped", "en_US", p);
        assert_eq!(code(send("nothing", "en_US", json!([]))), Some(132001));
        assert_eq!(code(shipped(json!([]))), Some(132000));
        assert_eq!(
            code(shipped(body(json!([text("a\nb"), text("2"), text("3")])))),
            Some(132007)
        );
    }

    #[test]
    fn variables_are_filled_by_position_or_name() {
        assert_eq!(
            filled("Hi {{1}}!", &[json!({"type": "text", "text": "Ann"})]),
            "Hi Ann!"
        );
        assert_eq!(
            filled(
                "No {{order_id}}",
                &[json!({"type": "text", "parameter_name": "order_id", "text": "7"})]
            ),
            "No 7"
        );
    }
}
