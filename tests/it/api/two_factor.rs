//! Signing in with a code besides the password.

use actors::time::Timestamp;
use command_center::store::schema::{login_challenges, users};
use command_center::store::{Device, NewToken};
use command_center::with_conn;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use crate::on_both;
use crate::support::client::{Answer, Client};
use crate::support::database::Engine;
use crate::support::hub::{PASSWORD, TestHub};

on_both!(
    a_code_is_asked_for_once_a_first_one_confirmed_the_secret,
    a_code_is_accepted_once_and_so_is_a_challenge,
    a_recovery_code_opens_the_door_once,
    a_challenge_bears_five_wrong_codes_and_they_count_like_wrong_passwords,
    a_challenge_ends_with_its_time_and_with_the_password,
    taking_it_away_needs_password_and_code,
    an_admin_takes_the_second_factor_of_who_stands_no_higher,
    the_secret_is_sealed_for_its_place,
    a_password_that_was_changed_meanwhile_opens_nothing,
    who_knows_the_password_drives_nobody_out,
);

pub(super) const EMAIL: &str = "agent@story.test";
const STEP: i64 = 30;

/// An authenticator app, whose clock stands still from when it got the secret: a code that was used is named the same way
/// whenever it is asked for again. (The hub bears a clock that is a step behind.)
pub(super) struct Phone {
    totp: Totp,
    /// Seconds since 1970.
    now: i64,
}

impl Phone {
    fn with(secret: &Value) -> Self {
        let secret = Secret::try_from_base32(secret.as_str().unwrap()).unwrap();
        Self {
            totp: Builder::new().with_secret(secret).build().unwrap(),
            now: Timestamp::now().millis() / 1000,
        }
    }

    /// The same app, its clock set.
    fn again(self) -> Self {
        Self {
            now: Timestamp::now().millis() / 1000,
            ..self
        }
    }

    /// The code of so many steps from its now.
    fn code(&self, steps: i64) -> String {
        let seconds = self.now + steps * STEP;
        self.totp.generate(seconds.try_into().unwrap()).to_string()
    }

    /// A code that is none of those near now.
    pub(super) fn wrong(&self) -> String {
        let near: Vec<String> = (-3..=3).map(|steps| self.code(steps)).collect();
        let wrong = [
            "000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777",
        ];
        let wrong = wrong
            .into_iter()
            .find(|code| near.iter().all(|near| near != code));
        wrong.unwrap().to_owned()
    }
}

/// Turns it on for a client; gives the app and the recovery codes.
async fn enable(client: &Client) -> (Phone, Vec<String>) {
    enable_with(client, PASSWORD).await
}

async fn enable_with(client: &Client, password: &str) -> (Phone, Vec<String>) {
    let begun = client.post("/me/two-factor", json!({"password": password}));
    let phone = Phone::with(&begun.await.expect(201)["secret"]);
    let form = json!({"code": phone.code(0)});
    let confirmed = client
        .post("/me/two-factor/confirm", form)
        .await
        .expect(200);
    let codes = confirmed["recovery_codes"].as_array().unwrap().iter();
    let codes = codes.map(|code| code.as_str().unwrap().to_owned());
    (phone, codes.collect())
}

/// An agent of the hub who uses it.
pub(super) async fn careful_agent(hub: &TestHub, owner: &Client) -> (Client, Phone, Vec<String>) {
    let agent = hub.invited(owner, "agent").await;
    let (phone, codes) = enable(&agent).await;
    (agent, phone, codes)
}

/// The first step of a log-in.
async fn challenge(hub: &TestHub) -> Value {
    let half = hub.visitor().log_in(EMAIL, PASSWORD).await.expect(200);
    assert_eq!(half["two_factor_required"], true);
    assert_eq!(half["expires_in"], 300);
    assert!(half.get("access_token").is_none(), "{half}");
    assert!(half.get("refresh_token").is_none(), "{half}");
    half["challenge"].clone()
}

/// The second step.
async fn answer_with(hub: &TestHub, challenge: &Value, code: &str) -> Answer {
    let form = json!({"challenge": challenge, "code": code});
    hub.visitor().post("/auth/login/two-factor", form).await
}

/// As if no code had been used for long.
async fn forget_last_step(hub: &TestHub) {
    let mut conn = hub.app.store.connection().await.unwrap();
    with_conn!(&mut conn, |c| diesel::update(
        users::table.filter(users::second_factor_step.is_not_null())
    )
    .set(users::second_factor_step.eq(Some(0_i64)))
    .execute(c)
    .await)
    .unwrap();
    conn.commit().await.unwrap();
}

