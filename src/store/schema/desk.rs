//! The tables of what people arrange for themselves, and how they stand to conversations.

use diesel::table;

table! {
    views (id) {
        id -> BigInt,
        organization_id -> BigInt,
        owner_id -> BigInt,
        name -> Text,
        key -> Text,
        filters -> Text,
        position -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

table! {
    macros (id) {
        id -> BigInt,
        organization_id -> BigInt,
        owner_id -> BigInt,
        name -> Text,
        key -> Text,
        actions -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

table! {
    drafts (user_id, conversation_id) {
        user_id -> BigInt,
        conversation_id -> BigInt,
        organization_id -> BigInt,
        text -> Text,
        note_text -> Text,
        mentions -> Text,
        is_note -> Bool,
        reply_to -> Nullable<BigInt>,
        is_empty -> Bool,
        revision -> BigInt,
        updated_at -> Timestamp,
    }
}

table! {
    participants (user_id, conversation_id) {
        user_id -> BigInt,
        conversation_id -> BigInt,
    }
}

table! {
    seen (user_id, conversation_id) {
        user_id -> BigInt,
        conversation_id -> BigInt,
        organization_id -> BigInt,
        message_id -> BigInt,
        unread -> Bool,
        updated_at -> Timestamp,
    }
}

table! {
    stars (user_id, message_id) {
        user_id -> BigInt,
        message_id -> BigInt,
        organization_id -> BigInt,
        conversation_id -> BigInt,
        created_at -> Timestamp,
    }
}
