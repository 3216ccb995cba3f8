//! The database: the only place that knows diesel. [`Store`] implements the ports of the actors; what HTTP
//! reads and settings live on [`Tenant`], the handle of one organization, so that a query without a tenant
//! does not compile. The few questions that come before an organization is known are on [`Unscoped`].

mod account;
mod agent;
mod api_key;
mod attempt;
mod audit;
mod bulk;
mod canned_response;
mod contact;
mod contact_identity;
mod conversation;
pub mod db;
mod directory;
mod draft;
mod event;
mod expiry;
pub mod field;
mod handed_out;
mod import;
mod invitation;
mod job;
mod kept;
mod lane;
mod lease;
mod login;
mod macros;
mod media;
mod mention;
mod message;
pub mod migrate;
mod node;
mod outbound;
mod owner;
mod participant;
mod partition;
mod pipeline;
mod ports;
mod preference;
mod progress;
mod quarantine;
mod queue;
mod retention;
mod scheduled;
pub mod schema;
mod search;
mod seen;
mod session;
mod sla;
mod star;
mod statistics;
mod status;
mod storing;
mod tag;
mod team;
mod template;
mod thread;
mod throttle;
mod user;
mod vault;
mod view;

pub use self::agent::AgentChange;
pub use self::api_key::{ApiKey, NewApiKey};
pub use self::audit::{AuditActor, AuditLine, AuditSpan};
pub use self::canned_response::{CannedResponse, NewCannedResponse};
pub use self::conversation::{AssigneeFilter, ConversationFilter, TeamFilter};
pub use self::draft::NewDraft;
pub use self::expiry::SpentFile;
pub use self::import::{ImportedContact, ImportedFile, ImportedHistory, ImportedThread, Imports};
pub use self::invitation::{Invitation, InvitationMail, Invited, NewInvitation};
pub use self::login::{Device, LoginState, NewToken, OpenLogin, Rotation, Which};
pub use self::macros::{Macro, MacroAction, MacroKey, NewMacro};
pub use self::media::{Fetched, StoredMedia, Upload};
pub use self::mention::Mention;
pub use self::node::{HEARTBEAT, NodeRow, Place, Pulse, Standing, migrate};
pub use self::outbound::SHARED_KEY;
pub use self::owner::Keeping;
pub use self::quarantine::{Resolution, Waiting};
pub use self::retention::SWEEP;
pub use self::scheduled::{
    AUTHOR_GONE, Due, DueMessage, Later, Left, MOST_WAITING, ScheduledEnd, ScheduledFilter,
    ScheduledMessage,
};
pub use self::search::{Hit, Indexed, MessageSearch, Stretch};
pub use self::session::{Checked, NewSession, SessionChange, SessionCredentials};
pub use self::sla::{BreachFilter, SlaBreach};
pub use self::star::{Starred, Starring};
pub use self::statistics::LOOK as LOOK_AT_SIZES;
pub use self::tag::{Tag, TagColor};
pub use self::team::{Team, TeamChange};
pub use self::template::{NewTemplate, Template, TemplateFilter};
pub use self::throttle::Try;
pub use self::user::{
    Account, Answered, FactorChange, NewOwner, Notifications, SecondFactor, User, UserChange,
    UserChanged,
};
pub use self::vault::Vault;
pub use self::view::{NewView, Sort, View, ViewFilters, ViewKey};

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use actors::id::IdSource;
use actors::model::ids::OrganizationId;
use actors::model::node::Peer;
use actors::ports::store::{Herald, StoreError};
use actors::time::Timestamp;
use secrecy::SecretString;

use self::db::{Db, WriteBack};
use self::progress::Progress;

/// The store of one node; cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    committer_db: Db,
    heart_db: Db,
    ids: IdSource,
    /// Part of every cursor.
    epoch: i64,
    /// What this process calls itself in claims, and this run of it.
    me: Peer,
    /// How far the database's clock is ahead of ours, in milliseconds.
    ahead: AtomicI64,
    lookout: node::Lookout,
    /// Where inbound messages wait for the next batch.
    inlet: lane::Inlet,
    aside: lane::Aside,
    /// Whether what waits for the committer moves.
    progress: Progress,
    storing: storing::Storing,
    /// How people and WhatsApp reach the hub; part of the callbacks' addresses.
    public_url: OnceLock<String>,
    heard: session::Heard,
    herald: OnceLock<Herald>,
}

/// Between two looks at the length of SQLite's log.
const LOOK_AT_LOG: Duration = Duration::from_millis(200);

/// The longest time between two tries to write it back while that is not possible.
const REST_OF_LOG: Duration = Duration::from_secs(5);

/// A handle that does not keep the store open.
#[derive(Clone)]
struct WeakStore(Weak<Inner>);

impl WeakStore {
    fn upgrade(&self) -> Option<Store> {
        self.0.upgrade().map(|inner| Store { inner })
    }
}

