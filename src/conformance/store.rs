//! What every [`UserStore`] must do: one case a promise, and [`store_conformance!`](crate::store_conformance) to run
//! them.
//!
//! A case is a plain `async fn` over a fresh, empty store. It panics when the promise is broken.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a case says that a promise is broken by panicking"
)]

use std::{any::Any, fmt, future::Future, pin::Pin, sync::Arc};

use crate::store::UserStore;

mod bulk;
mod cancel;
mod delete;
mod find;
mod insert;
mod job;
mod login;
mod outbox;
mod people;
mod round_trip;
mod search;
mod snapshot;
mod stats;
mod update;

pub use self::{
    bulk::*, cancel::*, delete::*, find::*, insert::*, job::*, login::*, outbox::*, round_trip::*, search::*,
    snapshot::*, stats::*, update::*,
};

/// A store for one case, and whatever must live as long as the store: a directory, a server.
#[derive(Debug)]
pub struct Fixture {
    store: Arc<dyn UserStore>,
    _guard: Guard,
}

/// Dropped after the store, never looked at.
struct Guard(#[expect(dead_code, reason = "held to be dropped")] Box<dyn Any + Send>);

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard(..)")
    }
}

impl Fixture {
    /// A store that keeps nothing outside of itself.
    pub fn new(store: impl UserStore) -> Self {
        Self::guarded(store, ())
    }

    /// A store that needs `guard` for as long as it lives.
    pub fn guarded(store: impl UserStore, guard: impl Any + Send) -> Self {
        Self { store: Arc::new(store), _guard: Guard(Box::new(guard)) }
    }

    /// The store.
    pub fn store(&self) -> Arc<dyn UserStore> {
        Arc::clone(&self.store)
    }
}

impl<S: UserStore> From<S> for Fixture {
    fn from(store: S) -> Self {
        Self::new(store)
    }
}

/// One promise.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Case {
    /// Which part of the contract it belongs to: `users`, `bulk`, `jobs`, `outbox`, `search`,
    /// `snapshots` or `stats`.
    pub part: &'static str,
    /// The promise, as a test is named.
    pub name: &'static str,
    /// Checks it over a fresh, empty store.
    pub check: Check,
}

/// Makes a fresh, empty store. For the macro.
#[doc(hidden)]
pub type Make = fn() -> Pin<Box<dyn Future<Output = Fixture>>>;

/// Checks one promise.
pub type Check = fn(Arc<dyn UserStore>) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs one case on a runtime of its own, with threads enough for calls to meet. For the macro.
#[doc(hidden)]
pub fn run(make: Make, check: Check) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let fixture = make().await;
        check(fixture.store()).await;
    });
}

/// A store offers the capabilities that its suite was told of: none is left untested.
#[doc(hidden)]
#[track_caller]
pub fn assert_all_tested(store: &dyn UserStore, parts: &[&str]) {
    for (part, offered) in [
        ("bulk", store.as_bulk().is_some()),
        ("jobs", store.as_jobs().is_some()),
        ("outbox", store.as_outbox().is_some()),
        ("search", store.as_search().is_some()),
        ("snapshots", store.as_snapshots().is_some()),
        ("stats", store.as_stats().is_some()),
    ] {
        assert_eq!(offered, parts.contains(&part), "{part}: offered by the store (left), named to the suite (right)");
    }
}

