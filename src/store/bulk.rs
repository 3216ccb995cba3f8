//! Many rows in one statement on PostgreSQL, a column per parameter: the text is the same for every number of
//! rows, so that it stays prepared, and the server reads 26 parameters instead of 26 per row.

use std::sync::OnceLock;

use actors::ports::store::StoreError;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamp};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::contact_identity::{ContactRow, IdentityRow};
use super::conversation::ConversationRow;
use super::db::refused;
use super::event::EventRow;
use super::job::JobRow;
use super::kept::kept;
use super::message::{MediaRow, MessageRow};
use super::template::TemplateRow;

/// A row that can be stored with others of its table.
pub(crate) trait Bulk: Sized {
    /// Inserts all; none is nothing to do. The connection is shared, so that several tables' rows can be on their
    /// way at once.
    async fn insert(c: &AsyncPgConnection, rows: Vec<Self>) -> Result<(), StoreError>;
}

/// The text of an insert that takes a table's columns as arrays.
fn text_of(table: &str, columns: &[&str]) -> String {
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    let (columns, places) = (columns.join(", "), places.join(", "));
    format!("INSERT INTO {table} ({columns}) SELECT * FROM UNNEST({places})")
}

/// Says which columns a table has: `bulk!(Row, "table", { id: BigInt, … });`.
macro_rules! bulk {
    ($row:ty, $table:literal, { $($column:ident: $kind:ty,)+ }) => {
        impl Bulk for $row {
            async fn insert(c: &AsyncPgConnection, rows: Vec<Self>) -> Result<(), StoreError> {
                static TEXT: OnceLock<String> = OnceLock::new();
                if rows.is_empty() {
                    return Ok(());
                }
                $(let mut $column = Vec::with_capacity(rows.len());)+
                for row in rows {
                    $($column.push(row.$column);)+
                }
                let text = TEXT.get_or_init(|| text_of($table, &[$(stringify!($column)),+]));
                let query = kept(diesel::sql_query(text)$(.bind::<Array<$kind>, _>($column))+);
                let mut shared = c;
                query.execute(&mut shared).await.map(drop).map_err(refused)
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
