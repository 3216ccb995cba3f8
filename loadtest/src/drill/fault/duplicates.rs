//! F-19: the provider delivers the same webhooks several times at once, to different nodes, and a new contact's album
//! arrives all at once. Each message is stored and told once, each contact has one conversation.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;

use crate::drill::checker;
use crate::drill::copies::{self, Plan};
use crate::drill::kept;
use crate::drill::outcome::Outcome;
use crate::drill::setup::Setup;
use crate::drill::topology::Topology;
use crate::load::board::Board;
use crate::load::crew::Crew;
use crate::load::marker::{Marker, fresh_run};
use crate::load::profile::Kind;
use crate::load::report::round;
use crate::load::socket::{Watch, Watched};

/// Each message is posted so often at once.
const COPIES: usize = 5;
/// Messages of a contact, and images of an album.
const EACH: u64 = 10;
/// Connections for each copy.
const CONNECTIONS: u64 = 16;
/// New contacts with an album each.
const ALBUMS: u64 = 500;

/// Runs the drill.
pub async fn run(setup: &Setup) -> anyhow::Result<Outcome> {
    let mut topology = setup.topology(&setup.wants()).await?;
    let mut outcome = Outcome::default();
    let texts = Storm {
        messages: setup.size.amount,
        copies: COPIES,
        first_contact: 0,
        kind: Kind::Text,
    };
    let contacts = u32::try_from(texts.messages.div_ceil(EACH))?;
    setup.say(&format!("{} messages, {COPIES} times each", texts.messages));
    texts.run(setup, &topology, &mut outcome, &TEXTS).await?;
    let albums = Storm {
        messages: (ALBUMS * EACH).min(setup.size.amount),
        copies: 1,
        first_contact: contacts,
        kind: Kind::Image,
    };
    setup.say(&format!("albums: {} images", albums.messages));
    albums.run(setup, &topology, &mut outcome, &IMAGES).await?;
    outcome.none("nodes_ended", topology.ended());
    checker::tables(&topology, &mut outcome).await?;
    topology.close(outcome.is_good());
    Ok(outcome)
}

/// What the figures of a storm are called.
struct Names {
    lost: &'static str,
    doubled: &'static str,
    unexpected: &'static str,
    extra: &'static str,
    unanswered: &'static str,
    told_wrongly: &'static str,
    rate: &'static str,
}

const TEXTS: Names = Names {
    lost: "texts_lost",
    doubled: "texts_doubled",
    unexpected: "texts_unexpected",
    extra: "texts_extra_conversations",
    unanswered: "texts_unanswered",
    told_wrongly: "texts_told_wrongly",
    rate: "texts_posts_per_second",
};

const IMAGES: Names = Names {
    lost: "images_lost",
    doubled: "images_doubled",
    unexpected: "images_unexpected",
    extra: "images_extra_conversations",
    unanswered: "images_unanswered",
    told_wrongly: "images_told_wrongly",
    rate: "images_posts_per_second",
};

struct Storm {
    messages: u64,
    copies: usize,
    first_contact: u32,
    kind: Kind,
}

impl Storm {
    async fn run(
        &self,
        setup: &Setup,
        topology: &Topology,
        outcome: &mut Outcome,
        names: &Names,
    ) -> anyhow::Result<()> {
        let plan = Arc::new(Plan {
            target: topology.target()?,
            marker: Marker::new(fresh_run()?),
            kind: self.kind,
            messages: self.messages,
            copies: self.copies,
            first_contact: self.first_contact,
            each: EACH,
            connections: CONNECTIONS,
        });
        let board = Arc::new(Board::new(self.messages));
        board
            .take(self.messages)
            .context("the board is too small")?;
        let mut urls = topology.socket_urls().into_iter();
        let contacts = self.first_contact + u32::try_from(self.messages.div_ceil(EACH))?;
        let watch = Watch {
            url: urls.next().context("no node")?,
            more_urls: urls.collect(),
            ..Watch::of(&topology.hub, plan.marker.clone(), contacts, self.messages)
        };
        let crew = Crew::open(setup.size.agents, &watch, &board).await?;
        board.begin();
        for number in 0..self.messages {
            board.set_due(number, board.start());
        }
        let begin = Instant::now();
        let unanswered = copies::post(&plan, &board).await?;
        let posts = self.messages as f64 * self.copies as f64;
        let rate = posts / begin.elapsed().as_secs_f64();
        crew.drained(board.acked_count()).await;
        let watched = crew.close().await?;
        let kept = kept::compare(&topology.hub, &plan.marker, &board).await?;
        outcome.none(names.lost, kept.lost);
        outcome.none(names.doubled, kept.doubled);
        outcome.none(names.unexpected, kept.unexpected);
        outcome.none(names.extra, kept.extra_conversations);
        outcome.none(names.unanswered, unanswered);
        outcome.none(names.told_wrongly, watched.iter().map(wrong).sum());
        outcome.fact(names.rate, round(rate));
        Ok(())
    }
}

/// Events that a socket missed or saw twice.
fn wrong(one: &Watched) -> u64 {
    let verdict = one.verdict;
    verdict.lost + verdict.doubled + verdict.seq_holes + verdict.seq_repeats + one.reloads
}
