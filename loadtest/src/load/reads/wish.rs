//! The kinds of reads, how often each is made, and the path of one.

use rand::Rng;
use rand::rngs::SmallRng;

use super::known::{Known, Place};

/// What the dashboard asks for a page.
const PAGE: &str = "limit=50";
/// What is open is looked at most.
const STATUSES: [&str; 6] = ["open", "open", "open", "pending", "snoozed", "closed"];
const URGENCIES: [&str; 3] = ["urgent", "high", "low"];

/// A kind of read, which has a latency of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Inbox,
    InboxOldest,
    InboxSecondPage,
    InboxDeepPage,
    Status,
    StatusOldest,
    Mine,
    Nobodys,
    Colleagues,
    Team,
    TeamAll,
    Tag,
    TagOpen,
    TagDeepPage,
    Priority,
    Number,
    View,
    Name,
    Phone,
    Conversation,
    Thread,
    ThreadSecondPage,
    SearchCommon,
    SearchRare,
    SearchNothing,
    SearchFiltered,
    Contacts,
    ContactsByName,
}

/// Each kind with its name and how often it is made, in parts of all. An assumption about agents at work: what the inbox
/// shows first is asked most, searching is rarer than opening what was found.
const KINDS: [(Kind, &str, u32); 28] = [
    (Kind::Inbox, "inbox", 90),
    (Kind::InboxOldest, "inbox_oldest", 20),
    (Kind::InboxSecondPage, "inbox_second_page", 40),
    (Kind::InboxDeepPage, "inbox_deep_page", 20),
    (Kind::Status, "status", 70),
    (Kind::StatusOldest, "status_oldest", 20),
    (Kind::Mine, "mine", 110),
    (Kind::Nobodys, "nobodys", 40),
    (Kind::Colleagues, "colleagues", 20),
    (Kind::Team, "team", 60),
    (Kind::TeamAll, "team_all", 20),
    (Kind::Tag, "tag", 30),
    (Kind::TagOpen, "tag_open", 30),
    (Kind::TagDeepPage, "tag_deep_page", 10),
    (Kind::Priority, "priority", 30),
    (Kind::Number, "number", 30),
    (Kind::View, "view", 50),
    (Kind::Name, "name", 40),
    (Kind::Phone, "phone", 20),
    (Kind::Conversation, "conversation", 40),
    (Kind::Thread, "thread", 120),
    (Kind::ThreadSecondPage, "thread_second_page", 30),
    (Kind::SearchCommon, "search_common", 15),
    (Kind::SearchRare, "search_rare", 15),
    (Kind::SearchNothing, "search_nothing", 10),
    (Kind::SearchFiltered, "search_filtered", 20),
    (Kind::Contacts, "contacts", 20),
    (Kind::ContactsByName, "contacts_by_name", 20),
];

impl Kind {
    /// All of them.
    pub const ALL: [Self; KINDS.len()] = {
        let mut all = [Self::Inbox; KINDS.len()];
        let mut n = 0;
        while n < KINDS.len() {
            all[n] = KINDS[n].0;
            n += 1;
        }
        all
    };

