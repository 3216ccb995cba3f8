//! Many rows in one statement on PostgreSQL, a column per parameter: the text is the same for every number of
//! rows, so that it stays prepared, and the server reads 26 parameters instead of 26 per row. What changes several
//! tables is one statement as well: each answer costs both sides a wake-up, which is most of what a small batch
//! costs.

use actors::ports::store::StoreError;
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamp};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::agent::AgentRow;
use super::audit::AuditRow;
use super::contact_identity::{ContactRow, IdentityRow};
use super::conversation::{CareRow, ConversationRow};
use super::db::{boxed, refused};
use super::event::EventRow;
use super::job::JobRow;
use super::kept::kept;
use super::message::{MediaRow, MessageRow};
use super::outbound::IdempotencyRow;
use super::queue::MoveRow;
use super::search::WalkRow;
use super::sla::BreachRow;
use super::template::TemplateRow;

/// A statement of fixed text that takes arrays.
pub(crate) type Statement = BoxedSqlQuery<'static, Pg, SqlQuery>;
type Bind = Box<dyn FnOnce(Statement) -> Statement + Send>;

/// A row that can be stored with others of its table.
pub(crate) trait Bulk: Sized + Send + 'static {
    /// The table.
    const TABLE: &'static str;
    /// Its columns, in the order of [`Bulk::bind`].
    const COLUMNS: &'static [&'static str];

    /// Binds the columns of all rows.
    fn bind(rows: Vec<Self>, statement: Statement) -> Statement;

    /// Inserts all; none is nothing to do.
    async fn insert(c: &AsyncPgConnection, rows: Vec<Self>) -> Result<(), StoreError> {
        let mut together = Together::default();
        together.insert(rows);
        together.run(c).await
    }
}

/// Changes of several tables that travel as one statement. No change sees another one's rows; what refers to a
/// row of another one is checked at the end.
#[derive(Default)]
pub(crate) struct Together {
    parts: Vec<String>,
    binds: Vec<Bind>,
    /// How many parameters the parts take.
    places: usize,
}

impl Together {
    /// Inserts rows; none is nothing to do.
    pub fn insert<R: Bulk>(&mut self, rows: Vec<R>) {
        if rows.is_empty() {
            return;
        }
        let (table, columns) = (R::TABLE, R::COLUMNS.join(", "));
        self.add(R::COLUMNS.len(), |places| {
            format!("INSERT INTO {table} ({columns}) SELECT * FROM UNNEST({places})")
        });
        self.binds
            .push(Box::new(|statement| R::bind(rows, statement)));
    }

    /// Writes these columns of rows that are there, found by their `id`; none is nothing to do.
    pub fn change<R: Bulk>(&mut self, rows: Vec<R>) {
        if rows.is_empty() {
            return;
        }
        let (table, columns) = (R::TABLE, R::COLUMNS.join(", "));
        let set = R::COLUMNS.iter().filter(|column| **column != "id");
        let set: Vec<String> = set.map(|column| format!("{column} = v.{column}")).collect();
        let set = set.join(", ");
        let text = |places: &str| {
            format!(
                "UPDATE {table} AS t SET {set} FROM UNNEST({places}) AS v ({columns}) WHERE t.id = v.id"
            )
        };
        self.update(R::COLUMNS.len(), text, |statement| R::bind(rows, statement));
    }

    /// Adds an update that takes arrays: its text around the places of its parameters, and what binds them.
    pub fn update(
        &mut self,
        count: usize,
        text: impl FnOnce(&str) -> String,
        bind: impl FnOnce(Statement) -> Statement + Send + 'static,
    ) {
        self.add(count, text);
        self.binds.push(Box::new(bind));
    }

    fn add(&mut self, count: usize, text: impl FnOnce(&str) -> String) {
        let first = self.places + 1;
        self.places += count;
        let places: Vec<String> = (first..=self.places).map(|n| format!("${n}")).collect();
        self.parts.push(text(&places.join(", ")));
    }

