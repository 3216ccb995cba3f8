//! What is counted, drawn and warned of: the code, the dashboards and the alert rules name only figures of the
//! table, and every alert has a place in the runbook.

use std::collections::BTreeSet;

use actors::figure::{FIGURES, Figure, Kind};
use serde_json::Value;

use super::tree::{self, FILES, File};

/// What Prometheus itself knows of whatever it scrapes.
const OF_PROMETHEUS: [&str; 1] = ["up"];
/// Labels that Prometheus adds, and the bound of a bucket.
const LABELS_OF_PROMETHEUS: [&str; 3] = ["instance", "job", "le"];
/// Words of its language that may stand without a bracket behind them, and the label by which dashboards choose.
const WORDS: [&str; 9] = [
    "sum", "max", "min", "count", "and", "or", "unless", "offset", "instance",
];

/// Where a figure is changed in the code.
struct Call<'a> {
    kind: Kind,
    constant: &'a str,
    labels: Vec<&'a str>,
}

/// What an expression of Prometheus' language names.
#[derive(Debug, Default, PartialEq, Eq)]
struct Named {
    figures: BTreeSet<String>,
    labels: BTreeSet<String>,
}

struct Alert<'a> {
    name: &'a str,
    expression: &'a str,
    /// All that is said of it.
    text: &'a str,
}

#[test]
fn the_code_counts_as_the_table_says() {
    let mut strays = Vec::new();
    for file in sources() {
        for call in calls(&file.text) {
            let row = FIGURES
                .iter()
                .find(|figure| figure.name.to_uppercase() == call.constant);
            let fits = row.is_some_and(|row| row.kind == call.kind && row.labels == call.labels);
            if !fits {
                strays.push(format!("{}: {}", file.path, call.constant));
            }
        }
    }
    assert!(strays.is_empty(), "\n{}", strays.join("\n"));
}

#[test]
fn every_figure_of_the_table_is_counted_somewhere() {
    let counted: BTreeSet<&str> = sources()
        .flat_map(|file| calls(&file.text))
        .map(|call| call.constant)
        .collect();
    let silent: Vec<&str> = FIGURES
        .iter()
        .map(|figure| figure.name)
        .filter(|name| !counted.contains(name.to_uppercase().as_str()))
        .collect();
    assert!(silent.is_empty(), "nobody counts {silent:#?}");
}

#[test]
fn dashboards_and_alerts_name_only_what_is_counted() {
    let mut strays = Vec::new();
    let rules = alerts().into_iter();
    let rules = rules.map(|alert| (alert.name.to_owned(), alert.expression.to_owned()));
    let drawn = dashboards().flat_map(|(file, dashboard)| {
        let mut expressions = Vec::new();
        gather(&dashboard, &mut expressions);
        assert!(!expressions.is_empty(), "{} draws nothing", file.path);
        let path = file.path.clone();
        expressions
            .into_iter()
            .map(move |text| (path.clone(), text))
    });
    for (place, expression) in rules.chain(drawn) {
        let named = named(&expression);
        let mut labels: BTreeSet<&str> = BTreeSet::from(LABELS_OF_PROMETHEUS);
        for name in &named.figures {
            match figure_of(name) {
                Some(figure) => labels.extend(figure.labels),
                None if OF_PROMETHEUS.contains(&name.as_str()) => {}
                None => strays.push(format!("{place}: there is no {name}")),
            }
        }
        let unknown = named.labels.iter();
        for label in unknown.filter(|label| !labels.contains(label.as_str())) {
            strays.push(format!("{place}: no label {label} in {expression}"));
        }
    }
    assert!(strays.is_empty(), "\n{}", strays.join("\n"));
}

#[test]
fn every_panel_says_what_it_shows_and_in_which_unit() {
    let mut ids = BTreeSet::new();
    for (file, dashboard) in dashboards() {
        let path = &file.path;
        let uid = dashboard["uid"].as_str().unwrap();
        assert!(ids.insert(uid.to_owned()), "{path}: {uid} is taken");
        for panel in dashboard["panels"].as_array().unwrap() {
            let title = panel["title"].as_str().unwrap();
            if panel["type"] == "row" {
                continue;
            }
            let about = panel["description"].as_str().unwrap_or_default();
            assert!(!about.is_empty(), "{path}: {title} has no description");
            let unit = panel["fieldConfig"]["defaults"]["unit"].as_str();
            assert!(unit.is_some(), "{path}: {title} has no unit");
        }
    }
}

