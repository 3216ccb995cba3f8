//! History from another system: a conversation per line of JSON, read, checked and stored while the next lines
//! are read.
//!
//! ```json
//! {"phone": "491701234567", "name": "Ann", "status": "closed", "assignee": "ben@example.org", "unread": 0,
//!  "messages": [{"direction": "inbound", "at": "2026-05-04T09:30:00Z", "text": "Hello", "id": "wamid.…"},
//!               {"direction": "outbound", "at": 1777887060, "text": "Hi Ann!", "author": "Ben"}]}
//! ```

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actors::id;
use actors::model::contact::fold_phone;
use actors::model::conversation::ConversationStatus;
use actors::model::ids::{ContactId, ConversationId, MessageId, SessionId, UserId};
use actors::model::json::Json;
use actors::model::message::{Author, AuthorKind, Direction, Message};
use actors::model::status::MessageStatus;
use actors::ports::store::StoreError;
use actors::time::Timestamp;
use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use crate::config::Config;
use crate::store::{ImportedHistory, Imports, Store, Tenant};

/// The longest line, in bytes.
const LINE: u64 = 16 * 1024 * 1024;
/// Messages that are stored together.
const BATCH: usize = 5_000;
/// Bytes of lines that are stored together.
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of one text; WhatsApp's are shorter.
const TEXT: usize = 64 * 1024;
/// Bytes of a name.
const NAME: usize = 255;
/// Batches that may wait to be stored.
const AHEAD: usize = 4;
/// Batches that PostgreSQL stores at the same time; SQLite has one writer.
const WRITERS: usize = 3;
/// Bad lines that are shown; all are counted.
const SHOWN: u64 = 20;
/// How often a batch is tried that somebody else's new contact or a busy database spoiled, and after what pause.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);
/// Over how long, from the first instant that ids can tell, messages are spread that are older.
const OLD: u64 = 30 * 24 * 60 * 60 * 1000;
/// The bits of an id that its instant leaves.
const LOW_BITS: u64 = id::LOW_BITS as u64;
/// Digits of a phone number, by E.164.
const PHONE: std::ops::RangeInclusive<usize> = 5..=15;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    phone: String,
    name: Option<String>,
    status: Option<String>,
    /// The e-mail of a user.
    assignee: Option<String>,
    #[serde(default)]
    unread: u32,
    messages: Vec<Said>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    direction: String,
    at: When,
    text: String,
    id: Option<String>,
    author: Option<String>,
}

/// A time as text (RFC 3339) or in seconds since 1970.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum When {
    Seconds(i64),
    Text(chrono::DateTime<chrono::Utc>),
}

impl When {
    fn timestamp(&self) -> anyhow::Result<Timestamp> {
        let millis = match self {
            Self::Seconds(seconds) => seconds.checked_mul(1000),
            Self::Text(text) => Some(text.timestamp_millis()),
        };
        let at = millis.map(Timestamp::from_millis);
        at.filter(|at| at.millis() > 0 && *at <= Timestamp::now())
            .context("at must be between 1970 and now")
    }
}

/// What came of an import.
#[derive(Debug, Default)]
pub struct Imported {
    pub done: Imports,
    /// Lines that were not understood.
    pub bad: u64,
}

/// Imports the lines of a file (or standard input) into the conversations of a number.
pub fn run(config: &Config, number: SessionId, file: Option<&Path>) -> anyhow::Result<()> {
    let input: Box<dyn BufRead + Send> = match file {
        Some(path) => {
            let file = std::fs::File::open(path)
                .with_context(|| format!("{} can't be read", path.display()))?;
            Box::new(std::io::BufReader::with_capacity(1 << 20, file))
        }
        None => Box::new(std::io::BufReader::with_capacity(1 << 20, std::io::stdin())),
    };
    let _folder = super::hold_folder(config)?;
    let place = super::place(config);
    let name = config.node_name.clone();
    let Imported { done, bad } = super::block_on(async move {
        let store = Store::open(&place, &name)
            .await
            .context("the database can't be opened")?;
        import(&store, number, input).await
    })?;
    println!(
        "{} conversations with {} messages were imported; {} were there already",
        done.conversations, done.messages, done.known
    );
    ensure!(bad == 0, "{bad} lines were not understood and left out");
    Ok(())
}

