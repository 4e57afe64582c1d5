//! Walks over everybody: how far they have come, and that one node walks at a time.

use jiff::Timestamp;
use portcullis_core::store::StoreError;

use super::{
    cell::text, database::Database, search::sql::Sql, statement::Statement, table::Column,
};

const WHAT: &str = "walk";

const INTO: &str = "INSERT INTO search_states (name, stamp, position) VALUES (";
const OVER: &str = ") ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp, \
                    position = excluded.position";

/// Where to go on once everybody has been met: behind every id.
pub(super) const DONE: &str = "~";

/// A walk over everybody, which whoever comes next goes on with.
#[derive(Debug, Clone)]
pub struct Walk {
    database: Database,
    name: &'static str,
}

impl Walk {
    pub(super) fn new(database: Database, name: &'static str) -> Self {
        Self { database, name }
    }

    /// Behind which id it goes on; from the beginning where it was another walk, by its stamp.
    pub(super) async fn position(&self, stamp: &str) -> Result<String, StoreError> {
        position(&self.database, self.name, stamp).await
    }

    /// Notes how far it has come.
    pub(super) async fn note(&self, stamp: &str, position: &str) -> Result<(), StoreError> {
        let state = noted(&self.database, self.name, (stamp, position));
        self.database.execute(state).await.map(drop)
    }

    /// Has nobody else walk until `until`; `false` while somebody else does.
    pub(super) async fn take(
        &self,
        walker: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let lease = Sql::new(&self.database, INTO)
            .bind_all([text(self.lease()), text(walker), text(moment(until))])
            .push(OVER)
            .push(" WHERE search_states.position <= ")
            .bind(text(moment(now)))
            .push(" OR search_states.stamp = excluded.stamp");
        let taken = self.database.execute(lease.statement(WHAT)).await?;
        Ok(taken > 0)
    }

    /// Lets somebody else walk.
    pub(super) async fn leave(&self, walker: &str) -> Result<(), StoreError> {
        let removal = Sql::new(&self.database, "DELETE FROM search_states WHERE name = ")
            .bind(text(self.lease()))
            .push(" AND stamp = ")
            .bind(text(walker));
        let removal = removal.statement(WHAT);
        self.database.execute(removal).await.map(drop)
    }

    /// Its other row: who walks stands for the stamp, and until when for the position.
    fn lease(&self) -> String {
        format!("{}-walker", self.name)
    }
}

/// A moment as texts are compared.
fn moment(at: Timestamp) -> String {
    format!("{:020}", at.as_nanosecond().max(0))
}

/// Up to which identity a walk has come; nothing where it was another one, by its stamp.
pub(super) async fn position(
    database: &Database,
    name: &'static str,
    stamp: &str,
) -> Result<String, StoreError> {
    let sql = Sql::new(database, "SELECT position FROM search_states WHERE name = ")
        .bind(text(name))
        .push(" AND stamp = ")
        .bind(text(stamp));
    let rows = database.rows(sql.statement(WHAT)).await?;
    rows.first()
        .map_or(Ok(String::new()), |row| row.text(Column::Position))
}

/// Notes how far a walk has come.
pub(super) fn noted(
    database: &Database,
    name: &'static str,
    (stamp, position): (&str, &str),
) -> Statement {
    let state = Sql::new(database, INTO)
        .bind_all([text(name), text(stamp), text(position)])
        .push(OVER);
    state.statement(WHAT)
}