async fn actions(owner: &Client, limit: u32) -> Vec<String> {
    let log = owner.get(&format!("/audit-log?limit={limit}")).await;
    let log = log.expect(200);
    let lines = log["data"].as_array().unwrap().iter();
    lines
        .map(|line| line["action"].as_str().unwrap().to_owned())
        .collect()
}

async fn a_code_is_asked_for_once_a_first_one_confirmed_the_secret(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let agent = hub.invited(&owner, "agent").await;
    let elsewhere = hub.visitor().log_in(EMAIL, PASSWORD).await;
    let elsewhere = hub.visitor().signed_in(elsewhere.expect(200));
    let off = json!({"enabled": false, "since": null, "recovery_codes": 0});
    assert_eq!(agent.get("/me/two-factor").await.expect(200), off);

    let wrong = json!({"password": "not the password"});
    let refused = agent.post("/me/two-factor", wrong).await.refused(401);
    assert_eq!(refused, "invalid_credentials");
    let early = json!({"code": "123456"});
    let refused = agent
        .post("/me/two-factor/confirm", early)
        .await
        .refused(409);
    assert_eq!(refused, "two_factor_off");
    let begun = agent.post("/me/two-factor", json!({"password": PASSWORD}));
    let begun = begun.await.expect(201);
    assert!(begun["qr"].as_str().unwrap().starts_with("<svg"));
    let url = begun["url"].as_str().unwrap();
    assert!(url.contains(begun["secret"].as_str().unwrap()), "{url}");
    // Nothing is asked for yet: somebody who gives up here is not locked out.
    let plain = hub.visitor().log_in(EMAIL, PASSWORD).await.expect(200);
    assert!(plain["access_token"].is_string());

    let phone = Phone::with(&begun["secret"]);
    for wrong in [
        phone.wrong(),
        phone.code(-3),
        "nonsense".to_owned(),
        String::new(),
    ] {
        let form = json!({"code": wrong});
        let refused = agent
            .post("/me/two-factor/confirm", form)
            .await
            .refused(401);
        assert_eq!(refused, "invalid_code");
    }
    let form = json!({"code": phone.code(0)});
    let codes = agent.post("/me/two-factor/confirm", form).await.expect(200);
    assert_eq!(codes["recovery_codes"].as_array().unwrap().len(), 10);
    // The other log-ins ended, this one did not.
    let me = agent.get("/me").await.expect(200);
    assert_eq!(me["user"]["two_factor"], true);
    assert_eq!(elsewhere.get("/me").await.refused(401), "unauthorized");
    let on = agent.get("/me/two-factor").await.expect(200);
    assert_eq!(
        (&on["enabled"], &on["recovery_codes"]),
        (&json!(true), &json!(10))
    );
    let again = agent.post("/me/two-factor", json!({"password": PASSWORD}));
    assert_eq!(again.await.refused(409), "two_factor_on");
    let again = json!({"code": phone.code(1)});
    let refused = agent
        .post("/me/two-factor/confirm", again)
        .await
        .refused(409);
    assert_eq!(refused, "two_factor_on");

    let half = challenge(&hub).await;
    let tokens = answer_with(&hub, &half, &phone.code(1)).await.expect(200);
    assert_eq!(tokens["user"]["email"], EMAIL);
    let back = hub.visitor().signed_in(tokens);
    back.get("/me").await.expect(200);
    let form = json!({"refresh_token": back.tokens["refresh_token"]});
    back.post("/auth/refresh", form).await.expect(200);
    assert_eq!(
        actions(&owner, 4).await,
        [
            "user.signed_in",
            "user.two_factor_enabled",
            "user.signed_in",
            "user.two_factor_begun"
        ]
    );
    // A wrong password says the same as ever.
    let wrong = hub.visitor().log_in(EMAIL, "not the password").await;
    assert_eq!(wrong.refused(401), "invalid_credentials");
    hub.stop().await;
}