    /// As its figures are called.
    pub fn name(self) -> &'static str {
        self.entry().1
    }

    fn entry(self) -> (Self, &'static str, u32) {
        KINDS[self as usize]
    }

    /// One of these, each as often as it is wanted.
    pub fn draw(kinds: &[Self], chance: &mut SmallRng) -> Option<Self> {
        let all: u32 = kinds.iter().map(|kind| kind.entry().2).sum();
        let mut left = chance.random_range(0..all.max(1));
        for kind in kinds {
            let weight = kind.entry().2;
            if left < weight {
                return Some(*kind);
            }
            left -= weight;
        }
        None
    }

    /// The path of one; None when the hub has nothing that it could be asked of.
    pub fn path(self, known: &Known, is_user: bool, chance: &mut SmallRng) -> Option<String> {
        let status = STATUSES[chance.random_range(0..STATUSES.len())];
        let urgency = URGENCIES[chance.random_range(0..URGENCIES.len())];
        let inbox = |filters: &str| format!("/api/v1/conversations?{filters}{PAGE}");
        let mut any = |ids: &[String]| pick(ids, chance);
        Some(match self {
            Self::Inbox => inbox(""),
            Self::InboxOldest => inbox("sort=oldest&"),
            Self::InboxSecondPage => onward(&known.second, chance)?,
            Self::InboxDeepPage => onward(&known.deep, chance)?,
            Self::Status => inbox(&format!("status={status}&")),
            Self::StatusOldest => inbox(&format!("status={status}&sort=oldest&")),
            Self::Mine if is_user => inbox("status=open&assignee=me&"),
            Self::Mine => inbox(&format!("status=open&assignee={}&", any(&known.users)?)),
            Self::Nobodys => inbox(&format!("status={status}&assignee=none&")),
            Self::Colleagues => inbox(&format!("assignee={}&", any(&known.users)?)),
            Self::Team => inbox(&format!("status=open&team={}&", any(&known.teams)?)),
            Self::TeamAll => inbox(&format!("team={}&", any(&known.teams)?)),
            Self::Tag => inbox(&format!("tag={}&", any(&known.tags)?)),
            Self::TagOpen => inbox(&format!("status=open&tag={}&", any(&known.tags)?)),
            Self::TagDeepPage => onward(&known.tagged, chance)?,
            Self::Priority => inbox(&format!("priority={urgency}&")),
            Self::Number => inbox(&format!("session={}&", any(&known.numbers)?)),
            Self::View => inbox(&view(known, status, urgency, chance)),
            Self::Name => inbox(&format!("q={}&", encoded(&any(&known.names)?))),
            Self::Phone => inbox(&format!("q={}&", encoded(&any(&known.phones)?))),
            Self::Conversation => format!("/api/v1/conversations/{}", any(&known.conversations)?),
            Self::Thread => {
                let id = any(&known.conversations)?;
                format!("/api/v1/conversations/{id}/messages?{PAGE}")
            }
            Self::ThreadSecondPage => onward(&known.threads, chance)?,
            Self::SearchCommon => search(&any(&known.common)?, ""),
            Self::SearchRare => search(&any(&known.rare)?, ""),
            Self::SearchNothing => {
                search(&format!("nobodysaid{}", chance.random_range(0..10_000)), "")
            }
            Self::SearchFiltered => search(&any(&known.common)?, &narrowed(known, chance)),
            Self::Contacts => onward(&known.contacts, chance)?,
            Self::ContactsByName => {
                format!("/api/v1/contacts?q={}&{PAGE}", encoded(&any(&known.names)?))
            }
        })
    }
}

/// What people save as a view: two or three filters at once, of which few rows may have all.
fn view(known: &Known, status: &str, urgency: &str, chance: &mut SmallRng) -> String {
    let team = only("team", &known.teams, chance);
    let tag = only("tag", &known.tags, chance);
    let assignee = only("assignee", &known.users, chance);
    match chance.random_range(0..6) {
        0 => format!("status=open&{team}priority={urgency}&"),
        1 => format!("status={status}&{team}{tag}"),
        2 => format!("status=open&assignee=none&{team}sort=oldest&"),
        3 => format!("{assignee}{tag}"),
        4 => format!("priority={urgency}&{tag}"),
        _ => format!("status=open&priority={urgency}&sort=oldest&"),
    }
}

/// One filter of a search.
fn narrowed(known: &Known, chance: &mut SmallRng) -> String {
    match chance.random_range(0..6) {
        0 => only("session", &known.numbers, chance),
        1 => only("conversation", &known.conversations, chance),
        2 => only("contact", &known.people, chance),
        3 => only("author", &known.users, chance),
        4 => "direction=outbound&".to_owned(),
        _ => "type=image&".to_owned(),
    }
}

