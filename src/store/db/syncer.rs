//! Makes what SQLite committed last. A commit writes its pages to the end of the log and goes; whoever wants it to last
//! (before he answers) waits for the log to be synced. Meanwhile the writer does the next one, and all that was committed
//! before a sync begins lasts by it.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use actors::figure;
use actors::ports::store::StoreError;
use tokio::sync::{Notify, oneshot};

/// What is done when a commit lasts, or can not be made to. Called on the thread that syncs, or where it was handed in.
pub type End = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// The sync of one database's log; its thread ends with it.
pub struct Syncer {
    shared: Arc<Shared>,
}

struct Shared {
    log: PathBuf,
    line: Mutex<Line>,
    /// Something came, or nobody syncs any more.
    came: Condvar,
    /// All that waited is being synced.
    taken: Notify,
    /// Why a sync failed once. The system forgets what it could not write, so that another one that succeeds says nothing.
    failed: OnceLock<String>,
}

#[derive(Default)]
struct Line {
    waiting: Vec<End>,
    is_busy: bool,
    is_closed: bool,
}

impl Syncer {
    /// For the database at `path`.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut log = path.to_owned().into_os_string();
        log.push("-wal");
        let shared = Arc::new(Shared {
            log: log.into(),
            line: Mutex::default(),
            came: Condvar::new(),
            taken: Notify::new(),
            failed: OnceLock::new(),
        });
        let its = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("syncer".to_owned())
            .spawn(move || its.work())?;
        Ok(Self { shared })
    }

    /// Whether anything can be made to last at all.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.shared.check().map_err(StoreError::Unavailable)
    }

    /// Has `ends` called, in the order of the calls, when all that is committed now lasts. With `here` the sync is done by
    /// whoever calls, unless another one is under way.
    pub(super) fn after(&self, ends: Vec<End>, here: bool) {
        let mut line = self.shared.lock();
        if here && line.waiting.is_empty() && !line.is_busy {
            line.is_busy = true;
            drop(line);
            self.shared.sync_for(ends);
            return;
        }
        line.waiting.extend(ends);
        drop(line);
        self.shared.came.notify_one();
    }

    /// Waits until all that is committed now lasts.
    pub(super) async fn lasts(&self) -> Result<(), StoreError> {
        let (tell, told) = oneshot::channel();
        let end: End = Box::new(move |lasts| {
            // Whoever asked may have gone.
            let _ = tell.send(lasts);
        });
        self.after(vec![end], false);
        let gone = |_| StoreError::Unavailable("the store is closing".to_owned());
        told.await.map_err(gone)?
    }

    /// Waits until the sync of all that was handed in has begun.
    pub(super) async fn begun(&self) {
        loop {
            let taken = self.shared.taken.notified();
            if self.shared.lock().waiting.is_empty() {
                return;
            }
            taken.await;
        }
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.came.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Line> {
        // Never left half-changed.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Syncs whenever somebody waits, until nobody can come any more.
    fn work(&self) {
        loop {
            let mut line = self.lock();
            while line.is_busy || line.waiting.is_empty() {
                if line.is_closed && line.waiting.is_empty() {
                    return;
                }
                line = self.came.wait(line).unwrap_or_else(PoisonError::into_inner);
            }
            line.is_busy = true;
            let ends = std::mem::take(&mut line.waiting);
            drop(line);
            self.sync_for(ends);
        }
    }

    fn sync_for(&self, ends: Vec<End>) {
        self.taken.notify_waiters();
        let began = Instant::now();
        let synced = self.sync();
        metrics::histogram!(figure::DB_SYNC_SECONDS).record(began.elapsed().as_secs_f64());
        for end in ends {
            let lasts = synced.clone().map_err(StoreError::Unavailable);
            if catch_unwind(AssertUnwindSafe(|| end(lasts))).is_err() {
                tracing::error!("the end of a batch panicked; what it wrote is stored");
            }
        }
        let mut line = self.lock();
        line.is_busy = false;
        let has_more = !line.waiting.is_empty();
        drop(line);
        if has_more {
            self.came.notify_one();
        }
    }

    fn sync(&self) -> Result<(), String> {
        self.check()?;
        let log = match File::open(&self.log) {
            // The last connection that was closed wrote it back, with a sync, and removed it.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            opened => opened.map_err(|error| error.to_string())?,
        };
        log.sync_data().or_else(|error| {
            tracing::error!(%error, "SQLite's log could not be synced; nothing is written any more");
            // A first cause stays.
            let _ = self.failed.set(error.to_string());
            self.check()
        })
    }

    fn check(&self) -> Result<(), String> {
        self.failed.get().map_or(Ok(()), |cause| {
            Err(format!(
                "SQLite's log could not be synced, start again: {cause}"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// A folder with a log in it, gone with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn with_log(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a folder");
            let folder = Self(folder);
            std::fs::write(folder.log(), "frames").expect("a log");
            folder
        }

        fn log(&self) -> PathBuf {
            self.0.join("hub.db-wal")
        }

        fn syncer(&self) -> Syncer {
            Syncer::of(&self.0.join("hub.db")).expect("a thread")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[tokio::test]
    async fn ends_come_in_the_order_in_which_they_were_handed_in() {
        let folder = Folder::with_log("ends-in-order");
        let syncer = folder.syncer();
        let (tells, told) = mpsc::channel();
        for number in 0..200 {
            let tells = tells.clone();
            let end: End = Box::new(move |lasts| {
                assert!(number != 100, "one that panics holds up nobody");
                tells
                    .send((number, lasts.is_ok()))
                    .expect("somebody listens");
            });
            syncer.after(vec![end], number % 3 == 0);
            syncer.begun().await;
        }
        syncer.lasts().await.expect("it was synced");
        drop((syncer, tells));
        let wanted: Vec<_> = (0..200).filter(|number| *number != 100).collect();
        let told: Vec<_> = told.into_iter().collect();
        assert!(told.iter().all(|(_, lasts)| *lasts));
        assert_eq!(
            told.into_iter()
                .map(|(number, _)| number)
                .collect::<Vec<_>>(),
            wanted
        );
    }

    #[tokio::test]
    async fn whoever_is_on_his_way_when_it_closes_is_answered() {
        let folder = Folder::with_log("answered-at-the-end");
        let syncer = folder.syncer();
        let (tells, told) = mpsc::channel();
        let end: End = Box::new(move |lasts| tells.send(lasts.is_ok()).expect("it is asked"));
        syncer.after(vec![end], false);
        drop(syncer);
        assert_eq!(told.recv(), Ok(true));
    }

    #[tokio::test]
    async fn a_log_that_is_gone_was_written_back() {
        let folder = Folder::with_log("log-gone");
        std::fs::remove_file(folder.log()).expect("it was there");
        folder
            .syncer()
            .lasts()
            .await
            .expect("nothing is left to sync");
    }

    #[tokio::test]
    async fn after_a_sync_that_failed_nothing_lasts_any_more() {
        let folder = Folder::with_log("sync-fails");
        let syncer = folder.syncer();
        syncer.lasts().await.expect("a file is synced");
        std::fs::remove_file(folder.log()).expect("it was there");
        std::os::unix::fs::symlink("/dev/null", folder.log()).expect("linked");
        assert!(
            syncer.lasts().await.is_err(),
            "a device has nothing to sync"
        );
        std::fs::remove_file(folder.log()).expect("it was there");
        std::fs::write(folder.log(), "frames").expect("a log");
        assert!(
            syncer.lasts().await.is_err(),
            "what was lost is not told by the next one"
        );
        assert!(syncer.check().is_err());
    }
}
