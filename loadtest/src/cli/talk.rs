//! What customers say and who says it: the flags that all loads with customers share.

use std::time::Duration;

use clap::Args;

use super::duration;
use crate::load::post::Retry;
use crate::load::profile::Profile;
use crate::load::size::Size;

/// Customers and their messages.
#[derive(Clone, Debug, Args)]
pub struct Talk {
    /// Customers that write (with --shard: of all shards together).
    #[arg(long, default_value_t = 2000)]
    pub contacts: u32,
    /// How unequal they write: the k-th customer writes k^-ZIPF times as often as the first, so with 1.0 the second
    /// half as often, the third a third. 0: all equally often, each one's messages one after the other. Above 0 they
    /// are on their way in parallel, as the provider delivers, and their order is not judged.
    #[arg(long, default_value_t = 0.0)]
    pub zipf: f64,
    /// Kinds of messages: `plain` (text), `mixed` (all kinds of the Cloud API, mostly text), or weights such as
    /// `text=80,image=8,audio=6,reaction=2`. Kinds: text, image, video, audio, document, sticker, location,
    /// contacts, interactive, button, order, reaction, unsupported. Files of a hub started with --start can be
    /// fetched from a simulator; other hubs ask their provider for ids that nobody knows.
    #[arg(long, default_value = "plain", verbatim_doc_comment)]
    pub profile: Profile,
    /// Bytes of a text or caption: `90`, evenly `20-400`, or `45~1.0` (half shorter than 45 bytes, log-normal, 1.0
    /// the deviation of the logarithm). Absent: one sentence of 67 bytes in `plain`, else 45~1.0.
    #[arg(long, value_name = "BYTES")]
    pub text_bytes: Option<Size>,
    /// What is said, and by --zipf who says it, follows from it; the ids of messages are always new.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

impl Talk {
    /// One sentence, from that many customers.
    pub fn plain(contacts: u32) -> Self {
        Self {
            contacts,
            zipf: 0.0,
            profile: Profile::default(),
            text_bytes: None,
            seed: 1,
        }
    }

    /// Refuses what makes no sense.
    pub fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.contacts > 0, "contacts must be at least 1");
        anyhow::ensure!(
            (0.0..=10.0).contains(&self.zipf),
            "zipf must be from 0 to 10"
        );
        Ok(())
    }

    /// The length of texts.
    pub fn size(&self) -> Option<Size> {
        self.text_bytes
            .or((!self.profile.is_plain()).then_some(Size::CHAT))
    }
}

/// Webhooks that are posted again.
#[derive(Clone, Copy, Debug, Args)]
pub struct Repeat {
    /// Post every n-th webhook a second time (0: never).
    #[arg(long, default_value_t = 0)]
    pub repeat_every: u64,
    /// The pause before a webhook is posted again that was not answered 200; each next pause is twice as long.
    #[arg(long, default_value = "50ms", value_parser = duration)]
    pub retry_first: Duration,
    /// The longest pause between two tries; the provider's own grow to hours.
    #[arg(long, default_value = "1s", value_parser = duration)]
    pub retry_longest: Duration,
    /// How long one webhook is tried before it counts as unanswered; the provider tries for days.
    #[arg(long, default_value = "30s", value_parser = duration)]
    pub patience: Duration,
}

impl Default for Repeat {
    fn default() -> Self {
        let retry = Retry::default();
        Self {
            repeat_every: 0,
            retry_first: retry.first,
            retry_longest: retry.longest,
            patience: retry.patience,
        }
    }
}

impl Repeat {
    /// The pauses.
    pub fn retry(self) -> Retry {
        Retry {
            first: self.retry_first,
            longest: self.retry_longest,
            patience: self.patience,
            ..Retry::default()
        }
    }
}
