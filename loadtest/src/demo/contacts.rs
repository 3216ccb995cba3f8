//! The 200 people of the demo, always the same.

use serde::Deserialize;

const FILE: &str = include_str!("../../demo/contacts.json");

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DemoContact {
    pub name: String,
    /// The provider's form of the number: digits.
    pub wa_id: String,
    /// Two letters.
    pub language: String,
}

/// All of them; histories name them by their place in this list.
pub fn contacts() -> Vec<DemoContact> {
    serde_json::from_str(FILE).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::phone;
    use std::collections::HashSet;

    #[test]
    fn there_are_200_different_people_with_canonical_numbers() {
        let contacts = contacts();
        let numbers: HashSet<&str> = contacts.iter().map(|c| c.wa_id.as_str()).collect();
        assert_eq!((contacts.len(), numbers.len()), (200, 200));
        for contact in &contacts {
            assert_eq!(
                phone::canonical(&contact.wa_id).as_ref(),
                Some(&contact.wa_id),
                "{}",
                contact.name
            );
        }
    }
}