/// [`run`] on an open store.
pub async fn import(
    store: &Store,
    number: SessionId,
    input: Box<dyn BufRead + Send>,
) -> anyhow::Result<Imported> {
    let session = store.unscoped().load_session_state(number).await?;
    let tenant = store.tenant(
        session
            .with_context(|| format!("there is no number {number}"))?
            .organization,
    );
    let users = users(&tenant).await?;
    // Its node number stays its own for as long as it says that it lives.
    let alive = AbortOnDrop(tokio::spawn(super::node::beat_as_tool(store.clone())));
    let (batches, queue) = mpsc::channel(AHEAD);
    let reader = tokio::task::spawn_blocking(move || read(input, &users, &batches));
    let queue = Arc::new(Mutex::new(queue));
    let writers = if store.db().is_embedded() { 1 } else { WRITERS };
    let mut tasks = JoinSet::new();
    for _ in 0..writers {
        tasks.spawn(write(tenant.clone(), number, Arc::clone(&queue)));
    }
    drop(queue);
    let mut done = Imports::default();
    while let Some(written) = tasks.join_next().await {
        done += written??;
    }
    let bad = reader.await??;
    drop(alive);
    Ok(Imported { done, bad })
}

/// Ends the task with what it serves.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn users(tenant: &Tenant) -> anyhow::Result<HashMap<String, UserId>> {
    const PAGE: i64 = 200;
    let (mut users, mut after) = (HashMap::new(), None);
    loop {
        let page = tenant.list_users(after, PAGE).await?;
        after = page.last().map(|user| user.id);
        let count = page.len();
        users.extend(page.into_iter().map(|user| (user.email, user.id)));
        if i64::try_from(count).unwrap_or(0) < PAGE {
            return Ok(users);
        }
    }
}

type Batches = mpsc::Receiver<Vec<ImportedHistory>>;

async fn write(
    tenant: Tenant,
    number: SessionId,
    queue: Arc<Mutex<Batches>>,
) -> anyhow::Result<Imports> {
    let mut done = Imports::default();
    loop {
        let next = queue.lock().await.recv().await;
        let Some(mut batch) = next else {
            return Ok(done);
        };
        // In one order, so that two writers never wait for each other.
        batch.sort_by(|a, b| a.phone.cmp(&b.phone));
        let mut tries = 1;
        done += loop {
            for history in &mut batch {
                give_ids(&mut history.messages)?;
            }
            match tenant.import_histories(number, &batch).await {
                Ok(stored) => break stored,
                Err(StoreError::Conflict) if tries < TRIES => {}
                Err(StoreError::Unavailable(_)) if tries < TRIES => {
                    tokio::time::sleep(PAUSE * tries).await;
                }
                Err(error) => return Err(error.into()),
            }
            tries += 1;
        };
    }
}

