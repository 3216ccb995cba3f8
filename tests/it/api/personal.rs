//! How one person stands to conversations: what they take part in, have seen, and keep at hand.

use actors::feed::Unsubscribe;
use actors::model::conversation::MOST_PARTICIPANTS;
use actors::model::ids::{SessionId, UserId};
use actors::model::user::{Role, Who};
use actors::testing::{TestSocket, inbound};
use actors::time::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::care::{Office, id, office};
use crate::on_both;
use crate::support::client::Client;
use crate::support::database::Engine;
use crate::support::hub::TestHub;

on_both!(
    whoever_takes_part_finds_it,
    whom_a_note_calls_takes_part,
    who_can_not_take_part_is_said,
    each_has_seen_what_they_looked_at,
    a_mark_is_moved_without_a_word_to_anybody,
    starred_messages_are_found_again_by_whoever_starred_them,
    a_star_goes_with_its_message,
    what_somebody_saw_or_starred_is_told_to_them_alone,
    a_program_has_neither_seen_nor_starred,
);

async fn found(client: &Client, query: &str) -> Vec<String> {
    let listed = client.get(&format!("/conversations?{query}")).await;
    let listed = listed.expect(200);
    let rows = listed["data"].as_array().unwrap().iter();
    rows.map(|row| format!("/conversations/{}", id(row)))
        .collect()
}

async fn row(client: &Client, path: &str) -> Value {
    client.get(path).await.expect(200)
}

/// Ann writes again.
async fn say(hub: &TestHub, owner: &Client, text: &str) {
    let listed = owner.get("/sessions").await.expect(200);
    let session: SessionId = id(&listed["data"][0]).parse().unwrap();
    let organization = hub.organization_of(owner).await;
    let message = inbound("491701234567", text).at(Timestamp::now()).build();
    hub.app
        .hub
        .receive(organization, session, message)
        .await
        .unwrap();
}

fn user(client: &Client) -> Value {
    client.tokens["user"]["id"].clone()
}

async fn refuse_participants(client: &Client, path: &str, users: Value) {
    let refused = client.patch(path, json!({"add_participants": users})).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert_eq!(refused.body["errors"][0]["field"], "add_participants");
}

async fn whoever_takes_part_finds_it(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    assert_eq!(row(&agent, &ann).await["participants"], json!([]));
    let join = json!({"add_participants": [user(&agent), user(&agent)]});
    let joined = owner.patch(&ann, join.clone()).await.expect(200);
    assert_eq!(joined["participants"], json!([user(&agent)]));
    assert_eq!(
        found(&agent, "participant=me").await,
        std::slice::from_ref(&ann)
    );
    let by_id = format!("participant={}", user(&agent).as_str().unwrap());
    assert_eq!(found(&owner, &by_id).await, std::slice::from_ref(&ann));
    assert!(found(&owner, "participant=me").await.is_empty());
    assert!(
        found(&agent, "participant=me&status=closed")
            .await
            .is_empty()
    );
    let log = owner.get("/audit-log").await.expect(200);
    let last = &log["data"][0];
    assert_eq!(last["action"], "conversation.participants_changed");
    assert_eq!(last["details"]["added"], join["add_participants"]);

    let leave = json!({"remove_participants": [user(&agent)]});
    let left = agent.patch(&ann, leave).await.expect(200);
    assert_eq!(left["participants"], json!([]));
    assert!(found(&agent, "participant=me").await.is_empty());
    hub.stop().await;
}

async fn whom_a_note_calls_takes_part(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let note = json!({"type": "note", "text": {"body": "@agent?", "mentions": [user(&agent)]}});
    let messages = format!("{ann}/messages");
    owner.post(&messages, note.clone()).await.expect(202);
    owner.post(&messages, note).await.expect(202);
    let participants = &row(&owner, &ann).await["participants"];
    assert_eq!(*participants, json!([user(&agent)]));
    assert_eq!(
        found(&agent, "participant=me").await,
        std::slice::from_ref(&ann)
    );
    // What the contact says changes nothing about it.
    let answer = json!({"type": "text", "text": {"body": "here we are"}});
    agent.post(&messages, answer).await.expect(202);
    assert_eq!(row(&owner, &ann).await["participants"], *participants);
    hub.stop().await;
}

async fn who_can_not_take_part_is_said(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let stranger = UserId(1);
    for field in [
        json!([stranger]),
        json!(vec![stranger; MOST_PARTICIPANTS + 1]),
    ] {
        refuse_participants(&owner, &ann, field).await;
    }
    let locked = json!({"disabled": true});
    let path = format!("/users/{}", user(&agent).as_str().unwrap());
    owner.patch(&path, locked).await.expect(200);
    refuse_participants(&owner, &ann, json!([user(&agent)])).await;
    let refused = owner.get("/conversations?participant=nobody").await;
    assert_eq!(refused.refused(400), "invalid_parameter");
    hub.stop().await;
}

