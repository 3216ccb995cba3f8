//! The table against the list of documented codes, in both directions, and the waiting times.

use super::table::ROWS;
use super::*;

/// Every code of CLOUD_API section 9.3 and of PLATFORM_RULES, as (first, last, what must be done).
const DOCUMENTED: &[(i64, i64, Kind)] = &[
    (0, 0, Kind::Stop),
    (1, 1, Kind::Once),
    (2, 2, Kind::Wait),
    (3, 3, Kind::Stop),
    (4, 4, Kind::Slow),
    (10, 10, Kind::Stop),
    (33, 33, Kind::Stop),
    (100, 100, Kind::No),
    (190, 190, Kind::Stop),
    (200, 299, Kind::Stop),
    (368, 368, Kind::Stop),
    (613, 613, Kind::Slow),
    (80007, 80007, Kind::Slow),
    (130403, 130403, Kind::No),
    (130429, 130429, Kind::Slow),
    (130472, 130472, Kind::No),
    (130497, 130497, Kind::No),
    (131000, 131000, Kind::Wait),
    (131005, 131005, Kind::Stop),
    (131008, 131009, Kind::No),
    (131016, 131016, Kind::Wait),
    (131020, 131021, Kind::No),
    (131026, 131026, Kind::No),
    (131030, 131030, Kind::No),
    (131031, 131031, Kind::Stop),
    (131037, 131037, Kind::Stop),
    (131041, 131041, Kind::No),
    (131042, 131042, Kind::Stop),
    (131044, 131045, Kind::Stop),
    (131047, 131047, Kind::No),
    (131048, 131048, Kind::Stop),
    (131049, 131052, Kind::No),
    (131053, 131053, Kind::Once),
    (131055, 131055, Kind::No),
    (131056, 131056, Kind::Pair),
    (131057, 131057, Kind::Slow),
    (131059, 131060, Kind::No),
    (131062, 131062, Kind::No),
    (131063, 131064, Kind::Stop),
    (131201, 131207, Kind::No),
    (131208, 131208, Kind::Pair),
    (131209, 131215, Kind::No),
    (132000, 132001, Kind::No),
    (132005, 132005, Kind::No),
    (132007, 132008, Kind::No),
    (132012, 132012, Kind::No),
    (132015, 132016, Kind::No),
    (132068, 132068, Kind::No),
    (132069, 132069, Kind::Pair),
    (133000, 133000, Kind::Stop),
    (133004, 133004, Kind::Wait),
    (133005, 133005, Kind::No),
    (133006, 133006, Kind::Stop),
    (133008, 133009, Kind::No),
    (133010, 133010, Kind::Stop),
    (133015, 133016, Kind::No),
    (134011, 134011, Kind::Stop),
    (134100, 134102, Kind::No),
    (135000, 135000, Kind::No),
    (136024, 136025, Kind::No),
    (137000, 137000, Kind::No),
    (138000, 138018, Kind::No),
    (139000, 139004, Kind::No),
    (139100, 139103, Kind::No),
    (141000, 141000, Kind::Stop),
    (147001, 147005, Kind::No),
    (2388019, 2388019, Kind::No),
    (2388040, 2388040, Kind::No),
    (2388047, 2388047, Kind::No),
    (2388072, 2388073, Kind::No),
    (2388293, 2388293, Kind::No),
    (2388299, 2388299, Kind::No),
    (2494100, 2494100, Kind::Slow),
    (2593107, 2593109, Kind::No),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    No,
    Once,
    Wait,
    Slow,
    Pair,
    Stop,
}

const fn kind_of(reaction: Reaction) -> Kind {
    match reaction {
        Reaction::Fail => Kind::No,
        Reaction::Once => Kind::Once,
        Reaction::Retry => Kind::Wait,
        Reaction::SlowNumber => Kind::Slow,
        Reaction::SlowRecipient => Kind::Pair,
        Reaction::StopNumber(_) => Kind::Stop,
    }
}

fn fault(code: i64, title: &str, details: Option<&str>) -> ProviderFault {
    ProviderFault {
        code,
        title: title.to_owned(),
        details: details.map(str::to_owned),
    }
}

#[test]
fn every_documented_code_has_a_row_that_does_what_is_documented() {
    for &(first, last, kind) in DOCUMENTED {
        for code in first..=last {
            let policy = policy_of(code);
            assert!(
                policy.first <= code && code <= policy.last && !policy.title.is_empty(),
                "{code} has no row"
            );
            assert_eq!(kind_of(policy.reaction), kind, "{code}");
        }
    }
}

