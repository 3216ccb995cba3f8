//! Things to do: stored with the change that they follow from, claimed for a while, tried by a schedule.

use std::sync::Arc;
use std::time::Duration;

use actors::event::{Audience, Event};
use actors::figure;
use actors::model::ids::{JobId, OrganizationId, QuarantineId, SessionId};
use actors::model::job::{After, Job, MAX_HOLD, PutOff, Task};
use actors::model::json::Json;
use actors::model::quarantine::{QuarantineSource, Quarantined};
use actors::ports::store::{Receipt, StoreError};
use actors::time::Timestamp;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Timestamp as SqlTimestamp};
use diesel_async::RunQueryDsl;

use super::db::{Conn, boxed, refused};
use super::kept::kept;
use super::schema::{jobs, quarantine};
use super::{Store, Unscoped, attempt, event, field};
use crate::{in_tx, insert_all, lock_first, with_conn};

/// A job as it lies in the database.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, QueryableByName)]
#[diesel(table_name = jobs)]
pub(crate) struct JobRow {
    pub id: i64,
    pub organization_id: i64,
    pub kind: String,
    pub payload: String,
    pub run_at: NaiveDateTime,
    pub claimed_by: Option<i64>,
    pub tries: i64,
    pub last_error: Option<String>,
    pub created_at: NaiveDateTime,
    /// The number that a message is sent from.
    pub line: Option<i64>,
}

impl JobRow {
    /// The row of a task that is due at `run_at`.
    pub fn of(
        store: &Store,
        organization: OrganizationId,
        task: &Task,
        run_at: Timestamp,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            id: store.next_id(),
            organization_id: organization.0,
            kind: task.name().to_owned(),
            payload: field::write(task)?,
            run_at: run_at.naive(),
            claimed_by: None,
            tries: 0,
            last_error: None,
            created_at: Timestamp::now().naive(),
            line: line_of(task),
        })
    }

    fn job(self) -> Result<Job, StoreError> {
        Ok(Job {
            id: JobId(self.id),
            organization: OrganizationId(self.organization_id),
            task: field::read(&self.payload)?,
            tries: i32::try_from(self.tries).unwrap_or(i32::MAX),
            created_at: field::instant(self.created_at),
        })
    }
}

/// The number that a task sends from.
fn line_of(task: &Task) -> Option<i64> {
    match task {
        Task::SendMessage { session, .. } => Some(session.0),
        _ => None,
    }
}

/// Stores tasks in the present transaction.
pub(crate) async fn enqueue(
    conn: &mut Conn,
    store: &Store,
    organization: OrganizationId,
    tasks: &[Task],
    run_at: Timestamp,
) -> Result<(), StoreError> {
    let rows = tasks
        .iter()
        .map(|task| JobRow::of(store, organization, task, run_at))
        .collect::<Result<Vec<_>, _>>()?;
    insert_all!(conn, jobs::table, rows)
}

/// Deletes a job in the present transaction.
pub(crate) async fn remove(conn: &mut Conn, job: JobId) -> Result<(), StoreError> {
    with_conn!(conn, |c| diesel::delete(jobs::table.find(job.0))
        .execute(c)
        .await)?;
    Ok(())
}

/// The jobs that these nodes have in hand are anybody's.
pub(super) async fn free(conn: &mut Conn, nodes: &[i64], now: Timestamp) -> Result<(), StoreError> {
    let update = diesel::update(jobs::table.filter(jobs::claimed_by.eq_any(nodes))).set((
        jobs::claimed_by.eq(None::<i64>),
        jobs::run_at.eq(now.naive()),
    ));
    with_conn!(conn, |c| update.execute(c).await)?;
    Ok(())
}

/// Makes a claimed job due again in the present transaction.
pub(crate) async fn put_back(
    conn: &mut Conn,
    job: JobId,
    at: Timestamp,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    let update = kept(diesel::update(jobs::table.find(job.0)).set((
        jobs::run_at.eq(at.naive()),
        jobs::claimed_by.eq(None::<i64>),
        jobs::last_error.eq(reason),
    )));
    with_conn!(conn, |c| update.execute(c).await)?;
    Ok(())
}

