//! The composition root: the only place that picks SQLite or PostgreSQL, one process or Redis, and that knows
//! which adapter stands behind which port.

mod demo;
mod figures;
pub mod import;
mod neighbour;
pub mod node;
pub mod objects;
mod parts;
mod provider;
mod roll_call;
mod search;
pub mod sweep;
mod worker;

use std::fs::{File, TryLockError};

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};

use crate::config::Config;
use crate::http::check::Check;
use crate::secret::Passwords;
use crate::store::{NewOwner, Place, Store, migrate as migrate_store};

pub use self::node::Node;

/// Serves until the process is told to stop.
pub fn serve(config: Config) -> anyhow::Result<()> {
    node::run(config, |_| {}, stop_signal())
}

/// Brings the database's tables to the present shape.
pub fn migrate(config: &Config) -> anyhow::Result<()> {
    let place = place(config);
    let steps = block_on(async move { Ok(migrate_store(&place).await?) })?;
    println!("{steps} migrations were made; the tables are up to date");
    Ok(())
}

/// Founds an organization with its owner, on an empty database.
pub fn create_admin(
    config: Config,
    organization: String,
    name: String,
    email: String,
    password: String,
) -> anyhow::Result<()> {
    let password = SecretString::from(password);
    let mut check = Check::default();
    let organization = check.name("organization", &organization);
    let name = check.name("name", &name);
    let email = check.email("email", &email);
    check.password("password", &password);
    if let Err(refused) = check.finish() {
        let problems: Vec<String> = refused
            .errors()
            .iter()
            .map(|error| format!("{} {}", error.field, error.message))
            .collect();
        anyhow::bail!("{}", problems.join("; "));
    }
    block_on(async move {
        let store = Store::open(&place(&config), &config.node_name)
            .await
            .context("the database can't be opened")?;
        let password_hash = Passwords::new()?.hash(password.expose_secret()).await?;
        if let Some(account) = store.unscoped().find_account(&email).await? {
            let (by, tenant) = (
                account.user.actor(),
                store.tenant(account.user.organization),
            );
            tenant
                .change_password(&by, account.user.id, &password_hash, None)
                .await?;
            // Whoever has to come this way may have lost their phone as well.
            tenant.reset_second_factor(&by, account.user.id).await?;
            println!(
                "{email} has the new password, needs no code besides, and is signed out everywhere"
            );
            return Ok(());
        }
        let owner = NewOwner {
            organization,
            name,
            email,
            password_hash,
        };
        match store.unscoped().register_owner(&owner).await? {
            Some(user) => println!("{} is the owner now", user.email),
            None => anyhow::bail!(
                "there is an organization already, and nobody in it with this e-mail; its owner can invite others"
            ),
        }
        Ok(())
    })
}

/// Keeps the folder of an embedded hub to this process: two hubs in it would give their rows the same ids.
fn hold_folder(config: &Config) -> anyhow::Result<Option<File>> {
    if config.database_url.is_some() {
        return Ok(None);
    }
    let folder = config.data_dir.display();
    std::fs::create_dir_all(&config.data_dir).with_context(|| format!("{folder} can't be made"))?;
    let file = File::create(config.data_dir.join("hub.lock"))
        .with_context(|| format!("{folder} can't be written"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => anyhow::bail!(
            "another hub runs in {folder}; SQLite serves one (several share a PostgreSQL)"
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{folder} can't be locked"))
        }
    }
}

/// Where the data of `config` lies.
fn place(config: &Config) -> Place {
    match &config.database_url {
        Some(url) => Place::Server(url.clone()),
        None => Place::File(config.data_dir.join("hub.db")),
    }
}

fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        tracing::error!("the signal to stop can't be listened to");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
