//! A whole hub on a port of its own, over a database of its own; WhatsApp is played by scripts.

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use actors::hub::{Arbiters, Hub, Ports};
use actors::model::ids::{OrganizationId, SessionId};
use actors::ports::clock::SystemClock;
use actors::ports::peers::NoPeers;
use actors::testing::{RecordingBus, ScriptedProvider, ScriptedWorker};
use actors::time::Timestamp;
use async_trait::async_trait;
use command_center::app::objects::Objects;

use command_center::config::Config;
use command_center::http;
use command_center::http::access::Access;
use command_center::http::number::{NumberCheck, Unreached};
use command_center::http::pressure::Pressure;
use command_center::http::state::{App, AppState, Keys};
use command_center::mail::Mailer;
use command_center::secret::Passwords;
use command_center::socket::Sockets;
use command_center::store::schema::{organizations, users};
use command_center::store::{Checked, Vault};
use command_center::with_conn;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use super::client::Client;
use super::database::{Engine, TestDatabase};

/// The password of everybody in the tests.
pub const PASSWORD: &str = "correct horse battery";

/// A running hub.
pub struct TestHub {
    pub app: App,
    pub worker: Arc<ScriptedWorker>,
    pub bus: Arc<RecordingBus>,
    pub numbers: Arc<ScriptedNumbers>,
    /// Gone with the hub.
    _database: TestDatabase,
    address: String,
    server: ServerHandle,
    /// For the secrets and files of the hub; gone with it.
    folder: std::path::PathBuf,
}

/// Answers to checks of numbers, as the test says.
#[derive(Default)]
pub struct ScriptedNumbers(Mutex<VecDeque<Result<Checked, Unreached>>>);

impl ScriptedNumbers {
    /// The next check ends like this.
    pub fn will(&self, end: Result<Checked, Unreached>) {
        self.0.lock().unwrap().push_back(end);
    }
}

#[async_trait]
impl NumberCheck for ScriptedNumbers {
    async fn check(&self, _: SessionId) -> Result<Checked, Unreached> {
        let end = self.0.lock().unwrap().pop_front();
        end.unwrap_or_else(|| Err(Unreached("nobody answers".to_owned())))
    }
}

