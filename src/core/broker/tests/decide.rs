//! The table of first sign-in and linking, cell by cell.

use crate::{
    broker::decide::{Candidate, Owner, Question, Rule, decide},
    provider::{Creation, Linking, Policy, UnverifiedLocal},
};

const SAFE: Candidate = Candidate {
    is_active: true,
    is_verified: true,
    has_roles: false,
    has_other_link: false,
    has_other_address: false,
    has_second_factor: false,
};

const OWNER: Owner = Owner {
    is_active: true,
    has_second_factor: false,
};

fn policy(create: Creation, link: Linking, unverified_local: UnverifiedLocal) -> Policy {
    Policy {
        create,
        link,
        unverified_local,
        ..Policy::default()
    }
}

fn stranger(policy: &Policy) -> Question<'_> {
    Question {
        policy,
        is_withheld: false,
        refusal: None,
        linked: None,
        is_trusted: true,
        prepared: None,
        candidates: &[],
    }
}

#[test]
fn whoever_is_linked_is_known_whatever_else_holds() {
    for create in [Creation::Auto, Creation::Review, Creation::Never] {
        for link in [Linking::Confirm, Linking::Auto, Linking::Deny] {
            for link_only in [true, false] {
                let mut policy = policy(create, link, UnverifiedLocal::Reclaim);
                policy.link_only = link_only;
                let mut question = stranger(&policy);
                question.linked = Some(true);
                assert_eq!(decide(&question).rule, Rule::Known);
                question.linked = Some(false);
                assert_eq!(decide(&question).rule, Rule::Disabled);
            }
        }
    }
}

#[test]
fn nobody_gets_past_what_is_kept_back_or_not_admitted() {
    let policy = Policy::default();
    for linked in [None, Some(true), Some(false)] {
        for prepared in [None, Some(OWNER)] {
            let mut question = Question {
                refusal: Some("the reason"),
                linked,
                prepared,
                candidates: &[SAFE],
                ..stranger(&policy)
            };
            let decision = decide(&question);
            assert_eq!(
                (decision.rule, decision.why),
                (Rule::NotAdmitted, "the reason")
            );
            question.is_withheld = true;
            assert_eq!(decide(&question).rule, Rule::Withheld);
        }
    }
}

#[test]
fn a_provider_for_links_only_lets_no_stranger_in() {
    let policy = Policy {
        link_only: true,
        link: Linking::Auto,
        ..Policy::default()
    };
    for prepared in [None, Some(OWNER)] {
        for candidates in [&[][..], &[SAFE]] {
            let question = Question {
                prepared,
                candidates,
                ..stranger(&policy)
            };
            assert_eq!(decide(&question).rule, Rule::LinkOnly);
        }
    }
}

#[test]
fn a_prepared_link_counts_before_candidates_and_switches() {
    let policy = policy(Creation::Never, Linking::Deny, UnverifiedLocal::Confirm);
    for candidates in [&[][..], &[SAFE], &[SAFE, SAFE]] {
        let mut question = Question {
            prepared: Some(OWNER),
            candidates,
            ..stranger(&policy)
        };
        assert_eq!(decide(&question).rule, Rule::Prepared);
        question.prepared = Some(Owner {
            has_second_factor: true,
            ..OWNER
        });
        assert_eq!(decide(&question).rule, Rule::Confirm);
        question.prepared = Some(Owner {
            is_active: false,
            has_second_factor: true,
        });
        assert_eq!(decide(&question).rule, Rule::Disabled);
    }
}

/// KC-082: whether people may register themselves is no part of the question.
#[test]
fn where_nobody_has_the_address_creation_decides() {
    for (create, rule) in [
        (Creation::Auto, Rule::Create),
        (Creation::Review, Rule::Review),
        (Creation::Never, Rule::CreationRefused),
    ] {
        for link in [Linking::Confirm, Linking::Auto, Linking::Deny] {
            let policy = policy(create, link, UnverifiedLocal::Reclaim);
            let mut question = stranger(&policy);
            assert_eq!(decide(&question).rule, rule);
            question.is_trusted = false;
            let untrusted = decide(&question);
            assert_eq!(untrusted.rule, rule);
            if create != Creation::Never {
                assert!(untrusted.why.contains("no address that counts as verified"));
            }
        }
    }
}

#[test]
fn several_candidates_are_never_guessed() {
    for link in [Linking::Confirm, Linking::Auto, Linking::Deny] {
        let policy = policy(Creation::Auto, link, UnverifiedLocal::Reclaim);
        let question = Question {
            candidates: &[SAFE, SAFE],
            ..stranger(&policy)
        };
        assert_eq!(decide(&question).rule, Rule::Several);
    }
}

/// Every one of the 2 × 2 × 2 × 2 × 2 × 2 candidates under every pair of `link` and `unverified_local`.
#[test]
fn one_candidate_is_linked_by_the_table() {
    use Linking::{Auto, Confirm, Deny};
    let flags = (0..64_u8).map(|bits| {
        let is = |bit: u8| bits >> bit & 1 == 1;
        Candidate {
            is_active: is(0),
            is_verified: is(1),
            has_roles: is(2),
            has_other_link: is(3),
            has_other_address: is(4),
            has_second_factor: is(5),
        }
    });
    for candidate in flags {
        let Candidate {
            is_active,
            is_verified,
            has_roles,
            has_other_link,
            has_other_address,
            has_second_factor,
        } = candidate;
        for link in [Confirm, Auto, Deny] {
            for unverified in [UnverifiedLocal::Confirm, UnverifiedLocal::Reclaim] {
                let may_reclaim = unverified == UnverifiedLocal::Reclaim
                    && !has_roles
                    && !has_other_address
                    && !has_second_factor;
                let expected = match (link, is_active, is_verified) {
                    (Deny, ..) => Rule::LinkDenied,
                    (_, false, _) => Rule::Disabled,
                    (Auto, true, true) if !has_roles && !has_other_link && !has_second_factor => {
                        Rule::Auto
                    }
                    (_, true, false) if may_reclaim => Rule::Reclaim,
                    _ => Rule::Confirm,
                };
                for create in [Creation::Auto, Creation::Review, Creation::Never] {
                    let policy = policy(create, link, unverified);
                    let candidates = [candidate];
                    let question = Question {
                        candidates: &candidates,
                        ..stranger(&policy)
                    };
                    let decision = decide(&question);
                    assert_eq!(decision.rule, expected, "{question:?}");
                    assert!(!decision.why.is_empty());
                }
            }
        }
    }
}

#[test]
fn why_a_link_is_not_made_at_once_is_said() {
    let policy = policy(Creation::Auto, Linking::Auto, UnverifiedLocal::Reclaim);
    let why = |candidate: Candidate| {
        let candidates = [candidate];
        let question = Question {
            candidates: &candidates,
            ..stranger(&policy)
        };
        decide(&question).why
    };
    let mut candidate = SAFE;
    candidate.has_roles = true;
    assert!(why(candidate).contains("it has roles"));
    let strong = Candidate {
        has_second_factor: true,
        ..SAFE
    };
    assert!(why(strong).contains("it has a second factor"));
    let strong = Candidate {
        is_verified: false,
        ..strong
    };
    assert!(why(strong).contains("never proved it, and has a second factor"));
    candidate.is_verified = false;
    assert!(why(candidate).contains("never proved it"));
    candidate.has_roles = false;
    candidate.has_other_address = true;
    assert!(why(candidate).contains("has other addresses"));
    let mut candidate = SAFE;
    candidate.has_other_link = true;
    assert!(why(candidate).contains("another account of the provider"));
}
