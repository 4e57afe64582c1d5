//! How strongly people have to be signed in.

use crate::{
    credential::Kinds,
    identity::Identity,
    session::{Aal, Session},
};

/// How strongly people have to be signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assurance {
    /// Whether everybody has to have a second factor, and use it.
    pub enforce: bool,
    /// Whether those who have one have to use it.
    pub highest_available: bool,
    /// Whether a code by mail is a second factor, which everybody has who has proved an address.
    pub by_mail: bool,
    /// Which kinds of credentials are second factors here: what is switched off is not asked for.
    pub factors: Kinds,
}

impl Default for Assurance {
    fn default() -> Self {
        Self {
            enforce: false,
            highest_available: false,
            by_mail: false,
            factors: Kinds::SECOND_FACTORS,
        }
    }
}

impl Assurance {
    /// Whether somebody in `session` has to prove themselves by a second factor before they are let
    /// through.
    pub fn is_lacking(self, identity: &Identity, session: &Session) -> bool {
        (self.enforce || self.highest_available) && self.is_weaker(identity, session)
    }

    /// Whether somebody in `session` could prove themselves more strongly. Whoever acts as somebody
    /// else has proved who they are in a session of their own.
    pub fn is_weaker(self, identity: &Identity, session: &Session) -> bool {
        let by_mail = self.takes_mail(session) && has_proved_address(identity);
        let is_own = session.acting.is_none();
        is_own && session.aal() < Aal::Aal2 && (self.has_own(identity) || by_mail)
    }

    /// Whether a code by mail is a second factor in `session`: not where mail was the first.
    pub fn takes_mail(self, session: &Session) -> bool {
        let is_mail = |method: &str| matches!(method, "code" | "link_recovery" | "code_recovery");
        let mut methods = session.methods.iter();
        self.by_mail && methods.any(|one| !is_mail(&one.method))
    }

    /// Whether somebody has a second factor.
    pub fn has_second(self, identity: &Identity) -> bool {
        self.has_own(identity) || (self.by_mail && has_proved_address(identity))
    }

    /// Whether one of somebody's credentials is a second factor here.
    pub fn has_own(self, identity: &Identity) -> bool {
        identity.second_factors.meet(self.factors)
    }

    /// Whether somebody who is signed in like this has to add a second factor.
    pub fn asks_for_factor(self, identity: &Identity, aal: Aal) -> bool {
        self.enforce && !self.has_second(identity) && aal < Aal::Aal2
    }
}

fn has_proved_address(identity: &Identity) -> bool {
    let mut addresses = identity.addresses.iter();
    addresses.any(|one| one.via == "email" && one.verified_at.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Clock,
        credential::CredentialKind,
        id::IdentityId,
        testing::{FrozenClock, SeededEntropy},
    };

    #[test]
    fn what_is_switched_off_is_no_second_factor() {
        let clock = FrozenClock::new("2026-11-21T12:00:00Z".parse().unwrap());
        let id = IdentityId::generate(&SeededEntropy::new(3));
        let mut ada = Identity::blank(id, "default", clock.now());
        let enforced = Assurance {
            enforce: true,
            ..Assurance::default()
        };
        assert!(!enforced.has_second(&ada));
        ada.second_factors = Kinds::of([CredentialKind::Totp]);
        assert!(enforced.has_second(&ada) && !enforced.asks_for_factor(&ada, Aal::Aal1));
        let without = Assurance {
            factors: Kinds::of([CredentialKind::Webauthn]),
            ..enforced
        };
        assert!(!without.has_second(&ada) && without.asks_for_factor(&ada, Aal::Aal1));
    }
}
