//! Every answer to a webhook, written to a file and synced: what the generator knows even if it dies itself.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use anyhow::Context;

/// Answers that wait to be written; whoever brings more waits for the disk.
const WAITING: usize = 65_536;

/// Nothing, or half of an answer, instead of a status.
pub const CUT: u16 = 0;
/// The same, when nobody listened: then nothing can have happened.
pub const NOBODY: u16 = 1;

/// An answer to one post of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// When it came, from the start of the run.
    pub at: Duration,
    /// From the first byte of this post.
    pub took: Duration,
    /// Which node was asked.
    pub node: usize,
    /// [`CUT`] or [`NOBODY`] when there was no answer.
    pub status: u16,
    /// The first message of the webhook.
    pub number: u64,
}

impl Answer {
    /// When the post began.
    pub const fn began(&self) -> Duration {
        self.at.saturating_sub(self.took)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(' ').map(str::parse::<u64>);
        let mut next = || fields.next()?.ok();
        Some(Self {
            at: Duration::from_micros(next()?),
            took: Duration::from_micros(next()?),
            node: usize::try_from(next()?).ok()?,
            status: u16::try_from(next()?).ok()?,
            number: next()?,
        })
    }
}

/// Where answers are written; cheap to clone.
#[derive(Clone)]
pub struct History {
    lines: SyncSender<Answer>,
}

/// The file and who writes it.
pub struct Book {
    path: PathBuf,
    writer: std::thread::JoinHandle<std::io::Result<()>>,
}

impl History {
    /// Begins a file. It ends when the last `History` is dropped.
    pub fn begin(path: &Path) -> anyhow::Result<(Self, Book)> {
        let file =
            File::create(path).with_context(|| format!("{} can't be made", path.display()))?;
        let (lines, received) = sync_channel(WAITING);
        let writer = std::thread::Builder::new()
            .name("history".to_owned())
            .spawn(move || write(file, &received))?;
        let book = Book {
            path: path.to_owned(),
            writer,
        };
        Ok((Self { lines }, book))
    }

    /// Notes an answer.
    pub fn note(&self, answer: Answer) {
        // The writer ends early only when the disk is broken, which `read` tells.
        let _ = self.lines.send(answer);
    }
}

impl Book {
    /// Waits for the last line and reads all of them.
    pub fn read(self) -> anyhow::Result<Vec<Answer>> {
        let path = self.path;
        match self.writer.join() {
            Ok(written) => written.with_context(|| format!("{} is broken", path.display()))?,
            Err(_) => anyhow::bail!("the history's thread panicked"),
        }
        let text = std::fs::read_to_string(&path)?;
        text.lines()
            .map(|line| Answer::parse(line).with_context(|| format!("{line:?} is no answer")))
            .collect()
    }
}

/// Writes what waits, syncs, and looks what came meanwhile.
fn write(mut file: File, received: &Receiver<Answer>) -> std::io::Result<()> {
    let mut text = String::new();
    while let Ok(first) = received.recv() {
        text.clear();
        for answer in std::iter::once(first).chain(received.try_iter()) {
            // Writing to a String can't fail.
            let _ = writeln!(
                text,
                "{} {} {} {} {}",
                answer.at.as_micros(),
                answer.took.as_micros(),
                answer.node,
                answer.status,
                answer.number
            );
        }
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_read_again() {
        let path = std::env::temp_dir().join(format!("history-{}", std::process::id()));
        let (history, book) = History::begin(&path).unwrap();
        let answers = [(200, 7), (0, 8)].map(|(status, number)| Answer {
            at: Duration::from_micros(1_500),
            took: Duration::from_micros(500),
            node: 2,
            status,
            number,
        });
        for answer in answers {
            history.note(answer);
        }
        drop(history);
        assert_eq!(book.read().unwrap(), answers);
        assert_eq!(answers[0].began(), Duration::from_millis(1));
        std::fs::remove_file(path).unwrap();
    }
}
