//! The phone page: static files inside the binary.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};

const HTML: &str = include_str!("../../phone/index.html");
const CSS: &str = include_str!("../../phone/phone.css");
const SCRIPTS: &[(&str, &str)] = &[
    ("api.js", include_str!("../../phone/api.js")),
    ("bubble.js", include_str!("../../phone/bubble.js")),
    ("chat.js", include_str!("../../phone/chat.js")),
    ("compose.js", include_str!("../../phone/compose.js")),
    ("phone.js", include_str!("../../phone/phone.js")),
];

/// Nothing from anywhere else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      img-src 'self' data: blob:; media-src 'self' blob:; base-uri 'none'; form-action 'none'";

/// `/` and its files.
pub fn routes(config: &mut ServiceConfig) {
    config.route(
        "/",
        web::get().to(async || file("text/html; charset=utf-8", HTML)),
    );
    config.route(
        "/phone.css",
        web::get().to(async || file("text/css; charset=utf-8", CSS)),
    );
    config.route(
        "/favicon.ico",
        web::get().to(async || HttpResponse::NoContent().finish()),
    );
    for (name, text) in SCRIPTS {
        config.route(
            &format!("/{name}"),
            web::get().to(async || file("text/javascript; charset=utf-8", text)),
        );
    }
}

fn file(kind: &'static str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("Cache-Control", "no-cache"))
        .insert_header(("Content-Security-Policy", POLICY))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .body(text)
}
