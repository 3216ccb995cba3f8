//! Messages and notes are found by their words, as far as the caller may see.

use actors::model::ids::{OrganizationId, SessionId};
use actors::model::inbound::Effect;
use actors::testing::build::Inbound;
use actors::testing::inbound;
use actors::time::Timestamp;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::client::Client;
use crate::support::database::Engine;
use crate::support::hub::{TestHub, number};

on_both!(
    words_are_found_newest_first_with_whom_they_were_said_to,
    filters_say_whose_and_when,
    pages_lead_on_from_the_last_hit,
    what_is_asked_does_no_harm,
    another_organization_finds_nothing_of_it,
    an_edit_is_found_and_what_was_taken_back_is_not,
);

const ANN: &str = "491701234567";
const BOB: &str = "491707654321";

struct Office {
    hub: TestHub,
    owner: Client,
    agent: Client,
    organization: OrganizationId,
    session: SessionId,
}

async fn office(engine: Engine) -> Office {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let agent = hub.invited(&owner, "agent").await;
    let created = owner.post("/sessions", number("1001")).await.expect(201);
    let session: SessionId = created["id"].as_str().unwrap().parse().unwrap();
    let organization = hub.organization_of(&owner).await;
    Office {
        hub,
        owner,
        agent,
        organization,
        session,
    }
}

impl Office {
    async fn hear(&self, message: Inbound) {
        let message = message.at(Timestamp::now()).build();
        let heard = self
            .hub
            .app
            .hub
            .receive(self.organization, self.session, message);
        heard.await.unwrap();
    }

    async fn say(&self, phone: &str, text: &str) {
        self.hear(inbound(phone, text)).await;
    }

    async fn note(&self, by: &Client, phone: &str, text: &str) -> Value {
        let thread = self.thread(phone).await;
        let note = json!({"type": "note", "text": {"body": text}});
        by.post(&format!("/conversations/{thread}/messages"), note)
            .await
            .expect(202)
    }

