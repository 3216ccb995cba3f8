//! `{{1}}` and `{{order_id}}` in a template's text.

/// The variables of a text, each once: numbers in their order (as values are given by position), names as they
/// come.
pub fn variables(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for piece in pieces(text) {
        if let Piece::Variable { name, .. } = piece
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found.sort_by_key(|name| name.parse::<u32>().unwrap_or(u32::MAX));
    found
}

/// The text with its variables' values; a variable without one stays as it is. Values are never looked
/// through for variables again.
pub fn fill(text: &str, values: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Words(words) => filled.push_str(words),
            Piece::Variable { name, written } => {
                let value = values.iter().find(|(known, _)| *known == name);
                filled.push_str(value.map_or(written, |(_, value)| value));
            }
        }
    }
    filled
}

enum Piece<'a> {
    Words(&'a str),
    Variable { name: &'a str, written: &'a str },
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start..].find("}}") else {
            break;
        };
        let written = &rest[start..start + length + 2];
        let name = written[2..written.len() - 2].trim();
        pieces.push(Piece::Words(&rest[..start]));
        pieces.push(match is_name(name) {
            true => Piece::Variable { name, written },
            false => Piece::Words(written),
        });
        rest = &rest[start + length + 2..];
    }
    pieces.push(Piece::Words(rest));
    pieces
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_once_and_numbers_come_in_their_order() {
        assert_eq!(
            variables("{{2}} and {{ 1 }} and {{2}} {{10}}"),
            ["1", "2", "10"]
        );
        assert_eq!(variables("{{name}}, {{order_id}}"), ["name", "order_id"]);
        assert!(variables("{{}} {{a b}} {1} {{ü}} {{open").is_empty());
    }

    #[test]
    fn values_are_put_in_once_and_never_looked_through_again() {
        let values = [("1", "{{2}}".to_owned()), ("2", "b".to_owned())];
        assert_eq!(
            fill("{{1}} {{ 2 }} {{3}} {{x y}} {{", &values),
            "{{2}} b {{3}} {{x y}} {{"
        );
    }
}
