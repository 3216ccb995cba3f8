//! What a batch asks first, all at once: what is locked, what is known, which keys are free.

use std::collections::{HashMap, HashSet};

use actors::model::status::MessageStatus;
use actors::ports::store::StoreError;
use diesel_async::AsyncPgConnection;
use futures_util::join;

use super::super::attempts::{Way, messages_of};
use super::super::batch::postgres::lock_numbers;
use super::super::changes::read_ticks;
use super::super::drafts::{Key, claim_all, lock_versions};
use super::super::keys::{self, Claimed};
use super::super::newcomers::known_names;
use super::super::rows::{self, Scene};
use super::super::sieve::Name;
use super::super::statuses::find_all;
use super::talk::Talk;
use super::{Entries, Numbers};
use crate::store::message::MessageRow;
use crate::store::pipeline::{begin, first_cause};

/// The answers.
pub(super) struct Asked {
    /// The versions of the conversations, which are locked.
    pub versions: HashMap<i64, i64>,
    /// Newcomers' names that somebody has.
    pub names: HashSet<Name>,
    /// The keys of messages.
    pub claimed: Claimed,
    /// The idempotency keys that nobody had used.
    pub free: HashSet<Key>,
    /// The messages that statuses are about.
    pub found: Vec<i64>,
    /// Messages to be sent, and sent, locked.
    pub rows: Vec<MessageRow>,
    pub way: Way,
    /// None when something has to be asked before the organizations' numbers are locked.
    pub shown: Option<Shown>,
}

impl Asked {
    pub async fn of(
        c: &AsyncPgConnection,
        entries: &Entries<'_>,
        talk: &Talk<'_>,
    ) -> Result<Self, StoreError> {
        let posted = messages_of(entries.begins).into_iter();
        let posted = posted.chain(entries.settles.iter().map(|settle| settle.message.0));
        let posted: Vec<i64> = posted.collect();
        let locks_numbers =
            entries.statuses.is_empty() && entries.settles.is_empty() && !talk.has_notes();
        let shown = async {
            match locks_numbers {
                true => Shown::of(c, &[], talk).await.map(Some),
                false => Ok(None),
            }
        };
        // The server works in the order of sending, whatever budget the task has left: no key is stored before the conversations
        // are locked, and the organizations' numbers are taken last.
        let all = async {
            join!(
                begin(c),
                lock_versions(c, talk.conversations()),
                known_names(c, entries.newcomers),
                keys::claim_all(c, talk.keys(), talk.now()),
                claim_all(c, talk.idempotency_keys()),
                find_all(c, entries.statuses),
                rows::lock(c, &posted),
                Way::of(c, entries.begins),
                shown,
            )
        };
        let (begun, versions, names, claimed, free, found, rows, way, shown) =
            tokio::task::unconstrained(all).await;
        first_cause([
            begun.as_ref().err(),
            versions.as_ref().err(),
            names.as_ref().err(),
            claimed.as_ref().err(),
            free.as_ref().err(),
            found.as_ref().err(),
            rows.as_ref().err(),
            way.as_ref().err(),
            shown.as_ref().err(),
        ])?;
        Ok(Self {
            versions: versions?,
            names: names?,
            claimed: claimed?,
            free: free?,
            found: found?,
            rows: rows?,
            way: way?,
            shown: shown?,
        })
    }
}

/// What is read behind the lock of the organizations' numbers: until the end nobody else of them stores a tick, so that none goes
/// back.
pub(super) struct Shown {
    pub numbers: Numbers,
    /// How far the last lines of changed conversations came.
    pub ticks: HashMap<i64, MessageStatus>,
    /// The conversations of messages whose ticks change.
    pub scene: Scene,
}

impl Shown {
    /// For these messages and what else a batch has.
    pub async fn of(
        c: &AsyncPgConnection,
        told: &[MessageRow],
        talk: &Talk<'_>,
    ) -> Result<Self, StoreError> {
        let mut organizations = talk.organizations().clone();
        organizations.extend(told.iter().map(|row| row.organization_id));
        // The lock is sent first, whatever budget the task has left.
        let all = async {
            join!(
                lock_numbers(c, &organizations),
                read_ticks(c, talk.last_lines()),
                Scene::of(c, told),
            )
        };
        let (numbers, ticks, scene) = tokio::task::unconstrained(all).await;
        first_cause([
            numbers.as_ref().err(),
            ticks.as_ref().err(),
            scene.as_ref().err(),
        ])?;
        Ok(Self {
            numbers: numbers?,
            ticks: ticks?,
            scene: scene?,
        })
    }
}
