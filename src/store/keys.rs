//! Keys the gateway makes for itself, once for all nodes that share a database.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use portcullis_core::{entropy::Entropy, store::StoreError};
use sea_query::{Expr, ExprTrait, OnConflict, Query};

use super::{
    cell::text,
    database::Database,
    table::{Column, Table, insert},
};

const WHAT: &str = "key";

/// What a key is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    /// Sealing what browsers carry.
    Sealing,
    /// Sealing upstream tokens.
    Tokens,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Sealing => "sealing",
            Self::Tokens => "tokens",
        }
    }
}

/// The key for this purpose; whoever asks first makes it, and everybody reads what is stored then.
pub(super) async fn find_or_make(
    database: &Database,
    purpose: Purpose,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, StoreError> {
    if let Some(key) = find(database, purpose).await? {
        return Ok(key);
    }
    let fresh = STANDARD_NO_PAD.encode(entropy.bytes::<32>());
    let mut row = insert(
        Table::Keys,
        vec![
            (Column::Name, text(purpose.name())),
            (Column::Material, text(fresh)),
        ],
    );
    row.on_conflict(OnConflict::column(Column::Name).do_nothing().to_owned());
    let row = database.write(&row, WHAT);
    database.execute(row).await?;
    find(database, purpose)
        .await?
        .ok_or(StoreError::Corrupt { what: WHAT })
}

/// The key for this purpose, if anybody has made it.
pub(super) async fn find(
    database: &Database,
    purpose: Purpose,
) -> Result<Option<Vec<u8>>, StoreError> {
    let query = Query::select()
        .column(Column::Material)
        .from(Table::Keys)
        .and_where(Expr::col(Column::Name).eq(text(purpose.name())))
        .to_owned();
    let query = database.write(&query, WHAT);
    let Some(row) = database.row(query).await? else {
        return Ok(None);
    };
    STANDARD_NO_PAD
        .decode(row.text(Column::Material)?)
        .map(Some)
        .map_err(|_| StoreError::Corrupt { what: WHAT })
}
