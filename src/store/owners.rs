//! Whose identifiers are, many asked for at once.

use std::collections::BTreeMap;

use portcullis_core::{id::IdentityId, store::StoreError};
use sea_query::{Expr, ExprTrait, SelectStatement};

use super::{cell::text, database::Database, identities::row::WHAT, table::Column};

/// How many are looked for at once.
const LOOKED_FOR: usize = 500;

/// Whose these identifiers are, by a query that selects both.
pub(super) async fn owners(
    database: &Database,
    query: SelectStatement,
    identifiers: &[String],
) -> Result<BTreeMap<String, IdentityId>, StoreError> {
    let mut owners = BTreeMap::new();
    // PostgreSQL keeps no NUL and refuses to look for one, so nobody has it.
    let found = |identifier: &&String| !identifier.contains('\0');
    let identifiers: Vec<&String> = identifiers.iter().filter(found).collect();
    for some in identifiers.chunks(LOOKED_FOR) {
        let is_one = Expr::col(Column::Identifier).is_in(some.iter().map(text));
        let query = query.clone().and_where(is_one).to_owned();
        for row in database.rows(database.write(&query, WHAT)).await? {
            let owner = row.parsed(Column::IdentityId)?;
            owners.insert(row.text(Column::Identifier)?, owner);
        }
    }
    Ok(owners)
}
