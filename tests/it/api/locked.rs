//! A way in past the lock that strangers' wrong passwords put on an account.

use reqwest::Method;
use serde_json::{Value, json};

use super::two_factor::{EMAIL, careful_agent};
use crate::on_both;
use crate::support::client::answer;
use crate::support::database::Engine;
use crate::support::hub::{PASSWORD, TestHub};

on_both!(a_code_opens_the_door_that_strangers_locked);

async fn a_code_opens_the_door_that_strangers_locked(engine: Engine) {
    // Each try comes from another address.
    let hub = TestHub::start_with(engine, &[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let owner = hub.owner().await;
    let (_, phone, codes) = careful_agent(&hub, &owner).await;
    let visitor = hub.visitor();
    let try_from = |address: usize, form: Value| {
        let request = visitor.raw(Method::POST, "/auth/login").json(&form);
        answer(request.header("x-forwarded-for", format!("192.0.2.{address}")))
    };
    let form =
        |password: &str, code: &str| json!({"email": EMAIL, "password": password, "code": code});
    // While nothing is locked a code may come along as well.
    let refused = try_from(1, form(PASSWORD, &phone.wrong())).await;
    assert_eq!(refused.refused(401), "invalid_code");
    let entered = try_from(1, form(PASSWORD, &codes[0])).await.expect(200);
    assert!(entered["access_token"].is_string());
    for address in 10..20 {
        let wrong = json!({"email": EMAIL, "password": "a wrong one"});
        try_from(address, wrong).await.refused(401);
    }
    let without = json!({"email": EMAIL, "password": PASSWORD});
    let refused = try_from(30, without).await.refused(429);
    assert_eq!(refused, "too_many_attempts");
    for wrong in [
        form("a wrong one", &codes[1]),
        form(PASSWORD, &phone.wrong()),
    ] {
        let refused = try_from(30, wrong).await.refused(429);
        assert_eq!(refused, "too_many_attempts");
    }
    let entered = try_from(30, form(PASSWORD, &codes[1])).await.expect(200);
    assert!(entered["access_token"].is_string());
    // Once.
    let again = try_from(30, form(PASSWORD, &codes[1])).await;
    assert_eq!(again.refused(429), "too_many_attempts");
    // Whoever has no second factor stays out.
    let of_owner = |password: &str| json!({"email": "olga@story.test", "password": password, "code": "123456"});
    for address in 40..50 {
        try_from(address, of_owner("a wrong one"))
            .await
            .refused(401);
    }
    let refused = try_from(60, of_owner(PASSWORD)).await.refused(429);
    assert_eq!(refused, "too_many_attempts");
    hub.stop().await;
}
