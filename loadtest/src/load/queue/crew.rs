//! The sockets of a line: the agents', the wall's, and one that is told everything.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use futures_util::{StreamExt, stream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::clerk::{Clerk, Hands, Manner};
use super::ear::{Door, Ears, listen};
use super::office::Office;
use super::staff::{self, Person};
use super::witness::{Last, Wall, Witness};
use crate::load::judge::Verdict;
use crate::load::link::Link;
use crate::load::marker::Marker;
use crate::load::rest::Rest;

/// Sockets that are opened at a time.
const OPENING: u64 = 64;
/// What a socket may be asked to say before it has said the last.
const WAITING: usize = 64;
/// A hub that does not seat everybody by then never will.
const SEATED: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Agents that say at a time that they are away.
const AT_ONCE: usize = 8;

/// All sockets of a run.
pub struct Crew<'a> {
    office: Arc<Office>,
    link: &'a Link,
    team: String,
    manner: Manner,
    stop: watch::Sender<bool>,
    end: watch::Sender<bool>,
    hands: Vec<Arc<Hands>>,
    clerks: Vec<JoinHandle<(Clerk, Ears)>>,
    wall: Option<JoinHandle<(Wall, Ears)>>,
    witness: Option<JoinHandle<(Witness, Ears)>>,
    last: Arc<Last>,
}

/// What they heard.
pub struct Heard {
    pub verdict: Verdict,
    pub unreadable: u64,
    /// Of all sockets together.
    pub ears: Ears,
}

impl<'a> Crew<'a> {
    /// Nobody yet.
    pub fn of(office: Arc<Office>, link: &'a Link, team: &str, manner: &Manner) -> Self {
        Self {
            office,
            link,
            team: team.to_owned(),
            manner: manner.clone(),
            stop: watch::Sender::new(false),
            end: watch::Sender::new(false),
            hands: Vec::new(),
            clerks: Vec::new(),
            wall: None,
            witness: None,
            last: Arc::default(),
        }
    }

    /// The wall, and who is told everything.
    pub async fn watch(&mut self, marker: Marker, most: u64) -> anyhow::Result<()> {
        let token = self.link.hub.token().context("a wall needs a token")?;
        let door = self.door(token);
        let quiet = || mpsc::channel(1).1;
        let witness = Witness::new(Arc::clone(&self.office), marker, most);
        let run = listen(door.clone(), witness, quiet(), self.end.subscribe());
        self.witness = Some(tokio::spawn(run));
        let last = Arc::clone(&self.last);
        let wall = Wall::new(self.team.clone(), Arc::clone(&self.office), last);
        let run = listen(door, wall, quiet(), self.end.subscribe());
        self.wall = Some(tokio::spawn(run));
        self.seated(2).await
    }

    /// The agents.
    pub async fn sit_down(&mut self, people: &[Person]) -> anyhow::Result<()> {
        let authority = self.link.hub.authority()?;
        let before = self.office.seated();
        for (person, number) in people.iter().zip(1..) {
            let (say, says) = mpsc::channel(WAITING);
            let hands = Hands::new(
                (person.name.clone(), person.user.clone()),
                self.manner.clone(),
                Arc::clone(&self.office),
                Rest::new(&authority, &person.token),
                (say, self.stop.subscribe()),
            );
            let clerk = Clerk::new(Arc::clone(&hands), &self.team);
            let door = self.door(&person.token);
            let run = listen(door, clerk, says, self.end.subscribe());
            self.clerks.push(tokio::spawn(run));
            self.hands.push(hands);
            self.seated((before + number).saturating_sub(OPENING))
                .await?;
        }
        self.seated(before + people.len() as u64).await
    }

    fn door(&self, token: &str) -> Door {
        Door {
            url: self.link.hub.socket_url(),
            token: token.to_owned(),
        }
    }

    async fn seated(&self, count: u64) -> anyhow::Result<()> {
        let begin = Instant::now();
        while self.office.seated() < count {
            let seated = self.office.seated();
            anyhow::ensure!(
                begin.elapsed() < SEATED,
                "only {seated} of {count} sockets were subscribed"
            );
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }

    /// Waits until the hub says of so many that they are there.
    pub async fn all_online(&self, count: usize) -> anyhow::Result<()> {
        let begin = Instant::now();
        loop {
            let online = staff::standing(self.link, "online").await?;
            if online >= count {
                return Ok(());
            }
            anyhow::ensure!(
                begin.elapsed() < SEATED,
                "only {online} of {count} agents are online"
            );
            tokio::time::sleep(LOOK_AGAIN * 10).await;
        }
    }

    /// From now on offers are accepted, and nothing is answered or closed: what is in hand stays there.
    pub fn stop_working(&self) {
        self.stop.send_replace(true);
    }

    /// One half is away, the other busy.
    pub async fn send_away(&self) {
        let agents = self.hands.iter().cloned().enumerate();
        let leaving = agents.map(|(number, hands)| async move {
            let state = if number % 2 == 0 { "away" } else { "busy" };
            hands.stand(state).await
        });
        // What went wrong is in the tally.
        let _: Vec<Option<()>> = stream::iter(leaving).buffered(AT_ONCE).collect().await;
    }

    /// The last figures that the wall was told.
    pub fn last(&self) -> &Last {
        &self.last
    }

    /// Ends all sockets; the measured time was so long.
    pub async fn close(self, length: Duration) -> anyhow::Result<Heard> {
        self.end.send_replace(true);
        let mut all = Ears::default();
        for clerk in self.clerks {
            let (mut clerk, ears) = clerk.await?;
            clerk.close(length);
            all.add(&ears);
        }
        let wall = self.wall.context("there was no wall")?;
        all.add(&wall.await?.1);
        let witness = self.witness.context("nobody was told everything")?;
        let (witness, ears) = witness.await?;
        all.add(&ears);
        let (verdict, unreadable) = witness.verdict();
        Ok(Heard {
            verdict,
            unreadable,
            ears: all,
        })
    }
}