/// Has SQLite's log written back whenever it is long, until the store is gone.
async fn keep_log_short(store: WeakStore) {
    let (mut pause, mut is_well) = (LOOK_AT_LOG, true);
    loop {
        tokio::time::sleep(pause).await;
        let Some(store) = store.upgrade() else {
            return;
        };
        let done = store.db().write_back().await;
        pause = match &done {
            Ok(WriteBack::NotDue | WriteBack::Done) => LOOK_AT_LOG,
            Ok(WriteBack::HeldUp) | Err(_) => (pause * 2).min(REST_OF_LOG),
        };
        // Said when it begins and when it is over: it is tried again and again.
        match &done {
            Err(error) if is_well => tracing::warn!(%error, "SQLite's log can't be written back"),
            Ok(WriteBack::Done) if !is_well => tracing::info!("SQLite's log is written back again"),
            _ => {}
        }
        is_well = match done {
            Err(_) => false,
            Ok(WriteBack::Done) => true,
            Ok(_) => is_well,
        };
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
    /// A store on an open database, which is PostgreSQL's at `url` if there is one. Its committer has a thread of
    /// its own: what goes back and forth between it and its connections needs nobody to be woken.
    fn new(
        db: Db,
        url: Option<&SecretString>,
        ids: IdSource,
        epoch: i64,
        me: Peer,
        ahead: i64,
    ) -> Result<Self, StoreError> {
        let broken = |error: std::io::Error| StoreError::Broken(error.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(broken)?;
        let committer_db = db.for_committer(url, runtime.handle())?;
        let heart_db = db.for_heart(url)?;
        let (inlet, queue) = lane::queue();
        let store = Self {
            inner: Arc::new(Inner {
                db,
                committer_db,
                heart_db,
                ids,
                epoch,
                me,
                ahead: AtomicI64::new(ahead),
                lookout: node::Lookout::default(),
                inlet,
                aside: lane::Aside::default(),
                progress: Progress::new(lane::STUCK),
                storing: storing::Storing::default(),
                public_url: OnceLock::new(),
                heard: session::Heard::default(),
                herald: OnceLock::new(),
            }),
        };
        let weak = WeakStore(Arc::downgrade(&store.inner));
        if store.db().is_embedded() {
            tokio::spawn(keep_log_short(weak.clone()));
        }
        std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || {
                db::run_here();
                runtime.block_on(lane::commit_batches(weak, queue));
            })
            .map_err(broken)?;
        Ok(store)
    }

    /// From now on `herald` is told of what the committer stores; before that each caller is.
    pub fn announce_to(&self, herald: Herald) {
        // A store has one hub.
        let _ = self.inner.herald.set(herald);
    }

    fn herald(&self) -> Option<&Herald> {
        self.inner.herald.get()
    }

    /// How the pools of connections fare at the moment.
    pub fn pools(&self) -> Vec<db::PoolState> {
        let mut pools = self.inner.db.pools();
        if !self.inner.db.is_embedded() {
            pools.extend(self.inner.committer_db.pools());
            pools.extend(self.inner.heart_db.pools());
        }
        pools
    }

    /// The connections of the committer's thread; only for what runs there.
    pub(crate) fn committer_db(&self) -> &Db {
        &self.inner.committer_db
    }

    /// The connection by which this node says that it lives.
    fn heart_db(&self) -> &Db {
        &self.inner.heart_db
    }

    fn inlet(&self) -> &lane::Inlet {
        &self.inner.inlet
    }

    fn aside(&self) -> &lane::Aside {
        &self.inner.aside
    }

    fn progress(&self) -> &Progress {
        &self.inner.progress
    }

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

    /// A connection inside a transaction, for tools and tests that put rows there themselves.
    pub async fn connection(&self) -> Result<db::Conn, StoreError> {
        self.db().begin().await
    }

    /// Part of every cursor; changes when the database is restored.
    pub fn epoch(&self) -> i64 {
        self.inner.epoch
    }

    pub(crate) fn node(&self) -> i64 {
        self.inner.me.number
    }

    /// This run of this process.
    pub fn me(&self) -> Peer {
        self.inner.me
    }

    /// Whether this is a process of its own, with a database that nobody else has.
    pub fn is_embedded(&self) -> bool {
        self.inner.db.is_embedded()
    }

    /// The time by the database's clock, in milliseconds since 1970, as far as the last heartbeat tells.
    pub fn database_millis(&self) -> i64 {
        Timestamp::of_this_machine().millis() + self.inner.ahead.load(Ordering::Relaxed)
    }

    /// Says once how people and WhatsApp reach the hub (without a slash at the end).
    pub fn set_public_url(&self, url: &str) {
        // Whoever says it again says the same: it is a setting.
        let _ = self.inner.public_url.set(url.to_owned());
    }

    pub(crate) fn public_url(&self) -> &str {
        self.inner.public_url.get().map_or("", String::as_str)
    }

    pub(crate) fn heard(&self) -> &session::Heard {
        &self.inner.heard
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
