//! A share of a hundred, as figures and charts write it. A share of nothing is neither all nor none.

use portcullis_core::sessions::CacheReads;

/// What cannot be told.
pub(super) const UNKNOWN: &str = "–";

/// How many of a hundred were found: all of them only where not one was missing.
pub(super) fn share(reads: CacheReads) -> Option<u64> {
    reads.hits.saturating_mul(100).checked_div(reads.all())
}

/// A share with its sign; what cannot be told of nothing.
pub(super) fn written(share: Option<u64>) -> String {
    share.map_or_else(|| UNKNOWN.to_owned(), |share| format!("{share}\u{a0}%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_none_and_all_means_all() {
        let of = |hits, misses| share(CacheReads { hits, misses });
        assert_eq!(of(0, 0), None);
        assert_eq!(of(0, 5), Some(0));
        assert_eq!(of(999, 1), Some(99));
        assert_eq!(of(7, 0), Some(100));
        assert_eq!(written(None), UNKNOWN);
    }
}
