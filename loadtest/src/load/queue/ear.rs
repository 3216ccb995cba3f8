//! A socket that comes back with its cursor when it is cut, with the pauses of the dashboard.

use std::time::{Duration, Instant};

use anyhow::bail;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::Message;

use crate::load::socket::{SILENCE, Socket, connect};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// A connection that held so long was a good one: the next trouble starts with a short pause.
const STABLE: Duration = Duration::from_secs(10);

/// Who listens.
pub trait Listener: Send {
    /// What is looked at all the time.
    fn topics(&self) -> Vec<String>;

    /// A frame came.
    fn hear(&mut self, frame: &str, at: Instant);

    /// It is subscribed, for the first time or again.
    fn subscribed(&mut self) {}
}

/// What the socket is to say.
pub enum Say {
    /// This conversation is open on the screen.
    Look(String),
    LookAway(String),
}

/// Where it connects, and as whom.
#[derive(Clone)]
pub struct Door {
    pub url: String,
    pub token: String,
}

/// How it went.
#[derive(Clone, Debug, Default)]
pub struct Ears {
    pub reconnects: u64,
    /// The hub asked to load again: something was missed for good.
    pub reloads: u64,
    /// Topics that the hub refused.
    pub refused: u64,
}

impl Ears {
    /// Adds another socket's.
    pub const fn add(&mut self, other: &Self) {
        self.reconnects += other.reconnects;
        self.reloads += other.reloads;
        self.refused += other.refused;
    }
}

struct Ear {
    door: Door,
    cursor: Option<String>,
    open: Vec<String>,
    ears: Ears,
}

/// Listens until `end`; gives the listener back.
pub async fn listen<L: Listener>(
    door: Door,
    mut listener: L,
    mut says: mpsc::Receiver<Say>,
    mut end: watch::Receiver<bool>,
) -> (L, Ears) {
    let mut ear = Ear {
        door,
        cursor: None,
        open: Vec::new(),
        ears: Ears::default(),
    };
    let mut attempts = 0;
    loop {
        let begin = Instant::now();
        tokio::select! {
            outcome = ear.session(&mut listener, &mut says) => {
                if let Err(error) = outcome {
                    tracing::debug!(error = format!("{error:#}"), "a socket was cut");
                }
            }
            _ = end.wait_for(|end| *end) => break,
        }
        ear.ears.reconnects += 1;
        attempts = if begin.elapsed() > STABLE {
            0
        } else {
            attempts + 1
        };
        tokio::select! {
            () = tokio::time::sleep(pause(attempts)) => {}
            _ = end.wait_for(|end| *end) => break,
        }
    }
    (listener, ear.ears)
}

/// Half fixed, half random, so that not everybody comes back in the same moment.
fn pause(attempts: u32) -> Duration {
    let ceiling = FIRST_PAUSE * 2_u32.saturating_pow(attempts.min(8));
    let half = ceiling.min(LONGEST_PAUSE) / 2;
    half + half.mul_f64(rand::random())
}

impl Ear {
    async fn session(
        &mut self,
        listener: &mut impl Listener,
        says: &mut mpsc::Receiver<Say>,
    ) -> anyhow::Result<()> {
        let mut socket = connect(&self.door.url, &self.door.token, None).await?;
        let mut topics = listener.topics();
        topics.extend(self.open.iter().map(|id| topic(id)));
        self.subscribe(&mut socket, &topics).await?;
        let mut may_say = true;
        loop {
            tokio::select! {
                say = says.recv(), if may_say => match say {
                    Some(say) => self.say(&mut socket, say).await?,
                    None => may_say = false,
                },
                message = tokio::time::timeout(SILENCE, socket.next()) => match message {
                    Err(_) => bail!("nothing came for {} s", SILENCE.as_secs()),
                    Ok(None) => bail!("closed by the hub"),
                    Ok(Some(message)) => self.take(message?, listener)?,
                },
            }
        }
    }

