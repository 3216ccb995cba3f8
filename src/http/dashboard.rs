//! The dashboard's files, from the binary: compressed ahead of time, hashed ones cached for ever, and every
//! other path answered with the page itself, because the dashboard finds its own way.

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue,
    IF_NONE_MATCH, VARY,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::{ApiError, Code};

#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Files;

const PAGE: &str = "index.html";
/// Where the builder puts files whose names change with their content.
const HASHED: &str = "assets/";

/// Answers whatever the route table does not know.
pub async fn show(request: HttpRequest) -> HttpResponse {
    let path = request.path().trim_start_matches('/');
    // No version of the API is a page, not even one that does not exist.
    if path.starts_with("api/") || path.starts_with("webhooks/") {
        return ApiError::not_found().error_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::of(Code::MethodNotAllowed).error_response();
    }
    if path != PAGE
        && let Some(answer) = file(&request, path)
    {
        return answer;
    }
    if path.starts_with(HASHED) {
        // An old page asks for a file of an earlier build: the page itself would not help it.
        return ApiError::not_found().error_response();
    }
    file(&request, PAGE).unwrap_or_else(|| ApiError::not_found().error_response())
}

fn file(request: &HttpRequest, name: &str) -> Option<HttpResponse> {
    // The compressed twins are chosen by what the browser takes, never asked for by name.
    if name.ends_with(".br") || name.ends_with(".gz") {
        return None;
    }
    let plain = Files::get(name)?;
    let (file, encoding) = smallest(request, name).unwrap_or((plain, None));
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let mut answer = HttpResponse::build(StatusCode::OK);
    answer.insert_header((
        CACHE_CONTROL,
        if name.starts_with(HASHED) {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        },
    ));
    answer.insert_header((VARY, "accept-encoding"));
    let known = request.headers().get(IF_NONE_MATCH);
    if known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        answer.insert_header((ETAG, tag));
        return Some(answer.status(StatusCode::NOT_MODIFIED).finish());
    }
    answer.insert_header((ETAG, tag));
    answer.insert_header((CONTENT_TYPE, content_type(name)));
    if let Some(encoding) = encoding {
        answer.insert_header((CONTENT_ENCODING, encoding));
    }
    Some(answer.body(file.data))
}

fn smallest(request: &HttpRequest, name: &str) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepted = request
        .headers()
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    [("br", "br"), ("gz", "gzip")]
        .into_iter()
        .filter(|(_, encoding)| accepts(accepted, encoding))
        .find_map(|(ending, encoding)| {
            Some((Files::get(&format!("{name}.{ending}"))?, Some(encoding)))
        })
}

fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        parts.next() == Some(encoding) && !parts.any(|part| part == "q=0")
    })
}

fn content_type(name: &str) -> HeaderValue {
    HeaderValue::from_static(match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some("webmanifest") => "application/manifest+json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_taken_when_it_is_wanted() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("br;q=0.5", "br"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("", "gzip"));
        assert!(!accepts("brotli", "br"));
    }
}