async fn a_code_is_accepted_once_and_so_is_a_challenge(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let (_, phone, _) = careful_agent(&hub, &owner).await;
    let half = challenge(&hub).await;
    // The one that confirmed the secret is used up, and so is every one before.
    for used in [phone.code(0), phone.code(-1)] {
        let refused = answer_with(&hub, &half, &used).await.refused(401);
        assert_eq!(refused, "invalid_code");
    }
    let code = phone.code(1);
    answer_with(&hub, &half, &code).await.expect(200);
    let refused = answer_with(&hub, &half, &code).await.refused(401);
    assert_eq!(refused, "challenge_expired");
    let other = challenge(&hub).await;
    let refused = answer_with(&hub, &other, &code).await.refused(401);
    assert_eq!(refused, "invalid_code");

    // Of many at once with one code one enters.
    forget_last_step(&hub).await;
    let halves = [
        challenge(&hub).await,
        challenge(&hub).await,
        challenge(&hub).await,
    ];
    let code = phone.again().code(0);
    let at_once = halves.iter().map(|half| answer_with(&hub, half, &code));
    let ends = futures_util::future::join_all(at_once).await;
    let entered = ends.iter().filter(|end| end.status == 200).count();
    assert_eq!(entered, 1, "{ends:?}");
    for nonsense in ["", "nonsense"] {
        let refused = answer_with(&hub, &json!(nonsense), &code)
            .await
            .refused(401);
        assert_eq!(refused, "challenge_expired");
    }
    hub.stop().await;
}

async fn a_recovery_code_opens_the_door_once(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let (agent, phone, codes) = careful_agent(&hub, &owner).await;
    let half = challenge(&hub).await;
    let typed = codes[0].to_uppercase().replace('-', " ");
    answer_with(&hub, &half, &typed).await.expect(200);
    let log = owner.get("/audit-log?limit=1").await.expect(200);
    assert_eq!(log["data"][0]["details"]["second_factor"], "recovery_code");
    let half = challenge(&hub).await;
    let refused = answer_with(&hub, &half, &codes[0]).await.refused(401);
    assert_eq!(refused, "invalid_code");
    let left = agent.get("/me/two-factor").await.expect(200);
    assert_eq!(left["recovery_codes"], 9);

    // Somebody else's opens nothing.
    let (_, others) = enable(&owner).await;
    let refused = answer_with(&hub, &half, &others[0]).await.refused(401);
    assert_eq!(refused, "invalid_code");

    let renew = |password: &str, code: &str| json!({"password": password, "code": code});
    let path = "/me/two-factor/recovery-codes";
    let refused = agent.post(path, renew("not the password", &codes[1]));
    assert_eq!(refused.await.refused(401), "invalid_credentials");
    let refused = agent.post(path, renew(PASSWORD, &phone.wrong()));
    assert_eq!(refused.await.refused(401), "invalid_code");
    let renewed = agent
        .post(path, renew(PASSWORD, &codes[1]))
        .await
        .expect(200);
    let fresh = renewed["recovery_codes"].as_array().unwrap();
    assert_eq!(fresh.len(), 10);
    let refused = answer_with(&hub, &half, &codes[2]).await.refused(401);
    assert_eq!(refused, "invalid_code");
    let fresh = fresh[0].as_str().unwrap();
    answer_with(&hub, &half, fresh).await.expect(200);
    hub.stop().await;
}

async fn a_challenge_bears_five_wrong_codes_and_they_count_like_wrong_passwords(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let (_, phone, codes) = careful_agent(&hub, &owner).await;
    for _ in 0..2 {
        let half = challenge(&hub).await;
        for _ in 0..5 {
            let refused = answer_with(&hub, &half, &phone.wrong()).await;
            assert_eq!(refused.refused(401), "invalid_code");
        }
        let refused = answer_with(&hub, &half, &codes[0]).await.refused(401);
        assert_eq!(refused, "challenge_expired");
    }
    // Ten were wrong: neither a right password nor a right code is looked at for a while.
    let refused = hub.visitor().log_in(EMAIL, PASSWORD).await.refused(429);
    assert_eq!(refused, "too_many_attempts");
    hub.stop().await;
}

async fn a_challenge_ends_with_its_time_and_with_the_password(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let (agent, phone, _) = careful_agent(&hub, &owner).await;
    let half = challenge(&hub).await;
    let mut conn = hub.app.store.connection().await.unwrap();
    with_conn!(&mut conn, |c| diesel::update(login_challenges::table)
        .set(login_challenges::expires_at.eq(Timestamp::now().naive()))
        .execute(c)
        .await)
    .unwrap();
    conn.commit().await.unwrap();
    let refused = answer_with(&hub, &half, &phone.code(1)).await.refused(401);
    assert_eq!(refused, "challenge_expired");

    let half = challenge(&hub).await;
    let form = json!({"current": PASSWORD, "new": "a new password"});
    agent.post("/me/password", form).await.expect(204);
    let refused = answer_with(&hub, &half, &phone.code(1)).await.refused(401);
    assert_eq!(refused, "challenge_expired");

    // A locked-out user does not finish what they began.
    let half = hub.visitor().log_in(EMAIL, "a new password").await;
    let half = half.expect(200)["challenge"].clone();
    let path = format!("/users/{}", agent.tokens["user"]["id"].as_str().unwrap());
    owner
        .patch(&path, json!({"disabled": true}))
        .await
        .expect(200);
    owner
        .patch(&path, json!({"disabled": false}))
        .await
        .expect(200);
    let refused = answer_with(&hub, &half, &phone.code(1)).await.refused(401);
    assert_eq!(refused, "challenge_expired");
    hub.stop().await;
}

