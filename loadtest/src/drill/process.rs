//! A hub of our own that is killed and started again while a load runs, and what all its lives cost together.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;

use super::child::{Recipe, Running};
use crate::load::hub::Hub;
use crate::load::report;

/// A hub's process, life after life; killed when dropped.
pub struct Process {
    recipe: Recipe,
    hub: Hub,
    life: Mutex<Life>,
}

struct Life {
    running: Running,
    /// Seconds of processor time that the lives before took.
    spent: f64,
}

impl Process {
    /// The process that was started by this recipe.
    pub const fn new(recipe: Recipe, hub: Hub, running: Running) -> Self {
        let spent = 0.0;
        Self {
            recipe,
            hub,
            life: Mutex::new(Life { running, spent }),
        }
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its id in this life.
    pub fn pid(&self) -> u32 {
        self.life().running.pid()
    }

    /// Seconds of processor time of all lives.
    pub fn cpu_seconds(&self) -> Option<f64> {
        let life = self.life();
        let now = report::cpu_seconds(&life.running.pid().to_string());
        now.map(|now| life.spent + now)
    }

    /// `kill -9` and a new start; returns how long it took to be ready.
    pub async fn restart(&self) -> anyhow::Result<Duration> {
        {
            let mut life = self.life();
            let pid = life.running.pid().to_string();
            life.spent += report::cpu_seconds(&pid).unwrap_or(0.0);
            life.running.kill()?;
        }
        let mut running = self.recipe.start()?;
        let told = || format!("see {}", self.recipe.log_path().display());
        let took = running.ready(&self.hub).await.with_context(told)?;
        self.life().running = running;
        Ok(took)
    }

    /// Kills it for good.
    pub fn end(&self) {
        // It may be gone already.
        let _ = self.life().running.kill();
    }

    /// Its database, when that is not a file.
    pub fn database_url(&self) -> Option<&str> {
        self.recipe.database_url.as_deref()
    }

    /// Where it keeps its files.
    pub fn data_dir(&self) -> &Path {
        &self.recipe.data_dir
    }
}