#[test]
fn every_row_is_documented() {
    for row in ROWS {
        for code in row.first..=row.last {
            assert!(
                DOCUMENTED
                    .iter()
                    .any(|(first, last, _)| (*first..=*last).contains(&code)),
                "{code} is in no document"
            );
        }
    }
}

#[test]
fn rows_are_in_order_and_none_overlaps_another() {
    for row in ROWS {
        assert!(row.first <= row.last, "{}", row.first);
    }
    for pair in ROWS.windows(2) {
        assert!(
            pair[0].last < pair[1].first,
            "{} and {}",
            pair[0].first,
            pair[1].first
        );
    }
}

#[test]
fn every_row_tells_people_what_happened_and_what_to_do() {
    for row in ROWS {
        assert!(
            !row.title.is_empty() && !row.title.ends_with('.'),
            "{}",
            row.first
        );
        assert!(row.advice.ends_with('.'), "{}", row.first);
    }
}

#[test]
fn a_code_that_nobody_documented_fails_with_the_words_of_the_provider() {
    for code in [
        -404, 5, 34, 199, 300, 470, 480, 501, 131014, 131200, 131216, 9_999_999,
    ] {
        assert_eq!(policy_of(code).reaction, Reaction::Fail, "{code}");
    }
    let shown = failure(&fault(470, "Re-engagement message", Some("Too late.")));
    assert_eq!(shown.title, "Re-engagement message");
    assert!(
        shown.advice.ends_with("WhatsApp says: Too late."),
        "{}",
        shown.advice
    );
    assert!(failure(&fault(470, "", None)).title.contains("470"));
}

#[test]
fn a_known_code_is_told_in_our_words_with_the_details_of_the_provider() {
    let shown = failure(&fault(131047, "(#131047) Re-engagement message", None));
    assert_eq!(shown.code, 131047);
    assert_eq!(
        shown.title,
        "More than 24 hours have passed since the customer wrote"
    );
    assert!(
        shown.advice.starts_with("Send a template"),
        "{}",
        shown.advice
    );
    let shown = failure(&fault(
        100,
        "Invalid parameter",
        Some("text.body is too long"),
    ));
    assert!(
        shown.advice.ends_with("text.body is too long"),
        "{}",
        shown.advice
    );
}

#[test]
fn the_token_and_the_account_stop_the_number_and_a_limit_only_marks_it() {
    for (code, health) in [
        (0, HealthState::TokenInvalid),
        (190, HealthState::TokenInvalid),
        (131031, HealthState::Blocked),
        (368, HealthState::Blocked),
        (133010, HealthState::Blocked),
        (131042, HealthState::Limited),
        (131048, HealthState::Limited),
    ] {
        assert_eq!(
            policy_of(code).reaction,
            Reaction::StopNumber(health),
            "{code}"
        );
    }
}

fn schedule(reaction: Reaction, jitter: f64) -> Vec<f64> {
    (1..20)
        .map_while(|tries| delay(reaction, tries, jitter))
        .map(|wait| wait.as_secs_f64())
        .collect()
}

#[test]
fn each_reaction_waits_by_its_own_schedule_and_ends() {
    assert_eq!(schedule(Reaction::Retry, 0.0), [1.0, 2.0, 4.0, 8.0, 16.0]);
    assert_eq!(schedule(Reaction::Retry, 1.0), [1.5, 3.0, 6.0, 12.0, 24.0]);
    assert_eq!(schedule(Reaction::Once, 0.0), [2.0]);
    assert_eq!(
        schedule(Reaction::SlowNumber, 0.0),
        [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 120.0]
    );
    for jitter in [0.0, 0.7] {
        assert_eq!(
            schedule(Reaction::SlowRecipient, jitter),
            [1.0, 4.0, 16.0, 64.0, 256.0]
        );
    }
    assert!(schedule(Reaction::Fail, 0.5).is_empty());
    assert!(schedule(Reaction::StopNumber(HealthState::Blocked), 0.5).is_empty());
}

#[test]
fn odd_arguments_give_no_odd_waits() {
    assert_eq!(delay(Reaction::Retry, 0, 0.0), Some(Duration::from_secs(1)));
    assert_eq!(
        delay(Reaction::Retry, 1, -5.0),
        Some(Duration::from_secs(1))
    );
    assert_eq!(delay(Reaction::Retry, u32::MAX, 9.0), None);
    assert_eq!(delay(Reaction::SlowRecipient, u32::MAX, 0.0), None);
}
