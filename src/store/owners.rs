//! Whose names are, many asked for at once.

use std::collections::BTreeMap;

use portcullis_core::{id::IdentityId, store::StoreError};
use sea_query::{Cond, Expr, ExprTrait, Query};

use super::{
    cell::text,
    database::Database,
    identities::row::WHAT,
    table::{Column, Table},
};

/// How many are looked for at once.
const LOOKED_FOR: usize = 500;

/// Where names are: the name of a row, and whose it is.
pub(super) type Place = (Table, [Column; 2]);

/// Whose these names are, of the rows that this is true of.
pub(super) async fn owners(
    database: &Database,
    (table, [name, owner]): Place,
    (narrowed, names): (Cond, &[String]),
) -> Result<BTreeMap<String, IdentityId>, StoreError> {
    let mut owners = BTreeMap::new();
    // PostgreSQL keeps no NUL and refuses to look for one, so nobody has it.
    let found = |name: &&String| !name.contains('\0');
    let names: Vec<&String> = names.iter().filter(found).collect();
    for some in names.chunks(LOOKED_FOR) {
        let query = Query::select()
            .columns([name, owner])
            .from(table)
            .cond_where(narrowed.clone())
            .and_where(Expr::col(name).is_in(some.iter().map(text)))
            .to_owned();
        for row in database.rows(database.write(&query, WHAT)).await? {
            owners.insert(row.text(name)?, row.parsed(owner)?);
        }
    }
    Ok(owners)
}
