//! The one route table. A row names method, path, handler and what it does; who may call it stands in the
//! handler's signature and nowhere else. The table registers the routes, and OpenAPI and tests walk it.

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Error, Handler, HttpRequest, HttpResponse, ResponseError, Route};
use tracing::Instrument;

use super::describe::{Answer, Inputs, Needs, Sketch};
use super::error::{ApiError, ApiResult, Code};
use super::{
    agent, api_key, audit, auth, canned_response, cluster, contact, conversation, draft, health,
    invitation, login, macros, me, media, mention, message, openapi, quarantine, queue,
    scheduled_message, search, seen, session, setup, sla, star, tag, team, template, two_factor,
    user, view, whatsapp,
};
use crate::socket;

/// Where the API begins.
pub const BASE: &str = "/api/v1";

/// One row of the table.
pub struct Entry {
    pub method: Method,
    /// With variable pieces in braces.
    pub path: String,
    /// `module::function`.
    pub handler: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// From the handler's signature.
    pub needs: Needs,
    sketch: fn(&mut Sketch),
    route: Box<dyn Fn() -> Route>,
}

macro_rules! rows {
    ($base:expr; $($method:ident $path:literal => $handler:path, $about:literal;)*) => {
        [$(row(Method::$method, format!("{}{}", $base, $path), stringify!($handler), $about, $handler),)*]
    };
}

