//! The dashboard is part of the binary. Where it was not built (a developer of the API, a check), a page that
//! says so takes its place, so that the binary builds all the same.

use std::path::Path;
use std::{env, fs, io};

const PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>WhatsApp Command Center</title>\
    <p>The dashboard was not built into this binary. Run <code>make web</code>, then build again.</p></html>";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=web/dist");
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=loadtest/demo");
    let root = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let dist = Path::new(&root).join("web/dist");
    if !dist.join("index.html").exists() {
        fs::create_dir_all(&dist)?;
        fs::write(dist.join("index.html"), PAGE)?;
    }
    Ok(())
}
