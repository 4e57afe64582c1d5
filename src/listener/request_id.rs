//! Request ids: the client's own when it is sane, a fresh one otherwise.

use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};
use portcullis_core::entropy::Entropy;
use uuid::{Uuid, fmt::Hyphenated};

/// The header that carries a request id.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Makes request ids.
///
/// Ids must be unique, not secret, so only their seed is drawn from the system: one call of the
/// kernel per request would cost more than everything else about them.
#[derive(Debug)]
pub struct RequestIds {
    seed: (u64, u64),
    count: AtomicU64,
}

/// Names one request in logs, answers and upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestIds {
    /// Ids that no other process makes.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let word = || u64::from_le_bytes(entropy.bytes());
        Self {
            seed: (word(), word()),
            count: AtomicU64::new(0),
        }
    }

    /// The id these headers carry, or a fresh one.
    pub fn of(&self, headers: &HeaderMap) -> RequestId {
        let mut given = headers.get_all(&X_REQUEST_ID).iter();
        match (given.next(), given.next()) {
            (Some(id), None) if is_sane(id.as_bytes()) => RequestId(id.clone()),
            _ => self.fresh(),
        }
    }

    fn fresh(&self) -> RequestId {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let high = u128::from(mixed(self.seed.0 ^ count));
        let low = u128::from(mixed(self.seed.1.wrapping_add(count)));
        let bytes = (high << 64 | low).to_be_bytes();
        RequestId(as_header(
            uuid::Builder::from_random_bytes(bytes).into_uuid(),
        ))
    }
}

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The id as a header's value.
    pub fn header(&self) -> &HeaderValue {
        &self.0
    }
}

fn as_header(id: Uuid) -> HeaderValue {
    let mut buffer = [0; Hyphenated::LENGTH];
    let text = id.hyphenated().encode_lower(&mut buffer);
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("unknown"))
}

fn is_sane(id: &[u8]) -> bool {
    let plain = |c: &u8| c.is_ascii_alphanumeric() || b"._:-".contains(c);
    (1..=128).contains(&id.len()) && id.iter().all(plain)
}

/// The output function of SplitMix64: a bijection, so that two counts never make the same word.
fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use portcullis_core::testing::SeededEntropy;

    use super::*;

    fn of(ids: &RequestIds, given: &[&'static str]) -> String {
        let headers = given
            .iter()
            .map(|id| (X_REQUEST_ID, HeaderValue::from_static(id)))
            .collect();
        ids.of(&headers).as_str().to_owned()
    }

    #[test]
    fn a_sane_id_is_kept_and_an_odd_one_replaced() {
        let ids = RequestIds::new(&SeededEntropy::new(1));
        assert_eq!(of(&ids, &["Root=1:a_b.c-9"]).len(), 36);
        assert_eq!(of(&ids, &["1:a_b.c-9"]), "1:a_b.c-9");
        for odd in [&["a b"][..], &[""], &["a", "b"], &[]] {
            assert_eq!(of(&ids, odd).len(), 36);
        }
    }

    #[test]
    fn fresh_ids_differ() {
        let ids = RequestIds::new(&SeededEntropy::new(2));
        let made: HashSet<String> = (0..1000).map(|_| of(&ids, &[])).collect();
        assert_eq!(made.len(), 1000);
        assert!(made.iter().all(|id| id.as_bytes()[14] == b'4'));
    }
}