/// Reads all lines; gives the number of those that were not understood.
fn read(
    mut input: Box<dyn BufRead + Send>,
    users: &HashMap<String, UserId>,
    batches: &mpsc::Sender<Vec<ImportedHistory>>,
) -> anyhow::Result<u64> {
    let (mut batch, mut messages, mut bytes, mut bad) = (Vec::new(), 0, 0, 0);
    let mut line = Vec::new();
    let mut phones = HashSet::new();
    for number in 1_u64.. {
        line.clear();
        let length = input.by_ref().take(LINE).read_until(b'\n', &mut line)?;
        if length == 0 {
            break;
        }
        if length as u64 == LINE && !line.ends_with(b"\n") {
            bail!("line {number} is longer than 16 MiB");
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let understood = understand(&line, users).and_then(|history| {
            let is_first = phones.insert(fold_phone(&history.phone));
            ensure!(
                is_first,
                "an earlier line has the same phone: a contact's messages belong into one"
            );
            Ok(history)
        });
        match understood {
            Ok(history) => {
                messages += history.messages.len();
                bytes += length;
                batch.push(history);
            }
            Err(error) => {
                bad += 1;
                if bad <= SHOWN {
                    // What the line says is not for the terminal to obey.
                    eprintln!("line {number}: {}", format!("{error:#}").escape_debug());
                }
            }
        }
        if messages >= BATCH || bytes >= BATCH_BYTES {
            (messages, bytes) = (0, 0);
            if batches.blocking_send(std::mem::take(&mut batch)).is_err() {
                // The writers gave up; they say why.
                return Ok(bad);
            }
        }
    }
    if !batch.is_empty() {
        // As above.
        let _ = batches.blocking_send(batch);
    }
    Ok(bad)
}

fn understand(line: &[u8], users: &HashMap<String, UserId>) -> anyhow::Result<ImportedHistory> {
    let line: Line = serde_json::from_slice(line)?;
    let phone: String = line.phone.chars().filter(char::is_ascii_digit).collect();
    ensure!(
        PHONE.contains(&phone.len()),
        "phone must have 5 to 15 digits"
    );
    ensure!(!line.messages.is_empty(), "messages must not be empty");
    let status = match &line.status {
        Some(status) => {
            ConversationStatus::parse(status).context("status must be open, pending or closed")?
        }
        None => ConversationStatus::Closed,
    };
    let assignee = line.assignee.as_deref().map(|email| {
        let user = users.get(&email.to_lowercase());
        user.copied()
            .with_context(|| format!("there is no user {email}"))
    });
    let name = line.name.filter(|name| !name.trim().is_empty());
    ensure!(
        name.as_deref().is_none_or(|name| is_plain(name, NAME)),
        "name must have at most 255 bytes and no character NUL"
    );
    let mut messages = Vec::with_capacity(line.messages.len());
    for (index, said) in line.messages.into_iter().enumerate() {
        let message = said.message(name.as_deref(), &phone);
        messages.push(message.with_context(|| format!("message {}", index + 1))?);
    }
    messages.sort_by_key(|message| message.created_at);
    Ok(ImportedHistory {
        name,
        phone,
        status,
        assignee: assignee.transpose()?,
        unread: i64::from(line.unread),
        messages,
    })
}

/// Gives ids that sort as the messages do, also when several are of one second, or older than ids can tell. Other
/// systems tell whole seconds: the milliseconds and the low bits are random, so that two conversations hardly ever
/// have the same id, and if they do, the next try has others.
fn give_ids(messages: &mut [Message]) -> anyhow::Result<()> {
    let mut chances = vec![0_u8; messages.len() * 8];
    getrandom::fill(&mut chances).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    let first = id::instant_of(0);
    let mut last = first;
    for (message, chance) in messages.iter_mut().zip(chances.as_chunks::<8>().0) {
        let chance = u64::from_be_bytes(*chance);
        let (low, high) = (chance & LOW_BITS, chance >> 32);
        let at = message.created_at;
        let within = match at {
            at if at <= first => high % OLD,
            at if at.millis() % 1000 == 0 => high % 1000,
            _ => 0,
        };
        let wanted = at.max(first) + Duration::from_millis(within);
        last = wanted.max(last + Duration::from_millis(1));
        message.id = MessageId(id::floor_at(last) | i64::try_from(low)?);
    }
    Ok(())
}

/// Whether it can be kept: PostgreSQL has no NUL.
fn is_plain(text: &str, longest: usize) -> bool {
    text.len() <= longest && !text.contains('\0')
}

impl Said {
    fn message(self, contact: Option<&str>, phone: &str) -> anyhow::Result<Message> {
        let direction = Direction::parse(&self.direction)
            .context("direction must be inbound, outbound or note")?;
        let at = self.at.timestamp()?;
        let is_name = |name: &str| is_plain(name, NAME);
        ensure!(
            is_plain(&self.text, TEXT),
            "text must have at most 65,536 bytes and no character NUL"
        );
        ensure!(
            self.author.as_deref().is_none_or(is_name) && self.id.as_deref().is_none_or(is_name),
            "author and id must have at most 255 bytes and no character NUL"
        );
        let provider_id = self
            .id
            .filter(|id| !id.is_empty() && direction != Direction::Note);
        let is_inbound = direction == Direction::Inbound;
        let author = Author {
            kind: if is_inbound {
                AuthorKind::Contact
            } else {
                AuthorKind::App
            },
            id: None,
            name: match is_inbound {
                true => Some(contact.unwrap_or(phone).to_owned()),
                false => self.author,
            },
        };
        Ok(Message {
            id: MessageId(0),
            seq: 0,
            conversation_id: ConversationId(0),
            contact_id: ContactId(0),
            session_id: SessionId(0),
            direction,
            kind: "text".to_owned(),
            content: Json::from(serde_json::json!({"body": &self.text})),
            text: Some(self.text),
            media: Vec::new(),
            reply_to: None,
            context: None,
            provider_id,
            // How far it got is not known; that it was sent is.
            status: match direction {
                Direction::Outbound => MessageStatus::Sent,
                _ => MessageStatus::Received,
            },
            error: None,
            author: Some(author),
            client_key: None,
            reactions: Vec::new(),
            edited_at: None,
            revoked_at: None,
            created_at: at,
            provider_timestamp: is_inbound.then_some(at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> String {
        let users = HashMap::new();
        format!("{:#}", understand(line.as_bytes(), &users).unwrap_err())
    }

    fn one(message: &str) -> String {
        format!(r#"{{"phone": "491701234567", "messages": [{message}]}}"#)
    }

    #[test]
    fn a_line_becomes_a_conversation_in_order() {
        let line = r#"{"phone": "+49 170 1234567", "name": "Ann", "messages": [
            {"direction": "outbound", "at": 1777887060, "text": "Hi Ann!", "author": "Ben"},
            {"direction": "note", "at": 1777887060, "text": "is nice"},
            {"direction": "inbound", "at": "2026-05-04T09:30:00Z", "text": "Hello", "id": "wamid.1"}]}"#;
        let history = understand(line.as_bytes(), &HashMap::new()).unwrap();
        assert_eq!(
            (history.phone.as_str(), history.status),
            ("491701234567", ConversationStatus::Closed)
        );
        let texts: Vec<_> = history
            .messages
            .iter()
            .filter_map(|message| message.text.as_deref())
            .collect();
        assert_eq!(texts, ["Hello", "Hi Ann!", "is nice"]);
        let mut messages = history.messages.clone();
        give_ids(&mut messages).unwrap();
        assert!(messages.windows(2).all(|two| two[0].id < two[1].id));
        let author = |index: usize| history.messages[index].author.clone().unwrap().name;
        assert_eq!(
            (author(0).as_deref(), author(1).as_deref()),
            (Some("Ann"), Some("Ben"))
        );
    }

    #[test]
    fn old_messages_have_ids_in_their_order_too() {
        let said = |at: i64| format!(r#"{{"direction": "inbound", "at": {at}, "text": "x"}}"#);
        let all: Vec<String> = (0..50).map(|n| said(1_400_000_000 + n / 3)).collect();
        let line = one(&all.join(","));
        let history = understand(line.as_bytes(), &HashMap::new()).unwrap();
        let mut messages = history.messages;
        give_ids(&mut messages).unwrap();
        assert!(messages.windows(2).all(|two| two[0].id < two[1].id));
        let spread = messages.iter().map(|message| message.id.0 >> 22).max();
        assert!(spread.unwrap() > 1000, "not all at the same instants");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, wanted) in [
            ("{".to_owned(), "EOF"),
            (
                r#"{"phone": "12", "messages": []}"#.to_owned(),
                "5 to 15 digits",
            ),
            (
                r#"{"phone": "491701234567", "messages": []}"#.to_owned(),
                "messages must not be empty",
            ),
            (
                one(r#"{"direction": "up", "at": 1777887060, "text": "x"}"#),
                "message 1: direction must be",
            ),
            (
                one(r#"{"direction": "inbound", "at": -7, "text": "x"}"#),
                "at must be between",
            ),
            (
                one(r#"{"direction": "inbound", "at": 1777887060, "text": "a\u0000b"}"#),
                "NUL",
            ),
            (
                one(r#"{"direction": "inbound", "at": 1777887060, "txt": "x"}"#),
                "unknown field `txt`",
            ),
        ] {
            let said = refused(&line);
            assert!(said.contains(wanted), "{line}: {said}");
        }
        let assigned = r#"{"phone": "491701234567", "assignee": "Nobody@x.org", "messages":
            [{"direction": "inbound", "at": 1777887060, "text": "x"}]}"#;
        assert!(refused(assigned).contains("no user Nobody@x.org"));
    }
}
