//! Places in an order as the database keeps them: a key as in the tokens of pages, and a number.

use portcullis_core::{
    search::{PageToken, Sort, SortKey},
    store::StoreError,
};
use sea_query::Value;

use super::{
    index::number,
    milestones::{Key, Spot},
    places::Part,
};
use crate::store::{
    cell::{Row, text},
    identities::row::WHAT,
    table::Column,
};

/// The column that an order is by.
pub(super) fn column(order: SortKey) -> &'static str {
    match order {
        SortKey::Arrival => "seq",
        SortKey::CreatedAt => "created_at",
        SortKey::UpdatedAt => "updated_at",
        SortKey::Id => "identity_id",
    }
}

/// A milestone, and how many are behind it.
pub(super) fn milestone(order: SortKey, row: &Row) -> Result<(Spot, i64), StoreError> {
    let position = row.text(Column::Position)?;
    let key = match (position.as_str(), order) {
        ("", _) => Key::Beginning,
        (_, SortKey::Id) => Key::Id(position),
        (moment, _) => {
            let moment = moment.parse();
            Key::Moment(moment.map_err(|_| StoreError::Corrupt { what: WHAT })?)
        }
    };
    let spot = (key, row.number(Column::Seq)?);
    Ok((spot, row.number(Column::Tally)?))
}

/// Where somebody came or went.
pub(super) fn moved(order: SortKey, row: &Row) -> Result<Spot, StoreError> {
    let seq = row.number(Column::Seq)?;
    let key = match order {
        SortKey::Arrival => Key::Moment(seq),
        SortKey::CreatedAt => Key::Moment(row.number(Column::CreatedAt)?),
        SortKey::UpdatedAt => Key::Moment(row.number(Column::UpdatedAt)?),
        SortKey::Id => Key::Id(row.text(Column::IdentityId)?),
    };
    Ok((key, seq))
}

/// The cells of a place.
pub(super) fn cells((key, seq): &Spot) -> [Value; 2] {
    [text(written(key)), number(*seq)]
}

fn written(key: &Key) -> String {
    match key {
        Key::Beginning => String::new(),
        Key::Moment(moment) => moment.to_string(),
        Key::Id(id) => id.clone(),
    }
}

impl Part {
    /// All behind this place, upwards.
    pub(super) fn behind(order: SortKey, (key, seq): &Spot) -> Self {
        let token = PageToken {
            sort: Sort {
                key: order,
                descending: false,
            },
            backwards: false,
            key: written(key),
            arrival: *seq,
        };
        Self {
            key: order,
            is_descending: false,
            is_backwards: false,
            from: (*key != Key::Beginning).then_some(token),
            until: None,
            offset: 0,
            limit: 0,
        }
    }
}
