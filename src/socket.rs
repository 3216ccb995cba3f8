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

use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{HOST, ORIGIN};
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, Responder, web};
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
use crate::http::describe::{Answer, Input, Sketch};
use crate::http::error::{ApiError, ApiResult, Code};
use crate::http::extract::{ClientAddress, Public};

/// The frames, for whoever reads the API's description.
const ABOUT: &str = "The connection is a WebSocket of JSON texts. First, within ten seconds: \
    `{\"type\":\"auth\",\"token\":\"an access token or API key\",\"since\":cursor?}`, answered by \
    `{\"type\":\"ready\",\"cursor\":…}`. Then `{\"type\":\"subscribe\",\"topics\":[…]}` and `unsubscribe`; topics are `inbox`, \
    `conversation:cnv_…`, `sessions`, `directory`, `agents`, `queue:team_…`, `queue:none`, `me` and `firehose`. What happens \
    comes as `{\"type\":\"events\",\"cursor\":…,\"events\":[…]}` and `{\"type\":\"rows\",…}`; the last cursor as `since` resumes \
    after a break. Other frames are `queue`, `presence`, `draft`, `seen`, `star`, `beat` and `error`.";

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
    Frames(payload): Frames,
) -> ApiResult<Switched> {
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
        .map(Switched)
        .map_err(|error| ApiError::of(Code::BadRequest).detail(error.to_string()))
}

/// What comes over the connection once it is a socket.
pub struct Frames(web::Payload);

impl FromRequest for Frames {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = web::Payload::from_request(request, payload).into_inner();
        ready(payload.map(Self))
    }
}

impl Input for Frames {
    // It is no body.
    fn describe(_: &mut Sketch) {}
}

/// The connection is a socket now.
pub struct Switched(HttpResponse);

impl Responder for Switched {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.0
    }
}

impl Answer for Switched {
    fn describe(sketch: &mut Sketch) {
        sketch.set_words(StatusCode::SWITCHING_PROTOCOLS, ABOUT);
    }
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
