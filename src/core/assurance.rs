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
        session.aal() < Aal::Aal2 && self.has_second(identity)
    }

    /// Whether somebody has a second factor.
    pub fn has_second(self, identity: &Identity) -> bool {
        let mut addresses = identity.addresses.iter();
        let mut by_mail = || addresses.any(|one| one.via == "email" && one.verified_at.is_some());
        identity.has_second_factor || (self.by_mail && by_mail())
    }

    /// Whether somebody who is signed in like this has to add a second factor.
    pub fn asks_for_factor(self, identity: &Identity, aal: Aal) -> bool {
        self.enforce && !self.has_second(identity) && aal < Aal::Aal2
    }
}
