//! How strongly people have to be signed in.

use crate::{
    credential::{CredentialKind, Kinds},
    identity::Identity,
    session::{Aal, AuthenticationMethod, Session},
};

/// How strongly people have to be signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assurance {
    /// Whether everybody has to have a second factor, and use it.
    pub enforce: bool,
    /// Whether those who have one have to use it.
    pub highest_available: bool,
    /// Whether whoever signs in through a provider that tells of one factor goes on with a security key,
    /// and whoever gets in by mail and could come through a provider.
    pub key_after_provider: bool,
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
            key_after_provider: false,
            by_mail: false,
            factors: Kinds::SECOND_FACTORS,
        }
    }
}

impl Assurance {
    /// Whether somebody in `session` has to prove themselves by a second factor before they are let
    /// through.
    pub fn is_lacking(self, identity: &Identity, session: &Session) -> bool {
        let is_asked = self.enforce || self.highest_available;
        (is_asked && self.is_weaker(identity, session)) || self.lacks_key(identity, session)
    }

    /// Whether somebody in `session` could prove themselves more strongly. Whoever acts as somebody
    /// else has proved who they are in a session of their own.
    pub fn is_weaker(self, identity: &Identity, session: &Session) -> bool {
        let by_mail = self.takes_mail(session) && has_proved_address(identity);
        let is_own = session.acting.is_none();
        let is_one = session.aal() < Aal::Aal2 && (self.has_own(identity) || by_mail);
        (is_own && is_one) || self.lacks_key(identity, session)
    }

    /// Whether somebody in `session` has a security key and has to show it: no other second factor
    /// will do, but for a code of the list that stands in for the key.
    pub fn lacks_key(self, identity: &Identity, session: &Session) -> bool {
        self.wants_key(identity, session) && self.has_key(identity)
    }

    /// Whether somebody in `session` has to add a security key.
    pub fn asks_for_key(self, identity: &Identity, session: &Session) -> bool {
        self.wants_key(identity, session) && !self.has_key(identity)
    }

    fn wants_key(self, identity: &Identity, session: &Session) -> bool {
        // Whoever has somebody's account at a provider often has the mailbox of its address, too.
        let may_have_provider = identity.is_linked || self.has_key(identity);
        let is_as_good = |one: &AuthenticationMethod| is_mail(one) && may_have_provider;
        let mut first = session.methods.iter().take(1);
        let is_through_provider = first.any(|one| one.provider.is_some() || is_as_good(one));
        let is_enough = |one: &AuthenticationMethod| {
            let (key, list) = (CredentialKind::Webauthn, CredentialKind::LookupSecret);
            let stands_in = one.method == list.as_str() && self.has_key(identity);
            let is_shown = one.method == key.as_str() || one.provider.is_some() || stands_in;
            one.aal >= Aal::Aal2 && is_shown
        };
        let is_own = session.acting.is_none();
        let is_asked = self.key_after_provider && is_own && is_through_provider;
        is_asked && !session.methods.iter().any(is_enough)
    }

    fn has_key(self, identity: &Identity) -> bool {
        let key = Kinds::of([CredentialKind::Webauthn]);
        self.factors.meet(key) && identity.second_factors.meet(key)
    }