impl TestHub {
    /// Starts a hub on `engine` with plain settings.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[]).await
    }

    /// Starts a hub on `engine` with these settings.
    pub async fn start_with(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let database = TestDatabase::create(engine).await;
        let store = database.open().await;
        let folder = std::env::temp_dir().join(format!("hub_{}", uuid::Uuid::new_v4().simple()));
        let data_dir = folder.to_string_lossy().into_owned();
        // The first of a name counts.
        let mut pairs = settings.to_vec();
        pairs.push(("DATA_DIR", data_dir.as_str()));
        pairs.push(("PUBLIC_URL", "http://hub.test"));
        let config = Config::from_pairs(&pairs).unwrap();
        store.set_public_url(&config.public_url);
        let keys = Keys::of(&config);
        let worker = Arc::new(ScriptedWorker::default());
        let bus = Arc::new(RecordingBus::default());
        let numbers = Arc::new(ScriptedNumbers::default());
        let ports = Ports {
            store: Arc::new(store.clone()),
            provider: Arc::new(ScriptedProvider::default()),
            bus: bus.clone(),
            peers: Arc::new(NoPeers),
            clock: Arc::new(SystemClock),
            worker: worker.clone(),
            media: Arc::new(keys.media_tokens.clone()),
        };
        let here = actix_rt::Arbiter::current();
        let hub = Hub::start(ports, Arbiters::only(here.clone()), &here, None).unwrap();
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let app = App::new(AppState {
            vault: Vault::new(store.clone(), keys.keyring.clone()),
            sockets: Sockets::new(&config),
            pressure: Pressure::default(),
            mailer: config.mail.as_ref().map(Mailer::open).transpose().unwrap(),
            objects: Objects::in_memory(),
            redis: None,
            reporter: Arc::new(|report| report),
            figures: recorder.handle(),
            draining: AtomicBool::new(false),
            config,
            store,
            hub,
            keyring: keys.keyring,
            access: Access::new(keys.access_tokens),
            media_tokens: keys.media_tokens,
            passwords: Passwords::new().unwrap(),
            numbers: numbers.clone(),
            demo: None,
        });
        let state = app.clone();
        let server = HttpServer::new(move || http::server(state.clone()))
            .workers(1)
            .disable_signals()
            .bind("127.0.0.1:0")
            .unwrap();
        let address = format!("http://{}", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_rt::spawn(server);
        Self {
            app,
            worker,
            bus,
            numbers,
            _database: database,
            address,
            server: handle,
            folder,
        }
    }

    /// Somebody without credentials.
    pub fn visitor(&self) -> Client {
        Client::new(&self.address)
    }

    /// The first user, who founds the organization.
    pub async fn owner(&self) -> Client {
        let form = json!({
            "organization": "Story", "name": "Olga", "email": "olga@story.test", "password": PASSWORD,
        });
        let visitor = self.visitor();
        let tokens = visitor.post("/auth/register", form).await.expect(201);
        visitor.signed_in(tokens)
    }

    /// Somebody whom `by` invites as a `role`; their e-mail is `role@story.test`.
    pub async fn invited(&self, by: &Client, role: &str) -> Client {
        let invite = json!({"email": format!("{role}@story.test"), "role": role});
        let created = by.post("/invitations", invite).await.expect(201);
        let form = json!({
            "invitation": token_in(&created["url"]), "name": format!("A {role}"), "password": PASSWORD,
        });
        let visitor = self.visitor();
        let tokens = visitor.post("/auth/register", form).await.expect(201);
        visitor.signed_in(tokens)
    }

    /// The owner of another organization in the same hub.
    pub async fn stranger(&self) -> Client {
        let store = &self.app.store;
        let organization = OrganizationId(store.next_id());
        let now = Timestamp::now().naive();
        let hash = self.app.passwords.hash(PASSWORD).await.unwrap();
        let mut conn = store.connection().await.unwrap();
        with_conn!(&mut conn, |c| diesel::insert_into(organizations::table)
            .values((
                organizations::id.eq(organization.0),
                organizations::name.eq("Elsewhere"),
                organizations::created_at.eq(now),
            ))
            .execute(c)
            .await)
        .unwrap();
        with_conn!(&mut conn, |c| diesel::insert_into(users::table)
            .values((
                users::id.eq(store.next_id()),
                users::organization_id.eq(organization.0),
                users::email.eq("sam@elsewhere.test"),
                users::name.eq("Sam"),
                users::role.eq("owner"),
                users::password_hash.eq(hash),
                users::disabled.eq(false),
                users::created_at.eq(now),
                users::updated_at.eq(now),
            ))
            .execute(c)
            .await)
        .unwrap();
        conn.commit().await.unwrap();
        let visitor = self.visitor();
        let tokens = visitor.log_in("sam@elsewhere.test", PASSWORD).await;
        visitor.signed_in(tokens.expect(200))
    }

    /// The organization of a client.
    pub async fn organization_of(&self, client: &Client) -> OrganizationId {
        let me = client.get("/me").await.expect(200);
        me["organization"]["id"].as_str().unwrap().parse().unwrap()
    }

    /// Ends the hub; what it wrote goes with it.
    pub async fn stop(self) {
        self.server.stop(false).await;
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A number to connect.
pub fn number(phone_number_id: &str) -> Value {
    json!({
        "name": "Main", "provider": "cloud_api", "phone_number_id": phone_number_id,
        "business_account_id": "4711", "access_token": "EAAGcanaryToken",
        "app_secret": "canaryAppSecret", "verify_token": "canaryVerifyToken",
    })
}

/// The token at the end of a link.
pub fn token_in(url: &Value) -> String {
    let url = url.as_str().unwrap();
    url.rsplit('/').next().unwrap().to_owned()
}