async fn each_has_seen_what_they_looked_at(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let unseen = "unseen=true&q=491701234567";
    // Nobody looked yet: it is unseen by both, and neither has a mark.
    for client in [&owner, &agent] {
        assert_eq!(found(client, unseen).await, std::slice::from_ref(&ann));
        assert_eq!(row(client, &ann).await["seen"], Value::Null);
    }
    agent
        .post(&format!("{ann}/read"), json!({}))
        .await
        .expect(204);
    let mine = row(&agent, &ann).await;
    assert_eq!(mine["seen"]["message_id"], mine["last_message"]["id"]);
    assert_eq!(mine["seen"]["unread"], false);
    assert_eq!(mine["unread"], 0);
    assert!(found(&agent, unseen).await.is_empty());
    let listed = agent.get("/conversations?q=491701234567").await.expect(200);
    assert_eq!(listed["data"][0]["seen"], mine["seen"]);

    // The contact goes on: what the owner looks at is not seen by the agent.
    say(&hub, &owner, "well?").await;
    assert_eq!(found(&agent, unseen).await, std::slice::from_ref(&ann));
    owner
        .post(&format!("{ann}/read"), json!({}))
        .await
        .expect(204);
    assert!(found(&owner, unseen).await.is_empty());
    assert_eq!(found(&agent, unseen).await, std::slice::from_ref(&ann));
    // Somebody answers: nothing is left to be looked at.
    let answer = json!({"type": "text", "text": {"body": "here we are"}});
    let messages = format!("{ann}/messages");
    owner.post(&messages, answer).await.expect(202);
    assert!(found(&agent, unseen).await.is_empty());
    // Until they want to look again.
    let mark = json!({"unread": true});
    let seen = format!("{ann}/seen");
    let marked = agent.send(Method::PUT, &seen, Some(mark)).await.expect(200);
    assert_eq!(marked["unread"], true);
    assert_eq!(marked["message_id"], mine["seen"]["message_id"]);
    assert_eq!(found(&agent, unseen).await, std::slice::from_ref(&ann));
    assert!(found(&owner, unseen).await.is_empty());
    agent
        .patch(&ann, json!({"status": "closed"}))
        .await
        .expect(200);
    assert!(
        found(&agent, unseen).await.is_empty(),
        "open ones, if none is named"
    );
    let closed = format!("{unseen}&status=closed");
    assert_eq!(found(&agent, &closed).await, std::slice::from_ref(&ann));
    hub.stop().await;
}

async fn a_mark_is_moved_without_a_word_to_anybody(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let before = row(&agent, &ann).await;
    let log = owner.get("/audit-log").await.expect(200);
    let path = format!("{ann}/seen");
    let seen = json!({"unread": false});
    let marked = owner.send(Method::PUT, &path, Some(seen.clone())).await;
    let marked = marked.expect(200);
    assert_eq!(marked["message_id"], before["last_message"]["id"]);
    assert!(found(&owner, "unseen=true&q=491701234567").await.is_empty());
    // For all others it is as before.
    let mut after = row(&agent, &ann).await;
    assert_eq!(after, before);
    assert_eq!(after["unread"].take(), 1);
    assert_eq!(owner.get("/audit-log").await.expect(200), log);
    let nowhere = owner.send(
        Method::PUT,
        "/conversations/cnv_0000000000001/seen",
        Some(seen),
    );
    assert_eq!(nowhere.await.refused(404), "not_found");
    hub.stop().await;
}

async fn starred_messages_are_found_again_by_whoever_starred_them(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    say(&hub, &owner, "well?").await;
    let messages = agent.get(&format!("{ann}/messages")).await.expect(200);
    let ids: Vec<String> = [0, 1].map(|n| id(&messages["data"][n]).to_owned()).to_vec();
    for message in [&ids[0], &ids[1], &ids[0]] {
        let path = format!("/messages/{message}/star");
        agent.send(Method::PUT, &path, None).await.expect(204);
    }
    let listed = async |query: &str| -> Vec<String> {
        let page = agent.get(&format!("/starred-messages{query}")).await;
        let page = page.expect(200);
        let rows = page["data"].as_array().unwrap().iter();
        rows.map(|star| id(&star["message"]).to_owned()).collect()
    };
    assert_eq!(listed("").await, [ids[1].clone(), ids[0].clone()]);
    let page = agent.get("/starred-messages?limit=1").await.expect(200);
    assert_eq!(page["data"][0]["contact"]["phone"], "491701234567");
    let next = page["next_cursor"].as_str().unwrap();
    assert_eq!(
        listed(&format!("?limit=1&cursor={next}")).await,
        [ids[0].clone()]
    );
    let here = ann.trim_start_matches("/conversations/");
    assert_eq!(listed(&format!("?conversation={here}")).await.len(), 2);
    let bobs = found(&agent, "q=491707654321").await;
    let there = bobs[0].trim_start_matches("/conversations/");
    assert!(listed(&format!("?conversation={there}")).await.is_empty());
    let theirs = owner.get("/starred-messages").await.expect(200);
    assert_eq!(theirs["data"], json!([]));

    for _ in 0..2 {
        let path = format!("/messages/{}/star", ids[1]);
        agent.send(Method::DELETE, &path, None).await.expect(204);
    }
    assert_eq!(listed("").await, std::slice::from_ref(&ids[0]));
    let nothing = agent.send(Method::PUT, "/messages/msg_0000000000001/star", None);
    assert_eq!(nothing.await.refused(404), "not_found");
    hub.stop().await;
}

