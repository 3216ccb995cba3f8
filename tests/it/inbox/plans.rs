//! How both databases go about the inbox's lists: by an index, and where few rows fit, by one that knows them.

use std::collections::BTreeSet;
use std::sync::Mutex;

use actors::model::contact::Contact;
use command_center::store::ConversationFilter;
use command_center::with_conn;
use diesel::QueryableByName;
use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use super::{Inbox, MANY, TEAMS};
use crate::import::{line, run};
use crate::partition::lines;
use crate::search::plan;
use crate::support::database::Engine;

impl Inbox {
    async fn write(&self, text: &str) {
        let mut conn = self.store.connection().await.unwrap();
        with_conn!(&mut conn, |c| diesel::sql_query(text).execute(c).await).unwrap();
        conn.commit().await.unwrap();
    }

    /// Has some wait in a team's line.
    async fn let_some_wait(&self) {
        let text = "UPDATE conversations SET status = 'open', team_id = 3, assignee_id = NULL \
            WHERE id IN (SELECT id FROM conversations ORDER BY id DESC LIMIT 10)";
        self.write(text).await;
    }

    /// Asks for every list that there is.
    async fn look_through(&self) {
        let contact = Some(self.all[0].contact.id);
        let others = [
            ConversationFilter {
                q: Some("customer 7".to_owned()),
                ..ConversationFilter::default()
            },
            ConversationFilter {
                contact,
                ..ConversationFilter::default()
            },
        ];
        for filter in self.filters().into_iter().chain(others) {
            self.list(filter).await;
        }
        let tenant = self.store.tenant(self.organization);
        assert!(tenant.line(&TEAMS, 20).await.unwrap().len() >= 10);
        let found = async |q| tenant.list_contacts(q, None, 50).await.unwrap();
        let all: Vec<Contact> = found(None).await;
        assert_eq!(all.len(), 50);
        assert!(!found(Some("customer 7")).await.is_empty());
    }
}

/// Every statement of the inbox goes by an index; where few rows fit, by one that knows them.
#[tokio::test(flavor = "multi_thread")]
async fn no_list_reads_a_whole_table_of_postgresql() {
    let inbox = Inbox::fill(Engine::Postgres).await;
    // Many that nobody and no team has, so that what stands in a line is not found as well by asking who has nobody.
    let unclaimed: Vec<String> = (MANY..2 * MANY).map(|phone| line(phone, 1)).collect();
    run(&inbox.store, inbox.numbers[0], &unclaimed).await;
    let unclaimed =
        "UPDATE conversations SET status = 'open' WHERE team_id IS NULL AND assignee_id IS NULL";
    inbox.write(unclaimed).await;
    inbox.let_some_wait().await;
    // As it is soon after so many rows came.
    inbox.write("ANALYZE").await;
    inbox.look_through().await;
    let statements = "SELECT name || '\t' || cardinality(parameter_types) || '\t' || statement AS line \
        FROM pg_prepared_statements WHERE statement !~ 'pg_prepared' \
        AND statement ~ '^SELECT' AND statement ~ '\"(conversations|conversation_tags|participants|seen|contacts)\"'";
    let statements = lines(&inbox.store, statements).await;
    assert!(statements.len() > 20, "{}", statements.len());
    for line in statements {
        let mut parts = line.splitn(3, '\t');
        let mut part = || parts.next().unwrap();
        let (name, count, text) = (part(), part(), part());
        let nulls = vec!["NULL"; count.parse().unwrap()].join(", ");
        let plan = plan(
            &inbox.store,
            &format!("EXPLAIN EXECUTE \"{name}\" ({nulls})"),
        )
        .await;
        assert!(!plan.contains("Seq Scan"), "{text}\n{plan}");
        let has = |piece: &str| text.contains(piece);
        let is_by_line = |plan: &str| plan.contains("conversations_in_line");
        let is_by = |index: &str| plan.contains(&format!("using conversations_by_{index}"));
        if has(" = 'open'") {
            assert!(is_by_line(&plan), "{text}\n{plan}");
        }
        let is_list = has("ORDER BY \"conversations\".\"updated_at\"");
        if is_list && ![" IS NULL", "= ANY(", " + $"].into_iter().any(has) {
            // In the list's order, so that nothing has to be sorted. (What is looked up or compared row by row may be, among
            // so few rows.)
            assert!(!plan.contains("Sort"), "{text}\n{plan}");
            let is_rare = has(" <> 1") && !has("\"status\" =");
            assert!(!is_rare || is_by("priority"), "{text}\n{plan}");
        }
    }
}

