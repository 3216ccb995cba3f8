//! What this machine needs for work that never changes: figures of two days can only be compared with it.

use std::hint::black_box;
use std::io::{Seek, Write};
use std::time::Duration;

use criterion::{Criterion, SamplingMode};
use sha2::{Digest, Sha256};

pub fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("machine");
    let zeros = vec![0_u8; 1 << 20];
    group.bench_function("SHA-256 of 1 MiB", |b| {
        b.iter(|| Sha256::digest(black_box(&zeros)));
    });
    group
        .sample_size(20)
        .sampling_mode(SamplingMode::Flat)
        .measurement_time(Duration::from_millis(500));
    group.bench_function("4 KiB written and flushed to the disk", |b| {
        let path = std::env::temp_dir().join(format!("bench_flush_{}", std::process::id()));
        let mut file = std::fs::File::create(&path).unwrap();
        b.iter(|| {
            // The same place again: a file that grows costs more, and how much depends on the file system.
            file.rewind().unwrap();
            file.write_all(&zeros[..4096]).unwrap();
            file.sync_data().unwrap();
        });
        std::fs::remove_file(&path).unwrap();
    });
    group.finish();
}
