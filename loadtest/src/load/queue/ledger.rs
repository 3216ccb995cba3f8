//! Who had which conversation when, by all that sockets and answers told, and whether two ever had one at once.

use std::collections::HashMap;

/// All events of one change are numbered one after the other.
const OF_ONE_CHANGE: i64 = 16;
/// Conversations that are named in a report.
const EXAMPLES: usize = 5;

/// How a conversation stands, by its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub conversation: String,
    /// A higher one is newer.
    pub seq: i64,
    pub assignee: Option<String>,
    /// The assignee has to accept it.
    pub is_offer: bool,
}

/// What is known of one conversation at a place in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    /// Something happened that nobody saw.
    Unseen,
    Nobody,
    Of(u32),
}

#[derive(Default)]
struct Page {
    marks: Vec<(i64, Mark)>,
    /// The newest row that the stream told.
    last: Option<(i64, Option<u32>, bool)>,
    is_given: bool,
    is_told: bool,
}

/// All conversations.
#[derive(Default)]
pub struct Ledger {
    pages: HashMap<String, Page>,
    users: HashMap<String, u32>,
    assignments: u64,
    ran_out: u64,
    taken_back: u64,
    unseen: u64,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Conversations that somebody was given.
    pub given: u64,
    /// Of these, those that no agent's socket told of.
    pub untold: u64,
    /// How often one became somebody's that was nobody's.
    pub assignments: u64,
    /// One agent's and then another's, and never nobody's in between.
    pub doubled: u64,
    pub examples: Vec<String>,
    /// Taken back because they were not accepted in time, and for other reasons.
    pub ran_out: u64,
    pub taken_back: u64,
    /// Rows that were told later than something that happened to them: the steps in between are not judged.
    pub unseen: u64,
}

impl Ledger {
    fn user(&mut self, name: &str) -> u32 {
        let next = u32::try_from(self.users.len()).unwrap_or(u32::MAX);
        *self.users.entry(name.to_owned()).or_insert(next)
    }

    /// The stream of all events told a row, with the event of that number; true when somebody has it for the first
    /// time.
    pub fn streamed(&mut self, standing: &Standing, event: i64) -> bool {
        let user = standing.assignee.as_deref().map(|name| self.user(name));
        let page = self.pages.entry(standing.conversation.clone()).or_default();
        let before = page.last;
        if before.is_some_and(|(seq, ..)| standing.seq <= seq) {
            return false;
        }
        page.last = Some((standing.seq, user, standing.is_offer));
        let was = before.and_then(|(_, user, _)| user);
        if standing.seq > event + OF_ONE_CHANGE {
            // What was missed is told with bodies as they are now.
            page.mark(event, Mark::Unseen);
            self.unseen += 1;
        }
        if was == user && before.is_some() {
            return false;
        }
        page.mark(standing.seq, user.map_or(Mark::Nobody, Mark::Of));
        match user {
            Some(_) => self.assignments += 1,
            None if before.is_none() => {}
            None if before.is_some_and(|(.., is_offer)| is_offer) => self.ran_out += 1,
            None => self.taken_back += 1,
        }
        user.is_some() && !std::mem::replace(&mut page.is_given, true)
    }

    /// An agent's own socket, or the answer to its own request, told that the conversation is theirs; true when it is
    /// the first that any agent heard of it.
    pub fn told(&mut self, conversation: &str, seq: i64, user: &str) -> bool {
        let user = self.user(user);
        let page = self.pages.entry(conversation.to_owned()).or_default();
        page.mark(seq, Mark::Of(user));
        !std::mem::replace(&mut page.is_told, true)
    }

    /// Conversations that somebody was given.
    pub fn given(&self) -> u64 {
        self.pages.values().filter(|page| page.is_had()).count() as u64
    }

    /// Whether an agent heard of it.
    pub fn is_told(&self, conversation: &str) -> bool {
        let page = self.pages.get(conversation);
        page.is_some_and(|page| page.is_told)
    }