/// The sections of the runbook that belong to no alert.
const RECIPES: [&str; 2] = [
    "Back to a version before the partitions",
    "Follow one message",
];

#[test]
fn every_alert_has_a_place_in_the_runbook() {
    let runbook = file("docs/RUNBOOK.md");
    let told = runbook.text.lines();
    let told: BTreeSet<&str> = told
        .filter_map(|line| line.strip_prefix("## "))
        .filter(|title| !RECIPES.contains(title))
        .collect();
    let alerts = alerts();
    let raised: BTreeSet<&str> = alerts.iter().map(|alert| alert.name).collect();
    assert_eq!(raised.len(), alerts.len(), "two alerts share a name");
    assert_eq!(raised, told, "alerts and sections of docs/RUNBOOK.md");
    for Alert { name, text, .. } in &alerts {
        let anchor = name.to_lowercase();
        let runbook = format!("runbook: docs/RUNBOOK.md#{anchor}\n");
        for part in ["for: ", "severity: ", "summary: ", runbook.as_str()] {
            assert!(text.contains(part), "{name} lacks {part}");
        }
    }
}

#[test]
fn the_autoscaler_follows_a_figure_of_the_table() {
    let rule = &file("deploy/kubernetes/prometheus-adapter.yml").text;
    let (_, query) = rule.split_once("seriesQuery: '").unwrap();
    let (series, _) = query.split_once('{').unwrap();
    assert!(figure_of(series).is_some(), "there is no {series}");
    let mut lines = rule.lines();
    let name = lines.find_map(|line| line.trim().strip_prefix("as: "));
    let wanted = format!("name: {}\n", name.unwrap());
    let autoscaler = &file("deploy/kubernetes/autoscaler.yml").text;
    assert!(autoscaler.contains(&wanted), "nobody asks for {wanted}");
}

#[test]
fn an_expression_names_figures_and_labels() {
    let expression = r#"histogram_quantile(0.99, sum by (le, call) (rate(a_bucket{end!="ok", job=~"x|y"}[5m]))) > 2
        or (b_total unless b_total offset 15m) / on (pool) c"#;
    let named = named(expression);
    let texts = |texts: &[&str]| -> BTreeSet<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    };
    assert_eq!(
        named,
        Named {
            figures: texts(&["a_bucket", "b_total", "c"]),
            labels: texts(&["call", "end", "job", "le", "pool"]),
        }
    );
}

#[test]
fn a_call_is_read_with_its_labels() {
    let code = r#"metrics::counter!(figure::A_TOTAL, "kind" => name(), "end" => match end { After::Done => "done" })"#;
    let calls = calls(code);
    let [call] = calls.as_slice() else {
        panic!("one call");
    };
    assert_eq!(
        (call.kind, call.constant, call.labels.as_slice()),
        (Kind::Counter, "A_TOTAL", ["kind", "end"].as_slice())
    );
}

/// What counts; the table itself only introduces its rows.
fn sources() -> impl Iterator<Item = &'static File> {
    ["src", "actors/src"]
        .into_iter()
        .flat_map(tree::rust_in)
        .filter(|file| file.path != "actors/src/figure.rs")
}

fn file(path: &str) -> &'static File {
    FILES.iter().find(|file| file.path == path).unwrap()
}

fn calls(text: &str) -> Vec<Call<'_>> {
    let macros = [
        ("metrics::counter!(", Kind::Counter),
        ("metrics::gauge!(", Kind::Gauge),
        ("metrics::histogram!(", Kind::Histogram),
    ];
    let mut found = Vec::new();
    for (opening, kind) in macros {
        for (at, _) in text.match_indices(opening) {
            let arguments = up_to_closing(&text[at + opening.len()..]);
            let name = arguments.split(',').next().unwrap_or_default().trim();
            found.push(Call {
                kind,
                // A name that does not come from the table stays as it is, and is not found there.
                constant: name.strip_prefix("figure::").unwrap_or(name),
                labels: labels(arguments),
            });
        }
    }
    found
}