async fn taking_it_away_needs_password_and_code(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let (agent, phone, codes) = careful_agent(&hub, &owner).await;
    let half = challenge(&hub).await;
    let other = answer_with(&hub, &half, &codes[9]).await.expect(200);
    let other = hub.visitor().signed_in(other);
    let take = |password: &str, code: &str| {
        let form = json!({"password": password, "code": code});
        let agent = agent.clone();
        async move {
            agent
                .send(Method::DELETE, "/me/two-factor", Some(form))
                .await
        }
    };
    let refused = take("not the password", &codes[0]).await.refused(401);
    assert_eq!(refused, "invalid_credentials");
    for wrong in [phone.wrong(), phone.code(0), codes[9].clone()] {
        let refused = take(PASSWORD, &wrong).await.refused(401);
        assert_eq!(refused, "invalid_code");
    }
    take(PASSWORD, &phone.code(1)).await.expect(204);
    assert_eq!(
        take(PASSWORD, &codes[0]).await.refused(409),
        "two_factor_off"
    );
    agent.get("/me").await.expect(200);
    assert_eq!(other.get("/me").await.refused(401), "unauthorized");
    let plain = hub.visitor().log_in(EMAIL, PASSWORD).await.expect(200);
    assert!(plain["access_token"].is_string());
    let off = agent.get("/me/two-factor").await.expect(200);
    assert_eq!(
        off,
        json!({"enabled": false, "since": null, "recovery_codes": 0})
    );
    assert_eq!(
        actions(&owner, 2).await,
        ["user.signed_in", "user.two_factor_disabled"]
    );

    // A right password buys no tries of codes.
    let (phone, _) = enable(&agent).await;
    let mut wrong = 0;
    loop {
        let again = agent.post("/me/two-factor", json!({"password": PASSWORD}));
        again.await.refused(409);
        let refused = take(PASSWORD, &phone.wrong()).await;
        if refused.status == 429 {
            break;
        }
        assert_eq!(refused.refused(401), "invalid_code");
        wrong += 1;
        assert!(wrong <= 10, "codes can be guessed without end");
    }
    let refused = take(PASSWORD, &phone.code(1)).await.refused(429);
    assert_eq!(refused, "too_many_attempts");
    hub.stop().await;
}

async fn an_admin_takes_the_second_factor_of_who_stands_no_higher(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let admin = hub.invited(&owner, "admin").await;
    let (agent, _, _) = careful_agent(&hub, &owner).await;
    enable(&owner).await;
    let path = |client: &Client| {
        let id = client.tokens["user"]["id"].as_str().unwrap();
        format!("/users/{id}/two-factor")
    };
    let shown = |users: &Value, email: &str| {
        let users = users["data"].as_array().unwrap();
        let user = users.iter().find(|user| user["email"] == email);
        user.unwrap().get("two_factor").cloned()
    };
    let users = admin.get("/users").await.expect(200);
    assert_eq!(shown(&users, EMAIL), Some(json!(true)));
    assert_eq!(shown(&users, "admin@story.test"), Some(json!(false)));
    // Who is easier to break into is not for everybody to know.
    let users = agent.get("/users").await.expect(200);
    assert_eq!(shown(&users, "admin@story.test"), None);

    assert_eq!(admin.delete(&path(&owner)).await.refused(403), "forbidden");
    // An open page must not be enough to take one's own.
    assert_eq!(owner.delete(&path(&owner)).await.refused(403), "forbidden");
    assert_eq!(admin.delete(&path(&admin)).await.refused(403), "forbidden");
    // Nor is a key that the page could make for itself, nor a link for a new password.
    let key = json!({"name": "Mine", "role": "owner"});
    let key = owner.post("/api-keys", key).await.expect(201);
    let program = hub.visitor().with_key(key["key"].as_str().unwrap());
    let refused = program.delete(&path(&owner)).await.refused(403);
    assert_eq!(refused, "forbidden");
    let link = path(&owner).replace("two-factor", "reset-link");
    for caller in [&owner, &program] {
        let refused = caller.post(&link, json!({})).await.refused(403);
        assert_eq!(refused, "forbidden");
    }
    admin.delete(&path(&agent)).await.expect(204);
    assert_eq!(agent.get("/me").await.refused(401), "unauthorized");
    assert_eq!(
        admin.delete(&path(&agent)).await.refused(409),
        "two_factor_off"
    );
    let plain = hub.visitor().log_in(EMAIL, PASSWORD).await.expect(200);
    assert!(plain["access_token"].is_string());
    assert_eq!(
        actions(&admin, 2).await,
        ["user.signed_in", "user.two_factor_reset"]
    );
    hub.stop().await;
}

