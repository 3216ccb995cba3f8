//! Jobs with leases and tries, and the quarantine.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::event::Event;
use crate::model::ids::{JobId, QuarantineId, SessionId};
use crate::model::job::{After, Job, MAX_HOLD, PutOff, Task};
use crate::model::json::Json;
use crate::model::message::Failure;
use crate::model::quarantine::{QuarantineEntry, QuarantineSource, Quarantined};
use crate::model::status::MessageStatus;
use crate::ports::store::Receipt;
use crate::testing::memory::tables::{JobRow, Tables};
use crate::time::Timestamp;

/// The number that a job sends for.
fn line_of(row: &JobRow) -> Option<SessionId> {
    match row.task {
        Task::SendMessage { session, .. } => Some(session),
        _ => None,
    }
}

fn is_for(row: &JobRow, lines: Option<&[SessionId]>) -> bool {
    let line = line_of(row);
    lines.is_none_or(|lines| line.is_none_or(|line| lines.contains(&line)))
}

impl Tables {
    pub fn claim_jobs(
        &mut self,
        limit: u32,
        lease: Duration,
        lines: Option<&[SessionId]>,
    ) -> Vec<Job> {
        let now = self.now;
        let mut due: Vec<(Timestamp, JobId)> = self
            .jobs
            .iter()
            .filter(|(_, row)| row.run_at <= now && is_for(row, lines))
            .map(|(id, row)| (row.run_at, *id))
            .collect();
        due.sort();
        due.truncate(limit as usize);
        // In the order in which they were asked for, as the real ones do.
        due.sort_by_key(|(_, id)| *id);
        let end = self.end_of(lease);
        let mut claimed = Vec::new();
        for (_, id) in due {
            let row = self.jobs.get_mut(&id).unwrap();
            row.tries += 1;
            row.claimed = true;
            row.run_at = end;
            claimed.push(Job {
                id,
                organization: row.organization,
                task: row.task.clone(),
                tries: row.tries,
                created_at: row.created_at,
            });
        }
        claimed
    }

    pub fn finish_job(&mut self, job: &Job, after: After) -> Receipt {
        let mut receipt = Receipt::default();
        let Some(row) = self.jobs.get_mut(&job.id) else {
            return receipt;
        };
        if row.tries != job.tries || !row.claimed {
            return receipt;
        }
        match after {
            After::Done => {
                self.jobs.remove(&job.id);
            }
            After::Retry { at, .. } => (row.run_at, row.claimed) = (at, false),
            After::Later { at, .. } => {
                (row.run_at, row.claimed) = (at, false);
                row.tries -= 1;
            }
            After::GiveUp { reason } => {
                self.jobs.remove(&job.id);
                receipt = self.quarantine(Quarantined {
                    organization: job.organization,
                    session: None,
                    source: QuarantineSource::Job,
                    reason,
                    tries: job.tries,
                    payload: serde_json::to_vec(&job.task).unwrap(),
                });
                self.end_message(job, &mut receipt);
            }
        }
        receipt
    }

    /// A message whose job was given up does not stay in the line.
    fn end_message(&mut self, job: &Job, receipt: &mut Receipt) {
        let Task::SendMessage { message, .. } = job.task else {
            return;
        };
        let (status, failure) = match self.messages[&message].message.status {
            MessageStatus::Sending => (MessageStatus::Unknown, None),
            _ => (
                MessageStatus::Failed,
                Some(Failure {
                    code: 0,
                    title: "Sending was given up".to_owned(),
                    advice: "Send it again, or ask an admin to look into the quarantine."
                        .to_owned(),
                }),
            ),
        };
        self.rise(
            message,
            status,
            failure,
            Event::MessageStatusChanged,
            receipt,
        );
    }

    pub fn release_jobs(&mut self) {
        let now = self.now;
        for row in self.jobs.values_mut().filter(|row| row.claimed) {
            (row.run_at, row.claimed) = (now, false);
        }
    }

    pub fn next_job_at(&self, lines: Option<&[SessionId]>) -> Option<Timestamp> {
        let mine = self.jobs.values().filter(|row| is_for(row, lines));
        mine.map(|row| row.run_at).min()
    }

    pub fn put_off(&self, of: SessionId, limit: u32) -> Vec<PutOff> {
        let is_waited_for = |row: &JobRow| row.tries == 0 || row.run_at <= self.now + MAX_HOLD;
        let later = self.jobs.iter().filter_map(|(job, row)| match row.task {
            Task::SendMessage {
                session,
                conversation,
                priority,
                ..
            } if session == of && !row.claimed && is_waited_for(row) => Some(PutOff {
                job: *job,
                conversation,
                priority,
                until: row.run_at,
            }),
            _ => None,
        });
        let mut later: Vec<PutOff> = later.collect();
        later.sort_by_key(|one| (one.until, one.job));
        later.truncate(limit as usize);
        later
    }

    pub fn waiting_lines(&self) -> Vec<SessionId> {
        let lines: BTreeSet<SessionId> = self.jobs.values().filter_map(line_of).collect();
        lines.into_iter().collect()
    }

    pub fn take_line(&mut self, life: i64, session: SessionId) -> Option<i64> {
        let (holder, epoch) = self.leases.get(&session).copied().unwrap_or_default();
        if holder == life {
            return Some(epoch);
        }
        if holder != 0 && !self.dead.contains(&holder) {
            return None;
        }
        self.leases.insert(session, (life, epoch + 1));
        Some(epoch + 1)
    }

    pub fn release_lines(&mut self, life: i64, sessions: &[SessionId]) {
        for session in sessions {
            if let Some((holder, _)) = self.leases.get_mut(session)
                && *holder == life
            {
                *holder = 0;
            }
        }
    }

    pub fn quarantine(&mut self, entry: Quarantined) -> Receipt {
        let payload = String::from_utf8_lossy(&entry.payload).into_owned();
        let payload = Json::parse(payload.clone()).unwrap_or_else(|_| Json::of(&payload).unwrap());
        let kept = QuarantineEntry {
            id: QuarantineId(self.fresh()),
            reason: entry.reason,
            source: entry.source,
            session_id: entry.session,
            received_at: self.now,
            tries: entry.tries,
            payload,
            resolved_at: None,
        };
        let told = Event::QuarantineAdded(Json::of(&kept).unwrap());
        let organization = entry.organization;
        self.organizations
            .entry(organization)
            .or_default()
            .quarantine
            .push(kept);
        let mut receipt = Receipt::default();
        let seq = self.next_seq(organization);
        self.tell(organization, seq, told, None, &mut receipt);
        receipt
    }
}
