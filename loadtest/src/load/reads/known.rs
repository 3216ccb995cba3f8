//! What a hub has that its lists can be asked for: ids, names, words and places between pages, out of its own lists.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::wish::Kind;
use crate::load::chance::{Of, chance};
use crate::load::hub::Hub;

/// Rows of a page of those that are looked through beforehand.
const ROWS: &str = "limit=200";
/// Pages of the inbox that are looked through: what lies behind them is deep.
const PAGES: usize = 10;
/// Pages of a tag's list.
const PAGES_OF_TAG: usize = 3;
/// Conversations of which a page is looked through.
const THREADS: usize = 150;
/// Words that count as common.
const COMMON: usize = 8;
/// Words of a phrase that few messages have all of.
const PHRASE: usize = 6;
/// Letters of a word that somebody looks for.
const SHORTEST_WORD: usize = 4;

/// A place in a list: its path up to the `?` or `&`, and behind which row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub path: String,
    pub cursor: Option<String>,
}

impl Place {
    /// The page that begins there.
    pub fn path(&self, limit: &str) -> String {
        match &self.cursor {
            Some(cursor) => format!("{}{limit}&cursor={cursor}", self.path),
            None => format!("{}{limit}", self.path),
        }
    }
}

/// Something of everything.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub users: Vec<String>,
    pub teams: Vec<String>,
    pub tags: Vec<String>,
    pub numbers: Vec<String>,
    pub conversations: Vec<String>,
    /// Contacts, by id.
    pub people: Vec<String>,
    /// Pieces of their names.
    pub names: Vec<String>,
    pub phones: Vec<String>,
    /// Words that most threads have, and what one message alone may have.
    pub common: Vec<String>,
    pub rare: Vec<String>,
    /// Where the second pages of inboxes begin, pages far behind, those of a tag, and those of threads.
    pub second: Vec<Place>,
    pub deep: Vec<Place>,
    pub tagged: Vec<Place>,
    pub threads: Vec<Place>,
    pub contacts: Vec<Place>,
}

impl Known {
    /// Looks through the hub's lists.
    pub async fn ask(hub: &Hub) -> anyhow::Result<Self> {
        let mut known = Self {
            users: ids(hub, "users").await?,
            teams: ids(hub, "teams").await?,
            tags: ids(hub, "tags").await?,
            numbers: ids(hub, "sessions").await?,
            ..Self::default()
        };
        known.look_at_the_inbox(hub).await?;
        known.look_at_tags(hub).await?;
        known.look_at_threads(hub).await?;
        known.look_at_contacts(hub).await?;
        Ok(known)
    }

    /// The kinds of reads that it can be asked for.
    pub fn kinds(&self) -> Vec<Kind> {
        let mut chance = chance(0, Of::Read, 0);
        let kinds = Kind::ALL.into_iter();
        kinds
            .filter(|kind| kind.path(self, false, &mut chance).is_some())
            .collect()
    }

    async fn look_at_the_inbox(&mut self, hub: &Hub) -> anyhow::Result<()> {
        for filters in ["", "sort=oldest&", "status=open&", "status=closed&"] {
            let path = format!("/api/v1/conversations?{filters}");
            let (mut rows, places) = walk(hub, &path, PAGES).await?;
            self.second.extend(places.first().cloned());
            self.deep.extend(places.into_iter().skip(1));
            for row in rows.drain(..) {
                self.meet(&row);
            }
        }
        Ok(())
    }

    /// Remembers a conversation and whom it is with.
    fn meet(&mut self, row: &Value) {
        self.conversations.extend(text(&row["id"]));
        let contact = &row["contact"];
        self.people.extend(text(&contact["id"]));
        if let Some(name) = text(&contact["name"]) {
            self.names.extend(name.split(' ').map(str::to_owned));
            // As it is looked for while somebody still types.
            self.names.push(name.chars().take(2).collect());
            self.names.push(name);
        }
        if let Some(phone) = text(&contact["phone"]) {
            // As somebody reads the end of it from a list.
            self.phones.extend(
                phone
                    .get(phone.len().saturating_sub(7)..)
                    .map(str::to_owned),
            );
            self.phones.push(phone);
        }
    }

    async fn look_at_tags(&mut self, hub: &Hub) -> anyhow::Result<()> {
        for tag in &self.tags {
            let path = format!("/api/v1/conversations?tag={tag}&");
            let (_, places) = walk(hub, &path, PAGES_OF_TAG).await?;
            self.tagged.extend(places);
        }
        Ok(())
    }

