//! Where a browser gets a message's files.

use crate::model::ids::{MediaId, OrganizationId};

/// Makes addresses that work for a few minutes, for members of one organization only.
pub trait MediaLinks: Send + Sync {
    /// A signed address of the file, relative to the hub.
    fn link(&self, organization: OrganizationId, media: MediaId) -> String;
}
