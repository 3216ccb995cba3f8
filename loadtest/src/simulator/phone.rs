//! Telephone numbers as the provider sees them: digits only, and for some countries not the digits that were
//! dialled.

/// What a send is addressed to.
pub fn canonical(input: &str) -> Option<String> {
    let digits: String = input.chars().filter(char::is_ascii_digit).collect();
    let only_separators = input
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | ' ' | '.'));
    if !only_separators || !(7..=15).contains(&digits.len()) {
        return None;
    }
    Some(rewrite(digits))
}

/// Brazil loses the ninth digit outside the south-east, Mexico gains a 1, Argentina gains a 9.
fn rewrite(digits: String) -> String {
    if let Some(national) = digits.strip_prefix("55")
        && national.len() == 11
        && national.as_bytes()[2] == b'9'
        && national[..2].parse::<u8>().is_ok_and(|area| area >= 31)
    {
        return format!("55{}{}", &national[..2], &national[3..]);
    }
    if let Some(national) = digits.strip_prefix("52")
        && national.len() == 10
    {
        return format!("521{national}");
    }
    if let Some(national) = digits.strip_prefix("54")
        && national.len() == 10
    {
        return format!("549{national}");
    }
    digits
}

/// Whether a text is a business-scoped user id (`US.1A2B`).
pub fn is_user_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else {
        return false;
    };
    country.len() == 2
        && country.bytes().all(|b| b.is_ascii_uppercase())
        && !rest.is_empty()
        && rest.len() <= 132
        && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_stripped() {
        assert_eq!(
            canonical("+1 (555) 111-2222").as_deref(),
            Some("15551112222")
        );
        assert_eq!(canonical("hello"), None);
        assert_eq!(canonical("12"), None);
    }

    #[test]
    fn brazil_mexico_and_argentina_are_rewritten_once() {
        for (input, expected) in [
            ("+55 31 98765-4321", "553187654321"),
            ("+55 11 98765-4321", "5511987654321"),
            ("+52 55 1234 5678", "5215512345678"),
            ("+54 11 1234 5678", "5491112345678"),
        ] {
            let wa_id = canonical(input);
            assert_eq!(wa_id.as_deref(), Some(expected), "{input}");
            assert_eq!(canonical(expected), wa_id, "{input} again");
        }
    }

    #[test]
    fn a_user_id_is_a_country_and_a_name() {
        assert!(is_user_id("US.1A2B") && is_user_id("DE.ENT.9Z"));
        assert!(!is_user_id("15551112222") && !is_user_id("us.1a") && !is_user_id("US."));
    }
}
