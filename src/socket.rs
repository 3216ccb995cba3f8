//! The live wire to dashboards and programs: the only user of `actix-web-actors`. A page of a foreign origin
//! gets no socket, a client has ten seconds to say who it is, and nothing that a client does or leaves
//! undone can make the hub keep more than some kilobytes for it.

mod agent;
mod allowance;
mod command;
mod connection;
mod frame_guard;
mod member;
mod origin;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::header::{HOST, ORIGIN};
use actix_web::{HttpRequest, HttpResponse, web};
use actix_web_actors::ws::WsResponseBuilder;
use actors::feed::seat::SocketId;
use actors::figure;

pub use self::connection::on_connect;

use self::agent::AgentSocket;
use self::allowance::Allowance;
use self::connection::{Link, Scissors};
use self::frame_guard::{FrameGuard, MOST_BYTES, Tripped};
use self::origin::Origins;
use crate::config::Config;
use crate::http::error::{ApiError, ApiResult, Code};
use crate::http::extract::{ClientAddress, Public};

/// What all sockets of this node share; cheap to clone.
#[derive(Clone)]
pub struct Sockets {
    origins: Arc<Origins>,
    allowance: Allowance,
    opened: Arc<AtomicU64>,
}

impl Sockets {
    /// No socket is open yet.
    pub fn new(config: &Config) -> Self {
        Self {
            origins: Arc::new(Origins::new(&config.public_url, &config.allowed_origins)),
            allowance: Allowance::default(),
            opened: Arc::new(AtomicU64::new(0)),
        }
    }
}

/// `GET /api/v1/socket`: turns the connection into a socket. Who it is comes in the first frame, never in the
/// address, which would be logged.
pub async fn open(
    Public { app }: Public,
    address: ClientAddress,
    request: HttpRequest,
    payload: web::Payload,
) -> ApiResult<HttpResponse> {
    check_origin(&app.sockets.origins, &request)?;
    let too_many = || {
        metrics::counter!(figure::SOCKETS_REFUSED_TOTAL, "reason" => "too_many").increment(1);
        ApiError::of(Code::TooManyRequests)
    };
    let allowance = &app.sockets.allowance;
    let as_address = allowance.address(address.0).ok_or_else(too_many)?;
    let as_stranger = allowance.stranger(address.0).ok_or_else(too_many)?;
    let link = request.conn_data::<Link>();
    if let Some(link) = link {
        link.becomes_socket();
    }
    let tripped = Tripped::default();
    let id = SocketId(app.sockets.opened.fetch_add(1, Ordering::Relaxed));
    let socket = AgentSocket::new(
        app,
        id,
        Scissors::new(link),
        Tripped::clone(&tripped),
        (as_address, as_stranger),
    );
    metrics::counter!(figure::SOCKETS_OPENED_TOTAL).increment(1);
    WsResponseBuilder::new(socket, &request, FrameGuard::new(payload, tripped))
        .frame_size(usize::try_from(MOST_BYTES).unwrap_or(usize::MAX))
        .start()
        .map_err(|error| ApiError::of(Code::BadRequest).detail(error.to_string()))
}

fn check_origin(origins: &Origins, request: &HttpRequest) -> ApiResult<()> {
    let mut sent = request.headers().get_all(ORIGIN);
    let Some(origin) = sent.next() else {
        return Ok(());
    };
    let host = request.headers().get(HOST);
    let host = host.and_then(|host| host.to_str().ok());
    let is_allowed = origin
        .to_str()
        .is_ok_and(|origin| origins.allow(origin, host));
    if is_allowed && sent.next().is_none() {
        return Ok(());
    }
    metrics::counter!(figure::SOCKETS_REFUSED_TOTAL, "reason" => "origin").increment(1);
    Err(ApiError::of(Code::Forbidden).detail("pages of this origin may not open a socket"))
}
