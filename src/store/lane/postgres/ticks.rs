//! What a batch does to messages that go out or went out: which may be sent, which the provider took, how far they came.

use std::collections::HashSet;

use actors::event::Event;
use actors::model::message::Message;
use actors::ports::store::{Begun, StoreError};
use diesel::sql_types::{Array, BigInt};
use diesel_async::AsyncPgConnection;
use futures_util::join;

use super::super::attempts::{Taken, early_of, lock_names, messages_of};
use super::super::kind::Results;
use super::super::rows;
use super::super::statuses::Rise;
use super::asked::{Asked, Shown};
use super::talk::Talk;
use super::{Entries, Outcomes};
use crate::store::Store;
use crate::store::bulk::Together;
use crate::store::message::{self, MessageRow};
use crate::store::pipeline::{Pipeline, first_cause};

/// What may still be written of it, and what became of the rest.
pub(super) struct Ticks {
    begun: Results<Begun>,
    /// What is written of the messages that may go.
    going: Together,
    taken: Taken,
    rise: Rise,
    /// The messages that rose, and which status speaks for each.
    risen: Vec<MessageRow>,
    risen_by: Vec<usize>,
    /// The messages that rose and those that the provider took, in this order.
    views: Vec<Message>,
}

impl Ticks {
    /// Locks and reads all but the organizations' numbers.
    pub async fn of(
        pipeline: &mut Pipeline,
        store: &Store,
        entries: &Entries<'_>,
        asked: &mut Asked,
    ) -> Result<Self, StoreError> {
        let rows = std::mem::take(&mut asked.rows);
        // What is written of a message is written once.
        let posted: HashSet<i64> = rows.iter().map(|row| row.id).collect();
        let begun: HashSet<i64> = messages_of(entries.begins).into_iter().collect();
        let (going, sent) = rows.into_iter().partition(|row| begun.contains(&row.id));
        let way = std::mem::take(&mut asked.way);
        let (begun, going) = way.let_go(store, entries.begins, going)?;
        let taken = Taken::of(entries.settles, sent);
        let found = rows::lock(pipeline.conn()?, &asked.found).await?;
        let found = found.into_iter().filter(|row| !posted.contains(&row.id));
        let mut rise = Rise::of(entries.statuses, found.collect())?;
        let risen = std::mem::take(&mut rise.raised).into_values().flatten();
        let (risen_by, risen): (Vec<usize>, Vec<MessageRow>) = risen.unzip();
        let mut ticks = Self {
            begun,
            going,
            taken,
            rise,
            risen,
            risen_by,
            views: Vec::new(),
        };
        ticks.views = message::views(pipeline.whole()?, ticks.told()).await?;
        Ok(ticks)
    }

    /// The messages that are told of.
    fn told(&self) -> Vec<MessageRow> {
        let taken = self.taken.rows.iter().map(|(_, row)| row);
        self.risen.iter().chain(taken).cloned().collect()
    }

    /// Locks the organizations' numbers and reads what is told. Of messages that the provider took those are left out whose statuses
    /// overtook the answer.
    pub async fn look(
        &mut self,
        c: &AsyncPgConnection,
        talk: &Talk<'_>,
    ) -> Result<Shown, StoreError> {
        let (told, names) = (self.told(), self.taken.names());
        // Sent in this order, whatever budget the task has left: whoever decides about one of them alone locks so as well.
        let all = async {
            join!(
                lock_names(c, names.clone()),
                early_of(c, names.clone()),
                Shown::of(c, &told, talk),
            )
        };
        let (locked, early, shown) = tokio::task::unconstrained(all).await;
        first_cause([
            locked.as_ref().err(),
            early.as_ref().err(),
            shown.as_ref().err(),
        ])?;
        self.taken.leave_out(early?);
        shown
    }

    /// Numbers the messages whose ticks change, and makes what is written of them.
    pub fn number(
        &mut self,
        entries: &Entries<'_>,
        shown: &mut Shown,
        last: &mut Vec<Together>,
    ) -> Result<(), StoreError> {
        let Shown {
            numbers,
            ticks,
            scene,
        } = shown;
        last.push(std::mem::take(&mut self.going));
        let risen = std::mem::take(&mut self.risen);
        let mut views = std::mem::take(&mut self.views).into_iter();
        for row in &risen {
            ticks.insert(row.id, row.status()?);
        }
        let mut change = Together::default();
        let theirs = views.by_ref().take(risen.len()).collect();
        let how = Event::MessageStatusChanged;
        let told = scene.tell(risen, theirs, how, numbers, &mut change)?;
        self.rise.note(std::mem::take(&mut self.risen_by), told);
        last.push(change);

        let mut change = Together::default();
        let jobs = self.taken.jobs(entries.settles);
        if !jobs.is_empty() {
            let text = |places: &str| format!("DELETE FROM jobs WHERE id = ANY({places})");
            change.update(1, text, |statement| {
                statement.bind::<Array<BigInt>, _>(jobs)
            });
        }
        let taken = std::mem::take(&mut self.taken.rows);
        let (taken_by, taken): (Vec<usize>, Vec<MessageRow>) = taken.into_iter().unzip();
        let kept: HashSet<i64> = taken.iter().map(|row| row.id).collect();
        for row in &taken {
            ticks.insert(row.id, row.status()?);
        }
        let theirs = views.filter(|view| kept.contains(&view.id.0)).collect();
        let told = scene.tell(taken, theirs, Event::MessageSent, numbers, &mut change)?;
        self.taken.note(taken_by, told);
        last.push(change);
        Ok(())
    }

    /// Tells what became of all.
    pub fn tell(self, outcomes: &mut Outcomes) {
        outcomes.begins = self.begun;
        outcomes.settles = self.taken.results;
        outcomes.statuses = self.rise.results;
    }
}
