//! The drills, one file for each fault or family of faults.

pub mod agents_cut;
pub mod bad_link_sends;
pub mod clock_skew;
pub mod deadlocks;
pub mod disordered_statuses;
pub mod duplicates;
pub mod half_open;
pub mod hot_conversation;
mod memory;
pub mod node_killed;
pub mod noisy_tenant;
pub mod overload;
pub mod owner_frozen;
pub mod owner_killed;
pub mod postgres_down;
pub mod postgres_slow;
pub mod provider_slow;
pub mod provider_throttles;
pub mod provider_unclear;
pub mod reconnect_storm;
pub mod redis_down;
pub mod redis_flushed;
pub mod redis_full;
pub mod redis_silent;
pub mod rolling_deploy;
pub mod slow_consumers;
