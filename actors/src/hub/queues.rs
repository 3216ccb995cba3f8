//! The waiting lines: which node keeps an organization's, and how what happens anywhere comes to it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::cluster::placement;
use crate::directory::Loan;
use crate::event::{Envelope, Event};
use crate::feed::TellQueue;
use crate::figure;
use crate::guard;
use crate::hub::ask::ask;
use crate::hub::{Asked, Hub, HubError, stopping};
use crate::model::ids::OrganizationId;
use crate::model::message::AuthorKind;
use crate::model::node::{Answer, Notice, Peer, Request};
use crate::model::queue::{QueueFigures, QueueNews, Standing};
use crate::ports::peers::Unanswered;
use crate::ports::store::StoreError;
use crate::queue::{Ask, Hear, Queues, Watch};

/// News that wait for one organization's lines; when there are more they are loaded again.
const MAILBOX: usize = 1024;
/// How long the node that keeps the lines may take to tell how they fare.
const PATIENCE: Duration = Duration::from_millis(1500);

impl Hub {
    /// Whether this node keeps the organization's lines.
    pub(crate) fn owns_queues(&self, organization: OrganizationId) -> bool {
        self.cluster().is_mine(placement::of_queues(organization))
    }

    /// The node that keeps the organization's lines; None when this one is alone for good.
    pub fn queues_keeper(&self, organization: OrganizationId) -> Option<Peer> {
        let members = self.members()?;
        placement::owner(placement::of_queues(organization), &members.owners)
    }

    pub(crate) fn retire_queues(&self, organization: OrganizationId) -> bool {
        self.inner.queues.retire(&organization)
    }

    /// How the organization's lines fare.
    pub async fn queues(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<QueueFigures>, HubError> {
        if let Some(owner) = self.cluster().elsewhere(placement::of_queues(organization)) {
            let request = Request::Queues { organization };
            let peers = &self.inner.ports.peers;
            match peers.ask(owner, request, PATIENCE).await {
                Ok(Ok(Answer::Queues(figures))) => return Ok(figures),
                // To load them here as well would make a slow database slower.
                Err(Unanswered::AtIt) => {
                    return Err(HubError::Unavailable("the lines are being read".to_owned()));
                }
                _ => {}
            }
        }
        self.queues_here(organization).await
    }

    pub(super) async fn queues_here(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<QueueFigures>, HubError> {
        let loan = self.queues_of(organization).ok_or_else(stopping)?;
        ask(&loan, Ask).await.map_err(Asked::into_error)?
    }

    /// Somebody at a socket of this node watches the lines from now on.
    pub fn watch_queues(&self, organization: OrganizationId) {
        match self.cluster().elsewhere(placement::of_queues(organization)) {
            Some(owner) => {
                let notice = Notice::QueuesWatched { organization };
                self.inner.ports.peers.tell(owner, notice);
            }
            None => self.heed_watcher(organization),
        }
    }

    /// Somebody watches the lines, which are this node's.
    pub fn heed_watcher(&self, organization: OrganizationId) {
        if let Some(loan) = self.queues_of(organization) {
            loan.addr().do_send(Watch);
        }
    }

    /// Something happened that the lines, which are this node's, have to know.
    pub fn heed_queue_news(&self, organization: OrganizationId, news: QueueNews) {
        // Whoever begins to keep lines reads everything; and changed teams may give out from now on.
        let loan = match news.teams {
            true => self.queues_of(organization),
            false => self.inner.queues.find(&organization),
        };
        let Some(loan) = loan else { return };
        // What is dropped is found by the next look at the database.
        if loan.addr().try_send(Hear(news)).is_err() {
            metrics::counter!(figure::MAILBOX_FULL_TOTAL, "actor" => "queues").increment(1);
        }
    }

    /// Tells all who watch a line, on any node, how it fares.
    pub(crate) fn tell_queue(&self, organization: OrganizationId, figures: QueueFigures) {
        self.tell_others(&Notice::QueueFigures {
            organization,
            figures: Box::new(figures.clone()),
        });
        self.heed_figures(organization, figures);
    }

    /// Tells the sockets of this node how a line fares.
    pub fn heed_figures(&self, organization: OrganizationId, figures: QueueFigures) {
        let told = TellQueue {
            organization,
            figures,
        };
        // What a full mailbox drops is told again when it changes.
        if let Some(feed) = self.inner.feed.get()
            && feed.try_send(told).is_err()
        {
            metrics::counter!(figure::MAILBOX_FULL_TOTAL, "actor" => "feed").increment(1);
        }
    }

    /// Starts the lines that are this node's and have something to do, and says where those are kept that are `watched`
    /// here that they are.
    pub async fn tend_queues(&self, watched: HashSet<OrganizationId>) -> Result<(), StoreError> {
        for organization in watched {
            self.watch_queues(organization);
        }
        for organization in self.store().organizations_with_lines().await? {
            if self.owns_queues(organization) {
                self.queues_of(organization);
            }
        }
        Ok(())
    }

    /// Brings what was stored to the lines that have to know.
    pub(super) fn tell_lines(&self, envelopes: &[Arc<Envelope>]) {
        let mut all: BTreeMap<OrganizationId, QueueNews> = BTreeMap::new();
        for envelope in envelopes {
            note(all.entry(envelope.organization).or_default(), envelope);
        }
        for (organization, news) in all {
            if news.is_empty() {
                continue;
            }
            match self.cluster().elsewhere(placement::of_queues(organization)) {
                Some(owner) => {
                    let notice = Notice::QueueNews { organization, news };
                    self.inner.ports.peers.tell(owner, notice);
                }
                None => self.heed_queue_news(organization, news),
            }
        }
    }

    fn queues_of(&self, organization: OrganizationId) -> Option<Loan<Queues>> {
        self.inner.queues.lend(&organization, || {
            self.inner.arbiters.start(&organization, |arbiter| {
                let (hub, forget) = (self.clone(), self.clone());
                guard::start(
                    arbiter,
                    MAILBOX,
                    self.inner.policy,
                    move |_| Queues::new(hub, organization),
                    move |_| forget.inner.queues.forget(&organization),
                )
            })
        })
    }
}

fn note(news: &mut QueueNews, envelope: &Envelope) {
    match &envelope.event {
        Event::AgentUpdated(agent) => news.agents.push(agent.as_ref().clone()),
        Event::DirectoryUpdated(data) => news.teams |= data.get().contains("\"teams\""),
        Event::MessageQueued(message) => {
            let author = message.author.as_ref();
            let user = author.filter(|author| author.kind == AuthorKind::User);
            let id = user.and_then(|user| user.id.as_deref()?.parse().ok());
            news.replies.extend(id.map(|id| (id, message.created_at)));
        }
        _ => {}
    }
    if let Some(row) = &envelope.row {
        let standing = Standing {
            moved_at: Some(envelope.at),
            ..Standing::of(row)
        };
        // The last row of a conversation says it all.
        let last = news.standings.last_mut();
        match last.filter(|last| last.conversation == standing.conversation) {
            Some(last) => *last = standing,
            None => news.standings.push(standing),
        }
    }
}