/// Puts something aside in the present transaction.
pub(crate) async fn set_aside(
    conn: &mut Conn,
    store: &Store,
    entry: &Quarantined,
) -> Result<Arc<actors::event::Envelope>, StoreError> {
    let id = QuarantineId(store.next_id());
    let source = match entry.source {
        QuarantineSource::Webhook => "webhook",
        QuarantineSource::Job => "job",
    };
    let session = entry.session.map(|SessionId(id)| id);
    with_conn!(conn, |c| diesel::insert_into(quarantine::table)
        .values((
            quarantine::id.eq(id.0),
            quarantine::organization_id.eq(entry.organization.0),
            quarantine::session_id.eq(session),
            quarantine::source.eq(source),
            quarantine::reason.eq(&entry.reason),
            quarantine::tries.eq(i64::from(entry.tries)),
            quarantine::payload.eq(&entry.payload),
            quarantine::received_at.eq(Timestamp::now().naive()),
        ))
        .execute(c)
        .await)?;
    metrics::counter!(figure::QUARANTINED_TOTAL, "source" => source).increment(1);
    let told = serde_json::json!({"id": id, "source": source, "reason": entry.reason});
    event::append(
        conn,
        entry.organization,
        Audience::Admins,
        Event::QuarantineAdded(Json::from(told)),
    )
    .await
}

const CLAIM_SQLITE: &str = "UPDATE jobs SET run_at = ?1, claimed_by = ?2, tries = tries + 1 \
    WHERE id IN (SELECT id FROM jobs WHERE run_at <= ?3 ORDER BY run_at, id LIMIT ?4) RETURNING *";
const CLAIM_POSTGRES: &str = "UPDATE jobs SET run_at = $1, claimed_by = $2, tries = tries + 1 \
    WHERE id IN (SELECT id FROM jobs WHERE run_at <= $3 ORDER BY run_at, id LIMIT $4 \
    FOR UPDATE SKIP LOCKED) RETURNING *";
/// Of the numbers in `$5` and of none: each by the index, so that what waits for other nodes costs nothing. The time is
/// asked once more where the rows are locked: another node may have claimed them since.
const CLAIM_LINES: &str = "UPDATE jobs SET run_at = $1, claimed_by = $2, tries = tries + 1 \
    WHERE id IN (SELECT id FROM jobs WHERE run_at <= $3 AND id = ANY(ARRAY( \
        SELECT due.id FROM ( \
            (SELECT id, run_at FROM jobs WHERE line IS NULL AND run_at <= $3 \
                ORDER BY run_at, id LIMIT $4) \
            UNION ALL \
            SELECT j.id, j.run_at FROM UNNEST($5) AS l (line) CROSS JOIN LATERAL \
                (SELECT id, run_at FROM jobs WHERE line = l.line AND run_at <= $3 \
                    ORDER BY run_at, id LIMIT $4) AS j \
        ) AS due ORDER BY due.run_at, due.id LIMIT $4)) \
    FOR UPDATE SKIP LOCKED) RETURNING *";
const NEXT_LINES: &str = "SELECT min(due.run_at) AS run_at FROM ( \
        (SELECT run_at FROM jobs WHERE line IS NULL ORDER BY run_at, id LIMIT 1) \
        UNION ALL \
        SELECT j.run_at FROM UNNEST($1) AS l (line) CROSS JOIN LATERAL \
            (SELECT run_at FROM jobs WHERE line = l.line ORDER BY run_at, id LIMIT 1) AS j \
    ) AS due";

#[derive(QueryableByName)]
struct Next {
    #[diesel(sql_type = Nullable<SqlTimestamp>)]
    run_at: Option<NaiveDateTime>,
}

/// The condition for jobs of these numbers and of none, for SQLite, which knows no arrays. Numbers need no quotes.
fn for_lines(lines: &[SessionId]) -> String {
    let numbers: Vec<String> = lines.iter().map(|line| line.0.to_string()).collect();
    format!("(line IS NULL OR line IN ({}))", numbers.join(", "))
}