    /// Does all; nothing is nothing to do. The connection is shared: other queries may be on their way.
    pub async fn run(self, c: &AsyncPgConnection) -> Result<(), StoreError> {
        match self.written() {
            Some(written) => written.run(c).await,
            None => Ok(()),
        }
    }

    /// All of it as one statement; None when there is nothing to do.
    pub fn written(mut self) -> Option<Written> {
        let mut text = self.parts.pop()?;
        if !self.parts.is_empty() {
            let parts = self.parts.iter().enumerate();
            let parts: Vec<String> = parts.map(|(n, part)| format!("p{n} AS ({part})")).collect();
            text = format!("WITH {} {text}", parts.join(", "));
        }
        Some(Written {
            text,
            binds: self.binds,
        })
    }
}

/// Changes of several tables as the statement that they are.
pub(crate) struct Written {
    pub text: String,
    binds: Vec<Bind>,
}

impl Written {
    /// Does it. The connection is shared: other queries may be on their way.
    pub async fn run(self, c: &AsyncPgConnection) -> Result<(), StoreError> {
        let mut statement: Statement = diesel::sql_query(self.text).into_boxed();
        for bind in self.binds {
            statement = bind(statement);
        }
        let mut shared = c;
        boxed(kept(statement).execute(&mut shared))
            .await
            .map(drop)
            .map_err(refused)
    }
}

/// Says which columns a table has: `bulk!(Row, "table", { id: BigInt, … });`.
macro_rules! bulk {
    ($row:ty, $table:literal, { $($column:ident: $kind:ty,)+ }) => {
        impl Bulk for $row {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];

            fn bind(rows: Vec<Self>, statement: Statement) -> Statement {
                $(let mut $column = Vec::with_capacity(rows.len());)+
                for row in rows {
                    $($column.push(row.$column);)+
                }
                statement$(.bind::<Array<$kind>, _>($column))+
            }
        }
    };
}

bulk!(MessageRow, "messages", {
    id: BigInt,
    organization_id: BigInt,
    seq: BigInt,
    conversation_id: BigInt,
    contact_id: BigInt,
    session_id: BigInt,
    direction: Text,
    kind: Text,
    text: Nullable<Text>,
    content: Text,
    context: Nullable<Text>,
    reply_to: Nullable<Text>,
    provider_id: Nullable<Text>,
    attempt_id: Nullable<BigInt>,
    status: Text,
    error: Nullable<Text>,
    author: Nullable<Text>,
    client_key: Nullable<Text>,
    reactions: Nullable<Text>,
    has_media: Bool,
    placeholder: Bool,
    hidden: Bool,
    edited_at: Nullable<Timestamp>,
    revoked_at: Nullable<Timestamp>,
    provider_timestamp: Nullable<Timestamp>,
    created_at: Timestamp,
});

bulk!(EventRow, "events", {
    organization_id: BigInt,
    seq: BigInt,
    at: Timestamp,
    kind: Text,
    audience: Text,
    conversation_id: Nullable<BigInt>,
    message_id: Nullable<BigInt>,
    subject_id: Nullable<BigInt>,
    data: Nullable<Text>,
});

bulk!(ContactRow, "contacts", {
    id: BigInt,
    organization_id: BigInt,
    name: Nullable<Text>,
    profile_name: Nullable<Text>,
    phone: Nullable<Text>,
    user_id: Nullable<Text>,
    username: Nullable<Text>,
    opted_out_at: Nullable<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
});

bulk!(IdentityRow, "contact_identities", {
    organization_id: BigInt,
    lookup_key: Text,
    kind: Text,
    value: Text,
    contact_id: BigInt,
});

