//! Kinds of credentials, as a set that costs nothing to copy and that stores can count up.

use serde::{Deserialize, Serialize};

use super::CredentialKind;

/// Kinds of credentials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kinds(u8);

impl Kinds {
    /// Every kind that is a second factor: those of applications and of security keys.
    pub const SECOND_FACTORS: Self = Self(0b1_0100);

    /// These kinds.
    pub fn of(kinds: impl IntoIterator<Item = CredentialKind>) -> Self {
        let bits = kinds.into_iter().map(CredentialKind::bit);
        Self(bits.fold(0, |all, bit| all | bit))
    }

    /// The kinds whose bits are set in this number.
    pub fn of_bits(bits: i64) -> Self {
        let kinds = CredentialKind::ALL.into_iter();
        Self::of(kinds.filter(|kind| bits & i64::from(kind.bit()) != 0))
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of these that are among the others.
    #[must_use]
    pub fn among(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Whether one of these is among the others.
    pub fn meet(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}

impl CredentialKind {
    /// What stands for the kind in a set.
    pub fn bit(self) -> u8 {
        let place = Self::ALL.iter().position(|kind| *kind == self);
        place.map_or(0, |place| 1 << place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_into_it() {
        let totp = Kinds::of([CredentialKind::Totp]);
        assert!(totp.meet(Kinds::SECOND_FACTORS));
        let both = Kinds::of([CredentialKind::Totp, CredentialKind::Oidc]);
        assert_eq!(both.among(Kinds::SECOND_FACTORS), totp);
        assert!(!totp.meet(Kinds::of([CredentialKind::Webauthn])));
        assert!(!Kinds::of([CredentialKind::LookupSecret]).meet(Kinds::SECOND_FACTORS));
        assert!(Kinds::default().is_empty() && !totp.is_empty());
        let all = CredentialKind::ALL.into_iter();
        let second = Kinds::of(all.filter(|kind| kind.is_second_factor()));
        assert_eq!(second, Kinds::SECOND_FACTORS);
        let bits = CredentialKind::ALL.map(CredentialKind::bit);
        let all = bits.iter().map(|bit| i64::from(*bit)).sum();
        assert_eq!(Kinds::of_bits(all), Kinds::of(CredentialKind::ALL));
    }
}
