//! The form of a template send. Whether the values fit the template is checked against its definition
//! ([`crate::whatsapp::template`]).

use serde_json::Value;

use super::finding::Findings;

const MAX_NAME: usize = 512;
const MAX_LANGUAGE: usize = 16;
const MAX_COMPONENTS: usize = 20;
const MAX_PARAMETERS: usize = 100;
const MAX_VALUE: usize = 32_768;
/// More blanks in a row are refused.
const MANY_BLANKS: &str = "     ";

/// Checks a template's name, language and the form of its values.
pub fn check(template: &Value, findings: &mut Findings) {
    let name = findings.needed("template.name", template.get("name"), MAX_NAME);
    let well_formed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.chars().all(well_formed) {
        findings.add("template.name", "may have small letters, digits and _ only");
    }
    let language = template.pointer("/language/code");
    findings.needed("template.language.code", language, MAX_LANGUAGE);
    let components = match template.get("components") {
        None | Some(Value::Null) => return,
        Some(Value::Array(none)) if none.is_empty() => return,
        components => findings.list("template.components", components, MAX_COMPONENTS),
    };
    for (at, component) in components.iter().enumerate() {
        self::component(&format!("template.components.{at}"), component, findings);
    }
}

fn component(path: &str, component: &Value, findings: &mut Findings) {
    let kind = findings.needed(&format!("{path}.type"), component.get("type"), 64);
    if kind.eq_ignore_ascii_case("button") {
        findings.needed(&format!("{path}.sub_type"), component.get("sub_type"), 64);
        let index = match component.get("index") {
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) => text.parse().ok(),
            _ => None,
        };
        if index.is_none_or(|index| index > 9) {
            findings.add(&format!("{path}.index"), "must be a number from 0 to 9");
        }
    }
    let path = format!("{path}.parameters");
    let parameters = match component.get("parameters") {
        None | Some(Value::Null) => return,
        Some(Value::Array(none)) if none.is_empty() => return,
        parameters => findings.list(&path, parameters, MAX_PARAMETERS),
    };
    for (at, parameter) in parameters.iter().enumerate() {
        let kind = findings.needed(&format!("{path}.{at}.type"), parameter.get("type"), 64);
        if kind.eq_ignore_ascii_case("text") {
            value(
                &format!("{path}.{at}.text"),
                parameter.get("text"),
                findings,
            );
        }
    }
}

fn value(path: &str, text: Option<&Value>, findings: &mut Findings) {
    let text = findings.needed(path, text, MAX_VALUE);
    if text.contains(['\n', '\r', '\t']) || text.contains(MANY_BLANKS) {
        findings.add(
            path,
            "must not contain line breaks, tabs or more than four blanks in a row",
        );
    }
}
