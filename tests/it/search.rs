//! The follower that indexes what was said: nothing is skipped, whatever happens between the writing and the reading.

use std::time::Duration;

use actors::model::conversation::ConversationStatus;
use actors::model::ids::{ContactId, OrganizationId, SessionId};
use actors::model::message::Message;
use actors::ports::store::EventStore;
use actors::time::Timestamp;
use command_center::app::objects::Objects;
use command_center::app::sweep::expire;
use command_center::store::db::Conn;
use command_center::store::schema::{events, search_cursors, search_walks};
use command_center::store::{ImportedContact, ImportedThread, MessageSearch, Store};
use command_center::with_conn;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use crate::on_both;
use crate::partition::{lines, said};
use crate::store::{message, receive};
use crate::support::database::{Engine, TestDatabase};

on_both!(
    a_follower_that_stood_still_catches_up,
    a_tail_that_is_not_kept_any_more_is_made_good_for,
    histories_are_found_and_go_after_their_time,
    many_words_with_one_beginning_are_found,
    what_was_there_before_the_index_is_found,
);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn index(store: &Store) -> usize {
    let mut messages = 0;
    loop {
        match store.index_messages().await.unwrap() {
            Some(done) => {
                messages += done.messages;
                if !done.more {
                    return messages;
                }
            }
            None => tokio::task::yield_now().await,
        }
    }
}

async fn found(store: &Store, organization: OrganizationId, q: &str) -> Vec<String> {
    let search = MessageSearch {
        q: q.to_owned(),
        ..MessageSearch::default()
    };
    let hits = store
        .tenant(organization)
        .search_messages(&search, 200)
        .await;
    let hits = hits.unwrap().into_iter();
    hits.filter_map(|hit| hit.message.text).collect()
}

async fn hear(store: &Store, of: (OrganizationId, SessionId), number: usize, text: &str) {
    let news = message(
        &format!("49170000{number:04}"),
        &format!("wamid.{number}"),
        text,
    );
    receive(store, of.0, of.1, news).await;
}

async fn a_follower_that_stood_still_catches_up(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let of = database.organization_with_number(&store).await;
    assert_eq!(index(&store).await, 0);
    for number in 0..30 {
        hear(&store, of, number, &format!("first {number}")).await;
    }
    assert_eq!(
        found(&store, of.0, "first").await.len(),
        0,
        "nobody indexed it"
    );
    assert_eq!(index(&store).await, 30);
    assert_eq!(found(&store, of.0, "first").await.len(), 30);
    // Another process goes on where the first one stopped.
    let second = database.open().await;
    hear(&second, of, 30, "second").await;
    assert_eq!(index(&second).await, 1);
    assert_eq!(found(&store, of.0, "second").await, ["second"]);
    assert_eq!(index(&store).await, 0);
}

async fn a_tail_that_is_not_kept_any_more_is_made_good_for(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let of = database.organization_with_number(&store).await;
    index(&store).await;
    for number in 0..10 {
        hear(&store, of, number, "hello").await;
    }
    let head = store.head(of.0).await.unwrap().seq;
    let mut conn = store.connection().await.unwrap();
    let tail = events::organization_id
        .eq(of.0.0)
        .and(events::seq.le(head - 4));
    with_conn!(&mut conn, |c| diesel::delete(events::table.filter(tail))
        .execute(c)
        .await)
    .unwrap();
    conn.commit().await.unwrap();
    index(&store).await;
    assert_eq!(found(&store, of.0, "hello").await.len(), 10);
    assert_eq!(index(&store).await, 0, "once is enough");
}

