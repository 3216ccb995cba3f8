//! Mail that the hub sends: invitations, and links to a new password. A hub without a mail server sends none, and people hand
//! the links over. Nothing waits in a queue: whoever asked hears at once whether the server took it, or asks again.

pub mod letter;

use std::time::Duration;

use anyhow::Context;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;
use tokio::sync::Semaphore;

use self::letter::Letter;
use crate::config::MailConfig;

/// How long one step of the talk with the server may take.
const STEP: Duration = Duration::from_secs(10);
/// How long it may take from the first word to the last.
const WHOLE: Duration = Duration::from_secs(20);
/// Letters that are handed to the server at a time; further ones are refused.
const AT_A_TIME: usize = 8;

/// Hands letters to the mail server.
pub struct Mailer {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    room: Semaphore,
}

/// Why a letter was not sent; never with a password or a link in it.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("too many letters are on their way")]
    Crowded,
    #[error("the mail server did not answer in time")]
    Late,
    #[error("the address can't be written to")]
    Address,
    #[error("the mail server refused: {0}")]
    Refused(#[from] lettre::transport::smtp::Error),
}

impl Mailer {
    /// Knows the server; talks to it when there is something to send.
    pub fn open(config: &MailConfig) -> anyhow::Result<Self> {
        let url = config.url.expose_secret();
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
        // Without the cause, which may hold the address with its password.
        let server = server.map_err(|_| anyhow::anyhow!("SMTP_URL can't be used"))?;
        Ok(Self {
            server: server.timeout(Some(STEP)).build(),
            from: config.from.parse().context("MAIL_FROM")?,
            room: Semaphore::new(AT_A_TIME),
        })
    }

    /// Hands a letter to the server; well means that the server took it, not that it arrived.
    pub async fn send(&self, to: &str, letter: Letter) -> Result<(), MailError> {
        let Ok(_room) = self.room.try_acquire() else {
            return Err(MailError::Crowded);
        };
        let to = to.parse().map_err(|_| MailError::Address)?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text)
            .map_err(|_| MailError::Address)?;
        match tokio::time::timeout(WHOLE, self.server.send(message)).await {
            Ok(sent) => Ok(sent.map(drop)?),
            Err(_) => Err(MailError::Late),
        }
    }
}
