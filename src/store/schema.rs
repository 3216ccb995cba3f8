//! The tables as diesel sees them: one description for both databases. A test inserts into and reads from
//! each of them, so that it can not drift from the migrations.

mod desk;

pub use self::desk::{drafts, macros, participants, seen, stars, views};

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    installation (id) {
        id -> BigInt,
        epoch -> BigInt,
        created_at -> Timestamp,
    }
}

table! {
    nodes (number) {
        number -> BigInt,
        name -> Text,
        seen_at -> Timestamp,
        life -> BigInt,
        standing -> Text,
        version -> Text,
        started_at -> Nullable<Timestamp>,
    }
}

table! {
    leases (kind, key) {
        kind -> Text,
        key -> BigInt,
        life -> BigInt,
        epoch -> BigInt,
    }
}

table! {
    organizations (id) {
        id -> BigInt,
        name -> Text,
        last_seq -> BigInt,
        created_at -> Timestamp,
    }
}

table! {
    users (id) {
        id -> BigInt,
        organization_id -> BigInt,
        email -> Text,
        name -> Text,
        role -> Text,
        password_hash -> Text,
        disabled -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        second_factor -> Nullable<Binary>,
        second_factor_since -> Nullable<Timestamp>,
        second_factor_step -> Nullable<BigInt>,
        language -> Nullable<Text>,
        notifications -> Nullable<Text>,
    }
}

table! {
    recovery_codes (hash) {
        hash -> Binary,
        organization_id -> BigInt,
        user_id -> BigInt,
        used_at -> Nullable<Timestamp>,
    }
}

table! {
    login_challenges (hash) {
        hash -> Binary,
        organization_id -> BigInt,
        user_id -> BigInt,
        address -> Text,
        tries -> BigInt,
        expires_at -> Timestamp,
    }
}

table! {
    logins (id) {
        id -> BigInt,
        organization_id -> BigInt,
        user_id -> BigInt,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        last_used_at -> Nullable<Timestamp>,
        address -> Nullable<Text>,
        client -> Nullable<Text>,
    }
}

table! {
    refresh_tokens (hash) {
        hash -> Binary,
        login_id -> BigInt,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        used_by -> Nullable<Text>,
    }
}

table! {
    password_resets (hash) {
        hash -> Binary,
        organization_id -> BigInt,
        user_id -> BigInt,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        maker -> Nullable<Text>,
    }
}

table! {
    invitations (id) {
        id -> BigInt,
        organization_id -> BigInt,
        email -> Text,
        role -> Text,
        hash -> Binary,
        invited_by -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        accepted_at -> Nullable<Timestamp>,
        mail -> Nullable<Text>,
        maker -> Nullable<Text>,
    }
}

table! {
    api_keys (id) {
        id -> BigInt,
        organization_id -> BigInt,
        name -> Text,
        prefix -> Text,
        hash -> Binary,
        role -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        last_used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        maker -> Nullable<Text>,
        made_by -> Nullable<Text>,
    }
}

table! {
    audit_log (id) {
        id -> BigInt,
        organization_id -> BigInt,
        at -> Timestamp,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        actor_name -> Text,
        action -> Text,
        subject -> Text,
        details -> Text,
    }
}

table! {
    throttles (key) {
        key -> Text,
        failures -> BigInt,
        since -> Timestamp,
    }
}

