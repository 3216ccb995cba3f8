//! Fills in a text as the dashboard does before it is sent (`web/src/features/messages/composer/fill-in.ts`). Pure. What
//! is not known leaves no trace: no double space, no lonely comma.

use actors::model::contact::ContactBrief;

/// Stands for what is not known while the text around it is mended; no text holds it.
const GAP: char = '\u{e000}';

/// `text` with what is known of the contact, and of whoever writes.
pub fn fill_in(text: &str, contact: &ContactBrief, agent: &str) -> String {
    let value = |name: &str| {
        let known = contact.name.as_deref().unwrap_or_default().trim();
        match name {
            "contact.name" => Some(known.to_owned()),
            "contact.first_name" => Some(first_word(known)),
            "contact.phone" => Some(phone(contact.phone.as_deref())),
            "agent.name" => Some(agent.trim().to_owned()),
            "agent.first_name" => Some(first_word(agent)),
            _ => None,
        }
    };
    let filled = replaced(text, |name| {
        value(name).map(|value| match value.is_empty() {
            true => GAP.to_string(),
            false => value,
        })
    });
    let lines = filled.split('\n').filter_map(|line| {
        if !line.contains(GAP) {
            return Some(line.to_owned());
        }
        // A line of nothing else goes.
        Some(without_gaps(line)).filter(|line| !line.is_empty())
    });
    lines.collect::<Vec<String>>().join("\n")
}

fn first_word(name: &str) -> String {
    name.split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// With the plus; how its country writes it only the dashboard knows.
fn phone(digits: Option<&str>) -> String {
    let digits: String = digits
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    match digits.is_empty() {
        true => digits,
        false => format!("+{digits}"),
    }
}

/// Puts something in the place of each name in double braces; None: it stays.
fn replaced(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let (before, found) = rest.split_at(at);
        filled.push_str(before);
        let known = name_at(found).and_then(|(name, length)| Some((value(name)?, length)));
        let length = match known {
            Some((value, length)) => {
                filled.push_str(&value);
                length
            }
            None => {
                filled.push('{');
                1
            }
        };
        rest = &found[length..];
    }
    filled + rest
}

/// The name in double braces with which `text` begins, and how many bytes it takes with them.
fn name_at(text: &str) -> Option<(&str, usize)> {
    let (inside, _) = text.strip_prefix("{{")?.split_once("}}")?;
    let name = inside.trim();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let is_name = !name.is_empty() && name.chars().all(is_plain);
    is_name.then_some((name, inside.len() + 4))
}

fn without_gaps(line: &str) -> String {
    let letters = joined(without_points(&without_brackets(line)));
    let rest: String = letters.into_iter().collect();
    // ", your bike is ready" was the end of a sentence that began with a name.
    let begins = line.trim_start().starts_with(GAP);
    let begun = match begins {
        true => rest.trim_start_matches(|c: char| c.is_whitespace() || is_point(c)),
        false => rest.as_str(),
    };
    if begun == rest {
        return rest.trim_end().to_owned();
    }
    let mut letters = begun.trim_end().chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Brackets and quotes around nothing go.
fn without_brackets(line: &str) -> Vec<char> {
    let letters: Vec<char> = line.chars().collect();
    let opens = |c: char| matches!(c, '(' | '[' | '{' | '\'' | '"' | '“' | '„' | '«');
    let closes = |c: char| matches!(c, ')' | ']' | '}' | '"' | '\'' | '”' | '“' | '»');
    let mut rest = Vec::with_capacity(letters.len());
    let mut at = 0;
    while at < letters.len() {
        match letters[at..] {
            [open, GAP, close, ..] if opens(open) && closes(close) => {
                rest.push(GAP);
                at += 3;
            }
            [letter, ..] => {
                rest.push(letter);
                at += 1;
            }
            [] => break,
        }
    }
    rest
}

/// A gap before a point or at the end goes, with the blanks before it.
fn without_points(letters: &[char]) -> Vec<char> {
    let mut rest: Vec<char> = Vec::with_capacity(letters.len());
    for (at, letter) in letters.iter().enumerate() {
        let next = letters[at + 1..].iter().find(|c| !is_blank(**c));
        if *letter == GAP && next.is_none_or(|next| is_point(*next)) {
            while rest.last().is_some_and(|c| is_blank(*c)) {
                rest.pop();
            }
        } else {
            rest.push(*letter);
        }
    }
    rest
}

/// Any other gap becomes one space.
fn joined(letters: Vec<char>) -> Vec<char> {
    let mut rest: Vec<char> = Vec::with_capacity(letters.len());
    let (mut floor, mut after_gap) = (0, false);
    for letter in letters {
        if letter == GAP {
            while rest.len() > floor && rest.last().is_some_and(|c| is_blank(*c)) {
                rest.pop();
            }
            rest.push(' ');
            floor = rest.len();
            after_gap = true;
        } else if !(after_gap && is_blank(letter)) {
            rest.push(letter);
            after_gap = false;
        }
    }
    rest
}

const fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t')
}

const fn is_point(letter: char) -> bool {
    matches!(letter, ',' | '.' | ';' | ':' | '!' | '?' | '…')
}

#[cfg(test)]
mod tests {
    use actors::model::ids::ContactId;

    use super::*;

    fn contact(name: Option<&str>, phone: Option<&str>) -> ContactBrief {
        ContactBrief {
            id: ContactId(1),
            name: name.map(str::to_owned),
            phone: phone.map(str::to_owned),
            user_id: None,
            username: None,
        }
    }

    #[test]
    fn what_is_known_is_filled_in() {
        let ann = contact(Some(" Ann Lee "), Some("4915112345678"));
        for (text, filled) in [
            (
                "Hi {{contact.first_name}}, {{agent.name}} here",
                "Hi Ann, Mara Olsen here",
            ),
            (
                "{{ contact.name }} / {{contact.phone}}",
                "Ann Lee / +4915112345678",
            ),
            (
                "{{agent.first_name}} of {{shop.name}}",
                "Mara of {{shop.name}}",
            ),
            ("{{{contact.name}}} {{ open", "{Ann Lee} {{ open"),
        ] {
            assert_eq!(fill_in(text, &ann, "Mara Olsen"), filled);
        }
    }

    #[test]
    fn what_is_not_known_leaves_no_hole() {
        let nobody = contact(None, None);
        for (text, filled) in [
            (
                "Hello {{contact.first_name}}, how are you?",
                "Hello, how are you?",
            ),
            ("Hello {{contact.name}}!", "Hello!"),
            ("Hello {{contact.name}}", "Hello"),
            (
                "{{contact.first_name}}, your bike is ready.",
                "Your bike is ready.",
            ),
            (
                "Thanks {{contact.first_name}} for waiting",
                "Thanks for waiting",
            ),
            ("You ({{contact.phone}}) wrote to us", "You wrote to us"),
            (
                "Hi\n{{contact.name}}\n{{agent.first_name}} here",
                "Hi\nMara here",
            ),
            ("Hi\n\nyour {{agent.name}}", "Hi\n\nyour Mara Olsen"),
            ("{{contact.name}}", ""),
        ] {
            assert_eq!(fill_in(text, &nobody, "Mara Olsen"), filled);
        }
    }
}
