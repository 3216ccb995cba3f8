//! The database: the only place that knows diesel. [`Store`] implements the ports of the actors; what HTTP
//! reads and settings live on [`Tenant`], the handle of one organization, so that a query without a tenant
//! does not compile. The few questions that come before an organization is known are on [`Unscoped`].

mod audit;
mod conversation;
pub mod db;
mod event;
pub mod field;
mod message;
pub mod migrate;
mod node;
pub mod schema;

pub use self::node::{HEARTBEAT, Place, migrate};

use std::sync::Arc;

use actors::id::IdSource;
use actors::model::ids::OrganizationId;
use actors::ports::store::StoreError;
use actors::time::Timestamp;

use self::db::Db;

/// The store of one node; cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    ids: IdSource,
    /// Part of every cursor.
    epoch: i64,
    /// What this process calls itself in claims.
    node: i64,
}

impl Inner {
    const fn new(db: Db, ids: IdSource, epoch: i64, node: i64) -> Self {
        Self {
            db,
            ids,
            epoch,
            node,
        }
    }
}

/// One organization's part of the database: every query made through it is bound to that organization.
#[derive(Clone)]
pub struct Tenant {
    store: Store,
    organization: OrganizationId,
}

/// The few questions asked before the organization is known: log-in, callbacks, start-up.
#[derive(Clone)]
pub struct Unscoped {
    store: Store,
}

impl Store {
    /// The handle of one organization.
    pub fn tenant(&self, organization: OrganizationId) -> Tenant {
        Tenant {
            store: self.clone(),
            organization,
        }
    }

    /// The handle for questions that come before the organization is known.
    pub fn unscoped(&self) -> Unscoped {
        Unscoped {
            store: self.clone(),
        }
    }

    /// A fresh id number.
    pub fn next_id(&self) -> i64 {
        self.inner.ids.next(Timestamp::now())
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    /// Part of every cursor; changes when the database is restored.
    pub fn epoch(&self) -> i64 {
        self.inner.epoch
    }

    pub(crate) fn node(&self) -> i64 {
        self.inner.node
    }
}

impl Tenant {
    /// Whose part it is.
    pub const fn organization(&self) -> OrganizationId {
        self.organization
    }

    pub(crate) fn db(&self) -> &Db {
        self.store.db()
    }

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    /// The organization as the number in its rows.
    pub(crate) const fn org(&self) -> i64 {
        self.organization.0
    }
}

impl Unscoped {
    pub(crate) fn db(&self) -> &Db {
        self.store.db()
    }

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }
}

/// A stored text that is none of the values that this version knows.
pub(crate) fn unreadable(what: &str, value: &str) -> StoreError {
    StoreError::Broken(format!("{what} {value:?} in the database is not known"))
}
