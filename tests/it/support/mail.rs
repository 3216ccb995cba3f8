//! A mail server that keeps what it is given.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A server on a port of its own.
pub struct MailServer {
    /// For `SMTP_URL`.
    pub url: String,
    letters: Arc<Mutex<Vec<Letter>>>,
    count: watch::Receiver<usize>,
}

/// What came.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: String,
    /// Headers and body, as they were sent.
    pub text: String,
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let letters = Arc::new(Mutex::new(Vec::new()));
        let (counted, count) = watch::channel(0);
        let kept = Arc::clone(&letters);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, counted) = (Arc::clone(&kept), counted.clone());
                tokio::spawn(async move {
                    // Whoever hangs up has sent all they wanted to.
                    let _ = talk(stream, &kept, &counted).await;
                });
            }
        });
        Self {
            url,
            letters,
            count,
        }
    }

    /// All letters, once there are `count`.
    pub async fn letters(&self, count: usize) -> Vec<Letter> {
        let mut seen = self.count.clone();
        seen.wait_for(|seen| *seen >= count).await.unwrap();
        self.letters.lock().unwrap().clone()
    }
}

/// One connection, by RFC 5321: what a client of ours says, and nothing more.
async fn talk(
    stream: TcpStream,
    kept: &Mutex<Vec<Letter>>,
    counted: &watch::Sender<usize>,
) -> std::io::Result<()> {
    let (from, mut to) = stream.into_split();
    let mut lines = BufReader::new(from).lines();
    to.write_all(b"220 mail.test\r\n").await?;
    let mut letter = Letter {
        to: String::new(),
        text: String::new(),
    };
    while let Some(line) = lines.next_line().await? {
        let answer: &[u8] = match line.split([' ', ':']).next().unwrap_or_default() {
            "RCPT" => {
                letter.to = line;
                b"250 ok\r\n"
            }
            "DATA" => {
                to.write_all(b"354 go on\r\n").await?;
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    letter.text.push_str(&line);
                    letter.text.push('\n');
                }
                kept.lock().unwrap().push(letter.clone());
                counted.send_modify(|count| *count += 1);
                letter.text.clear();
                b"250 taken\r\n"
            }
            "QUIT" => return to.write_all(b"221 bye\r\n").await,
            _ => b"250 ok\r\n",
        };
        to.write_all(answer).await?;
    }
    Ok(())
}
