//! A server that plays the provider, and what is sent to it.

use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use actors::model::contact::{Identity, IdentityKind};
use actors::model::ids::{AttemptId, ConversationId, MessageId, OrganizationId, SessionId};
use actors::model::json::Json;
use actors::model::outbound::Parcel;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use crate::whatsapp::client::{Client, Credentials};

pub const TOKEN: &str = "EAAG-very-secret";

/// A request as the provider saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: String,
    pub authorization: String,
    pub agent: String,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

type Answer = Arc<dyn Fn(&Seen) -> HttpResponse + std::marker::Send + Sync>;

/// Plays the provider on a port of its own.
pub struct Provider {
    pub base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    server: ServerHandle,
}

impl Provider {
    pub fn start(
        answer: impl Fn(&Seen) -> HttpResponse + std::marker::Send + Sync + 'static,
    ) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer): (_, Answer) = (Arc::clone(&seen), Arc::new(answer));
        let server = HttpServer::new(move || {
            let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
            App::new()
                .app_data(web::PayloadConfig::new(32 * 1024 * 1024))
                .default_service(web::to(move |request: HttpRequest, body: web::Bytes| {
                    let header = |name: &str| {
                        let value = request.headers().get(name);
                        value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
                    };
                    let seen = Seen {
                        method: request.method().to_string(),
                        path: request.path().to_owned(),
                        query: request.query_string().to_owned(),
                        authorization: header("authorization"),
                        agent: header("user-agent"),
                        body: body.to_vec(),
                    };
                    let response = answer(&seen);
                    log.lock().unwrap().push(seen);
                    async move { response }
                }))
        })
        .workers(1)
        .bind(("127.0.0.1", 0))
        .unwrap();
        let base = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_rt::spawn(server);
        Self {
            base,
            seen,
            server: handle,
        }
    }

    pub fn client(&self) -> Client {
        Client::new(&self.base).unwrap()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

pub fn ok(body: &'static str) -> impl Fn(&Seen) -> HttpResponse {
    move |_| {
        HttpResponse::Ok()
            .content_type("application/json")
            .body(body)
    }
}

pub fn credentials() -> Credentials {
    Credentials {
        phone_number_id: "106540352242922".to_owned(),
        business_account_id: "102290129340398".to_owned(),
        access_token: SecretString::from(TOKEN.to_owned()),
    }
}

pub fn parcel() -> Parcel {
    Parcel {
        organization: OrganizationId(1),
        session: SessionId(2),
        conversation: ConversationId(3),
        message: MessageId(4),
        attempt: AttemptId(5),
        to: vec![Identity {
            kind: IdentityKind::Phone,
            value: "15551112222".to_owned(),
        }],
        kind: "text".to_owned(),
        content: Json::from(json!({"body": "hi"})),
        reply_to: None,
    }
}

/// A server that takes one request and then does what `then` says.
pub async fn raw_server<F, Fut>(then: F) -> String
where
    F: FnOnce(tokio::net::TcpStream) -> Fut + std::marker::Send + 'static,
    Fut: Future<Output = ()> + std::marker::Send + 'static,
{
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut first = [0; 4096];
        let _ = socket.read(&mut first).await;
        then(socket).await;
    });
    base
}
