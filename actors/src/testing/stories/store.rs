//! The store in memory keeps the promises of every store.

use std::sync::Arc;

use async_trait::async_trait;

use crate::model::conversation::TeamBrief;
use crate::model::ids::{ConversationId, MediaId, TagId, TeamId};
use crate::model::message::Message;
use crate::ports::clock::Clock;
use crate::ports::store::Store;
use crate::testing::memory::{Audited, MemoryStore};
use crate::testing::store_suite::{Fixture, Tenant};
use crate::testing::{TestClock, store_suite};
use crate::time::Timestamp;

struct InMemory {
    store: Arc<MemoryStore>,
    clock: Arc<TestClock>,
}

#[async_trait]
impl Fixture for InMemory {
    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store) as _
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn tenant(&self) -> Tenant {
        let organization = self.store.add_organization();
        Tenant {
            organization,
            session: self.store.add_session(organization),
            other_session: self.store.add_session(organization),
            user: self.store.add_user("Jo"),
            team: TeamBrief {
                id: TeamId(1),
                name: "Support".to_owned(),
            },
            tags: [TagId(1), TagId(2)],
        }
    }

    async fn thread(&self, _: &Tenant, conversation: ConversationId) -> Vec<Message> {
        self.store.thread(conversation)
    }

    async fn audit(&self, tenant: &Tenant) -> Vec<Audited> {
        self.store.audit(tenant.organization)
    }

    async fn quarantined(&self, tenant: &Tenant) -> Vec<String> {
        let entries = self.store.quarantined(tenant.organization);
        entries.into_iter().map(|entry| entry.reason).collect()
    }

    async fn upload(&self, _: &Tenant) -> MediaId {
        self.store.add_upload()
    }

    async fn forget_events(&self, tenant: &Tenant, seq: i64) {
        self.store.forget_events(tenant.organization, seq);
    }

    async fn node(&self) -> i64 {
        self.store.add_session(self.store.add_organization()).0
    }

    async fn bury(&self, life: i64) {
        self.store.set_node(life, true);
    }
}

async fn fixture() -> InMemory {
    let clock = Arc::new(TestClock::default());
    let store = Arc::new(MemoryStore::new(Arc::clone(&clock) as _));
    InMemory { store, clock }
}

store_suite_tests!(
    #[tokio::test]
    fixture()
);

#[tokio::test]
async fn the_whole_suite_runs_on_one_database() {
    store_suite::run(&fixture().await).await;
}
