//! The store alone, on both databases: nothing doubled, nothing lost, no hole in the numbers.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actors::model::contact::{Identity, IdentityKind};
use actors::model::conversation::{ConversationChange, ConversationKey, ConversationStatus};
use actors::model::ids::{OrganizationId, SessionId, UserId};
use actors::model::inbound::{Effect, InboundMessage, Reception};
use actors::model::json::Json;
use actors::model::user::{Role, UserBrief};
use actors::ports::store::{
    Appended, ChangeWrite, ConversationStore, EventStore, InboundAppend, JobStore, MessageStore,
    Receipt, StoreError,
};
use actors::testing::build::actor;
use actors::time::Timestamp;
use command_center::store::Store;
use command_center::store::schema::{events, jobs};
use command_center::with_conn;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::future::{join, join_all};

use crate::support::database::{Engine, TestDatabase};

pub fn message(phone: &str, id: &str, text: &str) -> InboundMessage {
    InboundMessage {
        provider_id: id.to_owned(),
        identities: vec![Identity {
            kind: IdentityKind::Phone,
            value: phone.to_owned(),
        }],
        profile_name: Some("Ann".to_owned()),
        username: None,
        sent_at: Timestamp::now(),
        kind: "text".to_owned(),
        text: Some(text.to_owned()),
        content: Json::empty(),
        media: Vec::new(),
        reply_to: None,
        context: None,
        error: None,
        effect: Effect::Plain,
    }
}

/// Appends as the conversation's actor does: load, decide, write, decide again on a conflict; and as the
/// provider does: once more when the hub could not.
pub async fn receive(
    store: &Store,
    organization: OrganizationId,
    session: SessionId,
    message: InboundMessage,
) -> Appended {
    let key = ConversationKey::of(organization, session, &message.identities).unwrap();
    for _ in 0..50 {
        let loaded = store.load_conversation(&key, &message.identities).await;
        let state = match loaded {
            Err(StoreError::Unavailable(_)) => {
                come_again().await;
                continue;
            }
            loaded => loaded.unwrap(),
        };
        let append = InboundAppend {
            key: key.clone(),
            reception: Reception {
                status: ConversationStatus::Open,
                unread: 1,
                window_expires_at: Some(message.sent_at),
                waiting_since: Some(message.sent_at),
                activity: true,
                is_reply: false,
            },
            state: state.map(Arc::new),
            message: message.clone().into(),
            received_at: Timestamp::now(),
        };
        match store.append_inbound(append).await {
            Err(StoreError::Conflict) => {}
            Err(StoreError::Unavailable(_)) => come_again().await,
            result => return result.unwrap(),
        }
    }
    panic!("conflicts do not end");
}

/// Whoever is refused comes again after a pause, as the provider does; without one fifty tries are over in no time.
async fn come_again() {
    tokio::time::sleep(std::time::Duration::from_millis(250)).await;
}

