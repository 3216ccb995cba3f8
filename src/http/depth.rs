//! What is wrong with JSON before anybody parses it. How deep it is nested: text that is kept as it came is parsed without a limit
//! by the first reader and would overflow the stack of a later one.

/// The deepest JSON that is taken.
pub const DEEPEST: usize = 64;

/// Whether arrays and objects in `json` are nested more than `limit` deep. Says nothing about validity.
pub fn is_deeper(json: &[u8], limit: usize) -> bool {
    let mut depth = 0_usize;
    let mut in_text = false;
    let mut escaped = false;
    for &byte in json {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'[' | b'{' => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// Whether a text in `json` has the character NUL, which no database takes.
pub fn has_nul(json: &[u8]) -> bool {
    let mut escapes = json.iter().enumerate();
    while let Some((at, byte)) = escapes.next() {
        if *byte == b'\\' {
            if json[at..].starts_with(br"\u0000") {
                return true;
            }
            // What is escaped begins no escape itself.
            escapes.next();
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_real_nul_counts() {
        assert!(has_nul(br#"{"a":"b\u0000c"}"#));
        assert!(has_nul(br#"["\\\u0000"]"#));
        assert!(!has_nul(br#"["\\u0000", "\u0001", "u0000"]"#));
    }

    #[test]
    fn only_real_nesting_counts() {
        assert!(is_deeper(br#"{"a":[[1]]}"#, 2));
        assert!(!is_deeper(br#"{"a":[[1]]}"#, 3));
        assert!(!is_deeper(br#"["[[[[", "\"[[[["]"#, 1));
        assert!(!is_deeper(b"[],[],[],[]", 1));
        assert!(is_deeper("[".repeat(100_000).as_bytes(), DEEPEST));
    }
}