bulk!(ConversationRow, "conversations", {
    id: BigInt,
    organization_id: BigInt,
    seq: BigInt,
    session_id: BigInt,
    contact_id: BigInt,
    contact_key: Text,
    status: Text,
    assignee_id: Nullable<BigInt>,
    unread: BigInt,
    last_message_id: Nullable<BigInt>,
    last_inbound_provider_id: Nullable<Text>,
    window_expires_at: Nullable<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    team_id: Nullable<BigInt>,
    tags: Nullable<Text>,
    priority: BigInt,
    snoozed_until: Nullable<Timestamp>,
    waiting_since: Nullable<Timestamp>,
    reserved_until: Nullable<Timestamp>,
    opened_at: Nullable<Timestamp>,
    first_reply_at: Nullable<Timestamp>,
    sla: Nullable<Text>,
    participants: Nullable<Text>,
});

bulk!(CareRow, "conversations", {
    id: BigInt,
    seq: BigInt,
    status: Text,
    unread: BigInt,
    assignee_id: Nullable<BigInt>,
    team_id: Nullable<BigInt>,
    priority: BigInt,
    snoozed_until: Nullable<Timestamp>,
    waiting_since: Nullable<Timestamp>,
    reserved_until: Nullable<Timestamp>,
    opened_at: Nullable<Timestamp>,
    first_reply_at: Nullable<Timestamp>,
    sla: Nullable<Text>,
    tags: Nullable<Text>,
    participants: Nullable<Text>,
});

bulk!(AuditRow, "audit_log", {
    id: BigInt,
    organization_id: BigInt,
    at: Timestamp,
    actor_kind: Text,
    actor_id: Nullable<Text>,
    actor_name: Text,
    action: Text,
    subject: Text,
    details: Text,
});

bulk!(BreachRow, "sla_breaches", {
    id: BigInt,
    organization_id: BigInt,
    team_id: Nullable<BigInt>,
    conversation_id: BigInt,
    user_id: Nullable<BigInt>,
    goal: Text,
    due_at: Timestamp,
    at: Timestamp,
});

bulk!(MoveRow, "queue_moves", {
    id: BigInt,
    organization_id: BigInt,
    team_id: BigInt,
    conversation_id: BigInt,
    kind: Text,
    user_id: Nullable<BigInt>,
    waited_ms: Nullable<BigInt>,
    at: Timestamp,
});

bulk!(AgentRow, "agents", {
    user_id: BigInt,
    organization_id: BigInt,
    status: Text,
    reason: Nullable<Text>,
    capacity: BigInt,
    since: Timestamp,
    skills: Nullable<Text>,
});

bulk!(MediaRow, "media", {
    id: BigInt,
    organization_id: BigInt,
    session_id: BigInt,
    message_id: Nullable<BigInt>,
    provider_media_id: Nullable<Text>,
    provider_uploaded_at: Nullable<Timestamp>,
    mime_type: Text,
    filename: Nullable<Text>,
    size: Nullable<BigInt>,
    sha256: Nullable<Text>,
    state: Text,
    voice: Bool,
    animated: Bool,
    error: Nullable<Text>,
    object_key: Nullable<Text>,
    created_at: Timestamp,
});

bulk!(JobRow, "jobs", {
    id: BigInt,
    organization_id: BigInt,
    kind: Text,
    payload: Text,
    run_at: Timestamp,
    claimed_by: Nullable<BigInt>,
    tries: BigInt,
    last_error: Nullable<Text>,
    created_at: Timestamp,
    line: Nullable<BigInt>,
});

bulk!(IdempotencyRow, "idempotency_keys", {
    organization_id: BigInt,
    key: Text,
    fingerprint: Text,
    message_id: BigInt,
    created_at: Timestamp,
});

bulk!(WalkRow, "search_walks", {
    id: BigInt,
    conversation_id: Nullable<BigInt>,
    before: BigInt,
});

bulk!(TemplateRow, "templates", {
    id: BigInt,
    organization_id: BigInt,
    session_id: BigInt,
    provider_template_id: Text,
    name: Text,
    language: Text,
    category: Text,
    status: Text,
    quality: Nullable<Text>,
    parameter_format: Text,
    components: Text,
    updated_at: Timestamp,
});