/// Hands the names of the cases of one part to another macro.
#[doc(hidden)]
#[macro_export]
macro_rules! __store_cases {
    (users, [$($then:tt)*] $($with:tt)*) => {
        $($then)*! { $($with)*
            users:
            an_empty_store_finds_nobody
            each_key_finds_its_user
            the_kind_of_a_key_counts
            keys_are_compared_byte_by_byte
            the_normal_form_is_compared_and_the_spelling_kept

            an_insert_answers_what_is_found
            a_taken_id_is_refused
            a_taken_email_is_refused
            a_taken_phone_is_refused
            a_taken_username_is_refused
            a_taken_legacy_key_is_refused
            a_user_with_every_key_taken_is_refused
            keys_taken_by_several_users_are_refused
            a_refused_insert_leaves_nothing
            users_without_a_key_do_not_conflict
            one_of_64_inserts_of_one_email_is_stored
            one_of_64_inserts_of_one_legacy_key_is_stored
            users_who_share_one_key_crosswise_are_stored_whole

            an_update_of_the_expected_version_is_applied
            each_part_changes_alone
            a_new_password_moves_its_date_and_a_new_hash_does_not
            an_update_of_another_version_is_stale
            an_update_of_nobody_is_gone
            versions_count_changes
            one_of_64_updates_of_one_version_wins
            an_update_to_a_taken_email_changes_nothing
            an_update_to_a_taken_phone_changes_nothing
            an_update_to_a_taken_username_changes_nothing
            an_update_to_a_taken_legacy_key_changes_nothing
            a_stale_update_to_a_taken_key_is_stale
            an_update_may_keep_its_own_keys
            a_key_that_was_given_up_is_free
            one_of_64_updates_to_one_email_wins
            an_update_does_not_bring_back_the_deleted

            a_login_is_counted_and_dated
            a_login_changes_nothing_else
            the_later_login_stays
            a_login_of_nobody_is_not_counted
            every_one_of_64_logins_is_counted
            logins_do_not_make_updates_stale

            a_deleted_user_is_found_by_no_key
            deleting_nobody_is_false_and_leaves_no_tombstone
            one_of_64_deletes_wins
            every_key_of_the_deleted_is_buried
            a_delete_without_tombstone_leaves_none
            each_buried_key_refuses_an_insert
            a_lifted_tombstone_is_gone
            only_the_new_users_tombstones_are_lifted
            a_taken_key_wins_over_a_tombstone
            a_refused_insert_lifts_nothing
            the_living_are_found_at_a_buried_key
            a_delete_and_its_tombstone_are_one_step

            a_full_user_comes_back
            each_credential_comes_back
            every_way_of_moving_comes_back
            times_at_both_ends_come_back
            numbers_in_metadata_come_back
            hostile_text_comes_back
            hostile_keys_name_one_user_each
            a_mebibyte_of_metadata_comes_back
            debug_shows_nothing_of_a_user

            a_dropped_insert_is_whole_or_absent
            a_dropped_update_is_whole_or_absent
            a_dropped_delete_is_whole_or_absent
        }
    };
    (bulk, [$($then:tt)*] $($with:tt)*) => {
        $($then)*! { $($with)*
            bulk:
            a_batch_is_stored_in_its_order
            an_empty_batch_is_nothing
            users_who_are_there_are_left_as_they_are
            of_duplicates_in_a_batch_the_first_is_stored
            a_batch_refuses_the_buried
            a_batch_lifts_tombstones_when_told
            a_batch_lifts_for_nobody_but_those_it_creates
            a_batch_of_thousands_is_stored_whole_and_in_its_order
            a_batch_of_large_users_is_stored_whole
            a_checkpoint_is_saved_with_its_batch
            a_batch_under_a_lost_lease_writes_nothing
            a_write_comes_to_pass_when_its_turn_has_come
            a_write_whose_turn_is_lost_leaves_nothing
            of_64_batches_of_one_user_one_stores
            a_look_up_answers_each_key_in_order
            a_batch_changes_those_who_are_as_expected
            a_batch_makes_each_change_to_its_own_user
            a_batch_that_wants_all_writes_all_or_nothing
            a_batch_rolled_back_tells_and_writes_nothing
            faults_are_saved_with_their_batch
            a_scan_is_in_the_order_of_bytes
            a_scan_meets_everybody_once_whatever_comes_and_goes
            a_scan_of_nobody_is_empty
        }
    };
    (jobs, [$($then:tt)*] $($with:tt)*) => {
        $($then)*! { $($with)*
            jobs:
            a_job_comes_back
            a_job_id_is_given_once
            the_oldest_job_of_the_kind_is_leased
            one_of_32_leases_wins
            a_lease_lasts_until_its_end
            a_checkpoint_prolongs_the_lease
            a_checkpoint_is_what_the_next_worker_sees
            a_stale_worker_saves_nothing
            a_late_worker_may_save_while_nobody_took_over
            a_finished_job_is_over
            a_job_given_back_waits_again
            a_job_that_nobody_leased_cannot_be_saved
            a_heartbeat_only_prolongs
            a_cancelled_job_is_over_for_its_worker
            jobs_are_listed_newest_first
            faults_are_kept_with_their_job_in_pages
            a_checkpoint_saved_twice_leaves_its_faults_once
            what_was_over_long_ago_is_pruned
            no_more_than_so_many_are_leased_at_once
            of_jobs_that_are_named_one_is_leased
        }
    };
    (outbox, [$($then:tt)*] $($with:tt)*) => {
        $($then)*! { $($with)*
            outbox:
            an_insert_queues_its_messages_or_nothing
            an_update_queues_its_messages_or_nothing
            a_deletion_queues_its_messages_with_the_legacy_key
            messages_of_one_user_come_in_their_order
            one_of_32_takes_a_message
            a_message_is_due_again_when_its_time_is_up
            the_late_change_nothing
            a_postponed_message_waits
            a_take_holds_no_more_than_its_limit
            a_body_of_any_bytes_comes_back
            a_dropped_update_queues_with_its_change_or_not_at_all
        }
    };
    (search, [$($then:tt)*] $($with:tt)*) => {
        $($then)*! { $($with)*
            search:
            each_filter_means_what_the_reference_means
            a_filter_negated_finds_exactly_the_others
            filters_join
            prefixes_are_text_and_no_patterns
            a_long_filter_is_answered
            each_order_is_total_with_the_missing_last
            pages_neither_repeat_nor_skip
            pages_stand_while_users_come_and_go
            a_page_holds_no_more_than_its_limit
            a_name_is_found_in_any_case
            a_profile_is_searched_by_its_values
            users_can_be_passed_over
            a_search_that_has_looked_at_enough_can_be_gone_on_with
            a_place_in_another_order_is_refused
        }
    };
    (snapshots, [$($then:tt)*] $($with:tt)*) => {
        $($then)*! { $($with)*
            snapshots:
            a_snapshot_shows_everybody_of_its_moment
            a_snapshot_stays_whatever_is_written
            snapshots_are_each_of_their_own_moment
            a_page_that_is_read_ahead_has_its_users
        }
    };
    (stats, [$($then:tt)*] $($with:tt)*) => {
        $($then)*! { $($with)*
            stats:
            nobody_counts_as_nothing
            counts_are_those_of_the_reference
            counts_follow_the_users
        }
    };
}