async fn crowd(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let (organization, session) = database.organization_with_number(&store).await;
    let before = store.head(organization).await.unwrap().seq;
    let told: Arc<Mutex<Vec<Receipt>>> = Arc::default();
    let ear = Arc::clone(&told);
    store.announce_to(Box::new(move |receipt, _| {
        ear.lock().unwrap().push(receipt)
    }));
    let mut tasks = Vec::new();
    for copy in 0..3 {
        for number in 0..400 {
            let store = store.clone();
            let phone = format!("4917000{:04}", number % 100);
            let news = message(&phone, &format!("wamid.{number}"), "hello");
            tasks.push(tokio::spawn(async move {
                let _ = copy;
                match receive(&store, organization, session, news).await {
                    Appended::Stored { receipt, .. } => Some(receipt),
                    Appended::Duplicate => None,
                }
            }));
        }
    }
    let mut receipts = Vec::new();
    for task in tasks {
        receipts.extend(task.await.unwrap());
    }
    assert_eq!(receipts.len(), 400, "each message is stored once");
    let head = store.head(organization).await.unwrap().seq;
    receipts.extend(told.lock().unwrap().drain(..));
    let mut announced: Vec<i64> = receipts
        .iter()
        .flat_map(|receipt| receipt.envelopes.iter().map(|envelope| envelope.seq))
        .collect();
    announced.sort_unstable();
    assert_eq!(
        announced,
        (before + 1..=head).collect::<Vec<_>>(),
        "each event is told once, by the store or by its caller"
    );
    let mut events = Vec::new();
    while let Some(page) = store
        .events_since(organization, events.len() as i64, 1000)
        .await
        .unwrap()
        .filter(|page| !page.is_empty())
    {
        events.extend(page);
    }
    let seqs: Vec<i64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=head).collect::<Vec<_>>(), "no hole");
    let received: HashSet<_> = events
        .iter()
        .filter(|event| event.event.name() == "message.received")
        .filter_map(|event| event.event.message().map(|message| message.id))
        .collect();
    assert_eq!(received.len(), 400);
    let of = |name: &str| {
        events
            .iter()
            .filter(|event| event.event.name() == name)
            .count()
    };
    assert_eq!(of("contact.created"), 100);
    assert_eq!(of("conversation.created"), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_at_once_is_stored_once_each_without_holes_on_sqlite() {
    crowd(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_at_once_is_stored_once_each_without_holes_on_postgres() {
    crowd(Engine::Postgres).await;
}

/// What a dropped day leaves when the clock and the numbers crossed at its border.
async fn a_hole_in_the_tail(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let (organization, session) = database.organization_with_number(&store).await;
    for number in 0..4 {
        let news = message("491700000001", &format!("wamid.{number}"), "hello");
        receive(&store, organization, session, news).await;
    }
    let head = store.head(organization).await.unwrap().seq;
    let lost = head - 2;
    let mut conn = store.connection().await.unwrap();
    with_conn!(&mut conn, |c| diesel::delete(
        events::table
            .filter(events::organization_id.eq(organization.0))
            .filter(events::seq.eq(lost))
    )
    .execute(c)
    .await)
    .unwrap();
    conn.commit().await.unwrap();
    let since = async |seq| store.events_since(organization, seq, 100).await.unwrap();
    assert!(since(lost - 2).await.is_none(), "it has to load again");
    assert!(since(lost - 1).await.is_none());
    assert_eq!(since(lost).await.map(|events| events.len()), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_would_miss_an_event_in_a_hole_is_told_to_load_again_on_sqlite() {
    a_hole_in_the_tail(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_would_miss_an_event_in_a_hole_is_told_to_load_again_on_postgres() {
    a_hole_in_the_tail(Engine::Postgres).await;
}

/// While a new version comes, a node of the old one finds jobs of kinds that it does not know.
async fn a_job_of_a_later_version(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let (organization, session) = database.organization_with_number(&store).await;
    let known = format!(r#"{{"kind":"check_session","session":"{session}"}}"#);
    let tasks = [("dance", r#"{"kind":"dance"}"#), ("check_session", &known)];
    let now = Timestamp::now().naive();
    let mut conn = store.connection().await.unwrap();
    for (number, (kind, payload)) in (1_i64..).zip(tasks) {
        let row = (
            jobs::id.eq(number),
            jobs::organization_id.eq(organization.0),
            jobs::kind.eq(kind),
            jobs::payload.eq(payload),
            jobs::run_at.eq(now),
            jobs::tries.eq(0),
            jobs::created_at.eq(now),
        );
        with_conn!(&mut conn, |c| diesel::insert_into(jobs::table)
            .values(row)
            .execute(c)
            .await)
        .unwrap();
    }
    conn.commit().await.unwrap();
    let claimed = store.claim_jobs(10, Duration::from_secs(60), None).await;
    let kinds: Vec<&str> = claimed
        .as_ref()
        .unwrap()
        .iter()
        .map(|job| job.task.name())
        .collect();
    assert_eq!(
        kinds,
        ["check_session"],
        "the other one is left for whoever knows it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_only_a_later_version_knows_holds_up_no_other_on_sqlite() {
    a_job_of_a_later_version(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_only_a_later_version_knows_holds_up_no_other_on_postgres() {
    a_job_of_a_later_version(Engine::Postgres).await;
}

/// What waits at the same time shares a batch: messages, and changes of which every second one can't be made.
async fn one_that_fails(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let (organization, session) = database.organization_with_number(&store).await;
    let nobody = UserBrief {
        id: UserId(1),
        name: "Nobody".to_owned(),
    };
    let by = actor(organization, &nobody, Role::Admin);
    let mut states = Vec::new();
    for number in 0..40 {
        let news = message(
            &format!("4917100{number:04}"),
            &format!("wamid.{number}"),
            "hello",
        );
        match receive(&store, organization, session, news).await {
            Appended::Stored { state, .. } => states.push(state),
            Appended::Duplicate => panic!("nothing came before"),
        }
    }
    let head = store.head(organization).await.unwrap().seq;
    let changes = states.into_iter().enumerate().map(|(number, state)| {
        let broken = number % 2 == 0;
        let change = ConversationChange {
            // There is no such user.
            assignee: broken.then(|| Some(nobody.clone())),
            status: (!broken).then_some(ConversationStatus::Closed),
            ..ConversationChange::default()
        };
        let write = ChangeWrite {
            state,
            change,
            by: by.clone(),
            task: None,
            once: None,
        };
        let store = store.clone();
        async move {
            for _ in 0..50 {
                match store.change_conversation(write.clone()).await {
                    Err(StoreError::Unavailable(_)) => come_again().await,
                    end => return (broken, end),
                }
            }
            panic!("it is never available");
        }
    });
    let messages = (0..40).map(|number| {
        let news = message(
            &format!("4917200{number:04}"),
            &format!("wamid.b{number}"),
            "hello",
        );
        receive(&store, organization, session, news)
    });
    let (changed, stored) = join(join_all(changes), join_all(messages)).await;
    for (broken, result) in changed {
        assert_eq!(
            result.is_err(),
            broken,
            "each change is made or not for itself"
        );
    }
    let stored = stored
        .iter()
        .filter(|end| matches!(end, Appended::Stored { .. }));
    assert_eq!(stored.count(), 40);
    let after = store.head(organization).await.unwrap().seq;
    assert_eq!(
        after - head,
        20 + 40 * 3,
        "an event each, and three for each new contact"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_takes_nobody_with_it_on_sqlite() {
    one_that_fails(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_takes_nobody_with_it_on_postgres() {
    one_that_fails(Engine::Postgres).await;
}