async fn a_star_goes_with_its_message(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    for text in ["one", "two"] {
        say(&hub, &owner, text).await;
    }
    let messages = agent.get(&format!("{ann}/messages")).await.expect(200);
    // The oldest message has the newest star.
    let ids: Vec<&str> = (0..3).map(|n| id(&messages["data"][n])).collect();
    for message in &ids {
        let path = format!("/messages/{message}/star");
        agent.send(Method::PUT, &path, None).await.expect(204);
    }
    let border = ids[1].parse().unwrap();
    hub.app.store.drop_messages(border).await.unwrap();
    let first = agent.get("/starred-messages?limit=1").await.expect(200);
    assert_eq!(first["data"][0]["message"]["id"], ids[1]);
    let next = first["next_cursor"].as_str().unwrap();
    let rest = format!("/starred-messages?limit=1&cursor={next}");
    let second = agent.get(&rest).await.expect(200);
    assert_eq!(second["data"][0]["message"]["id"], ids[0]);
    hub.stop().await;
}

async fn what_somebody_saw_or_starred_is_told_to_them_alone(engine: Engine) {
    let Office {
        hub,
        owner,
        agent,
        ann,
    } = office(engine).await;
    let organization = hub.organization_of(&owner).await;
    let feed = hub.app.hub.feed().unwrap();
    let at = async |client: &Client, role: Role| {
        let who = Who::User(user(client).as_str().unwrap().parse().unwrap());
        let socket = TestSocket::join(feed, organization, who, role).await;
        let socket = socket.unwrap().0;
        socket.subscribe(&["me", "firehose"], None).await;
        socket
    };
    let mine = at(&agent, Role::Agent).await;
    let theirs = at(&owner, Role::Owner).await;
    let messages = agent.get(&format!("{ann}/messages")).await.expect(200);
    let message = id(&messages["data"][0]);
    for change in [true, true, false] {
        let seen = json!({"unread": change});
        let path = format!("{ann}/seen");
        agent.send(Method::PUT, &path, Some(seen)).await.expect(200);
    }
    let path = format!("/messages/{message}/star");
    agent.send(Method::PUT, &path, None).await.expect(204);
    agent.send(Method::PUT, &path, None).await.expect(204);
    agent.send(Method::DELETE, &path, None).await.expect(204);
    for socket in [&mine, &theirs] {
        // The feed has heard it all when it answers.
        let last = Unsubscribe {
            socket: socket.id,
            topics: Vec::new(),
        };
        feed.send(last).await.unwrap();
        drop(socket.stop_reading().await);
    }
    let frames = mine.take();
    let of = |kind: &str| -> Vec<&Value> {
        let frames = frames.iter();
        frames.filter(|frame| frame["type"] == kind).collect()
    };
    let seen = of("seen");
    let unread = seen.iter().map(|frame| &frame["seen"]["unread"]);
    assert_eq!(
        unread.collect::<Vec<_>>(),
        [true, false],
        "what changed only"
    );
    let stars = of("star");
    let starred = stars.iter().map(|frame| &frame["star"]["starred"]);
    assert_eq!(starred.collect::<Vec<_>>(), [true, false]);
    assert_eq!(stars[0]["star"]["message_id"], message);
    let told = theirs.take();
    assert!(!told.is_empty(), "it listens");
    for frame in &told {
        assert!(!["seen", "star"].iter().any(|kind| frame["type"] == *kind));
    }
    hub.stop().await;
}

async fn a_program_has_neither_seen_nor_starred(engine: Engine) {
    let Office {
        hub, owner, ann, ..
    } = office(engine).await;
    let key = json!({"name": "Loader", "role": "agent"});
    let key = owner.post("/api-keys", key).await.expect(201);
    let program = hub.visitor().with_key(key["key"].as_str().unwrap());
    assert!(row(&program, &ann).await.get("seen").is_none());
    let seen = Some(json!({"unread": false}));
    for refused in [
        program
            .send(Method::PUT, &format!("{ann}/seen"), seen)
            .await,
        program.get("/conversations?unseen=true").await,
        program.get("/starred-messages").await,
    ] {
        assert_eq!(refused.refused(403), "forbidden");
    }
    hub.stop().await;
}
