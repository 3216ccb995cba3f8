//! How far a run is, for somebody who looks at a terminal.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

/// Letters of the bar.
const WIDTH: usize = 30;
const AGAIN: Duration = Duration::from_millis(500);
/// Back to the beginning of the line, and nothing behind it.
const CLEAR: &str = "\r\x1b[K";

/// A bar that moves while a run lasts; gone when dropped.
pub struct Progress(Option<JoinHandle<()>>);

impl Progress {
    /// Shows it, if anybody can see it.
    pub fn show(length: Duration) -> Self {
        let is_seen = std::io::stderr().is_terminal() && !length.is_zero();
        Self(is_seen.then(|| tokio::spawn(keep_drawing(length))))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(drawing) = self.0.take() {
            drawing.abort();
            draw("");
        }
    }
}

async fn keep_drawing(length: Duration) {
    let begin = Instant::now();
    loop {
        draw(&line(begin.elapsed(), length));
        tokio::time::sleep(AGAIN).await;
    }
}

fn draw(line: &str) {
    let mut out = std::io::stderr().lock();
    // A terminal that is gone needs no bar.
    let _ = write!(out, "{CLEAR}{line}");
    let _ = out.flush();
}

fn line(passed: Duration, length: Duration) -> String {
    let part = (passed.as_secs_f64() / length.as_secs_f64()).min(1.0);
    let full = (part * WIDTH as f64) as usize;
    let bar = format!("{}{}", "#".repeat(full), "-".repeat(WIDTH - full));
    let rest = if passed > length {
        ", waiting for the last"
    } else {
        ""
    };
    format!(
        "[{bar}] {} s of {} s{rest}",
        passed.as_secs(),
        length.as_secs()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_grows_and_then_waits() {
        let at = |seconds| line(Duration::from_secs(seconds), Duration::from_secs(60));
        assert_eq!(at(0), "[------------------------------] 0 s of 60 s");
        assert_eq!(at(30), "[###############---------------] 30 s of 60 s");
        assert_eq!(
            at(61),
            "[##############################] 61 s of 60 s, waiting for the last"
        );
    }
}
