//! Partitions on PostgreSQL: made ahead, filled, dropped, mended; and messages that are not kept for ever, on both
//! databases.

use std::sync::Arc;
use std::time::Duration;

use actors::event::Envelope;
use actors::id::floor_at;
use actors::model::conversation::ConversationStatus;
use actors::model::ids::{ContactId, ConversationId, MessageId, OrganizationId, SessionId};
use actors::model::json::Json;
use actors::model::message::{Direction, Message};
use actors::model::status::MessageStatus;
use actors::ports::store::{Appended, EventStore, MessageStore, Raised, StoreError};
use actors::testing::build;
use actors::time::Timestamp;
use command_center::app::import::import;
use command_center::app::objects::Objects;
use command_center::app::sweep::expire;
use command_center::store::db::Conn;
use command_center::store::{
    ConversationFilter, ImportedContact, ImportedFile, ImportedThread, Store,
};
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use crate::on_both;
use crate::store::{message, receive};
use crate::support::database::{Engine, TestDatabase};

on_both!(
    messages_go_after_their_time_with_their_files,
    a_message_of_long_ago_is_found_by_the_providers_id,
);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn days(count: u64) -> Duration {
    DAY * u32::try_from(count).unwrap()
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The lines of a query that names its only column `line`.
pub async fn lines(store: &Store, query: &str) -> Vec<String> {
    let mut conn = store.connection().await.unwrap();
    let Conn::Postgres(object) = &mut conn else {
        panic!("not PostgreSQL");
    };
    let rows: Vec<Line> = diesel::sql_query(query).load(&mut **object).await.unwrap();
    // An open transaction would keep its locks.
    conn.roll_back().await;
    rows.into_iter().map(|row| row.line).collect()
}

async fn run(store: &Store, text: &str) {
    let mut conn = store.connection().await.unwrap();
    let Conn::Postgres(object) = &mut conn else {
        panic!("not PostgreSQL");
    };
    object.batch_execute(text).await.unwrap();
    conn.commit().await.unwrap();
}

/// Stores an event of the time `at`.
async fn tell(store: &Store, organization: OrganizationId, seq: i64, at: Timestamp) {
    let (organization, at) = (organization.0, at.naive());
    run(
        store,
        &format!(
            "INSERT INTO events (organization_id, seq, at, kind, audience) \
            VALUES ({organization}, {seq}, '{at}', 'template.updated', 'everyone'); \
            UPDATE organizations SET last_seq = greatest(last_seq, {seq}) WHERE id = {organization}"
        ),
    )
    .await;
}

async fn partitions(store: &Store, table: &str) -> Vec<String> {
    lines(
        store,
        &format!(
            "SELECT inhrelid::regclass::TEXT AS line FROM pg_inherits \
            WHERE inhparent = '{table}'::regclass ORDER BY 1"
        ),
    )
    .await
}

/// Where the events lie, in the order of their numbers.
async fn places(store: &Store) -> Vec<String> {
    lines(
        store,
        "SELECT tableoid::regclass::TEXT AS line FROM events ORDER BY seq",
    )
    .await
}

fn of_day(at: Timestamp) -> String {
    format!("events_{}", at.naive().format("%Y%m%d"))
}

fn seqs(page: Option<Vec<Arc<Envelope>>>) -> Option<Vec<i64>> {
    page.map(|page| page.iter().map(|event| event.seq).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_are_made_ahead_and_rows_find_theirs() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    let (organization, _) = database.organization_with_number(&store).await;
    let now = Timestamp::now();
    // One more when midnight has passed since the tests' databases were laid out.
    let made = partitions(&store, "events").await.len();
    assert!((2 + 4..=2 + 5).contains(&made), "{made}");
    for (seq, at) in [
        (1, now - days(400)),
        (2, now),
        (3, now + days(1)),
        (4, now + days(9)),
    ] {
        tell(&store, organization, seq, at).await;
    }
    let today = of_day(now);
    let tomorrow = of_day(now + days(1));
    let wanted = ["events_past", &today, &tomorrow, "events_rest"];
    assert_eq!(places(&store).await, wanted);
    store.extend_partitions(None, now).await.unwrap();
    // A second time, and on a second node, nothing is left to do.
    let before = partitions(&store, "messages").await;
    store.extend_partitions(None, now).await.unwrap();
    assert_eq!(partitions(&store, "messages").await, before);
    store
        .extend_partitions(None, now + days(100))
        .await
        .unwrap();
    assert!(partitions(&store, "messages").await.len() > before.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_go_with_their_day_and_the_others_are_read_on() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    let (organization, _) = database.organization_with_number(&store).await;
    let now = Timestamp::now();
    for day in 1..=6 {
        store
            .extend_partitions(None, now + days(day))
            .await
            .unwrap();
    }
    for seq in 1..=60 {
        // Ten on each of six days.
        let at = now + days(u64::try_from((seq - 1) / 10).unwrap());
        tell(&store, organization, seq, at).await;
    }
    assert_eq!(places(&store).await.last(), Some(&of_day(now + days(5))));
    let read = |after, limit| store.events_since(organization, after, limit);
    let all = seqs(read(0, 1000).await.unwrap());
    assert_eq!(
        all,
        Some((1..=60).collect()),
        "in order over all partitions"
    );
    let hole = seqs(read(17, 7).await.unwrap());
    assert_eq!(hole, Some((18..=24).collect()));

    assert_eq!(
        store.sweep(now + days(7)).await.unwrap(),
        0,
        "none is older than 7 days"
    );
    assert!(partitions(&store, "events").await.contains(&of_day(now)));
    store.sweep(now + days(9)).await.unwrap();
    let left = partitions(&store, "events").await;
    assert!(!left.contains(&of_day(now)) && !left.contains(&of_day(now + days(1))));
    assert_eq!(seqs(read(5, 1000).await.unwrap()), None, "load again");
    let rest = seqs(read(20, 1000).await.unwrap());
    assert_eq!(rest, Some((21..=60).collect()));

    // A clock that is behind by days: its events have a place, and go by themselves.
    tell(&store, organization, 61, now).await;
    assert_eq!(
        places(&store).await.last().map(String::as_str),
        Some("events_past")
    );
    assert_eq!(seqs(read(60, 10).await.unwrap()), Some(vec![61]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_partition_with_rows_is_closed_and_loses_none() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    let (organization, _) = database.organization_with_number(&store).await;
    let now = Timestamp::now();
    // Nobody made partitions for ten days, and one clock was a year ahead.
    for (seq, at) in [
        (1, now + days(5)),
        (2, now + days(10)),
        (3, now + days(375)),
    ] {
        tell(&store, organization, seq, at).await;
    }
    assert_eq!(places(&store).await, ["events_rest"; 3]);
    store.extend_partitions(None, now + days(10)).await.unwrap();
    let places = places(&store).await;
    assert!(
        places
            .iter()
            .all(|place| *place == places[0] && place != "events_rest")
    );
    let page = store.events_since(organization, 0, 10).await.unwrap();
    assert_eq!(seqs(page), Some(vec![1, 2, 3]));
    tell(&store, organization, 4, now + days(11)).await;
    tell(&store, organization, 5, now + days(4000)).await;
    let bound = "SELECT conname::TEXT AS line FROM pg_constraint WHERE contype = 'c' AND conrelid IN \
        (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'events'::regclass)";
    assert_eq!(
        lines(&store, bound).await,
        [""; 0],
        "nothing is left that refuses rows"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_while_partitions_change_is_stored_once_without_holes() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    let (organization, session) = database.organization_with_number(&store).await;
    let writers = (0..200).map(|number| {
        let store = store.clone();
        let news = message(
            &format!("4917000{:04}", number % 20),
            &format!("wamid.{number}"),
            "hi",
        );
        tokio::spawn(async move { receive(&store, organization, session, news).await })
    });
    let writers: Vec<_> = writers.collect();
    let now = Timestamp::now();
    let mut changed = 0;
    for day in 0..30 {
        // Who does not get the table within a tenth of a second tries again later.
        match store.extend_partitions(None, now + days(day)).await {
            Ok(()) => changed += 1,
            Err(StoreError::Unavailable(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert!(changed > 0);
    for writer in writers {
        assert!(matches!(writer.await.unwrap(), Appended::Stored { .. }));
    }
    let head = store.head(organization).await.unwrap().seq;
    let all = store.events_since(organization, 0, 1000).await.unwrap();
    assert_eq!(seqs(all), Some((1..=head).collect()));
}

#[tokio::test(flavor = "multi_thread")]
async fn history_older_than_all_partitions_is_read_with_the_present() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    let (organization, number) = database.organization_with_number(&store).await;
    let said = |at: i64| format!(r#"{{"direction": "inbound", "at": {at}, "text": "{at}"}}"#);
    let present = Timestamp::now().millis() / 1000;
    let times = [1_400_000_000, 1_700_000_000, 1_750_000_000, present];
    let line = format!(
        r#"{{"phone": "4917000001", "messages": [{}]}}"#,
        times.map(said).join(",")
    );
    let input = Box::new(std::io::Cursor::new(line.into_bytes()));
    let imported = import(&store, number, input).await.unwrap();
    assert_eq!((imported.done.messages, imported.bad), (4, 0));
    let tenant = store.tenant(organization);
    let threads = tenant
        .list_conversations(&ConversationFilter::default(), 10)
        .await;
    let thread = threads.unwrap()[0].id;
    let page = tenant.list_messages(thread, None, 10).await.unwrap();
    let texts: Vec<_> = page.iter().filter_map(|said| said.text.clone()).collect();
    assert_eq!(
        texts,
        times
            .map(|at| at.to_string())
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
    );
    let older = tenant
        .list_messages(thread, Some(page[1].id), 10)
        .await
        .unwrap();
    assert_eq!(older.len(), 2);
    let places = "SELECT tableoid::regclass::TEXT AS line FROM messages ORDER BY id LIMIT 3";
    assert_eq!(lines(&store, places).await, ["messages_past"; 3]);
    assert_eq!(
        tenant.find_message(older[1].id).await.unwrap().text,
        Some(times[0].to_string())
    );
}

/// The way back of a migration.
macro_rules! down {
    ($name:literal) => {
        include_str!(concat!("../../migrations/postgres/", $name, "/down.sql"))
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_before_become_the_first_partition_as_they_lie() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    let (organization, session) = database.organization_with_number(&store).await;
    receive(
        &store,
        organization,
        session,
        message("4917000001", "wamid.1", "one"),
    )
    .await;
    run(&store, down!("0004_partition_messages_and_events")).await;
    run(&store, down!("0003_bound_messages_and_events")).await;
    run(
        &store,
        "DELETE FROM __diesel_schema_migrations WHERE version IN ('0003', '0004')",
    )
    .await;
    receive(
        &store,
        organization,
        session,
        message("4917000001", "wamid.2", "two"),
    )
    .await;
    let table = "SELECT relfilenode::TEXT AS line FROM pg_class WHERE relname = ";
    let before = lines(&store, &format!("{table} 'messages'")).await;

    let count = places(&store).await.len();

    let second = database.open().await;
    let after = lines(&second, &format!("{table} 'messages_past'")).await;
    assert_eq!(before, after, "nothing was copied");
    assert_eq!(places(&second).await.len(), count);
    // The first node goes on, whatever it had prepared.
    receive(
        &store,
        organization,
        session,
        message("4917000001", "wamid.3", "three"),
    )
    .await;
    let again = receive(
        &second,
        organization,
        session,
        message("4917000001", "wamid.1", "one"),
    );
    assert!(!matches!(again.await, Appended::Stored { .. }));
    let tenant = second.tenant(organization);
    let threads = tenant
        .list_conversations(&ConversationFilter::default(), 10)
        .await;
    let page = tenant
        .list_messages(threads.unwrap()[0].id, None, 10)
        .await
        .unwrap();
    let texts: Vec<_> = page
        .iter()
        .filter_map(|said| said.text.as_deref())
        .collect();
    assert_eq!(texts, ["three", "two", "one"]);
    // What lies in the first partition of events goes in pages, as it did before.
    second.sweep(Timestamp::now() + days(8)).await.unwrap();
    assert_eq!(places(&second).await, [""; 0]);
}

/// A line of long ago.
pub fn said(at: Timestamp, number: i64) -> Message {
    Message {
        id: MessageId(floor_at(at) + number),
        seq: 0,
        conversation_id: ConversationId(0),
        contact_id: ContactId(0),
        session_id: SessionId(0),
        direction: Direction::Inbound,
        kind: "text".to_owned(),
        text: Some(format!("line {number}")),
        content: Json::empty(),
        media: Vec::new(),
        reply_to: None,
        context: None,
        provider_id: Some(format!("wamid.{number}")),
        status: MessageStatus::Received,
        error: None,
        author: None,
        client_key: None,
        reactions: Vec::new(),
        edited_at: None,
        revoked_at: None,
        created_at: at,
        provider_timestamp: None,
    }
}

fn file(message: usize, object_key: &str) -> ImportedFile {
    ImportedFile {
        message,
        mime_type: "image/png".to_owned(),
        filename: None,
        size: 3,
        object_key: object_key.to_owned(),
        voice: false,
    }
}

async fn object(objects: &Objects) -> String {
    let mut writer = objects.create(OrganizationId(1)).unwrap();
    writer.write(b"abc").await.unwrap();
    writer.finish().await.unwrap().key
}

async fn messages_go_after_their_time_with_their_files(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let (organization, session) = database.organization_with_number(&store).await;
    let tenant = store.tenant(organization);
    let now = Timestamp::now();
    let objects = Objects::in_memory();
    let (old, shared, new) = (
        object(&objects).await,
        object(&objects).await,
        object(&objects).await,
    );
    let contact = ImportedContact {
        name: "Ann".to_owned(),
        phone: "4917000001".to_owned(),
    };
    let contact = tenant.import_contacts(&[contact], now).await.unwrap()[0];
    store.extend_partitions(Some(days(31)), now).await.unwrap();
    // More of the past than is deleted at a time.
    let mut messages: Vec<Message> = (0..1500)
        .map(|number| said(now - days(400), number))
        .collect();
    messages.extend([said(now - days(2), 1500), said(now, 1501)]);
    let thread = ImportedThread {
        contact,
        phone: "4917000001".to_owned(),
        session,
        status: ConversationStatus::Open,
        assignee: None,
        unread: 0,
        messages,
        files: vec![
            file(0, &old),
            file(7, &shared),
            file(1500, &shared),
            file(1501, &new),
        ],
    };
    tenant.import_threads(&[thread]).await.unwrap();
    let thread = tenant
        .list_conversations(&ConversationFilter::default(), 10)
        .await;
    let thread = thread.unwrap()[0].id;
    let left = async || tenant.list_messages(thread, None, 200).await.unwrap();
    let is_there = async |key: &str| objects.read_all(key, 9).await.is_ok();

    expire(&store, &objects, days(500), now).await.unwrap();
    assert_eq!(left().await.len(), 200, "all of it is kept");
    expire(&store, &objects, days(31), now).await.unwrap();
    assert_eq!(left().await.len(), 2);
    assert!(!is_there(&old).await && is_there(&shared).await && is_there(&new).await);
    assert_eq!(left().await[0].media.len(), 1);

    // A year later all of it is old; on PostgreSQL it goes with its partition.
    let place = "SELECT tableoid::regclass::TEXT AS line FROM messages ORDER BY id DESC LIMIT 1";
    let place = match engine {
        Engine::Postgres => lines(&store, place).await.pop(),
        Engine::Sqlite => None,
    };
    store
        .extend_partitions(Some(days(31)), now + days(370))
        .await
        .unwrap();
    expire(&store, &objects, days(31), now + days(370))
        .await
        .unwrap();
    assert_eq!(left().await.len(), 0);
    assert!(!is_there(&shared).await && !is_there(&new).await);
    let threads = tenant
        .list_conversations(&ConversationFilter::default(), 10)
        .await;
    assert_eq!(threads.unwrap()[0].last_message, None);
    if engine == Engine::Postgres {
        let rows = "SELECT count(*)::TEXT AS line FROM media";
        assert_eq!(lines(&store, rows).await, ["0"]);
        let left = partitions(&store, "messages").await;
        assert!(!left.contains(&place.unwrap()), "{left:?}");
    }
    // History that comes when it is older than what is kept has a place, until the next sweep.
    receive(
        &store,
        organization,
        session,
        message("4917000001", "wamid.new", "hi"),
    )
    .await;
    assert_eq!(left().await.len(), 1);
}

async fn a_message_of_long_ago_is_found_by_the_providers_id(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let (organization, number) = database.organization_with_number(&store).await;
    let line = r#"{"phone": "4917000001", "messages": [
        {"direction": "outbound", "at": 1750000000, "text": "long ago", "id": "wamid.old"}]}"#;
    let line = line.replace('\n', "");
    let input = Box::new(std::io::Cursor::new(line.into_bytes()));
    assert_eq!(import(&store, number, input).await.unwrap().bad, 0);
    let read = build::status("wamid.old", MessageStatus::Read, Timestamp::now());
    let raised = store.raise_status(organization, number, read).await;
    assert!(matches!(raised.unwrap(), Raised::Changed(_)));
    let mut answer = message("4917000001", "wamid.answer", "and now?");
    answer.reply_to = Some("wamid.old".to_owned());
    receive(&store, organization, number, answer).await;
    let mut strange = message("4917000001", "wamid.strange", "what?");
    strange.reply_to = Some("wamid.never".to_owned());
    receive(&store, organization, number, strange).await;

    let tenant = store.tenant(organization);
    let threads = tenant
        .list_conversations(&ConversationFilter::default(), 10)
        .await;
    let thread = threads.unwrap()[0].id;
    let page = tenant.list_messages(thread, None, 10).await.unwrap();
    let quoted = |index: usize| page[index].reply_to.as_ref().unwrap();
    assert_eq!((quoted(0).id, quoted(0).text.as_deref()), (None, None));
    assert_eq!(quoted(1).text.as_deref(), Some("long ago"));
    assert_eq!(quoted(1).id, Some(page[2].id));
    assert_eq!(page[2].status, MessageStatus::Read);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_far_from_the_databases_is_refused() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let (store, now) = (database.open().await, Timestamp::now());
    store.check_clock(now).await.unwrap();
    for wrong in [now + days(1), now - days(1)] {
        assert!(store.check_clock(wrong).await.is_err());
    }
}
