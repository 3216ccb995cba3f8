//! The credentials of numbers on loan: one question for all who ask, and what was known while the database tells nothing.

use std::time::Duration;

use actors::model::ids::SessionId;
use actors::model::user::{Actor, Role, Who};
use command_center::config::secrets::Secrets;
use command_center::secret::Keyring;
use command_center::store::{NewSession, Store, Vault};
use futures_util::future::join_all;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::support::database::{Engine, TestDatabase};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A number with real credentials, and a vault that believes nothing for longer than it takes to ask.
async fn number(database: &TestDatabase, store: &Store) -> (SessionId, Vault) {
    let (organization, _) = database.organization_with_number(store).await;
    let keyring = Keyring::new(&Secrets {
        jwt_secret: SecretString::from("of no use here"),
        encryption_keys: vec![Zeroizing::new([7; 32])],
    });
    let by = Actor {
        organization,
        who: Who::System,
        name: "System".to_owned(),
        role: Role::Owner,
    };
    let new = NewSession {
        name: "Main".to_owned(),
        phone_number_id: "100200300".to_owned(),
        business_account_id: "1".to_owned(),
        access_token: SecretString::from("token"),
        app_secret: SecretString::from("app secret"),
        verify_token: SecretString::from("verify"),
    };
    let tenant = store.tenant(organization);
    let (session, _) = tenant.create_session(&by, &keyring, &new).await.unwrap();
    let vault = Vault::believing(store.clone(), keyring, Duration::ZERO);
    (session.id, vault)
}

fn busy(store: &Store) -> usize {
    store.pools().iter().map(|pool| pool.busy).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_known_serves_while_the_database_tells_nothing() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let store = database.open().await;
    let (id, vault) = number(&database, &store).await;
    let known = vault.credentials(id).await.unwrap().unwrap();
    assert_eq!(known.app_secret.expose_secret(), "app secret");

    let lock = database.lock_table(&store, "sessions").await;
    let asked = join_all((0..100).map(|_| vault.credentials(id))).await;
    for known in asked {
        let known = known.unwrap().unwrap();
        assert_eq!(known.app_secret.expose_secret(), "app secret");
    }
    // The lock's, and one for all who asked.
    assert_eq!(busy(&store), 2);
    // What is changed is not taken from memory, nor what nobody knew.
    vault.forget(id);
    let (changed, unknown) = (vault.credentials(id), vault.credentials(SessionId(1)));
    let told = async { tokio::join!(changed, unknown) };
    let mut told = std::pin::pin!(told);
    let early = tokio::time::timeout(Duration::from_secs(1), &mut told).await;
    assert!(early.is_err());
    lock.roll_back().await;
    let (changed, unknown) = tokio::time::timeout(PATIENCE, told).await.unwrap();
    assert!(changed.unwrap().is_some());
    assert!(unknown.unwrap().is_none());
}
