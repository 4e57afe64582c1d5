//! What the record says of sessions that it has ended together.

use portcullis_core::{
    secret::TokenHash,
    session::{Ended, Stopped},
    store::StoreError,
};

use super::hashes;
use crate::store::{cell::Row, table::Column};

/// What is known of each that ends.
pub(super) const COLUMNS: [Column; 5] = [
    Column::TokenHash,
    Column::IdentityId,
    Column::Actor,
    Column::LastSeenAt,
    Column::ExpiresAt,
];

/// The tokens that opened them, and who acted in them.
pub(super) fn read(rows: &[Row]) -> Result<(Vec<TokenHash>, Ended), StoreError> {
    let mut acting = Vec::new();
    for row in rows {
        if let Some(actor) = row.text_if_any(Column::Actor)? {
            acting.push(Stopped {
                identity: row.parsed(Column::IdentityId)?,
                actor,
                seen_at: row.time(Column::LastSeenAt)?,
                until: row.time(Column::ExpiresAt)?,
            });
        }
    }
    let count = rows.len() as u64;
    Ok((hashes(rows)?, Ended { count, acting }))
}
