//! How fast a number speaks, and who goes first.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use super::{pass, seconds, settle, stage};
use crate::hub::HubError;
use crate::model::ids::ConversationId;
use crate::model::outbound::Priority;
use crate::model::session::HealthState;
use crate::model::status::MessageStatus::{Failed, Sent};
use crate::ports::store::SessionStore;
use crate::testing::{Stage, draft};

const ANN: &str = "491701234567";

async fn contacts(stage: &Stage, number: usize) -> Vec<ConversationId> {
    let digits: Vec<String> = (0..number).map(|n| format!("49170{n:07}")).collect();
    join_all(digits.iter().map(|digits| stage.conversation(digits))).await
}

async fn say(stage: &Stage, to: ConversationId, text: &str, priority: Priority) {
    let draft = draft(text).priority(priority).into();
    stage.hub.send(&stage.agent(), to, draft).await.unwrap();
}

#[actix::test]
async fn a_number_keeps_its_rate() {
    const MESSAGES: usize = 400;
    let stage = stage();
    let contacts = contacts(&stage, MESSAGES).await;
    let start = tokio::time::Instant::now();
    join_all(
        contacts
            .iter()
            .map(|to| say(&stage, *to, "hi", Priority::Broadcast)),
    )
    .await;
    pass(seconds(60)).await;
    let posts: Vec<Duration> = stage
        .provider
        .posts()
        .iter()
        .map(|post| post.at.duration_since(start))
        .collect();
    assert_eq!(posts.len(), MESSAGES);
    for from in &posts {
        let within = |at: &&Duration| **at >= *from && **at < *from + seconds(1);
        let count = posts.iter().filter(within).count();
        assert!(count <= 100, "{count} in the second after {from:?}");
    }
    let last = posts.iter().max().unwrap();
    // 395 at 80 a second, and a second more.
    assert!(*last < seconds(6), "the rate was not used: {last:?}");
}

#[actix::test]
async fn one_contact_gets_a_burst_and_then_one_each_six_seconds_in_order() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    let said: Vec<String> = (0..55).map(|number| number.to_string()).collect();
    for text in &said {
        say(&stage, id, text, Priority::Agent).await;
    }
    pass(seconds(3)).await;
    assert_eq!(stage.provider.bodies().len(), 45);
    let other = stage.conversation("4930111").await;
    say(&stage, other, "to another", Priority::Agent).await;
    settle().await;
    assert_eq!(
        stage.provider.bodies().len(),
        46,
        "others are not held back"
    );
    pass(seconds(70)).await;
    let mut bodies = stage.provider.bodies();
    bodies.retain(|body| body != "to another");
    assert_eq!(bodies, said);
}

#[actix::test]
async fn waiting_for_a_turn_does_not_use_up_tries() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    for number in 0..60 {
        say(&stage, id, &number.to_string(), Priority::Agent).await;
    }
    pass(seconds(3)).await;
    // The last one came to the front many times by now; a passing error has to be survived all the same.
    stage.provider.will((0..2).map(|_| {
        Err(crate::ports::provider::ProviderError::Unreachable(
            "no route".to_owned(),
        ))
    }));
    pass(seconds(300)).await;
    let thread = stage.store.thread(id);
    let sent = thread.iter().filter(|line| line.status == Sent).count();
    assert_eq!(sent, 60);
}

#[actix::test]
async fn agents_go_before_bots_before_broadcasts() {
    let stage = stage();
    stage
        .store
        .change_session(stage.session, |session| session.rate = 1);
    let contacts = contacts(&stage, 20).await;
    // The first five use up the burst.
    for to in &contacts[..5] {
        say(&stage, *to, "first", Priority::Broadcast).await;
    }
    settle().await;
    for to in &contacts[5..10] {
        say(&stage, *to, "broadcast", Priority::Broadcast).await;
    }
    settle().await;
    say(&stage, contacts[10], "bot", Priority::Bot).await;
    say(&stage, contacts[11], "agent", Priority::Agent).await;
    pass(seconds(4)).await;
    let bodies = stage.provider.bodies();
    assert_eq!(bodies[5..8], ["agent", "bot", "broadcast"]);
}