/// The text before the bracket that closes what was open at its beginning.
fn up_to_closing(text: &str) -> &str {
    let mut depth = 1;
    let end = text.char_indices().find(|(_, letter)| {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    &text[..end.unwrap().0]
}

/// The texts in quotes with an arrow behind them.
fn labels(arguments: &str) -> Vec<&str> {
    let pieces: Vec<&str> = arguments.split('"').collect();
    let quoted = pieces.chunks_exact(2).zip(pieces.iter().skip(2).step_by(2));
    quoted
        .filter(|(_, behind)| behind.trim_start().starts_with("=>"))
        .map(|(pair, _)| pair[1])
        .collect()
}

fn alerts() -> Vec<Alert<'static>> {
    let rules = file("deploy/prometheus/alerts.yml").text.split("- alert: ");
    let rules = rules.skip(1).map(|text| {
        let (name, rest) = text.split_once('\n').unwrap();
        let (_, rest) = rest.split_once("expr: ").unwrap();
        let (expression, _) = rest.split_once("\n        for: ").unwrap();
        let expression = expression.trim_start_matches(">-").trim();
        Alert {
            name,
            expression,
            text,
        }
    });
    rules.collect()
}

fn dashboards() -> impl Iterator<Item = (&'static File, Value)> {
    FILES
        .iter()
        .filter(|file| file.is_in("deploy/grafana") && file.ends_with(&[".json"]))
        .map(|file| (file, serde_json::from_str(&file.text).unwrap()))
}

/// The expressions anywhere in a dashboard, those of its variables included.
fn gather(value: &Value, expressions: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let texts = ["expr", "definition"].into_iter();
            let texts = texts.filter_map(|name| fields.get(name)?.as_str());
            expressions.extend(texts.map(str::to_owned));
            fields.values().for_each(|value| gather(value, expressions));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, expressions)),
        _ => {}
    }
}

/// The row of a figure, or of the histogram that a series belongs to.
fn figure_of(series: &str) -> Option<&'static Figure> {
    let row = |name: &str| FIGURES.iter().find(|figure| figure.name == name);
    let histogram = ["_bucket", "_sum", "_count"]
        .iter()
        .find_map(|end| series.strip_suffix(end));
    match histogram {
        Some(name) => row(name).filter(|figure| figure.kind == Kind::Histogram),
        None => row(series).filter(|figure| figure.kind != Kind::Histogram),
    }
}

fn named(expression: &str) -> Named {
    let mut text = expression.to_owned();
    let mut named = Named::default();
    for matchers in cut(&mut text, "{", '}') {
        let names = matchers
            .split(',')
            .filter_map(|one| one.split(['=', '!']).next());
        named
            .labels
            .extend(names.map(|name| name.trim().to_owned()));
    }
    cut(&mut text, "[", ']');
    for list in [" by (", " on ("] {
        for names in cut(&mut text, list, ')') {
            let names = names.split(',');
            named
                .labels
                .extend(names.map(|name| name.trim().to_owned()));
        }
    }
    // A function keeps its bracket, so that it can be told from a figure.
    let text = text.replace('(', "( ");
    let words = text.split(|letter: char| letter.is_whitespace() || ")+-*/<>=!,".contains(letter));
    for word in words.filter(|word| !word.is_empty() && !word.ends_with('(')) {
        let is_number = word.starts_with(|letter: char| letter.is_ascii_digit());
        if !is_number && !WORDS.contains(&word) {
            named.figures.insert(word.to_owned());
        }
    }
    named
}

/// Takes all that stands between the marks out of the text.
fn cut(text: &mut String, opening: &str, closing: char) -> Vec<String> {
    let mut pieces = Vec::new();
    while let Some(start) = text.find(opening) {
        let end = start + text[start..].find(closing).unwrap();
        pieces.push(text[start + opening.len()..end].to_owned());
        text.replace_range(start..=end, " ");
    }
    pieces
}
