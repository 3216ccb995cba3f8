//! A template's definition against the values of a send: pure. Finds before sending what the provider would
//! refuse (132000, 132012), and says what the contact will read.

mod variable;

use serde_json::Value;

use self::variable::{fill, variables};
use super::validate::Invalid;

/// What the contact will read: header, body and footer with their values, one per line. `components` is the
/// template's definition as the provider lists it, `template` the object of the send (`name`, `language`,
/// `components`). All that does not fit is told at once.
pub fn render(components: &Value, template: &Value) -> Result<String, Vec<Invalid>> {
    let mut rendering = Rendering {
        send: Send::of(template),
        invalid: Vec::new(),
    };
    let mut lines = Vec::new();
    for component in components.as_array().into_iter().flatten() {
        match upper(component, "type").as_str() {
            "HEADER" => lines.extend(rendering.header(component)),
            "BODY" => lines.extend(rendering.body(component)),
            "FOOTER" => lines.extend(text_of(component).map(str::to_owned)),
            "BUTTONS" => rendering.buttons(component),
            // Carousels and offers are checked by the provider.
            _ => {}
        }
    }
    rendering.refuse_strangers(components);
    match rendering.invalid.is_empty() {
        true => Ok(lines.join("\n")),
        false => Err(rendering.invalid),
    }
}

/// The values of a send by what they belong to.
struct Send<'a> {
    components: &'a [Value],
}

/// One component of the send: its place for messages and its parameters.
#[derive(Clone, Copy)]
struct Part<'a> {
    at: usize,
    parameters: &'a [Value],
}

impl<'a> Send<'a> {
    fn of(template: &'a Value) -> Self {
        let components = template.get("components").and_then(Value::as_array);
        Self {
            components: components.map_or(&[], Vec::as_slice),
        }
    }

    fn find(&self, fits: impl Fn(&Value) -> bool) -> Option<Part<'a>> {
        let at = self.components.iter().position(fits)?;
        let parameters = self.components[at].get("parameters");
        Some(Part {
            at,
            parameters: parameters
                .and_then(Value::as_array)
                .map_or(&[], Vec::as_slice),
        })
    }

    fn of_type(&self, kind: &str) -> Option<Part<'a>> {
        self.find(|component| upper(component, "type") == kind)
    }

    fn button(&self, index: usize) -> Option<Part<'a>> {
        self.find(|component| {
            upper(component, "type") == "BUTTON" && button_index(component) == Some(index)
        })
    }
}

struct Rendering<'a> {
    send: Send<'a>,
    invalid: Vec<Invalid>,
}

