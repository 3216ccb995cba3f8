//! Makes what SQLite committed last. A commit writes its pages to the end of the log and goes; whoever wants it to last
//! (before he answers) waits for the log to be synced. Meanwhile the writer does the next one, and all that was committed
//! before a sync begins lasts by it.

use std::fs::{File, metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use actors::figure;
use actors::ports::store::StoreError;
use tokio::sync::{Notify, oneshot};

/// A sync that takes longer holds up everybody who wants to write; they hear so instead of waiting.
const STUCK: Duration = Duration::from_secs(3);
/// Nobody waits longer to hear whether what he wrote lasts.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is done when a commit lasts, or can not be made to. Called on the thread that syncs, or where it was handed in.
pub type End = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// The sync of one database's log; its thread ends with it.
pub struct Syncer {
    shared: Arc<Shared>,
}

struct Shared {
    log: PathBuf,
    /// Open from sync to sync: an error of the disk is told to whoever had the file open by then.
    file: Mutex<Option<File>>,
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
    /// Since when one is syncing.
    busy_since: Option<Instant>,
    /// How often all that waited was taken.
    takes: u64,
    is_closed: bool,
}

impl Syncer {
    /// For the database at `path`.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut log = path.to_owned().into_os_string();
        log.push("-wal");
        let shared = Arc::new(Shared {
            log: log.into(),
            file: Mutex::default(),
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

    /// Whether anything can be made to last at the moment.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.shared.check().map_err(StoreError::Unavailable)?;
        match self.shared.lock().busy_since {
            Some(since) if since.elapsed() > STUCK => Err(slow()),
            _ => Ok(()),
        }
    }

    /// The disk failed elsewhere: what is in the log may be gone from it.
    pub(super) fn fail(&self, cause: &str) {
        self.shared.fail(cause);
    }

    /// Has `ends` called, in the order of the calls, when all that is committed now lasts. With `here` the sync is done by
    /// whoever calls, unless another one is under way. Gives the turn that [`Syncer::begun`] waits for.
    pub(super) fn after(&self, ends: Vec<End>, here: bool) -> u64 {
        let mut line = self.shared.lock();
        let turn = line.takes;
        line.waiting.extend(ends);
        if !here || line.busy_since.is_some() {
            drop(line);
            self.shared.came.notify_one();
            return turn;
        }
        let ends = line.take();
        drop(line);
        self.shared.sync_for(ends);
        turn
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
        let told = tokio::time::timeout(PATIENCE, told);
        told.await.map_err(|_| slow())?.map_err(gone)?
    }

    /// Waits until the sync of what was handed in has begun.
    pub(super) async fn begun(&self, turn: u64) {
        loop {
            let taken = self.shared.taken.notified();
            if self.shared.lock().takes > turn {
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

fn slow() -> StoreError {
    StoreError::Unavailable("the disk takes long to sync SQLite's log".to_owned())
}

impl Line {
    /// Takes all that waits; whoever does syncs for them.
    fn take(&mut self) -> Vec<End> {
        self.busy_since = Some(Instant::now());
        self.takes += 1;
        std::mem::take(&mut self.waiting)
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
            while line.busy_since.is_some() || line.waiting.is_empty() {
                if line.is_closed && line.waiting.is_empty() {
                    return;
                }
                line = self.came.wait(line).unwrap_or_else(PoisonError::into_inner);
            }
            let ends = line.take();
            drop(line);
            self.sync_for(ends);
        }
    }

    fn sync_for(&self, ends: Vec<End>) {
        let _turn = Turn(self);
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
    }

    fn sync(&self) -> Result<(), String> {
        self.check()?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let there = match metadata(&self.log) {
            // The last connection that was closed wrote it back, with a sync, and removed it.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            there => there.map_err(|error| error.to_string())?,
        };
        let is_the_same = |file: &File| {
            file.metadata()
                .is_ok_and(|open| (open.dev(), open.ino()) == (there.dev(), there.ino()))
        };
        if !file.as_ref().is_some_and(is_the_same) {
            *file = Some(File::open(&self.log).map_err(|error| error.to_string())?);
        }
        match file.as_ref().map_or(Ok(()), File::sync_data) {
            Ok(()) => Ok(()),
            Err(error) => {
                self.fail(&error.to_string());
                self.check()
            }
        }
    }

    fn fail(&self, cause: &str) {
        tracing::error!(
            cause,
            "SQLite's log could not be synced; no change is taken any more"
        );
        // A first cause stays.
        let _ = self.failed.set(cause.to_owned());
    }

    fn check(&self) -> Result<(), String> {
        self.failed.get().map_or(Ok(()), |cause| {
            Err(format!(
                "SQLite's log could not be synced, start again: {cause}"
            ))
        })
    }
}

/// Whose turn it is to sync; over when dropped.
struct Turn<'a>(&'a Shared);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut line = self.0.lock();
        line.busy_since = None;
        let has_more = !line.waiting.is_empty();
        drop(line);
        if has_more {
            self.0.came.notify_one();
        }
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
            let turn = syncer.after(vec![end], number % 3 == 0);
            syncer.begun(turn).await;
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
