//! Places where a drill breaks the hub: ends the process, or has whoever handles a message panic. There is nothing of it in a
//! usual build. With the feature `faults` the variable `FAILPOINTS` says what happens where:
//! `attempt.begun=99*off->return` ends the process when the hundredth attempt has begun.

/// A batch was taken, nothing of it is written.
pub const BATCH_TAKEN: &str = "batch.taken";
/// A batch is committed, nobody was told.
pub const BATCH_COMMITTED: &str = "batch.committed";
/// All of a callback is stored, and it is not answered yet.
pub const CALLBACK_STORED: &str = "callback.stored";
/// Jobs are claimed, none is begun.
pub const JOBS_CLAIMED: &str = "jobs.claimed";
/// An attempt is committed, its POST is not made.
pub const ATTEMPT_BEGUN: &str = "attempt.begun";
/// The provider has answered, the end of the attempt is not recorded.
pub const ATTEMPT_ANSWERED: &str = "attempt.answered";
/// The end of the attempt is recorded, nobody was told.
pub const ATTEMPT_SETTLED: &str = "attempt.settled";
/// A conversation handles a message that [names the place](said).
pub const MESSAGE_HANDLED: &str = "message.handled";
/// A conversation on a thread that ends when a message names the place.
pub const THREAD_ENDS: &str = "thread.ends";

/// Reads what is to happen where. Once, before anything else runs.
pub fn arm() {
    #[cfg(feature = "faults")]
    {
        // Its end would switch everything off.
        std::mem::forget(fail::FailScenario::setup());
        tracing::warn!(places = ?fail::list(), "this build breaks where it is told to");
    }
}

/// Whether something is to happen at this place now.
pub fn is_on(place: &str) -> bool {
    #[cfg(feature = "faults")]
    fail::fail_point!(place, |_| true);
    let _ = place;
    false
}

/// Ends the process here, without another word, if it is to end here now.
pub fn at(place: &str) {
    if is_on(place) {
        std::process::abort();
    }
}

/// Whether something is to happen because of a message that names the place.
pub fn said(place: &str, text: Option<&str>) -> bool {
    cfg!(feature = "faults") && text.is_some_and(|text| text.contains(place)) && is_on(place)
}
