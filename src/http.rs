//! What outsiders reach over HTTP: one route table, one error table, one file per noun.

pub mod access;
mod agent;
pub mod answer;
mod api_key;
mod audit;
mod auth;
mod canned_response;
pub mod check;
mod cluster;
mod contact;
mod conversation;
mod dashboard;
pub mod depth;
pub mod describe;
mod draft;
pub mod error;
pub mod extract;
pub mod headers;
mod health;
mod invitation;
mod login;
mod macros;
mod me;
mod media;
mod mention;
mod message;
pub mod number;
pub mod openapi;
mod owner;
pub mod page;
pub mod permission;
pub mod pressure;
mod quarantine;
mod queue;
pub mod route;
mod scheduled_message;
pub mod search;
mod seen;
mod session;
mod setup;
mod sheet;
mod sla;
mod star;
pub mod state;
mod tag;
mod team;
mod template;
mod throttle;
mod trace;
mod two_factor;
mod user;
mod view;
mod whatsapp;

use actix_web::App as Server;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web;
use tracing_actix_web::TracingLogger;

use self::pressure::shed::shed;
use self::state::App;

/// Everything that is served, for one worker of the server.
pub fn server(
    app: App,
) -> Server<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    Server::new()
        .app_data(app)
        .configure(route::register)
        .configure(openapi::register_page)
        .default_service(web::to(dashboard::show))
        .wrap(TracingLogger::<trace::RequestSpan>::new())
        .wrap(from_fn(shed))
        .wrap(from_fn(headers::add))
}
