//! The demo organization: an outdoor shop with two numbers at the simulator, five users, 200 contacts and 60
//! conversations with their past. Made once, on an empty database.

mod history;
mod office;

use std::time::Duration;

use actors::id;
use actors::model::ids::{SessionId, UserId};
use actors::model::user::Role;
use actors::time::Timestamp;
use anyhow::Context;
use rust_embed::RustEmbed;
use secrecy::SecretString;

use self::history::{Cast, Contact};
use super::objects::Objects;
use crate::http::state::{App, AppState, Demo};
use crate::store::{ImportedContact, NewOwner, NewSession};
use crate::whatsapp::client::Client;

/// The organization's name.
const NAME: &str = "Aurora Outdoor";
/// The password of all demo users; shown on the log-in page of a demo, and nowhere else in use.
const PASSWORD: &str = "demo-password-1";
/// Whose account the log-in page offers.
const GUEST: &str = "olivia@demo.local";
const USERS: [(&str, &str, Role); 4] = [
    ("Sam Rivera", "sam@demo.local", Role::Supervisor),
    ("Ana Souza", "ana@demo.local", Role::Agent),
    ("Ben Carter", "ben@demo.local", Role::Agent),
    ("Chloe Martin", "chloe@demo.local", Role::Agent),
];
/// Display name, phone number id.
const NUMBERS: [(&str, &str); 2] = [
    ("Aurora Outdoor", "100000000000001"),
    ("Aurora Brasil", "100000000000002"),
];
const BUSINESS_ACCOUNT: &str = "200000000000001";
const ACCESS_TOKEN: &str = "SIM-DEMO-TOKEN";
const APP_SECRET: &str = "sim-demo-app-secret-9f2c7d";
const VERIFY_TOKEN: &str = "sim-demo-verify";
/// How long the simulator may take to be there.
const PATIENCE: u32 = 60;

/// The demo's data: contacts, histories and the files in them.
#[derive(RustEmbed)]
#[folder = "loadtest/demo"]
struct Data;

/// What the log-in page shows.
pub fn guest() -> Demo {
    Demo {
        email: GUEST.to_owned(),
        password: PASSWORD.to_owned(),
    }
}

/// Makes the demo organization when the database is empty.
pub async fn prepare(app: &AppState, objects: &Objects) -> anyhow::Result<()> {
    if !app.store.unscoped().is_registration_open().await? {
        return Ok(());
    }
    let hash = app.passwords.hash(PASSWORD).await?;
    let owner = NewOwner {
        organization: NAME.to_owned(),
        name: "Olivia Bennett".to_owned(),
        email: GUEST.to_owned(),
        password_hash: hash.clone(),
    };
    let Some(owner) = app.store.unscoped().register_owner(&owner).await? else {
        return Ok(());
    };
    let by = owner.actor();
    let tenant = app.store.tenant(owner.organization);
    let mut agents: Vec<(UserId, String)> = vec![(owner.id, owner.name)];
    for (name, email, role) in USERS {
        let user = tenant.add_user(&by, name, email, role, &hash).await?;
        agents.push((user.id, user.name));
    }
    let mut numbers: Vec<SessionId> = Vec::new();
    for (name, phone_number_id) in NUMBERS {
        let number = NewSession {
            name: name.to_owned(),
            phone_number_id: phone_number_id.to_owned(),
            business_account_id: BUSINESS_ACCOUNT.to_owned(),
            access_token: SecretString::from(ACCESS_TOKEN),
            app_secret: SecretString::from(APP_SECRET),
            verify_token: SecretString::from(VERIFY_TOKEN),
        };
        let (session, receipt) = tenant.create_session(&by, &app.keyring, &number).await?;
        app.hub.announce(receipt);
        numbers.push(session.id);
    }
    let now = Timestamp::now();
    let contacts: Vec<Contact> = read("contacts.json")?;
    let imported: Vec<ImportedContact> = contacts
        .iter()
        .map(|contact| ImportedContact {
            name: contact.name.clone(),
            phone: contact.wa_id.clone(),
        })
        .collect();
    let ids = tenant.import_contacts(&imported, now).await?;
    let users: Vec<UserId> = agents.iter().map(|(id, _)| *id).collect();
    let cast = Cast {
        organization: owner.organization,
        contacts: contacts.into_iter().zip(ids).collect(),
        numbers,
        agents,
        now,
    };
    let threads = cast
        .threads(&read::<Vec<_>>("histories.json")?, objects)
        .await?;
    tenant.import_threads(&threads).await?;
    office::arrange(app, &tenant, &by, &users).await?;
    tracing::info!(
        conversations = threads.len(),
        "the demo organization was made"
    );
    Ok(())
}

/// Tells the simulator where the hub listens, and asks how the numbers fare; goes on trying for a minute.
pub async fn connect(app: App, client: Client, port: u16) {
    if let Err(error) = try_to_connect(&app, &client, port).await {
        tracing::warn!(%error, "the simulator does not know the hub; its customers can't be heard");
    }
}

async fn try_to_connect(app: &App, client: &Client, port: u16) -> anyhow::Result<()> {
    let guest = app.store.unscoped().find_account(GUEST).await?;
    let by = guest.context("there is no demo user")?.user.actor();
    let tenant = app.store.tenant(by.organization);
    for session in tenant.list_sessions(None, 10).await? {
        let callback = format!("http://127.0.0.1:{port}/webhooks/whatsapp/{}", session.id);
        let number = &session.phone_number_id;
        for tries in 0.. {
            let told = client.subscribe_at_simulator(number, &callback, VERIFY_TOKEN);
            match told.await {
                Ok(()) => break,
                Err(error) if tries >= PATIENCE => return Err(error.into()),
                Err(_) => tokio::time::sleep(Duration::from_secs(1)).await,
            }
        }
        let checked = app.numbers.check(session.id).await?;
        let unscoped = app.store.unscoped();
        let now = Timestamp::now();
        let receipt = unscoped
            .update_session_check(session.id, &checked, now)
            .await?;
        app.hub.announce(receipt);
        app.hub.refresh_session(session.id);
    }
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(name: &str) -> anyhow::Result<T> {
    let file = Data::get(name).with_context(|| format!("{name} is missing"))?;
    serde_json::from_slice(&file.data).with_context(|| format!("{name} can't be read"))
}

/// An id that carries the past instant `at`, so that old messages sort before new ones.
fn id_at(at: Timestamp, step: i64) -> i64 {
    id::floor_at(at) + step
}
