//! What the dashboard asks for most, of a past as `loadtest seed` makes it and `command-center import` takes it:
//! fifty messages in each conversation on average.

use std::io::{BufReader, Cursor, Read};

use actors::model::conversation::{Conversation, ConversationStatus};
use actors::model::ids::{ConversationId, MessageId};
use actors::time::Timestamp;
use command_center::app::import::import;
use command_center::store::{AssigneeFilter, ConversationFilter, Tenant};
use criterion::{BenchmarkId, Criterion, SamplingMode};
use loadtest::load::past::Past;

use crate::database::{Engine, TestDatabase};
use crate::{name, runtime};

const PER_CONVERSATION: u64 = 50;
/// The rows of a page, and one more to know whether there are others.
const PAGE: i64 = 51;
/// When the past ended: 2026-05-04T09:31:00Z, always the same.
const END: u64 = 1_777_887_060;
const DAY: u64 = 86_400;
const SPAN: u64 = 90 * DAY;

/// What is asked of the conversations.
type Question = (&'static str, fn() -> ConversationFilter);
const QUESTIONS: [Question; 7] = [
    ("inbox", ConversationFilter::default),
    ("inbox, a later page", || ConversationFilter {
        after: Some((days_before_the_end(30), ConversationId(i64::MAX))),
        ..ConversationFilter::default()
    }),
    ("inbox, open ones", || ConversationFilter {
        status: Some(ConversationStatus::Open),
        ..ConversationFilter::default()
    }),
    ("inbox, nobody's", || ConversationFilter {
        assignee: Some(AssigneeFilter::Nobody),
        ..ConversationFilter::default()
    }),
    ("search for a number", || search("+999 0000 0123")),
    ("search for a name that few have", || search("keiko smith")),
    ("search for a name that many have", || search("mia")),
];

pub fn measure(criterion: &mut Criterion, engine: Engine) {
    let mut group = criterion.benchmark_group("list");
    group.sample_size(30).sampling_mode(SamplingMode::Flat);
    // Made when it is wanted: a filter on the command line may leave all of this out.
    let (runtime, mut archive) = (runtime(), None);
    let open = || runtime.block_on(Archive::import(engine));
    for (question, filter) in QUESTIONS {
        group.bench_function(BenchmarkId::new(name(engine), question), |b| {
            let archive = archive.get_or_insert_with(open);
            let filter = filter();
            let ask = || runtime.block_on(archive.conversations(&filter));
            assert!(!ask().is_empty(), "{question}: nothing is found");
            b.iter(ask);
        });
    }
    for (question, place) in [("thread", 0), ("thread, an older page", 1)] {
        group.bench_function(BenchmarkId::new(name(engine), question), |b| {
            let archive = archive.get_or_insert_with(open);
            let (thread, before) = (archive.thread, archive.pages[place]);
            b.iter(|| {
                let page = archive.tenant.list_messages(thread, before, PAGE);
                runtime.block_on(page).unwrap()
            });
        });
    }
    for (question, q) in [("contacts", None), ("contacts of a name", Some("mia"))] {
        group.bench_function(BenchmarkId::new(name(engine), question), |b| {
            let archive = archive.get_or_insert_with(open);
            let ask = || archive.tenant.list_contacts(q, None, PAGE);
            b.iter(|| runtime.block_on(ask()).unwrap());
        });
    }
    group.finish();
}

fn search(q: &str) -> ConversationFilter {
    ConversationFilter {
        q: Some(q.to_owned()),
        ..ConversationFilter::default()
    }
}

fn days_before_the_end(days: u64) -> Timestamp {
    let seconds = i64::try_from(END - days * DAY).unwrap();
    Timestamp::from_millis(seconds * 1000)
}

/// What was imported.
struct Archive {
    tenant: Tenant,
    /// A conversation of two pages at least.
    thread: ConversationId,
    /// Where its first and its second page begin.
    pages: [Option<MessageId>; 2],
    /// Gone with the archive.
    _database: TestDatabase,
}

impl Archive {
    async fn import(engine: Engine) -> Self {
        let database = TestDatabase::create(engine).await;
        let store = database.open().await;
        let (organization, number) = database.organization_with_number(&store).await;
        let messages = messages();
        let lines = Lines {
            past: Past {
                seed: 1,
                conversations: u32::try_from(messages / PER_CONVERSATION).unwrap(),
                messages,
                span: SPAN,
                end: END,
            },
            next: 0,
            line: Cursor::default(),
        };
        let imported = import(&store, number, Box::new(BufReader::new(lines)));
        let imported = imported.await.unwrap();
        assert_eq!(imported.bad, 0, "every line is understood");
        let tenant = store.tenant(organization);
        let (thread, second) = long_thread(&tenant).await;
        Self {
            tenant,
            thread,
            pages: [None, Some(second)],
            _database: database,
        }
    }

    async fn conversations(&self, filter: &ConversationFilter) -> Vec<Conversation> {
        self.tenant.list_conversations(filter, PAGE).await.unwrap()
    }
}

/// The first conversation of the inbox that has two pages, and where the second one begins.
async fn long_thread(tenant: &Tenant) -> (ConversationId, MessageId) {
    let inbox = ConversationFilter::default();
    for row in tenant.list_conversations(&inbox, 200).await.unwrap() {
        let all = tenant.list_messages(row.id, None, 2 * PAGE).await.unwrap();
        if all.len() == 2 * PAGE as usize {
            return (row.id, all[all.len() / 2 - 1].id);
        }
    }
    panic!("no conversation of the inbox has two pages");
}

fn messages() -> u64 {
    let wanted = std::env::var("BENCH_MESSAGES").unwrap_or_else(|_| "20000".to_owned());
    let number = wanted.parse().ok().filter(|number| *number >= 20_000);
    number.expect("BENCH_MESSAGES is a number of messages, 20000 or more")
}

/// The lines of a past, each made when it is read: five million messages need no room.
struct Lines {
    past: Past,
    next: u32,
    line: Cursor<Vec<u8>>,
}

impl Read for Lines {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let is_read = self.line.position() == self.line.get_ref().len() as u64;
        if is_read && self.next < self.past.conversations {
            let mut line = std::mem::take(self.line.get_mut());
            line.clear();
            self.past.write(&mut line, self.next)?;
            self.next += 1;
            self.line = Cursor::new(line);
        }
        self.line.read(into)
    }
}
