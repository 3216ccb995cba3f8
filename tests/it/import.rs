//! History from another system, on both databases: every good line is a conversation, once.

use actors::model::conversation::ConversationStatus;
use actors::model::ids::SessionId;
use command_center::app::import::{Imported, import};
use command_center::store::{ConversationFilter, Imports, Store};

use crate::on_both;
use crate::support::database::{Engine, TestDatabase};

on_both!(
    lines_become_conversations_once,
    a_contact_that_wrote_before_keeps_its_conversation,
);

/// Imports these lines.
pub async fn run(store: &Store, number: SessionId, lines: &[String]) -> Imported {
    let text = lines.join("\n").into_bytes();
    import(store, number, Box::new(std::io::Cursor::new(text)))
        .await
        .unwrap()
}

/// A conversation of so many messages.
pub fn line(phone: usize, messages: usize) -> String {
    let said: Vec<String> = (0..messages)
        .map(|n| {
            let direction = ["inbound", "outbound"][n % 2];
            format!(r#"{{"direction": "{direction}", "at": {}, "text": "line {n}", "id": "wamid.{phone}.{n}"}}"#, 1_777_887_060 + n)
        })
        .collect();
    format!(
        r#"{{"phone": "4917000{phone:05}", "name": "Customer {phone}", "status": "open", "messages": [{}]}}"#,
        said.join(",")
    )
}

async fn lines_become_conversations_once(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let (organization, number) = database.organization_with_number(&store).await;
    // Several batches, written at the same time where the database can.
    let mut lines: Vec<String> = (0..150).map(|phone| line(phone, 80)).collect();
    lines.push("not JSON".to_owned());
    lines.push(line(7, 3));
    let Imported { done, bad } = run(&store, number, &lines).await;
    let wanted = Imports {
        conversations: 150,
        messages: 12_000,
        known: 0,
    };
    assert_eq!(
        (done, bad),
        (wanted, 2),
        "no JSON, and a phone that came before"
    );

    let tenant = store.tenant(organization);
    let filter = ConversationFilter {
        q: Some("Customer 42".to_owned()),
        ..ConversationFilter::default()
    };
    let found = tenant.list_conversations(&filter, 10).await.unwrap();
    assert_eq!(found.len(), 1);
    let thread = &found[0];
    assert_eq!(thread.status, ConversationStatus::Open);
    let last = thread.last_message.as_ref().unwrap();
    assert_eq!(last.text.as_deref(), Some("line 79"));
    let page = tenant.list_messages(thread.id, None, 200).await.unwrap();
    let texts: Vec<&str> = page
        .iter()
        .filter_map(|said| said.text.as_deref())
        .collect();
    let wanted: Vec<String> = (0..80).rev().map(|n| format!("line {n}")).collect();
    assert_eq!(texts, wanted, "newest first, in the order of saying");

    let again = run(&store, number, &lines[..150]).await;
    assert_eq!(
        again.done,
        Imports {
            conversations: 0,
            messages: 0,
            known: 150
        }
    );
}

async fn a_contact_that_wrote_before_keeps_its_conversation(engine: Engine) {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    let (organization, number) = database.organization_with_number(&store).await;
    let other = database.number(&store, organization).await;
    run(&store, number, &[line(1, 2)]).await;
    // The same contact at another number is another conversation, and nobody new.
    let elsewhere = run(&store, other, &[line(1, 4)]).await;
    assert_eq!((elsewhere.done.conversations, elsewhere.done.known), (1, 0));
    let tenant = store.tenant(organization);
    let all = tenant
        .list_conversations(&ConversationFilter::default(), 10)
        .await
        .unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].contact.id, all[1].contact.id);
}
