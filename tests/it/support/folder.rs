//! Where servers of a story's own keep their files.

use std::path::{Path, PathBuf};

/// A folder for the servers of a story; gone when dropped.
pub struct Folder(PathBuf);

impl Folder {
    /// It is made by whoever writes into it.
    pub fn new() -> Self {
        let mut name = [0; 8];
        getrandom::fill(&mut name).unwrap();
        let name = format!("command-center-test-{:016x}", u64::from_ne_bytes(name));
        Self(std::env::temp_dir().join(name))
    }

    /// All of it.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The part of one server.
    pub fn of(&self, server: usize) -> PathBuf {
        self.0.join(server.to_string())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is in the system's folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
