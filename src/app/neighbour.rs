//! What this node does for the others: their commands with its actors, and taking notice of what they tell.

use std::sync::Arc;

use actors::figure;
use actors::hub::HubError;
use actors::model::node::{Answer, Notice, Report, Request};
use async_trait::async_trait;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::bus::Host;
use crate::http::state::{App, Probe};
use crate::store::Store;

/// This node, as the others see it.
pub struct Neighbour {
    app: App,
}

impl Neighbour {
    /// The node of that state.
    pub const fn new(app: App) -> Self {
        Self { app }
    }
}

#[async_trait]
impl Host for Neighbour {
    async fn serve(&self, request: Request) -> Result<Answer, HubError> {
        match request {
            Request::Report => Ok(Answer::Report(Box::new(self.app.report()))),
            request => self.app.hub.serve(request).await,
        }
    }

    fn heed(&self, notice: Notice) {
        match notice {
            Notice::LineWaits { session } => self.app.hub.line_waits(session),
            Notice::SessionChanged { session } => self.app.heed_session(session),
            Notice::Whereabouts(news) => self.app.hub.heed_whereabouts(news),
            Notice::Own(news) => self.app.hub.heed_own(*news),
            Notice::QueueNews { organization, news } => {
                self.app.hub.heed_queue_news(organization, news);
            }
            Notice::QueuesWatched { organization } => self.app.hub.heed_watcher(organization),
            Notice::QueueFigures {
                organization,
                figures,
            } => self.app.hub.heed_figures(organization, *figures),
            Notice::Expelled { organization, who } => self.app.heed_expelled(organization, who),
        }
    }
}

/// Fills in what the heart does not know of how this node fares.
pub fn reporter(
    store: Store,
    figures: PrometheusHandle,
    hears: Option<Probe>,
) -> Arc<dyn Fn(Report) -> Report + Send + Sync> {
    Arc::new(move |report| {
        let text = figures.render();
        Report {
            sockets: sum(&text, figure::SOCKETS),
            restarts: sum(&text, figure::ACTOR_RESTARTS_TOTAL),
            mailbox_full: sum(&text, figure::MAILBOX_FULL_TOTAL),
            jobs_in_hand: sum(&text, figure::JOBS_IN_HAND),
            commits_waiting: store.commits_waiting() as u64,
            db_waiting: store.pools().iter().map(|pool| pool.waiting as u64).sum(),
            bus: hears.as_ref().map(|hears| hears()),
            memory: memory(),
            ..report
        }
    })
}

/// A figure over all its labels, as `/metrics` tells it.
fn sum(text: &str, name: &str) -> u64 {
    let values = text.lines().filter_map(|line| {
        let rest = line.strip_prefix(name)?;
        let is_whole = rest.starts_with('{') || rest.starts_with(' ');
        is_whole.then(|| rest.rsplit(' ').next()?.parse::<f64>().ok())?
    });
    // Counts are never negative, and far from where a float loses ones.
    values.sum::<f64>().max(0.0) as u64
}

/// Bytes that the process holds; 0 where nobody tells.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes
        .and_then(|number| number.parse::<u64>().ok())
        .map_or(0, |number| number * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_summed_over_its_labels_and_not_taken_for_another() {
        let text = "# TYPE sockets gauge\nsockets{who=\"person\"} 3\nsockets{who=\"program\"} 2\n\
            sockets_cut_total 9\njobs_in_hand 4\n";
        assert_eq!(sum(text, "sockets"), 5);
        assert_eq!(sum(text, "jobs_in_hand"), 4);
        assert_eq!(sum(text, "nothing"), 0);
    }
}