table! {
    sessions (id) {
        id -> BigInt,
        organization_id -> BigInt,
        name -> Text,
        provider -> Text,
        phone_number_id -> Text,
        business_account_id -> Text,
        display_phone_number -> Nullable<Text>,
        verified_name -> Nullable<Text>,
        status -> Text,
        health_state -> Text,
        health_reason -> Nullable<Text>,
        quality -> Nullable<Text>,
        rate -> BigInt,
        last_webhook_at -> Nullable<Timestamp>,
        checked_at -> Nullable<Timestamp>,
        access_token -> Binary,
        app_secret -> Binary,
        verify_token -> Binary,
        hidden_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

table! {
    templates (id) {
        id -> BigInt,
        organization_id -> BigInt,
        session_id -> BigInt,
        provider_template_id -> Text,
        name -> Text,
        language -> Text,
        category -> Text,
        status -> Text,
        quality -> Nullable<Text>,
        parameter_format -> Text,
        components -> Text,
        updated_at -> Timestamp,
    }
}

table! {
    contacts (id) {
        id -> BigInt,
        organization_id -> BigInt,
        name -> Nullable<Text>,
        profile_name -> Nullable<Text>,
        phone -> Nullable<Text>,
        user_id -> Nullable<Text>,
        username -> Nullable<Text>,
        opted_out_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        search -> Nullable<Text>,
    }
}

table! {
    contact_identities (organization_id, lookup_key) {
        organization_id -> BigInt,
        lookup_key -> Text,
        kind -> Text,
        value -> Text,
        contact_id -> BigInt,
    }
}

table! {
    conversations (id) {
        id -> BigInt,
        organization_id -> BigInt,
        seq -> BigInt,
        session_id -> BigInt,
        contact_id -> BigInt,
        contact_key -> Text,
        status -> Text,
        assignee_id -> Nullable<BigInt>,
        unread -> BigInt,
        last_message_id -> Nullable<BigInt>,
        last_inbound_provider_id -> Nullable<Text>,
        window_expires_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        team_id -> Nullable<BigInt>,
        tags -> Nullable<Text>,
        priority -> BigInt,
        snoozed_until -> Nullable<Timestamp>,
        waiting_since -> Nullable<Timestamp>,
        reserved_until -> Nullable<Timestamp>,
        opened_at -> Nullable<Timestamp>,
        first_reply_at -> Nullable<Timestamp>,
        sla -> Nullable<Text>,
        participants -> Nullable<Text>,
    }
}

table! {
    teams (id) {
        id -> BigInt,
        organization_id -> BigInt,
        name -> Text,
        created_at -> Timestamp,
        archived_at -> Nullable<Timestamp>,
        strategy -> Text,
        accept_seconds -> Nullable<BigInt>,
        overflow_team_id -> Nullable<BigInt>,
        overflow_seconds -> Nullable<BigInt>,
        sla -> Nullable<Text>,
        hours -> Nullable<Text>,
        away_message -> Nullable<Text>,
        skill_seconds -> Nullable<BigInt>,
        promised_at -> Nullable<Timestamp>,
        away_since -> Nullable<Timestamp>,
    }
}

table! {
    scheduled_messages (id) {
        id -> BigInt,
        organization_id -> BigInt,
        conversation_id -> BigInt,
        author_id -> Nullable<BigInt>,
        author -> Text,
        send_at -> Timestamp,
        unless_reply -> Bool,
        message -> Text,
        draft -> Text,
        client_key -> Nullable<Text>,
        fingerprint -> Nullable<Text>,
        state -> Text,
        reason -> Nullable<Text>,
        message_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

table! {
    sla_breaches (id) {
        id -> BigInt,
        organization_id -> BigInt,
        team_id -> Nullable<BigInt>,
        conversation_id -> BigInt,
        user_id -> Nullable<BigInt>,
        goal -> Text,
        due_at -> Timestamp,
        at -> Timestamp,
    }
}

table! {
    team_sessions (session_id) {
        session_id -> BigInt,
        team_id -> BigInt,
    }
}

table! {
    agents (user_id) {
        user_id -> BigInt,
        organization_id -> BigInt,
        status -> Text,
        reason -> Nullable<Text>,
        capacity -> BigInt,
        since -> Timestamp,
        skills -> Nullable<Text>,
    }
}

table! {
    agent_seats (user_id, life) {
        user_id -> BigInt,
        life -> BigInt,
        organization_id -> BigInt,
    }
}

table! {
    queue_moves (id) {
        id -> BigInt,
        organization_id -> BigInt,
        team_id -> BigInt,
        conversation_id -> BigInt,
        kind -> Text,
        user_id -> Nullable<BigInt>,
        waited_ms -> Nullable<BigInt>,
        at -> Timestamp,
    }
}

table! {
    team_members (team_id, user_id) {
        team_id -> BigInt,
        user_id -> BigInt,
    }
}

table! {
    tags (id) {
        id -> BigInt,
        organization_id -> BigInt,
        name -> Text,
        key -> Text,
        color -> Text,
        created_at -> Timestamp,
    }
}

table! {
    conversation_tags (tag_id, conversation_id) {
        tag_id -> BigInt,
        conversation_id -> BigInt,
    }
}

table! {
    canned_responses (id) {
        id -> BigInt,
        organization_id -> BigInt,
        owner_id -> BigInt,
        shortcut -> Text,
        text -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

table! {
    mentions (user_id, message_id) {
        user_id -> BigInt,
        message_id -> BigInt,
        organization_id -> BigInt,
        conversation_id -> BigInt,
        seen_at -> Nullable<Timestamp>,
    }
}

table! {
    messages (id) {
        id -> BigInt,
        organization_id -> BigInt,
        seq -> BigInt,
        conversation_id -> BigInt,
        contact_id -> BigInt,
        session_id -> BigInt,
        direction -> Text,
        kind -> Text,
        text -> Nullable<Text>,
        content -> Text,
        context -> Nullable<Text>,
        reply_to -> Nullable<Text>,
        provider_id -> Nullable<Text>,
        attempt_id -> Nullable<BigInt>,
        status -> Text,
        error -> Nullable<Text>,
        author -> Nullable<Text>,
        client_key -> Nullable<Text>,
        reactions -> Nullable<Text>,
        has_media -> Bool,
        placeholder -> Bool,
        hidden -> Bool,
        edited_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        provider_timestamp -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

table! {
    search_cursors (organization_id) {
        organization_id -> BigInt,
        seq -> BigInt,
    }
}

table! {
    search_walks (id) {
        id -> BigInt,
        conversation_id -> Nullable<BigInt>,
        before -> BigInt,
    }
}

table! {
    dedup_keys (session_id, key) {
        session_id -> BigInt,
        key -> Text,
        created_at -> Timestamp,
    }
}

table! {
    idempotency_keys (organization_id, key) {
        organization_id -> BigInt,
        key -> Text,
        fingerprint -> Text,
        message_id -> BigInt,
        created_at -> Timestamp,
    }
}

table! {
    early_statuses (session_id, provider_id, status) {
        session_id -> BigInt,
        provider_id -> Text,
        status -> Text,
        at -> Timestamp,
        error -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

table! {
    media (id) {
        id -> BigInt,
        organization_id -> BigInt,
        session_id -> BigInt,
        message_id -> Nullable<BigInt>,
        provider_media_id -> Nullable<Text>,
        provider_uploaded_at -> Nullable<Timestamp>,
        mime_type -> Text,
        filename -> Nullable<Text>,
        size -> Nullable<BigInt>,
        sha256 -> Nullable<Text>,
        state -> Text,
        voice -> Bool,
        animated -> Bool,
        error -> Nullable<Text>,
        object_key -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

table! {
    events (organization_id, seq) {
        organization_id -> BigInt,
        seq -> BigInt,
        at -> Timestamp,
        kind -> Text,
        audience -> Text,
        conversation_id -> Nullable<BigInt>,
        message_id -> Nullable<BigInt>,
        subject_id -> Nullable<BigInt>,
        data -> Nullable<Text>,
    }
}

table! {
    jobs (id) {
        id -> BigInt,
        organization_id -> BigInt,
        kind -> Text,
        payload -> Text,
        run_at -> Timestamp,
        claimed_by -> Nullable<BigInt>,
        tries -> BigInt,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
        line -> Nullable<BigInt>,
    }
}

table! {
    quarantine (id) {
        id -> BigInt,
        organization_id -> BigInt,
        session_id -> Nullable<BigInt>,
        source -> Text,
        reason -> Text,
        tries -> BigInt,
        payload -> Binary,
        received_at -> Timestamp,
        resolved_at -> Nullable<Timestamp>,
        resolution -> Nullable<Text>,
    }
}

joinable!(conversations -> contacts (contact_id));
joinable!(conversations -> users (assignee_id));
joinable!(team_members -> users (user_id));
joinable!(media -> messages (message_id));
joinable!(refresh_tokens -> logins (login_id));
joinable!(logins -> users (user_id));
joinable!(users -> organizations (organization_id));
joinable!(sessions -> organizations (organization_id));
joinable!(invitations -> organizations (organization_id));

// Only those that one query names together: for each pair the compiler compares what all tables have in common, and all
// pairs of thirty tables took it a minute.
allow_tables_to_appear_in_same_query!(
    conversations,
    contacts,
    users,
    conversation_tags,
    participants,
    seen
);
allow_tables_to_appear_in_same_query!(refresh_tokens, logins, users, organizations);
allow_tables_to_appear_in_same_query!(sessions, organizations, templates);
allow_tables_to_appear_in_same_query!(invitations, organizations);
allow_tables_to_appear_in_same_query!(team_members, users);
allow_tables_to_appear_in_same_query!(media, messages);
allow_tables_to_appear_in_same_query!(conversations, messages);
