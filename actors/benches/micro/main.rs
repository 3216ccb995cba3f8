//! How long the heart's own paths take, without a database: rules, events as text, the way to the sockets.
#![allow(clippy::unwrap_used)]

mod encode;
mod feed;
mod rules;
mod scene;

use std::time::Duration;

use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1500))
        .configure_from_args();
    rules::measure(&mut criterion);
    encode::measure(&mut criterion);
    feed::measure(&mut criterion);
}
