//! Many rows in one statement on PostgreSQL, a column per parameter: the text is the same for every size of
//! batch, and the server reads 26 parameters instead of 26 per row.

use actors::ports::store::StoreError;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamp};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::store::db::refused;
use crate::store::event::EventRow;
use crate::store::message::MessageRow;

/// Inserts rows as columns: `insert_columns!(object, "table", rows, { id: BigInt, … })`.
macro_rules! insert_columns {
    ($object:expr, $table:literal, $rows:expr, { $($column:ident: $kind:ty,)+ }) => {{
        let rows = $rows;
        $(let mut $column = Vec::with_capacity(rows.len());)+
        for row in rows {
            $($column.push(row.$column);)+
        }
        const COLUMNS: &[&str] = &[$(stringify!($column)),+];
        let places: Vec<String> = (1..=COLUMNS.len()).map(|n| format!("${n}")).collect();
        let text = format!(
            "INSERT INTO {} ({}) SELECT * FROM UNNEST({})",
            $table,
            COLUMNS.join(", "),
            places.join(", "),
        );
        diesel::sql_query(text)
            $(.bind::<Array<$kind>, _>($column))+
            .execute($object)
            .await
            .map(drop)
            .map_err(refused)
    }};
}

/// Inserts messages.
pub(super) async fn messages(
    c: &mut AsyncPgConnection,
    rows: Vec<MessageRow>,
) -> Result<(), StoreError> {
    insert_columns!(c, "messages", rows, {
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
    })
}

/// Inserts events.
pub(super) async fn events(
    c: &mut AsyncPgConnection,
    rows: Vec<EventRow>,
) -> Result<(), StoreError> {
    insert_columns!(c, "events", rows, {
        organization_id: BigInt,
        seq: BigInt,
        at: Timestamp,
        kind: Text,
        audience: Text,
        conversation_id: Nullable<BigInt>,
        message_id: Nullable<BigInt>,
        subject_id: Nullable<BigInt>,
        data: Nullable<Text>,
    })
}
