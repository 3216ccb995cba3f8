//! `loadtest day` and `loadtest soak`.

use crate::tiny_hub::{Manners, TinyHub};
use crate::tool::run;

#[test]
fn a_day_goes_up_and_down_in_both_directions() {
    let hub = TinyHub::start(Manners::default());
    let flags = [
        "--messages",
        "10M",
        "--minutes",
        "0.05",
        "--peak",
        "4",
        "--contacts",
        "50",
        "--recipients",
        "50",
    ];
    let (code, report) = run("day", &hub, &flags);
    assert_eq!(code, 0, "{report:#}");
    // 58 a second each way for three seconds.
    for count in ["/inbound/messages_acked", "/sends/sends_accepted"] {
        let count = report.pointer(count).and_then(serde_json::Value::as_u64);
        assert!(
            count.is_some_and(|count| (170..=177).contains(&count)),
            "{report:#}"
        );
    }
    let slices = report["slices"].as_array().unwrap();
    let busiest = slices
        .iter()
        .max_by(|a, b| {
            a["rate_wanted"]
                .as_f64()
                .unwrap()
                .total_cmp(&b["rate_wanted"].as_f64().unwrap())
        })
        .unwrap();
    assert_eq!((slices.len(), &busiest["at"]), (48, &"10:00".into()));
    assert!(
        (busiest["rate_wanted"].as_f64().unwrap() - 231.5).abs() < 1.0,
        "{busiest}"
    );
}

#[test]
fn a_soak_tells_how_the_process_grew() {
    let hub = TinyHub::start(Manners::default());
    let pid = std::process::id().to_string();
    let flags = [
        "--pid",
        &pid,
        "--rate",
        "50",
        "--duration",
        "1500ms",
        "--warm-up",
        "200ms",
        "--every",
        "100ms",
        "--contacts",
        "20",
        "--slo",
        "rss.slope_mib_per_hour<100000000",
        "--slo",
        "descriptors.peak<0",
    ];
    let (code, report) = run("soak", &hub, &flags);
    assert_eq!(code, 1, "an objective is broken");
    assert_eq!(report["ok"], true, "{report:#}");
    assert!(
        report["rss"]["slope_mib_per_hour"].is_number(),
        "{report:#}"
    );
    assert!(report["rss"]["looks"].as_u64() > Some(5), "{report:#}");
}
