//! A report as one HTML file: figures, what was broken, latencies by percentile and the run second by second,
//! drawn as SVG. Nothing is fetched, so that it can be mailed and kept.

use std::fmt::Write;

use serde_json::Value;

use super::report::flat;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 240.0;
/// Room for the words at the axes.
const LEFT: f64 = 56.0;
const BOTTOM: f64 = 28.0;
const TOP: f64 = 12.0;
const COLORS: [&str; 4] = ["#0d7d5f", "#2f6fde", "#c2570c", "#8a3fb8"];

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;\
color:#1c2321;background:#fff}h1{font-size:1.4rem}h2{font-size:1.05rem;margin:2rem 0 .5rem}\
table{border-collapse:collapse;width:100%}td,th{text-align:start;padding:.25rem .75rem .25rem 0;\
border-bottom:1px solid #dde3e1;font-variant-numeric:tabular-nums}svg{width:100%;height:auto}\
.bad{color:#b3261e}.good{color:#0d7d5f}text{font:12px system-ui,sans-serif;fill:#5b6663}\
@media(prefers-color-scheme:dark){body{background:#121615;color:#e4eae8}td,th{border-color:#2c3533}\
text{fill:#98a5a1}.bad{color:#ff8a80}.good{color:#5fd3b0}}";

/// One line of a chart.
struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

/// The page.
pub fn html(title: &str, report: &Value, broken: &[String]) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{0}</title><style>{STYLE}</style><h1>{0}</h1>",
        escaped(title)
    );
    page.push_str(&verdict(report, broken));
    let figures = flat(report);
    let latencies: Vec<Line> = figures
        .iter()
        .filter_map(|(name, value)| Some((name, value.get("curve")?)))
        .map(|(name, curve)| Line {
            name: name.trim_end_matches("_ms").to_owned(),
            points: pairs(curve).map(|(q, ms)| (nines(q), ms)).collect(),
        })
        .collect();
    if !latencies.is_empty() {
        page.push_str("<h2>Latency by percentile, milliseconds</h2>");
        let ticks =
            [0.0, 1.0, 2.0, 3.0].map(|x| (x, ["0 %", "90 %", "99 %", "99.9 %"][x as usize]));
        page.push_str(&chart(
            &latencies,
            &ticks.map(|(x, word)| (x, word.to_owned())),
        ));
    }
    for (name, seconds) in &figures {
        let Some(title) = name.strip_suffix("_by_second") else {
            continue;
        };
        let points: Vec<(f64, f64)> = seconds
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
            .filter_map(|(second, value)| Some((second as f64, value.as_f64()?)))
            .collect();
        let last = points.last().map_or(0.0, |(second, _)| *second);
        let ticks: Vec<(f64, String)> = (0_u8..=4)
            .map(|quarter| (last * f64::from(quarter) / 4.0).round())
            .map(|second| (second, format!("{second} s")))
            .collect();
        let _ = write!(
            page,
            "<h2>{}, second by second</h2>",
            escaped(&title.replace('_', " "))
        );
        let name = title.to_owned();
        page.push_str(&chart(&[Line { name, points }], &ticks));
    }
    page.push_str("<h2>All figures</h2><table>");
    for (name, value) in figures
        .iter()
        .filter(|(name, _)| !name.ends_with("_by_second"))
    {
        let _ = write!(
            page,
            "<tr><th>{}<td>{}",
            escaped(name),
            escaped(&shown(value))
        );
    }
    page.push_str("</table></html>\n");
    page
}

fn verdict(report: &Value, broken: &[String]) -> String {
    if report["ok"] == true && broken.is_empty() {
        return "<p class=\"good\">Everything held.</p>".to_owned();
    }
    let mut out = String::from("<ul class=\"bad\">");
    if report["ok"] != true {
        out.push_str("<li>The run failed its own checks: see the figures.");
    }
    for objective in broken {
        let _ = write!(out, "<li>{}", escaped(objective));
    }
    out + "</ul>"
}

fn pairs(curve: &Value) -> impl Iterator<Item = (f64, f64)> {
    let points = curve.as_array().into_iter().flatten();
    points.filter_map(|point| Some((point.get(0)?.as_f64()?, point.get(1)?.as_f64()?)))
}

/// How many nines: the rare places get as much room as the common ones.
fn nines(quantile: f64) -> f64 {
    -(1.0 - quantile).max(0.000_1).log10()
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(map) if map.contains_key("p50") => format!(
            "p50 {}, p90 {}, p99 {}, p99.9 {}, max {} ({} measured)",
            map["p50"], map["p90"], map["p99"], map["p999"], map["max"], map["count"]
        ),
        value => value.to_string(),
    }
}

fn chart(lines: &[Line], ticks: &[(f64, String)]) -> String {
    let points = || lines.iter().flat_map(|line| &line.points);
    let widest = points().map(|(x, _)| *x).fold(f64::EPSILON, f64::max);
    let highest = points().map(|(_, y)| *y).fold(f64::EPSILON, f64::max);
    let place = |x: f64, y: f64| {
        (
            LEFT + x / widest * (WIDTH - LEFT),
            TOP + (1.0 - y / highest) * (HEIGHT - TOP - BOTTOM),
        )
    };
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">");
    for part in [0.0, 0.5, 1.0] {
        let (_, y) = place(0.0, highest * part);
        let _ = write!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#8884\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 6.0,
            y + 4.0,
            short(highest * part),
        );
    }
    for (x, word) in ticks.iter().filter(|(x, _)| *x <= widest) {
        let (x, _) = place(*x, 0.0);
        let anchor = if x > WIDTH - 30.0 { "end" } else { "middle" };
        let _ = write!(
            out,
            "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
            HEIGHT - 6.0,
            escaped(word),
        );
    }
    for (index, line) in lines.iter().enumerate() {
        let color = COLORS[index % COLORS.len()];
        let path: Vec<String> = line
            .points
            .iter()
            .map(|(x, y)| place(*x, *y))
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let _ = write!(
            out,
            "<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" points=\"{}\"/>\
             <text x=\"{}\" y=\"{}\" style=\"fill:{color}\">{}</text>",
            path.join(" "),
            LEFT + 10.0,
            TOP + 14.0 + 16.0 * index as f64,
            escaped(&line.name),
        );
    }
    out + "</svg>"
}

fn short(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_page_shows_charts_and_what_was_broken_and_fetches_nothing() {
        let report = json!({
            "ok": true,
            "ack_ms": {"p50": 1, "p90": 2, "p99": 3, "p999": 4, "max": 5, "count": 9, "curve": [[0.5, 1.0], [0.99, 3.0]]},
            "acked_by_second": [10, 20, 30],
        });
        let page = html("ingest <&>", &report, &["ack.p99<1ms: it was 3".to_owned()]);
        assert_eq!(page.matches("<svg").count(), 2);
        assert!(page.contains("ack.p99&lt;1ms: it was 3"), "{page}");
        assert!(page.contains("ingest &lt;&amp;&gt;"));
        assert!(!page.contains("http"), "nothing is fetched");
    }

    #[test]
    fn an_empty_report_is_a_page_too() {
        assert!(html("nothing", &json!({}), &[]).contains("failed its own checks"));
    }
}