impl Rendering<'_> {
    fn header(&mut self, header: &Value) -> Option<String> {
        let given = self.send.of_type("HEADER");
        match upper(header, "format").as_str() {
            "TEXT" | "" => self.filled("header", text_of(header)?, given),
            format @ ("IMAGE" | "VIDEO" | "DOCUMENT" | "LOCATION") => {
                let kind = format.to_ascii_lowercase();
                let fits = given.is_some_and(|part| {
                    matches!(part.parameters, [only] if upper(only, "type") == format
                        && only.get(&kind).is_some_and(Value::is_object))
                });
                if !fits {
                    self.refuse(given, format!("the template's header needs one {kind}"));
                }
                None
            }
            _ => None,
        }
    }

    fn body(&mut self, body: &Value) -> Option<String> {
        // The text of an authentication template is the provider's own and may be left out.
        let given = self.send.of_type("BODY");
        self.filled("body", text_of(body)?, given)
    }

    /// The text with its values; None when they don't fit.
    fn filled(&mut self, name: &str, text: &str, given: Option<Part<'_>>) -> Option<String> {
        let wanted = variables(text);
        let parameters = given.map_or(&[][..], |part| part.parameters);
        if wanted.len() != parameters.len() {
            let message = format!(
                "the template's {name} needs {} values; {} are given",
                wanted.len(),
                parameters.len()
            );
            self.refuse(given, message);
            return None;
        }
        let mut values = Vec::with_capacity(wanted.len());
        for (at, variable) in wanted.iter().enumerate() {
            // By position in the order of the numbers, or by name.
            let parameter = match variable.parse::<u32>() {
                Ok(_) => parameters.get(at),
                Err(_) => parameters.iter().find(|parameter| {
                    parameter.get("parameter_name").and_then(Value::as_str) == Some(variable)
                }),
            };
            match parameter.and_then(value_of) {
                Some(value) => values.push((*variable, value)),
                None => {
                    self.refuse(
                        given,
                        format!("the template's {name} needs a value for {variable}"),
                    );
                    return None;
                }
            }
        }
        Some(fill(text, &values))
    }

    fn buttons(&mut self, buttons: &Value) {
        let buttons = buttons.get("buttons").and_then(Value::as_array);
        for (index, button) in buttons.into_iter().flatten().enumerate() {
            let given = self.send.button(index);
            let count = given.map_or(0, |part| part.parameters.len());
            let url = button
                .get("url")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let wanted = match upper(button, "type").as_str() {
                "URL" => Some(variables(url).len()),
                "COPY_CODE" | "OTP" => Some(1),
                "PHONE_NUMBER" | "VOICE_CALL" | "REQUEST_CONTACT_INFO" => Some(0),
                // The payload of a quick reply and the data of a flow are optional.
                _ => None,
            };
            if let Some(wanted) = wanted.filter(|wanted| *wanted != count) {
                let message = format!("button {index} needs {wanted} values; {count} are given");
                self.refuse(given, message);
            }
        }
    }

    /// Values for something that the template does not have.
    fn refuse_strangers(&mut self, definition: &Value) {
        let defined = |kind: &str| {
            let all = definition.as_array().into_iter().flatten();
            all.into_iter()
                .find(|component| upper(component, "type") == kind)
        };
        let buttons = defined("BUTTONS")
            .and_then(|buttons| buttons.get("buttons")?.as_array())
            .map_or(0, Vec::len);
        for (at, component) in self.send.components.iter().enumerate() {
            let empty = component
                .get("parameters")
                .and_then(Value::as_array)
                .is_none_or(Vec::is_empty);
            let known = match upper(component, "type").as_str() {
                kind @ ("HEADER" | "BODY") => empty || defined(kind).is_some(),
                "FOOTER" => empty,
                "BUTTON" => button_index(component).is_some_and(|index| index < buttons),
                _ => true,
            };
            if !known {
                let path = format!("template.components.{at}");
                self.invalid
                    .push(Invalid::new(path, "the template has no such part"));
            }
        }
    }

    fn refuse(&mut self, given: Option<Part<'_>>, message: String) {
        let path = match given {
            Some(part) => format!("template.components.{}.parameters", part.at),
            None => "template.components".to_owned(),
        };
        self.invalid.push(Invalid::new(path, message));
    }
}

/// What a parameter puts into a text; None when it is none of a text.
fn value_of(parameter: &Value) -> Option<String> {
    let text = match upper(parameter, "type").as_str() {
        "TEXT" | "" => parameter.get("text"),
        "CURRENCY" => parameter.pointer("/currency/fallback_value"),
        "DATE_TIME" => parameter.pointer("/date_time/fallback_value"),
        _ => None,
    };
    text.and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn button_index(component: &Value) -> Option<usize> {
    match component.get("index")? {
        Value::Number(number) => usize::try_from(number.as_u64()?).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn text_of(component: &Value) -> Option<&str> {
    component.get("text").and_then(Value::as_str)
}

/// Definitions are written in capitals, sends in small letters.
fn upper(value: &Value, key: &str) -> String {
    let text = value.get(key).and_then(Value::as_str).unwrap_or_default();
    text.to_ascii_uppercase()
}

#[cfg(test)]
mod tests;
