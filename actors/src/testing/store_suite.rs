//! What every store promises, as stories: the same run on memory, SQLite and PostgreSQL.
//!
//! A story wants the database for itself while it runs, because jobs belong to nobody in particular: give each
//! a database of its own (`store_suite_tests!`), or run them one after the other (`run`).

pub mod care;
pub mod change;
pub mod event;
pub mod inbound;
pub mod job;
pub mod line;
pub mod organization;
pub mod outbound;
pub mod person;
pub mod queue;
pub mod scene;
pub mod status;
pub mod thread;

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use crate::model::conversation::TeamBrief;
use crate::model::ids::{ConversationId, MediaId, OrganizationId, SessionId, TagId};
use crate::model::message::Message;
use crate::model::user::UserBrief;
use crate::ports::store::Store;
use crate::testing::memory::Audited;
use crate::time::Timestamp;

/// An organization that stories play in.
#[derive(Clone, Debug)]
pub struct Tenant {
    pub organization: OrganizationId,
    pub session: SessionId,
    /// A second number of the same organization.
    pub other_session: SessionId,
    pub user: UserBrief,
    pub team: TeamBrief,
    pub tags: [TagId; 2],
}

/// What stories need besides the ports.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// The store under test.
    fn store(&self) -> Arc<dyn Store>;

    /// The store's time.
    fn now(&self) -> Timestamp;

    /// A fresh organization with two working numbers, a user, a team and two tags.
    async fn tenant(&self) -> Tenant;

    /// The visible lines of a thread, oldest first.
    async fn thread(&self, tenant: &Tenant, conversation: ConversationId) -> Vec<Message>;

    /// The organization's audit log, oldest first.
    async fn audit(&self, tenant: &Tenant) -> Vec<Audited>;

    /// The reasons in the organization's quarantine, oldest first.
    async fn quarantined(&self, tenant: &Tenant) -> Vec<String>;

    /// A file that an agent uploaded for the first number.
    async fn upload(&self, tenant: &Tenant) -> MediaId;

    /// Deletes the organization's events up to `seq`, as retention does.
    async fn forget_events(&self, tenant: &Tenant, seq: i64);

    /// The life of a fresh node that lives as long as nobody says otherwise.
    async fn node(&self) -> i64;

    /// The others take the node for dead from now on.
    async fn bury(&self, life: i64);
}

/// One promise.
pub struct Story {
    pub name: &'static str,
    pub play: for<'a> fn(&'a dyn Fixture) -> BoxFuture<'a, ()>,
}

/// Plays all stories one after the other on one database.
pub async fn run(on: &dyn Fixture) {
    for story in STORIES {
        tracing::info!(story = story.name, "playing");
        (story.play)(on).await;
    }
}

