//! How nodes tell each other what their transactions stored: nothing to do in a single process, Redis
//! pub/sub between several. Losing an envelope costs some milliseconds: every feed repairs from the store.

pub mod local;
pub mod peers;
pub mod redis;
mod wire;

use std::sync::Arc;

use actors::event::Envelope;
use tokio::sync::mpsc;

pub use self::local::LocalBus;
pub use self::peers::{Host, RedisPeers};
pub use self::redis::RedisBus;

/// Where the envelopes of other nodes go; bounded, and what finds it full is dropped.
pub type Incoming = mpsc::Sender<Vec<Arc<Envelope>>>;
