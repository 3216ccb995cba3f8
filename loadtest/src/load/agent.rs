//! An agent at work: looks through the inbox, opens a conversation, reads, answers, hands it on or closes it, with the
//! pauses of a person in between.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::Rng;
use rand::rngs::SmallRng;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::pause::pause;
use super::rest::{Answer, Rest};
use super::seat::Seat;
use super::tally::Tally;

/// An agent goes on when its answer does not show within this time.
const PATIENCE: Duration = Duration::from_secs(5);

/// How agents work.
#[derive(Clone, Debug)]
pub struct Manner {
    /// Pauses on average: before an agent takes the next conversation, while it reads, while it writes.
    pub think: Duration,
    pub read: Duration,
    pub write: Duration,
    /// Shares of answered conversations that are handed to a colleague, and that are closed.
    pub transfer: f64,
    pub close: f64,
}

/// Who somebody is at the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub token: String,
    /// The user's id; None for an API key.
    pub user: Option<String>,
}

/// An agent.
pub struct Agent {
    /// Begins the keys of its answers.
    pub name: String,
    pub account: Account,
    /// The ids of the users that conversations are handed to.
    pub colleagues: Arc<[String]>,
    pub manner: Manner,
    pub chance: SmallRng,
    pub tally: Arc<Tally>,
    pub rest: Rest,
    pub seat: Seat,
    /// Tells when it is time to go home.
    pub stop: watch::Receiver<bool>,
}

impl Agent {
    /// Works until it is told to stop: then the request that has begun is the last one.
    pub async fn work(mut self, first: Instant) {
        let mut turn = 0_u64;
        tokio::select! {
            () = tokio::time::sleep_until(first.into()) => {}
            _ = self.stop.wait_for(|stop| *stop) => return,
        }
        while self.pause(self.manner.think).await.is_some() {
            turn += 1;
            // What went wrong is in the tally; a person goes on with the next conversation.
            if self.turn(turn).await.is_some() {
                self.seat.look_at(None).await;
            }
        }
    }

    async fn turn(&mut self, turn: u64) -> Option<()> {
        let inbox = self
            .ask(
                "list",
                "GET",
                "/api/v1/conversations?status=open&limit=30",
                "",
            )
            .await?;
        let chosen = self.choose(inbox["data"].as_array()?)?.to_owned();
        let path = format!("/api/v1/conversations/{chosen}");
        self.seat.look_at(Some(&chosen)).await;
        self.ask("open", "GET", &format!("{path}/messages?limit=50"), "")
            .await?;
        self.ask("read", "POST", &format!("{path}/read"), "")
            .await?;
        if let Some(me) = self.account.user.clone() {
            let body = json!({"assignee_id": me}).to_string();
            self.ask("assign", "PATCH", &path, &body).await?;
        }
        self.pause(self.manner.read).await?;
        self.pause(self.manner.write).await?;
        self.answer(&path, turn).await?;
        self.finish(&path).await
    }

    /// A conversation of its own or of nobody where somebody waits; else any.
    fn choose<'a>(&mut self, inbox: &'a [Value]) -> Option<&'a str> {
        let me = self.account.user.as_deref();
        let is_mine = |conversation: &&Value| {
            let assignee = conversation.pointer("/assignee/id").and_then(Value::as_str);
            conversation["unread"].as_u64() > Some(0) && (assignee.is_none() || assignee == me)
        };
        let mine: Vec<&Value> = inbox.iter().filter(is_mine).collect();
        let all: Vec<&Value> = match mine.is_empty() {
            true => inbox.iter().collect(),
            false => mine,
        };
        if all.is_empty() {
            return None;
        }
        all[self.chance.random_range(0..all.len())]["id"].as_str()
    }

    async fn answer(&mut self, path: &str, turn: u64) -> Option<()> {
        let key = format!("{}-{turn}", self.name);
        let text = format!(
            "Answer {turn} of a load, as long as agents write them on average, or a little longer."
        );
        let body = json!({"type": "text", "text": {"body": text}}).to_string();
        let begin = Instant::now();
        self.tally.answered(key.clone(), begin);
        let answer = self
            .rest
            .ask("POST", &format!("{path}/messages"), Some(&key), &body)
            .await;
        let is_good = answer.as_ref().is_ok_and(Answer::is_good);
        if !is_good {
            self.tally.refused(&key);
        }
        self.note("answer", begin, answer)?;
        // Nobody leaves before the answer stands there.
        self.tally.until_shown(&key, PATIENCE).await;
        Some(())
    }

    async fn finish(&mut self, path: &str) -> Option<()> {
        let fate = self.chance.random::<f64>();
        if fate < self.manner.transfer && !self.colleagues.is_empty() {
            let to = &self.colleagues[self.chance.random_range(0..self.colleagues.len())];
            let body = json!({"assignee_id": to}).to_string();
            self.ask("transfer", "PATCH", path, &body).await?;
        } else if fate < self.manner.transfer + self.manner.close {
            self.ask("close", "PATCH", path, r#"{"status":"closed"}"#)
                .await?;
        }
        Some(())
    }

    async fn ask(
        &mut self,
        action: &'static str,
        method: &str,
        path: &str,
        body: &str,
    ) -> Option<Value> {
        let begin = Instant::now();
        let answer = self.rest.ask(method, path, None, body).await;
        self.note(action, begin, answer)
    }

    fn note(
        &self,
        action: &'static str,
        begin: Instant,
        answer: std::io::Result<Answer>,
    ) -> Option<Value> {
        match answer {
            Ok(answer) if answer.is_good() => {
                self.tally.done(action, begin.elapsed());
                Some(answer.body())
            }
            Ok(answer) => {
                self.tally
                    .failed(action, &answer.problem(), answer.status >= 500);
                None
            }
            Err(error) => {
                self.tally.failed(action, &error.kind().to_string(), true);
                None
            }
        }
    }

    /// A pause; None when it is time to go home.
    async fn pause(&mut self, mean: Duration) -> Option<()> {
        let pause = pause(mean, &mut self.chance);
        tokio::select! {
            () = tokio::time::sleep(pause) => Some(()),
            _ = self.stop.wait_for(|stop| *stop) => None,
        }
    }
}