macro_rules! stories {
    (($d:tt) $($module:ident: $($name:ident,)+;)+) => {
        /// All promises.
        pub const STORIES: &[Story] = &[$($(Story {
            name: concat!(stringify!($module), "::", stringify!($name)),
            play: |on| Box::pin($module::$name(on)),
        }),+),+];

        /// One test per story: `store_suite_tests!(#[tokio::test] my_fixture())`, where the expression is a
        /// future of a fixture with a fresh database. Wants a module of its own.
        #[macro_export]
        macro_rules! store_suite_tests {
            ($d(#[$d test:meta])+ $d fixture:expr) => {
                $(
                    mod $module {
                        #[allow(unused_imports)]
                        use super::*;
                        $(
                            $d(#[$d test])+
                            async fn $name() {
                                let fixture = $d fixture.await;
                                $crate::testing::store_suite::$module::$name(&fixture).await;
                            }
                        )+
                    }
                )+
            };
        }
    };
}

stories! { ($)
    inbound:
        a_first_message_makes_contact_and_conversation_in_order,
        a_duplicate_is_stored_once,
        the_same_message_many_times_at_once_is_stored_once,
        a_stale_version_is_refused_and_leaves_nothing,
        an_absent_state_is_refused_when_the_row_exists,
        unread_counts_what_the_contact_says,
        an_old_message_does_not_shorten_the_window,
        a_closed_conversation_opens_again,
        files_are_noted_and_left_to_be_fetched,
        an_echo_is_outbound_and_opens_no_window,
        a_quotation_names_the_line_it_answers,
    ;
    thread:
        a_placeholder_becomes_the_real_message,
        a_late_placeholder_is_ignored,
        a_reaction_is_shown_on_its_target_and_not_in_the_thread,
        a_reaction_to_an_unknown_message_is_a_line_of_its_own,
        an_edit_replaces_the_text,
        a_revoked_message_is_marked,
    ;
    person:
        variants_of_a_phone_number_are_one_contact,
        a_contact_may_have_no_phone_number,
        a_contact_with_two_identities_is_found_by_either,
        two_contacts_are_not_merged_by_a_message_that_names_both,
        a_new_profile_name_is_told,
        a_new_number_keeps_the_conversation,
        each_number_of_ours_has_its_own_conversation,
        a_first_message_to_somebody_opens_a_conversation,
    ;
    outbound:
        a_message_is_queued_with_its_job,
        the_same_key_and_body_is_the_same_message,
        the_same_key_with_another_body_is_refused,
        a_note_has_no_job,
        a_stale_version_does_not_queue_nor_burn_the_key,
        the_same_key_at_once_is_used_once,
        many_at_once_each_get_their_own_end,
        an_uploaded_file_goes_with_its_message,
        an_accepted_attempt_is_sent_and_its_job_gone,
        a_failed_attempt_tells_why,
        a_requeued_attempt_comes_back_when_it_is_due,
        an_unclear_attempt_is_unknown,
        a_second_begin_after_a_crash_is_in_doubt,
        what_was_put_in_doubt_and_surely_not_sent_failed,
        an_answer_after_a_doubt_still_counts,
        a_settled_message_is_not_begun_again,
    ;
    status:
        the_status_never_falls_whatever_the_order,
        a_failure_gives_way_to_a_proof_of_delivery_only,
        a_status_is_matched_by_the_attempt,
        a_status_that_overtakes_the_answer_is_kept,
        an_early_failure_is_kept_with_its_reason,
        a_repeated_status_tells_nothing,
        a_status_leaves_the_conversations_version,
        a_status_shows_in_the_list_row,
    ;
    change:
        a_change_is_told_and_audited,
        a_change_of_a_stale_row_is_refused,
        many_changes_at_once_are_each_made_or_refused,
        a_late_promise_stays_until_the_contact_is_answered,
        an_assignee_comes_and_goes,
        reading_clears_unread_and_leaves_its_job,
        a_change_that_comes_twice_is_made_once,
        health_is_stored_and_told,
    ;
    care:
        team_tags_and_priority_stay_whatever_the_contact_says,
        tags_come_and_go,
        participants_come_and_go,
        a_snoozed_conversation_wakes_at_its_alarm,
        a_later_snooze_outlives_an_earlier_alarm,
        a_snoozed_conversation_wakes_when_the_contact_writes,
        a_contact_waits_from_the_first_message_to_the_answer,
        closing_ends_the_waiting,
        a_note_calls_a_colleague_who_alone_hears_it,
        whom_a_note_calls_takes_part_from_then_on,
    ;
    job:
        a_job_is_claimed_once_and_its_tries_are_counted,
        an_ended_lease_gives_the_job_to_the_next,
        whoever_lost_the_lease_ends_nothing,
        a_retry_waits_for_its_time,
        waiting_is_not_a_try,
        a_done_job_is_gone,
        a_job_given_up_lies_in_quarantine,
        a_message_given_up_does_not_stay_queued,
        released_jobs_are_due_again,
        the_next_job_is_known,
        what_is_put_aside_is_told_to_admins,
    ;
    line:
        one_node_at_a_time_sends_for_a_number,
        whoever_has_a_line_keeps_its_epoch,
        a_dead_nodes_line_is_taken_under_a_higher_epoch,
        a_line_that_was_given_up_is_free,
        only_messages_of_ones_lines_are_claimed,
        messages_that_were_put_off_are_known,
        an_attempt_needs_the_lease_that_holds,
    ;
    queue:
        open_conversations_stand_on_the_floor_as_they_are_shown,
        each_way_into_a_line_and_out_of_it_is_kept,
        what_waits_no_longer_is_not_given_away,
        an_answer_takes_what_was_reserved,
    ;
    event:
        events_are_read_in_pages,
        bodies_are_as_the_rows_are_now,
        an_empty_tail_is_no_lost_tail,
        a_lost_tail_is_said,
        concurrent_writers_leave_no_hole_and_no_double,
        many_first_messages_at_once_make_one_contact,
    ;
    organization:
        nobody_sees_another_organizations_rows,
        the_same_phone_number_is_two_contacts_in_two_organizations,
        a_status_of_another_organization_is_not_matched,
        an_idempotency_key_belongs_to_its_organization,
        each_organization_counts_for_itself,
    ;
}