/// Conversations of the past, each with lines at these times.
async fn remember(store: &Store, of: (OrganizationId, SessionId), pasts: Vec<Vec<Message>>) {
    let tenant = store.tenant(of.0);
    let contacts: Vec<ImportedContact> = (0..pasts.len())
        .map(|number| ImportedContact {
            name: "Ann".to_owned(),
            phone: format!("49171000{number:04}"),
        })
        .collect();
    let ids = tenant.import_contacts(&contacts, Timestamp::now()).await;
    let of_past =
        |((contact, past), id): ((&ImportedContact, Vec<Message>), ContactId)| ImportedThread {
            contact: id,
            phone: contact.phone.clone(),
            session: of.1,
            status: ConversationStatus::Open,
            assignee: None,
            unread: 0,
            messages: past,
            files: Vec::new(),
        };
    let threads: Vec<ImportedThread> = contacts
        .iter()
        .zip(pasts)
        .zip(ids.unwrap())
        .map(of_past)
        .collect();
    tenant.import_threads(&threads).await.unwrap();
}

async fn histories_are_found_and_go_after_their_time(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let of = database.organization_with_number(&store).await;
    index(&store).await;
    let now = Timestamp::now();
    store.extend_partitions(Some(31 * DAY), now).await.unwrap();
    let old = (0..1500)
        .map(|number| said(now - 400 * DAY, number))
        .collect();
    let new = (1500..1503)
        .map(|number| said(now - 2 * DAY, number))
        .collect();
    remember(&store, of, vec![old, new]).await;
    assert_eq!(index(&store).await, 1503);
    assert_eq!(found(&store, of.0, "line 7").await.len(), 111);
    let newest = found(&store, of.0, "line").await;
    assert_eq!((newest.len(), newest[0].as_str()), (200, "line 1502"));
    let objects = Objects::in_memory();
    let words = known_words(&store).await;
    assert!(words.is_none_or(|count| count == 1504));
    expire(&store, &objects, 31 * DAY, now).await.unwrap();
    assert_eq!(found(&store, of.0, "line").await.len(), 3);
    let last = store.forget_unsaid(String::new()).await.unwrap();
    assert_eq!(last, "", "there are no more");
    let words = known_words(&store).await;
    assert!(words.is_none_or(|count| count == 4), "{words:?}");
    expire(&store, &objects, 31 * DAY, now + 800 * DAY)
        .await
        .unwrap();
    assert_eq!(found(&store, of.0, "line").await.len(), 0);
    assert_eq!(index(&store).await, 0);
}

/// More than are gone through one by one.
async fn many_words_with_one_beginning_are_found(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let of = database.organization_with_number(&store).await;
    let now = Timestamp::now();
    let all = (0..1100).map(|number| Message {
        text: Some(format!("b{number:04} and more")),
        ..said(now - DAY, number)
    });
    remember(&store, of, vec![all.collect()]).await;
    index(&store).await;
    let newest = found(&store, of.0, "b").await;
    assert_eq!((newest.len(), newest[0].as_str()), (200, "b1099 and more"));
    assert_eq!(found(&store, of.0, "b10 more").await.len(), 100);
    assert_eq!(found(&store, of.0, "b0007").await, ["b0007 and more"]);
    assert_eq!(found(&store, of.0, "b0007 less").await.len(), 0);
}

/// A database of before has an index, but knows no words.
#[tokio::test(flavor = "multi_thread")]
async fn words_that_were_indexed_before_they_were_known_are_found() {
    const UP: &str = include_str!("../../migrations/sqlite/0022_words_that_were_said/up.sql");
    const DOWN: &str = include_str!("../../migrations/sqlite/0022_words_that_were_said/down.sql");
    let database = TestDatabase::create(Engine::Sqlite).await;
    let store = database.open().await;
    let of = database.organization_with_number(&store).await;
    hear(&store, of, 1, "of before_now").await;
    index(&store).await;
    let mut conn = store.connection().await.unwrap();
    let object = conn.sqlite().unwrap();
    object.batch_execute(DOWN).await.unwrap();
    object.batch_execute(UP).await.unwrap();
    conn.commit().await.unwrap();
    assert_eq!(found(&store, of.0, "befo").await.len(), 1);
    assert_eq!(known_words(&store).await, Some(3), "no marks");
}

