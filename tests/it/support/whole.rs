//! A node as it is shipped, a simulator of WhatsApp, and an owner who is signed in.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use command_center::app::Node;
use command_center::config::Config;
use futures_util::{SinkExt, StreamExt};
use loadtest::simulator::{NumberConfig, Options, Running, Simulator, Tier, Writing};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::database::{Engine, TestDatabase};
use super::program::{Log, Program};
use command_center::store::Place;
use command_center::with_conn;
use diesel_async::RunQueryDsl;

/// The customer in most stories.
pub const CUSTOMER: &str = "491701234567";
/// The number's id at the provider.
pub const NUMBER: &str = "106540352242922";
/// Seals the callbacks.
pub const SECRET: &str = "whole-app-secret";
/// Proves that a callback is the hub's.
pub const VERIFY: &str = "whole-verify-token";
/// Longer than anything takes on a busy machine; a story that works never waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// How the hub runs.
enum Served {
    Inside(Node),
    Program(Program),
}

impl Served {
    fn address(&self) -> SocketAddr {
        match self {
            Self::Inside(node) => node.address,
            Self::Program(program) => program.address,
        }
    }
}

/// Hub, simulator and owner.
pub struct Whole {
    pub simulator: Running,
    pub session: String,
    served: Served,
    settings: Vec<(String, String)>,
    token: String,
    http: reqwest::Client,
    folder: PathBuf,
    database: TestDatabase,
}

impl Whole {
    /// Everything up, one number connected.
    pub async fn start(engine: Engine) -> Self {
        Self::start_as(engine, None).await
    }

    /// The same with the hub in a process of its own, with these settings besides those that it needs.
    pub async fn start_program(engine: Engine, more: &[(&str, &str)]) -> Self {
        Self::start_as(engine, Some(more)).await
    }

