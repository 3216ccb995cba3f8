//! TLS to a PostgreSQL whose certificate no authority signed, as those have that were just installed.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use loadtest::drill::postgres::Postgres;

use crate::support::folder::Folder;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

/// PostgreSQL runs this in its folder, and gives the lines to it.
const CERTIFICATE: &str = "COPY (VALUES ('[req]'), ('distinguished_name = name'), ('prompt = no'), \
    ('x509_extensions = more'), ('[name]'), ('CN = localhost'), ('[more]'), \
    ('basicConstraints = critical, CA:FALSE'), ('subjectAltName = IP:127.0.0.1')) \
    TO PROGRAM 'cat > request && openssl req -x509 -config request -days 2 -nodes -newkey rsa:2048 \
    -keyout server.key -out server.crt && chmod 600 server.key'";
/// Nobody comes in without TLS.
const DOOR: &str =
    "COPY (VALUES ('hostssl all all 127.0.0.1/32 trust')) TO PROGRAM 'cat > pg_hba.conf'";

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_looked_at_when_the_address_requires_tls() {
    let folder = Folder::new();
    let postgres = Postgres::start(&folder.of(0)).await.unwrap();
    for statement in [
        CERTIFICATE,
        DOOR,
        "ALTER SYSTEM SET ssl = on",
        "SELECT pg_reload_conf()",
    ] {
        postgres.ask(statement).await.unwrap();
    }
    let turned_on = async {
        const ASK: &str = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
        while postgres.ask(ASK).await.unwrap() != "t" {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, turned_on).await.unwrap();

    let anybody = format!("postgres://postgres@127.0.0.1:{}/postgres", postgres.port());
    let somebody = format!("{anybody}?sslmode=require");
    let certificate = folder.of(0).join("data/server.crt");
    let done = migrate(&somebody, None);
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(!done.status.success(), "{told}");
    assert!(told.contains("certificate"), "{told}");
    for (url, trusted) in [(&anybody, None), (&somebody, Some(certificate.as_path()))] {
        let done = migrate(url, trusted);
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{url}: {told}");
    }
}

/// What the program says that makes the tables, on a machine that trusts this certificate besides those of everybody.
fn migrate(url: &str, trusted: Option<&Path>) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_command-center"));
    program
        .arg("migrate")
        .env_clear()
        .env("DATABASE_URL", url)
        .env("JWT_SECRET", secret())
        .env("ENCRYPTION_KEY", secret());
    if let Some(trusted) = trusted {
        program.env("SSL_CERT_FILE", trusted);
    }
    program.output().unwrap()
}

/// 32 random bytes in hex.
fn secret() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).unwrap();
    hex::encode(bytes)
}
