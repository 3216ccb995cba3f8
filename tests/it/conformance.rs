//! Both databases keep the promises of every store.

use std::sync::Arc;

use actors::model::conversation::TeamBrief;
use actors::model::ids::{ConversationId, MediaId, TagId, TeamId, UserId};
use actors::model::message::Message;
use actors::model::user::UserBrief;
use actors::ports::store::Store as Port;
use actors::testing::memory::Audited;
use actors::testing::store_suite::scene::LONG;
use actors::testing::store_suite::{Fixture, Tenant};
use actors::time::Timestamp;
use async_trait::async_trait;
use command_center::store::Store;
use command_center::store::schema::{
    audit_log, events, media, nodes, quarantine, tags, teams, users,
};
use command_center::with_conn;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::support::database::{Engine, TestDatabase};

struct OnDatabase {
    database: TestDatabase,
    store: Store,
}

async fn on(engine: Engine) -> OnDatabase {
    let database = TestDatabase::create(engine).await;
    let store = database.open().await;
    OnDatabase { database, store }
}

#[async_trait]
impl Fixture for OnDatabase {
    fn store(&self) -> Arc<dyn Port> {
        Arc::new(self.store.clone())
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn tenant(&self) -> Tenant {
        let (organization, session) = self.database.organization_with_number(&self.store).await;
        let other_session = self.database.number(&self.store, organization).await;
        let user = UserId(self.store.next_id());
        let now = Timestamp::now().naive();
        let mut conn = self.store.connection().await.unwrap();
        with_conn!(&mut conn, |c| diesel::insert_into(users::table)
            .values((
                users::id.eq(user.0),
                users::organization_id.eq(organization.0),
                users::email.eq(format!("{user}@story.test")),
                users::name.eq("Jo"),
                users::role.eq("agent"),
                users::password_hash.eq(""),
                users::created_at.eq(now),
                users::updated_at.eq(now),
            ))
            .execute(c)
            .await)
        .unwrap();
        let team = TeamId(self.store.next_id());
        with_conn!(&mut conn, |c| diesel::insert_into(teams::table)
            .values((
                teams::id.eq(team.0),
                teams::organization_id.eq(organization.0),
                teams::name.eq("Support"),
                teams::created_at.eq(now),
            ))
            .execute(c)
            .await)
        .unwrap();
        let tagged = [(); 2].map(|()| TagId(self.store.next_id()));
        for tag in tagged {
            with_conn!(&mut conn, |c| diesel::insert_into(tags::table)
                .values((
                    tags::id.eq(tag.0),
                    tags::organization_id.eq(organization.0),
                    tags::name.eq(tag.to_string()),
                    tags::key.eq(tag.to_string()),
                    tags::color.eq("gray"),
                    tags::created_at.eq(now),
                ))
                .execute(c)
                .await)
            .unwrap();
        }
        conn.commit().await.unwrap();
        Tenant {
            team: TeamBrief {
                id: team,
                name: "Support".to_owned(),
            },
            tags: tagged,
            organization,
            session,
            other_session,
            user: UserBrief {
                id: user,
                name: "Jo".to_owned(),
            },
        }
    }

    async fn thread(&self, tenant: &Tenant, conversation: ConversationId) -> Vec<Message> {
        let tenant = self.store.tenant(tenant.organization);
        let mut messages = tenant.list_messages(conversation, None, 200).await.unwrap();
        messages.reverse();
        messages
    }

    async fn audit(&self, tenant: &Tenant) -> Vec<Audited> {
        let mut conn = self.store.connection().await.unwrap();
        let rows: Vec<(String, String, String)> = with_conn!(&mut conn, |c| audit_log::table
            .filter(audit_log::organization_id.eq(tenant.organization.0))
            .order(audit_log::id)
            .select((audit_log::actor_name, audit_log::action, audit_log::subject))
            .load(c)
            .await)
        .unwrap();
        rows.into_iter()
            .map(|(actor, action, subject)| Audited {
                actor,
                action,
                subject,
            })
            .collect()
    }

    async fn quarantined(&self, tenant: &Tenant) -> Vec<String> {
        let mut conn = self.store.connection().await.unwrap();
        with_conn!(&mut conn, |c| quarantine::table
            .filter(quarantine::organization_id.eq(tenant.organization.0))
            .order(quarantine::id)
            .select(quarantine::reason)
            .load(c)
            .await)
        .unwrap()
    }

    async fn upload(&self, tenant: &Tenant) -> MediaId {
        let id = MediaId(self.store.next_id());
        let mut conn = self.store.connection().await.unwrap();
        with_conn!(&mut conn, |c| diesel::insert_into(media::table)
            .values((
                media::id.eq(id.0),
                media::organization_id.eq(tenant.organization.0),
                media::session_id.eq(tenant.session.0),
                media::mime_type.eq("image/png"),
                media::state.eq("stored"),
                media::voice.eq(false),
                media::animated.eq(false),
                media::object_key.eq("story"),
                media::created_at.eq(Timestamp::now().naive()),
            ))
            .execute(c)
            .await)
        .unwrap();
        conn.commit().await.unwrap();
        id
    }

    async fn forget_events(&self, tenant: &Tenant, seq: i64) {
        let mut conn = self.store.connection().await.unwrap();
        with_conn!(&mut conn, |c| diesel::delete(
            events::table
                .filter(events::organization_id.eq(tenant.organization.0))
                .filter(events::seq.le(seq))
        )
        .execute(c)
        .await)
        .unwrap();
        conn.commit().await.unwrap();
    }

    async fn node(&self) -> i64 {
        let life = self.store.next_id();
        let now = Timestamp::now() + LONG;
        let mut conn = self.store.connection().await.unwrap();
        with_conn!(&mut conn, |c| diesel::insert_into(nodes::table)
            .values((
                nodes::number.eq(life),
                nodes::name.eq("story"),
                nodes::seen_at.eq(now.naive()),
                nodes::life.eq(life),
            ))
            .execute(c)
            .await)
        .unwrap();
        conn.commit().await.unwrap();
        life
    }

    async fn bury(&self, life: i64) {
        let mut conn = self.store.connection().await.unwrap();
        with_conn!(&mut conn, |c| diesel::update(
            nodes::table.filter(nodes::life.eq(life))
        )
        .set(nodes::seen_at.eq(Timestamp::from_millis(0).naive()))
        .execute(c)
        .await)
        .unwrap();
        conn.commit().await.unwrap();
    }
}

mod sqlite {
    use super::*;

    actors::store_suite_tests!(
        #[tokio::test(flavor = "multi_thread")]
        on(Engine::Sqlite)
    );
}

mod postgres {
    use super::*;

    actors::store_suite_tests!(
        #[tokio::test(flavor = "multi_thread")]
        on(Engine::Postgres)
    );
}
