//! The other nodes: commands for conversations that live there, those that come from there, and what all have to know.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use crate::cluster::request::Travels;
use crate::cluster::{Cluster, placement};
use crate::conversation::{Change, LastInbound, MarkRead, Open, Part, Receive, Send};
use crate::feed::own::TellOwn;
use crate::feed::presence::Attend;
use crate::feed::seat::SocketId;
use crate::figure;
use crate::hub::{Hub, HubError, step_of};
use crate::model::conversation::ConversationKey;
use crate::model::node::{Answer, Membership, Notice, Peer, Report, Request};
use crate::model::own::OwnNews;
use crate::model::presence::{SeatKey, Whereabouts};
use crate::ports::peers::Unanswered;

/// How long nothing may be heard of the owner of a conversation before the command is done here. One that says that it is
/// at it is waited for: all nodes share a database, and doing its work once more would make a slow one slower still.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long another node may take to tell how it fares.
const REPORT_PATIENCE: Duration = Duration::from_millis(500);

impl Hub {
    /// Takes what a heartbeat saw that was sent then. Actors that belong to another node now leave, and so do numbers' lines.
    pub fn join(&self, members: Membership, sent: Instant) {
        if self.cluster().take(members, sent) {
            self.part_with_others();
        }
        self.tend_lines();
    }

    /// The others took this node for dead: whatever it held may be theirs.
    pub fn start_over(&self) {
        let held = self.cluster().lines().unwrap_or_default();
        self.cluster().give_lines_up(&held);
        for session in held {
            self.yield_line(session);
        }
        let conversations = &self.inner.conversations;
        conversations.each(|_, actor| actor.do_send(Part));
    }

    fn part_with_others(&self) {
        let conversations = &self.inner.conversations;
        conversations.each(|key, actor| {
            if !self.cluster().is_mine(placement::of_conversation(key)) {
                actor.do_send(Part);
            }
        });
    }

    /// What this node knows of the others.
    pub(crate) fn cluster(&self) -> &Cluster {
        &self.inner.cluster
    }

    /// Who is there; None when this node is alone for good.
    pub fn members(&self) -> Option<std::sync::Arc<Membership>> {
        self.cluster().members()
    }

    /// A key for a command that might be done on two nodes; None when there is only this one.
    pub(super) fn command_key(&self) -> Option<String> {
        let members = self.cluster().members()?;
        let number = self.inner.commands.fetch_add(1, Ordering::Relaxed);
        Some(format!("hub-{}-{number}", members.me.life))
    }

    /// Asks the node that owns the conversation; None when that is this one, or says nothing: then the command is
    /// done here. The owner may have done it as well, which its key makes harmless.
    pub(super) async fn ask_owner<M, T>(
        &self,
        key: &ConversationKey,
        message: &M,
    ) -> Option<Result<T, HubError>>
    where
        M: Travels<T>,
    {
        let owner = self.cluster().elsewhere(placement::of_conversation(key))?;
        let request = message.pack(key);
        let peers = &self.inner.ports.peers;
        let end = match peers.ask(owner, request, PATIENCE).await {
            // Its own link to the database is broken, or it ends; ours may stand.
            Ok(Err(HubError::Unavailable(_))) => "unavailable",
            Ok(answer) => {
                let read = answer.map(M::unpack);
                tracing::debug!(
                    node = owner.number,
                    "done by the node that owns the conversation"
                );
                metrics::counter!(figure::PEER_REQUESTS_TOTAL, "end" => "answered").increment(1);
                return read.transpose();
            }
            Err(Unanswered::Late) => {
                self.cluster().suspect(owner);
                "late"
            }
            Err(Unanswered::AtIt) => {
                metrics::counter!(figure::PEER_REQUESTS_TOTAL, "end" => "at_it").increment(1);
                return Some(Err(HubError::Unavailable(
                    "the conversation's node takes too long".to_owned(),
                )));
            }
            Err(Unanswered::Unreachable) => "unreachable",
        };
        metrics::counter!(figure::PEER_REQUESTS_TOTAL, "end" => end).increment(1);
        tracing::debug!(node = owner.number, end, "a command is done here instead");
        None
    }

