//! Everybody writes once, so that the hub may answer them with texts for a day.

use anyhow::{Context, bail};

use super::body::Writer;
use super::crowd::Crowd;
use super::link::Link;
use super::marker::{Marked, Marker, fresh_run};
use super::profile::Kind;
use super::script::Script;
use super::shard::Shard;
use super::wire::Wire;

/// Messages in one webhook.
const BATCH: u32 = 50;
const TRIES: u32 = 20;

/// Posts one message of each contact of this shard, many to a webhook.
pub async fn open_windows(link: &Link, crowd: &Crowd, shard: Shard) -> anyhow::Result<()> {
    let marker = Marker::new(shard.run(fresh_run()?));
    let writer = Writer::new(&link.target, marker, Script::plain());
    let mut writer = writer.context("the app secret can't be a key")?;
    let mut wire = Wire::new(&link.target.authority);
    let mut request = Vec::with_capacity(32 * 1024);
    let count = shard.share(crowd.contacts());
    for first in (0..count).step_by(BATCH as usize) {
        let messages: Vec<(Marked, Kind)> = (first..count.min(first + BATCH))
            .map(|n| {
                let marked = Marked {
                    contact: shard.number(n),
                    number: u64::from(n),
                };
                (marked, Kind::Text)
            })
            .collect();
        writer.write(&mut request, &messages, chrono::Utc::now().timestamp());
        post(&mut wire, &request).await?;
    }
    Ok(())
}

async fn post(wire: &mut Wire, request: &[u8]) -> anyhow::Result<()> {
    let mut told = String::new();
    for _ in 0..TRIES {
        match wire.ask(request).await {
            Ok(200) => return Ok(()),
            Ok(status) => told = format!("answered {status}"),
            Err(error) => told = error.to_string(),
        }
    }
    bail!("the recipients can't write to the hub first: {told}")
}
