//! Events and list rows as the text that sockets and other nodes get.

use std::hint::black_box;
use std::sync::Arc;

use actors::event::{Envelope, Event};
use actors::feed::frame;
use actors::model::ids::OrganizationId;
use actors::testing::PlainLinks;
use criterion::Criterion;

use crate::scene;

pub fn measure(criterion: &mut Criterion) {
    let text = scene::received(OrganizationId(1), 7, 0);
    let picture = Envelope {
        event: Event::MessageReceived(Arc::new(scene::picture(7))),
        ..Envelope::clone(&text)
    };
    let row = scene::conversation(7, 0);
    let mut group = criterion.benchmark_group("encode");
    group.bench_function("a text's event", |b| {
        b.iter(|| frame::event(black_box(&text), &PlainLinks));
    });
    group.bench_function("a picture's event", |b| {
        b.iter(|| frame::event(black_box(&picture), &PlainLinks));
    });
    group.bench_function("a list row", |b| b.iter(|| frame::row(black_box(&row))));
    group.bench_function("an envelope for the bus", |b| {
        b.iter(|| serde_json::to_string(black_box(&text)));
    });
    let arrived = serde_json::to_string(&text).unwrap();
    group.bench_function("an envelope read from the bus", |b| {
        b.iter(|| serde_json::from_str::<Envelope>(black_box(&arrived)));
    });
    group.finish();
}