#[actix::test]
async fn a_broadcast_that_fills_its_line_leaves_room_for_agents() {
    let stage = stage();
    stage
        .store
        .change_session(stage.session, |session| session.rate = 10);
    let contacts = contacts(&stage, 401).await;
    for to in &contacts[..400] {
        say(&stage, *to, "broadcast", Priority::Broadcast).await;
    }
    pass(seconds(2)).await;
    let start = tokio::time::Instant::now();
    say(&stage, contacts[400], "agent", Priority::Agent).await;
    pass(seconds(90)).await;
    let posts = stage.provider.posts();
    let agents = posts
        .iter()
        .find(|post| post.parcel.conversation == contacts[400])
        .unwrap();
    let waited = agents.at.duration_since(start);
    assert!(waited < seconds(2), "the agent's message waited {waited:?}");
    assert_eq!(posts.len(), 401);
}

#[actix::test]
async fn a_long_line_does_not_turn_in_circles_in_the_database() {
    const MESSAGES: usize = 600;
    let stage = stage();
    stage
        .store
        .change_session(stage.session, |session| session.rate = 10);
    let contacts = contacts(&stage, MESSAGES).await;
    for to in &contacts {
        say(&stage, *to, "broadcast", Priority::Broadcast).await;
    }
    pass(seconds(120)).await;
    assert_eq!(stage.provider.posts().len(), MESSAGES);
    let put_back = stage.store.faults.calls("finish_job");
    assert!(
        put_back < 3 * MESSAGES,
        "{put_back} times somebody was sent away"
    );
}

#[actix::test]
async fn a_number_that_is_answered_late_goes_on() {
    const MESSAGES: usize = 600;
    let stage = stage();
    let contacts = contacts(&stage, MESSAGES).await;
    stage.provider.will_take(seconds(10));
    for to in &contacts {
        say(&stage, *to, "hi", Priority::Agent).await;
    }
    pass(seconds(3)).await;
    let made = stage.provider.posts().len();
    assert!(made > 32, "{made}: those that hang kept their places");
    pass(seconds(6)).await;
    assert_eq!(stage.provider.posts().len(), 32 + 256, "no bound");
    pass(seconds(51)).await;
    assert_eq!(stage.provider.posts().len(), MESSAGES);
    let put_back = stage.store.faults.calls("finish_job");
    assert!(
        put_back < 2 * MESSAGES,
        "{put_back} times somebody was sent away"
    );
}

/// What each contact was sent, in the order in which the provider got it.
fn threads(stage: &Stage) -> BTreeMap<ConversationId, Vec<String>> {
    let mut threads: BTreeMap<ConversationId, Vec<String>> = BTreeMap::new();
    for (post, body) in stage.provider.posts().iter().zip(stage.provider.bodies()) {
        let thread = threads.entry(post.parcel.conversation).or_default();
        thread.push(body);
    }
    threads
}

#[actix::test]
async fn every_contact_is_written_to_in_order_however_long_the_line() {
    const CONTACTS: usize = 300;
    let stage = stage();
    let contacts = contacts(&stage, CONTACTS).await;
    stage.provider.will_take(seconds(5));
    for text in ["one", "two", "three"] {
        for to in &contacts {
            say(&stage, *to, text, Priority::Bot).await;
        }
        pass(seconds(2)).await;
    }
    // Some have to be sent once more.
    stage.provider.will((0..40).map(|_| {
        Err(crate::ports::provider::ProviderError::Unreachable(
            "no route".to_owned(),
        ))
    }));
    pass(seconds(10)).await;
    stage.provider.will_take(Duration::ZERO);
    pass(seconds(120)).await;
    let threads = threads(&stage);
    assert_eq!(threads.len(), CONTACTS);
    for mut thread in threads.into_values() {
        // Those that were refused are sent once more.
        thread.dedup();
        assert_eq!(thread, ["one", "two", "three"]);
    }
}

