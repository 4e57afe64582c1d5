//! What administrators are reached by, asked after it is written: of what several have then, none may be an
//! administrator. Both tables are asked by their indexes, never read through.

use std::collections::BTreeSet;

use portcullis_core::{
    administrators::{
        ROLES,
        reach::{SHARED, administer},
    },
    store::StoreError,
};
use sea_query::{Cond, Expr, ExprTrait, Query, SelectStatement};

use super::{SqlIdentities, row::WHAT};
use crate::store::{
    cell::text,
    database::Transaction,
    table::{Column, Table},
};

/// How many are looked for at once.
const LOOKED_FOR: usize = 500;

/// Where identities are found by what they are reached by.
const PLACES: [(Table, Column); 2] = [
    (Table::IdentityAddresses, Column::Address),
    (Table::IdentityIdentifiers, Column::Identifier),
];

impl SqlIdentities {
    /// Fails where an administrator and somebody else have one of these, which those written in this
    /// transaction have. Of two transactions at once neither sees the other on PostgreSQL.
    pub(super) async fn require_alone(
        &self,
        transaction: &mut Transaction,
        names: &BTreeSet<&str>,
    ) -> Result<(), StoreError> {
        let names: Vec<&str> = names.iter().copied().collect();
        for some in names.chunks(LOOKED_FOR) {
            for (table, column) in PLACES {
                let held = self
                    .database
                    .write(&administrators(table, column, some), WHAT);
                for row in transaction.rows(held).await? {
                    let roles: Vec<String> = row.json(Column::Roles)?;
                    let whose = (row.text(column)?, row.text(Column::IdentityId)?);
                    if administer(&roles) && self.is_elsewhere(transaction, &whose).await? {
                        return Err(SHARED);
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether somebody else has what one has.
    async fn is_elsewhere(
        &self,
        transaction: &mut Transaction,
        (name, owner): &(String, String),
    ) -> Result<bool, StoreError> {
        for (table, column) in PLACES {
            let others = Query::select()
                .column(Column::IdentityId)
                .from(table)
                .and_where(Expr::col(column).eq(text(name)))
                .and_where(Expr::col(Column::IdentityId).ne(text(owner)))
                .limit(1)
                .to_owned();
            let others = self.database.write(&others, WHAT);
            if !transaction.rows(others).await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Who may be an administrator and has one of these. Roles are kept as JSON; the patterns only narrow what
/// is read, and the list itself decides.
fn administrators(table: Table, column: Column, names: &[&str]) -> SelectStatement {
    let patterns = ROLES.iter().map(|role| format!("%\"{role}\"%"));
    let roles = Expr::col((Table::Identities, Column::Roles));
    let may_be = patterns.fold(Cond::any(), |any, one| any.add(roles.clone().like(one)));
    let own = Expr::col((Table::Identities, Column::Id)).equals((table, Column::IdentityId));
    Query::select()
        .column((table, column))
        .column((table, Column::IdentityId))
        .column((Table::Identities, Column::Roles))
        .from(table)
        .inner_join(Table::Identities, own)
        .and_where(Expr::col((table, column)).is_in(names.iter().map(text)))
        .cond_where(may_be)
        .to_owned()
}