    async fn look_at_threads(&mut self, hub: &Hub) -> anyhow::Result<()> {
        let mut said = Vec::new();
        // All over what is known.
        let step = self.conversations.len().div_ceil(THREADS).max(1);
        for id in self.conversations.iter().step_by(step) {
            let path = format!("/api/v1/conversations/{id}/messages?");
            let page = hub.get(&format!("{path}limit=50")).await?;
            let rows = page["data"].as_array().into_iter().flatten();
            said.extend(rows.filter_map(|row| text(&row["text"])));
            self.threads.extend(place(&path, &page));
        }
        (self.common, self.rare) = words(&said);
        Ok(())
    }

    async fn look_at_contacts(&mut self, hub: &Hub) -> anyhow::Result<()> {
        let path = "/api/v1/contacts?".to_owned();
        let (_, mut places) = walk(hub, &path, PAGES_OF_TAG).await?;
        self.contacts = vec![Place { path, cursor: None }];
        self.contacts.append(&mut places);
        Ok(())
    }
}

async fn ids(hub: &Hub, list: &str) -> anyhow::Result<Vec<String>> {
    let mut ids = Vec::new();
    hub.each(&format!("/api/v1/{list}"), |row| {
        ids.extend(text(&row["id"]))
    })
    .await?;
    Ok(ids)
}

/// The rows of the first pages, and where each next one begins.
async fn walk(hub: &Hub, path: &str, pages: usize) -> anyhow::Result<(Vec<Value>, Vec<Place>)> {
    let (mut rows, mut places) = (Vec::new(), Vec::new());
    let mut next = Some(Place {
        path: path.to_owned(),
        cursor: None,
    });
    for _ in 0..pages {
        let Some(here) = next else {
            break;
        };
        let page = hub.get(&here.path(ROWS)).await?;
        rows.extend(page["data"].as_array().into_iter().flatten().cloned());
        next = place(path, &page);
        places.extend(next.clone());
    }
    Ok((rows, places))
}

fn place(path: &str, page: &Value) -> Option<Place> {
    Some(Place {
        path: path.to_owned(),
        cursor: Some(text(&page["next_cursor"])?),
    })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The words that most of these messages have, and what few have: words of one message alone, and several of one
/// message together.
fn words(said: &[String]) -> (Vec<String>, Vec<String>) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut rare = Vec::new();
    for text in said {
        let words: BTreeSet<String> = text
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| word.chars().count() >= SHORTEST_WORD)
            .map(str::to_lowercase)
            .collect();
        if words.len() >= PHRASE {
            let phrase: Vec<&str> = words.iter().take(PHRASE).map(String::as_str).collect();
            rare.push(phrase.join(" "));
        }
        for word in words {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut words: Vec<(String, usize)> = counts.into_iter().collect();
    words.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let common = words.iter().take(COMMON).map(|(word, _)| word.clone());
    let common = common.collect();
    let once = words
        .into_iter()
        .skip(COMMON)
        .filter(|(_, count)| *count == 1);
    rare.extend(once.map(|(word, _)| word));
    (common, rare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn common_words_are_in_most_messages_and_rare_ones_in_one() {
        let mut said: Vec<String> = (0..20)
            .map(|n| format!("Hello again, where goes order{n}?"))
            .collect();
        said.push("alpha, bravo! charlie? delta; foxtrot: golf- hotel".to_owned());
        let (common, rare) = words(&said);
        assert_eq!(common[..4], ["again", "goes", "hello", "where"]);
        assert_eq!(rare[0], "alpha bravo charlie delta foxtrot golf");
        assert!(rare.contains(&"order7".to_owned()) && !rare.contains(&"hello".to_owned()));
    }

    #[test]
    fn a_row_tells_names_by_their_pieces_and_phones_by_their_ends() {
        let mut known = Known::default();
        known.meet(&json!({"id": "cnv_1", "contact": {"id": "cnt_1", "name": "Mia Smith", "phone": "99900000001"}}));
        known
            .meet(&json!({"id": "cnv_2", "contact": {"id": "cnt_2", "name": null, "phone": null}}));
        assert_eq!(known.names, ["Mia", "Smith", "Mi", "Mia Smith"]);
        assert_eq!(known.phones, ["0000001", "99900000001"]);
        assert_eq!(known.people.len(), 2);
    }

    #[test]
    fn the_last_page_leads_nowhere() {
        assert_eq!(place("/x?", &json!({"next_cursor": null})), None);
        let next = place("/x?", &json!({"next_cursor": "abc"})).unwrap();
        assert_eq!(next.path("limit=5"), "/x?limit=5&cursor=abc");
    }
}