#[actix::test]
async fn an_agent_waits_for_no_bot_of_the_same_conversation() {
    let stage = stage();
    stage
        .store
        .change_session(stage.session, |session| session.rate = 10);
    let contacts = contacts(&stage, 400).await;
    for to in &contacts {
        say(&stage, *to, "bot", Priority::Bot).await;
    }
    pass(seconds(2)).await;
    let start = tokio::time::Instant::now();
    say(&stage, contacts[399], "agent", Priority::Agent).await;
    pass(seconds(60)).await;
    let place = stage
        .provider
        .bodies()
        .iter()
        .position(|body| body == "agent");
    let waited = stage.provider.posts()[place.unwrap()].at - start;
    assert!(waited < seconds(2), "the agent's message waited {waited:?}");
}

#[actix::test]
async fn a_number_that_was_not_answered_for_a_while_is_as_quick_as_before() {
    const MESSAGES: usize = 300;
    let stage = stage();
    let contacts = contacts(&stage, MESSAGES).await;
    stage.provider.will_take(seconds(60));
    for to in &contacts[..20] {
        say(&stage, *to, "unheard", Priority::Agent).await;
        pass(seconds(1)).await;
    }
    pass(seconds(80)).await;
    stage.provider.will_take(Duration::ZERO);
    let start = tokio::time::Instant::now();
    for to in &contacts {
        say(&stage, *to, "hi", Priority::Agent).await;
    }
    pass(seconds(40)).await;
    let posts = stage.provider.posts();
    assert_eq!(posts.len(), 20 + MESSAGES);
    let last = posts.last().unwrap().at - start;
    assert!(last < seconds(8), "the last one went after {last:?}");
}

#[actix::test]
async fn who_waits_in_line_when_the_node_ends_is_not_sent_at_the_last_moment() {
    let stage = stage();
    stage
        .store
        .change_session(stage.session, |session| session.rate = 10);
    let contacts = contacts(&stage, 50).await;
    for text in ["one", "two"] {
        for to in &contacts {
            say(&stage, *to, text, Priority::Agent).await;
        }
    }
    settle().await;
    let sent = stage.provider.posts().len();
    let start = tokio::time::Instant::now();
    stage.hub.drain(seconds(8)).await;
    assert!(start.elapsed() < seconds(1), "it waited for the line");
    pass(seconds(8)).await;
    assert_eq!(stage.provider.posts().len(), sent);
    let _next = stage.start_again();
    pass(seconds(20)).await;
    let threads = threads(&stage);
    assert_eq!(threads.len(), 50);
    assert!(threads.into_values().all(|thread| thread == ["one", "two"]));
}

#[actix::test]
async fn whoever_sends_next_knows_who_is_away() {
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    stage.provider.will((0..2).map(|_| {
        Err(crate::ports::provider::ProviderError::Unreachable(
            "no route".to_owned(),
        ))
    }));
    say(&stage, ann, "one", Priority::Agent).await;
    pass(seconds(2)).await;
    stage.hub.drain(seconds(8)).await;
    let next = stage.start_again();
    let draft = draft("two").priority(Priority::Agent).into();
    next.send(&stage.agent(), ann, draft).await.unwrap();
    pass(seconds(30)).await;
    let mut bodies = stage.provider.bodies();
    bodies.dedup();
    assert_eq!(bodies, ["one", "two"]);
}

#[actix::test]
async fn many_messages_to_one_contact_do_not_turn_in_circles_in_the_database() {
    const MESSAGES: usize = 300;
    let stage = stage();
    let ann = stage.conversation(ANN).await;
    let said: Vec<String> = (0..MESSAGES).map(|number| number.to_string()).collect();
    for text in &said {
        say(&stage, ann, text, Priority::Bot).await;
    }
    pass(seconds(600)).await;
    let sent = stage.provider.bodies();
    assert!(sent.len() >= 45 + 600 / 6 - 5, "{} were sent", sent.len());
    assert_eq!(sent, said[..sent.len()]);
    let put_back = stage.store.faults.calls("finish_job");
    assert!(
        put_back < 20 * MESSAGES,
        "{put_back} times somebody was sent away"
    );
}

