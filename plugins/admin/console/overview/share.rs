//! A share of a hundred, as figures and charts write it. A share of nothing is neither all nor none.

use portcullis_core::sessions::CacheReads;

/// What cannot be told.
pub(super) const UNKNOWN: &str = "–";

/// How many of a hundred were found: all of them only where not one was missing.
pub(super) fn share(reads: CacheReads) -> Option<u64> {
    let all = reads.hits.saturating_add(reads.misses);
    reads.hits.saturating_mul(100).checked_div(all)
}

/// A share with its sign; what cannot be told of nothing.
pub(super) fn written(share: Option<u64>) -> String {
    share.map_or_else(|| UNKNOWN.to_owned(), |share| format!("{share}\u{a0}%"))
}
