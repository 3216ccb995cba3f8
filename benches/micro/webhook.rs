//! What each callback goes through before anything is stored: the signature, and WhatsApp's JSON in our words.

use std::hint::black_box;

use actors::time::Timestamp;
use command_center::whatsapp::{payload, signature};
use criterion::{BenchmarkId, Criterion, Throughput};
use secrecy::SecretString;
use serde_json::Value;

const TEXT: &[u8] = include_bytes!("../../src/whatsapp/testdata/text.json");
const PICTURE: &[u8] = include_bytes!("../../src/whatsapp/testdata/image_with_caption.json");
const STATUS: &[u8] = include_bytes!("../../src/whatsapp/testdata/status_delivered.json");
/// When they arrive: a minute after they were sent.
const NOW: Timestamp = Timestamp::from_millis(1_750_000_060_000);

pub fn measure(criterion: &mut Criterion) {
    let secret = SecretString::from("0123456789abcdef0123456789abcdef");
    let bodies = [
        ("text", compact(TEXT)),
        ("picture", compact(PICTURE)),
        ("status", compact(STATUS)),
        ("100 statuses", statuses(100)),
    ];
    let mut group = criterion.benchmark_group("webhook");
    for (name, body) in &bodies {
        let header = signature::sign(&secret, body).unwrap();
        let webhook = payload::parse_at(body, NOW).unwrap();
        assert!(webhook.rejected.is_empty(), "{name} is understood");
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(BenchmarkId::new("signature", name), |b| {
            b.iter(|| signature::verify(&secret, black_box(body), &header).unwrap());
        });
        group.bench_function(BenchmarkId::new("parse", name), |b| {
            b.iter(|| payload::parse_at(black_box(body), NOW).unwrap());
        });
    }
    group.finish();
}

/// Without the spaces that only people need.
fn compact(body: &[u8]) -> Vec<u8> {
    let body: Value = serde_json::from_slice(body).unwrap();
    serde_json::to_vec(&body).unwrap()
}

/// So many statuses in one callback.
fn statuses(count: usize) -> Vec<u8> {
    let mut body: Value = serde_json::from_slice(STATUS).unwrap();
    let told = &mut body["entry"][0]["changes"][0]["value"]["statuses"];
    let status = told[0].clone();
    let all = (0..count).map(|number| {
        let mut status = status.clone();
        status["id"] = format!("wamid.HBgLMTU1NTExMTIyMjIVAgARGBI{number:08}").into();
        status
    });
    *told = all.collect();
    serde_json::to_vec(&body).unwrap()
}