/// One test for each case.
#[doc(hidden)]
#[macro_export]
macro_rules! __store_tests {
    ($part:ident: $($case:ident)*) => {
        mod $part {
            $(
                #[test]
                fn $case() {
                    let check: $crate::conformance::store::Check =
                        |store| ::std::boxed::Box::pin($crate::conformance::store::$case(store));
                    $crate::conformance::store::run(super::fresh_store, check);
                }
            )*
        }
    };
}

macro_rules! table {
    ($part:ident: $($name:ident)*) => {
        &[$(Case { part: stringify!($part), name: stringify!($name), check: |store| Box::pin($name(store)) }),*]
    };
}

/// Every case, part by part: what the macro runs, for those who run it another way.
pub const CASES: [&[Case]; 7] = [
    crate::__store_cases!(users, [table]),
    crate::__store_cases!(bulk, [table]),
    crate::__store_cases!(jobs, [table]),
    crate::__store_cases!(outbox, [table]),
    crate::__store_cases!(search, [table]),
    crate::__store_cases!(snapshots, [table]),
    crate::__store_cases!(stats, [table]),
];

/// Tests that a [`UserStore`](crate::UserStore) keeps its promises: a module with one named test for each.
///
/// The second argument is an async closure that makes a fresh, empty store for every test: a store, or a
/// [`Fixture`](crate::conformance::store::Fixture) where the store needs something that lives as long as it does. The
/// third names the capabilities to test, any of `bulk`, `jobs`, `outbox`, `search`, `snapshots`,
/// `stats`. A store that offers one which is
/// not named fails, and so does one which lacks one that is named: nothing is skipped in silence.
///
/// ```
/// use waystation::store::MemoryStore;
///
/// waystation::store_conformance!(memory, async || MemoryStore::new(), [bulk, jobs, outbox, search, snapshots, stats]);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! store_conformance {
    ($name:ident, $make:expr) => {
        $crate::store_conformance!($name, $make, []);
    };
    ($name:ident, $make:expr, [$($part:ident),* $(,)?]) => {
        mod $name {
            #[allow(unused_imports, reason = "what the maker names may be in the parent or not")]
            use super::*;

            // One function, so that the maker is compiled once and not once a test.
            fn fresh_store() -> ::std::pin::Pin<
                ::std::boxed::Box<dyn ::std::future::Future<Output = $crate::conformance::store::Fixture>>,
            > {
                ::std::boxed::Box::pin(async { ::std::convert::Into::into(($make)().await) })
            }

            #[test]
            fn every_capability_is_tested() {
                $crate::conformance::store::run(fresh_store, |store| {
                    ::std::boxed::Box::pin(async move {
                        $crate::conformance::store::assert_all_tested(&store, &[$(stringify!($part)),*]);
                    })
                });
            }

            $crate::__store_cases!(users, [$crate::__store_tests]);
            $($crate::__store_cases!($part, [$crate::__store_tests]);)*
        }
    };
}