    /// Judges.
    pub fn verdict(&self) -> Verdict {
        let mut verdict = Verdict {
            assignments: self.assignments,
            ran_out: self.ran_out,
            taken_back: self.taken_back,
            unseen: self.unseen,
            ..Verdict::default()
        };
        for (conversation, page) in &self.pages {
            verdict.given += u64::from(page.is_had());
            verdict.untold += u64::from(page.is_had() && !page.is_told);
            let doubled = doubles(page.marks.clone());
            verdict.doubled += doubled;
            if doubled > 0 && verdict.examples.len() < EXAMPLES {
                verdict.examples.push(conversation.clone());
            }
        }
        verdict.examples.sort();
        verdict
    }
}

impl Page {
    /// Whether somebody ever had it.
    const fn is_had(&self) -> bool {
        self.is_given || self.is_told
    }

    fn mark(&mut self, seq: i64, mark: Mark) {
        if !self.marks.contains(&(seq, mark)) {
            self.marks.push((seq, mark));
        }
    }
}

/// How often the holder changed without the conversation being nobody's in between.
fn doubles(mut marks: Vec<(i64, Mark)>) -> u64 {
    marks.sort_unstable();
    let (mut holder, mut doubles) = (None, 0);
    for (_, mark) in marks {
        let next = match mark {
            Mark::Of(user) => Some(user),
            Mark::Nobody | Mark::Unseen => None,
        };
        let is_double = holder.is_some() && next.is_some() && holder != next;
        doubles += u64::from(is_double);
        holder = next;
    }
    doubles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seq: i64, assignee: Option<&str>, is_offer: bool) -> Standing {
        Standing {
            conversation: "cnv_1".to_owned(),
            seq,
            assignee: assignee.map(str::to_owned),
            is_offer,
        }
    }

    #[test]
    fn an_offer_that_ran_out_goes_to_somebody_else_and_is_no_double() {
        let mut ledger = Ledger::default();
        assert!(!ledger.streamed(&row(1, None, false), 1));
        assert!(ledger.streamed(&row(2, Some("a"), true), 2));
        assert!(ledger.told("cnv_1", 2, "a"));
        assert!(!ledger.streamed(&row(3, None, false), 3));
        assert!(!ledger.streamed(&row(4, Some("b"), true), 4));
        assert!(!ledger.told("cnv_1", 4, "b"));
        assert!(!ledger.streamed(&row(5, Some("b"), false), 5));
        // An older row that comes late is no news.
        assert!(!ledger.streamed(&row(2, Some("a"), true), 9));
        let verdict = ledger.verdict();
        assert_eq!((verdict.given, verdict.untold), (1, 0));
        assert_eq!((verdict.assignments, verdict.ran_out), (2, 1));
        assert_eq!(verdict.doubled, 0);
    }

    #[test]
    fn two_who_have_it_at_once_are_seen_wherever_it_is_told() {
        let mut ledger = Ledger::default();
        ledger.streamed(&row(2, Some("a"), true), 2);
        ledger.streamed(&row(7, Some("b"), true), 7);
        assert_eq!(ledger.verdict().doubled, 1);
        assert_eq!(ledger.verdict().examples, ["cnv_1"]);
        let mut ledger = Ledger::default();
        ledger.streamed(&row(2, Some("a"), true), 2);
        // Only the agent's own socket said so.
        ledger.told("cnv_1", 5, "b");
        assert_eq!(ledger.verdict().doubled, 1);
    }

    #[test]
    fn what_nobody_could_see_is_not_judged_but_counted() {
        let mut ledger = Ledger::default();
        ledger.streamed(&row(2, Some("a"), true), 2);
        ledger.streamed(&row(90, Some("b"), true), 40);
        let verdict = ledger.verdict();
        assert_eq!((verdict.doubled, verdict.unseen), (0, 1));
        assert_eq!(verdict.untold, 1);
    }
}