/// A filter by one of these; none when there are none.
fn only(name: &str, ids: &[String], chance: &mut SmallRng) -> String {
    pick(ids, chance).map_or_else(String::new, |id| format!("{name}={id}&"))
}

fn search(words: &str, filters: &str) -> String {
    format!("/api/v1/messages?q={}&{filters}limit=30", encoded(words))
}

fn onward(places: &[Place], chance: &mut SmallRng) -> Option<String> {
    let place = places.get(chance.random_range(0..places.len().max(1)))?;
    Some(place.path(PAGE))
}

fn pick(from: &[String], chance: &mut SmallRng) -> Option<String> {
    from.get(chance.random_range(0..from.len().max(1))).cloned()
}

/// As part of an address.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::chance::{Of, chance};

    fn one_of_each() -> Known {
        let some = |text: &str| vec![text.to_owned()];
        let place = |path: &str| {
            vec![Place {
                path: path.to_owned(),
                cursor: Some("WzFd".to_owned()),
            }]
        };
        Known {
            users: some("usr_1"),
            teams: some("tem_1"),
            tags: some("tag_1"),
            numbers: some("ses_1"),
            conversations: some("cnv_1"),
            people: some("cnt_1"),
            names: some("Zoë Müller"),
            phones: some("0123 456"),
            common: some("hello"),
            rare: some("a phrase"),
            second: place("/api/v1/conversations?"),
            deep: place("/api/v1/conversations?"),
            tagged: place("/api/v1/conversations?tag=tag_1&"),
            threads: place("/api/v1/conversations/cnv_1/messages?"),
            contacts: place("/api/v1/contacts?"),
        }
    }

    #[test]
    fn each_kind_stands_at_its_own_place() {
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place, "{}", kind.name());
        }
    }

    #[test]
    fn every_kind_is_an_address_without_letters_that_have_no_place_in_one() {
        let (known, mut chance) = (one_of_each(), chance(1, Of::Read, 0));
        for kind in Kind::ALL {
            for _ in 0..30 {
                let path = kind.path(&known, true, &mut chance).unwrap();
                let is_plain =
                    |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
                assert!(
                    path.starts_with("/api/v1/") && path.bytes().all(is_plain),
                    "{path}"
                );
            }
        }
        let named = Kind::Name.path(&known, true, &mut chance).unwrap();
        assert_eq!(
            named,
            "/api/v1/conversations?q=Zo%C3%AB%20M%C3%BCller&limit=50"
        );
    }

    #[test]
    fn a_key_is_nobody_and_asks_for_somebodys_conversations() {
        let (known, mut chance) = (one_of_each(), chance(1, Of::Read, 0));
        let mut mine = |is_user| Kind::Mine.path(&known, is_user, &mut chance).unwrap();
        assert!(mine(true).contains("assignee=me&"));
        assert!(mine(false).contains("assignee=usr_1&"));
    }

    #[test]
    fn a_hub_without_tags_is_not_asked_for_them_and_all_else_is_drawn_by_its_weight() {
        let known = Known {
            tags: Vec::new(),
            tagged: Vec::new(),
            ..one_of_each()
        };
        let kinds = known.kinds();
        for missing in [Kind::Tag, Kind::TagOpen, Kind::TagDeepPage] {
            assert!(!kinds.contains(&missing));
        }
        assert_eq!(kinds.len(), Kind::ALL.len() - 3);
        let mut chance = chance(1, Of::Read, 0);
        let mut count = |kind| {
            (0..10_000)
                .filter(|_| Kind::draw(&kinds, &mut chance) == Some(kind))
                .count()
        };
        assert!((900..1400).contains(&count(Kind::Thread)));
        assert!((60..160).contains(&count(Kind::SearchNothing)));
        assert_eq!(count(Kind::Tag), 0);
    }
}
