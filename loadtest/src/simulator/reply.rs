//! Customers who answer: most messages of an agent get an answer.

use std::sync::Arc;

use super::chat::Entry;
use super::core::Core;
use super::world::ChatKey;
use crate::demo::traffic;

/// Lets the customer think about an answer.
pub fn consider(core: &Arc<Core>, key: &ChatKey, bubble: Option<&Entry>) {
    if !core.talkative {
        return;
    }
    if let Some(bubble) = bubble {
        traffic::answer(core, key, bubble);
    }
}