    async fn start_as(engine: Engine, program: Option<&[(&str, &str)]>) -> Self {
        let number = NumberConfig {
            phone_number_id: NUMBER.to_owned(),
            business_account_id: "102290129340398".to_owned(),
            access_token: "whole-token".to_owned(),
            app_secret: SECRET.to_owned(),
            display_phone_number: "+1 555 010 9999".to_owned(),
            verified_name: "Whole".to_owned(),
            tier: Tier::default(),
        };
        let options = Options {
            numbers: vec![number],
            ..Options::default()
        };
        let simulator = Simulator::start(options).await.unwrap();
        let database = TestDatabase::create(engine).await;
        let folder = std::env::temp_dir().join(format!("whole_{}", uuid::Uuid::new_v4().simple()));
        let folder = match database.folder() {
            Some(folder) => folder.clone(),
            None => folder,
        };
        let mut settings = vec![
            ("PORT".to_owned(), "0".to_owned()),
            ("DATA_DIR".to_owned(), folder.display().to_string()),
            ("WHATSAPP_API_URL".to_owned(), simulator.url().to_owned()),
        ];
        if let Place::Server(url) = &database.place {
            let redis = std::env::var("TEST_REDIS_URL")
                .expect("TEST_REDIS_URL names no Redis server: `make test` finds or starts one");
            settings.extend([
                ("DATABASE_URL".to_owned(), url.expose_secret().to_owned()),
                ("UNSAFE_DATABASE".to_owned(), "true".to_owned()),
                ("REDIS_URL".to_owned(), redis),
                // All use one Redis: what another one says there is not believed.
                (
                    "JWT_SECRET".to_owned(),
                    uuid::Uuid::new_v4().simple().to_string(),
                ),
                (
                    "ENCRYPTION_KEY".to_owned(),
                    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned(),
                ),
            ]);
        }
        let served = match program {
            None => Served::Inside(start_node(&settings).await),
            Some(more) => {
                let more = more
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
                settings.extend(more);
                Served::Program(Program::start(&settings).await)
            }
        };
        let mut whole = Self {
            simulator,
            session: String::new(),
            served,
            settings,
            token: String::new(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            folder,
            database,
        };
        let owner = json!({
            "organization": "Whole", "name": "Olga", "email": "olga@whole.test",
            "password": "correct horse battery",
        });
        let tokens = whole.post_expecting("/auth/register", &owner, 201).await;
        whole.token = tokens["access_token"].as_str().unwrap().to_owned();
        let number = json!({
            "name": "Main", "provider": "cloud_api", "phone_number_id": NUMBER,
            "business_account_id": "102290129340398", "access_token": "whole-token",
            "app_secret": SECRET, "verify_token": VERIFY,
        });
        let session = whole.post_expecting("/sessions", &number, 201).await;
        whole.session = session["id"].as_str().unwrap().to_owned();
        let callback = format!(
            "http://{}/webhooks/whatsapp/{}",
            whole.served.address(),
            whole.session
        );
        whole
            .simulator
            .subscribe(NUMBER, &callback, VERIFY)
            .await
            .unwrap();
        whole
    }

    /// One more node on the same database and bus.
    pub async fn second_node(&self) -> Node {
        start_node(&self.settings).await
    }

    /// One more program on the same database and bus.
    pub async fn second_program(&self) -> Program {
        Program::start(&self.settings).await
    }

    /// What the program logs.
    pub fn log(&self) -> &Log {
        match &self.served {
            Served::Program(program) => &program.log,
            Served::Inside(_) => panic!("the log of a node inside of the tests is not kept"),
        }
    }

    /// A customer writes to the number.
    pub fn customer_says(&self, customer: &str, text: &str) {
        let writing = Writing::text(NUMBER, text);
        self.simulator.customer_writes(customer, &writing).unwrap();
    }

    /// Where the hub listens.
    pub fn address(&self) -> SocketAddr {
        self.served.address()
    }

    /// The owner's access token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Where the node keeps its files, and SQLite's database.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A client without credentials.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Changes something.
    pub async fn patch(&self, path: &str, body: &Value) -> Value {
        let request = self.http.patch(self.url(path)).bearer_auth(&self.token);
        let answer = request.json(body).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Asks the API.
    pub async fn get(&self, path: &str) -> Value {
        let request = self.http.get(self.url(path)).bearer_auth(&self.token);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        answer.json().await.unwrap()
    }

    /// What the node tells Prometheus.
    pub async fn figures(&self) -> String {
        let url = format!("http://{}/metrics", self.address());
        let answer = self.http.get(url).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "/metrics");
        answer.text().await.unwrap()
    }

    /// Tells the API something with these headers; it must be accepted.
    pub async fn post_with(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Value {
        let mut request = self.http.post(self.url(path)).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.json(body).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(status, 202, "{path}: {body}");
        body
    }

    /// Tells the API something; the answer must have this status.
    pub async fn post_expecting(&self, path: &str, body: &Value, status: u16) -> Value {
        let mut request = self.http.post(self.url(path)).json(body);
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        let answer = request.send().await.unwrap();
        let got = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(got, status, "{path}: {body}");
        body
    }

    /// The owner's socket, authenticated.
    pub async fn socket(&self) -> TestSocket {
        self.socket_at(self.address(), None).await
    }

    /// The same, resuming.
    pub async fn socket_since(&self, cursor: &str) -> TestSocket {
        self.socket_at(self.address(), Some(cursor)).await
    }

    /// The owner's socket at some node.
    pub async fn socket_at(&self, address: SocketAddr, since: Option<&str>) -> TestSocket {
        let url = format!("ws://{address}/api/v1/socket");
        let (stream, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        let mut socket = TestSocket {
            stream,
            cursor: String::new(),
            waiting: Vec::new(),
        };
        let mut auth = json!({"type": "auth", "token": self.token});
        if let Some(since) = since {
            auth["since"] = json!(since);
        }
        socket.send(&auth).await;
        let ready = socket.frame("ready").await;
        socket.cursor = ready["cursor"].as_str().unwrap().to_owned();
        socket
    }

    /// Takes a table away, so that whatever asks for it fails.
    pub async fn lose_table(&self, table: &str) {
        let mut conn = self.database.open().await.connection().await.unwrap();
        let lose = format!("ALTER TABLE {table} RENAME TO lost");
        with_conn!(&mut conn, |c| diesel::sql_query(lose).execute(c).await).unwrap();
        conn.commit().await.unwrap();
    }

    /// Everything down, in order; how long the hub took.
    pub async fn stop(self) -> Duration {
        let asked = std::time::Instant::now();
        match self.served {
            Served::Inside(node) => node.stop().await.unwrap(),
            Served::Program(program) => program.stop().await,
        }
        let took = asked.elapsed();
        self.simulator.stop().await;
        let _ = std::fs::remove_dir_all(&self.folder);
        took
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1{path}", self.address())
    }
}

async fn start_node(settings: &[(String, String)]) -> Node {
    let pairs: Vec<(&str, &str)> = settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    Node::start(Config::from_pairs(&pairs).unwrap())
        .await
        .unwrap()
}

/// A socket that a story reads from.
pub struct TestSocket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    cursor: String,
    /// Events of a frame that were not looked at yet.
    waiting: Vec<Value>,
}

impl TestSocket {
    /// Looks at these topics; all must be granted.
    pub async fn subscribe(&mut self, topics: &[&str]) {
        self.send(&json!({"type": "subscribe", "topics": topics}))
            .await;
        let answer = self.frame("subscribed").await;
        assert_eq!(answer["refused"], json!([]), "{answer}");
    }

    /// The next event of that type: its data.
    pub async fn event(&mut self, kind: &str) -> Value {
        let mut event = self.until(|event| event["type"] == kind).await;
        event["data"].take()
    }

    /// The next event that is wanted; others are passed over.
    pub async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            while !self.waiting.is_empty() {
                let event = self.waiting.remove(0);
                if wanted(&event) {
                    return event;
                }
            }
            let mut frame = self.frame("events").await;
            self.cursor = frame["cursor"].as_str().unwrap().to_owned();
            if let Value::Array(events) = frame["events"].take() {
                self.waiting = events;
            }
        }
    }

    /// Where the stream stands.
    pub fn cursor(&self) -> &str {
        &self.cursor
    }

    /// Says something.
    pub async fn send(&mut self, value: &Value) {
        let text = value.to_string();
        self.stream.send(Frame::text(text)).await.unwrap();
    }

    /// The next frame of that type; others are lost.
    pub async fn frame(&mut self, kind: &str) -> Value {
        let next = async {
            loop {
                match self.stream.next().await.unwrap().unwrap() {
                    Frame::Text(text) => {
                        let value: Value = serde_json::from_str(&text).unwrap();
                        if value["type"] == kind {
                            return value;
                        }
                        assert_ne!(value["type"], "error", "{value}");
                    }
                    Frame::Close(reason) => panic!("the socket was closed: {reason:?}"),
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, next)
            .await
            .unwrap_or_else(|_| panic!("no {kind} frame came"))
    }
}