async fn the_secret_is_sealed_for_its_place(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let (_, phone, _) = careful_agent(&hub, &owner).await;
    enable(&owner).await;
    let mut conn = hub.app.store.connection().await.unwrap();
    let mine: Option<Vec<u8>> = with_conn!(&mut conn, |c| users::table
        .filter(users::email.eq("olga@story.test"))
        .select(users::second_factor)
        .first(c)
        .await)
    .unwrap();
    let mine = mine.unwrap();
    assert!(
        mine.len() > 20 + 24,
        "sealed, with its nonce: {}",
        mine.len()
    );
    // Whoever can write to the database puts a secret that they know into another's row.
    with_conn!(&mut conn, |c| diesel::update(
        users::table.filter(users::email.eq(EMAIL))
    )
    .set(users::second_factor.eq(Some(&mine)))
    .execute(c)
    .await)
    .unwrap();
    conn.commit().await.unwrap();
    let half = challenge(&hub).await;
    let refused = answer_with(&hub, &half, &phone.code(1)).await.refused(500);
    assert_eq!(refused, "internal");
    hub.stop().await;
}

async fn a_password_that_was_changed_meanwhile_opens_nothing(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let agent = hub.invited(&owner, "agent").await;
    let unscoped = hub.app.store.unscoped();
    // Somebody else has shown the old password, and it was found right.
    let old = unscoped.find_account(EMAIL).await.unwrap().unwrap();
    let change = json!({"current": PASSWORD, "new": "another horse battery"});
    agent.post("/me/password", change).await.expect(204);
    let now = Timestamp::now();
    let token = |hash: u8| NewToken {
        hash: vec![hash; 32],
        device: Device {
            address: "192.0.2.1".to_owned(),
            client: "a thief".to_owned(),
        },
        now,
        expires_at: now + std::time::Duration::from_secs(60),
    };
    assert_eq!(unscoped.open_login(&old, &token(1)).await.unwrap(), None);
    let new = unscoped.find_account(EMAIL).await.unwrap().unwrap();
    let tenant = hub.app.store.tenant(new.user.organization);
    let opened = tenant.open_challenge(&old, "192.0.2.1", &[2; 32], now);
    assert_eq!(opened.await.unwrap(), None);
    // Nor does one that was right before a code was asked for.
    let agent = hub.visitor().log_in(EMAIL, "another horse battery").await;
    enable_with(
        &hub.visitor().signed_in(agent.expect(200)),
        "another horse battery",
    )
    .await;
    assert_eq!(unscoped.open_login(&new, &token(3)).await.unwrap(), None);
    let id = new.user.id;
    let path = format!("/users/{id}");
    let known = unscoped.find_account(EMAIL).await.unwrap().unwrap();
    owner
        .patch(&path, json!({"disabled": true}))
        .await
        .expect(200);
    assert_eq!(unscoped.open_login(&known, &token(4)).await.unwrap(), None);
    owner
        .patch(&path, json!({"disabled": false}))
        .await
        .expect(200);
    let opened = unscoped.open_login(&known, &token(5)).await.unwrap();
    assert!(opened.is_some());
    hub.stop().await;
}

async fn who_knows_the_password_drives_nobody_out(engine: Engine) {
    let hub = TestHub::start(engine).await;
    let owner = hub.owner().await;
    let (_, _, codes) = careful_agent(&hub, &owner).await;
    let own = challenge(&hub).await;
    let account = hub.app.store.unscoped().find_account(EMAIL).await;
    let account = account.unwrap().unwrap();
    let tenant = hub.app.store.tenant(account.user.organization);
    for number in 0..20 {
        let (hash, now) = ([number; 32], Timestamp::now());
        let opened = tenant.open_challenge(&account, "192.0.2.1", &hash, now);
        assert!(opened.await.unwrap().is_some());
    }
    answer_with(&hub, &own, &codes[0]).await.expect(200);
    hub.stop().await;
}
