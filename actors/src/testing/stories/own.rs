//! What is one person's alone is told to their own sockets, on every node, and to nobody else.

use serde_json::Value;

use super::{settle, stage};
use crate::hub::Hub;
use crate::model::draft::KeptDraft;
use crate::model::ids::{ApiKeyId, ConversationId, MessageId, OrganizationId, UserId};
use crate::model::own::{Own, OwnNews, Seen};
use crate::model::user::{Role, Who};
use crate::testing::{Stage, TestSocket};
use crate::time::Timestamp;

const ANA: UserId = UserId(1);

/// Somebody at that hub who looks at these topics.
async fn at(stage: &Stage, hub: &Hub, who: Who, topics: &[&str]) -> TestSocket {
    let feed = hub.feed().unwrap();
    let joined = TestSocket::join(feed, stage.organization, who, Role::Owner).await;
    let socket = joined.unwrap().0;
    socket.subscribe(topics, None).await;
    settle().await;
    socket.take();
    socket
}

fn news(organization: OrganizationId, text: &str, revision: i64) -> OwnNews {
    OwnNews {
        organization,
        user: ANA,
        own: Own::Draft(KeptDraft {
            conversation_id: ConversationId(7),
            text: text.to_owned(),
            note_text: String::new(),
            mentions: Vec::new(),
            is_note: false,
            reply_to: None,
            updated_at: Timestamp::default(),
            revision,
        }),
        device: Some("laptop".to_owned()),
    }
}

/// The texts and revisions that a socket was told.
fn told(socket: &TestSocket) -> Vec<(String, i64)> {
    let frames = socket.take_type("draft").into_iter();
    let one = |frame: Value| {
        let draft = &frame["draft"];
        assert_eq!(frame["device"], "laptop");
        (
            draft["text"].as_str().unwrap().to_owned(),
            draft["revision"].as_i64().unwrap(),
        )
    };
    frames.map(one).collect()
}

#[actix::test]
async fn a_draft_reaches_every_device_of_its_writer() {
    let stage = stage();
    let second = stage.start_again();
    stage.peers.join(1, &stage.hub);
    stage.peers.join(2, &second);
    let laptop = at(&stage, &stage.hub, Who::User(ANA), &["me"]).await;
    let phone = at(&stage, &second, Who::User(ANA), &["me", "inbox"]).await;
    let deaf = at(&stage, &stage.hub, Who::User(ANA), &["inbox"]).await;
    stage.hub.tell_own(news(stage.organization, "Hel", 1));
    settle().await;
    second.tell_own(news(stage.organization, "Hello", 2));
    settle().await;
    let both = [("Hel".to_owned(), 1), ("Hello".to_owned(), 2)];
    assert_eq!(told(&laptop), both);
    assert_eq!(told(&phone), both);
    assert_eq!(told(&deaf), [], "who does not look at it is not told");
}

#[actix::test]
async fn nobody_else_learns_of_a_draft_whatever_they_may_follow() {
    let stage = stage();
    let everything = ["me", "firehose", "inbox", "directory"];
    let others = [
        at(&stage, &stage.hub, Who::User(UserId(2)), &everything).await,
        at(&stage, &stage.hub, Who::ApiKey(ApiKeyId(1)), &everything).await,
    ];
    stage.hub.tell_own(news(stage.organization, "Secret", 1));
    // A number that another organization uses as well.
    let elsewhere = OrganizationId(stage.organization.0 + 1);
    let hers = at(&stage, &stage.hub, Who::User(ANA), &everything).await;
    stage.hub.tell_own(news(elsewhere, "Theirs", 1));
    settle().await;
    for socket in others.iter().chain([&hers]) {
        assert!(socket.take().is_empty());
    }
}

#[actix::test]
async fn what_somebody_has_seen_reaches_their_other_devices() {
    let stage = stage();
    let phone = at(&stage, &stage.hub, Who::User(ANA), &["me"]).await;
    let other = at(&stage, &stage.hub, Who::User(UserId(2)), &["me", "inbox"]).await;
    let seen = Seen {
        conversation_id: ConversationId(7),
        message_id: Some(MessageId(9)),
        unread: false,
    };
    stage.hub.tell_own(OwnNews {
        organization: stage.organization,
        user: ANA,
        device: None,
        own: Own::Seen(seen.clone()),
    });
    settle().await;
    let frames = phone.take_type("seen");
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0]["seen"], serde_json::to_value(&seen).unwrap());
    assert!(other.take().is_empty());
}