    fn take(&mut self, message: Message, listener: &mut impl Listener) -> anyhow::Result<()> {
        let at = Instant::now();
        let text = match message {
            Message::Text(text) => text,
            Message::Close(frame) => bail!(
                "closed with {}",
                frame.map_or_else(|| "no code".to_owned(), |frame| frame.code.to_string())
            ),
            _ => return Ok(()),
        };
        let is = |kind: &str| text[r#"{"type":""#.len().min(text.len())..].starts_with(kind);
        if is("subscribed\"") {
            // The first one only: later ones answer for conversations.
            if !text.contains(r#""refused":[]"#) {
                self.ears.refused += 1;
            }
            self.cursor = self.cursor.take().or_else(|| cursor(&text));
            if listener.topics().iter().any(|topic| text.contains(topic)) {
                listener.subscribed();
            }
        } else if ["events\"", "rows\"", "beat\"", "reload\""]
            .iter()
            .any(|kind| is(kind))
        {
            self.ears.reloads += u64::from(is("reload\""));
            self.cursor = cursor(&text).or(self.cursor.take());
        } else if is("error\"") {
            bail!("the hub says {text}");
        }
        listener.hear(&text, at);
        Ok(())
    }

    async fn say(&mut self, socket: &mut Socket, say: Say) -> anyhow::Result<()> {
        match say {
            Say::Look(id) => {
                self.open.push(id.clone());
                self.subscribe(socket, &[topic(&id)]).await?;
                let there = json!({"type": "presence", "conversation": id, "activity": "viewing"});
                send(socket, &there).await
            }
            Say::LookAway(id) => {
                self.open.retain(|open| *open != id);
                let away = json!({"type": "unsubscribe", "topics": [topic(&id)]});
                send(socket, &away).await?;
                let there = json!({"type": "presence", "conversation": self.open.last()});
                send(socket, &there).await
            }
        }
    }

    async fn subscribe(&self, socket: &mut Socket, topics: &[String]) -> anyhow::Result<()> {
        let mut frame = json!({"type": "subscribe", "topics": topics});
        if let Some(since) = &self.cursor {
            frame["since"] = since.clone().into();
        }
        send(socket, &frame).await
    }
}

async fn send(socket: &mut Socket, frame: &Value) -> anyhow::Result<()> {
    Ok(socket.send(Message::text(frame.to_string())).await?)
}

fn topic(conversation: &str) -> String {
    format!("conversation:{conversation}")
}

/// The place that a frame tells, `epoch.seq`.
fn cursor(frame: &str) -> Option<String> {
    const CURSOR: &str = r#""cursor":""#;
    let rest = &frame[frame.find(CURSOR)? + CURSOR.len()..];
    rest.split('"').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Quiet(u32);

    impl Listener for Quiet {
        fn topics(&self) -> Vec<String> {
            vec!["inbox".to_owned()]
        }

        fn hear(&mut self, _: &str, _: Instant) {}

        fn subscribed(&mut self) {
            self.0 += 1;
        }
    }

    #[test]
    fn the_cursor_moves_with_what_was_told_and_not_with_answers() {
        let mut ear = Ear {
            door: Door {
                url: String::new(),
                token: String::new(),
            },
            cursor: None,
            open: Vec::new(),
            ears: Ears::default(),
        };
        let mut listener = Quiet(0);
        let mut at = |text: &str| {
            ear.take(Message::text(text), &mut listener).unwrap();
            ear.cursor.clone().unwrap()
        };
        let first = r#"{"type":"subscribed","topics":["inbox"],"refused":[],"cursor":"1.5"}"#;
        assert_eq!(at(first), "1.5");
        assert_eq!(at(r#"{"type":"rows","cursor":"1.7","rows":[]}"#), "1.7");
        let later =
            r#"{"type":"subscribed","topics":["conversation:cnv_1"],"refused":[],"cursor":"1.6"}"#;
        assert_eq!(at(later), "1.7");
        assert_eq!(at(r#"{"type":"beat","cursor":"1.9"}"#), "1.9");
        assert_eq!(listener.0, 1);
    }

    #[test]
    fn pauses_grow_and_have_an_end() {
        assert!((250..=500).contains(&pause(0).as_millis()));
        assert!((7_500..=15_000).contains(&pause(30).as_millis()));
    }
}