/// The statements that SQLite was asked, without what was bound to them, each with the file that it was asked about.
static ASKED: Mutex<BTreeSet<(String, String)>> = Mutex::new(BTreeSet::new());

fn listener() -> Option<Box<dyn Instrumentation>> {
    let mut file = String::new();
    Some(Box::new(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartEstablishConnection { url, .. } = event {
            url.clone_into(&mut file);
        } else if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let text = text.split(" -- binds").next().unwrap_or_default();
            let has = |piece: &str| text.contains(piece);
            if text.starts_with("SELECT")
                && (has("`conversations` INNER JOIN `contacts`")
                    || has("FROM `contacts` WHERE")
                    || has("ORDER BY `contact_identities`.`lookup_key`"))
            {
                let asked = (file.clone(), text.to_owned());
                ASKED.lock().unwrap().insert(asked);
            }
        }
    }))
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// SQLite would read a list in its order to the end rather than look up a handful and sort them.
#[tokio::test(flavor = "multi_thread")]
async fn no_list_reads_a_whole_table_of_sqlite() {
    set_default_instrumentation(listener).unwrap();
    let inbox = Inbox::fill(Engine::Sqlite).await;
    inbox.let_some_wait().await;
    inbox.look_through().await;
    let folder = inbox.database.folder().unwrap().to_str().unwrap();
    let asked = ASKED.lock().unwrap().clone().into_iter();
    let ours = asked.filter(|(file, _)| file.contains(folder));
    let (mut lists, mut looked_up, mut loads) = (0, 0, 0);
    let (mut pieces, mut identities) = (0, 0);
    let mut conn = inbox.store.connection().await.unwrap();
    for (_, text) in ours {
        let explain = format!("EXPLAIN QUERY PLAN {text}");
        let steps: Vec<Step> =
            with_conn!(&mut conn, |c| diesel::sql_query(&explain).load(c).await).unwrap();
        let steps: Vec<String> = steps.into_iter().map(|step| step.detail).collect();
        let plan = steps.join("\n");
        let goes_by = |index: &str| steps.iter().any(|step| step.contains(index));
        assert!(!plan.contains("SCAN"), "{text}\n{plan}");
        if text.contains("ORDER BY `conversations`") {
            lists += 1;
            if text.contains("`organization_id` + ?") {
                looked_up += 1;
                let is_found = goes_by("autoindex_conversations_1 (id=?)")
                    || goes_by("conversations_of_contact (contact_id=?)");
                assert!(is_found, "{text}\n{plan}");
            } else {
                assert!(!plan.contains("TEMP B-TREE"), "{text}\n{plan}");
            }
        } else if text.contains("INNER JOIN `contacts`") {
            loads += 1;
            let is_found = goes_by("autoindex_conversations_1 (id=?)");
            assert!(is_found, "{text}\n{plan}");
        } else if text.contains("LIKE") && !text.contains("ORDER BY") {
            pieces += 1;
            assert!(
                goes_by("contacts_by_search (organization_id=? AND search>?)"),
                "{text}\n{plan}"
            );
        } else if text.contains("`contact_identities`") && text.contains(" IN ") {
            identities += 1;
            assert!(
                goes_by("identities_by_contact (contact_id=?)"),
                "{text}\n{plan}"
            );
        }
    }
    conn.roll_back().await;
    assert!(lists > 20 && looked_up > 3, "{lists}, {looked_up}");
    assert!(loads > 0 && pieces > 0 && identities > 0);
}