/// How many words SQLite knows of.
async fn known_words(store: &Store) -> Option<i64> {
    let mut conn = store.connection().await.unwrap();
    let count = match &mut conn {
        Conn::Postgres(_) => None,
        Conn::Sqlite(object) => {
            let count = diesel::sql_query("SELECT count(*) AS count FROM search_words");
            let count: Count = count.get_result(&mut **object).await.unwrap();
            Some(count.count)
        }
    };
    conn.roll_back().await;
    count
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn what_was_there_before_the_index_is_found(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let of = database.organization_with_number(&store).await;
    for number in 0..5 {
        hear(&store, of, number, "of before").await;
    }
    // What the migration says of a database with messages.
    let head = store.head(of.0).await.unwrap().seq;
    let mut conn = store.connection().await.unwrap();
    with_conn!(&mut conn, |c| diesel::insert_into(search_cursors::table)
        .values((
            search_cursors::organization_id.eq(of.0.0),
            search_cursors::seq.eq(head),
        ))
        .execute(c)
        .await)
    .unwrap();
    conn.commit().await.unwrap();
    hear(&store, of, 5, "of after").await;
    assert_eq!(
        index(&store).await,
        1 + 6,
        "one was told of, all are gone through"
    );
    assert_eq!(found(&store, of.0, "of before").await.len(), 5);
    assert_eq!(found(&store, of.0, "of after").await.len(), 1);
    let mut conn = store.connection().await.unwrap();
    let walks: i64 = with_conn!(&mut conn, |c| search_walks::table
        .count()
        .get_result(c)
        .await)
    .unwrap();
    assert_eq!(walks, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_committed_late_is_not_skipped() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let (store, other) = (database.open().await, database.open().await);
    let slow = database.organization_with_number(&store).await;
    let quick = database.organization_with_number(&store).await;
    hear(&store, slow, 1, "early").await;
    index(&store).await;
    // Its id and its number are made, and then it takes its time.
    let id = store.next_id();
    let mut late = other.connection().await.unwrap();
    let text = format!(
        "WITH numbered AS (UPDATE organizations SET last_seq = last_seq + 1 WHERE id = {of} RETURNING last_seq), \
        told AS (INSERT INTO events (organization_id, seq, at, kind, audience, message_id) \
            SELECT {of}, last_seq, now() AT TIME ZONE 'UTC', 'message.received', 'everyone', {id} FROM numbered) \
        INSERT INTO messages (id, organization_id, seq, conversation_id, contact_id, session_id, direction, kind, text, \
            content, status, has_media, placeholder, hidden, created_at) \
        SELECT {id}, {of}, last_seq, conversation_id, contact_id, session_id, direction, kind, 'late', \
            content, status, has_media, placeholder, hidden, created_at \
        FROM messages, numbered WHERE organization_id = {of} LIMIT 1",
        of = slow.0.0
    );
    with_conn!(&mut late, |c| diesel::sql_query(&text).execute(c).await).unwrap();
    hear(&store, quick, 2, "meanwhile").await;
    assert_eq!(index(&store).await, 1);
    assert_eq!(found(&store, quick.0, "meanwhile").await.len(), 1);
    late.commit().await.unwrap();
    hear(&store, slow, 3, "later").await;
    assert_eq!(index(&store).await, 2);
    assert_eq!(found(&store, slow.0, "late").await, ["later", "late"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_index_each_message_once() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let (store, other) = (database.open().await, database.open().await);
    let of = database.organization_with_number(&store).await;
    index(&store).await;
    let writing = async {
        for number in 0..300 {
            hear(&store, of, number, "hello").await;
        }
    };
    let following = async |store: &Store| {
        let mut messages = 0;
        for _ in 0..60 {
            messages += index(store).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        messages
    };
    let ((), mine, theirs) = tokio::join!(writing, following(&store), following(&other));
    let rest = index(&store).await;
    assert_eq!(mine + theirs + rest, 300);
    let slices = "SELECT sum(messages)::TEXT AS line FROM search_slices";
    assert_eq!(lines(&store, slices).await, ["300"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_between_is_found_in_its_order() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    let of = database.organization_with_number(&store).await;
    let now = Timestamp::now();
    let ends = vec![said(now - 20 * DAY, 0), said(now - DAY, 1)];
    let between = (2..16_500).map(|number| {
        let at = now - 10 * DAY + Duration::from_secs(number);
        said(at, i64::try_from(number).unwrap())
    });
    remember(&store, of, vec![ends, between.collect()]).await;
    index(&store).await;
    let slices = "SELECT messages::TEXT || ' ' || (SELECT count(*) FROM message_search AS m \
        WHERE m.slice = s.id AND message_id BETWEEN low_id AND high_id) AS line FROM search_slices AS s ORDER BY first_id";
    let slices = lines(&store, slices).await;
    assert_eq!(slices.len(), 3, "{slices:?}");
    for slice in slices {
        let (said, there) = slice.split_once(' ').unwrap();
        assert_eq!(said, there);
    }
    let newest = found(&store, of.0, "line").await;
    assert_eq!(newest[..2], ["line 1", "line 16499"]);
    assert_eq!(found(&store, of.0, "line 0").await, ["line 0"]);
    assert_eq!(found(&store, of.0, "line 9000").await, ["line 9000"]);
}

/// Every statement that searching and indexing keep prepared goes by an index.
#[tokio::test(flavor = "multi_thread")]
async fn no_statement_reads_a_whole_table() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    let of = database.organization_with_number(&store).await;
    for number in 0..20 {
        hear(&store, of, number, "hello world").await;
    }
    index(&store).await;
    let tenant = store.tenant(of.0);
    let search = MessageSearch {
        q: "hello wor".to_owned(),
        ..MessageSearch::default()
    };
    let hits = tenant.search_messages(&search, 5).await.unwrap();
    let contact = hits[0].contact.id;
    let search = MessageSearch {
        q: "hello".to_owned(),
        contact: Some(contact),
        ..MessageSearch::default()
    };
    assert_eq!(
        store
            .tenant(of.0)
            .search_messages(&search, 5)
            .await
            .unwrap()
            .len(),
        1
    );
    let statements = "SELECT name || ' ' || cardinality(parameter_types) AS line FROM pg_prepared_statements \
        WHERE statement !~ 'pg_prepared' AND statement ~ 'message_search|search_|\"messages\"|\"events\"'";
    let statements = lines(&store, statements).await;
    assert!(statements.len() > 8, "{statements:?}");
    for statement in statements {
        let (name, count) = statement.split_once(' ').unwrap();
        let nulls = vec!["NULL"; count.parse().unwrap()].join(", ");
        let nulls = match nulls.as_str() {
            "" => String::new(),
            nulls => format!("({nulls})"),
        };
        let plan = plan(&store, &format!("EXPLAIN EXECUTE \"{name}\"{nulls}")).await;
        assert!(!plan.contains("Seq Scan"), "{plan}");
        if plan.contains("@@") {
            assert!(plan.contains("message_search_by_words"), "{plan}");
        }
    }
}

#[derive(QueryableByName)]
struct PlanLine {
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
    line: String,
}

/// How PostgreSQL goes about a statement.
pub async fn plan(store: &Store, text: &str) -> String {
    let mut conn = store.connection().await.unwrap();
    let plan: Vec<PlanLine> =
        with_conn!(&mut conn, |c| diesel::sql_query(text).load(c).await).unwrap();
    conn.roll_back().await;
    let plan: Vec<String> = plan.into_iter().map(|line| line.line).collect();
    plan.join("\n")
}
