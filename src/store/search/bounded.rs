//! How many are meant, as far as that is cheap to tell: nobody's place is read where a number is enough.

use portcullis_core::{search::SortKey, store::StoreError};

use super::{
    places::{Part, Places, count, steps},
    sql::Sql,
};
use crate::store::{database::Dialect, table::Column};

/// How many are counted where that is no longer cheap.
pub(super) const MOST_COUNTED: u64 = 2000;

/// Where there are about so many they are not counted at all.
const FAR_MORE: u64 = 4 * MOST_COUNTED;

impl Places<'_> {
    /// How many are meant, where that is cheap.
    pub(super) async fn count(&mut self) -> Result<Option<u64>, StoreError> {
        if self.conditions.is_empty() {
            return self.all().await.map(Some);
        }
        if let Some(met) = self.met {
            return Ok((met <= MOST_COUNTED).then_some(met));
        }
        if self.about.is_some_and(|about| about > FAR_MORE) {
            return Ok(None);
        }
        let bounded = Part {
            key: SortKey::Arrival,
            is_descending: false,
            is_backwards: false,
            from: None,
            until: None,
            offset: 0,
            limit: MOST_COUNTED + 1,
        };
        let counted = match self.conditions.are_marked() {
            true => self.count_by_marks(&bounded).await?,
            false => self.list(&bounded).await?.len() as u64,
        };
        Ok((counted <= MOST_COUNTED).then_some(counted))
    }

    async fn count_by_marks(&mut self, bounded: &Part) -> Result<u64, StoreError> {
        if self.database.dialect() == Dialect::Sqlite {
            let select = "SELECT COUNT(*) AS tally FROM (SELECT 1 FROM identity_marks AS m \
                 CROSS JOIN identity_search AS s ON s.seq = m.rowid WHERE ";
            let sql = self.write_match(Sql::new(self.database, select));
            return self.tally(sql, bounded.limit).await;
        }
        let mut counted = 0;
        let stretches = self.stretches(bounded).await?;
        let mut steps = steps(&stretches);
        while let Some(stretches) = steps.next().filter(|_| counted < bounded.limit) {
            let select = "SELECT CAST(COUNT(*) AS BIGINT) AS tally \
                 FROM (SELECT 1 FROM identity_search AS s WHERE ";
            let sql = self.write_match_within(Sql::new(self.database, select), stretches);
            counted += self.tally(sql, bounded.limit - counted).await?;
        }
        Ok(counted)
    }

    /// What a statement counts, which is bounded here.
    async fn tally(&mut self, sql: Sql, limit: u64) -> Result<u64, StoreError> {
        let sql = self
            .conditions
            .write(sql)
            .push(" LIMIT ")
            .bind(count(limit));
        let rows = self.rows(sql.push(") AS counted")).await?;
        let tally = rows
            .first()
            .map_or(Ok(0), |row| row.number(Column::Tally))?;
        Ok(tally.unsigned_abs())
    }
}
