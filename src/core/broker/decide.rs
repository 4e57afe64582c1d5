//! What a provider's word leads to, as one pure decision: the rules of first sign-in and linking.
//!
//! The first rule that holds fires. An address that does not count as verified finds nobody.

use crate::provider::{Creation, Linking, Policy, UnverifiedLocal};

/// What the decision rests on.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) policy: &'a Policy,
    /// The configuration reads a claim that the provider keeps back.
    pub(super) is_withheld: bool,
    /// Why the account is not admitted.
    pub(super) refusal: Option<&'static str>,
    /// Whether the identity the account is linked to is active, when there is one.
    pub(super) linked: Option<bool>,
    /// Whether the provider's address counts as verified.
    pub(super) is_trusted: bool,
    /// The identity the link was prepared for, when there is one.
    pub(super) prepared: Option<Owner>,
    /// Who has the trusted address.
    pub(super) candidates: &'a [Candidate],
}

/// An identity that a link was prepared for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) is_active: bool,
    /// It has to prove itself twice, which no address does.
    pub(super) has_second_factor: bool,
}

/// An identity with the trusted address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) is_active: bool,
    /// It has proved the address here.
    pub(super) is_verified: bool,
    /// It may be an administrator of something.
    pub(super) has_roles: bool,
    /// Another account of the same provider is linked to it.
    pub(super) has_other_link: bool,
    /// Mail for it may go somewhere else, too.
    pub(super) has_other_address: bool,
    /// It has to prove itself twice, which no address does.
    pub(super) has_second_factor: bool,
}

/// A rule by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    Withheld,
    NotAdmitted,
    Known,
    Disabled,
    LinkOnly,
    Prepared,
    Create,
    Review,
    CreationRefused,
    Several,
    LinkDenied,
    Auto,
    Reclaim,
    Confirm,
}

impl Rule {
    /// The rule's name for administrators.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Withheld => "withheld",
            Self::NotAdmitted => "not_admitted",
            Self::Known => "known",
            Self::Disabled => "disabled",
            Self::LinkOnly => "link_only",
            Self::Prepared => "prepared",
            Self::Create => "create",
            Self::Review => "review",
            Self::CreationRefused => "creation_refused",
            Self::Several => "several",
            Self::LinkDenied => "link_denied",
            Self::Auto => "auto",
            Self::Reclaim => "reclaim",
            Self::Confirm => "confirm",
        }
    }
}

/// The rule that fires, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) rule: Rule,
    pub(super) why: &'static str,
}

fn fires(rule: Rule, why: &'static str) -> Decision {
    Decision { rule, why }
}

/// Decides.
pub(super) fn decide(question: &Question<'_>) -> Decision {
    if question.is_withheld {
        return fires(
            Rule::Withheld,
            "the provider keeps back a claim that its configuration reads",
        );
    }
    if let Some(reason) = question.refusal {
        return fires(Rule::NotAdmitted, reason);
    }
    match question.linked {
        Some(true) => return fires(Rule::Known, "the account is linked to an identity"),
        Some(false) => return disabled(),
        None => {}
    }
    if question.policy.link_only {
        return fires(
            Rule::LinkOnly,
            "nobody is linked to the account, and the provider is linked from the settings only",
        );
    }
    if let Some(owner) = question.prepared {
        return prepared(owner);
    }
    match question.candidates {
        [] => create(question),
        [candidate] => link(question.policy, *candidate),
        _ => fires(
            Rule::Several,
            "more than one identity has the account's verified address",
        ),
    }
}

fn prepared(owner: Owner) -> Decision {
    match owner {
        Owner {
            is_active: false, ..
        } => disabled(),
        // Whoever reads its mail may have made the account.
        Owner {
            has_second_factor: true,
            ..
        } => fires(
            Rule::Confirm,
            "an administrator has prepared a link for the account's verified address, but the \
             identity has a second factor, so the link is confirmed",
        ),
        Owner { .. } => fires(
            Rule::Prepared,
            "an administrator has prepared a link for the account's verified address",
        ),
    }
}

fn disabled() -> Decision {
    fires(Rule::Disabled, "the identity is switched off")
}

fn create(question: &Question<'_>) -> Decision {
    let nobody = match question.is_trusted {
        true => "nobody has the account's verified address",
        false => "the account has no address that counts as verified, so nobody was looked for",
    };
    match question.policy.create {
        Creation::Auto => fires(Rule::Create, nobody),
        Creation::Review => fires(Rule::Review, nobody),
        Creation::Never => fires(
            Rule::CreationRefused,
            "nobody was found by the account, and the provider creates no identities",
        ),
    }
}

fn link(policy: &Policy, candidate: Candidate) -> Decision {
    if policy.link == Linking::Deny {
        return fires(
            Rule::LinkDenied,
            "an identity has the account's verified address, and links by address are denied",
        );
    }
    if !candidate.is_active {
        return disabled();
    }
    match candidate.is_verified {
        true => link_verified(policy, candidate),
        false => link_unverified(policy, candidate),
    }
}

fn link_verified(policy: &Policy, candidate: Candidate) -> Decision {
    let why = match (policy.link, candidate) {
        (Linking::Confirm | Linking::Deny, _) => {
            "an identity has verified the same address, and every link is confirmed"
        }
        (Linking::Auto, Candidate { has_roles, .. }) if has_roles => {
            "an identity has verified the same address, but it has roles, so the link is confirmed"
        }
        (Linking::Auto, Candidate { has_other_link, .. }) if has_other_link => {
            "an identity has verified the same address, but another account of the provider is \
             linked to it, so the link is confirmed"
        }
        (
            Linking::Auto,
            Candidate {
                has_second_factor, ..
            },
        ) if has_second_factor => {
            "an identity has verified the same address, but it has a second factor, so the link is \
             confirmed"
        }
        (Linking::Auto, _) => {
            return fires(Rule::Auto, "the provider and we have verified the address");
        }
    };
    fires(Rule::Confirm, why)
}

/// Whoever registered an address without proving it may be waiting for its owner.
fn link_unverified(policy: &Policy, candidate: Candidate) -> Decision {
    let why = match (policy.unverified_local, candidate) {
        (UnverifiedLocal::Confirm, _) => {
            "an identity has the address but has never proved it, so the link is confirmed"
        }
        (UnverifiedLocal::Reclaim, Candidate { has_roles, .. }) if has_roles => {
            "an identity with roles has the address but has never proved it, so the link is \
             confirmed"
        }
        // Nobody takes away with one proof what asks for two.
        (
            UnverifiedLocal::Reclaim,
            Candidate {
                has_second_factor, ..
            },
        ) if has_second_factor => {
            "an identity has the address but has never proved it, and has a second factor, so the \
             link is confirmed"
        }
        // What lets somebody else in would stay: codes could go to the other address.
        (
            UnverifiedLocal::Reclaim,
            Candidate {
                has_other_address, ..
            },
        ) if has_other_address => {
            "an identity has the address but has never proved it, and has other addresses, so the \
             link is confirmed"
        }
        (UnverifiedLocal::Reclaim, _) => {
            return fires(
                Rule::Reclaim,
                "whoever registered the address never proved it, and the provider has",
            );
        }
    };
    fires(Rule::Confirm, why)
}
