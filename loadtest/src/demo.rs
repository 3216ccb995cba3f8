//! The demo organization as the provider's side knows it: two numbers, 200 contacts, 60 conversations and the
//! small talk of its customers. The hub's demo uses the same constants and files.

pub mod contacts;
pub mod histories;
pub mod talk;
pub mod traffic;

pub use contacts::{DemoContact, contacts};
pub use histories::{DemoEntry, DemoHistory, histories};

use crate::simulator::{NumberConfig, Tier};

/// The account that both demo numbers belong to.
pub const BUSINESS_ACCOUNT_ID: &str = "200000000000001";
/// The token for both demo numbers.
pub const ACCESS_TOKEN: &str = "SIM-DEMO-TOKEN";
/// The secret that signs their webhooks.
pub const APP_SECRET: &str = "sim-demo-app-secret-9f2c7d";
/// What the hub expects in the handshake.
pub const VERIFY_TOKEN: &str = "sim-demo-verify";

/// A number of the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoNumber {
    pub phone_number_id: &'static str,
    pub display_phone_number: &'static str,
    pub verified_name: &'static str,
}

/// The shop's international number.
pub const OUTDOOR: DemoNumber = DemoNumber {
    phone_number_id: "100000000000001",
    display_phone_number: "+1 555 010 0001",
    verified_name: "Aurora Outdoor",
};

/// The shop's number in Brazil.
pub const BRASIL: DemoNumber = DemoNumber {
    phone_number_id: "100000000000002",
    display_phone_number: "+55 11 5550-0002",
    verified_name: "Aurora Brasil",
};

/// Both, in the order in which histories count them.
pub const NUMBERS: [DemoNumber; 2] = [OUTDOOR, BRASIL];

impl DemoNumber {
    /// The number as the simulator is told.
    pub fn config(self) -> NumberConfig {
        NumberConfig {
            phone_number_id: self.phone_number_id.to_owned(),
            business_account_id: BUSINESS_ACCOUNT_ID.to_owned(),
            access_token: ACCESS_TOKEN.to_owned(),
            app_secret: APP_SECRET.to_owned(),
            display_phone_number: self.display_phone_number.to_owned(),
            verified_name: self.verified_name.to_owned(),
            tier: Tier::Standard,
        }
    }
}
