//! How strongly people have to be signed in.

use crate::{
    identity::Identity,
    session::{Aal, Session},
};

/// How strongly people have to be signed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Assurance {
    /// Whether everybody has to have a second factor, and use it.
    pub enforce: bool,
    /// Whether those who have one have to use it.
    pub highest_available: bool,
    /// Whether a code by mail is a second factor, which everybody has who has proved an address.
    pub by_mail: bool,
}

impl Assurance {
    /// Whether somebody in `session` has to prove themselves by a second factor before they are let
    /// through.
    pub fn is_lacking(self, identity: &Identity, session: &Session) -> bool {
        (self.enforce || self.highest_available) && self.is_weaker(identity, session)
    }

    /// Whether somebody in `session` could prove themselves more strongly.
    pub fn is_weaker(self, identity: &Identity, session: &Session) -> bool {
        let by_mail = self.takes_mail(session) && has_proved_address(identity);
        session.aal() < Aal::Aal2 && (identity.has_second_factor || by_mail)
    }

    /// Whether a code by mail is a second factor in `session`: not where mail was the first.
    pub fn takes_mail(self, session: &Session) -> bool {
        let is_mail = |method: &str| matches!(method, "code" | "link_recovery" | "code_recovery");
        let mut methods = session.methods.iter();
        self.by_mail && methods.any(|one| !is_mail(&one.method))
    }

    /// Whether somebody has a second factor.
    pub fn has_second(self, identity: &Identity) -> bool {
        identity.has_second_factor || (self.by_mail && has_proved_address(identity))
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
