//! Jobs with leases and tries, and the quarantine.

use std::time::Duration;

use crate::event::Event;
use crate::model::ids::{JobId, QuarantineId};
use crate::model::job::{After, Job, Task};
use crate::model::json::Json;
use crate::model::message::Failure;
use crate::model::quarantine::{QuarantineEntry, QuarantineSource, Quarantined};
use crate::model::status::MessageStatus;
use crate::ports::store::Receipt;
use crate::testing::memory::tables::Tables;
use crate::time::Timestamp;

impl Tables {
    pub fn claim_jobs(&mut self, limit: u32, lease: Duration) -> Vec<Job> {
        let now = self.now;
        let mut due: Vec<(Timestamp, JobId)> = self
            .jobs
            .iter()
            .filter(|(_, row)| row.run_at <= now)
            .map(|(id, row)| (row.run_at, *id))
            .collect();
        due.sort();
        due.truncate(limit as usize);
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

    pub fn next_job_at(&self) -> Option<Timestamp> {
        self.jobs.values().map(|row| row.run_at).min()
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
