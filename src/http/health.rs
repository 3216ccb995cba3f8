//! How the hub fares: whether it lives, whether it can work and what is wrong, and its figures.

use std::net::IpAddr;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use secrecy::ExposeSecret;
use serde::Serialize;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use super::answer::Shown;
use super::error::{ApiError, ApiResult, Code};
use super::extract::Public;

/// Whether the process lives.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alive {
    status: &'static str,
}

/// Whether the hub can work, part by part.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ready {
    /// `ready`, `degraded` (works, more slowly) or `not_ready`.
    status: &'static str,
    parts: Vec<Part>,
}

/// One part that the hub needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Part {
    name: &'static str,
    ok: bool,
    /// What is wrong, in a sentence.
    problem: Option<String>,
}

/// The process answers.
pub async fn alive(_: Public) -> ApiResult<Shown<Alive>> {
    Ok(Shown(Alive { status: "ok" }))
}

/// Whether the hub can work: 200 when it can (slower perhaps), 503 when it can't.
pub async fn ready(Public { app }: Public) -> ApiResult<HttpResponse> {
    let mut parts = vec![match app.store.ping().await {
        Ok(()) => part("database", None),
        Err(error) => part("database", Some(error.to_string())),
    }];
    let works = parts.iter().all(|part| part.ok) && !app.is_draining();
    if app.is_draining() {
        parts.push(part("process", Some("the hub is stopping".to_owned())));
    }
    if let Some(why) = app.store.storing_trouble() {
        // Not a reason to send nobody here: only another try shows that it is over.
        let problem = format!("the latest messages could not be stored: {why}");
        parts.push(part("storing", Some(problem)));
    }
    if let Some(redis) = &app.redis {
        let problem = (!redis()).then(|| {
            "Redis can't be reached; other nodes' events arrive late, from the database".to_owned()
        });
        parts.push(part("redis", problem));
    }
    let status = match (works, parts.iter().all(|part| part.ok)) {
        (false, _) => "not_ready",
        (true, false) => "degraded",
        (true, true) => "ready",
    };
    let code = match works {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    Ok(HttpResponse::build(code).json(Ready { status, parts }))
}

/// The figures in Prometheus' text format; for this machine, or whoever shows METRICS_TOKEN.
pub async fn metrics(Public { app }: Public, request: HttpRequest) -> ApiResult<HttpResponse> {
    let allowed = match &app.config.metrics_token {
        Some(token) => shows(&request, token.expose_secret()),
        None => is_local(&request),
    };
    if !allowed {
        return Err(ApiError::of(Code::Unauthorized));
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(app.figures.render()))
}

fn part(name: &'static str, problem: Option<String>) -> Part {
    Part {
        name,
        ok: problem.is_none(),
        problem,
    }
}

/// What proxies add to a request.
const FORWARDED: [&str; 6] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "via",
];

/// The connection itself, not what a proxy says of it: a forwarded request does not come from here, nor one that
/// asks for another host (a proxy that adds nothing, or a page whose name was pointed here).
fn is_local(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let is_forwarded = FORWARDED.iter().any(|name| headers.contains_key(*name));
    let peer: Option<IpAddr> = request.peer_addr().map(|peer| peer.ip().to_canonical());
    !is_forwarded
        && peer.is_some_and(|peer| peer.is_loopback())
        && names_this_machine(request.connection_info().host())
}

/// Whether a `Host` is `localhost` or a loopback address, with or without a port.
fn names_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn shows(request: &HttpRequest, token: &str) -> bool {
    let given = request
        .headers()
        .get(actix_web::http::header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    bool::from(given.as_bytes().ct_eq(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_this_machine() {
        for host in [
            "localhost:3000",
            "LocalHost",
            "127.0.0.1:9",
            "[::1]:3000",
            "127.9.9.9",
        ] {
            assert!(names_this_machine(host), "{host}");
        }
        for host in [
            "hub.example",
            "localhost.evil.example",
            "10.0.0.1:3000",
            "[fe80::1]",
            "",
        ] {
            assert!(!names_this_machine(host), "{host}");
        }
    }
}
