//! Where SQLite's statements run. They block, so mostly beside the threads that must not wait; on the committer's thread right
//! there, which has nothing else to do. Each way to another thread and back costs as much as a small statement's work, so
//! [`at_once`] runs those of a look at a few rows wherever it is asked for.

use std::any::Any;
use std::cell::Cell;
use std::error::Error;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::mpsc::{Receiver, sync_channel};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use diesel_async::sync_connection_wrapper::SpawnBlocking;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use tokio::task::{JoinError, JoinHandle};

thread_local! {
    static MAY_WAIT: Cell<bool> = const { Cell::new(false) };
    /// When a statement had others on the thread wait.
    static WAITED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// What a look at a few rows never takes unless the disk is in trouble.
const LONG: Duration = Duration::from_millis(20);
/// For so long after that nothing is done at once.
const TROUBLE: Duration = Duration::from_secs(5);

/// From now on this thread waits for its statements itself.
pub fn run_here() {
    MAY_WAIT.set(true);
}

/// Has this thread wait for the statements of `work` itself: for rows that are found by their keys, a few at a time. Neither
/// a list nor a search, nor anything that writes, may have others on the thread wait.
pub async fn at_once<T>(work: impl Future<Output = T>) -> T {
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            MAY_WAIT.set(self.0);
        }
    }
    let mut work = pin!(work);
    poll_fn(|context| {
        if WAITED.get().is_some_and(|at| at.elapsed() < TROUBLE) {
            return work.as_mut().poll(context);
        }
        let began = Instant::now();
        let polled = {
            let _before = Before(MAY_WAIT.replace(true));
            work.as_mut().poll(context)
        };
        if began.elapsed() > LONG {
            WAITED.set(Some(Instant::now()));
        }
        polled
    })
    .await
}

/// How a connection's statements are run.
#[derive(Debug)]
pub struct Place;

type Fault = Box<dyn Error + Send + Sync>;

impl SpawnBlocking for Place {
    fn spawn_blocking<'a, R: Send + 'static>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Fault>> {
        if MAY_WAIT.get() {
            let done = catch_unwind(AssertUnwindSafe(task));
            return ready(done.map_err(|cause| said(&*cause).into())).boxed();
        }
        let (ends, end) = sync_channel::<()>(0);
        let work = tokio::task::spawn_blocking(move || {
            let _ends = ends;
            task()
        });
        Beside { work, end }.map(|done| Ok(done?)).boxed()
    }

    fn get_runtime() -> Self {
        Self
    }
}

/// What a panic said.
fn said(cause: &(dyn Any + Send)) -> String {
    let text = cause
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| cause.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a statement panicked".to_owned())
}

/// A statement that runs on another thread. Whoever gives up waiting (a caller who hung up) still waits for its end: a
/// connection goes back to its pool with nobody at work on it. (diesel-async's own way of doing so panics on the
/// threads of a web server, because it wants a runtime of several threads.)
struct Beside<R> {
    work: JoinHandle<R>,
    /// Closed when the work has ended, however it did.
    end: Receiver<()>,
}

impl<R> Future for Beside<R> {
    type Output = Result<R, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.work.poll_unpin(context)
    }
}

impl<R> Drop for Beside<R> {
    fn drop(&mut self) {
        // Nothing is ever sent; it is an error as soon as nobody can send any more.
        let _ = self.end.recv();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, mpsc};

    use super::*;

    #[tokio::test]
    async fn whoever_gives_up_waits_for_the_end_of_the_statement() {
        let (begins, begun) = mpsc::channel();
        let (goes_on, go_on) = mpsc::channel();
        let ended = Arc::new(AtomicBool::new(false));
        let at_end = Arc::clone(&ended);
        let statement = Place.spawn_blocking(move || {
            begins.send(()).expect("somebody waits for it");
            go_on.recv().expect("somebody lets it go on");
            at_end.store(true, Ordering::SeqCst);
        });
        begun.recv().expect("it runs");
        let friend = std::thread::spawn(move || goes_on.send(()).expect("it waits"));
        drop(statement);
        assert!(ended.load(Ordering::SeqCst));
        friend.join().expect("done");
    }

    #[tokio::test]
    async fn a_panic_is_an_error_wherever_it_happens() {
        let here = || std::thread::current().id();
        let mut place = Place;
        let elsewhere = place.spawn_blocking(here).await.expect("no panic");
        assert_ne!(elsewhere, here());
        let beside = place.spawn_blocking(|| panic!("broken")).await;
        let beside: Fault = beside.expect_err("it panicked");
        assert!(beside.to_string().contains("panicked"), "{beside}");

        run_here();
        assert_eq!(place.spawn_blocking(here).await.expect("no panic"), here());
        let right_here = place.spawn_blocking(|| panic!("broken")).await;
        let right_here: Fault = right_here.expect_err("it panicked");
        assert_eq!(right_here.to_string(), "broken");
        MAY_WAIT.set(false);
    }

    #[tokio::test]
    async fn what_is_done_at_once_leaves_the_thread_as_it_was() {
        let here = || std::thread::current().id();
        let inside = at_once(async {
            tokio::task::yield_now().await;
            Place.spawn_blocking(here).await.expect("no panic")
        });
        let outside = async {
            // In between, on the same thread.
            Place.spawn_blocking(here).await.expect("no panic")
        };
        let (inside, outside) = tokio::join!(inside, outside);
        assert_eq!(inside, here());
        assert_ne!(outside, here());
    }

    #[tokio::test]
    async fn nothing_is_done_at_once_while_the_disk_is_slow() {
        let here = || std::thread::current().id();
        at_once(async { std::thread::sleep(LONG + LONG) }).await;
        let after = at_once(async { Place.spawn_blocking(here).await });
        assert_ne!(after.await.expect("no panic"), here());
        WAITED.set(None);
        let later = at_once(async { Place.spawn_blocking(here).await });
        assert_eq!(later.await.expect("no panic"), here());
    }
}