    /// Asks another node how it fares; None when it does not answer.
    pub async fn report_of(&self, peer: Peer) -> Option<Report> {
        let peers = &self.inner.ports.peers;
        let asked = peers.ask(peer, Request::Report, REPORT_PATIENCE);
        // One that is at it for longer is as good as silent to whoever looks.
        match tokio::time::timeout(REPORT_PATIENCE, asked).await {
            Ok(Ok(Ok(Answer::Report(report)))) => Some(*report),
            _ => None,
        }
    }

    /// Does what another node asks, with the actors of this one.
    pub async fn serve(&self, request: Request) -> Result<Answer, HubError> {
        match request {
            Request::Receive { key, message } => {
                let span = step_of(&key);
                let asked = Receive { message, span };
                self.receive_here(&key, asked).await.map(|()| Answer::Done)
            }
            Request::Send { key, draft } => {
                let span = step_of(&key);
                let sent = self.tell_here(&key, Send { draft, span }).await;
                sent.map(Answer::Message)
            }
            Request::Open { key, identities } => {
                let span = step_of(&key);
                let opened = self.tell_here(&key, Open { identities, span }).await;
                opened.map(|view| Answer::Conversation(Box::new(view)))
            }
            Request::Change {
                key,
                by,
                change,
                once,
            } => {
                let change = *change;
                let changed = self.tell_here(&key, Change { by, change, once }).await;
                changed.map(|view| Answer::Conversation(Box::new(view)))
            }
            Request::MarkRead { key, by, once } => {
                let read = self.tell_here(&key, MarkRead { by, once }).await;
                read.map(|()| Answer::Done)
            }
            Request::LastInbound { key } => {
                let last = self.tell_here(&key, LastInbound).await;
                last.map(Answer::ProviderId)
            }
            Request::Queues { organization } => {
                let figures = self.queues_here(organization).await;
                figures.map(Answer::Queues)
            }
            Request::Report => Ok(Answer::Report(Box::new(self.report()))),
        }
    }

    /// What the heart knows of how this node fares.
    pub fn report(&self) -> Report {
        Report {
            conversations: self.conversations() as u64,
            sessions: self.sessions() as u64,
            lines: self.cluster().lines().unwrap_or_default(),
            ..Report::default()
        }
    }

    /// Where somebody at a socket of this node is: told to all who look there, on any node.
    pub fn tell_whereabouts(&self, news: Whereabouts) {
        self.tell_others(&Notice::Whereabouts(news.clone()));
        self.heed_whereabouts(news);
    }

    /// Takes notice of where somebody is.
    pub fn heed_whereabouts(&self, news: Whereabouts) {
        // What a full mailbox drops is said again in some seconds.
        if let Some(feed) = self.inner.feed.get()
            && feed.try_send(Attend(news)).is_err()
        {
            metrics::counter!(figure::MAILBOX_FULL_TOTAL, "actor" => "feed").increment(1);
        }
    }

    /// Something of one person changed: told to their sockets, on any node.
    pub fn tell_own(&self, news: OwnNews) {
        self.tell_others(&Notice::Own(Box::new(news.clone())));
        self.heed_own(news);
    }

    /// Takes notice of what changed for one person.
    pub fn heed_own(&self, news: OwnNews) {
        // What a full mailbox drops is there when it is looked at again.
        if let Some(feed) = self.inner.feed.get()
            && feed.try_send(TellOwn(news)).is_err()
        {
            metrics::counter!(figure::MAILBOX_FULL_TOTAL, "actor" => "feed").increment(1);
        }
    }

    /// Names a socket of this node among all nodes.
    pub fn seat_key(&self, socket: SocketId) -> SeatKey {
        let life = self
            .cluster()
            .members()
            .map_or(0, |members| members.me.life);
        SeatKey {
            life,
            socket: socket.0,
        }
    }

    /// Tells all other nodes.
    pub fn tell_others(&self, notice: &Notice) {
        let Some(members) = self.cluster().members() else {
            return;
        };
        for peer in members.live.iter().filter(|peer| **peer != members.me) {
            self.inner.ports.peers.tell(*peer, notice.clone());
        }
    }
}
