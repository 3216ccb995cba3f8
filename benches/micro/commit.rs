//! Group commit: so many messages at once, from when the store is asked until all are committed. Each comes
//! from another contact, so that nothing waits but for the committer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actors::conversation::rules;
use actors::model::conversation::{ConversationKey, ConversationState};
use actors::model::ids::{OrganizationId, SessionId};
use actors::ports::store::{Appended, InboundAppend, MessageStore};
use actors::testing::inbound;
use actors::time::Timestamp;
use command_center::store::Store;
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use futures_util::future::join_all;

use crate::database::{Engine, TestDatabase};
use crate::{name, runtime};

const AT_ONCE: [usize; 4] = [1, 16, 64, 256];
/// Contacts who wrote before; each batch goes to the next ones.
const CONTACTS: usize = 1024;

pub fn measure(criterion: &mut Criterion, engine: Engine) {
    let mut group = criterion.benchmark_group("commit");
    group.sample_size(20).sampling_mode(SamplingMode::Flat);
    // Made when it is wanted: a filter on the command line may leave all of this out.
    let (runtime, mut desk) = (runtime(), None);
    let open = || runtime.block_on(Desk::open(engine));
    for count in AT_ONCE {
        group.throughput(Throughput::Elements(count as u64));
        let id = BenchmarkId::new(name(engine), format!("{count} at once"));
        group.bench_function(id, |b| {
            let desk = desk.get_or_insert_with(open);
            b.iter_custom(|rounds| runtime.block_on(desk.time(rounds, count, Desk::known)));
        });
    }
    group.throughput(Throughput::Elements(64));
    let id = BenchmarkId::new(name(engine), "64 newcomers at once");
    group.bench_function(id, |b| {
        let desk = desk.get_or_insert_with(open);
        b.iter_custom(|rounds| runtime.block_on(desk.time(rounds, 64, Desk::newcomer)));
    });
    group.finish();
}

/// A store with an organization, and what is known of its contacts.
struct Desk {
    store: Store,
    organization: OrganizationId,
    session: SessionId,
    states: Vec<Arc<ConversationState>>,
    /// Messages so far; the next one is of the contact of that number, around and around.
    said: usize,
    newcomers: usize,
    /// Gone with the desk.
    _database: TestDatabase,
}

impl Desk {
    async fn open(engine: Engine) -> Self {
        let database = TestDatabase::create(engine).await;
        let store = database.open().await;
        let (organization, session) = database.organization_with_number(&store).await;
        let mut desk = Self {
            store,
            organization,
            session,
            states: Vec::new(),
            said: 0,
            newcomers: 0,
            _database: database,
        };
        let first = (0..CONTACTS).map(|_| desk.newcomer()).collect();
        desk.states = desk.append(first).await;
        desk
    }

    /// How long so many messages at once take; making them does not count.
    async fn time(
        &mut self,
        rounds: u64,
        count: usize,
        next: impl Fn(&mut Self) -> InboundAppend,
    ) -> Duration {
        let mut taken = Duration::ZERO;
        for _ in 0..rounds {
            let appends: Vec<InboundAppend> = (0..count).map(|_| next(self)).collect();
            let started = Instant::now();
            let states = self.append(appends).await;
            taken += started.elapsed();
            for state in states {
                let known = |known: &&mut Arc<ConversationState>| {
                    known.conversation.id == state.conversation.id
                };
                if let Some(known) = self.states.iter_mut().find(known) {
                    *known = state;
                }
            }
        }
        taken
    }

    async fn append(&self, appends: Vec<InboundAppend>) -> Vec<Arc<ConversationState>> {
        let all = appends
            .into_iter()
            .map(|append| self.store.append_inbound(append));
        let stored = join_all(all).await.into_iter();
        let state = |stored| match stored {
            Ok(Appended::Stored { state, .. }) => state,
            other => panic!("not stored: {other:?}"),
        };
        stored.map(state).collect()
    }

    /// The next message of somebody who wrote before.
    fn known(&mut self) -> InboundAppend {
        let state = Arc::clone(&self.states[self.said % self.states.len()]);
        let phone = state.conversation.contact.phone.clone().unwrap();
        self.message(&phone, Some(state))
    }

    /// The first message of somebody new.
    fn newcomer(&mut self) -> InboundAppend {
        self.newcomers += 1;
        self.message(&format!("99900{:08}", self.newcomers), None)
    }

    fn message(&mut self, phone: &str, state: Option<Arc<ConversationState>>) -> InboundAppend {
        self.said += 1;
        let id = format!("wamid.HBgLMTU1NTExMTIyMjIVAgASGBQ{:012}", self.said);
        let message = inbound(phone, "Hello, is the blue jacket still available?")
            .id(&id)
            .at(Timestamp::now())
            .build();
        let current = state.as_ref().map(|state| &state.conversation);
        InboundAppend {
            key: ConversationKey::of(self.organization, self.session, &message.identities).unwrap(),
            reception: rules::receive(current, &message),
            received_at: message.sent_at,
            state,
            message: message.into(),
        }
    }
}