fn numbers(lines: &[SessionId]) -> Vec<i64> {
    lines.iter().map(|line| line.0).collect()
}

impl Unscoped {
    /// How many jobs are due and in nobody's hand.
    pub async fn count_due_jobs(&self, now: Timestamp) -> Result<i64, StoreError> {
        let mut conn = self.db().read().await?;
        let due: i64 = with_conn!(&mut conn, |c| jobs::table
            .filter(jobs::run_at.le(now.naive()))
            .count()
            .get_result(c)
            .await)?;
        Ok(due)
    }
}

impl Store {
    pub(super) async fn claim(
        &self,
        limit: u32,
        lease: Duration,
        lines: Option<&[SessionId]>,
    ) -> Result<Vec<Job>, StoreError> {
        let now = Timestamp::now();
        if !self.has_due_jobs(now, lines).await? {
            return Ok(Vec::new());
        }
        let mut rows: Vec<JobRow> = in_tx!(self.db(), |conn| {
            macro_rules! claim {
                ($sql:expr) => {
                    diesel::sql_query($sql)
                        .bind::<SqlTimestamp, _>((now + lease).naive())
                        .bind::<BigInt, _>(self.node())
                        .bind::<SqlTimestamp, _>(now.naive())
                        .bind::<BigInt, _>(i64::from(limit))
                };
            }
            // Two nodes must not wait for each other's claims, which only PostgreSQL has words for.
            match (conn, lines) {
                (Conn::Sqlite(object), None) => {
                    let claim = kept(claim!(CLAIM_SQLITE));
                    boxed(claim.load(&mut **object)).await
                }
                (Conn::Sqlite(object), Some(lines)) => {
                    let mine = for_lines(lines);
                    let sql = CLAIM_SQLITE.replace(" ORDER BY", &format!(" AND {mine} ORDER BY"));
                    boxed(claim!(sql).load(&mut **object)).await
                }
                (Conn::Postgres(object), None) => {
                    let claim = kept(claim!(CLAIM_POSTGRES));
                    boxed(claim.load(&mut **object)).await
                }
                (Conn::Postgres(object), Some(lines)) => {
                    let claim = claim!(CLAIM_LINES).bind::<Array<BigInt>, _>(numbers(lines));
                    boxed(kept(claim).load(&mut **object)).await
                }
            }
            .map_err(refused)
        })?;
        // In the order in which they were asked for, which is the order of a conversation's messages.
        rows.sort_by_key(|row| row.id);
        // What a node of a later version left is for that one, when this claim ends; the others are done.
        let readable = rows.into_iter().filter_map(|row| {
            let (id, kind) = (row.id, row.kind.clone());
            row.job()
                .inspect_err(|error| {
                    tracing::error!(job.id = id, kind, %error, "a job can't be read by this version");
                })
                .ok()
        });
        Ok(readable.collect())
    }

    pub(super) async fn put_off_jobs(
        &self,
        session: SessionId,
        limit: u32,
    ) -> Result<Vec<PutOff>, StoreError> {
        let mut conn = self.db().read().await?;
        let soon = Timestamp::now() + MAX_HOLD;
        let later = jobs::table
            .filter(jobs::line.eq(session.0))
            .filter(jobs::claimed_by.is_null())
            .filter(jobs::tries.eq(0).or(jobs::run_at.le(soon.naive())))
            .order((jobs::run_at, jobs::id))
            .limit(i64::from(limit))
            .select((jobs::id, jobs::payload, jobs::run_at));
        let rows: Vec<(i64, String, NaiveDateTime)> =
            with_conn!(&mut conn, |c| later.load(c).await)?;
        let put_off = rows.into_iter().filter_map(|(id, payload, run_at)| {
            // What a later version left is read by that one.
            let task: Task = field::read(&payload).ok()?;
            let Task::SendMessage {
                conversation,
                priority,
                ..
            } = task
            else {
                return None;
            };
            Some(PutOff {
                job: JobId(id),
                conversation,
                priority,
                until: field::instant(run_at),
            })
        });
        Ok(put_off.collect())
    }

