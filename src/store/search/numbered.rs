//! Parts of all identities there are: no page is so far back that those before it are counted.

use portcullis_core::{search::SortKey, store::StoreError};

use super::{
    index::{BLOCK, number},
    places::{Part, Place, Places, limited},
    sql::Sql,
};
use crate::store::{cell::Row, table::Column};

impl Places<'_> {
    /// The part asked for of all identities.
    pub(super) async fn of_all(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        match part.offset {
            0 => {
                let sql = self.selection("FROM identity_search AS s WHERE 1 = 1");
                let sql = part.write_order(part.write_from(sql));
                self.places(limited(sql, part.limit, 0)).await
            }
            _ if part.key == SortKey::Arrival => self.behind_blocks(part).await,
            _ => self.along_the_shorter_way(part).await,
        }
    }

    /// How many identities there are.
    pub(super) async fn all(&mut self) -> Result<u64, StoreError> {
        let sql = "SELECT CAST(COALESCE(SUM(tally), 0) AS BIGINT) AS tally FROM identity_tallies";
        let rows = self.rows(Sql::new(self.database, sql)).await?;
        let all = rows
            .first()
            .map_or(Ok(0), |row| row.number(Column::Tally))?;
        Ok(u64::try_from(all).unwrap_or(0))
    }

    /// Skips whole blocks of numbers, whose identities have been counted.
    async fn behind_blocks(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        let way = if part.is_descending { "DESC" } else { "ASC" };
        let sql = Sql::new(
            self.database,
            &format!(
                "SELECT block, CAST(SUM(tally) AS BIGINT) AS tally FROM identity_tallies \
                 GROUP BY block ORDER BY block {way}"
            ),
        );
        let mut before = i64::try_from(part.offset).unwrap_or(i64::MAX);
        let mut first = None;
        for row in self.rows(sql).await? {
            let (block, tally) = block(&row)?;
            if before < tally {
                first = Some(block);
                break;
            }
            before -= tally;
        }
        let Some(first) = first else {
            return Ok(Vec::new());
        };
        let (sign, bound) = match part.is_descending {
            true => ("<", (first + 1) * BLOCK),
            false => (">=", first * BLOCK),
        };
        let sql = self.selection(&format!("FROM identity_search AS s WHERE s.seq {sign} "));
        let sql = part.write_order(sql.bind(number(bound)));
        let before = u64::try_from(before).unwrap_or(0);
        self.places(limited(sql, part.limit, before)).await
    }

    /// Goes along the index of the order, from where the way is shorter.
    async fn along_the_shorter_way(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        let all = self.all().await?;
        let shown = part.limit.min(all.saturating_sub(part.offset));
        if shown == 0 {
            return Ok(Vec::new());
        }
        let behind = all - part.offset - shown;
        if part.offset <= behind {
            return self.along(part, shown, part.offset).await;
        }
        let other = Part {
            is_descending: !part.is_descending,
            from: None,
            ..*part
        };
        let mut places = self.along(&other, shown, behind).await?;
        places.reverse();
        Ok(places)
    }

    /// Only the index is read up to there.
    async fn along(
        &mut self,
        part: &Part,
        limit: u64,
        offset: u64,
    ) -> Result<Vec<Place>, StoreError> {
        // What the index of the order holds, and no more.
        let column = match part.key {
            SortKey::Id => "identity_id",
            _ => "seq",
        };
        let from = format!("FROM (SELECT s.{column} FROM identity_search AS s");
        let inner = limited(part.write_order(self.selection(&from)), limit, offset);
        let sql = inner.push(&format!(
            ") AS w JOIN identity_search AS s ON s.{column} = w.{column}"
        ));
        self.places(part.write_order(sql)).await
    }
}

fn block(row: &Row) -> Result<(i64, i64), StoreError> {
    Ok((row.number(Column::Block)?, row.number(Column::Tally)?))
}