    async fn thread(&self, phone: &str) -> String {
        let listed = self.owner.get(&format!("/conversations?q={phone}")).await;
        let listed = listed.expect(200);
        listed["data"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn index(&self) {
        while self
            .hub
            .app
            .store
            .index_messages()
            .await
            .unwrap()
            .unwrap()
            .more
        {}
    }
}

async fn find(by: &Client, q: &str, more: &str) -> Value {
    let q: String = url_encoded(q);
    by.get(&format!("/messages?q={q}{more}")).await.expect(200)
}

async fn texts(by: &Client, q: &str, more: &str) -> Vec<String> {
    let found = find(by, q, more).await;
    let hits = found["data"].as_array().unwrap().iter();
    hits.map(|hit| hit["message"]["text"].as_str().unwrap().to_owned())
        .collect()
}

fn url_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn words_are_found_newest_first_with_whom_they_were_said_to(engine: Engine) {
    let office = office(engine).await;
    office.say(ANN, "Wo bleibt meine Bestellung? Größe L").await;
    office.say(BOB, "bestellungen kann man ändern, ja?").await;
    office.say(BOB, "我想查询订单号码").await;
    office.note(&office.agent, ANN, "Bestellung ist raus").await;
    office.index().await;
    let agent = &office.agent;
    assert_eq!(
        texts(agent, "BESTELL", "").await,
        [
            "Bestellung ist raus",
            "bestellungen kann man ändern, ja?",
            "Wo bleibt meine Bestellung? Größe L",
        ]
    );
    assert_eq!(texts(agent, "bestellung gros", "").await.len(), 1);
    assert_eq!(texts(agent, "bestellungen ANDERN", "").await.len(), 1);
    assert_eq!(texts(agent, "订单号", "").await, ["我想查询订单号码"]);
    assert_eq!(texts(agent, "tellung", "").await.len(), 0);
    let found = find(agent, "grosse", "").await;
    let hit = &found["data"][0];
    assert_eq!(hit["contact"]["phone"], ANN);
    assert_eq!(hit["message"]["conversation_id"], office.thread(ANN).await);
    let excerpt = json!([
        {"text": "Wo bleibt meine Bestellung? ", "hit": false},
        {"text": "Größe", "hit": true},
        {"text": " L", "hit": false},
    ]);
    assert_eq!(hit["excerpt"], excerpt);
    assert_eq!(found["next_cursor"], Value::Null);
    office.hub.stop().await;
}

async fn filters_say_whose_and_when(engine: Engine) {
    let office = office(engine).await;
    office.say(ANN, "late delivery").await;
    office.say(BOB, "delivery for me").await;
    let note = office.note(&office.agent, ANN, "delivery tomorrow").await;
    office.note(&office.owner, BOB, "delivery never").await;
    office.index().await;
    let agent = &office.agent;
    let ann = office.thread(ANN).await;
    let contact = find(agent, "late", "").await["data"][0]["contact"]["id"].clone();
    let me = agent.tokens["user"]["id"].as_str().unwrap();
    let at = note["created_at"].as_str().unwrap();
    for (more, count) in [
        (String::new(), 4),
        (format!("&conversation={ann}"), 2),
        (format!("&contact={}", contact.as_str().unwrap()), 2),
        (format!("&session={}", office.session), 4),
        (format!("&author={me}"), 1),
        ("&direction=note".to_owned(), 2),
        ("&direction=inbound".to_owned(), 2),
        ("&direction=outbound".to_owned(), 0),
        ("&type=text".to_owned(), 4),
        ("&type=image".to_owned(), 0),
        (format!("&since={at}"), 2),
        (format!("&until={at}"), 2),
        (
            format!("&since={at}&conversation={ann}&direction=note&author={me}"),
            1,
        ),
        ("&conversation=cnv_0000000000001".to_owned(), 0),
        ("&contact=con_0000000000001".to_owned(), 0),
        ("&since=2099-01-01T00:00:00Z".to_owned(), 0),
        ("&until=2020-01-01T00:00:00Z".to_owned(), 0),
    ] {
        assert_eq!(texts(agent, "delivery", &more).await.len(), count, "{more}");
    }
    for wrong in [
        "&author=me",
        "&direction=up",
        "&since=today",
        "&limit=201",
        "&cursor=x",
    ] {
        let refused = agent.get(&format!("/messages?q=delivery{wrong}")).await;
        assert_eq!(refused.status, 400, "{wrong}");
    }
    assert_eq!(agent.get("/messages").await.status, 400);
    office.hub.stop().await;
}

async fn pages_lead_on_from_the_last_hit(engine: Engine) {
    let office = office(engine).await;
    for number in 0..7 {
        office.say(ANN, &format!("hello {number}")).await;
        office.say(ANN, "something else").await;
    }
    office.index().await;
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for _ in 0..4 {
        let page = find(&office.agent, "hel", &format!("&limit=3{cursor}")).await;
        for hit in page["data"].as_array().unwrap() {
            found.push(hit["message"]["text"].as_str().unwrap().to_owned());
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let wanted: Vec<String> = (0..7)
        .rev()
        .map(|number| format!("hello {number}"))
        .collect();
    assert_eq!(found, wanted);
    office.hub.stop().await;
}

async fn what_is_asked_does_no_harm(engine: Engine) {
    let office = office(engine).await;
    office.say(ANN, "it's \"quoted\" & (strange) 100% :*").await;
    office.index().await;
    let agent = &office.agent;
    for q in [
        "it's",
        "\"quoted\"",
        "'quoted",
        "quoted:*",
        "strange)",
        "(strange",
        "100%",
        "!quoted |",
        "quoted 😀",
        "strange -- \\",
        "QUOTED* ^",
        "{strange}",
        "s:100",
    ] {
        assert_eq!(texts(agent, q, "").await.len(), 1, "{q}");
    }
    for q in [
        "",
        " ",
        "😀",
        "'",
        "\"\"",
        "*",
        ":*",
        "&|!()",
        "_o1",
        "#quoted NOT",
        "NEAR(a b)",
    ] {
        assert_eq!(texts(agent, q, "").await.len(), 0, "{q}");
    }
    assert_eq!(agent.get("/messages?q=quoted%00").await.status, 400);
    let long = "quoted ".repeat(1400);
    assert_eq!(texts(agent, &long, "").await.len(), 1);
    assert_eq!(texts(agent, &"x".repeat(10_000), "").await.len(), 0);
    office.hub.stop().await;
}

async fn another_organization_finds_nothing_of_it(engine: Engine) {
    let office = office(engine).await;
    office.say(ANN, "a secret word").await;
    office.index().await;
    assert_eq!(texts(&office.agent, "secret", "").await.len(), 1);
    let stranger = office.hub.stranger().await;
    let thread = office.thread(ANN).await;
    for more in [
        String::new(),
        format!("&conversation={thread}"),
        format!("&session={}", office.session),
    ] {
        assert_eq!(texts(&stranger, "secret", &more).await.len(), 0, "{more}");
    }
    office.hub.stop().await;
}

async fn an_edit_is_found_and_what_was_taken_back_is_not(engine: Engine) {
    let office = office(engine).await;
    office
        .hear(inbound(ANN, "the frist draft").id("wamid.edited"))
        .await;
    office
        .hear(inbound(ANN, "the second draft").id("wamid.revoked"))
        .await;
    office.index().await;
    assert_eq!(texts(&office.agent, "draft", "").await.len(), 2);
    let target = "wamid.edited".to_owned();
    let edit = inbound(ANN, "the first draft").effect(Effect::Edit { target });
    office.hear(edit).await;
    let target = "wamid.revoked".to_owned();
    office
        .hear(inbound(ANN, "").effect(Effect::Revoke { target }))
        .await;
    // What is wrong is shown to nobody, even before it is indexed anew.
    for is_indexed in [false, true] {
        if is_indexed {
            office.index().await;
        }
        let agent = &office.agent;
        assert_eq!(texts(agent, "frist", "").await.len(), 0);
        assert_eq!(texts(agent, "second", "").await.len(), 0);
        let first = texts(agent, "first", "").await;
        assert_eq!(first.len(), usize::from(is_indexed));
        assert_eq!(texts(agent, "draft", "").await, ["the first draft"]);
    }
    office.hub.stop().await;
}