/// All routes.
pub fn table() -> Vec<Entry> {
    let api = rows! { BASE;
        GET "/setup" => setup::show, "What the log-in page shows";
        POST "/auth/register" => auth::register, "Make a user: the first one, or by invitation";
        POST "/auth/login" => auth::login, "Sign in";
        POST "/auth/login/two-factor" => auth::second_step::answer, "Sign in by a code after the password";
        POST "/auth/refresh" => auth::refresh, "Exchange a refresh token for fresh tokens";
        POST "/auth/logout" => auth::logout, "Sign out";
        POST "/auth/forgot-password" => auth::forgot_password, "Ask for a new password";
        POST "/auth/reset-password" => auth::reset_password, "Set a new password by a link";
        GET "/auth/invitations/{token}" => auth::invitation, "What an invitation is for";
        GET "/me" => me::show, "Who calls, and in which organization";
        PATCH "/me" => me::change, "Change one's own name or language";
        POST "/me/password" => me::change_password, "Change one's own password";
        GET "/me/two-factor" => two_factor::show, "How the caller's second factor stands";
        POST "/me/two-factor" => two_factor::begin, "Make a secret for an authenticator app";
        DELETE "/me/two-factor" => two_factor::delete, "Stop asking for a code at log-in";
        POST "/me/two-factor/confirm" => two_factor::confirm, "Ask for a code at log-in from now on";
        POST "/me/two-factor/recovery-codes" => two_factor::renew_codes, "Make other recovery codes";
        GET "/me/notifications" => me::notifications, "How the caller is told what happens";
        PUT "/me/notifications" => me::set_notifications, "Say how to be told what happens";
        GET "/me/logins" => login::list, "Where the caller is signed in";
        DELETE "/me/logins" => login::end_others, "Sign out everywhere else";
        DELETE "/me/logins/{id}" => login::end, "Sign out somewhere";
        GET "/me/status" => agent::mine, "How the caller stands";
        PUT "/me/status" => agent::set_mine, "Say how the caller stands: online, away, busy, offline";
        GET "/agents" => agent::list, "List the agents and how they stand";
        GET "/agents/{id}" => agent::show, "How an agent stands, and what they can do";
        PATCH "/agents/{id}" => agent::change, "Change how an agent stands, what they can bear, or what they are good at";
        GET "/queues" => queue::list, "How the waiting lines fare";
        POST "/queues/next" => queue::take_next, "Take the next conversation that waits for one's teams";
        GET "/conversations" => conversation::list, "A page of the inbox";
        GET "/conversations/{id}" => conversation::show, "One conversation";
        PATCH "/conversations/{id}" => conversation::change, "Change status, assignee, team, priority, tags or participants";
        POST "/conversations/{id}/accept" => queue::accept, "Accept a conversation that was given to the caller";
        POST "/conversations/{id}/read" => conversation::mark_read, "Nothing is unread any more; the contact sees it";
        PUT "/conversations/{id}/seen" => seen::mark, "Mark a conversation as seen or unread, for the caller alone";
        POST "/conversations/{id}/typing" => conversation::type_on, "Show the contact that somebody types";
        GET "/conversations/{id}/messages" => conversation::messages, "A page of a conversation, newest first";
        POST "/conversations/{id}/messages" => message::send, "Say something in a conversation";
        GET "/conversations/{id}/scheduled-messages" => scheduled_message::list_here, "What waits for its time in a conversation";
        POST "/conversations/{id}/scheduled-messages" => scheduled_message::create, "Leave a message to be sent later";
        GET "/scheduled-messages" => scheduled_message::list, "What waits for its time";
        PATCH "/scheduled-messages/{id}" => scheduled_message::change, "Change a message that waits, or was not sent";
        DELETE "/scheduled-messages/{id}" => scheduled_message::delete, "Take back a message that waits";
        POST "/scheduled-messages/{id}/send" => scheduled_message::send_now, "Send a message that waits now";
        GET "/drafts" => draft::list, "What the caller began to write";
        PUT "/conversations/{id}/draft" => draft::change, "Keep what the caller began to write";
        DELETE "/conversations/{id}/draft" => draft::delete, "Throw away what the caller began to write";
        POST "/conversations/{id}/macros/{macro_id}/run" => macros::run, "Do the steps of a macro";
        GET "/messages" => search::list, "Find messages and notes by their words";
        POST "/messages" => message::open, "Say something to somebody who may be new";
        GET "/messages/{id}" => message::show, "One message";
        POST "/messages/{id}/retry" => message::retry, "Say again what failed";
        POST "/media" => media::create, "Upload a file to be sent";
        GET "/media/{id}" => media::show, "The bytes of a file";
        GET "/media/{id}/link" => media::show_link, "A fresh address of a file";
        GET "/users" => user::list, "List the users";
        PATCH "/users/{id}" => user::change, "Change a user's role, or lock them out";
        POST "/users/{id}/reset-link" => user::create_reset_link, "Make a link for a new password";
        DELETE "/users/{id}/two-factor" => two_factor::reset, "Take the second factor of somebody who lost it";
        DELETE "/users/{id}/logins" => login::end_all_of, "Sign a user out everywhere";
        GET "/invitations" => invitation::list, "List the invitations that wait";
        POST "/invitations" => invitation::create, "Invite somebody";
        DELETE "/invitations/{id}" => invitation::delete, "Take an invitation back";
        GET "/api-keys" => api_key::list, "List the keys for programs";
        POST "/api-keys" => api_key::create, "Make a key for a program";
        DELETE "/api-keys/{id}" => api_key::revoke, "Revoke a key";
        GET "/audit-log" => audit::list, "Who changed what";
        GET "/audit-log/export" => audit::export, "Who changed what, as a CSV file";
        GET "/cluster" => cluster::show, "The nodes of this installation";
        GET "/sessions" => session::list, "List the numbers";
        POST "/sessions" => session::create, "Connect a number";
        GET "/sessions/{id}" => session::show, "One number";
        PATCH "/sessions/{id}" => session::change, "Change a number";
        DELETE "/sessions/{id}" => session::delete, "Remove a number";
        POST "/sessions/{id}/test" => session::test, "Ask WhatsApp about a number now";
        GET "/tags" => tag::list, "List the tags";
        POST "/tags" => tag::create, "Make a tag";
        PATCH "/tags/{id}" => tag::change, "Change a tag";
        DELETE "/tags/{id}" => tag::delete, "Delete a tag";
        GET "/teams" => team::list, "List the teams";
        POST "/teams" => team::create, "Make a team";
        PATCH "/teams/{id}" => team::change, "Change a team's name, members, numbers or rules";
        GET "/teams/{id}/line" => queue::line, "What waits in a team's line, next first";
        DELETE "/teams/{id}" => team::delete, "Take a team out of use";
        GET "/sla-breaches" => sla::list, "Which promises were not kept";
        GET "/canned-responses" => canned_response::list, "List the texts at hand";
        POST "/canned-responses" => canned_response::create, "Keep a text at hand";
        PUT "/canned-responses/{id}" => canned_response::change, "Write a text anew";
        DELETE "/canned-responses/{id}" => canned_response::delete, "Throw a text away";
        GET "/views" => view::list, "List the views at hand";
        POST "/views" => view::create, "Keep a list of conversations under a name";
        PUT "/views/{id}" => view::change, "Write a view anew";
        DELETE "/views/{id}" => view::delete, "Throw a view away";
        GET "/macros" => macros::list, "List the macros at hand";
        POST "/macros" => macros::create, "Keep steps that are done together";
        PUT "/macros/{id}" => macros::change, "Write a macro anew";
        DELETE "/macros/{id}" => macros::delete, "Throw a macro away";
        GET "/mentions" => mention::list, "The notes that call the caller";
        GET "/starred-messages" => star::list, "What the caller keeps at hand";
        PUT "/messages/{id}/star" => star::star, "Keep a message at hand";
        DELETE "/messages/{id}/star" => star::unstar, "Keep a message at hand no longer";
        GET "/templates" => template::list, "List the message templates";
        POST "/sessions/{id}/templates/sync" => template::sync, "Fetch a number's templates";
        GET "/contacts" => contact::list, "List the contacts";
        GET "/contacts/{id}" => contact::show, "One contact";
        PATCH "/contacts/{id}" => contact::change, "Name a contact";
        GET "/quarantine" => quarantine::list, "List what could not be processed";
        POST "/quarantine/{id}/replay" => quarantine::replay, "Try an entry again";
        POST "/quarantine/{id}/discard" => quarantine::discard, "Throw an entry away";
        GET "/socket" => socket::open, "Open the live wire";
    };
    let outside = rows! { "";
        GET "/webhooks/whatsapp/{session_id}" => whatsapp::shake_hands, "WhatsApp asks whether the callback is ours";
        POST "/webhooks/whatsapp/{session_id}" => whatsapp::receive, "WhatsApp tells what happened";
        GET "/healthz" => health::alive, "Whether the process lives";
        GET "/health" => health::alive, "Whether the process lives";
        GET "/readyz" => health::ready, "Whether the hub can work, and what is wrong";
        GET "/metrics" => health::metrics, "Figures for Prometheus";
        GET "/openapi.json" => openapi::show, "This description";
    };
    api.into_iter().chain(outside).collect()
}

