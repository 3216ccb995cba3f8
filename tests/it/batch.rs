//! What waits at the same time shares a transaction, whatever it is: the kinds of a batch must not get in each other's way.

use std::collections::HashMap;
use std::iter::zip;
use std::sync::Arc;

use actors::event::Envelope;
use actors::model::conversation::{
    ConversationChange, ConversationKey, ConversationState, ConversationStatus, Priority,
};
use actors::model::ids::{ConversationId, OrganizationId, SessionId, UserId};
use actors::model::inbound::{Effect, Reception};
use actors::model::json::Json;
use actors::model::message::{Author, AuthorKind};
use actors::model::outbound::Draft;
use actors::model::status::{MessageStatus, StatusUpdate};
use actors::model::user::{Role, UserBrief};
use actors::ports::store::{
    Appended, ChangeWrite, ConversationStore, EventStore, InboundAppend, MessageStore,
    OutboundAppend, Queued, Raised, StoreError,
};
use actors::testing::build::actor;
use actors::time::Timestamp;
use command_center::store::Store;
use command_center::store::db::Conn;
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use futures_util::future::{join, join_all, join5};

use crate::store::{message, receive};
use crate::support::database::{Engine, TestDatabase};

/// Enough that some of each kind share a batch.
const CROWD: usize = 60;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

struct Scene {
    _database: TestDatabase,
    store: Store,
    organization: OrganizationId,
    session: SessionId,
    /// The conversations, each with one line of our own in it that the provider took.
    states: Vec<Arc<ConversationState>>,
}

async fn scene(engine: Engine) -> Scene {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let (organization, session) = database.organization_with_number(&store).await;
    let mut states = Vec::new();
    for number in 0..CROWD {
        let mut line = message(&phone(number), &line(number), "hello");
        line.effect = Effect::Echo;
        match receive(&store, organization, session, line).await {
            Appended::Stored { state, .. } => states.push(state),
            Appended::Duplicate => panic!("nothing came before"),
        }
    }
    Scene {
        _database: database,
        store,
        organization,
        session,
        states,
    }
}

fn phone(number: usize) -> String {
    format!("4917300{number:04}")
}

fn line(number: usize) -> String {
    format!("wamid.line{number}")
}

impl Scene {
    /// Each as it was decided once: whoever meets another version is told so, and does not decide again.
    async fn change(&self, number: usize) -> Result<Vec<Arc<Envelope>>, StoreError> {
        let somebody = UserBrief {
            id: UserId(1),
            name: "Somebody".to_owned(),
        };
        let write = ChangeWrite {
            state: Arc::clone(&self.states[number]),
            change: ConversationChange {
                priority: Some(Priority::High),
                ..ConversationChange::default()
            },
            by: actor(self.organization, &somebody, Role::Admin),
            task: None,
            once: None,
        };
        let (_, receipt) = self.store.change_conversation(write).await?;
        Ok(receipt.envelopes)
    }

    /// The conversation as it is now.
    async fn loaded(&self, number: usize) -> Arc<ConversationState> {
        let names = message(&phone(number), "", "").identities;
        let key = ConversationKey::of(self.organization, self.session, &names).unwrap();
        let loaded = self.store.load_conversation(&key, &names).await;
        Arc::new(loaded.unwrap().expect("it is there"))
    }

    async fn answer(&self, number: usize) -> Result<Vec<Arc<Envelope>>, StoreError> {
        let append = OutboundAppend {
            state: Arc::clone(&self.states[number]),
            draft: Draft {
                author: Author {
                    kind: AuthorKind::User,
                    id: Some("1".to_owned()),
                    name: Some("Somebody".to_owned()),
                },
                client_key: Some(format!("key-{number}")),
                fingerprint: None,
                priority: actors::model::outbound::Priority::Agent,
                kind: "text".to_owned(),
                text: Some("well".to_owned()),
                content: Json::empty(),
                media: Vec::new(),
                reply_to: None,
                note: false,
                mentions: Vec::new(),
            },
            status: ConversationStatus::Open,
            now: Timestamp::now(),
        };
        match self.store.append_outbound(append).await? {
            Queued::Stored { receipt, .. } => Ok(receipt.envelopes),
            other => panic!("its key is new: {other:?}"),
        }
    }

    /// On PostgreSQL a row says which transaction wrote it: there were some that told of a tick and of something else.
    async fn shares_batches(&self, engine: Engine) {
        if engine == Engine::Sqlite {
            return;
        }
        let mut conn = self.store.connection().await.unwrap();
        let Conn::Postgres(object) = &mut conn else {
            panic!("it is PostgreSQL");
        };
        let shared: Count = diesel::sql_query(
            "SELECT count(*) AS count FROM events AS a JOIN events AS b \
            ON a.xmin::text = b.xmin::text \
            WHERE a.kind = 'message.status_changed' AND b.kind <> a.kind",
        )
        .get_result(&mut **object)
        .await
        .unwrap();
        assert!(shared.count > 0, "nothing shared a transaction");
    }

    async fn say(&self, number: usize) -> Result<Vec<Arc<Envelope>>, StoreError> {
        let news = message(&phone(number), &format!("wamid.reply{number}"), "well");
        let append = InboundAppend {
            key: ConversationKey::of(self.organization, self.session, &news.identities).unwrap(),
            reception: Reception {
                status: ConversationStatus::Open,
                unread: 1,
                window_expires_at: None,
                waiting_since: None,
                activity: true,
                is_reply: false,
            },
            state: Some(Arc::clone(&self.states[number])),
            message: news.into(),
            received_at: Timestamp::now(),
        };
        match self.store.append_inbound(append).await? {
            Appended::Stored { receipt, .. } => Ok(receipt.envelopes),
            Appended::Duplicate => panic!("it came once"),
        }
    }

