//! A second organization on the nodes of a drill, which can take the place of the first.

use std::time::Duration;

use anyhow::Context;

use super::{PASSWORD, Topology, number, phone_number_id};
use crate::drill::command;
use crate::load::hub::Hub;

/// An organization is made within this time.
const FOUNDED: Duration = Duration::from_secs(30);

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
        let mut create = tokio::process::Command::from(first.recipe.command());
        create.args(["create-admin", "--organization", "Other", "--name", "Other"]);
        create.args(["--email", email, "--password", PASSWORD]);
        command::run(&mut create, FOUNDED).await?;
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
