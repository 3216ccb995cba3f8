//! A database of its own for each story, on either engine; gone with the story.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use actors::model::ids::{OrganizationId, SessionId};
use actors::time::Timestamp;
use command_center::store::db::Conn;
use command_center::store::schema::{organizations, sessions};
use command_center::store::{Place, Store};
use command_center::with_conn;
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use secrecy::SecretString;

/// Where a story runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A fresh database.
pub struct TestDatabase {
    pub place: Place,
    garbage: Garbage,
}

enum Garbage {
    Folder(PathBuf),
    Database { server: String, name: String },
}

static NUMBER: AtomicU32 = AtomicU32::new(0);
/// Copied for each story: migrating anew takes a second.
static TEMPLATE: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();

async fn template(server: &str) -> String {
    let name = format!("story_template_{}", std::process::id());
    let mut conn = AsyncPgConnection::establish(server).await.unwrap();
    // One of an earlier run may be left; each program makes its own.
    conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name}"))
        .await
        .unwrap();
    conn.batch_execute(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    let place = Place::Server(SecretString::from(in_database(server, &name)));
    command_center::store::migrate(&place).await.unwrap();
    name
}

impl TestDatabase {
    /// A fresh database on `engine`.
    pub async fn create(engine: Engine) -> Self {
        let name = format!(
            "story_{}_{}_{}",
            std::process::id(),
            Timestamp::now().millis(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        match engine {
            Engine::Sqlite => {
                let folder = std::env::temp_dir().join(name);
                std::fs::create_dir_all(&folder).unwrap();
                Self {
                    place: Place::File(folder.join("hub.db")),
                    garbage: Garbage::Folder(folder),
                }
            }
            Engine::Postgres => {
                let server = std::env::var("TEST_DATABASE_URL").expect(
                    "TEST_DATABASE_URL names no PostgreSQL server: `make test` finds or starts one",
                );
                let template = TEMPLATE.get_or_init(|| template(&server)).await;
                let mut conn = AsyncPgConnection::establish(&server).await.unwrap();
                conn.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
                    .await
                    .unwrap();
                Self {
                    place: Place::Server(SecretString::from(in_database(&server, &name))),
                    garbage: Garbage::Database { server, name },
                }
            }
        }
    }

    /// Opens it as a node would.
    pub async fn open(&self) -> Store {
        Store::open(&self.place, "story").await.unwrap()
    }

    /// A folder for files of the story; None on PostgreSQL.
    pub fn folder(&self) -> Option<&PathBuf> {
        match &self.garbage {
            Garbage::Folder(folder) => Some(folder),
            Garbage::Database { .. } => None,
        }
    }

    /// An organization with one number, put there directly.
    pub async fn organization_with_number(&self, store: &Store) -> (OrganizationId, SessionId) {
        let organization = OrganizationId(store.next_id());
        let now = Timestamp::now().naive();
        let mut conn = store.connection().await.unwrap();
        with_conn!(&mut conn, |c| diesel::insert_into(organizations::table)
            .values((
                organizations::id.eq(organization.0),
                organizations::name.eq("Story"),
                organizations::created_at.eq(now),
            ))
            .execute(c)
            .await)
        .unwrap();
        conn.commit().await.unwrap();
        let session = self.number(store, organization).await;
        (organization, session)
    }

    /// Nobody reads or writes the table (on PostgreSQL) until what is given back ends.
    pub async fn lock_table(&self, store: &Store, table: &str) -> Conn {
        let mut conn = store.connection().await.unwrap();
        let lock = format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
        with_conn!(&mut conn, |c| diesel::sql_query(lock).execute(c).await).unwrap();
        conn
    }

    /// One more number of an organization, put there directly.
    pub async fn number(&self, store: &Store, organization: OrganizationId) -> SessionId {
        let session = SessionId(store.next_id());
        let now = Timestamp::now().naive();
        let mut conn = store.connection().await.unwrap();
        with_conn!(&mut conn, |c| diesel::insert_into(sessions::table)
            .values((
                sessions::id.eq(session.0),
                sessions::organization_id.eq(organization.0),
                sessions::name.eq("Main"),
                sessions::provider.eq("cloud_api"),
                sessions::phone_number_id.eq(session.to_string()),
                sessions::business_account_id.eq("1"),
                sessions::status.eq("active"),
                sessions::health_state.eq("ok"),
                sessions::rate.eq(80_i64),
                sessions::access_token.eq(Vec::new()),
                sessions::app_secret.eq(Vec::new()),
                sessions::verify_token.eq(Vec::new()),
                sessions::created_at.eq(now),
                sessions::updated_at.eq(now),
            ))
            .execute(c)
            .await)
        .unwrap();
        conn.commit().await.unwrap();
        session
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        match &self.garbage {
            Garbage::Folder(folder) => {
                // A file that is still open goes when the process does.
                let _ = std::fs::remove_dir_all(folder);
            }
            Garbage::Database { server, name } => {
                let (server, name) = (server.clone(), name.clone());
                let drop = std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .unwrap();
                    runtime.block_on(async move {
                        let mut conn = AsyncPgConnection::establish(&server).await.unwrap();
                        conn.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
                            .await
                            .unwrap();
                    });
                });
                let _ = drop.join();
            }
        }
    }
}

/// The address of database `name` on the server of `url`.
fn in_database(url: &str, name: &str) -> String {
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let scheme_end = address.find("://").map_or(0, |at| at + 3);
    let host_end = address[scheme_end..]
        .find('/')
        .map_or(address.len(), |at| scheme_end + at);
    let separator = if options.is_empty() { "" } else { "?" };
    format!("{}/{name}{separator}{options}", &address[..host_end])
}
