//! The actors' stories, played with everything around them faked and the time paused.

mod store;
