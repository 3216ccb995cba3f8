//! One look at the bytes before anything is parsed: how deep they nest, and escapes that no database takes.

use std::borrow::Cow;

use super::Unintelligible;

/// Real webhooks nest about 12 deep.
pub const MAX_DEPTH: usize = 64;

/// The body as text that is safe to parse and to store: not nested too deep, and with the escapes of NUL and
/// of halves of surrogate pairs (which are valid JSON but no text) turned into the replacement character.
pub fn screen(body: &[u8]) -> Result<Cow<'_, str>, Unintelligible> {
    let text = std::str::from_utf8(body).map_err(|_| Unintelligible::NotUtf8)?;
    let mut mended: Option<Vec<u8>> = None;
    let (mut depth, mut at) = (0_usize, 0_usize);
    while let Some(&byte) = body.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Unintelligible::TooDeep);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => at = pass_string(body, at, &mut mended),
            _ => {}
        }
    }
    match mended {
        None => Ok(Cow::Borrowed(text)),
        Some(bytes) => String::from_utf8(bytes)
            .map(Cow::Owned)
            .map_err(|_| Unintelligible::NotUtf8),
    }
}

/// The position after the string that begins at `at`; broken escapes are noted in `mended`.
fn pass_string(body: &[u8], mut at: usize, mended: &mut Option<Vec<u8>>) -> usize {
    while let Some(&byte) = body.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' if body.get(at + 1) == Some(&b'u') => at = pass_escape(body, at, mended),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

/// The position after the `\uXXXX` (or pair of them) at `at`.
fn pass_escape(body: &[u8], at: usize, mended: &mut Option<Vec<u8>>) -> usize {
    match unit(body, at) {
        Some(0xd800..=0xdbff) if matches!(unit(body, at + 6), Some(0xdc00..=0xdfff)) => at + 12,
        Some(0 | 0xd800..=0xdfff) => {
            let bytes = mended.get_or_insert_with(|| body.to_vec());
            bytes[at + 2..at + 6].copy_from_slice(b"fffd");
            at + 6
        }
        // Not an escape at all: the parser will say so.
        _ => at + 2,
    }
}

fn unit(body: &[u8], at: usize) -> Option<u32> {
    let escape = body.get(at..at + 6)?.strip_prefix(br"\u")?;
    escape.iter().try_fold(0, |number, digit| {
        Some(number * 16 + char::from(*digit).to_digit(16)?)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn good_text_passes_without_a_copy() {
        let body = r#"{"a":"{[[\"\\","b":"\ud83d\ude00 \u00e9 é","c":[1,{}]}"#;
        assert!(matches!(screen(body.as_bytes()), Ok(Cow::Borrowed(text)) if text == body));
    }

    #[test]
    fn escapes_that_are_no_text_become_the_replacement_character() {
        let cases = [
            (r#""a\u0000b""#, r#""a\ufffdb""#),
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\\u0000""#, r#""\\u0000""#),
            (r#""\ud83"#, r#""\ud83"#),
        ];
        for (body, expected) in cases {
            assert_eq!(screen(body.as_bytes()).unwrap(), expected);
        }
    }

    #[test]
    fn a_body_may_nest_64_deep_and_no_deeper() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(screen(nested(MAX_DEPTH).as_bytes()).is_ok());
        for depth in [MAX_DEPTH + 1, 100_000] {
            assert_eq!(
                screen(nested(depth).as_bytes()),
                Err(Unintelligible::TooDeep)
            );
            assert_eq!(
                screen("{\"a\":".repeat(depth).as_bytes()),
                Err(Unintelligible::TooDeep)
            );
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(screen(b"{\"a\":\"\xff\"}"), Err(Unintelligible::NotUtf8));
    }
}