#[actix::test]
async fn a_throttled_number_pauses_as_a_whole_and_goes_on() {
    let stage = stage();
    let contacts = contacts(&stage, 3).await;
    stage.provider.will_refuse(130_429);
    say(&stage, contacts[0], "one", Priority::Agent).await;
    settle().await;
    for (to, text) in contacts[1..].iter().zip(["two", "three"]) {
        say(&stage, *to, text, Priority::Agent).await;
    }
    settle().await;
    assert_eq!(stage.provider.bodies(), ["one"]);
    pass(seconds(10)).await;
    assert_eq!(stage.provider.bodies(), ["one", "one", "two", "three"]);
}

#[actix::test]
async fn a_throttled_contact_waits_alone() {
    let stage = stage();
    let contacts = contacts(&stage, 2).await;
    stage.provider.will_refuse(131_056);
    say(&stage, contacts[0], "one", Priority::Agent).await;
    settle().await;
    say(&stage, contacts[0], "two", Priority::Agent).await;
    say(&stage, contacts[1], "to another", Priority::Agent).await;
    settle().await;
    assert_eq!(stage.provider.bodies(), ["one", "to another"]);
    pass(seconds(30)).await;
    assert_eq!(stage.provider.bodies(), ["one", "to another", "one", "two"]);
}

#[actix::test]
async fn an_invalid_token_stops_the_number_until_somebody_repairs_it() {
    let stage = stage();
    let contacts = contacts(&stage, 2).await;
    stage.provider.will_refuse(190);
    say(&stage, contacts[0], "one", Priority::Agent).await;
    settle().await;
    let failed = stage.store.thread(contacts[0]).pop().unwrap();
    assert_eq!(failed.status, Failed);
    let told = stage.bus.published();
    assert_eq!(told.last().unwrap().event.name(), "session.updated");
    let refused = stage
        .hub
        .send(&stage.agent(), contacts[1], draft("two").into())
        .await;
    let stopped = HubError::SessionStopped {
        reason: "token_invalid".to_owned(),
    };
    assert_eq!(refused.unwrap_err(), stopped);
    stage
        .hub
        .send(&stage.agent(), contacts[1], draft("a note").note().into())
        .await
        .unwrap();

    let healed = stage.store.set_health(stage.session, HealthState::Ok, None);
    healed.await.unwrap();
    stage.hub.refresh_session(stage.session);
    say(&stage, contacts[1], "three", Priority::Agent).await;
    settle().await;
    assert_eq!(stage.provider.bodies(), ["one", "three"]);
}

#[actix::test]
async fn what_waits_when_the_number_is_removed_fails() {
    let stage = stage();
    let id = stage.conversation(ANN).await;
    stage.provider.will_refuse(130_429);
    say(&stage, id, "hi", Priority::Agent).await;
    settle().await;
    stage.store.remove_session(stage.session);
    stage.hub.refresh_session(stage.session);
    pass(seconds(30)).await;
    let failed = stage.store.thread(id).pop().unwrap();
    assert_eq!(failed.status, Failed);
    assert_eq!(stage.provider.bodies().len(), 1);
    assert_eq!(stage.hub.sessions(), 0);
}

#[actix::test]
async fn a_clock_that_is_set_back_stops_no_number() {
    const MESSAGES: usize = 100;
    let stage = stage();
    let contacts = contacts(&stage, MESSAGES + 1).await;
    let (first, others) = contacts.split_first().unwrap();
    stage.clock.advance(seconds(600));
    say(&stage, *first, "hi", Priority::Agent).await;
    settle().await;
    stage.clock.set_back(seconds(600));
    join_all(
        others
            .iter()
            .map(|to| say(&stage, *to, "hi", Priority::Agent)),
    )
    .await;
    pass(seconds(10)).await;
    assert_eq!(stage.provider.posts().len(), MESSAGES + 1);
}
