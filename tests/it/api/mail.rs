//! Invitations and links to a new password by mail.

use serde_json::json;

use crate::on_both;
use crate::support::database::Engine;
use crate::support::hub::{PASSWORD, TestHub};
use crate::support::mail::{Letter, MailServer};

on_both!(
    an_invitation_comes_by_mail_and_lets_its_reader_in,
    an_invitation_that_no_server_takes_is_there_all_the_same,
    a_hub_without_a_mail_server_says_so,
    whoever_forgot_their_password_gets_a_link_and_nobody_else_does,
);

const FROM: (&str, &str) = ("MAIL_FROM", "Support <support@story.test>");

/// The token of the first link of that page in a letter.
fn token(letter: &Letter, page: &str) -> String {
    // Long lines are wrapped (RFC 2045, quoted-printable).
    let text = letter.text.replace("=\n", "");
    let start = format!("http://hub.test/{page}/");
    let link = text.split_once(&start).unwrap().1;
    link.split_whitespace().next().unwrap().to_owned()
}

async fn an_invitation_comes_by_mail_and_lets_its_reader_in(engine: Engine) {
    let server = MailServer::start().await;
    let hub = TestHub::start_with(engine, &[("SMTP_URL", &server.url), FROM]).await;
    let owner = hub.owner().await;
    assert_eq!(hub.visitor().get("/setup").await.expect(200)["mail"], true);
    let invite = json!({"email": "new@story.test", "role": "agent", "send_mail": true});
    let made = owner.post("/invitations", invite).await.expect(201);
    assert_eq!(made["invitation"]["mail"], "sent");
    let listed = owner.get("/invitations").await.expect(200);
    assert_eq!(listed["data"][0]["mail"], "sent");
    let letters = server.letters(1).await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].to.contains("new@story.test"), "{:?}", letters[0]);
    assert!(
        letters[0]
            .text
            .contains("From: Support <support@story.test>")
    );
    let register = json!({
        "invitation": token(&letters[0], "invitation"), "name": "New", "password": PASSWORD,
    });
    let entered = hub.visitor().post("/auth/register", register).await;
    assert_eq!(entered.expect(201)["user"]["email"], "new@story.test");
    // Nobody asked for it: nothing is mailed.
    let quiet = json!({"email": "quiet@story.test", "role": "agent"});
    let made = owner.post("/invitations", quiet).await.expect(201);
    assert!(made["invitation"]["mail"].is_null());
    assert_eq!(server.letters(1).await.len(), 1);
    hub.stop().await;
}

async fn an_invitation_that_no_server_takes_is_there_all_the_same(engine: Engine) {
    // Nobody listens there any more.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", gone.local_addr().unwrap());
    drop(gone);
    let hub = TestHub::start_with(engine, &[("SMTP_URL", &url), FROM]).await;
    let owner = hub.owner().await;
    let invite = json!({"email": "new@story.test", "role": "agent", "send_mail": true});
    let made = owner.post("/invitations", invite).await.expect(201);
    assert_eq!(made["invitation"]["mail"], "failed");
    assert!(made["url"].as_str().unwrap().contains("/invitation/"));
    let listed = owner.get("/invitations").await.expect(200);
    assert_eq!(listed["data"][0]["mail"], "failed");
    hub.stop().await;
}

async fn a_hub_without_a_mail_server_says_so(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    assert_eq!(hub.visitor().get("/setup").await.expect(200)["mail"], false);
    let invite = json!({"email": "new@story.test", "role": "agent", "send_mail": true});
    let refused = owner.post("/invitations", invite).await;
    assert_eq!(refused.body["errors"][0]["field"], "send_mail");
    assert_eq!(refused.refused(422), "validation_failed");
    let forgotten = json!({"email": "owner@story.test"});
    let noted = hub.visitor().post("/auth/forgot-password", forgotten).await;
    noted.expect(202);
    hub.stop().await;
}

async fn whoever_forgot_their_password_gets_a_link_and_nobody_else_does(engine: Engine) {
    let server = MailServer::start().await;
    let hub = TestHub::start_with(engine, &[("SMTP_URL", &server.url), FROM]).await;
    let owner = hub.owner().await;
    let email = owner.tokens["user"]["email"].as_str().unwrap().to_owned();
    let agent = hub.invited(&owner, "agent").await;
    let locked = format!("/users/{}", agent.tokens["user"]["id"].as_str().unwrap());
    owner
        .patch(&locked, json!({"disabled": true}))
        .await
        .expect(200);
    let visitor = hub.visitor();
    // Told apart by nothing but the letter.
    for email in ["nobody@story.test", "agent@story.test", email.as_str()] {
        let asked = json!({"email": email});
        let noted = visitor.post("/auth/forgot-password", asked).await;
        noted.expect(202);
    }
    let letters = server.letters(1).await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].to.contains(&email), "{:?}", letters[0]);
    let reset = json!({
        "token": token(&letters[0], "reset-password"), "password": "another long password",
    });
    let path = "/auth/reset-password";
    visitor.post(path, reset.clone()).await.expect(204);
    assert_eq!(
        visitor.post(path, reset).await.refused(400),
        "invalid_token"
    );
    let entered = visitor.log_in(&email, "another long password").await;
    entered.expect(200);
    // Asking goes on for a while only.
    let asked = json!({"email": email});
    let mut last = 202;
    for _ in 0..12 {
        let noted = visitor.post("/auth/forgot-password", asked.clone()).await;
        last = noted.status;
    }
    assert_eq!(last, 429);
    hub.stop().await;
}
