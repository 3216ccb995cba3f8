//! An agent's socket: it watches the inbox and the conversation that is open, and comes back when it is cut.

use std::sync::Arc;
use std::time::Instant;

use anyhow::bail;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::Message;

use super::socket::{COME_BACK, SILENCE, Socket, connect};
use super::tally::Tally;

/// Conversations that an agent opens before its socket has heard of the first.
const WAITING: usize = 8;

/// Where the agent says what it looks at.
pub struct Seat {
    open: mpsc::Sender<Option<String>>,
}

struct Sitter {
    url: String,
    token: String,
    tally: Arc<Tally>,
    /// The conversation that is looked at.
    looks_at: Option<String>,
}

impl Seat {
    /// Sits down until `end`.
    pub fn take(url: String, token: String, tally: Arc<Tally>, end: watch::Receiver<bool>) -> Self {
        let (open, opened) = mpsc::channel(WAITING);
        let sitter = Sitter {
            url,
            token,
            tally,
            looks_at: None,
        };
        tokio::spawn(sitter.sit(opened, end));
        Self { open }
    }

    /// Looks at a conversation, or at none.
    pub async fn look_at(&self, conversation: Option<&str>) {
        // The socket ends before its agent only when the run does.
        let _ = self.open.send(conversation.map(str::to_owned)).await;
    }
}

impl Sitter {
    async fn sit(
        mut self,
        mut opened: mpsc::Receiver<Option<String>>,
        mut end: watch::Receiver<bool>,
    ) {
        loop {
            tokio::select! {
                outcome = self.session(&mut opened) => {
                    if let Err(error) = outcome {
                        tracing::debug!(%error, "an agent's socket was cut");
                    }
                }
                _ = end.wait_for(|end| *end) => return,
            }
            self.tally.reconnected();
            tokio::select! {
                () = tokio::time::sleep(COME_BACK) => {}
                _ = end.wait_for(|end| *end) => return,
            }
        }
    }

    async fn session(&mut self, opened: &mut mpsc::Receiver<Option<String>>) -> anyhow::Result<()> {
        let mut socket = connect(&self.url, &self.token, None).await?;
        say(&mut socket, "subscribe", &["inbox".to_owned()]).await?;
        if let Some(conversation) = self.looks_at.clone() {
            say(&mut socket, "subscribe", &[topic(&conversation)]).await?;
        }
        let mut is_taken = true;
        loop {
            tokio::select! {
                next = opened.recv(), if is_taken => match next {
                    Some(next) => self.turn(&mut socket, next).await?,
                    // The agent went home; its last answers may still show.
                    None => is_taken = false,
                },
                message = tokio::time::timeout(SILENCE, socket.next()) => match message {
                    Err(_) => bail!("nothing came for {} s", SILENCE.as_secs()),
                    Ok(None) => bail!("closed by the hub"),
                    Ok(Some(message)) => self.hear(message?)?,
                },
            }
        }
    }

    async fn turn(&mut self, socket: &mut Socket, next: Option<String>) -> anyhow::Result<()> {
        let before = std::mem::replace(&mut self.looks_at, next);
        if let Some(conversation) = before {
            say(socket, "unsubscribe", &[topic(&conversation)]).await?;
        }
        if let Some(conversation) = &self.looks_at {
            say(socket, "subscribe", &[topic(conversation)]).await?;
        }
        Ok(())
    }

    fn hear(&self, message: Message) -> anyhow::Result<()> {
        let at = Instant::now();
        match message {
            Message::Text(text) if text.starts_with(r#"{"type":"rows""#) => self.tally.rows(),
            Message::Text(text) if text.starts_with(r#"{"type":"events""#) => {
                let keys = answers(&text);
                self.tally.events(keys.len() as u64);
                for key in keys.iter().flatten() {
                    self.tally.shown(key, at);
                }
            }
            Message::Text(text) if text.starts_with(r#"{"type":"error""#) => {
                self.tally.failed("socket", &text, true);
            }
            Message::Close(frame) => bail!(
                "closed with {}",
                frame.map_or_else(|| "no code".to_owned(), |frame| frame.code.to_string())
            ),
            _ => {}
        }
        Ok(())
    }
}

fn topic(conversation: &str) -> String {
    format!("conversation:{conversation}")
}

async fn say(socket: &mut Socket, what: &str, topics: &[String]) -> anyhow::Result<()> {
    let frame = json!({"type": what, "topics": topics});
    Ok(socket.send(Message::text(frame.to_string())).await?)
}

/// For each event of a frame the key of the answer that it shows, if it shows one.
fn answers(frame: &str) -> Vec<Option<String>> {
    let frame: Value = serde_json::from_str(frame).unwrap_or_default();
    let events = frame["events"].as_array().into_iter().flatten();
    events
        .map(|event| {
            event
                .pointer("/data/client_key")?
                .as_str()
                .map(str::to_owned)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_known_by_their_key() {
        let frame = r#"{"type":"events","cursor":"1.2","events":[{"seq":1,"type":"message.queued","data":{"client_key":"lt-1"}},{"seq":2,"type":"message.received","data":{"id":"msg_1","client_key":null}}]}"#;
        assert_eq!(answers(frame), [Some("lt-1".to_owned()), None]);
        assert!(answers("nonsense").is_empty());
    }
}