    /// A look at the index, so that an idle node does not write.
    async fn has_due_jobs(
        &self,
        now: Timestamp,
        lines: Option<&[SessionId]>,
    ) -> Result<bool, StoreError> {
        Ok(self.next_job(lines).await?.is_some_and(|at| at <= now))
    }

    pub(super) async fn next_job(
        &self,
        lines: Option<&[SessionId]>,
    ) -> Result<Option<Timestamp>, StoreError> {
        let mut conn = self.db().read().await?;
        let next: Option<NaiveDateTime> = match (&mut conn, lines) {
            (conn, None) => with_conn!(conn, |c| jobs::table
                .select(jobs::run_at)
                .order(jobs::run_at)
                .first(c)
                .await
                .optional())?,
            (Conn::Sqlite(object), Some(lines)) => {
                let mine = for_lines(lines);
                let next = format!("SELECT min(run_at) AS run_at FROM jobs WHERE {mine}");
                let next = boxed(diesel::sql_query(next).get_result(&mut **object)).await;
                next.map(|next: Next| next.run_at).map_err(refused)?
            }
            (Conn::Postgres(object), Some(lines)) => {
                let next = diesel::sql_query(NEXT_LINES).bind::<Array<BigInt>, _>(numbers(lines));
                let next = boxed(kept(next).get_result(&mut **object)).await;
                next.map(|next: Next| next.run_at).map_err(refused)?
            }
        };
        Ok(field::instant_opt(next))
    }

    pub(super) async fn finish(&self, job: &Job, after: After) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            // Before the job, as everybody who ends a message does.
            if let (After::GiveUp { .. }, Task::SendMessage { message, .. }) = (&after, &job.task) {
                attempt::lock_message(conn, message.0).await?;
            }
            let held = lock_first!(
                conn,
                jobs::table
                    .filter(jobs::id.eq(job.id.0))
                    .select(jobs::tries)
            )?;
            // Gone, or claimed by somebody else since: its end is theirs to tell.
            if held != Some(i64::from(job.tries)) {
                return Ok(Receipt::default());
            }
            match after {
                After::Done => {
                    remove(conn, job.id).await?;
                    Ok(Receipt::default())
                }
                After::Retry { at, reason } => {
                    put_back(conn, job.id, at, Some(&reason)).await?;
                    Ok(Receipt::default())
                }
                After::Later { at, reason } => {
                    put_back(conn, job.id, at, Some(&reason)).await?;
                    // A node of an older version does not say which number a message is sent from.
                    with_conn!(conn, |c| diesel::update(jobs::table.find(job.id.0))
                        .set((
                            jobs::tries.eq(jobs::tries - 1),
                            jobs::line.eq(line_of(&job.task)),
                        ))
                        .execute(c)
                        .await)?;
                    Ok(Receipt::default())
                }
                After::GiveUp { reason } => self.give_up(conn, job, reason).await,
            }
        })
    }

    async fn give_up(
        &self,
        conn: &mut Conn,
        job: &Job,
        reason: String,
    ) -> Result<Receipt, StoreError> {
        remove(conn, job.id).await?;
        let entry = Quarantined {
            organization: job.organization,
            session: job.task.session(),
            source: QuarantineSource::Job,
            reason,
            tries: job.tries,
            payload: field::write(&job.task)?.into_bytes(),
        };
        let mut envelopes = vec![set_aside(conn, self, &entry).await?];
        if let Task::SendMessage { message, .. } = &job.task {
            envelopes.extend(attempt::give_up(conn, *message).await?);
        }
        Ok(Receipt {
            envelopes,
            jobs: false,
        })
    }

    pub(super) async fn release(&self) -> Result<(), StoreError> {
        let now = Timestamp::now();
        in_tx!(self.db(), |conn| { free(conn, &[self.node()], now).await })
    }

    pub(super) async fn put_in_quarantine(
        &self,
        entry: &Quarantined,
    ) -> Result<Receipt, StoreError> {
        in_tx!(self.db(), |conn| {
            let envelope = set_aside(conn, self, entry).await?;
            Ok(Receipt {
                envelopes: vec![envelope],
                jobs: false,
            })
        })
    }
}
