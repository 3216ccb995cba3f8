//! What a simulator is started with, and what can be turned while it runs.

use serde::{Deserialize, Serialize};

/// How to start a simulator.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Everything random follows from it.
    pub seed: u64,
    pub numbers: Vec<NumberConfig>,
    pub behaviour: Behaviour,
    /// The demo's contacts and their histories are on the phones from the start.
    pub demo: bool,
    /// Customers write and answer by themselves.
    pub talkative: bool,
    /// A hub whose numbers are subscribed by themselves as soon as it answers.
    pub hub: Option<HubAccess>,
}

impl Default for Options {
    /// For tests: a free port, no numbers, nothing slow, nothing random.
    fn default() -> Self {
        Self {
            port: 0,
            seed: 1,
            numbers: Vec::new(),
            behaviour: Behaviour::default(),
            demo: false,
            talkative: false,
            hub: None,
        }
    }
}

/// A hub and who to log in as.
#[derive(Clone, Debug)]
pub struct HubAccess {
    pub url: String,
    /// Without it the hub's `/setup` is asked for the demo account.
    pub account: Option<(String, String)>,
}

/// A business number of the simulated provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberConfig {
    pub phone_number_id: String,
    pub business_account_id: String,
    pub access_token: String,
    pub app_secret: String,
    pub display_phone_number: String,
    pub verified_name: String,
    #[serde(default)]
    pub tier: Tier,
}

/// What a number may send per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    #[default]
    Standard,
    High,
    /// Shared with the phone app.
    Coexistence,
}

impl Tier {
    /// Messages per second, sent and received.
    pub const fn per_second(self) -> f64 {
        match self {
            Self::Standard => 80.0,
            Self::High => 1000.0,
            Self::Coexistence => 20.0,
        }
    }
}

/// Who decides when a message is delivered and read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statuses {
    /// Only `POST /sim/statuses` (or `Running::tell_status`).
    Manual,
    /// sent, delivered and read follow each other at once.
    #[default]
    Instant,
    /// Some hundred milliseconds to `sent`, a second to `delivered`, some seconds to `read`.
    Realistic,
}

/// The provider's manners; the default is quick and quiet, for tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    pub statuses: Statuses,
    /// All delays (statuses, retries, replies) are multiplied by it: 0.001 makes a minute 60 ms.
    pub time_factor: f64,
    /// Slowest and quickest answer to a send.
    pub answer_ms: (u64, u64),
    /// Answer 131047 (later, by a status) to free text outside the 24 hours.
    pub enforce_window: bool,
    /// Answer 130429 and 131056.
    pub enforce_rates: bool,
    /// The HTTP status of throttling answers: 400, or 429 as it was.
    pub throttle_http: u16,
    /// Share of webhooks delivered twice.
    pub duplicate: f64,
    /// Share of webhooks held back so that later ones overtake them.
    pub reorder: f64,
    /// Share of messages whose `delivered` never comes (only `read` does).
    pub skip_delivered: f64,
    /// Share of messages that are never read.
    pub never_read: f64,
    /// Share of sends whose `sent` arrives before the answer to the POST.
    pub sent_first: f64,
    /// Escaped slashes, `\u` escapes, unknown keys and changing key order in webhook bodies.
    pub varied_bodies: bool,
    /// Every customer has a business-scoped user id beside the number, as since 2026.
    pub user_ids: bool,
    /// At most so many changes in one webhook.
    pub batch: usize,
    pub webhook_timeout_ms: u64,
    /// The first pause after a webhook that was not answered 200; doubled each time.
    pub retry_first_ms: u64,
    pub retry_limit: u32,
    /// How long a new template waits for its review.
    pub review_ms: u64,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            statuses: Statuses::Instant,
            time_factor: 1.0,
            answer_ms: (0, 0),
            enforce_window: true,
            enforce_rates: true,
            throttle_http: 400,
            duplicate: 0.0,
            reorder: 0.0,
            skip_delivered: 0.0,
            never_read: 0.0,
            sent_first: 0.0,
            varied_bodies: false,
            user_ids: true,
            batch: 1,
            webhook_timeout_ms: 10_000,
            retry_first_ms: 200,
            retry_limit: 30,
            review_ms: 100,
        }
    }
}

impl Behaviour {
    /// As the real provider behaves on a good day.
    pub fn realistic() -> Self {
        Self {
            statuses: Statuses::Realistic,
            answer_ms: (30, 300),
            duplicate: 0.01,
            reorder: 0.01,
            skip_delivered: 0.02,
            never_read: 0.05,
            sent_first: 0.03,
            varied_bodies: true,
            retry_first_ms: 1_000,
            review_ms: 5_000,
            ..Self::default()
        }
    }

    /// A delay in this simulator's time.
    pub fn scaled(&self, ms: u64) -> std::time::Duration {
        std::time::Duration::from_secs_f64(
            (ms as f64 * self.time_factor.max(0.0) / 1000.0).min(86_400.0),
        )
    }
}
