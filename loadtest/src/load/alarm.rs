//! An alarm that rings in time. Tokio's timers count whole milliseconds and ring after the next one: a load that is
//! due at fixed times would be a millisecond late by itself, which is a third of what a hub takes.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Instant;

use tokio::sync::oneshot;

/// Somebody who wants to be woken.
struct Sleeper {
    due: Instant,
    wake: oneshot::Sender<()>,
}

/// Waits until `due`, to some 0.1 ms.
pub async fn sleep_until(due: Instant) {
    if due <= Instant::now() {
        return;
    }
    let (wake, woken) = oneshot::channel();
    let rang = match bell() {
        Some(bell) => bell.send(Sleeper { due, wake }).is_ok() && woken.await.is_ok(),
        None => false,
    };
    if !rang {
        // Late is better than never.
        tokio::time::sleep_until(due.into()).await;
    }
}

/// The way to the thread that wakes everybody; None when there can't be one.
fn bell() -> Option<Sender<Sleeper>> {
    static BELL: OnceLock<Option<Sender<Sleeper>>> = OnceLock::new();
    let bell = BELL.get_or_init(|| {
        let (bell, sleepers) = channel();
        let thread = std::thread::Builder::new().name("alarm".to_owned());
        let started = thread.spawn(move || ring(&sleepers));
        started.is_ok().then_some(bell)
    });
    bell.clone()
}

fn ring(sleepers: &Receiver<Sleeper>) {
    // By time, and in the order of asking among those of one time.
    let mut waiting: BTreeMap<(Instant, u64), oneshot::Sender<()>> = BTreeMap::new();
    let mut count = 0;
    loop {
        let asked = match waiting.first_key_value() {
            Some(((due, _), _)) => {
                sleepers.recv_timeout(due.saturating_duration_since(Instant::now()))
            }
            None => sleepers.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match asked {
            Ok(Sleeper { due, wake }) => {
                count += 1;
                waiting.insert((due, count), wake);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        while let Some(first) = waiting.first_entry() {
            if first.key().0 > Instant::now() {
                break;
            }
            // Who gave up waiting hears nothing.
            let _ = first.remove().send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn nobody_is_woken_early_and_the_earlier_one_first() {
        let now = Instant::now();
        let (late, early) = (
            now + Duration::from_millis(30),
            now + Duration::from_millis(10),
        );
        let order = std::sync::Mutex::new(Vec::new());
        let sleep = |due: Instant| {
            let order = &order;
            async move {
                sleep_until(due).await;
                assert!(Instant::now() >= due);
                order.lock().unwrap().push(due);
            }
        };
        tokio::join!(sleep(late), sleep(early));
        assert_eq!(*order.lock().unwrap(), [early, late]);
    }
}
