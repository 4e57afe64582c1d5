//! The keys that seal what factors keep: the first one seals, all of them open, so that a key can be
//! replaced while people go on using what they have.

use portcullis_core::{
    entropy::Entropy, id::IdentityId, method::MethodError, seal::Seal, store::StoreError,
};

/// Keys for what factors keep.
#[derive(Debug, Clone)]
pub struct Seals {
    first: Seal,
    others: Vec<Seal>,
}

/// What was sealed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Opened {
    pub(crate) plain: Vec<u8>,
    /// Whether it has to be sealed anew, with the key of today.
    pub(crate) is_outdated: bool,
}

impl Seals {
    /// The key that seals, and others that still open what they once sealed.
    pub fn new(first: Seal, others: Vec<Seal>) -> Self {
        Self { first, others }
    }

    /// Seals something of this identity's, which opens for no other.
    pub(crate) fn close(
        &self,
        (purpose, owner): (&str, IdentityId),
        plain: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<String, MethodError> {
        let sealed = self.first.close(&bound(purpose, owner), plain, entropy);
        sealed.ok_or(MethodError::Unavailable(StoreError::Corrupt {
            what: "secret",
        }))
    }

    /// Opens what any of the keys sealed for this identity; `None` for anything else.
    pub(crate) fn open(
        &self,
        (purpose, owner): (&str, IdentityId),
        sealed: &str,
    ) -> Option<Opened> {
        let purpose = bound(purpose, owner);
        let open = |seal: &Seal, is_outdated| {
            let plain = seal.open(&purpose, sealed)?;
            Some(Opened { plain, is_outdated })
        };
        let mut others = self.others.iter();
        open(&self.first, false).or_else(|| others.find_map(|seal| open(seal, true)))
    }
}

/// Whoever can write into the store must not make somebody else's secret their own.
fn bound(purpose: &str, owner: IdentityId) -> String {
    format!("{purpose} of {owner}")
}