    async fn read(&self, number: usize) -> Result<Vec<Arc<Envelope>>, StoreError> {
        let update = StatusUpdate {
            provider_id: line(number),
            attempt: None,
            status: MessageStatus::Read,
            at: Timestamp::now(),
            error: None,
            billing: None,
        };
        let raised = self
            .store
            .raise_status(self.organization, self.session, update);
        match raised.await? {
            Raised::Changed(receipt) => Ok(receipt.envelopes),
            Raised::Unchanged => panic!("it was not read before"),
            Raised::Kept => panic!("the line is known"),
        }
    }
}

/// Of a message, an answer and a change that were decided on the same conversation one is stored, whoever else comes.
async fn one_of_three(engine: Engine) {
    let mut scene = scene(engine).await;
    let head = scene.store.head(scene.organization).await.unwrap().seq;
    let newcomers = (0..CROWD).map(|number| {
        let news = message(
            &format!("4917400{number:04}"),
            &format!("wamid.new{number}"),
            "hello",
        );
        receive(&scene.store, scene.organization, scene.session, news)
    });
    let (changed, said, answered, read, met) = join5(
        join_all((0..CROWD).map(|number| scene.change(number))),
        join_all((0..CROWD).map(|number| scene.say(number))),
        join_all((0..CROWD).map(|number| scene.answer(number))),
        join_all((0..CROWD).map(|number| scene.read(number))),
        join_all(newcomers),
    )
    .await;
    let mut told = Vec::new();
    let mut silenced = Vec::new();
    let mut unanswered = Vec::new();
    for (number, ends) in zip(changed, zip(said, answered)).enumerate() {
        let ends = [ends.0, ends.1.0, ends.1.1];
        let mut stored = 0;
        silenced.extend(ends[1].is_err().then_some(number));
        unanswered.extend(ends[2].is_err().then_some(number));
        for end in ends {
            match end {
                Ok(envelopes) => {
                    stored += 1;
                    told.extend(envelopes);
                }
                Err(StoreError::Conflict) => {}
                Err(error) => panic!("conversation {number}: {error}"),
            }
        }
        assert_eq!(stored, 1, "of conversation {number}");
    }
    for envelopes in read {
        told.extend(envelopes.expect("a status is stored whatever else is"));
    }
    for end in met {
        match end {
            Appended::Stored { receipt, .. } => told.extend(receipt.envelopes),
            Appended::Duplicate => panic!("they came once"),
        }
    }
    // One of each conversation, its tick, and three of each newcomer.
    let events = i64::try_from(5 * CROWD).unwrap();
    let mut numbers: Vec<i64> = told.iter().map(|envelope| envelope.seq).collect();
    numbers.sort_unstable();
    let all: Vec<i64> = (head + 1..=head + events).collect();
    assert_eq!(numbers, all, "each number once, and none without an event");
    let after = scene.store.head(scene.organization).await.unwrap().seq;
    assert_eq!(after, head + events);
    scene.shares_batches(engine).await;
    // Nothing is left of those that were not stored, or it would be taken for a repetition.
    for number in silenced {
        let news = message(&phone(number), &format!("wamid.reply{number}"), "well");
        let end = receive(&scene.store, scene.organization, scene.session, news).await;
        assert!(matches!(end, Appended::Stored { .. }), "{end:?}");
    }
    for number in unanswered {
        scene.states[number] = scene.loaded(number).await;
        assert!(scene.answer(number).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_three_for_one_conversation_one_is_stored_on_sqlite() {
    one_of_three(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_three_for_one_conversation_one_is_stored_on_postgres() {
    one_of_three(Engine::Postgres).await;
}

/// Whatever is told last of a conversation shows how far its last line came.
async fn ticks_stay(engine: Engine) {
    let scene = scene(engine).await;
    let (changed, read) = join(
        join_all((0..CROWD).map(|number| scene.change(number))),
        join_all((0..CROWD).map(|number| scene.read(number))),
    )
    .await;
    let told = changed.into_iter().chain(read);
    let mut latest: HashMap<ConversationId, Arc<Envelope>> = HashMap::new();
    for envelope in told.flat_map(|told| told.unwrap()) {
        let Some(row) = envelope.row.clone() else {
            panic!("each of them shows the conversation");
        };
        let known = latest
            .entry(row.id)
            .or_insert_with(|| Arc::clone(&envelope));
        if known.seq < envelope.seq {
            *known = envelope;
        }
    }
    assert_eq!(latest.len(), CROWD);
    for envelope in latest.into_values() {
        let row = envelope.row.as_ref().unwrap();
        assert_eq!(row.priority, Priority::High, "at {}", envelope.seq);
        let last = row.last_message.as_ref().unwrap();
        assert_eq!(last.status, MessageStatus::Read, "at {}", envelope.seq);
    }
    scene.shares_batches(engine).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_takes_no_tick_back_on_sqlite() {
    ticks_stay(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_takes_no_tick_back_on_postgres() {
    ticks_stay(Engine::Postgres).await;
}