    /// Whether a code by mail is a second factor in `session`: not where mail was the first.
    pub fn takes_mail(self, session: &Session) -> bool {
        let mut methods = session.methods.iter();
        self.by_mail && methods.any(|one| !is_mail(one))
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

/// Whether nothing but a mailbox is proved by it.
fn is_mail(one: &AuthenticationMethod) -> bool {
    matches!(&*one.method, "code" | "link_recovery" | "code_recovery")
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
        id::{IdentityId, SessionId},
        secret::TokenHash,
        session::Device,
        testing::{FrozenClock, SeededEntropy},
    };

    fn ada() -> Identity {
        let clock = FrozenClock::new("2026-11-21T12:00:00Z".parse().unwrap());
        let id = IdentityId::generate(&SeededEntropy::new(3));
        Identity::blank(id, "default", clock.now())
    }

    /// Her session, proved by these: `one` is a provider that tells of one factor, `two` of two.
    fn session(ada: &Identity, proofs: &[&str]) -> Session {
        let now = ada.created_at;
        let proof = |name: &&str| {
            let aal = match *name {
                "one" | "password" | "code" | "code_recovery" | "link_recovery" => Aal::Aal1,
                _ => Aal::Aal2,
            };
            let mut method = AuthenticationMethod::local(name, aal, now);
            if matches!(*name, "one" | "two") {
                method.method = "oidc".to_owned();
                method.provider = Some("idp".parse().unwrap());
            }
            method
        };
        Session {
            id: SessionId::generate(&SeededEntropy::new(4)),
            token_hash: TokenHash::of("a token"),
            identity_id: ada.id,
            issued_at: now,
            authenticated_at: now,
            expires_at: now,
            last_seen_at: now,
            methods: proofs.iter().map(proof).collect(),
            device: Device::default(),
            acting: None,
        }
    }

    /// CU-30.
    #[test]
    fn cu_30_a_key_follows_a_provider_that_tells_of_one_factor() {
        let on = Assurance {
            key_after_provider: true,
            ..Assurance::default()
        };
        let mut ada = ada();
        let (totp, key) = (CredentialKind::Totp, CredentialKind::Webauthn);
        for (proofs, own, asks, lacks) in [
            (&["one"][..], &[][..], true, false),
            (&["one"], &[key], false, true),
            (&["one"], &[totp], true, false),
            (&["one", "totp"], &[totp], true, false),
            (&["one", "totp"], &[totp, key], false, true),
            (&["one", "code"], &[key], false, true),
            (&["one", "webauthn"], &[key], false, false),
            (&["one", "lookup_secret"], &[key], false, false),
            (&["one", "lookup_secret"], &[totp], true, false),
            (&["two"], &[key], false, false),
            (&["two"], &[], false, false),
            (&["password"], &[key], false, false),
            (&["password", "one"], &[key], false, false),
        ] {
            ada.second_factors = Kinds::of(own.iter().copied());
            let session = session(&ada, proofs);
            assert_eq!(on.asks_for_key(&ada, &session), asks, "{proofs:?} {own:?}");
            assert_eq!(on.lacks_key(&ada, &session), lacks, "{proofs:?} {own:?}");
            assert_eq!(on.is_lacking(&ada, &session), lacks, "{proofs:?} {own:?}");
            let off = Assurance::default();
            assert!(!off.asks_for_key(&ada, &session) && !off.lacks_key(&ada, &session));
        }
    }

    /// CU-30: whoever took an account at a provider has the mailbox that it comes with, too.
    #[test]
    fn cu_30_a_key_follows_a_proof_by_mail_of_whoever_could_come_through_a_provider() {
        let on = Assurance {
            key_after_provider: true,
            ..Assurance::default()
        };
        let mut ada = ada();
        let (totp, key) = (CredentialKind::Totp, CredentialKind::Webauthn);
        for mail in ["code", "code_recovery", "link_recovery"] {
            for (more, is_linked, own, asks, lacks) in [
                (&[][..], false, &[][..], false, false),
                (&[], false, &[totp], false, false),
                (&[], false, &[key], false, true),
                (&[], true, &[], true, false),
                (&[], true, &[totp], true, false),
                (&[], true, &[key], false, true),
                (&["password"], true, &[key], false, true),
                (&["totp"], true, &[totp, key], false, true),
                (&["one"], true, &[key], false, true),
                (&["two"], true, &[key], false, false),
                (&["webauthn"], true, &[key], false, false),
                (&["lookup_secret"], true, &[key], false, false),
            ] {
                ada.second_factors = Kinds::of(own.iter().copied());
                ada.is_linked = is_linked;
                let session = session(&ada, &[&[mail], more].concat());
                let told = format!("{mail} {more:?} {is_linked} {own:?}");
                assert_eq!(on.asks_for_key(&ada, &session), asks, "{told}");
                assert_eq!(on.lacks_key(&ada, &session), lacks, "{told}");
                assert_eq!(on.is_lacking(&ada, &session), lacks, "{told}");
                let off = Assurance::default();
                assert!(!off.asks_for_key(&ada, &session) && !off.lacks_key(&ada, &session));
            }
        }
    }

    #[test]
    fn what_is_switched_off_is_no_second_factor() {
        let mut ada = ada();
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
