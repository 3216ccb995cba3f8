//! When sends reach the provider, read from the simulator's ledger.

use std::sync::Arc;
use std::time::Duration;

use hdrhistogram::Histogram;
use memchr::memmem;
use serde_json::{Value, json};

use super::board::Board;
use super::marker::{Marker, PREFIX};
use super::report::{histogram, percentiles};
use super::rest::Rest;

/// Entries of the ledger per request.
const PAGE: usize = 2_000;

/// What is known of the sends.
pub struct Receipts {
    rest: Rest,
    marker: Marker,
    /// When each was due, and when the hub took it.
    due: Arc<Board>,
    taken: Arc<Board>,
    /// Milliseconds since 1970 at which both boards began.
    began_ms: i64,
    /// The last entry of the ledger that was read.
    last: u64,
    seen: Vec<bool>,
    /// From the due time to the provider, and from the hub's 202.
    to_provider: Histogram<u64>,
    queue_age: Histogram<u64>,
    at_provider: u64,
    doubled: u64,
}

impl Receipts {
    /// Reads the ledger of the simulator at that address, from its present end on.
    pub async fn open(
        simulator: &str,
        marker: Marker,
        due: Arc<Board>,
        taken: Arc<Board>,
        most: u64,
    ) -> anyhow::Result<Self> {
        let authority = simulator
            .trim_start_matches("http://")
            .trim_end_matches('/');
        let mut receipts = Self {
            rest: Rest::new(authority, ""),
            marker,
            due,
            taken,
            began_ms: 0,
            last: 0,
            seen: vec![false; usize::try_from(most).unwrap_or(usize::MAX)],
            to_provider: histogram(),
            queue_age: histogram(),
            at_provider: 0,
            doubled: 0,
        };
        receipts.last = receipts.page(u64::MAX).await?["last"].as_u64().unwrap_or(0);
        Ok(receipts)
    }

    /// Both boards began now.
    pub fn begin(&mut self) {
        self.began_ms = chrono::Utc::now().timestamp_millis();
    }

    /// Reads what is new.
    pub async fn read(&mut self) -> anyhow::Result<()> {
        loop {
            let page = self.page(self.last).await?;
            let entries = page["data"]
                .as_array()
                .map_or(&[] as &[Value], Vec::as_slice);
            for entry in entries {
                self.note(entry);
                self.last = entry["number"].as_u64().unwrap_or(self.last);
            }
            if entries.len() < PAGE {
                return Ok(());
            }
        }
    }

    async fn page(&mut self, after: u64) -> anyhow::Result<Value> {
        let path = format!("/sim/ledger?after={after}&limit={PAGE}");
        let answer = self.rest.get(&path).await?;
        anyhow::ensure!(answer.is_good(), "the simulator answered {}", answer.status);
        Ok(answer.body())
    }

    fn note(&mut self, entry: &Value) {
        let body = entry["body"].to_string();
        let Some(number) = find(&body, &self.marker) else {
            return;
        };
        let Some(seen) = usize::try_from(number)
            .ok()
            .and_then(|number| self.seen.get_mut(number))
        else {
            return;
        };
        if std::mem::replace(seen, true) {
            self.doubled += 1;
            return;
        }
        self.at_provider += 1;
        let at = entry["first_at_ms"].as_i64().unwrap_or(0) - self.began_ms;
        let at = Duration::from_millis(u64::try_from(at).unwrap_or(0));
        if let Some(due) = self.due.due(number) {
            super::post::record(&mut self.to_provider, at.saturating_sub(due));
        }
        // The provider may have it before the hub's answer is here: then it did not wait at all.
        let taken = self.taken.due(number).unwrap_or(at);
        super::post::record(&mut self.queue_age, at.saturating_sub(taken));
    }

    /// How many of the run's messages the provider has.
    pub const fn at_provider(&self) -> u64 {
        self.at_provider
    }

    /// Messages that were posted to the provider under two attempts.
    pub const fn doubled(&self) -> u64 {
        self.doubled
    }

    /// Adds all figures to a report.
    pub fn add_to(&self, report: &mut Value) {
        report["at_provider"] = json!(self.at_provider);
        report["doubled_at_provider"] = json!(self.doubled);
        report["to_provider_ms"] = percentiles(&self.to_provider);
        report["queue_age_ms"] = percentiles(&self.queue_age);
    }
}

/// The number of the message that a text names.
fn find(text: &str, marker: &Marker) -> Option<u64> {
    let at = memmem::find(text.as_bytes(), PREFIX.as_bytes())?;
    marker
        .read(&text.as_bytes()[at..])
        .map(|marked| marked.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_found_wherever_its_mark_stands() {
        let text = r#"{"to":"+1","text":{"body":"Hello wamid.LT00000001C000003N0000000008."}}"#;
        assert_eq!(find(text, &Marker::new(1)), Some(8));
        assert_eq!(find(text, &Marker::new(2)), None);
        assert_eq!(find("{}", &Marker::new(1)), None);
    }
}
