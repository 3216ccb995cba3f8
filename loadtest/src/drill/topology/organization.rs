//! A second organization on the nodes of a drill, which can take the place of the first.

use anyhow::Context;

use super::{PASSWORD, Topology, number, phone_number_id};
use crate::load::hub::Hub;

/// The hub's commands found one organization only: the other one is put beside it, with the same password.
const FOUND: &str = "begin; \
    insert into organizations (id, name, created_at) \
        select max(id) + 1, 'Other', max(created_at) from organizations; \
    insert into users (id, organization_id, email, name, role, password_hash, created_at, updated_at) \
        select id + 1, (select max(id) from organizations), '{email}', name, role, password_hash, created_at, updated_at \
        from users order by id limit 1; \
    commit";

/// An organization beside the first.
pub struct Organization {
    hub: Hub,
    session: String,
    phone_number_id: String,
}

impl Topology {
    /// Another organization on the same nodes, with a number that the provider does not know.
    pub async fn found(&self, email: &str) -> anyhow::Result<Organization> {
        let first = self.nodes.first().context("no node")?;
        let text = FOUND.replace("{email}", email);
        self.postgres.ask(&text).await?;
        let hub = Hub::new(&first.recipe.url())?
            .log_in(email, PASSWORD)
            .await?;
        let index = self.more_sessions.len() + 1;
        let session = hub.create_session(&number(index)).await?.id;
        let key = hub.create_key().await?;
        Ok(Organization {
            hub: hub.with_token(key),
            session,
            phone_number_id: phone_number_id(index),
        })
    }

    /// From now on loads and judgements are of that organization; `other` is the one that they were of.
    pub const fn turn_to(&mut self, other: &mut Organization) {
        std::mem::swap(&mut self.hub, &mut other.hub);
        std::mem::swap(&mut self.session, &mut other.session);
        std::mem::swap(&mut self.phone_number_id, &mut other.phone_number_id);
    }
}