impl Entry {
    /// The operation as its handler's types describe it.
    pub fn sketch(&self) -> Sketch {
        let names = self.path.split('{').skip(1);
        let names = names.filter_map(|piece| piece.split(['}', ':']).next());
        let mut sketch = Sketch {
            path_names: names.map(str::to_owned).collect(),
            ..Sketch::default()
        };
        (self.sketch)(&mut sketch);
        sketch
    }
}

/// Registers the table: one resource per path, so that a wrong method is told from a wrong path.
pub fn register(config: &mut ServiceConfig) {
    let mut rows = table();
    // Paths are tried one after the other: what comes thousands of times a second comes first.
    rows.sort_by_key(|row| !row.path.starts_with("/webhooks"));
    while let Some(path) = rows.first().map(|row| row.path.clone()) {
        let (here, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.path == path);
        rows = others;
        let mut resource = web::resource(path.as_str());
        for row in &here {
            resource = resource.route((row.route)());
        }
        let methods: Vec<&str> = here.iter().map(|row| row.method.as_str()).collect();
        let allowed = methods.join(", ");
        config.service(resource.default_service(web::to(move || wrong_method(allowed.clone()))));
    }
}

/// The answer to a path that nothing lies at.
pub async fn nowhere(_: HttpRequest) -> ApiResult<HttpResponse> {
    Err(ApiError::not_found())
}

async fn wrong_method(allowed: String) -> HttpResponse {
    let mut answer = ApiError::of(Code::MethodNotAllowed).error_response();
    if let Ok(allowed) = allowed.parse() {
        answer.headers_mut().insert(ALLOW, allowed);
    }
    answer
}

fn row<F, Args, A>(
    method: Method,
    path: String,
    name: &'static str,
    about: &'static str,
    handler: F,
) -> Entry
where
    F: Handler<Args, Output = ApiResult<A>>,
    Args: Inputs,
    A: Answer,
{
    let of = method.clone();
    Entry {
        method,
        path,
        handler: name,
        about,
        needs: Args::NEEDS,
        sketch: |sketch| {
            Args::describe(sketch);
            A::describe(sketch);
        },
        route: Box::new(move || {
            let handler = handler.clone();
            web::method(of.clone()).to(move |request: HttpRequest, payload: web::Payload| {
                // On the heap at once: it is some kilobytes, and is handed on several times.
                finish(Box::pin(answer(
                    handler.clone(),
                    request,
                    payload.into_inner(),
                )))
            })
        }),
    }
}

async fn answer<F, Args, A>(
    handler: F,
    request: HttpRequest,
    mut payload: Payload,
) -> Result<HttpResponse, Error>
where
    F: Handler<Args, Output = ApiResult<A>>,
    Args: Inputs,
    A: Answer,
{
    let args = Args::take(&request, &mut payload).await?;
    let answer = handler.call(args).await?;
    Ok(answer.respond_to(&request).map_into_boxed_body())
}

/// Runs a handler to its end even if the client goes away meanwhile: what has begun is not left half done,
/// and a query of SQLite may not be dropped on a worker's thread. A panic becomes a 500.
async fn finish(
    answer: impl Future<Output = Result<HttpResponse, Error>> + 'static,
) -> Result<HttpResponse, Error> {
    match actix_web::rt::spawn(answer.in_current_span()).await {
        Ok(answer) => answer,
        Err(error) => Err(ApiError::internal(error).into()),
    }
}
