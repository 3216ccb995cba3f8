//! What a conversation decides for each message.

use std::hint::black_box;

use actors::conversation::rules;
use actors::model::contact::Identity;
use actors::model::conversation::ConversationState;
use actors::model::ids::OrganizationId;
use actors::testing::build::{draft, inbound, phone};
use actors::testing::clock::START;
use criterion::Criterion;

use crate::scene;

pub fn measure(criterion: &mut Criterion) {
    let identities: Vec<Identity> = vec![phone("15551112222")];
    let state = ConversationState {
        organization: OrganizationId(1),
        conversation: scene::conversation(7, 0),
        version: 7,
        identities,
        opted_out_at: None,
        last_inbound_provider_id: None,
    };
    let message = inbound("15551112222", "hello").build();
    let answer = draft("Yes, it is.").build();
    let mut group = criterion.benchmark_group("rules");
    group.bench_function("a message comes in", |b| {
        b.iter(|| rules::receive(black_box(Some(&state.conversation)), black_box(&message)));
    });
    group.bench_function("a message may go out", |b| {
        b.iter(|| rules::check(black_box(&state), black_box(&answer), START));
    });
    group.finish();
}
