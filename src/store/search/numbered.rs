//! Parts of all identities there are: no page is so far back that those before it are counted.

use portcullis_core::{search::SortKey, store::StoreError};

use super::{
    counting::MOST_MOVES,
    index::{BLOCK, number},
    milestones::Milestones,
    places::{Part, Place, Places, count, limited},
    spot,
    sql::Sql,
};
use crate::store::{
    cell::{Row, text},
    table::Column,
};

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
            _ => self.behind_milestones(part).await,
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

    /// Goes on from the last milestone before it.
    async fn behind_milestones(&mut self, part: &Part) -> Result<Vec<Place>, StoreError> {
        let Some(milestones) = self.milestones(part.key).await? else {
            return self.along_the_shorter_way(part).await;
        };
        let all = u64::try_from(milestones.all()).unwrap_or(0);
        let shown = part.limit.min(all.saturating_sub(part.offset));
        // Those that come last upwards come first downwards.
        let passed = match part.is_descending {
            true => all.saturating_sub(part.offset).saturating_sub(shown),
            false => part.offset,
        };
        let Some((spot, rest)) = milestones.passing(passed).filter(|_| shown > 0) else {
            return Ok(Vec::new());
        };
        let upwards = Part::behind(part.key, spot);
        let mut places = self.along(&upwards, shown, rest).await?;
        if part.is_descending {
            places.reverse();
        }
        Ok(places)
    }

    /// The milestones of an order with what has come and gone since they were counted; `None` where that
    /// is much, or they have never been.
    async fn milestones(&mut self, order: SortKey) -> Result<Option<Milestones>, StoreError> {
        let column = spot::column(order);
        // One statement sees one state, of SQLite as well.
        let sql = "SELECT CAST(0 AS BIGINT) AS kind, position, seq, tally \
             FROM identity_milestones WHERE name = ";
        let sql = Sql::new(self.database, sql)
            .bind(text(order.as_str()))
            .push(&format!(
                " UNION ALL SELECT CAST(1 AS BIGINT), CAST(w.{column} AS TEXT), w.seq, w.tally \
                 FROM (SELECT {column}, seq, tally FROM identity_moves LIMIT "
            ))
            .bind(count(MOST_MOVES))
            .push(") AS w");
        let (mut milestones, mut moves) = (Milestones::default(), Vec::new());
        for row in self.rows(sql).await? {
            let (spot, tally) = spot::milestone(order, &row)?;
            match row.number(Column::Kind)? {
                0 => milestones.set(spot, tally),
                _ => moves.push((spot, tally)),
            }
        }
        if milestones == Milestones::default() || moves.len() as u64 == MOST_MOVES {
            return Ok(None);
        }
        for (spot, by) in moves {
            milestones.count(&spot, by);
        }
        Ok(Some(milestones))
    }

    /// Goes along the index of the order, from where the way is shorter: as long as too much has moved since
    /// milestones were counted.
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
            ..part.clone()
        };
        let mut places = self.along(&other, shown, behind).await?;
        places.reverse();
        Ok(places)
    }

    /// Only the index is read up to there.
    pub(super) async fn along(
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
        let from = format!("FROM (SELECT s.{column} FROM identity_search AS s WHERE 1 = 1");
        let inner = part.write_order(part.write_from(self.selection(&from)));
        let inner = limited(inner, limit, offset);
        let sql = inner.push(&format!(
            ") AS w JOIN identity_search AS s ON s.{column} = w.{column}"
        ));
        self.places(part.write_order(sql)).await
    }
}

fn block(row: &Row) -> Result<(i64, i64), StoreError> {
    Ok((row.number(Column::Block)?, row.number(Column::Tally)?))
}
